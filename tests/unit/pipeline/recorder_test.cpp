#include "unit/pipeline/recorder_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace contego::testing {
namespace {

TEST_F(recorder_fixture, does_not_let_a_lone_outcome_wait) {
    start();
    add(verdict_on(1));
    network_.poll();

    store_.wait_for_batch(1);

    finish();
    ASSERT_EQ(store_.batches.size(), 1U);
    EXPECT_EQ(requests_of(store_.batches[0].verdicts), ids{1});
}

TEST_F(recorder_fixture, with_nothing_to_write_asks_the_database_nothing) {
    start();

    finish();

    EXPECT_TRUE(store_.batches.empty());
}

TEST_F(recorder_fixture, gathers_what_comes_while_a_batch_is_being_written) {
    store_.close();
    start();
    add(verdict_on(1));
    network_.poll();
    store_.wait_for_batch(1);
    for (const auto id : {2, 3, 4}) {
        add(command_of(id));
        add(verdict_on(id));
    }
    network_.poll();
    EXPECT_EQ(recorder_.outstanding(), 4U);

    store_.open();
    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_EQ(requests_of(store_.batches[1].commands), (ids{2, 3, 4}));
    EXPECT_EQ(requests_of(store_.batches[1].verdicts), (ids{2, 3, 4}));
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, writes_express_before_what_was_there_earlier) {
    store_.close();
    start();
    add(verdict_on(1));
    network_.poll();
    store_.wait_for_batch(1);
    add(command_of(2));
    add(verdict_on(2));
    add(command_of(3), pipeline::recorder::urgency::express);
    add(verdict_on(3), pipeline::recorder::urgency::express);

    store_.open();
    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_EQ(requests_of(store_.batches[1].commands), (ids{3, 2}));
    EXPECT_EQ(requests_of(store_.batches[1].verdicts), (ids{3, 2}));
}

TEST_F(recorder_fixture, gathers_for_a_moment_where_more_comes_anyway) {
    recorder_.on_asking_for_more([] { return true; });
    bool written = false;
    recorder_.on_written([&](const record_batch& /*b*/, const record_answer& /*a*/) { written = true; });
    start();
    add(verdict_on(1));
    network_.poll();
    add(verdict_on(2));
    network_.poll();

    while (!written)
        network_.run_one();

    EXPECT_EQ(requests_of(store_.batches[0].verdicts), (ids{1, 2}));
    finish();
}

TEST_F(recorder_fixture, lets_no_express_wait_for_what_comes_anyway) {
    recorder_.on_asking_for_more([] { return true; });
    start();
    add(verdict_on(1));
    network_.poll();
    add(verdict_on(2), pipeline::recorder::urgency::express);
    network_.poll();

    store_.wait_for_batch(1);

    EXPECT_EQ(requests_of(store_.batches[0].verdicts), (ids{2, 1}));
    finish();
}

TEST_F(recorder_fixture, lets_no_full_batch_wait_for_what_comes_anyway) {
    recorder_.on_asking_for_more([] { return true; });
    start();
    for (std::int64_t id = 1; id <= 600; ++id)
        add(verdict_on(id));
    network_.poll();

    store_.wait_for_batch(1);

    EXPECT_EQ(store_.batches[0].verdicts.size(), 600U);
    finish();
}

TEST_F(recorder_fixture, stopped_writes_what_is_left) {
    store_.close();
    start();
    add(command_of(1));
    network_.poll();
    store_.wait_for_batch(1);
    add(verdict_on(1));
    recorder_.stop();
    network_.poll();

    store_.open();
    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_EQ(requests_of(store_.batches[1].verdicts), ids{1});
}

TEST_F(recorder_fixture, asks_again_with_the_same_batch_after_the_database_did_not_answer) {
    store_.failures = 1;
    store_.close();
    start();
    add(command_of(1));
    add(verdict_on(1));
    network_.poll();
    store_.wait_for_batch(1);
    add(verdict_on(2));

    store_.open();
    finish();

    ASSERT_EQ(store_.batches.size(), 3U);
    for (const auto& same : {store_.batches[0], store_.batches[1]}) {
        EXPECT_EQ(requests_of(same.commands), ids{1});
        EXPECT_EQ(requests_of(same.verdicts), ids{1});
    }
    EXPECT_EQ(requests_of(store_.batches[2].verdicts), ids{2});
    EXPECT_EQ(watches_.troubles, std::vector<std::string>{"record"});
    EXPECT_EQ(watches_.ended, 2U) << "outcomes that were not written are not told as recorded";
}

TEST_F(recorder_fixture, counts_a_request_as_outstanding_until_it_is_durable) {
    std::vector<std::size_t> outstanding;
    recorder_.on_written([&](const record_batch& /*b*/, const record_answer& /*a*/) {
        outstanding.push_back(recorder_.outstanding());
    });
    watches_.on_recorded = [&] { outstanding.push_back(recorder_.outstanding()); };
    add(verdict_on(1));
    add(verdict_on(2));
    start();

    finish();

    EXPECT_EQ(outstanding, (std::vector<std::size_t>{2, 0})) << "told as recorded, then counted as gone";
}

TEST_F(recorder_fixture, never_writes_a_verdict_before_the_commands_of_its_request) {
    constexpr std::int64_t many = 1700;
    for (std::int64_t id = 1; id <= many; ++id) {
        add(command_of(id, 1));
        add(command_of(id, 2));
        add(verdict_on(id));
    }
    start();

    finish();

    std::map<std::int64_t, int> written;
    std::size_t verdicts = 0;
    for (const auto& batch : store_.batches) {
        EXPECT_LE(batch.commands.size() + batch.verdicts.size(), 600U);
        for (const auto& c : batch.commands)
            ++written[c.request_id];
        for (const auto& v : batch.verdicts)
            EXPECT_EQ(written[v.request_id], 2) << v.request_id;
        verdicts += batch.verdicts.size();
    }
    EXPECT_EQ(verdicts, static_cast<std::size_t>(many));
}

TEST_F(recorder_fixture, holds_what_the_database_refuses_once_and_says_why) {
    record_answer refused;
    refused.failed = {1, 3};
    refused.failure = "value too odd";
    store_.answers = {refused};
    add(command_of(1, 1));
    add(command_of(1, 2));
    add(verdict_on(1));
    add(verdict_on(2));
    add(command_of(3));
    start();

    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_TRUE(store_.batches[1].commands.empty());
    const auto& held = store_.batches[1].verdicts;
    ASSERT_EQ(requests_of(held), (ids{1, 3}));
    for (const auto& v : held) {
        EXPECT_EQ(v.disposition, disposition::hold);
        EXPECT_EQ(v.fence, 7);
        EXPECT_EQ(v.error_code, "RECORD_REFUSED");
        EXPECT_EQ(v.error_description, "the outcome could not be stored: value too odd");
    }
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

record_answer refusing(ids requests) {
    record_answer refused;
    refused.failed = std::move(requests);
    refused.failure = "value too odd";
    return refused;
}

request claimed(std::int64_t id) {
    request r;
    r.id = id;
    r.fence = 7;
    return r;
}

/// Every verdict that the database took on that request, and did not refuse.
std::vector<flat_verdict> taken(const slow_outcome_store& store, std::int64_t request_id) {
    std::vector<flat_verdict> all;
    for (std::size_t i = 0; i < store.batches.size(); ++i)
        for (const auto& v : store.batches[i].verdicts)
            if (v.request_id == request_id && (i > 0 || store.batches[0].commands.empty())) all.push_back(v);
    return all;
}

TEST_F(recorder_fixture, a_hold_replaces_a_verdict_that_waits_behind_a_refused_command) {
    store_.answers = {refusing({1})};
    store_.close();
    add(command_of(1, 1));
    start();
    store_.wait_for_batch(1);
    add(command_of(1, 2));
    add(verdict_on(1));
    add(verdict_on(2));

    store_.open();
    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_TRUE(store_.batches[1].commands.empty()) << "the second command of a held request is not written";
    const auto held = taken(store_, 1);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].disposition, disposition::hold);
    EXPECT_TRUE(held[0].maybe_sent) << "a command whose outcome could not be stored was sent all the same";
    EXPECT_EQ(taken(store_, 2).size(), 1U) << "others go on";
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, a_verdict_that_comes_after_the_hold_is_dropped) {
    store_.answers = {refusing({1})};
    add(command_of(1, 1));
    start();
    while (!recorder_.refused(claimed(1)))
        network_.run_one();
    add(command_of(1, 2));
    add(verdict_on(1));

    EXPECT_FALSE(recorder_.refused(claimed(1))) << "there is nothing more to come";
    finish();

    ASSERT_EQ(store_.batches.size(), 2U);
    EXPECT_TRUE(store_.batches[1].commands.empty());
    ASSERT_EQ(store_.batches[1].verdicts.size(), 1U);
    EXPECT_EQ(store_.batches[1].verdicts[0].disposition, disposition::hold);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, a_refusal_says_nothing_of_a_later_claim_of_the_same_request) {
    store_.answers = {refusing({1})};
    store_.close();
    add(command_of(1, 1));
    start();
    store_.wait_for_batch(1);
    auto later = verdict_on(1);
    later.fence = 8;
    add(later);

    store_.open();
    finish();

    const auto all = taken(store_, 1);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].fence, 8);
    EXPECT_EQ(all[0].disposition, disposition::complete);
    EXPECT_EQ(all[1].fence, 7);
    EXPECT_EQ(all[1].disposition, disposition::hold);
}

