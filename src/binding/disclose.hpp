#pragma once

#include "binding/veil.hpp"
#include <contego/exchange.hpp>
#include <contego/reply.hpp>

#include <string>

namespace contego::wire {

// The most characters of a text that leave this room, including the `...` that marks a cut.
inline constexpr std::size_t longest_code = 200;     ///< status, reference number, error code
inline constexpr std::size_t longest_message = 4000; ///< message, description

/// Returns the reply as it leaves the binding: clean UTF-8, without the command's secrets, and cut to length.
/// Every text of an answer leaves src/binding through this function.
[[nodiscard]] reply disclosed(reply r, const veil& v, const exchange& e);

/// Returns the body of an answer as it is stored, at most 1 MiB; see contego::binding::storable.
[[nodiscard]] std::string storable_body(const veil& v, const exchange& e);

} // namespace contego::wire
