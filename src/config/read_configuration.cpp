#include "config/read_configuration.hpp"

#include "config/settings.hpp"
#include "database/connection_string.hpp"
#include "json/json.hpp"
#include "queue/queue_stats.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace contego::daemon {
namespace {

std::string variable_of(const std::string& key) {
    std::string name = "CONTEGOD_" + key;
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return name;
}

/// What the environment says is text; where that is no JSON, it is taken as it stands.
value parsed(const std::string& text, std::string_view type) {
    if (type == "text" || type == "path") return text;
    try {
        return json::parse(text);
    } catch (const json::parse_error&) {
        return text;
    }
}

std::optional<std::string> file_content(const std::filesystem::path& file) {
    const std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file)) return std::nullopt;
    std::ostringstream content;
    content << in.rdbuf();
    return std::move(content).str();
}

/// Text that a person writes for a number or a word. Other text may be a password or a connection string that
/// came under the wrong key.
bool is_harmless(std::string_view text) {
    constexpr std::size_t longest = 12;
    return text.size() <= longest && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalpha(c) != 0 || c == '_' || c == '-';
           });
}

/// A value for an error. Where free text belongs, such as a connection string, only its kind is shown.
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

class reader {
public:
    reader(const std::filesystem::path& folder, const environment& variables)
        : folder_(folder), variables_(variables) {}

    /// Stores every setting of a section; members that are neither a setting nor a subsection are mistakes.
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
        const auto content = file_content(file);
        if (!content) // its name is not shown: it may be the password itself
            mistakes.push_back(key + ": the file that it names cannot be read"
                                     "\nHINT: does the file exist, and may this user read it?");
        else
            into = content->substr(0, content->find_first_of("\r\n"));
    }

    std::vector<std::string> mistakes;

private:
    template <typename Section>
    void store(const value* given, const std::string& key, Section& into, const setting<Section>& s) {
        const auto variable = variables_(variable_of(key));
        const auto* member = given != nullptr ? given->find(s.name) : nullptr;
        if (!variable && member == nullptr) {
            if (s.fallback == "required") mistakes.push_back(key + ": is required");
            return;
        }
        const auto v = variable ? parsed(*variable, s.type) : *member;
        const bool is_free_text = s.range.empty() && s.type != "boolean";
        if (const auto broken = s.store(into, v))
            mistakes.push_back((variable ? variable_of(key) : key) + ": " + *broken + " (was " +
                               shown(v, is_free_text) + ")");
    }

    const std::filesystem::path& folder_;
    const environment& variables_;
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
    in.path(p.endpoint.tls.ca_file);
    in.path(p.endpoint.tls.certificate_file);
    in.path(p.endpoint.tls.key_file);
    in.secret(p.password_file, key + ".password_file", p.endpoint.password);
    if (p.line.retry.longest_delay < p.line.retry.first_delay)
        in.mistakes.push_back(key + ".retry.longest_delay_ms: must not be below first_delay_ms");
    if (name.empty() || name.size() > 100)
        in.mistakes.push_back(key + ": a provider's name has 1 to 100 characters");
    if (name == queue::unknown_provider)
        in.mistakes.push_back(key + ": this name stands for all providers that are not configured");
}

void read_providers(reader& in, const value* given, configuration& into) {
    const auto* all = given != nullptr ? given->members() : nullptr;
    if (all == nullptr || all->empty()) {
        in.mistakes.emplace_back("providers: must be an object with at least one provider");
        return;
    }
    for (const auto& [name, provider] : *all)
        read_provider(in, name, provider, into);
}

/// libpq's own quoting, so that any password can stand beside keywords. It comes first, for after a keyword
/// without a value it would be taken for that.
std::string with_password(const std::string& connection, const std::string& password) {
    std::string quoted;
    for (const char ch : password)
        quoted += ch == '\'' || ch == '\\' ? std::string{'\\', ch} : std::string{ch};
    return "password='" + quoted + "' " + connection;
}

void add_password(reader& in, database_configuration& c) {
    std::string password;
    in.secret(c.password_file, "database.password_file", password);
    if (password.empty()) return;
    for (auto* connection : {&c.connection, &c.listen_connection}) {
        if (connection->find("://") != std::string::npos) {
            in.mistakes.emplace_back("database.password_file: needs a connection of keywords, not a URI"
                                     "\nHINT: write host=... dbname=... user=...");
            return;
        }
        if (!connection->empty()) *connection = with_password(*connection, password);
    }
}

} // namespace

environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* found = std::getenv(name.c_str());
        return found != nullptr ? std::optional<std::string>(found) : std::nullopt;
    };
}

configuration_reading
read_configuration(std::string_view text, const std::filesystem::path& folder, const environment& variables) {
    value document;
    try {
        document = json::parse(text, true);
    } catch (const json::parse_error& e) {
        return {{}, {std::string("not JSON: ") + e.what()}};
    }
    configuration c;
    c.name = "contegod";
    reader in(folder, variables);
    in.section(&document, "", c, top_settings(), {"database", "providers", "log", "admin"});
    in.section(document.find("database"), "database", c.database, database_settings());
    in.section(document.find("log"), "log", c.log, log_settings());
    in.section(document.find("admin"), "admin", c.admin, admin_settings());
    read_providers(in, document.find("providers"), c);
    add_password(in, c.database);
    return {std::move(c), std::move(in.mistakes)};
}

configuration_reading read_configuration_file(const std::filesystem::path& file,
                                              const environment& variables) {
    const auto content = file_content(file);
    if (!content)
        return {{},
                {"cannot read " + file.string() + "\nHINT: does the file exist, and may this user read it?"}};
    return read_configuration(*content, std::filesystem::absolute(file).parent_path(), variables);
}

std::vector<std::string> mistakes_in(const database_configuration& c) {
    std::vector<std::string> all;
    if (const auto m = queue::mistake_in(c.connection)) all.push_back("database.connection: " + *m);
    if (const auto m = queue::mistake_in(c.listen_connection))
        all.push_back("database.listen_connection: " + *m);
    return all;
}

} // namespace contego::daemon
