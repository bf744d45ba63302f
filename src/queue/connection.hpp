#pragma once

#include "queue/pqxx.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// How to reach the database.
struct database_options {
    std::string connection_string;             ///< libpq's: URI or keywords; several hosts allowed
    std::string application_name = "contegod"; ///< as pg_stat_activity shows it
};

/// A statement that a connection prepares when it opens.
struct statement {
    const char* name; ///< also in logs
    const char* sql;
};

/// One PostgreSQL connection that is opened when it is needed, and anew after it broke.
///
/// Not thread safe: belongs to one thread at a time. A connection that failed is thrown away, the exception
/// goes on to the caller, who decides when to try again; the next call opens a new one.
class connection {
public:
    connection(database_options options, std::vector<statement> statements);

    /// Runs `work` in one transaction and commits it. Throws what libpqxx throws.
    template <typename Work>
    auto transact(Work&& work) {
        return guarded([&] {
            pqxx::work tx(open());
            auto result = work(tx);
            tx.commit();
            return result;
        });
    }

    /// Runs `work` on the open connection, outside any transaction.
    template <typename Work>
    auto use(Work&& work) {
        return guarded([&] { return work(open()); });
    }

    /// Whether the connection is open as far as is known.
    [[nodiscard]] bool is_open() const { return connection_ != nullptr; }

private:
    template <typename Work>
    auto guarded(Work&& work) {
        try {
            return work();
        } catch (const pqxx::sql_error&) {
            // The server answered: the connection is good unless it says otherwise.
            if (connection_ != nullptr && !connection_->is_open()) connection_.reset();
            throw;
        } catch (const std::exception&) {
            connection_.reset();
            throw;
        }
    }

    pqxx::connection& open();

    database_options options_;
    std::vector<statement> statements_;
    std::unique_ptr<pqxx::connection> connection_;
};

} // namespace contego::queue
