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
    const command* what; ///< until the next step
    /// The command of this place in the plan, where `what` is the GET that shows whether it was done.
    const command* read_back_for = nullptr;
};

/// This command is not sent: its condition does not hold. Record that and go on.
struct skip_step {
    int sequence;
    const command* what;
};

/// What to do next with a request; a verdict ends it.
using step = std::variant<send_step, skip_step, verdict>;

/// The execution of one claimed request: its plan, what was answered, what comes next.
///
/// Pure: no clock, no socket, no database; whoever drives it sends, and says what was answered. Commands that
/// succeeded under an earlier claim are not sent again. Begins with the plan, and keeps nothing of the
/// parameters afterwards: a request that cannot be planned has a verdict at once.
///
///     next -> send_step -> answered(reply) -> next ... -> verdict
class execution {
public:
    /// `jitter` is a uniform draw in [0, 1) for the back-off. `wire` and `policy` must outlive the execution.
    execution(request r, const binding& wire, const retry_policy& policy, double jitter);

    [[nodiscard]] const request& of() const { return request_; }

    /// `proven`: false where the CAS is taken for dead, and what is sent is to find out. No command that is
    /// not safe to repeat does that: a GET goes before it. Precondition: every send_step before was answered,
    /// and no verdict was returned.
    [[nodiscard]] step next(bool proven = true);

    /// What the command of the latest send_step came to. True where that is the end of it, to be recorded;
    /// false after a GET that is not of the plan, and did not show that the command that may have been sent
    /// was done.
    bool answered(const reply& answer);

private:
    /// `sent`: the command at `position_` itself was answered, not a GET before it.
    [[nodiscard]] verdict failed(const reply& answer, bool sent) const;
    [[nodiscard]] verdict
    given_up(const reply& answer, const std::string& reference_number, bool sent) const;
    [[nodiscard]] verdict held_as_maybe_sent(const std::string& why) const;
    [[nodiscard]] std::string later_maybe_sent() const;
    [[nodiscard]] std::optional<std::size_t> maybe_sent_from(std::size_t position) const;
    bool read_back(const reply& answer);
    [[nodiscard]] const finished_command* finished_before(std::size_t position) const;
    [[nodiscard]] bool is_skipped(const command& c) const;
    void note(command_type type, const value& result, const std::string& reference);
    [[nodiscard]] std::optional<command> scout_for(const command& c) const;
    /// The GET itself if the binding has it, else nothing.
    [[nodiscard]] std::optional<command> supported(std::optional<command> get) const;
    void plan_commands();

    request request_;
    const binding& wire_;
    const retry_policy& policy_;
    double jitter_;
    command_list commands_;
    std::size_t position_ = 0; ///< of the command that is next, or that is on its way
    command current_;          ///< the latest that was asked for
    std::optional<verdict> ended_;
    std::optional<command> reading_back_; ///< the GET on its way for the command at `position_`
    std::optional<command> scout_;        ///< the GET on its way that finds out whether the CAS is there
    std::optional<bool> paired_;          ///< what the latest pairing status said
    std::string reference_number_;
    value result_; ///< of the latest command that returned something
};

} // namespace contego::pipeline
