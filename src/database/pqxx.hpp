#pragma once

// The only header that includes libpqxx, and the only file that depends on the differences between
// libpqxx 6.4 (Debian 12) and 7.10 (Debian 13). Only .cpp files include it; script/rooms checks that.

#include "database/connection.hpp"

#include <pqxx/pqxx>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace contego::queue::sql {

/// Returns the SQLSTATE of an error, or an empty text if the server gave none. 6.4 does not set it for
/// insufficient_privilege.
inline std::string sqlstate_of(const pqxx::sql_error& e) {
    if (e.sqlstate().empty() && dynamic_cast<const pqxx::insufficient_privilege*>(&e) != nullptr)
        return "42501";
    return e.sqlstate();
}

#if PQXX_VERSION_MAJOR >= 7

/// Runs a statement with parameters.
template <typename... Args>
pqxx::result run(pqxx::transaction_base& tx, const char* statement, Args&&... args) {
    return tx.exec(pqxx::zview(statement), pqxx::params{std::forward<Args>(args)...});
}

/// A parameter in the binary format of its type, which follows from the statement. It refers to the bytes and
/// does not copy them.
using binary = pqxx::bytes_view;

inline binary binary_of(const std::string& bytes) {
    return pqxx::binary_cast(bytes);
}

/// Does nothing, because 7 never opens a connection again by itself.
inline void never_reopen(pqxx::connection& /*c*/) {}

/// Subscribes to a channel. get_notifs returns the number of notifications.
inline void listen(pqxx::connection& c, const char* channel) {
    c.listen(channel, [](const pqxx::notification& /*n*/) {});
}

#else

template <typename... Args>
pqxx::result run(pqxx::transaction_base& tx, const char* statement, Args&&... args) {
    return tx.exec_params(statement, std::forward<Args>(args)...);
}

using binary = pqxx::binarystring;

inline binary binary_of(const std::string& bytes) {
    return pqxx::binarystring(bytes);
}

/// Keeps 6.4 from opening a lost connection again by itself, which would silently lose LISTEN.
inline void never_reopen(pqxx::connection& c) {
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wdeprecated-declarations" // 7 has neither the function nor the behaviour
    c.inhibit_reactivation(true);
#    pragma GCC diagnostic pop
}

inline void listen(pqxx::connection& c, const char* channel) {
    pqxx::nontransaction tx(c);
    tx.exec(std::string("LISTEN ") + channel);
}

#endif

} // namespace contego::queue::sql

namespace contego::queue {

/// One connection to PostgreSQL. The first call opens it, and the first call after a failure opens it again.
///
/// Every call runs with the daemon's own settings which override those of a role, a database or the
/// environment. They are made once if the session belongs to this connection, and in each transaction if a
/// pooler lends sessions.
///
/// The server ends a statement that takes too long or whose daemon is gone, so that an abandoned claim keeps
/// no lock. If the server closes an idle connection, the next call opens a new one and does not fail.
///
/// Errors of the server are thrown as server_error. Other errors are thrown as libpqxx or the system throws
/// them, and the connection is closed first. The caller decides when to try again.
///
/// Not thread safe: use a connection from one thread at a time.
class session {
public:
    session(database_options options, const std::string& each_transaction);

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

    /// Runs one statement in a transaction block, also if the session belongs to this connection.
    template <typename... Args>
    pqxx::result call_in_transaction(const statement& what, Args&&... args) {
        return transact(what.name, [&](pqxx::transaction_base& tx) {
            return sql::run(tx, what.sql, std::forward<Args>(args)...);
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
    std::string settings_;            ///< SQL that makes the settings for a session
    std::string begin_;               ///< SQL that begins a transaction
    std::string begin_with_settings_; ///< SQL that begins a transaction and makes the settings for it
    std::unique_ptr<pqxx::connection> connection_;
    std::optional<bool>
        owns_session_; ///< of the open connection; nothing until it was asked and the settings were made
};

} // namespace contego::queue