TEST_F(recorder_fixture, of_a_refused_express_request_nothing_is_left_either) {
    using enum pipeline::recorder::urgency;
    store_.answers = {refusing({1})};
    store_.close();
    add(command_of(1, 1), express);
    start();
    store_.wait_for_batch(1);
    add(command_of(1, 2), express);
    add(verdict_on(1), express);

    store_.open();
    finish();

    const auto held = taken(store_, 1);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].disposition, disposition::hold);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, says_so_if_the_database_refuses_to_hold) {
    store_.answers = {refusing({1}), refusing({1})};
    add(verdict_on(1));
    start();

    finish();

    EXPECT_EQ(watches_.troubles, std::vector<std::string>{"record"});
}

TEST_F(recorder_fixture, does_not_hold_for_ever_what_the_database_refuses_to_hold) {
    record_answer refused;
    refused.failed = {1};
    store_.answers = {refused, refused};
    add(verdict_on(1));
    start();

    finish();

    EXPECT_EQ(store_.batches.size(), 2U);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, lets_a_stale_outcome_go) {
    record_answer late;
    late.stale = {1};
    store_.answers = {late};
    add(verdict_on(1));
    start();

    finish();

    EXPECT_EQ(store_.batches.size(), 1U);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, tells_of_each_batch_on_the_network_thread) {
    record_answer woke;
    woke.woken = 3;
    store_.answers = {woke};
    std::vector<std::size_t> woken;
    std::thread::id told_on;
    recorder_.on_written([&](const record_batch& /*b*/, const record_answer& a) {
        woken.push_back(a.woken);
        told_on = std::this_thread::get_id();
    });
    add(verdict_on(1));
    start();

    finish();

    EXPECT_EQ(woken, std::vector<std::size_t>{3});
    EXPECT_EQ(told_on, std::this_thread::get_id());
}

