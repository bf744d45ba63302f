#include "config/read_configuration.hpp"

#include "config/read_file.hpp"
#include "config/read_secrets.hpp"
#include "config/settings.hpp"
#include "database/connection_string.hpp"
#include "json/json.hpp"
#include "queue/queue_stats.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace contego::daemon {
namespace {

std::string variable_of(const std::string& key) {
    std::string name = "CONTEGOD_" + key;
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return name;
}

/// Returns the value of an environment variable, which is JSON. Text that is not JSON is taken literally.
value parsed(const std::string& text, std::string_view type) {
    if (type == "text" || type == "path") return text;
    try {
        return json::parse(text);
    } catch (const json::parse_error&) {
        return text;
    }
}

/// Whether an error message may show a text. A short word of letters may be a mistyped number, boolean or
/// name. Other text may be a password or a connection string under the wrong key.
bool is_harmless(std::string_view text) {
    constexpr std::size_t longest = 12;
    return text.size() <= longest && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalpha(c) != 0 || c == '_' || c == '-';
           });
}

/// Returns a value as an error message shows it. If the key takes free text, such as a connection string,
/// only the kind of the value is shown.
std::string shown(const value& v, bool is_free_text) {
    if (v.items() != nullptr) return "a list";
    if (v.members() != nullptr) return "an object";
    const auto* text = v.text();
    if (text != nullptr && (is_free_text || !is_harmless(*text))) return "other text";
    if (v.is_null() || text != nullptr || !is_free_text) return json::write(v);
    return v.boolean() != nullptr ? "a boolean" : "a number";
}

std::string shown_key(const std::string& key) {
    const auto is_part_of_one = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
    constexpr std::size_t longest = 40;
    return key.size() <= longest && std::ranges::all_of(key, is_part_of_one) ? key : "(no name of a key)";
}

/// Returns the number of letters to insert, remove or change that turns one name into the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// Returns the known name that the person most likely meant, or an empty text if none is similar.
std::string nearest_to(std::string_view name, const std::set<std::string>& known) {
    constexpr std::size_t longest = 200;
    if (name.size() > longest) return {};
    std::string nearest;
    constexpr std::string_view prefix = "CONTEGOD_"; // every name begins with it
    auto least = (name.size() - std::min(name.size(), prefix.size())) / 3;
    for (const auto& one : known)
        if (const auto d = distance(name, one); one.size() <= longest && d < least) {
            least = d;
            nearest = one;
        }
    return nearest;
}

class reader {
public:
    reader(const std::filesystem::path& folder, const environment& variables)
        : folder_(folder), variables_(variables) {}

    /// Stores every setting of a section. A member that is neither a setting nor a subsection is a mistake.
    template <typename Section>
    void section(const value* given,
                 const std::string& path,
                 Section& into,
                 const settings<Section>& known,
                 const std::vector<std::string_view>& subsections = {}) {
        if (given != nullptr && given->members() == nullptr) {
            mistakes.push_back(path + ": must be an object");
            return;
        }
        const auto prefix = path.empty() ? "" : path + ".";
        for (const auto& s : known)
            store(given, prefix + std::string(s.name), into, s);
        if (given == nullptr) return;
        for (const auto& [name, member] : *given->members()) {
            const auto is_it = [&key = name](const auto& s) { return s.name == key; };
            if (std::ranges::none_of(known, is_it) &&
                std::ranges::find(subsections, name) == subsections.end())
                mistakes.push_back(prefix + shown_key(name) + ": unknown key");
        }
    }

    void path(std::filesystem::path& p) const {
        if (!p.empty()) p = (folder_ / p).lexically_normal();
    }

    void secret(std::filesystem::path& file, const std::string& key, std::string& into) {
        if (file.empty()) return;
        path(file);
        const auto [content, why_not] = read_file(file);
        if (!why_not.empty()) // the file's name is not shown, because it may be the password itself
            mistakes.push_back(key + ": the file that this key names cannot be read\nHINT: " + why_not);
        else
            into = content.substr(0, content.find_first_of("\r\n"));
    }

