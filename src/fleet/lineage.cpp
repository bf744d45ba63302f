#include "fleet/lineage.hpp"

#include "database/pqxx.hpp"

#include <utility>

namespace contego::queue {
namespace {

constexpr statement read_stop{"claiming_stopped",
                              "SELECT coalesce(because, '') FROM contego.claiming_stopped()"};
constexpr statement take_step{"after_data_loss",
                              "SELECT step, requests, coalesce(ceil(wait_ms), 0)::bigint"
                              " FROM contego.after_data_loss($1, $2, $3, $4)"};

} // namespace

lineage::lineage(database_options options) : connection_(std::move(options)) {}

std::string lineage::claiming_stopped() {
    return connection_->call(read_stop)[0][0].c_str();
}

data_loss_step lineage::after_data_loss(const data_loss_statement& said) {
    const auto rows =
        connection_->call(take_step, said.reason, said.nothing_lost, said.unnoticed, said.preview);
    return {rows[0][0].c_str(),
            rows[0][1].as<std::int64_t>(),
            std::chrono::milliseconds(rows[0][2].as<std::int64_t>())};
}

} // namespace contego::queue
