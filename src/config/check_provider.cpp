#include "config/check_provider.hpp"

#include "config/load_binding.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace contego::daemon {

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
    auto loaded = load_binding(p.binding);
    if (auto* mistakes = std::get_if<std::vector<std::string>>(&loaded)) all = std::move(*mistakes);
    auto checked = check_endpoints(p);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&checked))
        all.insert(all.end(), mistakes->begin(), mistakes->end());
    return all;
}

std::string unsupported_commands(const provider_configuration& p) {
    const auto loaded = load_binding(p.binding);
    const auto* good = std::get_if<binding>(&loaded);
    if (good == nullptr) return {};
    std::string names;
    for (const auto type : command_types)
        if (!good->limits().supports(type)) (names += names.empty() ? "" : ", ") += name_of(type);
    if (names.empty()) return {};
    return "the binding does not support these commands: " + names +
           "; a request that needs one of them is rejected with NOT_SUPPORTED";
}

} // namespace contego::daemon
