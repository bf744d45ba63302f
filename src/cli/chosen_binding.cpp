#include "cli/chosen_binding.hpp"

#include "cli/subcommand.hpp"
#include "config/load_binding.hpp"

#include <iostream>
#include <utility>

namespace contego::daemon {
namespace {

std::optional<binding> good(std::variant<binding, std::vector<std::string>> loaded) {
    if (auto* one = std::get_if<binding>(&loaded)) return std::move(*one);
    for (const auto& mistake : std::get<std::vector<std::string>>(loaded))
        std::cerr << mistake << '\n';
    return std::nullopt;
}

std::optional<chosen_binding> named(std::optional<binding> wire, const std::filesystem::path& file) {
    if (!wire) return std::nullopt;
    return chosen_binding{.wire = std::move(*wire), .name = name_of_binding(file)};
}

} // namespace

const provider_configuration* chosen_provider(const configuration& c, const std::string& name) {
    if (name.empty() && c.providers.size() == 1) return &c.providers.begin()->second;
    const auto found = c.providers.find(name);
    if (found != c.providers.end()) return &found->second;
    std::cerr << "--provider: must be one of the providers of the configuration, which are";
    for (const auto& one : c.provider_names())
        std::cerr << ' ' << one;
    std::cerr << (name.empty() ? "" : " (was " + name + ")") << '\n';
    return nullptr;
}

std::optional<chosen_binding> choose_binding(const binding_choice& choice) {
    if (choice.configuration_file.empty()) {
        auto wire = good(load_binding(choice.binding_file));
        if (wire) wire = wire->at({.secrets = {}, .endpoint = "https://cas.example"});
        return named(std::move(wire), choice.binding_file);
    }
    const auto c = configured(choice.configuration_file);
    const auto* p = c ? chosen_provider(*c, choice.provider) : nullptr;
    if (p == nullptr) return std::nullopt;
    return named(good(load_binding(*p)), p->binding);
}

} // namespace contego::daemon