    void secrets(std::filesystem::path& file, const std::string& key, secret_values& into) {
        if (file.empty()) return;
        path(file);
        const auto [content, why_not] = read_file(file);
        if (!why_not.empty())
            mistakes.push_back(key + ": the file that this key names cannot be read\nHINT: " + why_not);
        auto read = read_secrets(content);
        for (const auto& mistake : read.mistakes)
            mistakes.emplace_back(key).append(": ").append(mistake);
        into = std::move(read.values);
    }

    /// Makes the path of a file absolute that another library opens later, and checks that it is readable.
    void library_file(std::filesystem::path& file, const std::string& key) {
        path(file);
        if (const auto why = why_not_read(file); !file.empty() && !why.empty())
            mistakes.push_back(key + ": the file that this key names cannot be read\nHINT: " + why);
    }

    /// Refuses a variable whose name looks misspelt, because its key would silently keep the default. Other
    /// variables are ignored: for a service named contegod, a container platform sets CONTEGOD_PORT,
    /// CONTEGOD_SERVICE_HOST and more.
    void unused_variables() {
        for (const auto& [name, text] : variables_) {
            if (asked_.contains(name)) continue;
            const auto near = nearest_to(name, asked_);
            if (near.empty()) continue;
            mistakes.push_back(
                shown_key(name) +
                ": no key of the configuration has this environment variable\nHINT: did you mean " + near +
                "?");
        }
    }

    std::vector<std::string> mistakes;

private:
    template <typename Section>
    void store(const value* given, const std::string& key, Section& into, const setting<Section>& s) {
        const auto name = variable_of(key);
        asked_.insert(name);
        const auto variable = variables_.find(name);
        const bool overridden = variable != variables_.end();
        const auto* member = given != nullptr ? given->find(s.name) : nullptr;
        if (!overridden && member == nullptr) {
            if (s.fallback == "required") mistakes.push_back(key + ": is required");
            return;
        }
        const auto v = overridden ? parsed(variable->second, s.type) : *member;
        const bool is_free_text = s.range.empty() && s.type != "boolean";
        if (const auto broken = s.store(into, v))
            mistakes.push_back((overridden ? name : key) + ": " + *broken + " (was " +
                               shown(v, is_free_text) + ")");
    }

    const std::filesystem::path& folder_;
    const environment& variables_;
    std::set<std::string> asked_; ///< the names of the variables of all keys
};

void read_provider(reader& in, const std::string& name, const value& given, configuration& into) {
    auto& p = into.providers[name];
    const auto key = "providers." + name;
    in.section(&given, key, p, provider_settings(), {"tls", "breaker", "retry"});
    in.section(given.find("tls"), key + ".tls", p.endpoint.tls, tls_settings());
    in.section(given.find("breaker"), key + ".breaker", p.guard.breaker, breaker_settings());
    in.section(given.find("retry"), key + ".retry", p.line.retry, retry_settings());
    p.line.provider = name;
    p.endpoint.connections = p.line.in_flight;
    p.guard.in_flight = p.line.in_flight;
    in.path(p.binding);
    in.library_file(p.endpoint.tls.ca_file, key + ".tls.ca_file");
    in.library_file(p.endpoint.tls.certificate_file, key + ".tls.certificate_file");
    in.library_file(p.endpoint.tls.key_file, key + ".tls.key_file");
    in.secret(p.password_file, key + ".password_file", p.endpoint.password);
    in.secrets(p.secrets_file, key + ".secrets_file", p.secrets);
    if (p.line.retry.longest_delay < p.line.retry.first_delay)
        in.mistakes.push_back(key + ".retry.longest_delay_ms: must not be below first_delay_ms");
    if (name.empty() || name.size() > 100)
        in.mistakes.push_back(key + ": a provider's name has 1 to 100 characters");
    if (name == queue::unknown_provider)
        in.mistakes.push_back(key + ": this name stands for all providers that are not configured");
}

/// Whether a text in UTF-8 has a control character: U+0000 to U+001F, or U+007F to U+009F.
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

