#pragma once

#include "fleet/fleet.hpp"
#include "fleet/process.hpp"
#include "json/json.hpp"
#include "queue/claim.hpp"
#include "queue/record.hpp"
#include "support/flat_batch.hpp"
#include "support/private_cluster.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <memory>
#include <string>
#include <vector>

namespace contego::testing {

/// The database calls of one daemon.
struct daemon_hands {
    explicit daemon_hands(const queue::database_options& database,
                          std::chrono::milliseconds lease = std::chrono::minutes(5),
                          const queue::process& runs_as = {})
        : membership(
              database, {"test", "here", runs_as.pid, "0", runs_as.machine, runs_as.started_ticks}, lease),
          source(queue::make_request_source(queue::make_claiming_pool(database, 1), membership)),
          store(queue::make_outcome_store(queue::make_recording_pool(database, 1), membership)) {
        membership.keep();
    }

    /// Renews the lease and rescues, as a daemon does every third of its lease. Returns how many requests it
    /// rescued.
    std::int64_t keep_house() {
        membership.keep();
        return membership.rescue();
    }

    std::vector<std::int64_t> claim(std::size_t limit = 100) {
        latest = source->claim("default", limit, 2'097'152);
        std::vector<std::int64_t> ids;
        for (const auto& r : latest.requests)
            ids.push_back(r.id);
        return ids;
    }

    /// Records a verdict about one request of the latest claim.
    record_answer
    end(std::int64_t id, disposition d, std::chrono::milliseconds delay = std::chrono::hours(1)) {
        flat_verdict v;
        v.request_id = id;
        for (const auto& r : latest.requests)
            if (r.id == id) v.fence = r.fence;
        v.disposition = d;
        v.delay = delay;
        if (d != disposition::complete && d != disposition::release) v.error_code = "TEST";
        return record({{}, {v}});
    }

    record_answer record(const flat_batch& rows) const { return store->record(grouped(rows)); }

    queue::fleet membership;
    std::unique_ptr<request_source> source;
    std::unique_ptr<outcome_store> store;
    claim_batch latest;
};

/// Ends the daemon's sessions, and refuses new ones during its lifetime.
class closed_database {
public:
    explicit closed_database(const queue::database_options& database)
        : name_(pqxx::connection(database.connection_string).dbname()),
          elsewhere_(database.connection_string + " dbname=postgres") {
        run("ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS false");
        run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'contego test' AND datname = '" +
            name_ + "'");
    }

    closed_database(const closed_database&) = delete;
    closed_database& operator=(const closed_database&) = delete;

    ~closed_database() { run("ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS true"); }

private:
    void run(const std::string& statement) {
        pqxx::nontransaction tx(elsewhere_);
        tx.exec(statement);
    }

    std::string name_;
    pqxx::connection elsewhere_;
};

class queue_fixture : public ::testing::Test {
protected:
    /// Returns the rows of a statement as text. A NULL is empty.
    std::vector<std::vector<std::string>> sql(const std::string& statement) {
        pqxx::work tx(session_);
        std::vector<std::vector<std::string>> rows;
        for (const auto& row : tx.exec(statement)) {
            rows.emplace_back();
            for (const auto& field : row)
                rows.back().emplace_back(field.c_str());
        }
        tx.commit();
        return rows;
    }

    std::string one(const std::string& statement) { return sql(statement).at(0).at(0); }

    /// Inserts a request as a CRM would. `columns` and `values` are further columns and their SQL values,
    /// each with a leading comma.
    std::int64_t insert(const std::string& parameters,
                        const std::string& columns = "",
                        const std::string& values = "",
                        const std::string& action = "ADD_SUBSCRIPTIONS") {
        return std::stoll(one("INSERT INTO contego.request (action, parameters" + columns + ") VALUES ('" +
                              action + "', '" + parameters + "'" + values + ") RETURNING id"));
    }

    std::int64_t insert_for_card(const std::string& card,
                                 const std::string& columns = "",
                                 const std::string& values = "") {
        return insert(R"({"smartcard_ca_id":")" + card + R"(","service_ca_id":"1"})", columns, values);
    }

    std::string column(std::int64_t id, const std::string& name) {
        return one("SELECT " + name + " FROM contego.request WHERE id = " + std::to_string(id));
    }

    std::string progress(std::int64_t id) { return column(id, "progress"); }

    /// Returns whether a session of this database waits for a lock.
    bool somebody_waits() {
        return one("SELECT count(*) FROM pg_stat_activity"
                   " WHERE wait_event_type = 'Lock' AND datname = current_database()") != "0";
    }

    void until_somebody_waits() {
        while (!somebody_waits()) {
        }
    }

    queue::database_options database_ = private_cluster::instance().fresh_schema();
    pqxx::connection session_{database_.connection_string};
};

using ids = std::vector<std::int64_t>;

} // namespace contego::testing
