#include "queue/wakeup.hpp"

#include "database/pqxx.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace contego::queue {
namespace {

constexpr const char* channel = "contego";

} // namespace

using std::chrono::milliseconds;
using std::chrono::steady_clock;

wakeup::wakeup(database_options options, milliseconds tried_after)
    : connection_(std::move(options)),
      tried_after_(tried_after),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (stop_event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

wakeup::~wakeup() {
    ::close(stop_event_);
}

heard wakeup::wait(milliseconds at_most) {
    const auto socket = connection_->socket();
    if (!socket) return listen();
    const auto silence = std::chrono::duration_cast<milliseconds>(steady_clock::now() - heard_at_);
    if (silence >= tried_after_) return try_connection();
    if (!readable(*socket, std::min(at_most, tried_after_ - silence))) return heard::nothing;
    heard_at_ = steady_clock::now();
    // If the socket is readable but has no data, the server has closed it, and get_notifs throws.
    return connection_->use("get_notifications", [](pqxx::connection& c) {
        return c.get_notifs() > 0 ? heard::notification : heard::nothing;
    });
}

heard wakeup::listen() {
    connection_->use("listen", [](pqxx::connection& c) {
        sql::listen(c, channel);
        return true;
    });
    heard_at_ = steady_clock::now();
    return heard::perhaps;
}

// A notification that arrives together with the answer is consumed unseen, so the result is `perhaps`.
heard wakeup::try_connection() {
    connection_->use("try_connection", [](pqxx::connection& c) {
        pqxx::nontransaction tx(c);
        return tx.exec("").size();
    });
    heard_at_ = steady_clock::now();
    return heard::perhaps;
}

bool wakeup::readable(int socket, milliseconds at_most) const {
    std::array<pollfd, 2> waits{{{socket, POLLIN, 0}, {stop_event_, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), static_cast<int>(at_most.count())) < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
    return waits[0].revents != 0;
}

void wakeup::stop() {
    ::eventfd_write(stop_event_, 1);
}

} // namespace contego::queue
