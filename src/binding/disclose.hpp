#pragma once

#include "binding/body_text.hpp"
#include "binding/veil.hpp"
#include <contego/exchange.hpp>
#include <contego/reply.hpp>

#include <string>

namespace contego::wire {

// The most characters of a text that leave this room, including the `...` that marks a cut.
inline constexpr std::size_t longest_code = 200;     ///< status, reference number, error code
inline constexpr std::size_t longest_message = 4000; ///< message, description

/// Returns the reply as it leaves the binding: clean UTF-8, without the command's secrets, and cut to length.
/// Every text of an answer leaves src/binding through this function. `stored` is the result of
/// storable_body().
[[nodiscard]] reply disclosed(reply r, const veil& v, std::string_view stored);

/// Returns how many bytes of a body storable_body() needs, in any character set.
[[nodiscard]] std::size_t most_bytes_stored(const veil& v);

/// Returns the body of an answer as it is stored; see contego::interpretation. `beginning` has the first
/// most_bytes_stored() bytes of the body, or all of it.
[[nodiscard]] std::string storable_body(const veil& v, const body_text& beginning);

} // namespace contego::wire
