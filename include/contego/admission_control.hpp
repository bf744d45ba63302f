#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace contego {

/// How much may be sent at the moment.
struct admission {
    std::size_t exchanges = 0; ///< on their way at once; 0: nothing may be sent, so nothing should be claimed
    bool proven = true; ///< false: the endpoint is taken for dead, and what is let through is to find out

    friend bool operator==(const admission&, const admission&) = default;
};

/// Role: protects a CAS from us, and the requests from a dead CAS. Whoever claims and sends asks here first.
/// Everything on the network thread.
class admission_control {
public:
    admission_control() = default;
    admission_control(const admission_control&) = delete;
    admission_control& operator=(const admission_control&) = delete;
    virtual ~admission_control() = default;

    [[nodiscard]] virtual admission now() const = 0;

    /// Takes the next turn under the rate allowed: how long to wait before sending.
    [[nodiscard]] virtual std::chrono::steady_clock::duration take_turn() = 0;

    /// `changed` is called when `now` may have changed, never from inside another call of this role.
    virtual void on_change(std::function<void()> changed) = 0;
};

} // namespace contego
