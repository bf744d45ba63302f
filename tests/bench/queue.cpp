// Measures the ceiling of the database: the daemon's own claims and records, in batches, with prepared
// outcomes, and neither a network nor a line between them. Claims and records run side by side on two
// connections, as in the daemon. Prints one JSON line: how many requests were recorded, and in how many
// calls.

#include "bench/sample.hpp"
#include "queue/claim.hpp"
#include "queue/record.hpp"

#include <algorithm>
#include <condition_variable>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

namespace {

using namespace contego;

/// Passes outcomes from the claiming thread to the recording thread.
class handover {
public:
    explicit handover(std::size_t most) : most_(most) {}

    /// Waits until there is room for `count` more outcomes. Returns false if the recording thread has failed.
    bool wait_for_room(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return broken_ || outstanding_ + count <= most_; });
        return !broken_;
    }

    void give(record_batch more) {
        const std::lock_guard lock(mutex_);
        outstanding_ += more.runs.size();
        std::ranges::move(more.runs, std::back_inserter(pending_.runs));
        changed_.notify_all();
    }

    /// Returns all outcomes that are there, as the daemon's recorder does. Empty: there will be no more.
    record_batch take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ || !pending_.runs.empty(); });
        return std::exchange(pending_, {});
    }

    void written(std::size_t count) {
        const std::lock_guard lock(mutex_);
        outstanding_ -= count;
        changed_.notify_all();
    }

    void end() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    void give_up() {
        const std::lock_guard lock(mutex_);
        broken_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t most_;
    std::size_t outstanding_ = 0;
    record_batch pending_;
    bool ended_ = false;
    bool broken_ = false;
};

/// Returns the record of a command as the line would write it, without the number of its request.
command_record sample_record(const binding& wire) {
    command_record c;
    c.sequence = 1;
    c.type = command_type::add_subscriptions;
    c.request = wire.prepare(bench::sample_command(), {1'000'000}).masked;
    c.response =
        R"(<?xml version="1.0" encoding="UTF-8"?>)"
        R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">)"
        R"(<soapenv:Body><ns:AddSubscriptionsResponse xmlns:ns="urn:bench" xmlns:ct="urn:bench:common">)"
        R"(<ns:Response><ct:StatusCode>OK</ct:StatusCode>)"
        R"(<ct:ReferenceNumber>00000000-0000-4000-8000-000000000000</ct:ReferenceNumber></ns:Response>)"
        R"(</ns:AddSubscriptionsResponse></soapenv:Body></soapenv:Envelope>)";
    c.reference_number = "00000000-0000-4000-8000-000000000000";
    c.status_code = "OK";
    c.outcome = outcome::success;
    c.got = exchange_state::answered;
    c.duration = std::chrono::milliseconds(1);
    return c;
}

record_batch outcomes_of(const claim_batch& batch, const command_record& sample) {
    record_batch out;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& r : batch.requests) {
        auto c = sample;
        c.parameters = *r.parameters.members();
        c.sent = now;
        recorded_run run;
        run.request_id = r.id;
        run.fence = r.fence;
        run.commands.push_back(std::move(c));
        run.end = completed{sample.reference_number, {}};
        run.first_sent = now;
        out.runs.push_back(std::move(run));
    }
    return out;
}

/// Tells the recording thread in its destructor that no more requests will be claimed.
class claiming_ends {
public:
    explicit claiming_ends(handover& of) : of_(of) {}

    ~claiming_ends() { of_.end(); }

    claiming_ends(const claiming_ends&) = delete;
    claiming_ends& operator=(const claiming_ends&) = delete;

private:
    handover& of_;
};

struct figures {
    std::size_t requests = 0;
    std::size_t claims = 0;
    std::size_t records = 0;
};

std::size_t record_all(outcome_store& store, handover& between, figures& counted) {
    std::size_t stale = 0;
    for (auto batch = between.take(); !batch.runs.empty(); batch = between.take()) {
        stale += store.record(batch).stale.size();
        ++counted.records;
        counted.requests += batch.runs.size();
        between.written(batch.runs.size());
    }
    return stale;
}

void claim_all(request_source& source,
               std::size_t at_once,
               const command_record& sample,
               handover& between,
               figures& counted) {
    while (between.wait_for_room(at_once)) {
        const auto batch = source.claim("default", at_once, std::size_t{2} * 1024 * 1024);
        ++counted.claims;
        if (batch.requests.empty()) return;
        between.give(outcomes_of(batch, sample));
    }
}

int run(const std::string& database, std::size_t at_once, const binding& wire) {
    const queue::database_options options{database, "contego-bench"};
    queue::fleet membership(options, {"contego-bench", "localhost", 0, "bench"}, std::chrono::hours(1));
    membership.keep();
    const auto source = queue::make_request_source(queue::make_claiming_pool(options, 1), membership);
    const auto store = queue::make_outcome_store(queue::make_recording_pool(options, 1), membership);
    handover between(2 * at_once);
    figures counted;
    std::size_t stale = 0;
    std::exception_ptr failure;
    {
        const std::jthread recording([&] {
            try {
                stale = record_all(*store, between, counted);
            } catch (...) {
                failure = std::current_exception();
                between.give_up();
            }
        });
        const claiming_ends at_the_end(between);
        claim_all(*source, at_once, sample_record(wire), between, counted);
    }
    if (failure) std::rethrow_exception(failure);
    std::cout << R"({"requests":)" << counted.requests << R"(,"claims":)" << counted.claims
              << R"(,"records":)" << counted.records << R"(,"stale":)" << stale << "}\n";
    return stale == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: bench_queue CONNECTION-STRING BATCH BINDING-FILE\n";
        return 2;
    }
    try {
        const auto wire = bench::binding_in(arguments[3]);
        return run(arguments[1], std::stoul(arguments[2]), wire);
    } catch (const std::exception& e) {
        std::cerr << "bench_queue: " << e.what() << '\n';
        return 1;
    }
}
