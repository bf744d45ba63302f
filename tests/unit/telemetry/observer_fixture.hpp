#pragma once

#include "json/json.hpp"
#include "support/flat_batch.hpp"
#include "telemetry/observer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace contego::daemon {

/// The log goes to standard error, from which the test reads it.
class observer_fixture : public ::testing::Test {
protected:
    observer_fixture() {
        r_.id = 42;
        r_.provider = "default";
        r_.action = "BECOME_SUBSCRIBER";
        r_.attempts = 2;
        r_.age_seconds = 3;
        c_.type = command_type::add_subscriptions;
    }

    /// Returns the log lines that `work` writes at that level, one JSON object for each.
    template <typename Work>
    std::vector<value> lines(const std::string& level, Work work) {
        std::istringstream text(written({log_format::json, level}, work));
        std::vector<value> all;
        for (std::string line; std::getline(text, line);)
            all.push_back(json::parse(line));
        return all;
    }

    template <typename Work>
    std::string written(const log_configuration& how, Work work) {
        ::testing::internal::CaptureStderr();
        logbook log(how);
        observer o(log, stats_);
        work(o);
        return ::testing::internal::GetCapturedStderr();
    }

    /// Returns the only line that `work` writes, without its time.
    template <typename Work>
    value::object line(const std::string& level, Work work) {
        const auto all = lines(level, work);
        EXPECT_EQ(all.size(), 1U);
        if (all.size() != 1) return {};
        auto members = *all[0].members();
        EXPECT_EQ(members.erase("time"), 1U);
        return members;
    }

    [[nodiscard]] recorded_run ended(disposition d, std::string error_code = {}) const {
        testing::flat_verdict v;
        v.request_id = r_.id;
        v.disposition = d;
        v.error_code = std::move(error_code);
        v.error_description = "a sentence";
        v.delay = std::chrono::milliseconds(1500);
        return testing::run_of(v);
    }

    metrics stats_{"1", {"default"}};
    request r_;
    command c_;
};

} // namespace contego::daemon
