#include "schema/migrations.hpp"

#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"
#include "schema/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace contego::queue {
namespace {

constexpr const char* make_ledger = "CREATE SCHEMA IF NOT EXISTS contego;"
                                    "CREATE TABLE IF NOT EXISTS contego.migration ("
                                    "    version         integer PRIMARY KEY,"
                                    "    name            text NOT NULL,"
                                    "    sha256          text NOT NULL,"
                                    "    compatible_from integer NOT NULL,"
                                    "    applied_date    timestamptz NOT NULL DEFAULT now());"
                                    "CREATE TABLE IF NOT EXISTS contego.definition ("
                                    "    kind         text NOT NULL,"
                                    "    name         text NOT NULL,"
                                    "    sha256       text NOT NULL,"
                                    "    applied_date timestamptz NOT NULL DEFAULT now(),"
                                    "    PRIMARY KEY (kind, name))";
// Held to the end of the transaction, so that two migrations at once take turns, also behind a pooler. Only
// the owner of the table may lock it in this mode.
constexpr const char* take_turns = "LOCK TABLE contego.migration IN SHARE ROW EXCLUSIVE MODE";
// A function in SQL may call a function that is created after it.
constexpr const char* take_bodies_unchecked = "SET LOCAL check_function_bodies = off";
constexpr const char* ledger_exists = "SELECT to_regclass('contego.migration') IS NOT NULL";
constexpr const char* read_migrations =
    "SELECT version, name, sha256, compatible_from,"
    "       to_char(applied_date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
    " FROM contego.migration ORDER BY version";
// Only definitions that exist, so that a function or view that a migration or a person dropped is created
// again.
constexpr const char* read_definitions =
    "SELECT d.kind, d.name, d.sha256 FROM contego.definition AS d"
    " WHERE CASE d.kind"
    "     WHEN 'view' THEN EXISTS (SELECT FROM pg_class AS c WHERE c.relkind = 'v' AND c.relname = d.name"
    "                              AND c.relnamespace = 'contego'::regnamespace)"
    "     ELSE EXISTS (SELECT FROM pg_proc AS p WHERE p.proname = d.name"
    "                  AND p.pronamespace = 'contego'::regnamespace) END";
constexpr const char* enter_migration =
    "INSERT INTO contego.migration (version, name, sha256, compatible_from) VALUES ($1, $2, $3, $4)";
constexpr const char* enter_definition =
    "INSERT INTO contego.definition (kind, name, sha256) VALUES ($1, $2, $3)"
    " ON CONFLICT (kind, name) DO UPDATE SET sha256 = excluded.sha256, applied_date = excluded.applied_date";

/// Most names in one sentence.
constexpr std::size_t most_names = 5;

/// CREATE IF NOT EXISTS is not atomic: of two migrations at once, one may fail because the other created the
/// object.
bool was_made_meanwhile(const server_error& e) {
    return e.sqlstate() == "23505" || e.sqlstate() == "42P06" || e.sqlstate() == "42P07";
}

std::string file_of(const migration& one) {
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "%04d", one.version);
    return std::string("sql/migrations/") + number.data() + '_' + one.name + ".sql";
}

std::string file_of(const definition& one) {
    return "sql/" + one.kind + "s/" + one.name + ".sql";
}

/// Runs the SQL of a file. An error names the file.
void run_file(pqxx::transaction_base& tx, const std::string& file, const std::string& text) {
    try {
        tx.exec(text);
    } catch (const pqxx::sql_error& e) {
        std::string_view said = e.what();
        if (constexpr std::string_view severity = "ERROR:  "; said.starts_with(severity))
            said.remove_prefix(severity.size());
        throw pqxx::sql_error(file + ": " + std::string(said), e.query(), sql::sqlstate_of(e).c_str());
    }
}

std::string names_of(const std::vector<definition>& all) {
    std::string text;
    for (std::size_t n = 0; n < std::min(all.size(), most_names); ++n)
        text += (n == 0 ? "" : ", ") + all[n].name;
    if (all.size() > most_names) text += " and " + std::to_string(all.size() - most_names) + " more";
    return text;
}

/// A migration that a database has applied.
struct applied_migration {
    int version;
    std::string name;
    std::string sha256;
    int compatible_from;
    std::string applied_date;
};

/// The migrations and definitions that a database has applied.
struct ledger {
    std::vector<applied_migration> migrations; ///< in the order of their numbers
    std::map<std::pair<std::string, std::string>, std::string>
        definitions; ///< SHA-256 of the definitions that exist, by kind and name

    [[nodiscard]] const applied_migration* find(int version) const {
        const auto found = std::ranges::find(migrations, version, &applied_migration::version);
        return found == migrations.end() ? nullptr : &*found;
    }
};

ledger read_ledger(pqxx::transaction_base& tx) {
    ledger found;
    if (!tx.exec(ledger_exists)[0][0].as<bool>()) return found;
    for (const auto& row : tx.exec(read_migrations))
        found.migrations.push_back(
            {row[0].as<int>(), row[1].c_str(), row[2].c_str(), row[3].as<int>(), row[4].c_str()});
    for (const auto& row : tx.exec(read_definitions))
        found.definitions[{row[0].c_str(), row[1].c_str()}] = row[2].c_str();
    return found;
}

