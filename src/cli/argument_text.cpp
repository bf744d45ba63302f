#include "cli/argument_text.hpp"

#include "json/json.hpp"

#include <array>
#include <fstream>
#include <iostream>

namespace contego::daemon {
namespace {

constexpr std::size_t most_bytes = std::size_t{16} << 20U;

/// Returns at most a few bytes more than most_bytes, because a device never ends.
std::string content_of(std::istream& in) {
    std::string content;
    std::array<char, 65536> piece{};
    while (content.size() <= most_bytes && (in.read(piece.data(), piece.size()) || in.gcount() > 0))
        content.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    return content;
}

} // namespace

std::optional<std::string> text_of_file(const std::string& option, const std::string& file) {
    std::ifstream opened;
    if (file != "-") opened.open(file, std::ios::binary);
    auto content = opened.fail() ? std::string() : content_of(file == "-" ? std::cin : opened);
    // A directory can be opened and not be read.
    if (opened.fail() && !opened.eof())
        std::cerr << option << ": cannot read " << file << '\n';
    else if (content.size() > most_bytes)
        std::cerr << option << ": " << file << " is larger than 16 MiB\n";
    else
        return content;
    return std::nullopt;
}

std::optional<value> parameters_of(const std::string& argument) {
    const bool is_file = argument == "-" || argument.starts_with('@');
    const auto text =
        is_file ? text_of_file("parameters", argument == "-" ? argument : argument.substr(1)) : argument;
    if (!text) return std::nullopt;
    try {
        auto parsed = json::parse(*text);
        if (parsed.members() != nullptr) return parsed;
        std::cerr << "parameters: must be a JSON object\n";
    } catch (const json::parse_error& e) {
        std::cerr << "parameters: not JSON: " << e.what() << '\n';
    }
    return std::nullopt;
}

} // namespace contego::daemon
