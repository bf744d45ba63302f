#pragma once

#include <contego/command.hpp>
#include <contego/exchange.hpp>
#include <contego/outcome_store.hpp>
#include <contego/reply.hpp>
#include <contego/request.hpp>

#include <cstddef>
#include <string_view>

namespace contego {

/// Role: is told what happens on the line; logs and metrics are made of it. Called on the network thread;
/// must be quick and must not throw.
class line_observer {
public:
    line_observer() = default;
    line_observer(const line_observer&) = delete;
    line_observer& operator=(const line_observer&) = delete;
    virtual ~line_observer() = default;

    /// A claim brought that many requests.
    virtual void claimed(std::string_view provider, std::size_t count) = 0;

    /// One command was sent, or could not be sent, and read.
    virtual void
    exchanged(const request& r, const command& c, int sequence, const exchange& e, const reply& answer) = 0;

    /// What becomes of a request was decided, as `run.end` says; it is not yet written.
    virtual void decided(const request& r, const recorded_run& run) = 0;

    /// A batch of outcomes is durable.
    virtual void recorded(const record_batch& batch, const record_answer& answer) = 0;

    /// How many requests this line holds: claimed and waiting, on their way, waiting to be recorded.
    virtual void
    holds(std::string_view provider, std::size_t waiting, std::size_t sending, std::size_t recording) = 0;

    /// An endpoint of a provider is taken for dead, or lives again.
    virtual void endpoint_changed(std::string_view provider,
                                  std::string_view endpoint,
                                  bool alive,
                                  std::string_view reason) = 0;

    /// The database did not answer; the line tries again by itself.
    virtual void trouble(std::string_view stage, std::string_view what) = 0;
};

} // namespace contego
