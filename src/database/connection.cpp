#include "database/connection.hpp"

#include "database/connection_string.hpp"
#include "database/host_order.hpp"
#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"

#include <poll.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace contego::queue {
namespace {

/// Settings that change how answers are written, or what a statement of the daemon means. A role, a database,
/// PGOPTIONS or the server's configuration may set each of them otherwise.
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
    {"idle_session_timeout", "0"},              // the daemon keeps idle sessions on purpose
    {"client_connection_check_interval", "1s"}, // ends the statement of a daemon that was killed
}};

/// If the host of a daemon is lost between two statements, the server keeps the locks of its transaction for
/// this long.
constexpr std::chrono::milliseconds longest_pause{10'000};

constexpr std::string_view begin_read_committed = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// How long settings last.
enum class lasting { session, transaction };

/// The hosts that answered any connection of this process.
host_order& hosts() {
    static host_order all;
    return all;
}

std::string setting(std::string_view name, std::string_view value, lasting as_long_as) {
    return "pg_catalog.set_config('" + std::string(name) + "', '" + std::string(value) + "', " +
           (as_long_as == lasting::transaction ? "true" : "false") + ")";
}

/// The server's time limit is a little shorter than the daemon's. Its error names the statement, and the
/// connection stays usable.
std::chrono::milliseconds statement_timeout(const database_options& options) {
    return options.overseer ? options.answer_timeout - options.answer_timeout / 10
                            : std::chrono::milliseconds(0);
}

/// Returns a SELECT that makes every setting on which the daemon's statements depend, instead of eighteen SET
/// statements. It does not change default_transaction_read_only, with which an administrator freezes a
/// database.
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

} // namespace

connection::connection(database_options options, const std::string& each_transaction)
    : session_(std::make_unique<session>(std::move(options), each_transaction)) {}

connection::connection(connection&& other) noexcept = default;
connection& connection::operator=(connection&& other) noexcept = default;
connection::~connection() = default;

session::session(database_options options, const std::string& each_transaction)
    : options_(std::move(options)) {
    options_.connection_string = with_defaults(options_.connection_string, options_.application_name);
    const auto begin_first = std::string(begin_read_committed) + "; ";
    settings_ = settings(options_, lasting::session);
    begin_ = begin_first + each_transaction;
    begin_with_settings_ = begin_first + settings(options_, lasting::transaction) + "; " + each_transaction;
}

pqxx::connection& session::open() {
    if (connection_ != nullptr && connection_->is_open()) return *connection_;
    connection_.reset();
    owns_session_.reset();
    try {
        auto fresh = std::make_unique<pqxx::connection>(hosts().arranged(options_.connection_string));
        sql::never_reopen(*fresh);
        hosts().answered(fresh->hostname(), fresh->port());
        connection_ = std::move(fresh);
    } catch (const pqxx::broken_connection&
                 e) { // libpq quotes text that it cannot read, which may be the password
        throw pqxx::broken_connection(without_secrets(e.what(), options_.connection_string));
    }
    return *connection_;
}

// A pooler in transaction mode reports an invented process number, which no server process has. Settings of
// such a session would apply to the next transaction of another client.
bool session::owns_its_session(const char* name) {
    close_if_the_server_did();
    return guarded(name, [&](pqxx::connection& c) {
        pqxx::nontransaction tx(c);
        if (owns_session_) return *owns_session_;
        const bool owns = tx.exec("SELECT pg_catalog.pg_backend_pid()")[0][0].as<int>() == c.backendpid();
        if (owns) tx.exec(settings_);
        owns_session_ = owns;
        return owns;
    });
}

// If the server ends the session in this moment, nothing is lost yet, so the transaction begins again in a
// new session.
void session::begin(const char* name) {
    const auto begins = [&] {
        const auto& text = owns_its_session(name) ? begin_ : begin_with_settings_;
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

// Between two calls a server sends nothing unless it ends the session, because of idle_session_timeout, a
// restart or a pooler. The connection is then closed, so that the next call does not fail on it.
void session::close_if_the_server_did() {
    const auto idle = socket();
    if (!idle) return;
    pollfd waits{*idle, POLLIN, 0};
    if (::poll(&waits, 1, 0) > 0) connection_.reset();
}

std::optional<int> session::socket() const {
    if (connection_ == nullptr || !connection_->is_open()) return std::nullopt;
    return connection_->sock();
}

// The server answered with an error. The connection stays usable unless the error says otherwise.
void session::refused(const char* name,
                      const pqxx::sql_error& e,
                      const std::optional<watchdog::watch>& watched) {
    const auto state = sql::sqlstate_of(e);
    if (refuses_to_write(state) && connection_->is_open())
        hosts().forget(connection_->hostname(), connection_->port());
    if (ends_the_connection(state) || !connection_->is_open()) broken(name, watched);
    throw server_error(name, e.what(), state);
}

void session::broken(const char* name, const std::optional<watchdog::watch>& watched) {
    connection_.reset();
    if (watched && watched->ended())
        throw std::runtime_error(std::string(name) + ": no answer within " +
                                 std::to_string(options_.answer_timeout.count()) + " ms");
}

} // namespace contego::queue
