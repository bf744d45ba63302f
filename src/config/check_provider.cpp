#include "config/check_provider.hpp"

#include "config/load_binding.hpp"
#include <contego/parameter.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace contego::daemon {
namespace {

std::string unsupported_commands(const limits& site) {
    std::string names;
    for (const auto type : command_types)
        if (!site.supports(type)) (names += names.empty() ? "" : ", ") += name_of(type);
    return names;
}

/// Returns the commands that have no place for a parameter, by the name of the parameter.
std::map<std::string, std::string> parameters_without_place(const limits& site) {
    std::map<std::string, std::string> commands;
    for (const auto type : command_types) {
        const auto parameters = parameters_of(type);
        for (std::size_t at = 0; at < parameters.size(); ++at) {
            if (!site.supports(type) || site.takes(type, at)) continue;
            auto& names = commands[std::string(parameters[at].name)];
            (names += names.empty() ? "" : ", ") += name_of(type);
        }
    }
    return commands;
}

} // namespace

std::variant<std::vector<http::endpoint>, std::vector<std::string>>
check_endpoints(const provider_configuration& p) {
    std::vector<http::endpoint> good;
    std::vector<std::string> mistakes;
    for (const auto& url : p.urls()) {
        auto options = p.endpoint;
        options.url = url;
        auto checked = http::check(std::move(options));
        if (auto* e = std::get_if<http::endpoint>(&checked))
            good.push_back(std::move(*e));
        else
            std::ranges::move(std::get<std::vector<std::string>>(checked), std::back_inserter(mistakes));
    }
    if (mistakes.empty()) return good;
    return mistakes;
}

std::vector<std::string> mistakes_in(const provider_configuration& p) {
    std::vector<std::string> all;
    auto loaded = load_binding(p);
    if (auto* mistakes = std::get_if<std::vector<std::string>>(&loaded)) all = std::move(*mistakes);
    auto checked = check_endpoints(p);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&checked))
        all.insert(all.end(), mistakes->begin(), mistakes->end());
    return all;
}

std::vector<std::string> remarks_on(const provider_configuration& p) {
    const auto loaded = load_binding(p);
    const auto* good = std::get_if<binding>(&loaded);
    return good == nullptr ? std::vector<std::string>() : remarks_on(*good, name_of_binding(p.binding));
}

std::vector<std::string> remarks_on(const binding& b, const std::string& file) {
    std::vector<std::string> all;
    for (const auto& r : b.remarks())
        all.push_back(file + ":" + std::to_string(r.line) + ": " + r.reason);
    if (const auto names = unsupported_commands(b.limits()); !names.empty())
        all.push_back("the binding does not support these commands: " + names +
                      "; a request that needs one of them is rejected with NOT_SUPPORTED");
    for (const auto& [name, commands] : parameters_without_place(b.limits()))
        all.emplace_back("the binding has no place for ")
            .append(name)
            .append(" in ")
            .append(commands)
            .append("; a request that gives it is rejected with VALIDATION_ERROR, unless the attribute "
                    "ignores names it");
    return all;
}

} // namespace contego::daemon
