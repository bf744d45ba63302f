#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::queue {

/// Returns the connection string with the options that a daemon needs, as keywords. Added are
/// connect_timeout, TCP keep-alive and tcp_user_timeout, so that a lost server is noticed, and
/// fallback_application_name. If there are several hosts, connect_timeout is short. Options in the connection
/// string are kept, except client_encoding, which is always UTF8.
///
/// A connection string that libpq cannot read is returned unchanged, so that libpq reports the error.
[[nodiscard]] std::string with_defaults(const std::string& connection_string,
                                        const std::string& application_name);

/// Returns the connection string, as keywords, with this host in front of the others in host, hostaddr and
/// port. `host` and `port` are as libpq reports them for a connection; an empty port is 5432.
///
/// Returns nothing if the string does not name several hosts, if this host is not among them, or if libpq
/// cannot read the string.
[[nodiscard]] std::optional<std::string>
with_host_first(const std::string& connection_string, const std::string& host, const std::string& port);

/// One of several hosts that a connection string names.
struct named_host {
    std::string name;              ///< as the string writes it, with its port unless that is 5432
    std::string connection_string; ///< leads to this host only, whether or not it accepts writes
};

/// Returns the hosts of a connection string, in their order. Returns nothing if the string does not name
/// several hosts, or if libpq cannot read it.
[[nodiscard]] std::vector<named_host> each_host(const std::string& connection_string);

/// Returns whether the connection string names several hosts, and a connection may end at a standby:
/// target_session_attrs is neither read-write nor primary.
[[nodiscard]] bool may_reach_a_standby(const std::string& connection_string);

/// Returns why libpq cannot read the connection string, or would read it in another way than the person
/// meant. Returns nothing if it is good. The sentence shows no part of the string, which may contain a
/// password.
[[nodiscard]] std::optional<std::string> mistake_in(const std::string& connection_string);

/// Returns whether the connection string contains a password, as far as libpq can read it.
[[nodiscard]] bool holds_password(const std::string& connection_string);

/// Returns an error of libpq or the server about connecting, without any part of the connection string that
/// may be a password. Of quoted texts only names of hosts, addresses, the login and the database stay.
[[nodiscard]] std::string without_secrets(std::string_view message, const std::string& connection_string);

} // namespace contego::queue
