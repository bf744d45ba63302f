#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace contego {

/// How much may be sent at the moment.
struct admission {
    std::size_t exchanges = 0; ///< most exchanges in flight; 0: send nothing, so claim nothing
    bool proven = true;        ///< false: the breaker is open, and only a probe may be sent

    friend bool operator==(const admission&, const admission&) = default;
};

/// Role: protects a CAS from overload, and requests from a CAS that does not answer. The line asks it before
/// it claims and before it sends. All calls are made on the network thread.
class admission_control {
public:
    admission_control() = default;
    admission_control(const admission_control&) = delete;
    admission_control& operator=(const admission_control&) = delete;
    virtual ~admission_control() = default;

    /// Returns how much may be sent now.
    [[nodiscard]] virtual admission now() const = 0;

    /// Takes the next turn under the allowed rate. Returns how long to wait before sending.
    [[nodiscard]] virtual std::chrono::steady_clock::duration take_turn() = 0;

    /// Returns the endpoint to which the next exchange would go. The first one is 0. Returns nullopt if
    /// nothing may be sent now.
    [[nodiscard]] virtual std::optional<std::size_t> next_endpoint() const = 0;

    /// Takes the result of a login that was answered: there is a session with this endpoint.
    virtual void accept_login(std::size_t endpoint) = 0;

    /// Takes the result of a login that failed, or of a session that ended at once. Nothing is sent to the
    /// endpoint for this time at least, and then one exchange as a probe. `why` is a sentence for people.
    virtual void refuse_login(std::size_t endpoint,
                              std::chrono::steady_clock::duration at_least,
                              const std::string& why) = 0;

    /// Sets a function that is called when the result of `now` may have changed. It is never called from
    /// inside another call of this role.
    virtual void on_change(std::function<void()> changed) = 0;
};

} // namespace contego
