#include "doctor/check_queue.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace contego::daemon {
namespace {

using enum severity;

const std::set<std::string> served{"default"};

queue::provider_backlog backlog(const std::string& provider = "default") {
    return {provider, 5, 0, 2, 3, 10};
}

TEST(doctor_queue, that_moves_is_good_whatever_its_length) {
    EXPECT_THAT(check_queue({}, {}, served), only(ok, "0 requests are due"));
    EXPECT_THAT(check_queue({backlog()}, {0, 2, 3, 60}, served),
                only(ok, "5 requests are due, 3 of them blocked and 2 retrying"));
}

TEST(doctor_queue, with_held_requests_waits_for_a_person) {
    auto p = backlog();
    p.held = 4;

    EXPECT_THAT(check_queue({p}, {}, served), only(warning, "4 requests are held", "contego.stuck"));
}

TEST(doctor_queue, that_is_long_due_is_a_finding) {
    auto p = backlog();
    p.oldest_due_age = 901;

    EXPECT_THAT(check_queue({p}, {}, served), only(warning, "due for 15 min", "contego.queue_health"));
}

TEST(doctor_queue, of_a_provider_that_nobody_configured_is_a_finding) {
    EXPECT_THAT(check_queue({backlog("other")}, {}, served),
                only(warning, "provider other: 5 requests are due", "add it to the configuration"));
}

TEST(doctor_queue, of_a_provider_whose_name_is_nearly_a_configured_one_asks_for_that) {
    for (const auto* near : {"defualt", "Default", "default ", "efault", "dafaults", "DEFAULT"})
        EXPECT_THAT(check_queue({backlog(near)}, {}, served),
                    only(warning, "does not serve it", "is default meant? does another daemon serve it?"))
            << near;
    for (const auto* far : {"other", "dflt-2", "defaultdefault", "", "d"})
        EXPECT_THAT(check_queue({backlog(far)}, {}, served),
                    only(warning, "does not serve it", "does another daemon serve it?"))
            << far;
}

TEST(doctor_queue, of_a_provider_with_an_unprintable_name_is_still_one_line) {
    const auto found = check_queue({backlog("a\nERROR    queue: " + std::string(10'000, 'x'))}, {}, served);

    EXPECT_THAT(found, only(warning, "provider a?ERROR"));
    EXPECT_LT(found.front().what.size(), 200U);
}

TEST(doctor_queue, of_many_more_unknown_providers_counts_them) {
    auto p = backlog("(unknown)");
    p.names = 199'980;

    EXPECT_THAT(
        check_queue({p}, {}, served),
        only(warning,
             "199980 further providers: 5 requests are due, and this configuration does not serve them"));
}

TEST(doctor_queue, long_in_flight_or_long_blocked_is_a_finding) {
    EXPECT_THAT(check_queue({}, {6, 0, 0, 0}, served),
                only(warning, "6 requests have been in flight", "contego.in_flight"));
    EXPECT_THAT(check_queue({}, {0, 0, 9, 7'300}, served),
                only(warning, "of 9 blocked", "contego.blocked_lane"));
}

TEST(doctor_queue, in_flight_with_a_daemon_that_is_dead_is_said) {
    EXPECT_THAT(check_queue({}, {0, 3, 0, 0}, served), only(ok, "3 in flight with no living daemon"));
}

TEST(doctor_daemons, alive_are_counted) {
    EXPECT_THAT(check_daemons({{"a", "n1", 9}, {"b", "n2", 3'600}}, 5), only(ok, "2 daemons are alive"));
}

TEST(doctor_daemons, that_are_none_are_an_error_where_something_is_due) {
    EXPECT_THAT(check_daemons({}, 0), only(warning, "no daemon is alive", "systemctl start contegod"));
    EXPECT_THAT(check_daemons({}, 1), only(error, "1 requests are due", "systemctl start contegod"));
}

TEST(doctor_daemons, whose_lease_has_ended_are_named) {
    EXPECT_THAT(
        check_daemons({{"a", "n1", 9}, {"b", "n2", -30}}, 5),
        ::testing::ElementsAre(is(ok, "1 daemons"), is(warning, "the lease of b on n2 ended 30 s ago")));
}

TEST(doctor_daemons, whose_lease_was_ended_did_not_die) {
    const auto ended = -std::numeric_limits<double>::infinity();

    EXPECT_THAT(check_daemons({{"a", "n1", 9}, {"b", "n2", ended}}, 5), only(ok, "1 daemons are alive"));
    EXPECT_THAT(check_daemons({{"b", "n2", ended}}, 0),
                only(warning, "no daemon is alive", "systemctl start contegod"));
}

TEST(doctor_lineage, in_which_nothing_is_lost_is_good) {
    EXPECT_THAT(check_lineage({}), only(ok, "no data is known to be lost"));
}

TEST(doctor_lineage, that_is_stopped_or_gives_numbers_again_is_an_error) {
    EXPECT_THAT(check_lineage({"data was lost: renewal 7", {}}),
                only(error, "claiming is stopped: data was lost: renewal 7", "contegod after-data-loss"));
    EXPECT_THAT(check_lineage({"", {"contego.fence"}}),
                only(error, "the sequence contego.fence is behind its table", "start a daemon"));
}

TEST(doctor_daemons, whose_lease_is_longer_than_any_show_a_clock_that_was_set_back) {
    EXPECT_THAT(check_daemons({{"a", "n1", 86'400}}, 0),
                ::testing::ElementsAre(is(ok, "1 daemons"), is(error, "another 24 h", "cuts such a lease")));
}

} // namespace
} // namespace contego::daemon
