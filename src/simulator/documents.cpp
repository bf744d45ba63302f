#include "simulator/documents.hpp"

#include "embedded_documents.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace contego::simulator {
namespace {

std::string content_of(const std::filesystem::path& file) {
    const std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return text.str();
}

} // namespace

documents::documents() {
    for (const auto& [name, content] : embedded_documents)
        files_.emplace(name, content);
}

documents::documents(const std::string& directory) {
    std::error_code trouble;
    for (const auto& entry : std::filesystem::directory_iterator(directory, trouble)) {
        const auto extension = entry.path().extension();
        if (extension == ".wsdl" || extension == ".xsd")
            files_.emplace(entry.path().filename().string(), content_of(entry.path()));
    }
    if (files_.empty()) throw std::runtime_error("no WSDL in " + directory);
}

std::optional<std::string> documents::wsdl(std::string_view area, std::string_view address) const {
    const auto found = files_.find(std::string(area) + ".wsdl");
    if (found == files_.end()) return std::nullopt;
    auto text = found->second;
    constexpr std::string_view mark = "location=\"";
    const auto start = text.find(mark);
    if (start == std::string::npos) return text;
    // This part reaches from the scheme to the slash that begins the path.
    const auto begin = start + mark.size();
    const auto path = text.find('/', text.find("//", begin) + 2);
    if (path != std::string::npos) text.replace(begin, path - begin, address);
    return text;
}

std::optional<std::string> documents::schema(std::string_view file) const {
    const auto found = files_.find(file);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace contego::simulator
