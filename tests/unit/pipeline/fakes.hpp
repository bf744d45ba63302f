#pragma once

#include <contego/claims.hpp>
#include <contego/records.hpp>
#include <contego/sends.hpp>
#include <contego/watches.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace contego::testing {

/// The two edges of the line in memory: a queue without lanes, and a CAS that answers what the test says.
class fake_claims final : public claims {
public:
    claim_batch claim(const std::string& /*provider*/, std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        if (failures > 0) {
            --failures;
            throw std::runtime_error("no database");
        }
        most_asked = std::max(most_asked, limit);
        asked.push_back(limit);
        claim_batch batch;
        while (!queue.empty() && batch.requests.size() < limit) {
            batch.requests.push_back(queue.front());
            queue.pop_front();
        }
        batch.more = batch.requests.size() == limit;
        return batch;
    }

    bool still_ours(const request& r) const override { return r.id != lost; }

    std::deque<request> queue;
    std::int64_t lost = 0; ///< a request that may run elsewhere by now
    int failures = 0;
    std::size_t most_asked = 0;
    std::vector<std::size_t> asked; ///< the limit of each claim

private:
    std::mutex mutex_;
};

class fake_records final : public records {
public:
    record_answer record(const record_batch& batch) override {
        if (failures > 0) {
            --failures;
            throw std::runtime_error("no database");
        }
        commands.insert(commands.end(), batch.commands.begin(), batch.commands.end());
        verdicts.insert(verdicts.end(), batch.verdicts.begin(), batch.verdicts.end());
        record_answer answer;
        for (const auto& v : batch.verdicts)
            if (v.request_id == refused && v.disposition != disposition::hold)
                answer.failed.push_back(v.request_id);
        return answer;
    }

    int failures = 0;
    std::int64_t refused = 0;
    std::vector<command_record> commands;
    std::vector<verdict> verdicts;
};

class fake_sends final : public sends {
public:
    fake_sends(boost::asio::any_io_executor network, std::function<exchange()> answer)
        : network_(std::move(network)), answer_(std::move(answer)) {}

    void send(envelope e, std::chrono::steady_clock::time_point /*deadline*/, done then) override {
        sent.push_back(std::move(e));
        most_at_once = std::max(most_at_once, ++at_once_);
        if (on_send) on_send();
        boost::asio::post(network_, [this, then = std::move(then)] {
            --at_once_;
            then(answer_());
        });
    }

    void answer_with(std::function<exchange()> answer) { answer_ = std::move(answer); }

    std::vector<envelope> sent;
    std::size_t most_at_once = 0;
    std::function<void()> on_send;

private:
    boost::asio::any_io_executor network_;
    std::function<exchange()> answer_;
    std::size_t at_once_ = 0;
};

class fake_watches final : public watches {
public:
    void claimed(std::string_view /*p*/, std::size_t /*n*/) override {}

    void exchanged(const request&, const command&, int, const exchange&, const reply&) override {}

    void decided(const request& /*r*/, const verdict& /*v*/) override {}

    void recorded(const record_batch& batch, const record_answer& /*a*/) override {
        ended += batch.verdicts.size();
        if (on_recorded) on_recorded();
    }

    void
    holds(std::string_view /*p*/, std::size_t waiting, std::size_t sending, std::size_t recording) override {
        most_held = std::max(most_held, waiting + sending + recording);
    }

    void endpoint_changed(std::string_view, std::string_view, bool, std::string_view) override {}

    void trouble(std::string_view stage, std::string_view /*what*/) override { troubles.emplace_back(stage); }

    std::size_t ended = 0;
    std::size_t most_held = 0;
    std::vector<std::string> troubles;
    std::function<void()> on_recorded;
};

} // namespace contego::testing
