#pragma once

#include "database/connection.hpp"

#include <filesystem>
#include <string>

namespace contego::testing {

/// A PostgreSQL cluster of this test program. It is started at its first use and removed at the end of the
/// program. It does not wait for the disk, since the tests do not check whether PostgreSQL survives a power
/// cut.
class private_cluster {
public:
    static private_cluster& instance();

    private_cluster(const private_cluster&) = delete;
    private_cluster& operator=(const private_cluster&) = delete;
    ~private_cluster();

    /// Makes a new empty database and returns how to reach it.
    [[nodiscard]] queue::database_options fresh_database();

    /// Makes a new database with the schema.
    [[nodiscard]] queue::database_options fresh_schema();

    /// Ends the server like a crash, and starts it again.
    void restart();

private:
    private_cluster();
    void start();

    std::filesystem::path folder_;
    std::string connection_string_;
    int databases_ = 0;
};

} // namespace contego::testing
