#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

TEST(distributions, missing_lists_are_empty) {
    EXPECT_EQ(planned("BECOME_SUBSCRIBER", document("{'distributions': [{'distributor': 'D'}]}")), lines{});
    EXPECT_EQ(
        planned("BECOME_SUBSCRIBER",
                document("{'distributions': [{'distributor': 'D', 'smartcards': ['01'], 'services': ['11'],"
                         " 'stbs': null, 'paired': null, 'added': null, 'removed': {'services': null}}]}")),
        (lines{"ADD 01/11 @D"}));
}

TEST(distributions, their_list_is_mandatory_and_not_empty) {
    EXPECT_EQ(faults("BECOME_SUBSCRIBER", value::object{}),
              (lines{"distributions: is mandatory (was nothing)"}));
    EXPECT_EQ(faults("ADD_SERVICE", document("{'distributions': null}")),
              (lines{"distributions: is mandatory (was nothing)"}));
    EXPECT_EQ(faults("ADD_SERVICE", document("{'distributions': []}")),
              (lines{"distributions: must be a list of at least one object (was [])"}));
    EXPECT_EQ(
        faults("ADD_SERVICE", document("{'distributions': {'distributor': 'D'}}")),
        (lines{"distributions: must be a list of at least one object (was {\"distributor\":\"****\"})"}));
}

TEST(distributions, unknown_members_are_refused_at_every_level) {
    EXPECT_EQ(faults("START_SERVICE",
                     document("{'distributions': [{'distributor': 'D', 'smartcard': '01', 'services': ['11'],"
                              " 'added': {'services': ['11'], 'cards': []}}], 'orders': 1}")),
              (lines{"orders: is not known here (was ****)",
                     "distributions[0].smartcard: is not known here (was ****)",
                     "distributions[0].added.cards: is not known here (was ****)"}));
}

TEST(distributions, every_member_has_its_type) {
    EXPECT_EQ(
        faults(
            "BECOME_SUBSCRIBER",
            document("{'distributions': [7, {'distributor': 7, 'smartcards': '01', 'stbs': {}, 'services': 1,"
                     " 'paired': 'yes', 'added': [], 'removed': 'x'}], 'draft': 1, 'order': 2}")),
        (lines{"draft: must be true or false (was 1)",
               "order: must be new_first or cancel_first (was 2)",
               "distributions[0]: must be an object (was 7)",
               "distributions[1].distributor: must be text of 1 to 100 characters (was 7)",
               "distributions[1].services: must be a list of CA IDs (was 1)",
               "distributions[1].smartcards: must be a list of CA IDs (was \"01\")",
               "distributions[1].stbs: must be a list of CA IDs (was {})",
               "distributions[1].paired: must be true or false (was \"yes\")",
               "distributions[1].added: must be an object (was [])",
               "distributions[1].removed: must be an object (was \"x\")"}));
}

TEST(distributions, a_distributor_has_a_name) {
    EXPECT_EQ(faults("BECOME_SUBSCRIBER", document("{'distributions': [{}, {'distributor': ''}]}")),
              (lines{"distributions[0].distributor: is mandatory (was nothing)",
                     "distributions[1].distributor: must be text of 1 to 100 characters (was \"\")"}));
}

TEST(distributions, a_distributor_is_not_named_twice) {
    EXPECT_EQ(faults("BECOME_SUBSCRIBER",
                     asking({{.distributor = "A"}, {.distributor = "B"}, {.distributor = "A"}})),
              (lines{"distributions[2].distributor: must not be named twice (was \"A\")"}));
}

TEST(distributions, every_ca_id_is_checked_with_the_limits_of_its_kind) {
    limits site;
    site.smartcard_ca_id_digits = {1, 1};
    site.stb_ca_id_digits = {2, 2};
    site.service_ca_id_digits = {3, 3};

    EXPECT_EQ(faults("BECOME_SUBSCRIBER", asking({{.has = {{"5555"}, {"5555"}, {"555", "5555"}}}}), site),
              (lines{"distributions[0].services[1]: must be 3 digits (was \"5555\")",
                     "distributions[0].smartcards[0]: must be 1 digits (was \"5555\")",
                     "distributions[0].stbs[0]: must be 2 digits (was \"5555\")"}));
}

TEST(distributions, a_ca_id_that_is_a_number_is_refused) {
    EXPECT_EQ(faults("BECOME_SUBSCRIBER",
                     document("{'distributions': [{'distributor': 'D', 'smartcards': [1900]}]}")),
              (lines{"distributions[0].smartcards[0]: must be text, since leading zeros count (was 1900)"}));
}

TEST(distributions, a_ca_id_is_not_named_twice_in_a_list) {
    EXPECT_EQ(faults("BECOME_SUBSCRIBER", asking({{.has = {{"01", "02", "01"}, {"01"}, {"01", "01"}}}})),
              (lines{"distributions[0].services[1]: must not be named twice (was \"01\")",
                     "distributions[0].smartcards[2]: must not be named twice (was \"01\")"}));
}

TEST(distributions, added_items_must_be_present_and_removed_items_absent) {
    EXPECT_EQ(faults("SWAP_SERVICE",
                     asking({{.has = {.services = {"11"}},
                              .added = {.services = {"12"}},
                              .removed = {.services = {"11"}}}})),
              (lines{"distributions[0].added.services[0]: must also be in services of the distributor, which "
                     "says what it has"
                     " after the action (was \"12\")",
                     "distributions[0].removed.services[0]: must not be in services of the distributor, "
                     "which says what it"
                     " has after the action (was \"11\")"}));
}

