#include "queue/poller.hpp"
#include "queue_fixture.hpp"

#include <future>

namespace contego::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class polling : public queue_fixture {
protected:
    using names = std::vector<std::string>;

    queue::poller poller_of(const daemon_hands& daemon, milliseconds turn = hours(24)) {
        return {database_, daemon.membership, turn};
    }

    /// Polls for each of `daemons` in several turns. Returns how many of them were told to sweep in each
    /// turn.
    std::vector<std::size_t> sweepers_of(const std::vector<daemon_hands*>& daemons) {
        std::vector<std::size_t> all;
        for (std::size_t turn = 0; turn < 10; ++turn) {
            const auto length = 86'400 + turn; // about a day, so no turn ends during the test
            std::size_t told = 0;
            for (const auto* daemon : daemons)
                told += one("SELECT sweep_turn IS NOT NULL FROM contego.poll(" +
                            std::to_string(daemon->membership.daemon_id()) +
                            ", '{}', '0', make_interval(secs => " + std::to_string(length) + "))") == "t"
                            ? 1
                            : 0;
            all.push_back(told);
        }
        return all;
    }
};

TEST_F(polling, names_the_providers_that_have_a_request_to_claim_now_or_soon) {
    sql("INSERT INTO contego.request (action, parameters, provider, scheduled_date) VALUES"
        " ('X', '{}', 'queued', NULL), ('X', '{}', 'soon', now() + interval '1 minute'),"
        " ('X', '{}', 'later', now() + interval '1 hour'), ('X', '{}', 'of others', NULL)");
    daemon_hands daemon(database_);
    auto poller = poller_of(daemon);
    const names ours{"idle", "later", "queued", "soon"};

    EXPECT_EQ(poller.poll(ours, std::chrono::minutes(2)).claimable, (names{"queued", "soon"}));
    EXPECT_EQ(poller.poll(ours, milliseconds(0)).claimable, names{"queued"});
    EXPECT_EQ(poller.poll({}, hours(2)).claimable, names{});
}

TEST_F(polling, tells_nobody_to_sweep_if_nothing_can_need_it) {
    daemon_hands one_daemon(database_);
    daemon_hands another(database_);
    insert_for_card("1");

    for (const auto told : sweepers_of({&one_daemon, &another}))
        EXPECT_EQ(told, 0U);
}

TEST_F(polling, does_not_take_a_lease_renewed_meanwhile_for_one_that_is_too_long) {
    daemon_hands daemon(database_);
    auto poller = poller_of(daemon);
    ASSERT_FALSE(poller.poll({"default"}, milliseconds(0)).sweep_turn);
    pqxx::connection other(database_.connection_string);
    pqxx::work locking(other);
    locking.exec("LOCK TABLE contego.request_open IN ACCESS EXCLUSIVE MODE");
    auto slow = std::async(std::launch::async, [&] { return poller.poll({"default"}, milliseconds(0)); });
    until_somebody_waits();

    daemon.membership.keep();
    locking.commit();

    EXPECT_EQ(slow.get().sweep_turn, std::nullopt);
}

TEST_F(polling, tells_exactly_one_living_daemon_to_sweep_in_each_turn) {
    daemon_hands first(database_);
    daemon_hands second(database_);
    daemon_hands third(database_);
    insert_for_card("1");
    ASSERT_EQ(first.claim().size(), 1U);

    for (const auto told : sweepers_of({&first, &second, &third}))
        EXPECT_EQ(told, 1U);

    // The end of a lease is something to sweep for, and its daemon has no more turns.
    sql("UPDATE contego.request_open SET progress = 'QUEUED', claimed_by = NULL, claimed_date = NULL");
    sql("UPDATE contego.daemon SET lease_until = now() - interval '1 second' WHERE id = " +
        std::to_string(third.membership.daemon_id()));
    for (const auto told : sweepers_of({&first, &second}))
        EXPECT_EQ(told, 1U);
}

TEST_F(polling, tells_of_ends_without_a_position) {
    daemon_hands daemon(database_);
    auto poller = poller_of(daemon);
    sql("SELECT contego.open_feed()");
    EXPECT_FALSE(poller.poll({}, milliseconds(0)).ends);

    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon.claim(), ids{id});
    daemon.end(id, disposition::complete);

    EXPECT_TRUE(poller.poll({}, milliseconds(0)).ends);
    EXPECT_TRUE(poller.number_finished());
    EXPECT_FALSE(poller.poll({}, milliseconds(0)).ends);
}

} // namespace
} // namespace contego::testing
