#include "database/connection_string.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace contego::queue {
namespace {

/// A lost server is noticed after 3 + 3 * 1 seconds of silence, or when data is not acknowledged for 5
/// seconds. That is less than a failover takes, so all connections look for the new primary as soon as there
/// is one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> defaults{{
    {"keepalives_idle", "3"},
    {"keepalives_interval", "1"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "5000"},
}};

/// How long connecting to a host may take, in seconds. It is short if another host can be tried. libpq allows
/// no less than two seconds.
constexpr std::string_view for_the_only_host = "5";
constexpr std::string_view for_one_of_several_hosts = "2";

/// The daemon reads and writes UTF-8. With any other client encoding the server would convert the text.
constexpr std::string_view encoding = "client_encoding";

/// Which of several hosts a connection may end at.
constexpr std::string_view attributes = "target_session_attrs";

std::string quoted(std::string_view text) {
    std::string all = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') all += '\\';
        all += c;
    }
    return all + '\'';
}

using parsed_options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

parsed_options parse(const std::string& connection_string) {
    return {PQconninfoParse(connection_string.c_str(), nullptr), &PQconninfoFree};
}

/// Returns a message without the text between its first and last quote, because the quoted text may contain
/// quotes.
std::string without_quotes(std::string_view message) {
    const auto begin = message.find('"');
    if (begin == std::string_view::npos) return std::string(message);
    const auto end = message.rfind('"');
    return std::string(message.substr(0, begin)) + "\"...\"" + std::string(message.substr(end + 1));
}

/// Options whose values are not secret. The port is not among them, because libpq may read a part of a
/// password in a URI as the port.
constexpr std::array<std::string_view, 4> told{"host", "hostaddr", "user", "dbname"};

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("_./,-").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(::in6_addr)> address{};
    return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

/// Whether an error may show a quoted text: an address, a keyword, a part of a value that is not secret, or
/// the path of a socket in the host's directory.
bool is_told(const PQconninfoOption* options, const std::string& quoted) {
    if (!is_plain(quoted)) return false;
    if (is_address(quoted)) return true;
    for (const auto* o = options; o->keyword != nullptr; ++o) {
        if (quoted == o->keyword) return true;
        if (o->val == nullptr || *o->val == '\0' || std::ranges::find(told, o->keyword) == told.end())
            continue;
        const std::string_view known = o->val;
        if (known.find(quoted) != std::string_view::npos || (known[0] == '/' && quoted.starts_with(known)))
            return true;
    }
    return false;
}

bool any_has_quotes(const PQconninfoOption* options) {
    for (const auto* o = options; o->keyword != nullptr; ++o)
        if (o->val != nullptr && std::string_view(o->val).find('"') != std::string_view::npos) return true;
    return false;
}

/// Whether libpq reads a URI in another way than the person meant. A password that is not encoded ends at its
/// first @ or /, and its rest is read as a part of the host or the database.
bool is_split_otherwise_than_meant(std::string_view connection_string) {
    const auto scheme = connection_string.find("://");
    if (scheme == std::string_view::npos) return false;
    const auto rest = connection_string.substr(scheme + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    const auto path = rest.substr(authority.size(), rest.substr(authority.size()).find('?'));
    return std::ranges::count(authority, '@') > 1 || path.find('@') != std::string_view::npos;
}

/// Returns the elements of a list of libpq, or nothing if the list is empty.
std::vector<std::string> elements(std::string_view list) {
    std::vector<std::string> all;
    if (list.empty()) return all;
    for (auto end = list.find(','); end != std::string_view::npos; end = list.find(',')) {
        all.emplace_back(list.substr(0, end));
        list.remove_prefix(end + 1);
    }
    all.emplace_back(list);
    return all;
}

/// The hosts of a connection string. The n-th elements of the lists belong together; one port is that of
/// each host.
class host_lists {
public:
    explicit host_lists(const PQconninfoOption* options) {
        for (const auto* o = options; o->keyword != nullptr; ++o)
            if (auto* list = list_of(o->keyword); list != nullptr && o->val != nullptr)
                *list = elements(o->val);
    }

    /// Returns the number of hosts, or 0 if the lists do not match, which libpq reports as an error.
    [[nodiscard]] std::size_t size() const {
        const auto all = std::max(names_.size(), addresses_.size());
        const auto matches = [all](const auto& list) { return list.empty() || list.size() == all; };
        return matches(names_) && matches(addresses_) && (ports_.size() == 1 || matches(ports_)) ? all : 0;
    }

    /// Returns whether libpq reports a connection to the n-th host with this host and port. If the string has
    /// no port, the port is that of every host.
    [[nodiscard]] bool is(std::size_t n, const std::string& host, const std::string& port) const {
        const bool has_name = !names_.empty() && !names_[n].empty();
        if (!has_name && (addresses_.empty() || addresses_[n] != host)) return false;
        if (has_name && names_[n] != host) return false;
        return ports_.empty() || number(ports_[ports_.size() == 1 ? 0 : n]) == number(port);
    }

    void put_first(std::size_t n) {
        for (auto* list : {&names_, &addresses_, &ports_})
            if (n < list->size()) std::rotate(list->begin(), at(*list, n), std::next(at(*list, n)));
    }

    void keep_only(std::size_t n) {
        for (auto* list : {&names_, &addresses_, &ports_})
            if (n < list->size()) *list = {(*list)[n]};
    }

    /// Returns the n-th host as the string writes it, with its port unless that is 5432.
    [[nodiscard]] std::string name(std::size_t n) const {
        const auto& host = !names_.empty() && !names_[n].empty() ? names_[n] : addresses_[n];
        const auto port = ports_.empty() ? "5432" : number(ports_[ports_.size() == 1 ? 0 : n]);
        return port == "5432" ? host : host + ':' + std::string(port);
    }

    /// Returns the list with that keyword, or nothing if the keyword names no list.
    [[nodiscard]] std::optional<std::string> text(std::string_view keyword) {
        const auto* list = list_of(keyword);
        if (list == nullptr) return std::nullopt;
        std::string all;
        for (const auto& one : *list)
            all += (&one == list->data() ? "" : ",") + one;
        return all;
    }

private:
    using strings = std::vector<std::string>;

    static strings::iterator at(strings& all, std::size_t n) {
        return all.begin() + static_cast<std::ptrdiff_t>(n);
    }

    static std::string_view number(std::string_view port) { return port.empty() ? "5432" : port; }

    strings* list_of(std::string_view keyword) {
        if (keyword == "host") return &names_;
        if (keyword == "hostaddr") return &addresses_;
        return keyword == "port" ? &ports_ : nullptr;
    }

    strings names_;
    strings addresses_;
    strings ports_;
};

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
    const auto parsed = parse(connection_string);
    if (parsed == nullptr) return connection_string;
    keywords all;
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr && option->keyword != encoding) all.add(option->keyword, option->val);
    all.add(encoding, "UTF8"); // overrides PGCLIENTENCODING and the settings of a role or a database
    for (const auto& [name, text] : defaults)
        all.add_default(name, text);
    all.add_default("connect_timeout",
                    host_lists(parsed.get()).size() > 1 ? for_one_of_several_hosts : for_the_only_host);
    all.add_default("fallback_application_name", application_name);
    return std::move(all).text();
}

