#include "telemetry/admin_host.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <string>

namespace contego::daemon {
namespace {

namespace ip = boost::asio::ip;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

/// Returns a host without its port, or an empty text if it is not a valid host.
std::string_view without_port(std::string_view host) {
    const bool bracketed = host.starts_with('[');
    const auto end = std::min(bracketed ? host.find(']') : host.find(':'), host.size());
    if (bracketed && end == host.size()) return {};
    const auto port = host.substr(end + (bracketed ? 1 : 0));
    if (!port.empty() && (port[0] != ':' || !std::ranges::all_of(port.substr(1), is_digit))) return {};
    return bracketed ? host.substr(1, end - 1) : host.substr(0, end);
}

/// Returns an IPv4 address for an IPv4-mapped IPv6 address, such as 127.0.0.1 for ::ffff:127.0.0.1.
ip::address plain(const ip::address& a) {
    if (a.is_v6() && a.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, a.to_v6());
    return a;
}

bool is_address_of(const ip::address& asked, const ip::address& listens) {
    if (asked.is_unspecified()) return false; // browsers connect to this machine for 0.0.0.0
    if (listens.is_unspecified()) return true;
    return asked == listens || (asked.is_loopback() && listens.is_loopback());
}

} // namespace

bool is_meant_for(std::string_view host, const admin_configuration& where) {
    const auto name = without_port(host);
    if (name.empty()) return false;
    if (std::ranges::any_of(where.host_names, [&](const auto& n) { return is_same_name(n, name); }))
        return true;
    const auto listens = plain(ip::make_address(where.address));
    if (is_same_name(name, "localhost")) return listens.is_loopback() || listens.is_unspecified();
    boost::system::error_code no_address;
    const auto asked = ip::make_address(std::string(name), no_address);
    return !no_address && is_address_of(plain(asked), listens);
}

} // namespace contego::daemon
