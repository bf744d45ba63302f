#pragma once

#include "binding/skeleton.hpp"

#include <pugixml.hpp>

namespace contego::wire {

/// Where an answer says which request it answers, and what it must say there.
struct correlation {
    pugi::xpath_query at; ///< empty: answers to the command are not compared
    skeleton equals;
    bool may_be_absent = false; ///< an answer that says nothing is taken; else it is unreadable
};

} // namespace contego::wire
