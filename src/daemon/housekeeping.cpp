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

constexpr auto between_outages = milliseconds(2'000);

// A notification or an end asks for a poll. It comes after the first of these times, so that a daemon has
// claimed a lone request by then. After the poll before it, both times must have passed. A finished
// request appears in the feed after the first time, or after their sum if another daemon was about to number
// it.
constexpr auto before_a_wanted_poll = milliseconds(50);
constexpr auto between_wanted_polls = milliseconds(450);

constexpr auto between_entries = milliseconds(500);

// A poll asks much sooner if there is something to feed.
constexpr auto until_asked_again = milliseconds(3'600'000);

constexpr auto after_a_failed_entry = milliseconds(10'000);

// Without LISTEN only a poll tells that a person has ended a request.
constexpr auto longest_poll_pause_without_listen = milliseconds(500);

} // namespace

housekeeping::housekeeping(queue::fleet& membership,
                           queue::queue_stats& figures,
                           queue::partitions months,
                           queue::wakeup* wakeup,
                           const queue::database_options& database,
                           milliseconds lease,
                           polling polls,
                           reports told)
    : membership_(membership),
      stats_(figures),
      months_(std::move(months)),
      wakeup_(wakeup),
      every_(lease / 3),
      poller_(database, membership, every_),
      feeder_(database),
      polls_(std::move(polls)),
      told_(std::move(told)),
      poll_pause_(until_next_poll(true)) {
    threads_.emplace_back([this] { keep_lease(); });
    threads_.emplace_back([this] { look_after_the_queue(); });
    threads_.emplace_back([this] { look_after_the_months(); });
    threads_.emplace_back([this] { feed_runs(); });
    threads_.emplace_back([this] { poll(); });
    threads_.emplace_back([this] { write_outages(); });
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

// As `rest`, but also returns when `wanted` is set.
bool housekeeping::rest_unless(const bool& wanted, milliseconds time) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, time, [&] { return stopping_ || wanted; });
    return stopping_;
}

void housekeeping::want(bool& what) {
    {
        const std::lock_guard lock(mutex_);
        what = true;
    }
    stopped_.notify_all();
}

bool housekeeping::is_wanted(const bool& what) {
    const std::lock_guard lock(mutex_);
    return what;
}

bool housekeeping::take(bool& wanted) {
    const std::lock_guard lock(mutex_);
    return std::exchange(wanted, false);
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
        for (auto next = std::chrono::steady_clock::now() + every_;
             std::chrono::steady_clock::now() < next;) {
            if (is_wanted(sweep_wanted_)) sweep();
            read_stats();
            const auto left = next - std::chrono::steady_clock::now();
            if (rest_unless(sweep_wanted_, std::chrono::ceil<milliseconds>(left))) break;
        }
        return milliseconds(0);
    });
}

void housekeeping::sweep() {
    const auto rescued = membership_.rescue();
    take(sweep_wanted_);
    if (rescued == 0) return;
    told_.rescued(rescued);
    told_.wake();
}

