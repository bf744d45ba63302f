#pragma once

#include <string>

namespace contego::queue {

/// The connection string with what a daemon needs where it says nothing of it: that a server that does not
/// answer is noticed (connect_timeout, TCP keep-alive, tcp_user_timeout), and who connects
/// (fallback_application_name). What it does say is kept, except client_encoding, which is always UTF8. URI and keywords are understood, the result is
/// keywords; what libpq cannot read is returned as it is, for libpq to complain of.
[[nodiscard]] std::string with_defaults(const std::string& connection_string,
                                        const std::string& application_name);

} // namespace contego::queue