flat_command large_command_of(std::int64_t request_id, std::size_t bytes, int sequence = 1) {
    auto c = command_of(request_id, sequence);
    c.request.assign(bytes, 'x');
    return c;
}

TEST_F(recorder_fixture, has_no_room_while_what_waits_is_large) {
    constexpr std::size_t megabyte = std::size_t{1} << 20U;
    store_.close();
    start();
    for (int n = 1; n <= 15; ++n)
        add(large_command_of(n, megabyte));
    EXPECT_TRUE(recorder_.has_room());
    add(large_command_of(16, megabyte));
    EXPECT_FALSE(recorder_.has_room());

    store_.open();
    finish();

    EXPECT_TRUE(recorder_.has_room());
}

TEST_F(recorder_fixture, writes_large_outcomes_in_batches_of_some_megabytes) {
    constexpr std::size_t megabyte = std::size_t{1} << 20U;
    for (int n = 1; n <= 10; ++n)
        add(large_command_of(n, megabyte));
    start();
    finish();

    ASSERT_EQ(store_.batches.size(), 3U);
    EXPECT_EQ(requests_of(store_.batches[0].commands), (ids{1, 2, 3, 4}));
    EXPECT_EQ(requests_of(store_.batches[2].commands), (ids{9, 10}));
}

