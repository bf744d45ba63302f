#pragma once

#include "pipeline/held_bytes.hpp"
#include "pipeline/line_options.hpp"
#include "pipeline/planned_claims.hpp"
#include <contego/backoff.hpp>
#include <contego/line_observer.hpp>
#include <contego/outcome_store.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>

namespace contego::pipeline {

namespace asio = boost::asio;

/// How many requests the line may hold, and how many more of them it may claim now.
struct claim_room {
    std::size_t capacity = 0; ///< 0: nothing may be claimed
    std::size_t free = 0;     ///< at most `capacity`
    bool proven = true;       ///< false: the breaker is open, so the next request is a probe
};

/// Decides when to claim: if there is room, at a hint, and when a request becomes due. It does not poll: the
/// daemon polls for all its providers at once and gives a hint if it finds something.
///
/// If a claim gets no answer from the database, it is repeated after a back-off, forever. If it was turned
/// away, it is repeated after a few milliseconds. Lives on the network thread; all references must outlive
/// it.
class claimer {
public:
    using executions = std::deque<execution>;

    /// `room` tells how much may be claimed; `deliver` takes the executions of the claimed requests.
    claimer(const asio::any_io_executor& network,
            const line_options& options,
            const planned_claims& claims,
            line_observer& observer,
            std::function<claim_room()> room,
            std::function<void(executions)> deliver);

    /// Claims until `stop` was called.
    asio::awaitable<void> run();

    /// A request may have become due: claims soon, even if there is little room.
    void hint();

    /// More may be sent than before, or a probe: claims as soon as after a hint.
    void admission_changed();

    /// These outcomes are durable: there is room again.
    void recorded(const record_batch& batch);

    /// There may be room again.
    void wake() { woken_.cancel(); }

    /// Claims nothing more.
    void stop();

private:
    struct hint_state {
        bool is_there = false;
        std::chrono::steady_clock::time_point next_claim; ///< a claim for a hint comes no sooner
    };

    [[nodiscard]] std::size_t room_for_bytes() const { return bytes_.below(options_.most_bytes_held); }

    [[nodiscard]] bool may_claim(bool hint_is_due) const;
    void leave_to_others();
    [[nodiscard]] std::chrono::milliseconds left_to_others() const;
    asio::awaitable<std::chrono::milliseconds> claim_once();
    asio::awaitable<void> let_others_claim();
    [[nodiscard]] std::chrono::milliseconds pause_after(const claim_batch& batch) const;
    asio::awaitable<void> rest(std::chrono::milliseconds at_most);
    asio::awaitable<void> rest_unless_hinted(std::chrono::milliseconds pause);
    asio::awaitable<void> backoff_wait(std::chrono::milliseconds pause);

    const line_options& options_;
    planned_claims claims_;
    line_observer& observer_;
    std::function<claim_room()> room_;
    std::function<void(executions)> deliver_;
    asio::steady_timer woken_;
    held_bytes bytes_;
    backoff backoff_; ///< after a claim that got no answer
    backoff turned_away_{std::chrono::milliseconds(8), std::chrono::milliseconds(64)};
    hint_state hint_;
    std::optional<std::chrono::steady_clock::time_point> left_until_; ///< while the breaker is open
    bool stopping_ = false;
};

} // namespace contego::pipeline
