#pragma once

#include "binding/veil.hpp"
#include <contego/exchange.hpp>
#include <contego/reply.hpp>

#include <string>

namespace contego::wire {

// How much of a text leaves, in characters and with the `...` that says that it was cut.
inline constexpr std::size_t longest_code = 200;     ///< status, reference number, error code
inline constexpr std::size_t longest_message = 4000; ///< message, description

/// The reply as it leaves the binding, the only way out of src/binding for a text that an answer brought: as
/// clean UTF-8, without the command's secrets, and cut.
[[nodiscard]] reply disclosed(reply r, const veil& v, const exchange& e);

/// The body of an answer as it is stored; see contego::binding::storable. At most 1 MiB.
[[nodiscard]] std::string storable_body(const veil& v, const exchange& e);

} // namespace contego::wire
