#include "config/exposed_files.hpp"

#include <system_error>

namespace contego::daemon {
namespace {

namespace fs = std::filesystem;

constexpr auto too_much = fs::perms::group_write | fs::perms::group_exec | fs::perms::others_all;

std::string octal(fs::perms mode) {
    std::string digits = "0";
    for (const unsigned shift : {6U, 3U, 0U})
        digits += static_cast<char>('0' + (static_cast<unsigned>(mode) >> shift & 7U));
    return digits;
}

void look_at(const std::string& key, const fs::path& file, std::vector<std::string>& all) {
    if (file.empty()) return;
    std::error_code ec;
    const auto status = fs::status(file, ec);
    if (ec || !fs::is_regular_file(status) || (status.permissions() & too_much) == fs::perms::none) return;
    all.push_back(key + ": other users may read or change " + file.string() + " (mode " +
                  octal(status.permissions()) + ")\nHINT: chmod 0640 " + file.string());
}

} // namespace

std::vector<std::string> exposed_files(const configuration& c) {
    std::vector<std::string> all;
    look_at("database.password_file", c.database.password_file, all);
    for (const auto& [name, p] : c.providers) {
        const auto key = "providers." + name;
        look_at(key + ".password_file", p.password_file, all);
        look_at(key + ".secrets_file", p.secrets_file, all);
        look_at(key + ".tls.key_file", p.endpoint.tls.key_file, all);
    }
    return all;
}

} // namespace contego::daemon
