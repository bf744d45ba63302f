#pragma once

#include "pipeline/execution.hpp"
#include "pipeline/line_options.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/turnstile.hpp"
#include <contego/admission_control.hpp>
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>
#include <contego/request_source.hpp>
#include <contego/transport.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace contego::pipeline {

/// Sends the commands of an execution one after the other, and gives each outcome to the recorder.
///
/// Lives on the network thread; all references must outlive it.
class sender {
public:
    sender(const line_options& options,
           const binding& wire,
           const request_source& source,
           transport& endpoint,
           const admission_control& gate,
           turnstile& turns,
           line_observer& observer,
           recorder& outcomes);

    /// Runs the execution to its verdict. Releases it if it may not be sent any more: after `stop`, if the
    /// gate closes, or if its lease ends. `has_turn`: the caller has passed the turnstile already. Afterwards
    /// it tells whether a turn is left that was not used.
    asio::awaitable<void> run(execution e, bool& has_turn);

    /// Gives the request back unsent.
    void release(const request& r);

    /// Sends nothing more.
    void stop() { stopping_ = true; }

private:
    [[nodiscard]] bool may_send(const request& r) const;
    asio::awaitable<std::optional<command_record>> send(execution& e, const send_step& now);
    void store(recorded_run& run, const request& of);
    void end(recorded_run run, const request& of, verdict v);

    const line_options& options_;
    const binding& wire_;
    const request_source& source_;
    transport& endpoint_;
    const admission_control& gate_;
    turnstile& turns_;
    line_observer& observer_;
    recorder& recorder_;
    bool stopping_ = false;
};

} // namespace contego::pipeline
