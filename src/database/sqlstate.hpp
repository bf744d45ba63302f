#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace contego::queue {

/// An error that the server answered. what() is one sentence with the SQLSTATE, the function of the schema in
/// which it occurred, and a HINT if there is one. It has no DETAIL, which may contain values of a row.
class server_error : public std::runtime_error {
public:
    /// `said` is the server's message, with or without its severity and further lines.
    server_error(std::string_view statement, std::string_view said, std::string sqlstate);

    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

private:
    std::string sqlstate_;
};

/// Returns a HINT for an error of a database call, on a line of its own. It is empty if the server answered:
/// then the connection is right, and the error says what the server refused.
[[nodiscard]] std::string_view hint_of(const std::exception& e);

/// Returns whether the rows of the statement cause the error, so that the server would refuse them again.
/// After any other error the same statement is worth another try.
[[nodiscard]] bool is_about_the_row(std::string_view sqlstate);

/// Returns whether the server cancelled the statement, as it does after statement_timeout.
[[nodiscard]] bool took_too_long(std::string_view sqlstate);

/// Returns whether the statement waited for a lock for longer than lock_timeout.
[[nodiscard]] bool waited_for_a_lock(std::string_view sqlstate);

/// Returns whether the server accepts no writes, as a standby does.
[[nodiscard]] bool refuses_to_write(std::string_view sqlstate);

/// Returns whether contego.claim refused the call because the daemon must first renew its lease.
[[nodiscard]] bool lease_has_ended(std::string_view sqlstate);

/// Returns whether contego.claim refused the call because data may be lost.
[[nodiscard]] bool claiming_is_stopped(std::string_view sqlstate);

/// Returns whether the connection is useless after this error, because the server ends it or does not accept
/// writes.
[[nodiscard]] bool ends_the_connection(std::string_view sqlstate);

} // namespace contego::queue
