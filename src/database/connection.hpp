#pragma once

#include "database/watchdog.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace contego::queue {

/// How the daemon connects to the database.
struct database_options {
    std::string connection_string; ///< libpq's URI or keywords; several hosts are allowed
    std::string application_name =
        "contegod"; ///< shown by pg_stat_activity, unless the connection string names another
    std::shared_ptr<watchdog> overseer{}; ///< ends calls that take too long; without it calls have no limit
    std::chrono::milliseconds answer_timeout{30'000}; ///< time limit of a call if there is an overseer
    std::chrono::milliseconds lock_timeout{
        0}; ///< how long a statement waits for a lock; 0: until the time limit of the call
};

/// A statement of the daemon. It is not prepared, because a pooler may give each transaction another session.
struct statement {
    const char* name; ///< for errors and logs
    const char* sql;
};

class session;

/// A handle of one connection to PostgreSQL. Its calls are those of `session`, which database/pqxx.hpp
/// defines for .cpp files, so that headers do not depend on libpqxx.
class connection {
public:
    /// `each_transaction` is SQL that a transaction runs first, after the daemon's own settings.
    explicit connection(database_options options, const std::string& each_transaction = {});
    connection(connection&& other) noexcept;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    [[nodiscard]] session* operator->() const { return session_.get(); }

private:
    std::unique_ptr<session> session_;
};

} // namespace contego::queue
