#pragma once

#include <contego/call_interpretation.hpp>
#include <contego/command.hpp>
#include <contego/exchange.hpp>
#include <contego/outcome_store.hpp>
#include <contego/reply.hpp>
#include <contego/request.hpp>

#include <cstddef>
#include <string_view>

namespace contego {

/// Role: receives the events of a line, for logs and metrics. Called on the network thread; must be quick and
/// must not throw.
class line_observer {
public:
    line_observer() = default;
    line_observer(const line_observer&) = delete;
    line_observer& operator=(const line_observer&) = delete;
    virtual ~line_observer() = default;

    /// A claim returned `count` requests.
    virtual void claimed(std::string_view provider, std::size_t count) = 0;

    /// A claim took more than a second. `steps` says how long each of its steps took.
    virtual void claimed_slowly(std::string_view provider, std::string_view steps) = 0;

    /// A command was sent, or could not be sent, and its reply was interpreted.
    virtual void
    exchanged(const request& r, const command& c, int sequence, const exchange& e, const reply& answer) = 0;

    /// A call that several requests share was answered, or failed. `is_split`: it was refused as a whole, and
    /// is sent again in two halves. `exchanged` is then not called for its requests.
    virtual void shared(std::string_view provider,
                        const command& first,
                        const call_interpretation& read,
                        bool is_split) = 0;

    /// The verdict on a request was decided: it is in `run.end`. It is not yet written.
    virtual void decided(const request& r, const recorded_run& run) = 0;

    /// A batch of outcomes is durable.
    virtual void recorded(const record_batch& batch, const record_answer& answer) = 0;

    /// Reports how many requests this line holds: claimed and waiting, in flight, and waiting to be recorded.
    virtual void
    holds(std::string_view provider, std::size_t waiting, std::size_t sending, std::size_t recording) = 0;

    /// The breaker of an endpoint opened (`alive` is false) or closed.
    virtual void endpoint_changed(std::string_view provider,
                                  std::string_view endpoint,
                                  bool alive,
                                  std::string_view reason) = 0;

    /// A login ended. `answer` is a success if there is a session now.
    virtual void logged_in(std::string_view provider, const reply& answer) = 0;

    /// The database did not answer. The line tries again by itself.
    virtual void trouble(std::string_view stage, std::string_view what) = 0;
};

} // namespace contego