// Reads the statistics in every third call, once a lease. Counting takes longer when more requests are open.
// The pause grows with it, so that counting takes at most a fiftieth of the time.
void housekeeping::read_stats() {
    const auto begun = std::chrono::steady_clock::now();
    if (begun < next_figures_) return;
    told_.figures(stats_.read());
    told_.run_figures(stats_.read_runs());
    const auto ended = std::chrono::steady_clock::now();
    next_figures_ = std::max(begun + 5 * every_ / 2, ended + counting_is_one_part_of * (ended - begun));
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

void housekeeping::write_outages() {
    repeat("outages", between_outages, [this] {
        told_.write_outages();
        return between_outages;
    });
}

// A poll tells when there is something to do; until then the feeder opens no connection. Runs are fed and the
// ledger is kept by turns.
void housekeeping::feed_runs() {
    bool is_idle = true;
    auto next_entry = std::chrono::steady_clock::time_point::min();
    repeat("runs", milliseconds(0), [&] {
        if (is_idle && rest_unless(feeding_wanted_, until_asked_again)) return milliseconds(0);
        take(feeding_wanted_);
        bool more = false;
        if (const auto now = std::chrono::steady_clock::now(); now >= next_entry) {
            // A ledger that cannot be kept must not keep runs from going on.
            next_entry = now + after_a_failed_entry;
            more = feeder_.keep_ledger();
            next_entry = more ? now : now + between_entries;
        }
        const auto pause = feeder_.feed(polls_.providers); // last: a run that fails must not stop the ledger
        is_idle = !more && !pause;
        return more || is_idle ? milliseconds(0) : std::min(*pause, between_entries);
    });
}

void housekeeping::poll_soon() {
    want(ends_wanted_);
    want(poll_wanted_);
}

void housekeeping::poll() {
    repeat("poll", milliseconds(0), [this] { return poll_once(); });
}

// Polls, and waits for most of the time until the next poll. Returns the rest of that time.
milliseconds housekeeping::poll_once() {
    const auto now = std::chrono::steady_clock::now();
    const bool wanted = take(poll_wanted_);
    const bool for_requests = wanted || now >= next_request_poll_;
    const auto work =
        poller_.poll(for_requests ? polls_.providers : std::vector<std::string>{}, 2 * poll_pause_);
    if (for_requests) next_request_poll_ = now + polls_.interval;
    if (act_on(work)) return milliseconds(0);

    poll_pause_ = until_next_poll(wanted || !work.claimable.empty());
    const auto pause = std::min(poll_pause_, every_);
    const auto last_part = std::min(before_a_wanted_poll, pause / 2);
    const auto first_part = std::min(between_wanted_polls, pause - last_part);
    if (!number_ends_for(first_part)) rest_unless(poll_wanted_, pause - first_part - last_part);
    return last_part;
}

// Waits for `time`, and meanwhile numbers requests soon after they ended, so that readers of the feed are
// told at once. Returns true if the daemon stops meanwhile.
bool housekeeping::number_ends_for(milliseconds time) {
    if (!feed_is_open_) return rest(time);
    const auto until = std::chrono::steady_clock::now() + time;
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= milliseconds(0)) return false;
        if (rest_unless(ends_wanted_, left)) return true;
        if (!is_wanted(ends_wanted_)) return false;
        if (rest(std::min(left, before_a_wanted_poll))) return true;
        take(ends_wanted_);
        poller_.number_finished();
    }
}

// Returns whether there are more requests to number.
bool housekeeping::act_on(const queue::pending_work& work) {
    if (!work.claimable.empty()) told_.wake_some(work.claimable);
    if (work.sweep_turn && std::exchange(last_turn_, *work.sweep_turn) != *work.sweep_turn)
        want(sweep_wanted_);
    if (work.unsealed) poller_.seal_audit();
    if (work.feeding) want(feeding_wanted_);
    const auto end = std::chrono::steady_clock::now() + between_wanted_polls;
    bool more = work.ends;
    feed_is_open_ = feed_is_open_ || work.ends;
    while (more && std::chrono::steady_clock::now() < end)
        more = poller_.number_finished();
    return more;
}

// A quiet daemon that listens polls less often, for notifications tell it of nearly everything.
milliseconds housekeeping::until_next_poll(bool found_something) {
    if (wakeup_ == nullptr) return std::min(polls_.interval, longest_poll_pause_without_listen);
    if (found_something) return polls_.interval;
    return std::min(poll_pause_ * 2, polls_.interval * 3);
}

void housekeeping::listen() {
    repeat("wakeup", milliseconds(0), [this] {
        const auto heard = hear();
        if (heard == queue::heard::notification) told_.wake();
        if (heard != queue::heard::nothing) poll_soon();
        return milliseconds(0);
    });
}

// A server or a pooler may end an idle session (idle_session_timeout). That is not an outage if it accepts a
// new session at once.
queue::heard housekeeping::hear() {
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
