#pragma once

#include <contego/request.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace contego {

/// What one claim brought.
struct claim_batch {
    std::vector<request> requests; ///< in the order to send them
    bool more = false;             ///< there may be more: ask again as soon as there is room
    std::chrono::milliseconds next_due{
        -1}; ///< until the next scheduled or retrying request is due; -1: none known
    /// For so long nobody may be told of new requests: who waits for them should look often. 0: one is told.
    /// Above 0 only for a while after a claim that brought all that was asked for.
    std::chrono::milliseconds notify_suppressed_for{0};
};

/// Role: hands out due requests, each to one daemon at a time, none whose smartcards or boxes are busy.
///
/// Blocking; call from a database thread, one call at a time. Throws std::exception when the database cannot
/// answer; nothing is claimed then, or what was claimed comes back through the lease.
class request_source {
public:
    request_source() = default;
    request_source(const request_source&) = delete;
    request_source& operator=(const request_source&) = delete;
    virtual ~request_source() = default;

    /// Up to `limit` (at least 1) due requests of one provider, whose parameters have at most `bytes` (at
    /// least 1) of text together; but one request in any case if one is due.
    [[nodiscard]] virtual claim_batch
    claim(const std::string& provider, std::size_t limit, std::size_t bytes) = 0;

    /// Until when a claimed request is surely ours: nothing of it may be written to the CAS later. After
    /// that, as after a pause of this process, another daemon may have run it and what came after it. In the
    /// past where it is not ours any more. Any thread; quick.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point lease_deadline(const request& r) const = 0;
};

} // namespace contego
