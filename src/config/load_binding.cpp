#include "config/load_binding.hpp"

#include "config/read_file.hpp"

#include <utility>

namespace contego::daemon {
namespace {

std::string name_of(const std::filesystem::path& file) {
    return file.empty() ? "default binding" : file.string();
}

} // namespace

std::variant<binding, std::vector<std::string>> load_binding(const std::filesystem::path& file) {
    const auto name = name_of(file);
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
    for (const auto& [name, line] : good->secrets())
        if (!p.secrets.contains(name))
            mistakes.push_back(name_of(p.binding) + ":" + std::to_string(line) + ": {secret." + name +
                               "} has no value; add a line " + name +
                               "=VALUE to the file that secrets_file of the provider names");
    if (!mistakes.empty()) return mistakes;
    return good->at({.secrets = p.secrets, .endpoint = p.endpoint.url});
}

} // namespace contego::daemon
