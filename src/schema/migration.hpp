#pragma once

#include <string>

namespace contego::queue {

/// One numbered step of the schema. There is no step back. The text of a released step never changes.
struct migration {
    int version; ///< from 1, without gaps
    std::string name;
    std::string sql;
    int compatible_from; ///< programs that know this step or a later one work with the schema after it
};

} // namespace contego::queue
