#pragma once

// The only file that depends on the differences between libpqxx 6.4 (Debian 12) and 7.10 (Debian 13).

#include <pqxx/pqxx>

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
