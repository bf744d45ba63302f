#pragma once

#include "queue/pqxx.hpp"
#include "queue/watchdog.hpp"

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
    std::chrono::milliseconds answer_timeout{
        30'000}; ///< how long a call may take, where there is an overseer
};

/// A statement of the daemon. It is not prepared: a pooler between us and the server may give each
/// transaction another session.
struct statement {
    const char* name; ///< in errors and logs
    const char* sql;
};

/// One PostgreSQL connection that is opened when it is needed, and anew after it broke.
///
/// Depends on no state of the session, so it may run through a pooler in transaction mode. Not thread safe:
/// belongs to one thread at a time. Errors of the server are thrown as server_error; anything else as libpqxx
/// or the system throws it, after the connection was thrown away. The caller decides when to try again; the
/// next call opens a new one.
class connection {
public:
    explicit connection(database_options options);

    /// Runs one statement, which is a transaction of its own: no lock outlives it, even if we do not.
    template <typename... Args>
    pqxx::result call(const statement& what, Args&&... args) {
        return guarded(what.name, [&](pqxx::connection& c) {
            pqxx::nontransaction tx(c);
            return sql::run(tx, what.sql, std::forward<Args>(args)...);
        });
    }

    /// Runs `work` in one transaction and commits it.
    template <typename Work>
    auto transact(const char* name, Work&& work) {
        return guarded(name, [&](pqxx::connection& c) {
            pqxx::work tx(c);
            auto result = work(tx);
            tx.commit();
            return result;
        });
    }

    /// Runs `work` on the open connection, outside any transaction.
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

    pqxx::connection& open();
    [[noreturn]] void
    refused(const char* name, const pqxx::sql_error& e, const std::optional<watchdog::watch>& watched);
    void broken(const char* name, const std::optional<watchdog::watch>& watched);

    database_options options_;
    std::unique_ptr<pqxx::connection> connection_;
};

} // namespace contego::queue
