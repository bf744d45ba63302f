#include "queue/connection.hpp"

namespace contego::queue {
namespace {

// The search path is ours in every session: nobody else's schema can stand in front of it. Times are read as
// UTC.
constexpr const char* session_settings =
    "SET search_path = pg_catalog, pg_temp; SET timezone = 'UTC'; SET jit = off";

} // namespace

connection::connection(database_options options, std::vector<statement> statements)
    : options_(std::move(options)), statements_(std::move(statements)) {}

pqxx::connection& connection::open() {
    if (connection_ != nullptr && connection_->is_open()) return *connection_;
    connection_.reset();
    auto fresh = std::make_unique<pqxx::connection>(options_.connection_string);
    sql::never_reopen(*fresh);
    {
        pqxx::nontransaction tx(*fresh);
        tx.exec("SET application_name = " + tx.quote(options_.application_name) + "; " + session_settings);
    }
    for (const auto& s : statements_)
        fresh->prepare(s.name, s.sql);
    connection_ = std::move(fresh);
    return *connection_;
}

} // namespace contego::queue
