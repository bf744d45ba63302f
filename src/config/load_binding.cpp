#include "config/load_binding.hpp"

#include "config/read_file.hpp"

#include <utility>

namespace contego::daemon {

std::variant<binding, std::vector<std::string>> load_binding(const std::filesystem::path& file) {
    const std::string name = file.empty() ? "default binding" : file.string();
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

} // namespace contego::daemon
