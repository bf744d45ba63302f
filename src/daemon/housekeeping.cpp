#include "daemon/housekeeping.hpp"

#include <contego/patience.hpp>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;

constexpr auto longest_wait = milliseconds(60'000);
constexpr int counting_is_one_part_of = 50;

} // namespace

housekeeping::housekeeping(queue::fleet& membership,
                           queue::figures& figures,
                           queue::wakeup* wakeup,
                           milliseconds lease,
                           reports told)
    : membership_(membership), figures_(figures), wakeup_(wakeup), every_(lease / 3), told_(std::move(told)) {
    threads_.emplace_back([this] { keep_lease(); });
    threads_.emplace_back([this] { look_after_the_queue(); });
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

// True when it is time to stop.
bool housekeeping::rest(milliseconds time) {
    std::unique_lock lock(mutex_);
    return stopped_.wait_for(lock, time, [this] { return stopping_; });
}

template <typename Work>
void housekeeping::repeat(std::string_view stage, milliseconds every, Work work) {
    patience patient;
    auto pause = milliseconds(0);
    while (!rest(pause)) {
        try {
            work();
            told_.fine(stage);
            patient.regained();
            pause = every;
        } catch (const std::exception& e) {
            told_.trouble(stage, e.what());
            pause = patient.next();
        }
    }
}

void housekeeping::keep_lease() {
    repeat("lease", every_, [this] { membership_.keep(); });
}

void housekeeping::look_after_the_queue() {
    repeat("housekeeping", every_, [this] {
        told_.share_out();
        if (const auto rescued = membership_.rescue(); rescued > 0) {
            told_.rescued(rescued);
            told_.wake();
        }
        read_figures();
    });
}

// Counting takes the longer the more is open: it must not keep the database busy.
void housekeeping::read_figures() {
    const auto begun = std::chrono::steady_clock::now();
    if (begun < next_figures_) return;
    told_.figures(figures_.read());
    const auto ended = std::chrono::steady_clock::now();
    next_figures_ = ended + counting_is_one_part_of * (ended - begun);
}

void housekeeping::listen() {
    repeat("wakeup", milliseconds(0), [this] {
        if (wakeup_->wait(longest_wait)) told_.wake();
    });
}

} // namespace contego::daemon
