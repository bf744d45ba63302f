#include "plan/step.hpp"

#include <string_view>
#include <utility>

namespace contego::planning {
namespace {

using ids = std::vector<std::string>;

value::list
clients(std::string_view id_name, std::string_view distribution_name, const ids& all, const distribution& d) {
    value::list list;
    list.reserve(all.size());
    for (const auto& id : all)
        list.emplace_back(
            value::object{{std::string(id_name), id}, {std::string(distribution_name), d.distributor}});
    return list;
}

void put_clients(value::object& parameters, const belongings& all, const distribution& d) {
    if (!all.smartcards.ids.empty())
        parameters.emplace(
            "smartcards",
            clients("smartcard_ca_id", "smartcard_sub_provisioning_distribution_id", all.smartcards.ids, d));
    if (!all.stbs.ids.empty())
        parameters.emplace("stbs",
                           clients("stb_ca_id", "stb_sub_provisioning_distribution_id", all.stbs.ids, d));
}

} // namespace

const std::string& id_at(const id_list& has, const id_list& removed, position at) {
    return at < has.ids.size() ? has.ids[at] : removed.ids[at - has.ids.size()];
}

command command_of(const step& s, const asked& a) {
    const auto& d = a.distributions[s.distribution];
    const auto smartcard = [&] { return id_at(d.has.smartcards, d.removed.smartcards, s.smartcard); };
    command c{s.type, {}, s.only_if_paired};
    switch (s.type) {
    case command_type::create_pairing:
        put_clients(c.parameters, d.has, d);
        return c;
    case command_type::add_to_existing_pairing:
        put_clients(c.parameters, d.added, d);
        [[fallthrough]];
    case command_type::get_pairing_status_for_card:
        c.parameters.emplace("smartcard_ca_id", smartcard());
        c.parameters.emplace("smartcard_sub_provisioning_distribution_id", d.distributor);
        return c;
    default:
        c.parameters.emplace("smartcard_ca_id", smartcard());
        c.parameters.emplace("service_ca_id", id_at(d.has.services, d.removed.services, s.service));
        c.parameters.emplace("sub_provisioning_distribution_id", d.distributor);
        return c;
    }
}

} // namespace contego::planning