std::optional<std::string>
with_host_first(const std::string& connection_string, const std::string& host, const std::string& port) {
    const auto parsed = parse(connection_string);
    if (parsed == nullptr) return std::nullopt;
    host_lists hosts(parsed.get());
    std::size_t n = 0;
    while (n < hosts.size() && !hosts.is(n, host, port))
        ++n;
    if (hosts.size() < 2 || n == hosts.size()) return std::nullopt;
    hosts.put_first(n);
    keywords all;
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr)
            all.add(option->keyword, hosts.text(option->keyword).value_or(option->val));
    return std::move(all).text();
}

std::vector<named_host> each_host(const std::string& connection_string) {
    const auto parsed = parse(connection_string);
    if (parsed == nullptr) return {};
    const host_lists hosts(parsed.get());
    std::vector<named_host> each;
    for (std::size_t n = 0; hosts.size() > 1 && n < hosts.size(); ++n) {
        auto one = hosts;
        one.keep_only(n);
        keywords all;
        for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
            if (option->val != nullptr && option->keyword != attributes)
                all.add(option->keyword, one.text(option->keyword).value_or(option->val));
        each.push_back({hosts.name(n), std::move(all).text()});
    }
    return each;
}

bool may_reach_a_standby(const std::string& connection_string) {
    const auto parsed = parse(connection_string);
    if (parsed == nullptr || host_lists(parsed.get()).size() < 2) return false;
    for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->keyword == attributes && option->val != nullptr)
            return option->val != std::string_view("read-write") &&
                   option->val != std::string_view("primary");
    return true;
}

std::optional<std::string> mistake_in(const std::string& connection_string) {
    char* said = nullptr;
    const parsed_options options(PQconninfoParse(connection_string.c_str(), &said), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> kept(said, &PQfreemem);
    if (options == nullptr) {
        auto why = without_quotes(said != nullptr ? said : "out of memory");
        while (why.ends_with('\n'))
            why.pop_back();
        return "cannot be read as a connection string of libpq: " + why;
    }
    if (is_split_otherwise_than_meant(connection_string))
        return "has a URI whose user or password is not encoded: write @ as %40, / as %2F and : as %3A";
    return std::nullopt;
}

bool holds_password(const std::string& connection_string) {
    const auto options = parse(connection_string);
    if (options == nullptr) return false;
    for (const auto* o = options.get(); o->keyword != nullptr; ++o)
        if (o->keyword == std::string_view("password") && o->val != nullptr && *o->val != '\0') return true;
    return false;
}

std::string without_secrets(std::string_view message, const std::string& connection_string) {
    const auto options = parse(connection_string);
    const bool in_pairs = std::ranges::count(message, '"') % 2 == 0;
    if (options == nullptr || any_has_quotes(options.get()) || !in_pairs) return without_quotes(message);
    std::string all;
    while (!message.empty()) {
        const auto begin = std::min(message.find('"'), message.size());
        all += message.substr(0, begin);
        message.remove_prefix(begin);
        if (message.empty()) break;
        const auto end = message.find('"', 1);
        const std::string quoted(message.substr(1, end - 1));
        all += '"' + (is_told(options.get(), quoted) ? quoted : "...") + '"';
        message.remove_prefix(end + 1);
    }
    return all;
}

} // namespace contego::queue
