#include "simulator/population.hpp"

#include <algorithm>
#include <stdexcept>

namespace contego::simulator {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

const value::list& items_of(const value& v, const std::string& name) {
    if (const auto* items = v.items()) return *items;
    throw std::invalid_argument("population: " + name + " must be a list");
}

const std::string& text_of(const value& v, const std::string& name) {
    if (const auto* text = v.text()) return *text;
    throw std::invalid_argument("population: " + name + " must hold texts");
}

number_ranges ranges_of(const value& v, const std::string& name) {
    number_ranges ranges;
    for (const auto& item : items_of(v, name))
        ranges.push_back(number_range::parse(text_of(item, name)));
    return ranges;
}

std::set<command_type> commands_of(const value& v, const std::string& name) {
    std::set<command_type> commands;
    for (const auto& item : items_of(v, name)) {
        const auto& code = text_of(item, name);
        const auto command = command_type_of(code);
        if (!command) throw std::invalid_argument("population: " + code + " is not a command");
        commands.insert(*command);
    }
    return commands;
}

} // namespace

bool number_range::has(std::string_view number) const {
    // Digits of the same length sort like the numbers that they represent.
    return number.size() == lowest.size() && number >= lowest && number <= highest && all_digits(number);
}

number_range number_range::parse(std::string_view text) {
    const auto dash = text.find('-');
    const auto low = text.substr(0, dash);
    const auto high = dash == std::string_view::npos ? low : text.substr(dash + 1);
    if (!all_digits(low) || !all_digits(high) || low.size() != high.size() || low > high)
        throw std::invalid_argument("'" + std::string(text) +
                                    "' is not a range of numbers of the same length, such as 0100-0199");
    return {std::string(low), std::string(high)};
}

population population::parse(const value& document) {
    const auto* members = document.members();
    if (members == nullptr) throw std::invalid_argument("population: must be an object");
    population p;
    for (const auto& [name, v] : *members) {
        if (name == "cards")
            p.cards = ranges_of(v, name);
        else if (name == "foreign")
            p.foreign = ranges_of(v, name);
        else if (name == "boxes")
            p.boxes = ranges_of(v, name);
        else if (name == "services")
            p.services = ranges_of(v, name);
        else if (name == "unavailable")
            p.unavailable = commands_of(v, name);
        else
            throw std::invalid_argument("population: " + name + " is not known");
    }
    return p;
}

bool holds(const number_ranges& ranges, std::string_view number) {
    return std::ranges::any_of(ranges, [number](const number_range& r) { return r.has(number); });
}

} // namespace contego::simulator
