#include "schema/migrations.hpp"

#include "database/sqlstate.hpp"
#include "schema/embedded_migrations.hpp"

namespace contego::queue {
namespace {

// Held to the end of the transaction: two that migrate at once take turns, also behind a pooler. Only the
// owner of the table may lock it in this mode.
constexpr const char* take_turns = "LOCK TABLE contego.migration IN SHARE ROW EXCLUSIVE MODE";
constexpr const char* make_ledger = "CREATE SCHEMA IF NOT EXISTS contego;"
                                    "CREATE TABLE IF NOT EXISTS contego.migration ("
                                    "    version      integer PRIMARY KEY,"
                                    "    name         text NOT NULL,"
                                    "    applied_date timestamptz NOT NULL DEFAULT now())";
constexpr const char* ledger_exists = "SELECT to_regclass('contego.migration') IS NOT NULL";
constexpr const char* read_ledger =
    "SELECT version, name, to_char(applied_date AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
    "FROM contego.migration ORDER BY version";
constexpr const char* enter_ledger =
    "INSERT INTO contego.migration (version, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING version";

/// IF NOT EXISTS looks before it makes: of two at once one may find that the other has made it meanwhile.
bool was_made_meanwhile(const server_error& e) {
    return e.sqlstate() == "23505" || e.sqlstate() == "42P06" || e.sqlstate() == "42P07";
}

} // namespace

migrations::migrations(database_options options) : connection_(std::move(options)) {}

std::vector<migrations::entry> migrations::applied() {
    return connection_.transact("read_ledger", [&](pqxx::transaction_base& tx) {
        std::vector<entry> all;
        if (!tx.exec(ledger_exists)[0][0].as<bool>()) return all;
        for (const auto& row : tx.exec(read_ledger))
            all.push_back({row[0].as<int>(), row[1].c_str(), row[2].c_str()});
        return all;
    });
}

std::vector<migration_state> migrations::status() {
    const auto done = applied();
    std::vector<migration_state> all;
    for (const auto& step : embedded_migrations()) {
        const bool is_done = all.size() < done.size();
        all.push_back({step, is_done ? std::optional(done[all.size()].applied_date) : std::nullopt});
    }
    for (auto i = all.size(); i < done.size(); ++i)
        all.push_back({{done[i].version, done[i].name, {}}, done[i].applied_date});
    return all;
}

int migrations::apply(const std::function<void(const migration&)>& told) {
    provide_ledger();
    int count = 0;
    for (const auto& step : embedded_migrations()) {
        const bool fresh = connection_.transact(step.name.c_str(), [&](pqxx::transaction_base& tx) {
            tx.exec(take_turns);
            if (sql::run(tx, enter_ledger, step.version, step.name).empty()) return false;
            tx.exec(step.sql);
            return true;
        });
        if (fresh) {
            ++count;
            told(step);
        }
    }
    return count;
}

std::optional<std::string> migrations::encoding_warning() {
    const std::string encoding = connection_.transact("read_encoding", [](pqxx::transaction_base& tx) {
        return std::string(tx.exec("SELECT getdatabaseencoding()")[0][0].c_str());
    });
    if (encoding == "UTF8") return std::nullopt;
    return "the database is in " + encoding +
           ": a request or an answer with other characters is refused or held\nHINT: use a database with "
           "ENCODING 'UTF8'";
}

void migrations::provide_ledger() {
    const auto make = [this] {
        connection_.transact("make_ledger",
                             [](pqxx::transaction_base& tx) { return tx.exec(make_ledger).size(); });
    };
    try {
        make();
    } catch (const server_error& e) {
        if (!was_made_meanwhile(e)) throw;
        make();
    }
}

std::optional<std::string> migrations::mismatch() {
    const auto done = applied();
    const auto needed = embedded_migrations().size();
    if (done.size() >= needed) return std::nullopt;
    return "the schema is at version " + std::to_string(done.size()) + ", this daemon needs " +
           std::to_string(needed) + "\nHINT: run contegod migrate";
}

} // namespace contego::queue
