#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::queue {

/// The connection string with what a daemon needs where it says nothing of it: that a server that does not
/// answer is noticed (connect_timeout, TCP keep-alive, tcp_user_timeout), and who connects
/// (fallback_application_name). What it does say is kept, except client_encoding, which is always UTF8. URI
/// and keywords are understood, the result is keywords; what libpq cannot read is returned as it is, for
/// libpq to complain of.
[[nodiscard]] std::string with_defaults(const std::string& connection_string,
                                        const std::string& application_name);

/// Why libpq cannot read the connection string, or would read it otherwise than it was meant; nothing: it is
/// good. The sentence shows nothing of the string, which may hold a password.
[[nodiscard]] std::optional<std::string> mistake_in(const std::string& connection_string);

/// Whether the connection string holds a password, as far as libpq can read it.
[[nodiscard]] bool holds_password(const std::string& connection_string);

/// What libpq or the server said when connecting failed, without any part of the connection string that may
/// be a password. Of what it quotes only names of hosts, addresses, the login and the database stay.
[[nodiscard]] std::string without_secrets(std::string_view message, const std::string& connection_string);

} // namespace contego::queue
