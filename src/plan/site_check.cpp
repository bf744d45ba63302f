#include "plan/site_check.hpp"

#include "plan/findings.hpp"
#include <contego/parameter.hpp>

#include <bitset>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace contego::planning {
namespace {

violation sentence(std::string text) {
    return {{}, {}, std::move(text)};
}

/// Adds a sentence for each parameter without a place. Only the list of clients to add can be one here,
/// because a direct command was checked earlier.
void add_without_place(violations& all,
                       std::string_view action,
                       const command_list& commands,
                       const limits& site) {
    constexpr auto type = command_type::add_to_existing_pairing;
    const auto parameters = parameters_of(type);
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        if (site.takes(type, at)) continue;
        bool needed = false;
        for (std::size_t i = 0; i < commands.size() && !needed; ++i)
            if (const auto c = commands[i]; c.type == type)
                needed = c.parameters.contains(parameters[at].name);
        if (needed)
            all.push_back(sentence("The binding has no place for " + std::string(parameters[at].name) +
                                   " of " + std::string(name_of(type)) + ", which the action " +
                                   std::string(action) + " needs."));
    }
}

/// Returns the values of a parameter in a command, or in the items of a list of the command.
std::vector<std::string> values_of(const command& c, const choice& of) {
    std::vector<const value*> found;
    const auto parameters = c.parameters.find(of.list.empty() ? of.parameter : of.list);
    if (parameters == c.parameters.end()) return {};
    if (of.list.empty())
        found.push_back(&parameters->second);
    else if (const auto* items = parameters->second.items())
        for (const auto& item : *items)
            found.push_back(item.find(of.parameter));
    std::vector<std::string> texts;
    for (const auto* v : found)
        if (v != nullptr && v->text() != nullptr)
            texts.push_back(*v->text());
        else if (v != nullptr && v->integer() != nullptr)
            texts.push_back(std::to_string(*v->integer()));
    return texts;
}

/// Adds a sentence for each value that the table of its parameter lacks.
void add_without_row(violations& all, const command_list& commands, const limits& site) {
    if (site.choices.empty()) return;
    std::set<std::string> sentences;
    for (std::size_t i = 0; i < commands.size() && sentences.size() < most_violations; ++i) {
        const auto c = commands[i];
        for (const auto& of : site.choices) {
            if (of.type != c.type) continue;
            for (const auto& text : values_of(c, of))
                if (!of.values.contains(text))
                    sentences.insert("The format " + of.table + " of the binding has no row for the " +
                                     of.parameter + " " + shown(text) + ".");
        }
    }
    for (const auto& one : sentences)
        all.push_back(sentence(one));
}

} // namespace

violations unsupported(std::string_view action, const command_list& commands, const limits& site) {
    if (site.unsupported.none()) return {};
    std::bitset<command_types.size()> needed;
    for (std::size_t i = 0; i < commands.size(); ++i)
        needed.set(static_cast<std::size_t>(commands[i].type));
    violations all;
    for (const auto type : command_types)
        if (needed.test(static_cast<std::size_t>(type)) && !site.supports(type))
            all.push_back(sentence("The binding has no command " + std::string(name_of(type)) +
                                   ", which the action " + std::string(action) + " needs."));
    return all;
}

violations unwritable(std::string_view action, const command_list& commands, const limits& site) {
    violations all;
    add_without_place(all, action, commands, site);
    add_without_row(all, commands, site);
    return all;
}

} // namespace contego::planning
