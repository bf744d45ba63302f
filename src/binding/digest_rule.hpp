#pragma once

#include "binding/digest.hpp"
#include "binding/skeleton.hpp"

namespace contego::wire {

/// A digest for one command: the hash of a text.
struct digest_rule {
    hash_function hash{};
    bool as_base64 = false; ///< otherwise hexadecimal
    skeleton of;
};

} // namespace contego::wire
