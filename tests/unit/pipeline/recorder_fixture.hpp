#pragma once

#include "pipeline/recorder.hpp"
#include "unit/pipeline/fakes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace contego::testing {

/// A database that keeps every batch that it is given, answers what the test says, and may be made to take
/// its time.
class slow_outcome_store final : public outcome_store {
public:
    record_answer record(const record_batch& batch) override {
        std::unique_lock lock(mutex_);
        batches.push_back(flat(batch));
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        if (failures > 0) {
            --failures;
            throw std::runtime_error("no database");
        }
        return answers.empty() ? record_answer() : take_answer();
    }

    void close() {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }

    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

    void wait_for_batch(std::size_t count) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return batches.size() >= count; }))
            throw std::runtime_error("no such batch");
    }

    std::vector<flat_batch> batches;
    std::vector<record_answer> answers; ///< of the next batches
    int failures = 0;

private:
    record_answer take_answer() {
        auto first = std::move(answers.front());
        answers.erase(answers.begin());
        return first;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true;
};

using ids = std::vector<std::int64_t>;

inline flat_command command_of(std::int64_t request_id, int sequence = 1) {
    flat_command c;
    c.request_id = request_id;
    c.fence = 7;
    c.sequence = sequence;
    return c;
}

inline flat_verdict verdict_on(std::int64_t request_id) {
    flat_verdict v;
    v.request_id = request_id;
    v.fence = 7;
    return v;
}

inline ids requests_of(const std::vector<flat_verdict>& verdicts) {
    ids all;
    for (const auto& v : verdicts)
        all.push_back(v.request_id);
    return all;
}

inline ids requests_of(const std::vector<flat_command>& commands) {
    ids all;
    for (const auto& c : commands)
        all.push_back(c.request_id);
    return all;
}

class recorder_fixture : public ::testing::Test {
protected:
    /// Lets it begin, as far as it comes without the database.
    void start() {
        boost::asio::co_spawn(network_, recorder_.run(), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
        network_.poll();
    }

    template <typename Row>
    void add(const Row& row, pipeline::recorder::urgency u = pipeline::recorder::urgency::regular) {
        recorder_.add(run_of(row), u);
    }

    /// Lets it write everything that it was given.
    void finish() {
        recorder_.stop();
        network_.restart();
        network_.run();
    }

    boost::asio::io_context network_{1};
    slow_outcome_store store_;
    fake_line_observer watches_;
    boost::asio::thread_pool database_{1};
    pipeline::recorder recorder_{network_.get_executor(), database_, store_, watches_};
};

} // namespace contego::testing
