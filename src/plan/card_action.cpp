#include "plan/card_action.hpp"

#include "plan/direct.hpp"
#include "plan/fields.hpp"

#include <string>
#include <utility>

namespace contego::planning {
namespace {

constexpr std::string_view card = "smartcard_ca_id";

/// The parameters of one action, and the list of its mistakes.
struct asked_of_card {
    const value::object& parameters;
    const limits& site;
    findings& found;
};

/// Returns an object with the card alone.
value::object only_card(const asked_of_card& a) {
    value::object one;
    if (const auto* id = given(a.parameters, card)) one.emplace(card, *id);
    return one;
}

/// Returns the items of a member, or an empty list if it is absent. Notes a member that is no list.
const value::list& items_of(const asked_of_card& a, std::string_view name) {
    static const value::list none;
    const auto* v = given(a.parameters, name);
    if (v == nullptr) return none;
    if (const auto* items = v->items()) return *items;
    a.found.add(std::string(name), *v, "must be a list");
    return none;
}

/// Adds a command for each service of a list: a service_ca_id, and perhaps its dates.
void change_services(std::vector<command>& to,
                     const asked_of_card& a,
                     std::string_view name,
                     command_type type) {
    for (const auto& item : items_of(a, name)) {
        auto one = only_card(a);
        if (const auto* members = item.members()) one.insert(members->begin(), members->end());
        to.push_back(direct(type, one, a.site, a.found));
    }
}

void pair_boxes(std::vector<command>& to, const asked_of_card& a) {
    const auto& boxes = items_of(a, "stbs");
    if (boxes.empty()) return;
    const auto* flag = given(a.parameters, "paired");
    const auto* paired = flag == nullptr ? nullptr : flag->boolean();
    const bool joins = paired != nullptr && *paired;
    auto one = joins ? only_card(a) : value::object{{"smartcards", value::list{only_card(a)}}};
    one.emplace("stbs", boxes);
    to.push_back(direct(
        joins ? command_type::add_to_existing_pairing : command_type::create_pairing, one, a.site, a.found));
}

void read_card(std::vector<command>& to, const asked_of_card& a, bool needed) {
    const auto* which = given(a.parameters, "read");
    const auto* text = which == nullptr ? nullptr : which->text();
    if (which != nullptr && (text == nullptr || (*text != "services" && *text != "boxes")))
        a.found.add("read", *which, "must be services or boxes");
    std::vector<command_type> gets;
    if (text == nullptr || *text == "services") gets.push_back(command_type::get_active_subscriptions);
    if (text == nullptr || *text == "boxes") gets.push_back(command_type::get_pairing_status_for_card);
    bool any = false;
    for (const auto get : gets)
        any = any || a.site.supports(get);
    for (const auto get : gets)
        if (a.site.supports(get) || (needed && !any))
            to.push_back(direct(get, only_card(a), a.site, a.found));
}

} // namespace

std::vector<command>
card_action(std::string_view action, const value::object& parameters, const limits& site, findings& found) {
    const asked_of_card a{parameters, site, found};
    std::vector<command> all;
    if (action == heal) {
        check_members("",
                      parameters,
                      std::array{card,
                                 std::string_view("add"),
                                 std::string_view("cancel"),
                                 std::string_view("stbs"),
                                 std::string_view("paired")},
                      found);
        change_services(all, a, "add", command_type::add_subscriptions);
        change_services(all, a, "cancel", command_type::cancel_subscriptions);
        pair_boxes(all, a);
    } else {
        check_members("", parameters, std::array{card, std::string_view("read")}, found);
    }
    read_card(all, a, action == reconcile);
    return all;
}

} // namespace contego::planning
