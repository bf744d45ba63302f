#pragma once

#include <string>

namespace contego::queue {

/// One numbered step of the schema; forward only.
struct migration {
    int version; ///< from 1, without gaps
    std::string name;
    std::string sql;
};

} // namespace contego::queue
