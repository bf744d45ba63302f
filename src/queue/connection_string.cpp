#include "queue/connection_string.hpp"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace contego::queue {
namespace {

/// A peer that is gone is noticed after 10 + 3 * 5 seconds of silence, or when what was sent is not
/// acknowledged for 20. Connecting may take 5 seconds for each host.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> defaults{{
    {"connect_timeout", "5"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "20000"},
}};

/// What we read and write is UTF-8. In any other encoding the server would turn it into something else.
constexpr std::string_view encoding = "client_encoding";

std::string quoted(std::string_view text) {
    std::string all = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') all += '\\';
        all += c;
    }
    return all + '\'';
}

class keywords {
public:
    void add(std::string_view name, std::string_view text) {
        if (!text_.empty()) text_ += ' ';
        text_ += std::string(name) + '=' + quoted(text);
        names_ += ' ' + std::string(name) + ' ';
    }

    void add_default(std::string_view name, std::string_view text) {
        if (names_.find(' ' + std::string(name) + ' ') == std::string::npos) add(name, text);
    }

    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
    std::string names_;
};

} // namespace

std::string with_defaults(const std::string& connection_string, const std::string& application_name) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(connection_string.c_str(), nullptr), &PQconninfoFree);
    if (parsed == nullptr) return connection_string;
    keywords all;
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && option->keyword != encoding) all.add(option->keyword, option->val);
    all.add(encoding, "UTF8"); // goes before PGCLIENTENCODING, and before what a role or a database sets
    for (const auto& [name, text] : defaults)
        all.add_default(name, text);
    all.add_default("fallback_application_name", application_name);
    return std::move(all).text();
}

} // namespace contego::queue
