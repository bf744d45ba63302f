#pragma once

#include <contego/request.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace contego {

/// The result of one claim.
struct claim_batch {
    std::vector<request> requests; ///< in the order in which to send them
    bool more = false;             ///< there may be more: claim again as soon as there is room
    /// Time until the next scheduled or retrying request is due. Negative: no such request is known.
    std::chrono::milliseconds next_due{-1};
    /// While positive, INSERTs send no NOTIFY, so poll often. Zero means that notifications are on. It is
    /// positive only for a while after a claim that returned all the requests that were asked for.
    std::chrono::milliseconds notify_suppressed_for{0};
    /// If the claim took more than a second: how long each of its steps took, as a text for the log.
    std::string slow{};
    /// Another daemon was claiming for this provider at that moment, so nothing was looked at. It may leave
    /// requests in the queue, so claim again a moment later.
    bool turned_away = false;
};

/// Role: claims due requests. Each request goes to one daemon at a time, and only if its smartcards and boxes
/// are free.
///
/// Blocking; call it from a database thread, one call at a time. Throws std::exception if the database cannot
/// answer. Then nothing was claimed, or the claimed requests return to the queue when the lease ends.
class request_source {
public:
    request_source() = default;
    request_source(const request_source&) = delete;
    request_source& operator=(const request_source&) = delete;
    virtual ~request_source() = default;

    /// Claims up to `limit` (at least 1) due requests of one provider. Their parameters have at most `bytes`
    /// (at least 1) of text together, but one due request is always returned.
    [[nodiscard]] virtual claim_batch
    claim(const std::string& provider, std::size_t limit, std::size_t bytes) = 0;

    /// Returns until when a claimed request is surely ours; nothing of it may be sent to the CAS later. The
    /// time is in the past if the request is no longer ours.
    ///
    /// After that time, for example after a pause of this process, another daemon may have run the request
    /// and later ones. May be called on any thread; quick.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point lease_deadline(const request& r) const = 0;
};

} // namespace contego
