#pragma once

#include "pipeline/line_options.hpp"
#include <contego/admission_control.hpp>
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>
#include <contego/reply.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace contego::pipeline {

namespace asio = boost::asio;

/// A session with one endpoint of the CAS.
struct session {
    std::string token; ///< a secret
    std::size_t endpoint = 0;
    std::chrono::steady_clock::time_point ends;
    bool accepted = false; ///< the CAS has answered a command with this token
};

/// Keeps one session with each endpoint, and logs in when there is none. Only one login is in flight for each
/// endpoint; all others wait for it.
///
/// After a refused login, the gate sends nothing to the endpoint for a while. Otherwise the CAS might lock
/// the account after a few wrong passwords. The wait doubles each time, up to the longest delay of a retry.
/// Tokens are in memory only.
///
/// Lives on the network thread; all references must outlive it.
class session_keeper {
public:
    using session_pointer = std::shared_ptr<session>;

    session_keeper(asio::any_io_executor network,
                   const line_options& options,
                   const binding& wire,
                   transport& endpoint,
                   admission_control& gate,
                   line_observer& observer);

    /// Returns the session with this endpoint, or nullptr if there is none.
    [[nodiscard]] session_pointer current(std::size_t endpoint);

    /// Logs in, or waits until the login in flight has ended. Returns why it failed. Returns nothing if there
    /// may be a session now.
    [[nodiscard]] asio::awaitable<std::optional<reply>> log_in(std::size_t endpoint);

    /// The CAS answered a command with this session.
    void accepted(session& of);

    /// The CAS says that this session has ended. Does nothing if there is another one meanwhile. If the CAS
    /// ends sessions that it never accepted, this counts as a refused login.
    void expired(const session& of);

    /// Lets everyone go who waits for a login.
    void stop();

private:
    struct login {
        explicit login(const asio::any_io_executor& network)
            : ended(network, asio::steady_timer::time_point::max()) {}

        asio::steady_timer ended; ///< never expires; cancelled when the login has ended
        std::optional<reply> failure;
    };

    struct state {
        session_pointer current;
        std::shared_ptr<login> in_flight;
        int failures = 0; ///< refused logins, and sessions that were never accepted, in a row
    };

    asio::awaitable<std::optional<reply>> send_login(std::size_t endpoint);
    void fail(std::size_t endpoint, const exchange& e, const reply& answer);
    [[nodiscard]] std::chrono::milliseconds next_wait(state& of) const;

    asio::any_io_executor network_;
    const line_options& options_;
    const binding& wire_;
    transport& endpoint_;
    admission_control& gate_;
    line_observer& observer_;
    std::map<std::size_t, state> states_; ///< by endpoint
};

} // namespace contego::pipeline
