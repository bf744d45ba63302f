#pragma once

#include <contego/admission_control.hpp>
#include <contego/enumeration.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <deque>
#include <functional>

namespace contego::pipeline {

namespace asio = boost::asio;

/// Lets exchanges pass one after the other, at the rate that the gate allows. A turn is given to an exchange
/// only when it comes, so that EXPRESS takes the next turn even if others have waited longer.
///
/// Lives on the network thread; `gate` must outlive it.
class turnstile {
public:
    /// The order in which waiting exchanges pass.
    enum class rank {
        express, ///< the next exchange of an EXPRESS request
        begun,   ///< the next exchange of another request
        fresh,   ///< the first exchange of a request that is not chosen yet
    };

    /// `express_is_fresh` returns whether an EXPRESS request would be chosen next. `fresh` then goes before
    /// `begun`.
    turnstile(asio::any_io_executor network, admission_control& gate, std::function<bool()> express_is_fresh);

    /// Waits for a turn, or until `open` was called.
    asio::awaitable<void> pass(rank r);

    /// From now on, exchanges pass without a turn.
    void open();

private:
    void wait_for(std::chrono::steady_clock::duration time);
    void give_turns();
    asio::steady_timer* first();

    asio::any_io_executor network_;
    admission_control& gate_;
    std::function<bool()> express_is_fresh_;
    asio::steady_timer turn_;
    bool turn_is_drawn_ = false;
    bool open_ = false;
    std::array<std::deque<asio::steady_timer*>, enumerator_count<rank>> waiting_; ///< by rank
};

} // namespace contego::pipeline
