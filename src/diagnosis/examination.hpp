#pragma once

#include "database/connection.hpp"
#include "queue/queue_stats.hpp"
#include "schema/catalog.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

// What an examination reads. Times are in seconds; what the server does not tell is empty.

struct server_stats {
    std::string version;    ///< as the server writes it: 15.8 (Debian ...)
    int version_number = 0; ///< 150008
    bool in_recovery = false;
    bool read_only = false; ///< new transactions may not write
    std::string login;
    std::string database;
    std::string encoding = "UTF8"; ///< of the database
};

struct clock_stats {
    double ahead = 0; ///< the database's clock, of this host's; negative: it is behind
    double error = 0; ///< by how much that may be wrong: half of what asking took
};

struct durability_stats {
    std::string fsync;
    std::string full_page_writes;
    std::string synchronous_commit;
};

/// Connections that one more client may still open, by whose limit it is.
struct connection_room {
    std::string limit; ///< `the server`, `the database`, `the login`
    std::int64_t most = 0;
    std::int64_t used = 0;
};

struct table_stats {
    std::string name;
    std::int64_t live = 0;
    std::int64_t dead = 0;
    double vacuum_at = 0; ///< so many dead rows bring autovacuum
    bool autovacuum = true;
    std::optional<double> vacuumed; ///< how long ago; never: empty
    bool analyzed = true;           ///< ever
};

struct vacuum_stats {
    bool autovacuum = true;
    bool track_counts = true;
    std::vector<table_stats> tables; ///< of the schema
};

/// Something that keeps dead rows from being removed.
struct horizon_holder {
    std::string kind; ///< `session`, `standby`, `prepared transaction`, `replication slot`
    std::string name; ///< number of the process, or name
    std::string who;
    std::string state;
    std::optional<double> age;     ///< of the transaction; empty: not told
    std::int64_t transactions = 0; ///< begun since
};

/// A session that has what claims wait for.
struct lock_holder {
    std::string process; ///< its number; the name of a prepared transaction
    std::string who;
    std::string state;
    std::optional<double>
        age;           ///< of its transaction, or of the first wait for it; empty: nobody waits for it
    std::string holds; ///< `the lock claim of provider default`
};

/// The server's queue of notifications.
struct notification_stats {
    double usage = 0;    ///< the part of it that is in use, 0 to 1
    std::string process; ///< of the oldest transaction that this login may see; empty: none
    std::string who;
    std::optional<double> age; ///< of that transaction
};

struct right {
    std::string what; ///< `EXECUTE`
    std::string on;   ///< `FUNCTION contego.claim`
    bool exists = true;
    bool granted = true;
};

struct provider_backlog {
    std::string provider; ///< unknown_provider: all those that are not told by their names
    std::int64_t due = 0;
    std::int64_t held = 0;
    std::int64_t retrying = 0;
    std::int64_t blocked = 0;
    double oldest_due_age = 0;
    std::int64_t names = 1; ///< of providers that are counted here
};

struct stuck_stats {
    std::int64_t in_flight_long = 0;    ///< for more than a minute
    std::int64_t in_flight_orphans = 0; ///< of daemons that do not live
    std::int64_t blocked_lanes = 0;
    double longest_blocked = 0;
};

struct daemon_stats {
    std::string name;
    std::string host;
    double lease_left = 0; ///< negative: it ran out; minus infinity: it was ended
};

/// Reads everything that `contegod doctor` judges, and changes nothing. Each call is one read-only
/// transaction which the server ends after `at_most`; a server that does not answer at all is given up a
/// second later. Not thread safe; throws when the database cannot answer or refuses.
class examination {
public:
    explicit examination(database_options options,
                         std::chrono::milliseconds at_most = std::chrono::seconds(4));

    [[nodiscard]] server_stats server();
    [[nodiscard]] clock_stats clock();
    [[nodiscard]] durability_stats durability();
    [[nodiscard]] std::vector<connection_room> connections();
    [[nodiscard]] vacuum_stats vacuum();

    /// Every one of them, the oldest first; not this session.
    [[nodiscard]] std::vector<horizon_holder> horizon();

    [[nodiscard]] std::vector<lock_holder> lock_holders();
    [[nodiscard]] notification_stats notifications();

    /// Indexes of the schema that exist and are not used, as a CREATE INDEX CONCURRENTLY that failed leaves
    /// them.
    [[nodiscard]] std::vector<std::string> invalid_indexes();

    /// What the schema is made of.
    [[nodiscard]] std::vector<catalog_entry> catalog();

    /// All that the daemon needs, and whether this login has it.
    [[nodiscard]] std::vector<right> rights();

    /// Of all `known` providers, and of the 20 others that have the most requests; then all further ones
    /// together, as unknown_provider.
    [[nodiscard]] std::vector<provider_backlog> backlog(const std::vector<std::string>& known = {});
    [[nodiscard]] stuck_stats stuck();

    /// All that are noted, dead ones too until a living one has taken over from them.
    [[nodiscard]] std::vector<daemon_stats> daemons();

private:
    template <typename Work>
    auto look(const char* name, Work&& work) {
        return connection_.transact(name, [&](pqxx::transaction_base& tx) {
            tx.exec(limits_);
            return work(tx);
        });
    }

    pqxx::result ask(const statement& what);

    std::string limits_;
    connection connection_;
};

} // namespace contego::queue
