#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace contego::queue {

/// The server answered, with an error. what() is one sentence with the SQLSTATE and the function of the
/// schema in which it happened, and a HINT if we have one or the server gave one; it has no DETAIL, which may
/// hold values of a row.
class server_error : public std::runtime_error {
public:
    /// `said` is the server's message, with or without its severity and further lines.
    server_error(std::string_view statement, std::string_view said, std::string sqlstate);

    [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

private:
    std::string sqlstate_;
};

/// Whether this error is final for the rows that were written: they will be refused again. All others pass,
/// or somebody ends them: the same is tried again.
[[nodiscard]] bool is_about_the_row(std::string_view sqlstate);

/// The server ended the statement because it took longer than statement_timeout.
[[nodiscard]] bool took_too_long(std::string_view sqlstate);

/// The statement waited for a lock for longer than lock_timeout.
[[nodiscard]] bool waited_for_a_lock(std::string_view sqlstate);

/// Whether the connection is of no use any more after this error: the server ends it, or it is no server to
/// write to.
[[nodiscard]] bool ends_the_connection(std::string_view sqlstate);

} // namespace contego::queue
