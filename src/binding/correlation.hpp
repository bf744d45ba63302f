#pragma once

#include "binding/skeleton.hpp"

#include <pugixml.hpp>

#include <cstddef>

namespace contego::wire {

/// How an answer names its request, and the value that is expected there.
struct correlation {
    pugi::xpath_query at; ///< empty: answers to the command are not compared
    skeleton equals;
    std::size_t line = 0;
    bool may_be_absent = false; ///< accept an answer that names no request; otherwise it is unreadable
};

} // namespace contego::wire
