#include "database/connection.hpp"

#include "database/connection_string.hpp"
#include "database/sqlstate.hpp"

#include <poll.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace contego::queue {
namespace {

/// How answers are written, and what could make a statement of ours mean something else. Each may be set on a
/// role, on a database, by PGOPTIONS or in the server's configuration.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> our_settings{{
    {"search_path", "pg_catalog, pg_temp"},
    {"datestyle", "ISO, YMD"},
    {"intervalstyle", "postgres"},
    {"timezone", "UTC"},
    {"extra_float_digits", "1"},
    {"bytea_output", "hex"},
    {"standard_conforming_strings", "on"},
    {"quote_all_identifiers", "off"},
    {"array_nulls", "on"},
    {"transform_null_equals", "off"},
    {"row_security", "on"},
    {"default_transaction_isolation", "read committed"},
    {"jit", "off"},
    {"idle_session_timeout", "0"},              // a session of ours is not a forgotten one
    {"client_connection_check_interval", "1s"}, // ends what a daemon left behind that was killed
}};

/// A daemon whose host is gone between two statements keeps no lock for longer.
constexpr std::chrono::milliseconds longest_pause{10'000};

constexpr std::string_view begin_read_committed = "BEGIN ISOLATION LEVEL READ COMMITTED";

std::string setting(std::string_view name, std::string_view value, lasting as_long_as) {
    return "pg_catalog.set_config('" + std::string(name) + "', '" + std::string(value) + "', " +
           (as_long_as == lasting::transaction ? "true" : "false") + ")";
}

/// The server is to be the first to give up: its answer says where the time went, and the connection stays.
std::chrono::milliseconds statement_timeout(const database_options& options) {
    return options.overseer ? options.answer_timeout - options.answer_timeout / 10
                            : std::chrono::milliseconds(0);
}

} // namespace

// One SELECT for all of them: eighteen SETs would be eighteen statements.
std::string settings(const database_options& options, lasting as_long_as) {
    const auto milliseconds = [&](std::string_view name, std::chrono::milliseconds value) {
        return setting(name, std::to_string(value.count()), as_long_as);
    };
    std::string text = "SELECT ";
    for (const auto& [name, value] : our_settings)
        text += setting(name, value, as_long_as) + ", ";
    return text + milliseconds("statement_timeout", statement_timeout(options)) + ", " +
           milliseconds("lock_timeout", options.lock_timeout) + ", " +
           milliseconds("idle_in_transaction_session_timeout", longest_pause);
}

connection::connection(database_options options) : options_(std::move(options)) {
    options_.connection_string = with_defaults(options_.connection_string, options_.application_name);
    in_session_ = settings(options_, lasting::session);
    in_transaction_ = std::string(begin_read_committed) + "; " + settings(options_, lasting::transaction);
}

pqxx::connection& connection::open() {
    if (connection_ != nullptr && connection_->is_open()) return *connection_;
    connection_.reset();
    owns_session_.reset();
    try {
        auto fresh = std::make_unique<pqxx::connection>(options_.connection_string);
        sql::never_reopen(*fresh);
        connection_ = std::move(fresh);
    } catch (
        const pqxx::broken_connection& e) { // libpq quotes what it cannot read, which may be the password
        throw pqxx::broken_connection(without_secrets(e.what(), options_.connection_string));
    }
    return *connection_;
}

// A pooler that lends sessions tells the client a process that it has made up: no server process has its
// number. Settings of a session would then be those of somebody else in the next transaction.
bool connection::owns_its_session(const char* name) {
    close_if_the_server_did();
    return guarded(name, [&](pqxx::connection& c) {
        pqxx::nontransaction tx(c);
        if (owns_session_) return *owns_session_;
        const bool owns = tx.exec("SELECT pg_catalog.pg_backend_pid()")[0][0].as<int>() == c.backendpid();
        if (owns) tx.exec(in_session_);
        owns_session_ = owns;
        return owns;
    });
}

// Nothing has happened yet, so that a session that the server ends in this moment is no trouble: the next one
// begins again.
void connection::begin(const char* name) {
    const auto begins = [&] {
        const auto text = owns_its_session(name) ? std::string(begin_read_committed) : in_transaction_;
        guarded(name, [&](pqxx::connection& c) { return pqxx::nontransaction(c).exec(text).size(); });
    };
    const bool was_open = socket().has_value();
    try {
        begins();
    } catch (const pqxx::broken_connection&) {
        if (!was_open) throw;
        begins();
    } catch (const server_error& e) {
        if (!was_open || !ends_the_connection(e.sqlstate())) throw;
        begins();
    }
}

// Between two calls a server says nothing, unless it has ended the session (idle_session_timeout, a restart,
// a pooler) or is about to: the next call would fail for no fault of anybody.
void connection::close_if_the_server_did() {
    const auto idle = socket();
    if (!idle) return;
    pollfd waits{*idle, POLLIN, 0};
    if (::poll(&waits, 1, 0) > 0) connection_.reset();
}

std::optional<int> connection::socket() const {
    if (connection_ == nullptr || !connection_->is_open()) return std::nullopt;
    return connection_->sock();
}

// The server answered: the connection is good unless it says otherwise.
void connection::refused(const char* name,
                         const pqxx::sql_error& e,
                         const std::optional<watchdog::watch>& watched) {
    const auto state = sql::sqlstate_of(e);
    if (ends_the_connection(state) || !connection_->is_open()) broken(name, watched);
    throw server_error(name, e.what(), state);
}

void connection::broken(const char* name, const std::optional<watchdog::watch>& watched) {
    connection_.reset();
    if (watched && watched->ended())
        throw std::runtime_error(std::string(name) + ": no answer within " +
                                 std::to_string(options_.answer_timeout.count()) + " ms");
}

} // namespace contego::queue
