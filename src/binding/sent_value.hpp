#pragma once

#include <contego/sending.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// A placeholder that every command has.
enum class sent_value {
    request_id,     ///< the number of the request
    command_id,     ///< differs for each command of each request; the same when the command is sent again
    message_id,     ///< a UUID that is fresh for each sending
    message_number, ///< an integer of at most 19 digits that is fresh for each sending
    now,            ///< the time of the sending, in UTC
};

/// Returns the value that a placeholder names, such as `request.id`.
[[nodiscard]] std::optional<sent_value> sent_value_of(std::string_view name);

/// Returns the names of all these placeholders, separated by commas.
[[nodiscard]] std::string sent_value_names();

/// Appends a value as it is sent. It needs no escapes.
void append_sent_value(std::string& out, sent_value v, const sending& s);

} // namespace contego::wire
