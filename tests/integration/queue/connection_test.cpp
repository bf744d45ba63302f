#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"
#include "queue_fixture.hpp"

#include <filesystem>
#include <utility>

namespace contego::testing {
namespace {

class connection : public queue_fixture {
protected:
    connection() {
        database_.connection_string +=
            " options='-c default_transaction_isolation=serializable -c idle_session_timeout=60000 "
            "-c DateStyle=German -c lock_timeout=7'";
    }

    static std::string asked(queue::connection& c, const char* sql) {
        return c->call({"ask", sql})[0][0].as<std::string>();
    }
};

TEST_F(connection, that_owns_its_session_runs_a_statement_as_a_transaction_of_its_own) {
    queue::connection c(database_);

    // PostgreSQL refuses VACUUM inside a transaction block.
    EXPECT_NO_THROW(c->call({"vacuum", "VACUUM contego.busy"}));
}

TEST_F(connection, has_settings_of_its_own_in_a_statement_alone) {
    queue::connection c(database_);

    EXPECT_EQ(asked(c, "SHOW transaction_isolation"), "read committed");
    EXPECT_EQ(asked(c, "SHOW idle_session_timeout"), "0");
    EXPECT_EQ(asked(c, "SHOW DateStyle"), "ISO, YMD");
    EXPECT_EQ(asked(c, "SHOW lock_timeout"), "0");
}

TEST_F(connection, has_settings_of_its_own_in_a_transaction) {
    queue::connection c(database_);

    const auto isolation = c->transact("ask", [](pqxx::transaction_base& tx) {
        return tx.exec("SHOW transaction_isolation")[0][0].as<std::string>();
    });

    EXPECT_EQ(isolation, "read committed");
}

TEST_F(connection, makes_its_settings_anew_after_its_session_was_ended) {
    queue::connection c(database_);
    const auto first = asked(c, "SELECT pg_backend_pid()");

    sql("SELECT pg_terminate_backend(" + first + ", 5000)");

    EXPECT_NE(asked(c, "SELECT pg_backend_pid()"), first);
    EXPECT_EQ(asked(c, "SHOW transaction_isolation"), "read committed");
}

TEST_F(connection, is_none_the_worse_for_a_statement_that_fails) {
    queue::connection c(database_);
    EXPECT_THROW(asked(c, "SELECT 1/0"), queue::server_error);

    EXPECT_EQ(asked(c, "SELECT 1"), "1");
}

/// The server has two names here: its folder of sockets, and a link to that folder.
class connection_to_two_hosts : public queue_fixture {
protected:
    connection_to_two_hosts() { std::filesystem::create_directory_symlink(folder_, link_); }

    ~connection_to_two_hosts() override { std::filesystem::remove(link_); }

    queue::connection to(const std::string& hosts) const {
        auto options = database_;
        options.connection_string += " host=" + hosts;
        return queue::connection(std::move(options));
    }

    static std::string host_of(queue::connection c) {
        return c->use("ask", [](pqxx::connection& open) { return std::string(open.hostname()); });
    }

    const std::string folder_ = pqxx::connection(database_.connection_string).hostname();
    const std::string link_ = folder_ + ".link";
};

TEST_F(connection_to_two_hosts, tries_the_host_first_that_answered_last) {
    EXPECT_EQ(host_of(to("/nowhere," + link_)), link_);
    EXPECT_EQ(host_of(to(folder_ + ',' + link_)), link_);

    EXPECT_EQ(host_of(to("/nowhere," + folder_)), folder_);
    EXPECT_EQ(host_of(to(link_ + ',' + folder_)), folder_);
}

TEST_F(connection_to_two_hosts, forgets_a_host_that_refuses_to_write) {
    auto c = to("/nowhere," + link_);
    ASSERT_THROW(c->call({"write", "DO $$ BEGIN RAISE SQLSTATE '25006'; END $$"}), queue::server_error);

    EXPECT_NE(host_of(to(folder_ + ',' + link_)), link_);
}

} // namespace
} // namespace contego::testing