ledger read_ledger(connection& c) {
    return c->transact("read_ledger", [](pqxx::transaction_base& tx) { return read_ledger(tx); });
}

bool is_newer(const ledger& found, const schema_text& known) {
    return !found.migrations.empty() && found.migrations.back().version > known.migrations.back().version;
}

/// Returns why the schema must not be migrated by this program, with a HINT, or nothing if it may be.
std::optional<std::string> refusal(const ledger& found, const schema_text& known) {
    for (const auto& one : known.migrations) {
        const auto* done = found.find(one.version);
        if (done == nullptr) continue;
        const auto sha256 = checksum(one.sql);
        if (sha256 != done->sha256)
            return "migration " + std::to_string(one.version) + " (" + one.name +
                   ") was changed after it was applied: the database has the checksum " +
                   done->sha256.substr(0, 12) + ", this program " + sha256.substr(0, 12) +
                   "\nHINT: use the program of the release that migrated this database, or a later release; "
                   "drop a development database and migrate it again";
    }
    const auto newest_known = known.migrations.back().version;
    if (is_newer(found, known) && found.migrations.back().compatible_from > newest_known)
        return "the schema is at version " + std::to_string(found.migrations.back().version) +
               ", which works with programs that know version " +
               std::to_string(found.migrations.back().compatible_from) + " or later; this program knows " +
               std::to_string(newest_known) + "\nHINT: install the release that migrated this database";
    return std::nullopt;
}

std::vector<migration> missing_migrations(const ledger& found, const schema_text& known) {
    std::vector<migration> all;
    std::ranges::copy_if(known.migrations, std::back_inserter(all), [&](const migration& one) {
        return found.find(one.version) == nullptr;
    });
    return all;
}

std::vector<definition> outdated_definitions(const ledger& found, const schema_text& known) {
    std::vector<definition> all;
    if (is_newer(found, known)) return all;
    std::ranges::copy_if(known.definitions, std::back_inserter(all), [&](const definition& one) {
        const auto there = found.definitions.find({one.kind, one.name});
        return there == found.definitions.end() || there->second != checksum(one.sql);
    });
    return all;
}

migrations::result apply_in(pqxx::transaction_base& tx, const schema_text& known) {
    tx.exec(make_ledger);
    tx.exec(take_turns);
    tx.exec(take_bodies_unchecked);
    const auto found = read_ledger(tx);
    if (const auto why = refusal(found, known)) return {why, {}};
    schema_text applied{missing_migrations(found, known), {}};
    for (const auto& one : applied.migrations)
        run_file(tx, file_of(one), one.sql);
    applied.definitions = outdated_definitions(read_ledger(tx), known); // a migration may have dropped some
    for (const auto& one : applied.definitions)
        run_file(tx, file_of(one), one.sql);
    for (const auto& one : applied.migrations)
        sql::run(tx, enter_migration, one.version, one.name, checksum(one.sql), one.compatible_from);
    for (const auto& one : applied.definitions)
        sql::run(tx, enter_definition, one.kind, one.name, checksum(one.sql));
    return {std::nullopt, std::move(applied)};
}

} // namespace

migrations::migrations(database_options options, const schema_text& known)
    : known_(known), connection_(std::move(options)) {}

std::vector<migration_state> migrations::status() {
    const auto found = read_ledger(connection_);
    std::vector<migration_state> all;
    for (const auto& one : known_.migrations) {
        const auto* done = found.find(one.version);
        all.push_back({one, done == nullptr ? std::nullopt : std::optional(done->applied_date)});
    }
    for (const auto& done : found.migrations)
        if (all.empty() || done.version > all.back().one.version)
            all.push_back({{done.version, done.name, {}, done.compatible_from}, done.applied_date});
    return all;
}

std::vector<definition> migrations::outdated() {
    return outdated_definitions(read_ledger(connection_), known_);
}

migrations::result migrations::apply() {
    const auto in_one_transaction = [this] {
        return connection_->transact("migrate",
                                     [this](pqxx::transaction_base& tx) { return apply_in(tx, known_); });
    };
    try {
        return in_one_transaction();
    } catch (const server_error& e) {
        if (!was_made_meanwhile(e)) throw;
        return in_one_transaction();
    }
}

std::optional<std::string> migrations::encoding_warning() {
    const std::string encoding = connection_->transact("read_encoding", [](pqxx::transaction_base& tx) {
        return std::string(tx.exec("SELECT getdatabaseencoding()")[0][0].c_str());
    });
    if (encoding == "UTF8") return std::nullopt;
    return "the encoding of the database is " + encoding +
           ": a request or an answer with characters outside this encoding is refused or held\nHINT: use a "
           "database with ENCODING 'UTF8'";
}

std::optional<std::string> migrations::mismatch() {
    const auto found = read_ledger(connection_);
    if (const auto why = refusal(found, known_)) return why;
    if (const auto missing = missing_migrations(found, known_); !missing.empty())
        return "the schema is at version " + std::to_string(missing.front().version - 1) +
               ", this program needs " + std::to_string(known_.migrations.back().version) +
               "\nHINT: run contegod migrate";
    if (const auto all = outdated_definitions(found, known_); !all.empty())
        return "functions or views of the schema are missing or not those of this program: " + names_of(all) +
               "\nHINT: run contegod migrate";
    return std::nullopt;
}

} // namespace contego::queue
