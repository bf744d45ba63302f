#pragma once

#include "simulator/call.hpp"
#include "simulator/soap.hpp"
#include <contego/command_type.hpp>
#include <contego/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace contego::simulator {

/// How an exchange ends without an answer.
enum class break_off {
    none,
    reset, ///< the connection is reset
    hang,  ///< nothing is sent until the client gives up
};

/// The faults of one call. A default mishap has none.
struct mishap {
    std::chrono::microseconds latency{0}; ///< before the CAS looks at the call
    bool effect = true;                   ///< whether the CAS carries out the call
    break_off ending = break_off::none;
    int http_status = 0; ///< with an HTML body, as a proxy sends it; 0: none
    std::vector<std::pair<std::string, std::string>> headers; ///< additional headers of the answer
    std::optional<simulator::fault> fault;
    std::string status_code;               ///< sent in place of the CAS's own; empty: none
    bool garbage = false;                  ///< the body is not XML
    bool wrong_length = false;             ///< the body ends before its Content-Length
    std::size_t drip_bytes_per_second = 0; ///< rate of the answer; 0: at once

    /// Returns the faults in a few words, for the journal. Empty if there is only latency.
    [[nodiscard]] std::string describe() const;
};

/// Chooses the faults of each call. The rules are JSON:
///
///     [{"when": {"command": "ADD_SUBSCRIPTIONS", "smartcard": "0100*", "stb": "...", "service": "...",
///                "path": "...", "sequence_number": "17", "nth": 3, "every": 10,
///                "probability": 0.1, "times": 5},
///       "do":   {"latency_ms": 20 | [10, 30] | {"p50": 5, "p99": 80}, "http_status": 503,
///                "headers": {"Retry-After": "2"}, "fault": {"code": "Server", "text": "busy"},
///                "status_code": "SYSTEM_ERROR", "garbage": true, "wrong_length": true,
///                "drip_bytes_per_second": 10, "reset": "before_effect" | "after_effect",
///                "hang": true | "before_effect" | "after_effect", "effect": true}}]
///
/// A call is compared with the rules in their order, and the first rule that fires applies. All conditions in
/// `when` must hold. An identifier matches exactly, or by its beginning if the pattern ends in `*`. `nth` and
/// `every` count the calls that matched so far. `times` ends a rule after it fired this often.
///
/// `effect` says whether the CAS carries out the call in spite of the fault. The default is false for
/// http_status, fault, status_code and hang, and true for all other faults.
///
/// Not thread safe.
class fault_rules {
public:
    fault_rules() = default;

    /// Reads the rules. Throws std::invalid_argument that names the rule and its fault.
    fault_rules(const value& document, std::uint64_t seed);

    /// Returns the faults of a call.
    [[nodiscard]] mishap choose(std::string_view path, const call& c);

    [[nodiscard]] bool empty() const { return rules_.empty(); }

private:
    struct latency {
        enum class shape { none, even, long_tailed } kind = shape::none;
        double low = 0; ///< milliseconds; the p50 if long-tailed
        double high = 0;
    };

    struct rule {
        std::optional<command_type> command;
        std::string smartcard;
        std::string stb;
        std::string service;
        std::string path;
        std::string sequence_number;
        std::int64_t nth = 0;
        std::int64_t every = 0;
        std::int64_t times = 0;
        double probability = 1;
        latency delay;
        mishap what;

        std::int64_t matched = 0;
        std::int64_t fired = 0;
    };

    static void read_condition(rule& r, const value& when);
    static void read_action(rule& r, const value& action);
    static void read_latency(latency& to, const value& v);
    static bool matches(const rule& r, std::string_view path, const call& c);
    [[nodiscard]] bool fires(rule& r);
    [[nodiscard]] std::chrono::microseconds draw(const latency& l);

    std::vector<rule> rules_;
    std::mt19937_64 random_;
};

} // namespace contego::simulator
