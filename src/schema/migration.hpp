#pragma once

#include <string>

namespace contego::queue {

/// One numbered change of the tables. None undoes it. The text of a released migration never changes.
struct migration {
    int version; ///< from 1, without gaps
    std::string name;
    std::string sql;
    int compatible_from; ///< programs that know this migration or a later one work with the schema after it
};

} // namespace contego::queue
