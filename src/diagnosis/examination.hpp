#pragma once

#include "database/connection.hpp"
#include "queue/queue_stats.hpp"
#include "schema/catalog.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

// The facts that an examination reads. Times are in seconds. A fact that the server does not tell is empty.

struct server_stats {
    std::string version;    ///< as the server writes it, such as 15.8 (Debian ...)
    int version_number = 0; ///< such as 150008
    bool in_recovery = false;
    bool read_only = false; ///< default_transaction_read_only is on
    std::string login;
    std::string database;
    std::string encoding = "UTF8"; ///< of the database
};

/// What one of several hosts says about the server that answers there.
struct host_stats {
    std::string cluster; ///< the system identifier, which a server shares with its standbys only
    std::string started; ///< when the server started, to the microsecond: it tells two servers apart
    bool in_recovery = false;
};

struct clock_stats {
    double ahead = 0; ///< how far the database's clock is ahead of this host's; negative if it is behind
    double error = 0; ///< uncertainty of `ahead`: half of the time that the question took
};

struct durability_stats {
    std::string fsync;
    std::string full_page_writes;
    std::string synchronous_commit;
};

/// A limit of connections and the connections that count against it.
struct connection_room {
    std::string limit; ///< `the server`, `the database`, `the login`
    std::int64_t most = 0;
    std::int64_t used = 0;
};

struct table_stats {
    std::string name;
    std::int64_t live = 0;
    std::int64_t dead = 0;
    double vacuum_at = 0; ///< number of dead rows at which autovacuum starts
    bool autovacuum = true;
    std::optional<double> vacuumed; ///< age of the last vacuum; empty if there was none
    bool analyzed = true;           ///< whether there ever was an ANALYZE
};

struct vacuum_stats {
    bool autovacuum = true;
    bool track_counts = true;
    std::vector<table_stats> tables; ///< all tables of the schema
};

/// A transaction or slot that keeps dead rows from being removed.
struct horizon_holder {
    std::string kind; ///< `session`, `standby`, `prepared transaction`, `replication slot`
    std::string name; ///< number of the process, or name of the transaction or slot
    std::string who;
    std::string state;
    std::optional<double> age;     ///< of the transaction; empty if the server does not tell
    std::int64_t transactions = 0; ///< number of transactions begun since then
};

/// A table of which the server refuses every UPDATE or DELETE because of a publication.
struct publication_fault {
    std::string table;
    std::string why; ///< the error of the server
};

/// A replication slot of the server. Sizes are in bytes.
struct slot_stats {
    std::string name;
    bool active = false;
    bool lost = false;                 ///< the server has removed WAL that the reader still needs
    std::int64_t kept = 0;             ///< WAL that the server keeps for the reader
    std::int64_t usual = 0;            ///< max_wal_size: WAL that the server keeps anyway
    std::optional<std::int64_t> limit; ///< max_slot_wal_keep_size; empty if there is no limit
};

/// A session that holds a lock for which claims or records wait.
struct lock_holder {
    std::string process; ///< its number, or the name of a prepared transaction
    std::string who;
    std::string state;
    std::optional<double> age; ///< of its transaction, or of the first wait for it; empty if no session waits
    std::string holds;         ///< such as `the lock claim of provider default`
};

/// The state of the server's queue of notifications.
struct notification_stats {
    double usage = 0; ///< the part of the queue in use, 0 to 1
    std::string
        process; ///< session of the oldest transaction that this login may see; empty if there is none
    std::string who;
    std::optional<double> age; ///< of that transaction
};

struct right {
    std::string what; ///< such as `EXECUTE`
    std::string on;   ///< such as `FUNCTION contego.claim`
    bool exists = true;
    bool granted = true;
};

struct provider_backlog {
    std::string provider; ///< a name, or unknown_provider for all providers counted together
    std::int64_t due = 0;
    std::int64_t held = 0;
    std::int64_t retrying = 0;
    std::int64_t blocked = 0;
    double oldest_due_age = 0;
    std::int64_t names = 1; ///< number of providers counted here
};

struct stuck_stats {
    std::int64_t in_flight_long = 0;    ///< in flight for more than a minute
    std::int64_t in_flight_orphans = 0; ///< in flight with dead daemons
    std::int64_t blocked_lanes = 0;
    double longest_blocked = 0;
};

struct daemon_stats {
    std::string name;
    std::string host;
    double lease_left = 0; ///< negative if it ran out; minus infinity if it was given up or ended
};

/// Whether the database may have lost data (contego.lineage).
struct lineage_stats {
    std::string stopped;             ///< why claiming is stopped; empty: it is not stopped
    std::vector<std::string> behind; ///< sequences that would give numbers in use again
};

/// Reads the facts that `contegod doctor` judges, and changes nothing. Each call is one read-only
/// transaction, which the server ends after `at_most`. If the server does not answer, the call fails a second
/// later.
///
/// Not thread safe. Throws if the database cannot answer or refuses.
class examination {
public:
    explicit examination(database_options options,
                         std::chrono::milliseconds at_most = std::chrono::seconds(4));

    [[nodiscard]] server_stats server();
    [[nodiscard]] host_stats host();
    [[nodiscard]] clock_stats clock();
    [[nodiscard]] durability_stats durability();
    [[nodiscard]] std::vector<connection_room> connections();
    [[nodiscard]] vacuum_stats vacuum();

    /// Returns every transaction and slot that keeps dead rows, the oldest first, except this session.
    [[nodiscard]] std::vector<horizon_holder> horizon();

    [[nodiscard]] std::vector<publication_fault> publication_faults();

    /// Returns the replication slots of the server, of all databases.
    [[nodiscard]] std::vector<slot_stats> slots();

    [[nodiscard]] std::vector<lock_holder> lock_holders();
    [[nodiscard]] notification_stats notifications();

    /// Returns the invalid indexes of the schema, such as a failed CREATE INDEX CONCURRENTLY leaves.
    [[nodiscard]] std::vector<std::string> invalid_indexes();

    /// Returns the objects of the schema.
    [[nodiscard]] std::vector<catalog_entry> catalog();

    /// Returns the rights that the daemon needs, and whether this login has them.
    [[nodiscard]] std::vector<right> rights();

    /// Returns the backlog of each provider in `known`, and of the 20 other providers with the most requests.
    /// All further providers are counted together as unknown_provider.
    [[nodiscard]] std::vector<provider_backlog> backlog(const std::vector<std::string>& known = {});
    [[nodiscard]] stuck_stats stuck();
    [[nodiscard]] lineage_stats lineage();

    /// Returns all daemons in the database. A dead daemon is among them until another one has taken over its
    /// requests.
    [[nodiscard]] std::vector<daemon_stats> daemons();

private:
    connection connection_;
};

} // namespace contego::queue
