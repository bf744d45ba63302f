#include "queue/poller.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

#include <utility>

namespace contego::queue {
namespace {

constexpr statement poll_for_work{"poll",
                                  "SELECT to_jsonb(claimable), sweep_turn, ends, unsealed, feeding"
                                  " FROM contego.poll($1, ARRAY(SELECT "
                                  "jsonb_array_elements_text($2::jsonb)), $3 * interval '1 millisecond',"
                                  "                   $4 * interval '1 millisecond')"};
constexpr statement number{"number_finished", "SELECT contego.number_finished()"};
constexpr statement seal{"seal_audit", "SELECT contego.seal_audit()"};

} // namespace

poller::poller(database_options options, const fleet& membership, std::chrono::milliseconds turn)
    : connection_(std::move(options)), membership_(membership), turn_(turn) {}

pending_work poller::poll(const std::vector<std::string>& providers, std::chrono::milliseconds ahead) {
    const auto rows = connection_->call(poll_for_work,
                                        membership_.daemon_id(),
                                        json::write(value::list(providers.begin(), providers.end())),
                                        static_cast<std::int64_t>(ahead.count()),
                                        static_cast<std::int64_t>(turn_.count()));
    const auto& row = rows[0];
    pending_work work;
    const auto names = json::parse(row[0].c_str());
    for (const auto& name : *names.items())
        work.claimable.push_back(*name.text());
    if (!row[1].is_null()) work.sweep_turn = row[1].as<std::int64_t>();
    work.ends = row[2].as<bool>();
    work.unsealed = row[3].as<bool>();
    work.feeding = row[4].as<bool>();
    return work;
}

bool poller::number_finished() {
    return connection_->call(number)[0][0].as<std::int64_t>() > 0;
}

void poller::seal_audit() {
    connection_->call(seal);
}

} // namespace contego::queue
