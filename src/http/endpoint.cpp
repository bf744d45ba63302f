#include "http/endpoint.hpp"

#include "http/certificates.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace contego::http {
namespace {

using namespace std::chrono_literals;

/// Collects the faults.
struct findings {
    std::vector<std::string> all;

    void require(bool good, std::string sentence) {
        if (!good) all.push_back(std::move(sentence));
    }

    template <typename Number>
    void within(const char* name, Number value, Number lowest, Number highest, const char* unit) {
        require(value >= lowest && value <= highest,
                std::string(name) + ": must be " + std::to_string(lowest) + " to " + std::to_string(highest) +
                    unit + " (was " + std::to_string(value) + ")");
    }
};

bool is_visible(char c) {
    return c > ' ' && c < '\x7f';
}

bool is_host_character(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    return letter || digit || c == '-' || c == '.' || c == '_' || c == ':';
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

bool is_port(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65'535;
}

/// Splits `host`, `host:port`, `[address]` and `[address]:port`. Returns false for any other text.
bool split_authority(std::string_view authority, endpoint& out) {
    const bool bracketed = authority.starts_with('[');
    const auto host_end = bracketed ? authority.find(']') : authority.find(':');
    if (bracketed && host_end == std::string_view::npos) return false;

    const auto host = bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
    auto rest = host_end == std::string_view::npos ? std::string_view{}
                                                   : authority.substr(host_end + (bracketed ? 1 : 0));
    if (bracketed && host.find(':') == std::string_view::npos) return false;
    const bool named = !host.empty() && host != "." && !host.ends_with("..");
    if (!named || !std::ranges::all_of(host, is_host_character)) return false;
    out.host = host;
    out.port = out.tls ? "443" : "80";
    if (rest.empty()) return true;
    if (!rest.starts_with(':')) return false;
    rest.remove_prefix(1);
    out.port = rest;
    return is_port(rest);
}

bool split_url(std::string_view url, endpoint& out) {
    out.tls = url.starts_with("https://");
    if (!out.tls && !url.starts_with("http://")) return false;
    url.remove_prefix(out.tls ? 8 : 7);

    const auto path_begin = std::min(url.find('/'), url.size());
    auto path = url.substr(path_begin);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const bool plain =
        std::ranges::all_of(path, is_visible) && path.find_first_of("?#") == std::string_view::npos;
    out.base = path;
    return plain && split_authority(url.substr(0, path_begin), out);
}

void check_ranges(const endpoint_options& o, findings& found) {
    constexpr std::size_t kib = 1024;
    constexpr std::size_t mib = kib * kib;
    found.within<std::size_t>("connections", o.connections, 1, 1000, "");
    found.within<std::int64_t>("idle_timeout", o.idle_timeout.count(), 0, 3'600'000, " ms");
    found.within<std::int64_t>("max_age", o.max_age.count(), 1'000, 86'400'000, " ms");
    found.within<std::int64_t>("connect_timeout", o.connect_timeout.count(), 1, 600'000, " ms");
    found.within<std::size_t>("header_limit", o.header_limit, kib, mib, " bytes");
    found.within<std::size_t>("body_limit", o.body_limit, kib, kib * mib, " bytes");
}

void check_credentials(const endpoint_options& o, findings& found) {
    // The values are secrets, so the sentences do not contain them.
    found.require(o.user.find(':') == std::string::npos, "user: must not contain a colon");
    found.require(!has_control_character(o.user), "user: must not contain control characters");
    found.require(!has_control_character(o.password), "password: must not contain control characters");
    found.require(!o.user.empty() || o.password.empty(), "user: must be set if a password is set");
}

void check_tls(const endpoint& where, findings& found) {
    const auto& tls = where.options.tls;
    const bool given = !tls.ca_file.empty() || !tls.certificate_file.empty() || !tls.key_file.empty() ||
                       !tls.server_name.empty();
    if (!where.tls) {
        found.require(!given, "tls: needs an https URL");
        return;
    }
    found.require(tls.certificate_file.empty() == tls.key_file.empty(),
                  "tls: certificate_file and key_file must be set together");
    found.require(std::ranges::all_of(tls.server_name, is_host_character),
                  "tls.server_name: is not a host name");
    if (!found.all.empty()) return;
    try {
        static_cast<void>(make_context(tls));
    } catch (const std::exception& e) {
        found.all.push_back(std::string("tls: ") + e.what());
    }
}

} // namespace

std::variant<endpoint, std::vector<std::string>> check(endpoint_options options) {
    endpoint out;
    out.options = std::move(options);
    findings found;
    // A URL may hold a password, so the sentence must not show the URL.
    found.require(split_url(out.options.url, out),
                  "url: must be http(s)://host[:port][/base] without user, query or fragment");
    check_ranges(out.options, found);
    check_credentials(out.options, found);
    check_tls(out, found);
    if (!found.all.empty()) return std::move(found.all);
    return out;
}

} // namespace contego::http
