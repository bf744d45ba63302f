#include "queue/fleet.hpp"

namespace contego::queue {
namespace {

constexpr statement join_fleet{"join_fleet",
                               "SELECT contego.join_fleet($1, $2, $3, $4, $5 * interval '1 millisecond')"};
constexpr statement renew_lease{"renew_lease",
                                "SELECT contego.renew_lease($1, $2 * interval '1 millisecond')"};
constexpr statement rescue{"rescue", "SELECT contego.rescue()"};
constexpr statement leave_fleet{"leave_fleet", "SELECT contego.leave_fleet($1)"};

} // namespace

fleet::fleet(database_options options, identity who, std::chrono::milliseconds lease)
    : connection_(std::move(options), {join_fleet, renew_lease, rescue, leave_fleet}),
      who_(std::move(who)),
      lease_(lease) {}

std::int64_t fleet::keep() {
    const auto asked = std::chrono::steady_clock::now();
    const auto lease = static_cast<int>(lease_.count());
    const auto id = connection_.transact([&](pqxx::work& tx) -> std::int64_t {
        if (id_ != 0 && sql::run_prepared(tx, renew_lease.name, id_.load(), lease)[0][0].as<bool>())
            return id_;
        const auto joined =
            sql::run_prepared(tx, join_fleet.name, who_.name, who_.host, who_.pid, who_.version, lease);
        return joined[0][0].as<std::int64_t>();
    });
    id_ = id;
    trusted_until_ = asked + lease_ - lease_ / 10;
    return connection_.transact(
        [&](pqxx::work& tx) { return sql::run_prepared(tx, rescue.name)[0][0].as<std::int64_t>(); });
}

void fleet::leave() {
    connection_.transact(
        [&](pqxx::work& tx) { return sql::run_prepared(tx, leave_fleet.name, id_.load()).size(); });
}

} // namespace contego::queue
