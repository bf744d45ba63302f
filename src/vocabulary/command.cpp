#include <contego/command.hpp>

namespace contego {
namespace {

constexpr std::string_view secret_parameter = "new_pin";

value masked_value(const value& v) {
    if (const auto* members = v.members()) return masked(*members);
    if (const auto* items = v.items()) {
        value::list all;
        all.reserve(items->size());
        for (const auto& item : *items)
            all.push_back(masked_value(item));
        return all;
    }
    return v;
}

} // namespace

value::object masked(const value::object& parameters) {
    value::object all;
    for (const auto& [name, v] : parameters)
        all.emplace(name, name == secret_parameter ? value("****") : masked_value(v));
    return all;
}

} // namespace contego
