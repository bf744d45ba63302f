#include "database/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace contego::queue {
namespace {

/// Classes of errors that one row may cause and another not: cardinality, data, integrity, routines and
/// triggers of the site, WITH CHECK, limits, RAISE, and defects of the server.
constexpr std::array<std::string_view, 9> classes_of_rows{
    "21", "22", "23", "38", "39", "44", "54", "P0", "XX"};

constexpr std::string_view login_lacks_rights =
    "does the login of database.connection have the role contego_daemon, or, for a person, contego_operator?";
constexpr std::string_view schema_lacks_parts =
    "was the schema changed? contegod migrate --status lists the steps that are applied";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> hints{{
    {"25006",
     "is the server a standby? name every host in database.connection, with target_session_attrs=read-write"},
    {"28", "are database.connection and database.password_file right?"},
    {"42883", schema_lacks_parts},
    {"42703", schema_lacks_parts},
    {"3F000", schema_lacks_parts},
    {"53100", "is the disk of the database full?"},
    {"53300", "is max_connections of the database too small?"},
}};

/// Returns a hint for a lack of rights. Only a migration needs a right on the database itself.
std::string_view hint_for_rights(std::string_view said) {
    if (said.find("permission denied for database") == std::string_view::npos) return login_lacks_rights;
    return "may the login of database.connection create a schema? Run GRANT CREATE ON DATABASE as the owner "
           "of "
           "the database, or migrate with another login";
}

/// Returns a hint for an unknown table. A query of a person may name one outside of the schema contego; then
/// the schema has all its parts.
std::string_view hint_for_table(std::string_view said) {
    constexpr std::string_view beginning = "relation \"";
    const auto at = said.find(beginning);
    if (at == std::string_view::npos) return schema_lacks_parts;
    said.remove_prefix(at + beginning.size());
    const auto name = said.substr(0, said.find('"'));
    if (name.starts_with("contego.")) return schema_lacks_parts;
    return name.find('.') == std::string_view::npos ? "name tables with their schema, such as crm.cards" : "";
}

std::string_view first_line_without_severity(std::string_view said) {
    said = said.substr(0, said.find('\n'));
    for (const std::string_view severity : {"ERROR:", "FATAL:", "PANIC:"})
        if (said.starts_with(severity)) said.remove_prefix(severity.size());
    said.remove_prefix(std::min(said.find_first_not_of(' '), said.size()));
    return said;
}

/// Returns the hint of the table above for that SQLSTATE, or else the hint in the server's error. A migration
/// gives one when it cannot go on.
std::string_view hint_for(std::string_view said, std::string_view sqlstate) {
    if (sqlstate == "42501") return hint_for_rights(said);
    if (sqlstate == "42P01") return hint_for_table(said);
    for (const auto& [beginning, hint] : hints)
        if (sqlstate.starts_with(beginning)) return hint;
    constexpr std::string_view label = "\nHINT:  ";
    const auto at = said.find(label);
    if (at == std::string_view::npos) return {};
    said.remove_prefix(at + label.size());
    return said.substr(0, said.find('\n'));
}

/// Returns the innermost function of the schema in the context of the error, such as a step of a claim.
std::string_view function_in(std::string_view said) {
    constexpr std::string_view beginning = "function contego.";
    const auto at = said.find(beginning);
    if (at == std::string_view::npos) return {};
    said.remove_prefix(at + beginning.size() - std::string_view("contego.").size());
    return said.substr(0, said.find('('));
}

std::string sentence(std::string_view statement, std::string_view said, std::string_view sqlstate) {
    auto text = std::string(statement) + ": " + std::string(first_line_without_severity(said));
    const auto place = function_in(said);
    if (!place.empty()) text += ", in " + std::string(place);
    if (!sqlstate.empty()) text += " (SQLSTATE " + std::string(sqlstate) + ')';
    const auto hint = hint_for(said, sqlstate);
    if (!hint.empty()) text += "\nHINT: " + std::string(hint);
    return text;
}

} // namespace

server_error::server_error(std::string_view statement, std::string_view said, std::string sqlstate)
    : std::runtime_error(sentence(statement, said, sqlstate)), sqlstate_(std::move(sqlstate)) {}

std::string_view hint_of(const std::exception& e) {
    if (dynamic_cast<const server_error*>(&e) != nullptr) return "";
    return "\nHINT: is database.connection right, and does PostgreSQL run?";
}

bool is_about_the_row(std::string_view sqlstate) {
    return std::ranges::find(classes_of_rows, sqlstate.substr(0, 2)) != classes_of_rows.end();
}

bool took_too_long(std::string_view sqlstate) {
    return sqlstate == "57014";
}

bool waited_for_a_lock(std::string_view sqlstate) {
    return sqlstate == "55P03";
}

bool refuses_to_write(std::string_view sqlstate) {
    return sqlstate == "25006";
}

bool lease_has_ended(std::string_view sqlstate) {
    return sqlstate == "CG002";
}

bool claiming_is_stopped(std::string_view sqlstate) {
    return sqlstate == "CG003";
}

bool ends_the_connection(std::string_view sqlstate) {
    // 57P0x are shutdown, crash and startup; 57014 is a cancelled statement, after which the connection
    // stays.
    return sqlstate.empty() || refuses_to_write(sqlstate) || sqlstate.starts_with("08") ||
           sqlstate.starts_with("57P");
}

} // namespace contego::queue
