#include "daemon/housekeeping.hpp"

#include <contego/backoff.hpp>

#include <algorithm>
#include <utility>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;

constexpr auto longest_wait = milliseconds(60'000);

// Between two renewals the keeper checks this many times whether it must renew at once.
constexpr int parts_of_a_pause = 10;

constexpr int counting_is_one_part_of = 50;

// If two sessions end within this time, the next one waits for the back-off. A server that ends every session
// at once must not be asked for new ones all the time.
constexpr auto shortest_session = milliseconds(500);

// Months change rarely, and a query that uses a month delays its drop.
constexpr auto between_months = std::chrono::minutes(10);
constexpr auto until_nobody_uses_it = std::chrono::minutes(1);
constexpr auto between_slices = milliseconds(50);

// The longest time until a finished request appears in the feed.
constexpr auto between_numberings = milliseconds(500);

} // namespace

housekeeping::housekeeping(queue::fleet& membership,
                           queue::queue_stats& figures,
                           queue::partitions months,
                           queue::feed feed,
                           queue::wakeup* wakeup,
                           milliseconds lease,
                           reports told)
    : membership_(membership),
      stats_(figures),
      months_(std::move(months)),
      feed_(std::move(feed)),
      wakeup_(wakeup),
      every_(lease / 3),
      told_(std::move(told)) {
    threads_.emplace_back([this] { keep_lease(); });
    threads_.emplace_back([this] { look_after_the_queue(); });
    threads_.emplace_back([this] { look_after_the_months(); });
    threads_.emplace_back([this] { number_the_feed(); });
    if (wakeup_ != nullptr) threads_.emplace_back([this] { listen(); });
}

housekeeping::~housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (wakeup_ != nullptr) wakeup_->stop();
    for (auto& t : threads_)
        t.join();
}

// Waits for `time`. Returns true if the daemon stops meanwhile.
bool housekeeping::rest(milliseconds time) {
    std::unique_lock lock(mutex_);
    return stopped_.wait_for(lock, time, [this] { return stopping_; });
}

// Repeats `work` until the daemon stops. `work` returns how long to wait after it.
template <typename Work>
void housekeeping::repeat(std::string_view stage, milliseconds after_trouble, Work work) {
    backoff backoff;
    auto pause = milliseconds(0);
    while (!rest(pause)) {
        try {
            pause = work();
            told_.fine(stage);
            backoff.regained();
        } catch (const std::exception& e) {
            told_.trouble(stage, e.what());
            pause = std::max(after_trouble, backoff.next());
        }
    }
}

// The pause comes before a renewal, not after it, so that a renewal is reported at once.
void housekeeping::keep_lease() {
    bool renewed = false;
    repeat("lease", milliseconds(0), [&] {
        for (int part = 0; renewed && part < parts_of_a_pause && !membership_.needs_renewal(); ++part)
            if (rest(every_ / parts_of_a_pause)) return milliseconds(0);
        renewed = false;
        while (!told_.network_turns())
            if (rest(every_ / parts_of_a_pause)) return every_;
        membership_.keep();
        renewed = true;
        tell_whether_claiming_is_stopped();
        return milliseconds(0);
    });
}

// A line claims nothing while claiming is stopped. It must not wait for its next poll when that is over.
void housekeeping::tell_whether_claiming_is_stopped() {
    const auto why = membership_.claiming_stopped();
    told_.claiming_stopped(why);
    if (std::exchange(claiming_is_stopped_, !why.empty()) && why.empty()) told_.wake();
}

void housekeeping::look_after_the_queue() {
    repeat("housekeeping", milliseconds(0), [this] {
        told_.share_out();
        if (const auto rescued = membership_.rescue(); rescued > 0) {
            told_.rescued(rescued);
            told_.wake();
        }
        read_stats();
        return every_;
    });
}

// Counting takes longer when more requests are open. The pause grows with it, so that counting takes at most
// a fiftieth of the time.
void housekeeping::read_stats() {
    const auto begun = std::chrono::steady_clock::now();
    if (begun < next_figures_) return;
    told_.figures(stats_.read());
    const auto ended = std::chrono::steady_clock::now();
    next_figures_ = ended + counting_is_one_part_of * (ended - begun);
}

void housekeeping::look_after_the_months() {
    repeat("months", until_nobody_uses_it, [this] { return go_on_with_the_months(); });
}

// Does one step, and returns how long to wait after it.
milliseconds housekeeping::go_on_with_the_months() {
    using step = queue::partitions::step;
    for (const auto& month : months_.make())
        told_.month(month, "made");
    const auto [done, month] = months_.drop();
    if (done == step::dropped) told_.month(month, "dropped");
    if (done == step::nothing) return between_months;
    return done == step::waiting ? until_nobody_uses_it : between_slices;
}

void housekeeping::number_the_feed() {
    repeat("feed", milliseconds(0), [this] {
        return feed_.number_finished() ? milliseconds(0) : between_numberings;
    });
}

void housekeeping::listen() {
    repeat("wakeup", milliseconds(0), [this] {
        if (hear()) told_.wake();
        return milliseconds(0);
    });
}

// A server or a pooler may end an idle session (idle_session_timeout). That is not an outage if it accepts a
// new session at once.
bool housekeeping::hear() {
    try {
        return wakeup_->wait(longest_wait);
    } catch (const std::exception& e) {
        const auto now = std::chrono::steady_clock::now();
        if (now - std::exchange(listened_again_, now) < shortest_session) throw;
        told_.listens_again(e.what());
    }
    return wakeup_->wait(longest_wait);
}

} // namespace contego::daemon
