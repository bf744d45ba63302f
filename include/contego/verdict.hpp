#pragma once

#include <contego/value.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace contego {

/// Why a request did not succeed.
struct failure_reason {
    std::string code;        ///< as in contego.request.error_code
    std::string description; ///< a sentence for support

    friend bool operator==(const failure_reason&, const failure_reason&) = default;
};

/// Every command succeeded or was skipped. The request becomes COMPLETED.
struct completed {
    std::string reference_number; ///< of the last command that gave one; empty if none did
    value result;                 ///< of the last command that returned one, an object; else null

    friend bool operator==(const completed&, const completed&) = default;
};

/// The request cannot be done. It becomes REJECTED.
struct rejected {
    failure_reason why;
    std::string reference_number; ///< as of `completed`
    value result;                 ///< as of `completed`

    friend bool operator==(const rejected&, const rejected&) = default;
};

/// The request stays PENDING and is due again after `delay`.
struct retrying {
    failure_reason why;
    std::string reference_number; ///< as of `completed`
    std::chrono::milliseconds delay{0};
    bool counts = true;      ///< whether this is counted as an attempt; an outage of the CAS is not
    bool maybe_sent = false; ///< as in `request`

    friend bool operator==(const retrying&, const retrying&) = default;
};

/// The request stays PENDING and waits for a person.
struct held {
    failure_reason why;
    std::string reference_number; ///< as of `completed`
    bool maybe_sent = false;      ///< as in `request`

    friend bool operator==(const held&, const held&) = default;
};

/// The request stays PENDING and is due at once. No attempt is counted: the daemon did not get to it.
struct released {
    bool maybe_sent = false; ///< as in `request`

    friend bool operator==(const released&, const released&) = default;
};

/// What becomes of a request at the end of one claim.
using verdict = std::variant<completed, rejected, retrying, held, released>;

/// The alternatives of a verdict, in their order.
enum class disposition { complete, reject, retry, hold, release };

[[nodiscard]] disposition disposition_of(const verdict& v);

/// `complete`, `reject`, `retry`, `hold`, `release`: as contego.record takes it, and as in metrics.
[[nodiscard]] std::string_view name_of(disposition d);

/// Why the request did not succeed; nullptr for `completed` and `released`.
[[nodiscard]] const failure_reason* reason_of(const verdict& v);

} // namespace contego
