#include "daemon/housekeeping.hpp"

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;

constexpr auto pause_after_trouble = milliseconds(500);
constexpr auto longest_wait = milliseconds(60'000);

} // namespace

housekeeping::housekeeping(queue::fleet& membership,
                           queue::figures& figures,
                           queue::wakeup& wakeup,
                           milliseconds lease,
                           reports told)
    : membership_(membership),
      figures_(figures),
      wakeup_(wakeup),
      told_(std::move(told)),
      keeper_([this, lease] { keep_house(lease / 3); }),
      listener_([this] { listen(); }) {}

housekeeping::~housekeeping() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    wakeup_.stop();
    keeper_.join();
    listener_.join();
}

// True when it is time to stop.
bool housekeeping::rest(milliseconds time) {
    std::unique_lock lock(mutex_);
    return stopped_.wait_for(lock, time, [this] { return stopping_; });
}

void housekeeping::keep_house(milliseconds every) {
    auto pause = milliseconds(0);
    while (!rest(pause)) {
        try {
            if (const auto rescued = membership_.keep(); rescued > 0) {
                told_.rescued(rescued);
                told_.wake();
            }
            told_.figures(figures_.read());
            pause = every;
        } catch (const std::exception& e) {
            told_.trouble("housekeeping", e.what());
            pause = pause_after_trouble;
        }
    }
}

void housekeeping::listen() {
    auto pause = milliseconds(0);
    while (!rest(pause)) {
        try {
            if (wakeup_.wait(longest_wait)) told_.wake();
            pause = milliseconds(0);
        } catch (const std::exception& e) {
            told_.trouble("wakeup", e.what());
            pause = pause_after_trouble;
        }
    }
}

} // namespace contego::daemon
