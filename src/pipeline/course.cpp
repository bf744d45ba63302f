#include "pipeline/course.hpp"

#include "pipeline/read_back.hpp"
#include <contego/plan.hpp>

#include <algorithm>

namespace contego::pipeline {
namespace {

bool is_known_priority(const std::string& priority) {
    return priority == "REGULAR" || priority == "EXPRESS";
}

violation unknown_priority(const std::string& priority) {
    return {"priority", '"' + priority.substr(0, 60) + '"', "must be REGULAR or EXPRESS"};
}

} // namespace

course::course(request r, const binding& wire, const retry_policy& policy, double dice)
    : request_(std::move(r)), wire_(wire), policy_(policy), dice_(dice) {
    plan_commands();
}

void course::plan_commands() {
    if (!request_.unreadable.empty()) {
        const violations why{
            {"parameters", "unreadable", "must be JSON that fits this program: " + request_.unreadable}};
        ended_ = verdict_of(disposition::reject, "VALIDATION_ERROR", describe(why));
        return;
    }
    auto planned = plan(request_.action, request_.parameters, wire_.limits());
    auto* why = std::get_if<refusal>(&planned);
    refusal refused = why != nullptr ? std::move(*why) : refusal{"VALIDATION_ERROR", {}};
    if (!is_known_priority(request_.priority)) refused.all.push_back(unknown_priority(request_.priority));
    if (refused.all.empty())
        commands_ = std::move(std::get<std::vector<command>>(planned));
    else
        ended_ = verdict_of(disposition::reject, refused.code, describe(refused.all));
}

step course::next(bool proven) {
    for (; !ended_ && position_ < commands_.size(); ++position_) {
        const auto& c = commands_[position_];
        const int sequence = static_cast<int>(position_) + 1;
        if (finished_before(c)) continue;
        if (is_skipped(c)) {
            ++position_;
            return skip_step{sequence, &c};
        }
        if (request_.interrupted && !wire_.repeat_safe(c.type)) {
            reading_back_ = read_back_of(c);
            if (reading_back_) return send_step{sequence, &*reading_back_, &c};
            return in_doubt("may have been sent by a daemon that died, and is not safe to repeat");
        }
        scout_ = proven ? std::nullopt : scout_for(c);
        return send_step{sequence, scout_ ? &*scout_ : &c};
    }
    return ended_ ? *ended_ : verdict_of(disposition::complete);
}

bool course::answered(const reply& answer) {
    if (reading_back_) return read_back(answer);
    if (scout_) {
        scout_.reset();
        if (answer.outcome == outcome::retry) ended_ = failed(answer);
        return false;
    }
    const auto& c = commands_[position_];
    if (answer.outcome != outcome::success) {
        ended_ = failed(answer);
        return true;
    }
    note(c, answer.result, answer.reference_number);
    ++position_;
    return true;
}

bool course::read_back(const reply& answer) {
    reading_back_.reset();
    if (answer.outcome == outcome::retry) {
        ended_ = failed(answer);
        return false;
    }
    const auto done =
        answer.outcome == outcome::success ? was_done(commands_[position_], answer.result) : std::nullopt;
    if (!done) {
        ended_ = in_doubt("may have been done, and the CAS does not tell");
        return false;
    }
    // Commands go out one after the other: where this one was not done, none after it was sent.
    request_.interrupted = *done;
    if (*done) ++position_;
    return *done;
}

std::optional<command> course::scout_for(const command& c) const {
    if (wire_.repeat_safe(c.type)) return std::nullopt;
    auto get = harmless_get_like(c);
    if (get && !wire_.repeat_safe(get->type)) return std::nullopt;
    return get;
}

verdict course::in_doubt(const std::string& why) const {
    return verdict_of(disposition::hold,
                      "IN_DOUBT",
                      "command " + std::to_string(position_ + 1) + " (" +
                          std::string(name_of(commands_[position_].type)) + ") " + why);
}

bool course::finished_before(const command& c) {
    const int sequence = static_cast<int>(position_) + 1;
    const auto done = std::ranges::find(request_.finished, sequence, &finished_command::sequence);
    if (done == request_.finished.end()) return false;
    note(c, done->result, done->reference_number);
    return true;
}

bool course::is_skipped(const command& c) const {
    return c.only_if_paired.has_value() && paired_.has_value() && *c.only_if_paired != *paired_;
}

void course::note(const command& c, const value& result, const std::string& reference) {
    if (!reference.empty()) reference_number_ = reference;
    if (result.is_null()) return;
    result_ = result;
    if (c.type == command_type::get_pairing_status_for_card)
        if (const auto* paired = result.find("paired"); paired != nullptr && paired->boolean() != nullptr)
            paired_ = *paired->boolean();
}

verdict course::verdict_of(disposition d, std::string code, std::string description) const {
    verdict v;
    v.request_id = request_.id;
    v.fence = request_.fence;
    v.disposition = d;
    v.error_code = std::move(code);
    v.error_description = std::move(description);
    v.reference_number = reference_number_;
    v.result = result_;
    return v;
}

verdict course::failed(const reply& answer) const {
    const auto said = [&](disposition d) {
        auto v = verdict_of(d, answer.error_code, answer.error_description);
        if (!answer.reference_number.empty()) v.reference_number = answer.reference_number;
        return v;
    };
    if (answer.outcome == outcome::rejected) return said(disposition::reject);
    const bool readable = answer.error_code == "IN_DOUBT" && read_back_of(commands_[position_]);
    if (answer.outcome == outcome::hold && !readable) return said(disposition::hold);
    auto v = said(disposition::retry);
    v.in_doubt = readable || request_.interrupted;
    v.counts = !answer.outage;
    if (answer.outage) {
        v.delay = next_delay_after_outage(policy_, dice_, answer.retry_after);
        return v;
    }
    const int failures = request_.attempts + 1;
    const auto age = std::chrono::milliseconds(static_cast<std::int64_t>(request_.age_seconds * 1000));
    if (const auto delay = next_delay(policy_, failures, age, dice_, answer.retry_after)) {
        v.delay = *delay;
        return v;
    }
    const bool doubtful = request_.interrupted && !wire_.repeat_safe(commands_[position_].type);
    if (readable || doubtful) return in_doubt("may have been done: " + answer.error_description);
    v.disposition = disposition::reject;
    v.error_code = "RETRIES_EXHAUSTED";
    v.error_description = "failed " + std::to_string(failures) + " times, the last time with " +
                          answer.error_code + ": " + answer.error_description;
    return v;
}

} // namespace contego::pipeline
