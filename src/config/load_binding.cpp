#include "config/load_binding.hpp"

#include "config/read_file.hpp"

#include <algorithm>
#include <utility>

namespace contego::daemon {
namespace {

bool is_printable_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

std::string name_of_binding(const std::filesystem::path& file) {
    return file.empty() ? "default binding" : file.string();
}

std::variant<binding, std::vector<std::string>> load_binding(const std::filesystem::path& file) {
    const auto name = name_of_binding(file);
    std::string text(default_binding());
    if (!file.empty()) {
        auto read = read_file(file);
        if (!read.why_not.empty())
            return std::vector<std::string>{name + ": cannot be read\nHINT: " + read.why_not};
        text = std::move(read.content);
    }
    auto compiled = binding::compile(text);
    if (auto* good = std::get_if<binding>(&compiled)) return std::move(*good);
    std::vector<std::string> mistakes;
    for (const auto& e : std::get<std::vector<binding_error>>(compiled))
        mistakes.push_back(name + ":" + std::to_string(e.line) + ": " + e.reason);
    return mistakes;
}

std::variant<binding, std::vector<std::string>> load_binding(const provider_configuration& p) {
    auto loaded = load_binding(p.binding);
    auto* good = std::get_if<binding>(&loaded);
    if (good == nullptr) return loaded;
    std::vector<std::string> mistakes;
    for (const auto& [name, use] : good->secrets()) {
        const auto at = name_of_binding(p.binding)
                            .append(":" + std::to_string(use.line) + ": {secret.")
                            .append(name)
                            .append("} ");
        const auto found = p.secrets.find(name);
        if (found == p.secrets.end())
            mistakes.emplace_back(at)
                .append("has no value; add a line ")
                .append(name)
                .append("=VALUE to the file that secrets_file of the provider names");
        else if (use.in_header && !is_printable_ascii(found->second))
            mistakes.push_back(at + "is sent in an HTTP header, so its value must be printable ASCII");
    }
    if (!p.endpoint.user.empty() && good->sends_header("authorization"))
        mistakes.push_back(name_of_binding(p.binding) +
                           ": the binding sends a header Authorization, so the provider must have no user");
    if (!mistakes.empty()) return mistakes;
    return good->at({.secrets = p.secrets, .endpoint = p.endpoint.url});
}

} // namespace contego::daemon
