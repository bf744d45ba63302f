#pragma once

#include "database/pqxx.hpp"
#include "database/watchdog.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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

/// One connection to PostgreSQL. The first call opens it, and the first call after a failure opens it again.
///
/// Every call runs with the daemon's own settings (see `settings`), which override those of a role, a
/// database or the environment. They are made once if the session belongs to this connection, and in each
/// transaction if a pooler lends sessions.
///
/// The server ends a statement that takes too long or whose daemon is gone, so that an abandoned claim keeps
/// no lock. If the server closes an idle connection, the next call opens a new one and does not fail.
///
/// Errors of the server are thrown as server_error. Other errors are thrown as libpqxx or the system throws
/// them, and the connection is closed first. The caller decides when to try again.
///
/// Not thread safe: use a connection from one thread at a time.
class connection {
public:
    explicit connection(database_options options);

    /// Runs one statement in a separate transaction.
    template <typename... Args>
    pqxx::result call(const statement& what, Args&&... args) {
        const auto run = [&](pqxx::transaction_base& tx) {
            return sql::run(tx, what.sql, std::forward<Args>(args)...);
        };
        if (!owns_its_session(what.name)) return transact(what.name, run);
        return guarded(what.name, [&](pqxx::connection& c) {
            pqxx::nontransaction tx(c);
            return run(tx);
        });
    }

    /// Runs `work` in one transaction and commits it.
    template <typename Work>
    auto transact(const char* name, Work&& work) {
        begin(name);
        return guarded(name, [&](pqxx::connection& c) {
            pqxx::nontransaction tx(c);
            auto result = rolled_back_if_it_throws(tx, work);
            tx.exec("COMMIT");
            return result;
        });
    }

    /// Runs `work` on the open connection, outside any transaction. Messages that the server sent meanwhile
    /// are left for `work` to read.
    template <typename Work>
    auto use(const char* name, Work&& work) {
        return guarded(name, std::forward<Work>(work));
    }

    /// Returns the socket of the connection, or nothing if it is not known to be open.
    [[nodiscard]] std::optional<int> socket() const;

private:
    template <typename Work>
    auto guarded(const char* name, Work&& work) {
        auto& c = open();
        std::optional<watchdog::watch> watched;
        if (options_.overseer) watched.emplace(*options_.overseer, c.sock(), options_.answer_timeout);
        try {
            return work(c);
        } catch (const pqxx::sql_error& e) {
            refused(name, e, watched);
        } catch (const std::exception&) {
            broken(name, watched);
            throw;
        }
    }

    template <typename Work>
    static auto rolled_back_if_it_throws(pqxx::nontransaction& tx, Work& work) {
        try {
            return work(tx);
        } catch (const pqxx::sql_error&) {
            tx.exec("ROLLBACK");
            throw;
        }
    }

    pqxx::connection& open();
    void begin(const char* name);
    bool owns_its_session(const char* name);
    void close_if_the_server_did();
    [[noreturn]] void
    refused(const char* name, const pqxx::sql_error& e, const std::optional<watchdog::watch>& watched);
    void broken(const char* name, const std::optional<watchdog::watch>& watched);

    database_options options_;
    std::string in_session_;     ///< SQL that makes the settings for the session
    std::string in_transaction_; ///< SQL that begins a transaction and makes the settings for it
    std::unique_ptr<pqxx::connection> connection_;
    std::optional<bool>
        owns_session_; ///< of the open connection; nothing until it was asked and the settings were made
};

/// How long settings last.
enum class lasting { session, transaction };

/// Returns a SELECT that makes every setting on which the daemon's statements depend. It does not change
/// default_transaction_read_only, with which an administrator freezes a database.
[[nodiscard]] std::string settings(const database_options& options, lasting as_long_as);

} // namespace contego::queue
