#include "plan/direct.hpp"

#include "plan/date.hpp"
#include "plan/fields.hpp"
#include <contego/parameter.hpp>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace contego::planning {
namespace {

constexpr std::size_t longest_distribution = 100;
constexpr std::size_t longest_queue_number = 50;
constexpr std::int64_t interval_step = 10;

/// The data that the check of every parameter needs.
struct check {
    command_type type;
    const limits& site;
    findings& found;
};

/// The names of a list of clients, as the two pairing commands have them.
struct client_list {
    std::string_view id;
    range digits;
    std::string_view distribution;
};

std::size_t message_length(const check& c) {
    return c.type == command_type::send_mail_message_to_client ? c.site.mail_message_length
                                                               : c.site.bark_message_length;
}

std::optional<value>
checked_client(const std::string& field, const value& v, const client_list& l, const check& c) {
    const auto* members = v.members();
    if (members == nullptr) {
        c.found.add(field, v, "must be an object with " + std::string(l.id));
        return std::nullopt;
    }
    value::object client;
    const auto keep = [&](std::string_view name, std::optional<value> checked) {
        if (checked) client.emplace(name, std::move(*checked));
    };
    const auto id_field = member_of(field, l.id);
    if (const auto* id = v.find(l.id))
        keep(l.id, checked_digits(id_field, *id, l.digits, c.found));
    else
        c.found.add_absent(id_field, "is mandatory");
    if (const auto* d = given(*members, l.distribution))
        keep(l.distribution,
             checked_text(
                 member_of(field, l.distribution), *d, longest_distribution, c.site.characters, c.found));
    check_members(field, *members, std::vector{l.id, l.distribution}, c.found);
    return client;
}

void check_repeats(const std::string& field,
                   const value::list& clients,
                   const client_list& l,
                   const check& c) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto* id = clients[i].find(l.id);
        const auto* text = id == nullptr ? nullptr : id->text();
        if (text != nullptr && !seen.insert(*text).second)
            c.found.add(member_of(item_of(field, i), l.id), *id, "must not be named twice");
    }
}

std::optional<value>
checked_clients(const std::string& field, const value& v, const client_list& l, const check& c) {
    const bool may_be_empty = c.type == command_type::add_to_existing_pairing;
    const auto* items = v.items();
    if (items == nullptr || items->size() > c.site.clients_per_pairing || (items->empty() && !may_be_empty)) {
        c.found.add(field,
                    v,
                    std::string("must be a list of ") + (may_be_empty ? "0" : "1") + " to " +
                        std::to_string(c.site.clients_per_pairing) + " objects");
        return std::nullopt;
    }
    value::list clients;
    for (std::size_t i = 0; i < items->size(); ++i)
        if (auto client = checked_client(item_of(field, i), (*items)[i], l, c))
            clients.push_back(std::move(*client));
    check_repeats(field, *items, l, c);
    return clients;
}

std::optional<value> checked(const parameter& p, const value& v, const check& c) {
    const std::string field(p.name);
    const auto integer = [&](range allowed, std::int64_t step = 1) {
        return checked_integer(field, v, allowed, step, c.found);
    };
    switch (p.kind) {
    case parameter_kind::smartcard_ca_id:
        return checked_digits(field, v, c.site.smartcard_ca_id_digits, c.found);
    case parameter_kind::stb_ca_id:
        return checked_digits(field, v, c.site.stb_ca_id_digits, c.found);
    case parameter_kind::service_ca_id:
        return checked_digits(field, v, c.site.service_ca_id_digits, c.found);
    case parameter_kind::pin:
        return checked_digits(field, v, c.site.pin_digits, c.found);
    case parameter_kind::distribution:
        return checked_text(field, v, longest_distribution, c.site.characters, c.found);
    case parameter_kind::message:
        return checked_text(field, v, message_length(c), c.site.characters, c.found);
    case parameter_kind::number:
        return checked_text_or_integer(field, v, longest_queue_number, c.site.characters, c.found);
    case parameter_kind::date:
        return checked_date(field, v, c.found);
    case parameter_kind::duration:
        return integer(c.site.display_duration);
    case parameter_kind::count:
        return integer(c.site.repetition_count);
    case parameter_kind::interval:
        return integer(c.site.repetition_interval, interval_step);
    case parameter_kind::position:
        return integer(c.site.fingerprint_position);
    case parameter_kind::height:
        return integer(c.site.fingerprint_height);
    case parameter_kind::slot:
        return integer(c.site.fingerprint_slot);
    case parameter_kind::smartcards:
        return checked_clients(
            field,
            v,
            {"smartcard_ca_id", c.site.smartcard_ca_id_digits, "smartcard_sub_provisioning_distribution_id"},
            c);
    case parameter_kind::stbs:
        return checked_clients(
            field, v, {"stb_ca_id", c.site.stb_ca_id_digits, "stb_sub_provisioning_distribution_id"}, c);
    }
    return std::nullopt;
}

