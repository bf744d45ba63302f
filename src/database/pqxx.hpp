#pragma once

// The only place that knows that libpqxx 6.4 (Debian 12) and 7.10 (Debian 13) differ.

#include <pqxx/pqxx>

#include <string>
#include <string_view>
#include <utility>

namespace contego::queue::sql {

/// The SQLSTATE of an error; empty where the server gave none. 6.4 forgets one.
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

/// A parameter in the binary format of its type, which the statement says. Only looks at the bytes.
using binary = pqxx::bytes_view;

inline binary binary_of(const std::string& bytes) {
    return pqxx::binary_cast(bytes);
}

/// 7 never re-opens a connection by itself.
inline void never_reopen(pqxx::connection& /*c*/) {}

/// Subscribes to a channel; get_notifs counts what came.
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

/// 6.4 re-opens a dropped connection by itself and loses LISTEN with it: we want to
/// be told.
inline void never_reopen(pqxx::connection& c) {
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wdeprecated-declarations" // gone in 7, and with it what it switches off
    c.inhibit_reactivation(true);
#    pragma GCC diagnostic pop
}

inline void listen(pqxx::connection& c, const char* channel) {
    pqxx::nontransaction tx(c);
    tx.exec(std::string("LISTEN ") + channel);
}

#endif

} // namespace contego::queue::sql
