#pragma once

#include "support/flat_batch.hpp"
#include "unit/pipeline/memory_queue.hpp"
#include <contego/line_observer.hpp>
#include <contego/outcome_store.hpp>
#include <contego/request_source.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace contego::testing {

/// Claims of a queue in memory.
class fake_request_source final : public request_source {
public:
    explicit fake_request_source(memory_queue& queue) : queue_(queue) {}

    claim_batch claim(const std::string& provider, std::size_t limit, std::size_t bytes) override {
        if (failures > 0) {
            --failures;
            throw std::runtime_error("no database");
        }
        if (turned_away > 0) {
            --turned_away;
            claim_batch nothing;
            nothing.turned_away = true;
            return nothing;
        }
        most_asked = std::max(most_asked, limit);
        asked.push_back(limit);
        asked_bytes.push_back(bytes);
        auto batch = queue_.claim(provider, limit, bytes);
        batch.slow = slow;
        return batch;
    }

    std::chrono::steady_clock::time_point lease_deadline(const request& r) const override {
        using when = std::chrono::steady_clock::time_point;
        return queue_.is_ours(r) ? when::max() : when::min();
    }

    int failures = 0;    ///< this many calls throw
    int turned_away = 0; ///< this many calls find another daemon claiming
    std::string slow;    ///< of each claim
    std::size_t most_asked = 0;
    std::vector<std::size_t> asked; ///< the limit of each claim
    std::vector<std::size_t> asked_bytes;

private:
    memory_queue& queue_;
};

/// Records to a queue in memory, and keeps what it was given.
class fake_outcome_store final : public outcome_store {
public:
    explicit fake_outcome_store(memory_queue& queue) : queue_(queue) {}

    record_answer record(const record_batch& batch) override {
        if (failures > 0) {
            --failures;
            throw std::runtime_error("no database");
        }
        const auto rows = flat(batch);
        ends.push_back(rows.verdicts.size());
        commands.insert(commands.end(), rows.commands.begin(), rows.commands.end());
        verdicts.insert(verdicts.end(), rows.verdicts.begin(), rows.verdicts.end());
        return queue_.record(batch);
    }

    int failures = 0; ///< this many calls throw
    std::vector<flat_command> commands;
    std::vector<flat_verdict> verdicts;
    std::vector<std::size_t> ends; ///< how many verdicts each batch had

private:
    memory_queue& queue_;
};

/// A CAS that answers what the test says, or nothing.
class fake_transport final : public transport {
public:
    /// `answer` returns nothing if the CAS stays silent.
    fake_transport(boost::asio::any_io_executor network, std::function<std::optional<exchange>()> answer)
        : network_(std::move(network)), answer_(std::move(answer)) {}

    boost::asio::awaitable<exchange> send(envelope e,
                                          std::chrono::steady_clock::time_point deadline) override {
        if (deadline <= std::chrono::steady_clock::now()) co_return failed(exchange_state::not_sent);
        sent.push_back(std::move(e));
        most_at_once = std::max(most_at_once, ++at_once_);
        if (on_send) on_send();
        auto answer = answer_();
        if (answer) {
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
        } else {
            boost::asio::steady_timer timer(network_, deadline);
            co_await timer.async_wait(boost::asio::use_awaitable);
            answer = failed(exchange_state::sent_no_answer);
        }
        --at_once_;
        co_return std::move(*answer);
    }

    void answer_with(std::function<exchange()> answer) { answer_ = std::move(answer); }

    std::vector<envelope> sent;
    std::size_t most_at_once = 0;
    std::function<void()> on_send;

private:
    static exchange failed(exchange_state state) {
        exchange e;
        e.state = state;
        e.error = transport_error::timeout;
        e.detail = "the deadline passed";
        return e;
    }

    boost::asio::any_io_executor network_;
    std::function<std::optional<exchange>()> answer_;
    std::size_t at_once_ = 0;
};

class fake_line_observer final : public line_observer {
public:
    void claimed_slowly(std::string_view /*p*/, std::string_view steps) override { slow.emplace_back(steps); }

    void claimed(std::string_view /*p*/, std::size_t count) override {
        if (on_claimed) on_claimed(count);
    }

    void exchanged(const request&, const command&, int, const exchange&, const reply&) override {}

    void shared(std::string_view /*p*/,
                const command& /*first*/,
                const call_interpretation& read,
                bool is_split) override {
        shared_calls.push_back(read.each.size());
        splits += is_split ? 1 : 0;
        if (!read.stranger.empty()) strangers.push_back(read.stranger);
    }

    void decided(const request& /*r*/, const recorded_run& /*run*/) override {}

    void recorded(const record_batch& batch, const record_answer& /*a*/) override {
        ended += flat(batch).verdicts.size();
        if (on_recorded) on_recorded();
    }

    void
    holds(std::string_view /*p*/, std::size_t waiting, std::size_t sending, std::size_t recording) override {
        most_held = std::max(most_held, waiting + sending + recording);
    }

    void endpoint_changed(std::string_view, std::string_view, bool, std::string_view) override {}

    void logged_in(std::string_view /*provider*/, const reply& answer) override {
        logins.push_back(answer.outcome == outcome::success ? "success" : answer.error_code);
    }

    void trouble(std::string_view stage, std::string_view /*what*/) override { troubles.emplace_back(stage); }

    std::size_t ended = 0;
    std::size_t most_held = 0;
    std::vector<std::size_t> shared_calls; ///< the requests of each
    int splits = 0;
    std::vector<std::string> strangers;
    std::vector<std::string> logins; ///< `success`, or the code of the failure
    std::vector<std::string> troubles;
    std::vector<std::string> slow; ///< the steps of each slow claim
    std::function<void(std::size_t)> on_claimed;
    std::function<void()> on_recorded;
};

} // namespace contego::testing
