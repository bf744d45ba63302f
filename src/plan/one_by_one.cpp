#include "plan/one_by_one.hpp"

#include <contego/plan.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace contego::planning {
namespace {

constexpr std::string_view smartcards = "smartcards";
constexpr std::string_view stbs = "stbs";
constexpr std::array lists{smartcards, stbs};

const value::list* items_of(const command& c, std::string_view list) {
    const auto found = c.parameters.find(list);
    const auto* items = found == c.parameters.end() ? nullptr : found->second.items();
    return items == nullptr || items->empty() ? nullptr : items;
}

std::size_t size_of(const command& c, std::string_view list) {
    const auto* items = items_of(c, list);
    return items == nullptr ? 1 : items->size();
}

/// A command with one item of each list. The whole command is not copied: its lists may be long.
command pair_of(const command& whole, std::size_t pair) {
    const auto boxes = size_of(whole, stbs);
    command c{whole.type, {}, whole.only_if_paired};
    for (const auto& [name, v] : whole.parameters)
        if (std::ranges::find(lists, name) == lists.end()) c.parameters.emplace(name, v);
    for (const auto list : lists)
        if (const auto* items = items_of(whole, list))
            c.parameters.emplace(list, value::list{(*items)[list == stbs ? pair % boxes : pair / boxes]});
    return c;
}

/// A command of the new plan.
struct part {
    std::uint32_t index; ///< of a command in `whole`; without a pair: of a command in the plan before
    std::optional<std::uint32_t> pair;
};

} // namespace

std::variant<command_list, std::size_t> one_by_one(command_list commands, const limits& site) {
    if (site.one_each.none()) return commands;
    std::vector<command> whole;
    std::vector<part> parts;
    std::size_t size = 0;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        auto c = commands[i];
        const auto pairs =
            site.takes_one_each(c.type) ? size_of(c, smartcards) * size_of(c, stbs) : std::size_t{1};
        size += pairs;
        if (size > most_commands) continue;
        if (pairs == 1) {
            parts.push_back({static_cast<std::uint32_t>(i), std::nullopt});
            continue;
        }
        for (std::uint32_t pair = 0; pair < pairs; ++pair)
            parts.push_back({static_cast<std::uint32_t>(whole.size()), pair});
        whole.push_back(std::move(c));
    }
    if (size > most_commands) return size;
    if (whole.empty()) return commands;
    return command_list(
        size,
        [before = std::move(commands), whole = std::move(whole), parts = std::move(parts)](std::size_t at) {
            const auto& p = parts[at];
            return p.pair ? pair_of(whole[p.index], *p.pair) : before[p.index];
        });
}

} // namespace contego::planning