record_answer postponing(ids requests) {
    record_answer answer;
    answer.postponed = std::move(requests);
    return answer;
}

/// Request 1 is locked for the first batch; its later outcomes must wait behind that.
TEST_F(recorder_fixture, keeps_the_order_of_a_request_whose_rows_are_locked) {
    record_answer first;
    first.postponed = {1};
    store_.answers = {first};
    add(command_of(1));
    add(command_of(2));
    start();
    store_.wait_for_batch(1);
    while (recorder_.postponed() == 0)
        network_.run_one();
    add(verdict_on(1));
    add(verdict_on(2));
    finish();

    ids commands;
    ids verdicts;
    for (const auto& batch : store_.batches) {
        for (const auto& c : batch.commands)
            commands.push_back(c.request_id);
        for (const auto& v : batch.verdicts) {
            EXPECT_TRUE(v.request_id != 1 || commands.back() == 1) << "the verdict came before its command";
            verdicts.push_back(v.request_id);
        }
    }
    EXPECT_EQ(commands, (ids{1, 2, 1}));
    EXPECT_EQ(verdicts, (ids{2, 1})) << "the other request did not wait";
    EXPECT_EQ(recorder_.postponed(), 0U);
    EXPECT_EQ(recorder_.outstanding(), 0U);
    EXPECT_TRUE(recorder_.has_room());
}

/// The commands behind the first one, and the verdict, come while the first one is being written.
TEST_F(recorder_fixture, keeps_the_order_if_a_request_is_locked_while_its_other_outcomes_wait) {
    constexpr int many = 200;
    store_.answers = {postponing({1}), postponing({1})};
    store_.close();
    add(command_of(1, 1));
    start();
    store_.wait_for_batch(1);
    for (int n = 2; n <= many; ++n)
        add(command_of(1, n));
    add(verdict_on(1));

    store_.open();
    finish();

    std::set<int> written;
    for (std::size_t n = 2; n < store_.batches.size(); ++n) {
        for (const auto& c : store_.batches[n].commands)
            written.insert(c.sequence);
        if (!store_.batches[n].verdicts.empty()) {
            EXPECT_EQ(written.size(), std::size_t{many});
        }
    }
    EXPECT_EQ(written.size(), std::size_t{many});
    EXPECT_EQ(recorder_.outstanding(), 0U);
    EXPECT_EQ(recorder_.postponed(), 0U);
    EXPECT_TRUE(recorder_.has_room());
}

/// Request 1 has more rows than a batch takes of locked requests, and stays locked. Request 2 does not.
TEST_F(recorder_fixture, tries_each_locked_request_in_turn) {
    for (int n = 1; n <= 200; ++n)
        add(command_of(1, n));
    add(verdict_on(2));
    store_.answers = {postponing({1, 2}), postponing({1}), postponing({1}), postponing({1})};
    start();
    finish();

    const auto has_2 = [](const flat_batch& batch) {
        return std::ranges::count(requests_of(batch.verdicts), 2) > 0;
    };
    EXPECT_LE(std::ranges::find_if(store_.batches.begin() + 1, store_.batches.end(), has_2) -
                  store_.batches.begin(),
              2);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

TEST_F(recorder_fixture, leaves_room_in_each_batch_beside_many_locked_requests) {
    record_answer first;
    for (int n = 1; n <= 600; ++n) {
        add(verdict_on(n));
        first.postponed.push_back(n);
    }
    store_.answers = {first};
    start();
    store_.wait_for_batch(1);
    while (recorder_.postponed() == 0)
        network_.run_one();
    EXPECT_EQ(recorder_.postponed(), 600U);
    for (int n = 601; n <= 700; ++n)
        add(verdict_on(n));
    finish();

    EXPECT_EQ(requests_of(store_.batches[1].verdicts).back(), 700)
        << "all requests without locks are in the next batch";
    for (std::size_t n = 1; n < store_.batches.size(); ++n)
        EXPECT_LE(
            std::ranges::count_if(requests_of(store_.batches[n].verdicts), [](auto id) { return id <= 600; }),
            150);
    EXPECT_EQ(recorder_.outstanding(), 0U);
}

} // namespace
} // namespace contego::testing
