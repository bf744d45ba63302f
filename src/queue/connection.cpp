#include "queue/connection.hpp"

#include "queue/connection_string.hpp"
#include "queue/sqlstate.hpp"

#include <stdexcept>

namespace contego::queue {

connection::connection(database_options options) : options_(std::move(options)) {
    options_.connection_string = with_defaults(options_.connection_string, options_.application_name);
}

pqxx::connection& connection::open() {
    if (connection_ != nullptr && connection_->is_open()) return *connection_;
    connection_.reset();
    auto fresh = std::make_unique<pqxx::connection>(options_.connection_string);
    sql::never_reopen(*fresh);
    connection_ = std::move(fresh);
    return *connection_;
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
