#include "pipeline/execution.hpp"

#include "pipeline/read_back.hpp"
#include <contego/plan.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace contego::pipeline {
namespace {

bool is_known_priority(const std::string& priority) {
    return priority == "REGULAR" || priority == "EXPRESS";
}

violation unknown_priority(const std::string& priority) {
    constexpr std::size_t most = 58; // and two quotes
    return {"priority", '"' + shortened(priority, most) + '"', "must be REGULAR or EXPRESS"};
}

/// Returns whether a command that will be repeated was sent and no answer said whether it was done.
/// contego.claim tells the same about the attempts before.
bool may_have_been_done(const reply& answer) {
    const std::string_view code = answer.error_code;
    const bool not_answered = code.starts_with("TRANSPORT_") && !answer.outage;
    return answer.unreadable || not_answered || (code.starts_with("HTTP_5") && code != "HTTP_503");
}

std::chrono::milliseconds age_of(const request& r) {
    constexpr double longest = 1e9; // thirty years
    const double seconds = r.age_seconds > 0 ? std::min(r.age_seconds, longest) : 0;
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

} // namespace

execution::execution(request r, const binding& wire, const retry_policy& policy, double jitter)
    : request_(std::move(r)), wire_(wire), policy_(policy), jitter_(jitter) {
    std::ranges::sort(request_.finished, {}, &finished_command::sequence);
    plan_commands();
    if (wire_.most_in_call() > 1) find_likeness();
    request_.parameters = {};
}

void execution::plan_commands() {
    if (!request_.unreadable.empty()) {
        const violations why{
            {"parameters", "unreadable", "must be JSON that fits this program: " + request_.unreadable}};
        ended_ = rejected{{"VALIDATION_ERROR", describe(why)}, {}, {}};
        return;
    }
    auto planned = plan(request_.action, request_.parameters, wire_.limits());
    auto* why = std::get_if<refusal>(&planned);
    refusal refused = why != nullptr ? std::move(*why) : refusal{"VALIDATION_ERROR", {}, 0};
    if (!is_known_priority(request_.priority))
        refused.all.insert(refused.all.begin(), unknown_priority(request_.priority));
    if (refused.all.empty())
        commands_ = std::move(std::get<command_list>(planned));
    else if (refused.code == "NOT_SUPPORTED" && request_.maybe_sent)
        // The daemon that had the request before may have had another binding file.
        ended_ = held{
            {"MAYBE_SENT", "The request may have been sent before. " + describe(refused.all, refused.more)},
            {}};
    else
        ended_ = rejected{{refused.code, describe(refused.all, refused.more)}, {}, {}};
}

// The code of a command in the action tells without making the command whether it may share a call.
void execution::find_likeness() {
    constexpr int most_failures = 1;
    const auto direct = command_type_of(request_.action);
    if (direct && wire_.plural(*direct) == nullptr) return;
    if (ended_ || commands_.size() != 1 || finished_before(0) != nullptr) return;
    if (request_.attempts > most_failures || request_.unanswered) return;
    const auto c = commands_[0];
    if (c.only_if_paired || (request_.maybe_sent && !wire_.repeat_safe(c.type))) return;
    shares_ = wire_.plural(c.type);
    if (shares_ != nullptr) likeness_ = (request_.is_express() ? "EXPRESS " : "REGULAR ") + wire_.likeness(c);
}

step execution::next(bool proven) {
    for (; !ended_ && position_ < commands_.size(); ++position_) {
        const int sequence = static_cast<int>(position_) + 1;
        if (const auto* done = finished_before(position_)) {
            const bool matters = !done->result.is_null();
            note(matters ? commands_[position_].type : command_type{}, done->result, done->reference_number);
            continue;
        }
        current_ = commands_[position_];
        const auto& c = current_;
        if (is_skipped(c)) {
            ++position_;
            return skip_step{sequence, &c};
        }
        if (request_.maybe_sent && !wire_.repeat_safe(c.type)) {
            reading_back_ = supported(read_back_of(c));
            if (reading_back_) return send_step{sequence, &*reading_back_, &c, true};
            return held_as_maybe_sent("may have been sent before, and is not safe to repeat");
        }
        scout_ = proven ? std::nullopt : scout_for(c);
        return send_step{sequence, scout_ ? &*scout_ : &c, nullptr, scout_.has_value()};
    }
    return ended_ ? *ended_ : completed{reference_number_, result_};
}

bool execution::answered(const reply& answer) {
    if (reading_back_) return read_back(answer);
    if (scout_) {
        scout_.reset();
        if (answer.outcome == outcome::retry) ended_ = failed(answer, false);
        return false;
    }
    if (answer.outcome != outcome::success) {
        ended_ = failed(answer, true);
        return true;
    }
    note(current_.type, answer.result, answer.reference_number);
    request_.unanswered = false;
    ++position_;
    return true;
}

bool execution::read_back(const reply& answer) {
    reading_back_.reset();
    if (answer.outcome == outcome::retry) {
        ended_ = failed(answer, false);
        return false;
    }
    const auto done = answer.outcome == outcome::success
                          ? was_done(current_, answer.result, wire_.limits().takes_one_each(current_.type))
                          : std::nullopt;
    if (!done) {
        ended_ = held_as_maybe_sent("may have been done, and the CAS does not tell");
        return false;
    }
    // Commands are sent one after the other: if this one was not done, none after it was sent.
    request_.maybe_sent = *done;
    request_.unanswered = false;
    if (*done) ++position_;
    return *done;
}

std::optional<command> execution::scout_for(const command& c) const {
    if (wire_.repeat_safe(c.type)) return std::nullopt;
    auto get = harmless_get_like(c);
    if (get && !wire_.repeat_safe(get->type)) return std::nullopt;
    return get;
}

std::optional<command> execution::supported(std::optional<command> get) const {
    if (get && !wire_.limits().supports(get->type)) return std::nullopt;
    return get;
}

verdict execution::held_as_maybe_sent(const std::string& why) const {
    return held{{"MAYBE_SENT",
                 "command " + std::to_string(position_ + 1) + " (" + std::string(name_of(current_.type)) +
                     ") " + why},
                reference_number_};
}

const finished_command* execution::finished_before(std::size_t position) const {
    const int sequence = static_cast<int>(position) + 1;
    const auto done = std::ranges::lower_bound(request_.finished, sequence, {}, &finished_command::sequence);
    return done == request_.finished.end() || done->sequence != sequence ? nullptr : &*done;
}

bool execution::is_skipped(const command& c) const {
    return c.only_if_paired.has_value() && paired_.has_value() && *c.only_if_paired != *paired_;
}

void execution::note(command_type type, const value& result, const std::string& reference) {
    if (!reference.empty()) reference_number_ = reference;
    if (result.is_null()) return;
    // A request may read several things, such as the services and the boxes of a card.
    const auto* former = result_.members();
    if (const auto* more = result.members(); former != nullptr && more != nullptr) {
        auto all = *former;
        for (const auto& [name, v] : *more)
            all.insert_or_assign(name, v);
        result_ = std::move(all);
    } else {
        result_ = result;
    }
    if (type == command_type::get_pairing_status_for_card)
        if (const auto* paired = result.find("paired"); paired != nullptr && paired->boolean() != nullptr)
            paired_ = *paired->boolean();
}

/// Returns the first command from there on that may have been sent and is not safe to repeat.
std::optional<std::size_t> execution::maybe_sent_from(std::size_t position) const {
    if (!request_.maybe_sent) return std::nullopt;
    for (; position < commands_.size(); ++position)
        if (finished_before(position) == nullptr)
            if (const auto c = commands_[position]; !is_skipped(c) && !wire_.repeat_safe(c.type))
                return position;
    return std::nullopt;
}

// A person who lets the request go on knows of the command at which it stopped. About a later command nobody
// has asked the CAS yet, so the description names it.
std::string execution::later_maybe_sent() const {
    const auto later = maybe_sent_from(position_ + 1);
    if (!later) return {};
    return "; besides, command " + std::to_string(*later + 1) + " (" +
           std::string(name_of(commands_[*later].type)) +
           ") may have been sent before, and is not safe to repeat";
}

verdict execution::failed(const reply& answer, bool sent) const {
    const auto& reference = answer.reference_number.empty() ? reference_number_ : answer.reference_number;
    const bool readable = answer.error_code == "MAYBE_SENT" && supported(read_back_of(current_));
    if (answer.outcome == outcome::rejected || (answer.outcome == outcome::hold && !readable)) {
        const auto besides = later_maybe_sent();
        failure_reason why{answer.error_code, answer.error_description + besides};
        if (answer.outcome == outcome::rejected) return rejected{std::move(why), reference, result_};
        return held{std::move(why), reference, !besides.empty()};
    }
    retrying again{{answer.error_code, answer.error_description}, reference};
    again.maybe_sent = readable || request_.maybe_sent;
    // If there is an answer, there is a CAS, however it answers.
    again.counts = !answer.outage || answer.unreadable;
    const auto delay =
        again.counts
            ? next_delay(policy_, request_.attempts + 1, age_of(request_), jitter_, answer.retry_after)
            : std::optional(next_delay_after_outage(policy_, jitter_, answer.retry_after));
    if (delay) {
        again.delay = answer.unsent_probe ? std::chrono::milliseconds(0)
                                          : std::max(*delay, std::chrono::milliseconds(answer.set_aside));
        return again;
    }
    const bool unsafe = request_.maybe_sent && !wire_.repeat_safe(current_.type);
    if (readable || unsafe) return held_as_maybe_sent("may have been done: " + answer.error_description);
    return given_up(answer, reference, sent);
}

verdict execution::given_up(const reply& answer, const std::string& reference_number, bool sent) const {
    const bool last = sent && may_have_been_done(answer);
    const bool maybe_done = last || request_.unanswered || request_.maybe_sent;
    const auto besides = later_maybe_sent();
    failure_reason why;
    why.code = last && answer.unreadable ? "UNREADABLE_ANSWER" : "RETRIES_EXHAUSTED";
    why.description = "failed " + std::to_string(request_.attempts + 1) + " times, the last time with " +
                      answer.error_code + ": " + answer.error_description;
    if (last)
        why.description += "; the CAS may have done it all the same";
    else if (maybe_done)
        why.description += "; an earlier attempt brought no answer, and the CAS may have done it";
    why.description += besides;
    if (maybe_done || !besides.empty()) return held{std::move(why), reference_number, !besides.empty()};
    return rejected{std::move(why), reference_number, result_};
}

} // namespace contego::pipeline
