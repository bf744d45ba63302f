#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

namespace contego::test {
namespace {

using pairs = std::set<std::pair<std::string, std::string>>;

/// Random households whose cards and services were moved at random.
class households {
public:
    explicit households(unsigned seed) : random_(seed) {}

    struct changed {
        std::vector<place> places;
        pairs before;
        pairs after;
    };

    changed next() {
        changed c;
        const auto count = number(1, 4);
        for (unsigned i = 0; i < count; ++i) {
            place p{.distributor = "D" + std::to_string(i)};
            const auto cards_before = change(p, &lists::smartcards, {"01", "02", "03", "04"});
            const auto services_before = change(p, &lists::services, {"11", "12", "13", "14"});
            change(p, &lists::stbs, {"91", "92"});
            authorise(c.before, cards_before, services_before);
            authorise(c.after, p.has.smartcards, p.has.services);
            c.places.push_back(std::move(p));
        }
        return c;
    }

private:
    unsigned number(unsigned lowest, unsigned highest) {
        return std::uniform_int_distribution<unsigned>(lowest, highest)(random_);
    }

    /// Decides at random for every id whether it was there before and is there now. Returns the ids that were
    /// there before.
    ids change(place& p, ids lists::* list, ids all) {
        std::shuffle(all.begin(), all.end(), random_);
        ids before;
        for (const auto& id : all) {
            const bool was = number(0, 1) == 1;
            const bool is = number(0, 1) == 1;
            if (was) before.push_back(id);
            if (is) (p.has.*list).push_back(id);
            if (is && !was) (p.added.*list).push_back(id);
            if (was && !is) (p.removed.*list).push_back(id);
        }
        return before;
    }

    static void authorise(pairs& all, const ids& cards, const ids& services) {
        for (const auto& card : cards)
            for (const auto& service : services)
                all.emplace(card, service);
    }

    std::mt19937 random_;
};

bool changes_something(const std::vector<place>& places) {
    return std::ranges::any_of(places, [](const place& p) {
        const auto any = [](const lists& l) {
            return !l.smartcards.empty() || !l.stbs.empty() || !l.services.empty();
        };
        return any(p.added) || any(p.removed);
    });
}

bool is_subscription(const command& c) {
    return c.type == command_type::add_subscriptions || c.type == command_type::cancel_subscriptions;
}

/// Returns the state of the CAS after these commands. Fails the test if a pair is named twice.
pairs applied(pairs state, const std::vector<command>& commands) {
    pairs named;
    for (const auto& c : commands) {
        const bool add = c.type == command_type::add_subscriptions;
        if (!is_subscription(c)) continue;
        const std::pair pair{text_at(c.parameters, "smartcard_ca_id"),
                             text_at(c.parameters, "service_ca_id")};
        EXPECT_TRUE(named.insert(pair).second) << pair.first << '/' << pair.second << " is named twice";
        EXPECT_EQ(state.contains(pair), !add) << pair.first << '/' << pair.second << " needs no command";
        if (add)
            state.insert(pair);
        else
            state.erase(pair);
    }
    return state;
}

/// Returns whether the distributor of a command gives the service afterwards, or gave it before.
bool names_its_distributor(const command& c, const std::vector<place>& places) {
    const auto name = text_at(c.parameters, "sub_provisioning_distribution_id");
    const auto card = text_at(c.parameters, "smartcard_ca_id");
    const auto service = text_at(c.parameters, "service_ca_id");
    const auto has = [](const ids& all, const std::string& id) {
        return std::ranges::find(all, id) != all.end();
    };
    return std::ranges::any_of(places, [&](const place& p) {
        if (p.distributor != name) return false;
        if (c.type == command_type::add_subscriptions)
            return has(p.has.smartcards, card) && has(p.has.services, service);
        const bool card_was = (has(p.has.smartcards, card) && !has(p.added.smartcards, card)) ||
                              has(p.removed.smartcards, card);
        const bool service_was = (has(p.has.services, service) && !has(p.added.services, service)) ||
                                 has(p.removed.services, service);
        return card_was && service_was;
    });
}

class difference : public testing::TestWithParam<unsigned> {};

TEST_P(difference, leads_from_the_state_before_to_the_state_after_and_names_no_pair_twice) {
    households all(GetParam());
    for (int i = 0; i < 100; ++i) {
        const auto h = all.next();
        if (!changes_something(h.places)) continue;
        for (const auto* order : {"new_first", "cancel_first"}) {
            const auto result =
                plan("CHANGE_SUBSCRIPTION_DISTRIBUTION", asking(h.places, {{"order", order}}), limits{});

            ASSERT_TRUE(std::holds_alternative<command_list>(result));
            const auto commands = written_out(std::get<command_list>(result));
            EXPECT_EQ(applied(h.before, commands), h.after);
            EXPECT_TRUE(std::ranges::all_of(commands, [&](const command& c) {
                return !is_subscription(c) || names_its_distributor(c, h.places);
            }));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, difference, testing::Range(1U, 6U));

} // namespace
} // namespace contego::test
