#include "http/deadline.hpp"

namespace contego::http {

struct deadline::state {
    explicit state(boost::asio::ip::tcp::socket& s) : timer(s.get_executor()), socket(&s) {}

    void close() {
        passed = true;
        boost::system::error_code ignored;
        if (socket != nullptr) socket->close(ignored);
    }

    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::socket* socket; ///< nullptr after the socket was destroyed
    time_point end = time_point::max();   ///< max: no deadline
    bool passed = false;
};

deadline::deadline(boost::asio::ip::tcp::socket& socket) : state_(std::make_shared<state>(socket)) {}

deadline::~deadline() {
    state_->socket = nullptr;
    state_->timer.cancel();
}

void deadline::set(time_point end) {
    if (end <= std::chrono::steady_clock::now()) return state_->close();
    if (end == state_->end) return;
    state_->end = end;
    state_->timer.expires_at(end);
    state_->timer.async_wait([s = state_](boost::system::error_code ec) {
        // If the deadline was moved when the handler was already queued, the handler comes without an error
        // too.
        if (!ec && std::chrono::steady_clock::now() >= s->end) s->close();
    });
}

void deadline::lift() {
    state_->end = time_point::max();
    state_->timer.cancel();
}

bool deadline::has_passed() const {
    return state_->passed;
}

} // namespace contego::http
