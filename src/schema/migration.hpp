#pragma once

#include <string>

namespace contego::queue {

/// One numbered step of the schema; forward only. Once released, its text is never changed.
struct migration {
    int version; ///< from 1, without gaps
    std::string name;
    std::string sql;
    int compatible_from; ///< a program whose newest step is this or a later one works with the schema after
                         ///< it
};

} // namespace contego::queue
