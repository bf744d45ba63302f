#include "queue/wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace contego::queue {
namespace {

constexpr const char* channel = "contego";

} // namespace

wakeup::wakeup(database_options options)
    : connection_(std::move(options), {}), stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (stop_event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

wakeup::~wakeup() {
    ::close(stop_event_);
}

bool wakeup::wait(std::chrono::milliseconds at_most) {
    const bool fresh = !connection_.is_open();
    return connection_.use([&](pqxx::connection& c) {
        if (fresh) {
            sql::listen(c, channel);
            return true;
        }
        std::array<pollfd, 2> waits{{{c.sock(), POLLIN, 0}, {stop_event_, POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), static_cast<int>(at_most.count())) < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "poll");
        if (waits[0].revents == 0) return false;
        // A socket that is readable and brings nothing has been closed by the server: get_notifs throws then.
        return c.get_notifs() > 0;
    });
}

void wakeup::stop() {
    ::eventfd_write(stop_event_, 1);
}

} // namespace contego::queue
