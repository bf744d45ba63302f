#include "http/request_text.hpp"

#include "vocabulary/base64.hpp"

#include <algorithm>

namespace contego::http {
namespace {

std::string host_header(const endpoint& where) {
    const bool is_ipv6 = where.host.find(':') != std::string::npos;
    auto out = is_ipv6 ? "[" + where.host + "]" : where.host;
    if (where.port != (where.tls ? "443" : "80")) out += ":" + where.port;
    return out;
}

bool is_visible(char c) {
    return c > ' ' && c < '\x7f';
}

bool is_path(std::string_view text) {
    return text.starts_with('/') && std::ranges::all_of(text, is_visible);
}

bool is_header_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return is_visible(c) || c == ' '; });
}

bool is_header(const std::pair<std::string, std::string>& header) {
    const auto& [name, value] = header;
    return !name.empty() && std::ranges::all_of(name, is_visible) && name.find(':') == std::string::npos &&
           is_header_value(value);
}

} // namespace

std::string basic_credentials(const endpoint_options& o) {
    return base64_of(o.user + ":" + o.password);
}

std::string constant_headers(const endpoint& where) {
    auto out = "Host: " + host_header(where) + "\r\nUser-Agent: contegod\r\n";
    const auto& options = where.options;
    if (!options.user.empty() || !options.password.empty())
        out += "Authorization: Basic " + basic_credentials(options) + "\r\n";
    return out;
}

std::string request_text(const endpoint& where, std::string_view constant_headers, const envelope& e) {
    const auto action = e.soap_action.value_or(std::string());
    const bool sound = is_path(e.path) && is_header_value(e.content_type) && is_header_value(action) &&
                       action.find('"') == std::string::npos;
    if (!sound || !std::ranges::all_of(e.headers, is_header)) return {};

    std::string out;
    out.reserve(constant_headers.size() + e.body.size() + 512);
    out.append("POST ").append(where.base).append(e.path).append(" HTTP/1.1\r\n").append(constant_headers);
    out.append("Content-Type: ").append(e.content_type).append("\r\n");
    if (e.soap_action) out.append("SOAPAction: \"").append(action).append("\"\r\n");
    for (const auto& [name, value] : e.headers)
        out.append(name).append(": ").append(value).append("\r\n");
    out.append("Content-Length: ").append(std::to_string(e.body.size())).append("\r\n\r\n");
    out.append(e.body);
    return out;
}

} // namespace contego::http
