#include "json/json.hpp"
#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace contego::test {
namespace {

/// Documents that a CRM may send by mistake: known and unknown names, every kind of value in every place,
/// extreme values, and a PIN somewhere. The seed selects the document.
class generated {
public:
    explicit generated(unsigned seed) : random_(seed) {}

    std::string action() {
        static constexpr std::array direct{"UPDATE_CA_PIN_TO_GIVEN_VALUE",
                                           "SEND_MAIL_MESSAGE_TO_CLIENT",
                                           "ADD_SUBSCRIPTIONS",
                                           "CREATE_PAIRING",
                                           "ADD_TO_EXISTING_PAIRING",
                                           "SEND_FINGERPRINT_TO_CLIENT",
                                           "BECOME_SUBSCRIBER",
                                           "CHANGE_SUBSCRIPTION_DISTRIBUTION",
                                           "SWAP_INSTALLED_ITEM",
                                           "REST_SUBSCRIPTION",
                                           "ADD_SERVICE"};
        return one_of(10) ? text() : direct.at(below(direct.size()));
    }

    value parameters() {
        value::object all = object(0);
        if (one_of(2)) all.insert_or_assign("distributions", distributions());
        if (one_of(2)) all.insert_or_assign("smartcards", list(1));
        if (one_of(2)) all.insert_or_assign(one_of(2) ? "new_pin" : "newPIN", any(1));
        return all;
    }

    /// Marks each place in a document that may hold a PIN.
    static constexpr const char* pin = "73919373";

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    bool one_of(std::size_t so_many) { return below(so_many) == 0; }

    std::string name() {
        static constexpr std::array known{"smartcard_ca_id",
                                          "service_ca_id",
                                          "new_pin",
                                          "smartcards",
                                          "stbs",
                                          "services",
                                          "added",
                                          "removed",
                                          "distributor",
                                          "paired",
                                          "draft",
                                          "order",
                                          "message",
                                          "display_duration",
                                          "Pin",
                                          "pincode"};
        return one_of(5) ? text() : known.at(below(known.size()));
    }

    std::string text() {
        switch (below(8)) {
        case 0:
            return "";
        case 1:
            return std::string(below(3000), '9');
        case 2:
            return std::string("a\0b\x1F", 4);
        case 3:
            return "\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xA9\xEF\xBF\xBF";
        case 4:
            return std::string(50 + below(15), 'x') + "pin " + pin;
        case 5:
            return "2030-01-31T00:00:00Z";
        default:
            return std::to_string(below(100));
        }
    }

    value any(int level) {
        if (values_left_-- <= 0) return {};
        switch (below(level < 6 ? 9 : 6)) {
        case 0:
            return {};
        case 1:
            return one_of(2);
        case 2:
            return one_of(2) ? INT64_MAX : INT64_MIN;
        case 3:
            return one_of(2) ? 1.7e308 : -5e-324;
        case 4:
        case 5:
            return text();
        case 6:
            return list(level + 1);
        default:
            return object(level + 1);
        }
    }

    value::list list(int level) {
        value::list all;
        for (auto left = one_of(20) ? below(100) : below(5); left > 0; --left)
            all.push_back(any(level));
        return all;
    }

    value::object object(int level) {
        value::object all;
        for (auto left = below(6); left > 0; --left) {
            auto member = name();
            const bool is_pin = is_secret(member);
            all.insert_or_assign(std::move(member), is_pin && one_of(2) ? value(pin) : any(level));
        }
        return all;
    }

    value::list distributions() {
        value::list all;
        for (auto left = below(4); left > 0; --left) {
            value::object d = one_of(3) ? object(1) : value::object{{"distributor", text()}};
            for (const auto* list_name : {"smartcards", "stbs", "services"})
                d.insert_or_assign(list_name, ids());
            all.emplace_back(std::move(d));
        }
        return all;
    }

    value::list ids() {
        value::list all;
        for (auto left = one_of(20) ? below(120) : below(4); left > 0; --left)
            all.emplace_back(std::to_string(left));
        return all;
    }

    std::mt19937 random_;
    int values_left_ = 200; ///< keeps a document small in every draw
};

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void expect_no_part_of_the_pin(const std::string& text, unsigned seed) {
    const std::string_view pin = generated::pin;
    for (std::size_t at = 0; at + 4 <= pin.size(); ++at)
        EXPECT_EQ(text.find(pin.substr(at, 4)), std::string::npos) << "seed " << seed << ": " << text;
}

TEST(generated_documents, are_planned_or_refused_within_the_bounds_and_without_a_secret) {
    std::size_t refused = 0;
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        generated documents(seed);
        const auto action = documents.action();
        const auto parameters = documents.parameters();

        const auto result = plan(action, parameters, limits{});

        if (const auto* no = std::get_if<refusal>(&result)) {
            ++refused;
            const auto text = describe(no->all, no->more);
            EXPECT_LE(no->all.size(), most_violations);
            EXPECT_LE(characters_of(text), longest_description);
            EXPECT_EQ(json::parse(json::write(text)), value(text)) << "seed " << seed << ": it is not UTF-8";
            expect_no_part_of_the_pin(text, seed);
            continue;
        }
        const auto& commands = std::get<command_list>(result);
        EXPECT_LE(commands.size(), most_commands);
        for (std::size_t i = 0; i < commands.size(); ++i)
            expect_no_part_of_the_pin(json::write(masked(commands[i].parameters)), seed);
    }
    EXPECT_GT(refused, 1000U);
}

TEST(generated_documents, are_read_as_they_were_written_and_fail_only_with_a_parse_error) {
    std::mt19937 random(1);
    for (unsigned seed = 1; seed <= 1000; ++seed) {
        const auto document = generated(seed).parameters();
        auto text = json::write(document);
        EXPECT_EQ(json::parse(text), document) << "seed " << seed;

        for (auto changes = random() % 4; changes > 0; --changes)
            text[random() % text.size()] = "[]{}\",:0e-\\ x\xE9"[random() % 14];
        try {
            static_cast<void>(json::parse(text.substr(0, random() % (text.size() + 1))));
        } catch (const json::parse_error& e) {
            EXPECT_LE(std::string_view(e.what()).size(), 300U) << e.what();
            expect_no_part_of_the_pin(e.what(), seed);
        }
    }
}

} // namespace
} // namespace contego::test
