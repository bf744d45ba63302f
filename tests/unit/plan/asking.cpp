#include "unit/plan/asking.hpp"

#include "json/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace contego::test {
namespace {

value list_of(const ids& all) {
    return value::list(all.begin(), all.end());
}

value::object members_of(const lists& l) {
    return {
        {"smartcards", list_of(l.smartcards)}, {"stbs", list_of(l.stbs)}, {"services", list_of(l.services)}};
}

/// Returns the ids of a client list, and sets `distributor`, which must be the same for every client.
std::string clients(const command& c, std::string_view list, std::string_view id, std::string& distributor) {
    const auto found = c.parameters.find(list);
    std::string all;
    const auto* items = found == c.parameters.end() ? nullptr : found->second.items();
    if (items == nullptr) return all;
    for (const auto& client : *items) {
        const auto* members = client.members();
        if (members == nullptr) continue;
        all += (all.empty() ? "" : ",") + text_at(*members, id);
        const auto name = list == "stbs" ? "stb_sub_provisioning_distribution_id"
                                         : "smartcard_sub_provisioning_distribution_id";
        const auto of_client = text_at(*members, name);
        EXPECT_TRUE(distributor.empty() || distributor == of_client);
        distributor = of_client;
    }
    return all;
}

std::string line_of(const command& c) {
    const auto condition = [&]() -> std::string {
        if (!c.only_if_paired) return "";
        return *c.only_if_paired ? "if paired: " : "if unpaired: ";
    }();
    const auto card = text_at(c.parameters, "smartcard_ca_id");
    const auto pair = card + '/' + text_at(c.parameters, "service_ca_id") + " @" +
                      text_at(c.parameters, "sub_provisioning_distribution_id");
    std::string distributor;
    const auto cards = clients(c, "smartcards", "smartcard_ca_id", distributor);
    const auto both = cards + '|' + clients(c, "stbs", "stb_ca_id", distributor);
    const auto of_card = card + " @" + text_at(c.parameters, "smartcard_sub_provisioning_distribution_id");
    switch (c.type) {
    case command_type::add_subscriptions:
        return condition + "ADD " + pair;
    case command_type::cancel_subscriptions:
        return condition + "CANCEL " + pair;
    case command_type::create_pairing:
        return condition + "CREATE " + both + " @" + distributor;
    case command_type::add_to_existing_pairing:
        return condition + "EXTEND " + of_card + ": " + both;
    case command_type::get_pairing_status_for_card:
        return condition + "STATUS " + of_card;
    default:
        return condition + std::string(name_of(c.type));
    }
}

std::vector<command> commands_of(std::string_view action, const value& parameters, const limits& site) {
    auto result = plan(action, parameters, site);
    if (const auto* no = std::get_if<refusal>(&result)) {
        ADD_FAILURE() << action << " was refused: " << no->code << '\n' << describe(no->all, no->more);
        return {};
    }
    return written_out(std::get<command_list>(result));
}

} // namespace

std::vector<command> written_out(const command_list& all) {
    std::vector<command> commands;
    for (std::size_t i = 0; i < all.size(); ++i)
        commands.push_back(all[i]);
    return commands;
}

value asking(const std::vector<place>& places, value::object more) {
    value::list all;
    for (const auto& p : places) {
        auto members = members_of(p.has);
        members.emplace("distributor", p.distributor);
        members.emplace("added", members_of(p.added));
        members.emplace("removed", members_of(p.removed));
        if (p.paired) members.emplace("paired", *p.paired);
        all.emplace_back(std::move(members));
    }
    more.emplace("distributions", std::move(all));
    return more;
}

std::vector<std::string> planned(std::string_view action, const value& parameters) {
    std::vector<std::string> lines;
    for (const auto& c : commands_of(action, parameters, limits{}))
        lines.push_back(line_of(c));
    return lines;
}

violations violated(std::string_view action, const value& parameters, const limits& site) {
    const auto result = plan(action, parameters, site);
    const auto* no = std::get_if<refusal>(&result);
    if (no == nullptr) {
        ADD_FAILURE() << action << " was planned";
        return {};
    }
    EXPECT_EQ(no->code, "VALIDATION_ERROR");
    EXPECT_FALSE(no->all.empty());
    return no->all;
}

std::vector<std::string> faults(std::string_view action, const value& parameters, const limits& site) {
    std::vector<std::string> lines;
    for (const auto& v : violated(action, parameters, site))
        lines.push_back(describe({v}));
    return lines;
}

command planned_command(std::string_view code, const value& parameters, const limits& site) {
    const auto all = commands_of(code, parameters, site);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? command{} : all.front();
}

std::string text_at(const value::object& members, std::string_view name) {
    const auto found = members.find(name);
    const auto* text = found == members.end() ? nullptr : found->second.text();
    return text == nullptr ? "-" : *text;
}

value document(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return json::parse(text);
}

} // namespace contego::test
