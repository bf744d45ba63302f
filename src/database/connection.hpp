#pragma once

#include "database/pqxx.hpp"
#include "database/watchdog.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace contego::queue {

/// How to reach the database.
struct database_options {
    std::string connection_string;             ///< libpq's: URI or keywords; several hosts allowed
    std::string application_name = "contegod"; ///< as pg_stat_activity shows it, unless the string names one
    std::shared_ptr<watchdog> overseer{};      ///< ends calls that take too long; none: no call is ended
    std::chrono::milliseconds answer_timeout{30'000}; ///< how long a call may take if there is an overseer
    std::chrono::milliseconds lock_timeout{
        0}; ///< how long a statement waits for a lock; 0: as long as a call
};

/// A statement of the daemon. It is not prepared: a pooler between the daemon and the server may give each
/// transaction another session.
struct statement {
    const char* name; ///< in errors and logs
    const char* sql;
};

/// One PostgreSQL connection that is opened when it is needed, and anew after it broke.
///
/// Every call runs with settings of our own (see settings), so what a role, a database or the
/// environment sets does not matter. They are made once if the session belongs to this connection, and in
/// each transaction if a pooler lends sessions. The server ends a statement that takes too long, or whose
/// daemon is gone, so that an abandoned claim keeps no lock. A connection that the server closed while nobody
/// used it is opened anew without a word. Not thread safe: belongs to one thread at a time. Errors of the
/// server are thrown as server_error; anything else as libpqxx or the system throws it, after the connection
/// was thrown away. The caller decides when to try again; the next call opens a new one.
class connection {
public:
    explicit connection(database_options options);

    /// Runs one statement in a transaction of its own.
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

    /// Runs `work` on the open connection, outside any transaction. What the server said while nobody asked
    /// is left for `work` to read.
    template <typename Work>
    auto use(const char* name, Work&& work) {
        return guarded(name, std::forward<Work>(work));
    }

    /// The socket of the open connection; nothing where it is not open, as far as is known.
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
    std::string in_session_;     ///< makes the settings, for the session
    std::string in_transaction_; ///< begins a transaction and makes the settings for it
    std::unique_ptr<pqxx::connection> connection_;
    std::optional<bool> owns_session_; ///< of the open connection; nothing: not asked, and no settings made
};

/// How long settings last.
enum class lasting { session, transaction };

/// A SELECT that makes every setting that the daemon's statements depend on. default_transaction_read_only is
/// left as it is: it is how a person freezes a database.
[[nodiscard]] std::string settings(const database_options& options, lasting as_long_as);

} // namespace contego::queue