TEST(distributions, changes_are_not_compared_with_an_unreadable_list) {
    EXPECT_EQ(faults("ADD_SERVICE",
                     document("{'distributions': [{'distributor': 'D', 'services': '11', 'smartcards': '01',"
                              " 'stbs': ['91'], 'added': {'services': ['11'], 'stbs': ['91']}}]}")),
              (lines{"distributions[0].services: must be a list of CA IDs (was \"11\")",
                     "distributions[0].smartcards: must be a list of CA IDs (was \"01\")"}));
}

TEST(distributions, an_unreadable_change_counts_as_a_change) {
    EXPECT_EQ(faults("ADD_SERVICE",
                     document("{'distributions': [{'distributor': 'D', 'added': {'services': '11'}}]}")),
              (lines{"distributions[0].added.services: must be a list of CA IDs (was \"11\")"}));
    EXPECT_EQ(
        faults(
            "ADD_SERVICE",
            document(
                "{'distributions': [{'distributor': 'D', 'services': [11], 'added': {'services': [11]}}]}")),
        (lines{"distributions[0].services[0]: must be text, since leading zeros count (was 11)",
               "distributions[0].added.services[0]: must be text, since leading zeros count (was 11)"}));
}

TEST(distributions, a_huge_request_is_refused_before_it_is_expanded) {
    lists huge;
    for (int i = 0; i < 1000; ++i) {
        huge.smartcards.push_back(std::to_string(i));
        huge.services.push_back(std::to_string(i));
    }

    const auto all = violated("REST_SUBSCRIPTION", asking({{.has = huge}}));

    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].field, "distributions");
    EXPECT_EQ(all[0].rule, "must lead to at most 10000 commands, and would lead to 1000000");
}

lists many(int smartcards, int services) {
    lists all;
    for (int i = 0; i < smartcards; ++i)
        all.smartcards.push_back(std::to_string(i));
    for (int i = 0; i < services; ++i)
        all.services.push_back(std::to_string(i));
    return all;
}

std::size_t count_of(std::string_view action, const value& parameters) {
    const auto result = plan(action, parameters, limits{});
    return std::get<command_list>(result).size();
}

TEST(distributions, a_request_at_the_limit_is_planned) {
    EXPECT_EQ(count_of("REST_SUBSCRIPTION", asking({{.has = many(100, 100)}})), 10'000U);
}

TEST(distributions, a_request_beyond_the_limit_is_refused_with_its_number_of_commands) {
    const auto rule = [](std::size_t count) {
        return "must lead to at most 10000 commands, and would lead to " + std::to_string(count);
    };
    auto paired = many(100, 100);
    paired.smartcards.resize(50);
    paired.services.push_back("100");
    paired.services.resize(200, "");
    for (std::size_t i = 100; i < 200; ++i)
        paired.services[i] = std::to_string(i);
    paired.stbs = {"01"};
    const auto swapped = many(200, 60);
    auto fresh = swapped.services;

    for (const auto& [action, places, count] :
         std::vector<std::tuple<std::string, std::vector<place>, std::size_t>>{
             {"BECOME_SUBSCRIBER", {{.has = many(200, 200)}}, 40'000},
             {"REST_SUBSCRIPTION", {{.has = many(1, 10'001)}}, 10'001},
             {"BECOME_SUBSCRIBER", {{.has = paired}}, 10'001}, // 10,000 ADD and the pairing
             {"START_SERVICE", {{.has = swapped, .added = {.services = fresh}}}, 12'000},
             {"REST_SUBSCRIPTION", {{.has = many(50'000, 20'000)}}, 1'000'000'000}}) {
        const auto all = violated(action, asking(places));
        ASSERT_EQ(all.size(), 1U) << action;
        EXPECT_EQ(all[0].field, "distributions");
        EXPECT_EQ(all[0].rule, rule(count));
    }
}

TEST(distributions, pairs_that_distributors_share_are_counted_once) {
    const auto all = many(100, 100);

    EXPECT_EQ(count_of("REST_SUBSCRIPTION",
                       asking({{.distributor = "A", .has = all}, {.distributor = "B", .has = all}})),
              10'000U);
}

TEST(distributions, a_change_of_one_service_among_many_is_a_small_request) {
    EXPECT_EQ(count_of("START_SERVICE", asking({{.has = many(200, 200), .added = {.services = {"7"}}}})),
              200U);
}

TEST(distributions, many_mistakes_are_counted_and_few_are_kept) {
    value::list all(100'000, value("x"));

    const auto result =
        plan("REST_SUBSCRIPTION",
             value::object{
                 {"distributions", value::list{value::object{{"distributor", "D"}, {"smartcards", all}}}}},
             limits{});

    const auto& no = std::get<refusal>(result);
    EXPECT_EQ(no.all.size(), most_violations);
    EXPECT_EQ(no.more, 100'000U + 99'999U - most_violations);
    EXPECT_TRUE(describe(no.all, no.more).ends_with("\n... and 199979 more"));
}

} // namespace
} // namespace contego::test
