#pragma once

#include <string>

namespace contego::queue {

/// A function of the schema with its overloads, or a view. Its text can be applied again at any time.
struct definition {
    std::string kind; ///< function or view
    std::string name; ///< in the schema contego; also the name of its file
    std::string sql;
};

} // namespace contego::queue
