#include "daemon/signal_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

namespace contego::daemon {

signal_thread::signal_thread(reactions to, std::chrono::milliseconds longest_stop)
    : to_(std::move(to)), longest_stop_(longest_stop), signals_(loop_, SIGTERM, SIGINT, SIGQUIT) {
    signals_.add(SIGHUP);
    hear();
    thread_ = std::thread([this] { loop_.run(); });
}

signal_thread::~signal_thread() {
    loop_.stop();
    thread_.join();
}

void signal_thread::disarm() {
    boost::asio::post(loop_, [this] {
        armed_ = false;
        deadline_.cancel();
    });
}

void signal_thread::hear() {
    signals_.async_wait([this](boost::system::error_code ec, int signal) {
        if (ec) return;
        heard(signal);
        hear();
    });
}

void signal_thread::heard(int signal) {
    if (signal == SIGHUP) {
        to_.hang_up();
        return;
    }
    ++times_;
    to_.stop(signal);
    if (times_ == 1) expect_the_end_within(longest_stop_);
    if (times_ == 3) expect_the_end_within(std::min<std::chrono::milliseconds>(longest_stop_, shortest_stop));
}

void signal_thread::expect_the_end_within(std::chrono::milliseconds time) {
    if (!armed_) return;
    deadline_.expires_after(time);
    deadline_.async_wait([this](boost::system::error_code ec) {
        if (!ec && armed_) to_.overdue();
    });
}

} // namespace contego::daemon