void read_providers(reader& in, const value* given, configuration& into) {
    const auto* all = given != nullptr ? given->members() : nullptr;
    if (all == nullptr || all->empty()) {
        in.mistakes.emplace_back("providers: must be an object with at least one provider");
        return;
    }
    std::map<std::string, std::string> by_variable;
    for (const auto& [name, provider] : *all) {
        if (has_control_character(name)) {
            in.mistakes.emplace_back("providers: a provider's name has no control characters");
            continue;
        }
        const auto [other, is_alone] = by_variable.emplace(variable_of(name), name);
        if (!is_alone)
            in.mistakes.push_back("providers." + name + ": this name and " + other->second +
                                  " have the same environment variables\nHINT: the name of a variable does "
                                  "not tell case, - and . apart, so rename one of the providers");
        read_provider(in, name, provider, into);
    }
}

/// Adds a password to a connection string, quoted as libpq requires. The password comes first: after a
/// keyword without a value, libpq would read it as that value.
std::string with_password(const std::string& connection, const std::string& password) {
    std::string quoted;
    for (const char ch : password)
        quoted += ch == '\'' || ch == '\\' ? std::string{'\\', ch} : std::string{ch};
    return "password='" + quoted + "' " + connection;
}

void refuse_password(reader& in, const std::string& key, const std::string& connection) {
    if (queue::holds_password(connection))
        in.mistakes.push_back(key + ": must not hold a password\nHINT: write the password into a separate "
                                    "file, and set database.password_file to the name of that file");
}

void add_password(reader& in, database_configuration& c) {
    std::string password;
    in.secret(c.password_file, "database.password_file", password);
    if (password.empty()) return;
    for (auto* connection : {&c.connection, &c.listen_connection}) {
        if (connection->find("://") != std::string::npos) {
            in.mistakes.emplace_back("database.password_file: needs a connection string of keywords, not a "
                                     "URI\nHINT: write host=... dbname=... user=...");
            return;
        }
        if (!connection->empty()) *connection = with_password(*connection, password);
    }
}

} // namespace

environment process_environment() {
    environment ours;
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view text = *one;
        const auto equals = text.find('=');
        if (text.starts_with("CONTEGOD_") && equals != std::string_view::npos)
            ours.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return ours;
}

configuration_reading
read_configuration(std::string_view text, const std::filesystem::path& folder, const environment& variables) {
    value document;
    try {
        document = json::parse(text, json::author::person);
    } catch (const json::parse_error& e) {
        return {{}, {std::string("not JSON: ") + e.what()}};
    }
    configuration c;
    reader in(folder, variables);
    in.section(&document, "", c, top_settings(), {"database", "providers", "log", "admin"});
    in.section(document.find("database"), "database", c.database, database_settings());
    in.section(document.find("log"), "log", c.log, log_settings());
    in.section(document.find("admin"), "admin", c.admin, admin_settings());
    read_providers(in, document.find("providers"), c);
    // Other daemons then find a request only when they poll.
    if (!c.database.listen)
        for (auto& [name, p] : c.providers)
            p.line.left_to_others = std::max(p.line.left_to_others, p.poll_interval);
    in.unused_variables();
    refuse_password(in, "database.connection", c.database.connection);
    refuse_password(in, "database.listen_connection", c.database.listen_connection);
    add_password(in, c.database);
    return {std::move(c), std::move(in.mistakes)};
}

configuration_reading read_configuration_file(const std::filesystem::path& file,
                                              const environment& variables) {
    const auto [content, why_not] = read_file(file);
    if (!why_not.empty()) return {{}, {"cannot read " + file.string() + "\nHINT: " + why_not}};
    return read_configuration(content, std::filesystem::absolute(file).parent_path(), variables);
}

std::vector<std::string> mistakes_in(const database_configuration& c) {
    std::vector<std::string> all;
    if (const auto m = queue::mistake_in(c.connection)) all.push_back("database.connection: " + *m);
    if (const auto m = queue::mistake_in(c.listen_connection))
        all.push_back("database.listen_connection: " + *m);
    return all;
}

} // namespace contego::daemon
