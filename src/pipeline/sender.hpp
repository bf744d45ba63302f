#pragma once

#include "pipeline/execution.hpp"
#include "pipeline/gathering.hpp"
#include "pipeline/line_options.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/session_keeper.hpp"
#include "pipeline/turnstile.hpp"
#include <contego/admission_control.hpp>
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>
#include <contego/request_source.hpp>
#include <contego/transport.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace contego::pipeline {

/// A command that was sent, or could not be sent.
struct sent_command {
    std::chrono::steady_clock::time_point began;
    std::string masked; ///< the envelope
    exchange got;
    interpretation read;
};

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
           session_keeper& sessions,
           line_observer& observer,
           recorder& outcomes);

    /// Runs the execution to its verdict. Releases it if it may not be sent any more: after `stop`, if the
    /// gate closes, or if its lease ends. `has_turn`: the caller has passed the turnstile already. Afterwards
    /// it tells whether a turn is left that was not used.
    asio::awaitable<void> run(execution e, bool& has_turn);

    /// Sends the call of several executions, and runs each to its verdict. Releases executions that may not
    /// be sent any more. Returns the executions if the CAS refused the call as a whole: one of them may be at
    /// fault. Otherwise returns none.
    asio::awaitable<shared_call> run_call(shared_call all, bool& has_turn);

    /// Gives the request back unsent.
    void release(const request& r);

    /// Sends nothing more.
    void stop() {
        stopping_ = true;
        sessions_.stop();
    }

private:
    /// Whether a command may be sent now, and with which session.
    struct permit {
        bool given = false; ///< false: the request is given back
        session_keeper::session_pointer session;
        std::optional<reply> login_failure; ///< the command cannot be sent, and this is its reply
    };

    struct exchange_under_way {
        sent_command done;
        sending how;
        envelope wire;
    };

    /// A shared call on its way.
    struct call_under_way {
        std::chrono::steady_clock::time_point began;
        std::vector<call_item> items;    ///< with pointers into the executions
        std::vector<std::string> masked; ///< the envelope as stored with each of them
        exchange got;
    };

    asio::awaitable<permit> wait_for_permit(const request& r, command_type type, bool& has_turn);
    [[nodiscard]] std::pair<call_under_way, envelope> prepared(shared_call& all, const session* with) const;
    void give_back_lost(shared_call& all, const permit& allowed);
    void fail(shared_call& all, const reply& why);
    void tell(const shared_call& all, const call_under_way& x, const call_interpretation& read);
    void conclude(shared_call& all, call_under_way& x, call_interpretation read);
    [[nodiscard]] bool has_to_wait(bool has_turn) const;
    asio::awaitable<void> wait_for_turn(const request& r, bool& has_turn);
    asio::awaitable<permit> wait_for_session(const request& r, bool& has_turn);
    [[nodiscard]] bool may_send(const request& r) const;
    [[nodiscard]] bool is_ours(const request& r) const;

    /// Sends a command and returns it with its answer. Returns nothing if the request must be given back.
    asio::awaitable<std::optional<sent_command>>
    answer_to(const request& r, const send_step& now, bool& has_turn);
    asio::awaitable<std::optional<sent_command>>
    answer_at_once(const request& r, const send_step& now, bool& has_turn);
    asio::awaitable<std::optional<sent_command>>
    answer_in_session(const request& r, const send_step& now, bool& has_turn);
    [[nodiscard]] exchange_under_way
    prepared(const request& r, const send_step& now, const session* with) const;
    void interpret(exchange_under_way& x, const request& r, const send_step& now);
    void note_session(const session_keeper::session_pointer& with, const reply& answer);
    void store(recorded_run& run, const request& of);
    void end(recorded_run run, const request& of, verdict v);

    const line_options& options_;
    const binding& wire_;
    const request_source& source_;
    transport& endpoint_;
    const admission_control& gate_;
    turnstile& turns_;
    session_keeper& sessions_;
    line_observer& observer_;
    recorder& recorder_;
    bool stopping_ = false;
};

} // namespace contego::pipeline