std::optional<instant> instant_at(const value::object& parameters, std::string_view name) {
    const auto* v = given(parameters, name);
    const auto* text = v == nullptr ? nullptr : v->text();
    return text == nullptr ? std::nullopt : instant_of(*text);
}

void check_window(const value::object& parameters, const check& c) {
    const auto from = instant_at(parameters, "start_date");
    const auto to = instant_at(parameters, "end_date");
    if (from && to && *to <= *from)
        c.found.add("end_date", parameters.at("end_date"), "must be after start_date");
}

bool has_items(const value::object& parameters, std::string_view name) {
    // A value that is not a list was noted earlier. It counts as something to add, so that it is not noted
    // twice.
    const auto* v = given(parameters, name);
    return v != nullptr && *v != value(value::list{});
}

void check_addition(const value::object& parameters, const check& c) {
    if (!has_items(parameters, "smartcards") && !has_items(parameters, "stbs"))
        c.found.add_absent("smartcards", "must name at least one smartcard to add if stbs names no STB");
    const auto* paired = given(parameters, "smartcard_ca_id");
    const auto* added = given(parameters, "smartcards");
    const auto* items = added == nullptr ? nullptr : added->items();
    if (paired == nullptr || items == nullptr) return;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto* id = (*items)[i].find("smartcard_ca_id");
        if (id != nullptr && *id == *paired)
            c.found.add(member_of(item_of("smartcards", i), "smartcard_ca_id"),
                        *id,
                        "must not be the smartcard that is paired already");
    }
}

void check_names(std::span<const parameter> known, const value::object& parameters, const check& c) {
    std::vector<std::string_view> names;
    for (const auto& p : known)
        names.push_back(p.name);
    check_members("", parameters, names, c.found);
}

void fill(value::object& to, const parameter& p, const value::object& parameters, const check& c) {
    const auto found = parameters.find(p.name);
    const bool is_given = found != parameters.end() && (p.mandatory || !found->second.is_null());
    const auto position = static_cast<std::size_t>(&p - parameters_of(c.type).data());
    if (is_given && !c.site.takes(c.type, position)) {
        c.found.add(
            std::string(p.name), found->second, "must be absent, because the binding has no place for it");
    } else if (is_given) {
        if (auto good = checked(p, found->second, c); good && *good != value(value::list{}))
            to.emplace(p.name, std::move(*good));
    } else if (p.mandatory) {
        c.found.add_absent(std::string(p.name), "is mandatory");
    } else if (p.kind == parameter_kind::duration) {
        to.emplace(p.name, c.site.default_display_duration);
    }
}

} // namespace

command direct(command_type type, const value::object& parameters, const limits& site, findings& found) {
    const check c{type, site, found};
    command made{type, {}, std::nullopt};
    const auto known = parameters_of(type);
    for (const auto& p : known)
        fill(made.parameters, p, parameters, c);
    check_names(known, parameters, c);
    if (type == command_type::add_subscriptions) check_window(parameters, c);
    if (type == command_type::add_to_existing_pairing) check_addition(parameters, c);
    return made;
}

} // namespace contego::planning
