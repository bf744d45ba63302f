#pragma once

#include "pipeline/retry_policy.hpp"
#include <contego/binding.hpp>
#include <contego/command_list.hpp>
#include <contego/reply.hpp>
#include <contego/request.hpp>
#include <contego/verdict.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace contego::pipeline {

/// Send this command now.
struct send_step {
    int sequence;        ///< from 1
    const command* what; ///< valid until the next step
    /// The planned command, if `what` is a GET that shows whether that command was done; else nullptr.
    const command* read_back_for = nullptr;
    bool outside_plan = false; ///< `what` is a GET that the plan does not contain
};

/// Do not send this command, since its condition does not hold. Record that and go on.
struct skip_step {
    int sequence;
    const command* what;
};

/// The next thing to do with a request. A verdict ends it.
using step = std::variant<send_step, skip_step, verdict>;

/// The execution of one claimed request: its plan, the answers so far, and the next step.
/// Pure: no clock, no socket, no database. The sender sends each command and passes the answer. Commands that
/// succeeded under an earlier claim are not sent again. The constructor plans the request and drops the
/// parameters. A request that cannot be planned has a verdict at once.
///
///     next -> send_step -> answered(reply) -> next ... -> verdict
class execution {
public:
    /// `jitter` is a uniform draw in [0, 1) for the back-off. `wire` and `policy` must outlive the execution.
    execution(request r, const binding& wire, const retry_policy& policy, double jitter);

    [[nodiscard]] const request& of() const { return request_; }

    /// Returns the rule of the call that the request may share; nullptr: it sends its commands alone. It may
    /// share a call if its one command is plural and still to be sent. A request that failed twice, or was
    /// sent without an answer, goes alone: perhaps the CAS cannot answer it.
    [[nodiscard]] const plural_rule* shares() const { return shares_; }

    /// Returns a text that is equal for requests that may share a call. Precondition: it shares.
    [[nodiscard]] const std::string& likeness() const { return likeness_; }

    /// Returns the next step. `proven` is false if the breaker is open and the next exchange is a
    /// probe. A command that is not safe to repeat is never a probe: a GET goes before it. Precondition:
    /// every send_step before was answered, and no verdict was returned. Before its first step is answered, a
    /// request that shares a call may be asked again.
    [[nodiscard]] step next(bool proven = true);

    /// Takes the answer to the latest send_step. Returns whether to record the exchange. False: it was a GET
    /// outside the plan, and it did not show that a command that may have been sent was done.
    bool answered(const reply& answer);

private:
    /// `sent`: the command at `position_` itself was answered, not a GET before it.
    [[nodiscard]] verdict failed(const reply& answer, bool sent) const;
    [[nodiscard]] verdict given_up(const reply& answer, const std::string& reference_number, bool sent) const;
    [[nodiscard]] verdict held_as_maybe_sent(const std::string& why) const;
    [[nodiscard]] std::string later_maybe_sent() const;
    [[nodiscard]] std::optional<std::size_t> maybe_sent_from(std::size_t position) const;
    bool read_back(const reply& answer);
    [[nodiscard]] const finished_command* finished_before(std::size_t position) const;
    [[nodiscard]] bool is_skipped(const command& c) const;
    void note(command_type type, const value& result, const std::string& reference);
    [[nodiscard]] std::optional<command> scout_for(const command& c) const;
    /// Returns the GET itself if the binding has it, else nothing.
    [[nodiscard]] std::optional<command> supported(std::optional<command> get) const;
    void plan_commands();
    void find_likeness();

    request request_;
    const binding& wire_;
    const retry_policy& policy_;
    double jitter_;
    command_list commands_;
    const plural_rule* shares_ = nullptr;
    std::string likeness_;
    std::size_t position_ = 0; ///< of the next command, or of the one in flight
    command current_;          ///< the command of the latest step
    std::optional<verdict> ended_;
    std::optional<command> reading_back_; ///< the GET in flight for the command at `position_`
    std::optional<command> scout_;        ///< the GET in flight that is a probe
    std::optional<bool> paired_;          ///< from the latest pairing status
    std::string reference_number_;
    value result_; ///< of all commands that returned something; the latest value of each name counts
};

} // namespace contego::pipeline
