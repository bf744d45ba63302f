#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

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

    /// Sets a function that is called when the result of `now` may have changed. It is never called from
    /// inside another call of this role.
    virtual void on_change(std::function<void()> changed) = 0;
};

} // namespace contego
