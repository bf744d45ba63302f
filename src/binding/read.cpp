#include "binding/read.hpp"

#include "binding/answer.hpp"
#include "binding/fault.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <array>

namespace contego::wire {
namespace {

constexpr std::size_t longest_description = 2000;

reply failed(outcome is, std::string code, std::string_view description) {
    reply r;
    r.outcome = is;
    r.error_code = std::move(code);
    r.error_description = cleaned(shortened(description, longest_description));
    return r;
}

reply unreadable(const std::string& what) {
    return failed(outcome::hold, "UNREADABLE_ANSWER", what);
}

reply in_doubt(const std::string& what) {
    return failed(outcome::hold, "IN_DOUBT", what + "; the command is not safe to repeat");
}

std::string upper_case(std::string_view name) {
    std::string out(name);
    std::ranges::transform(
        out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

std::string error_of(const exchange& e) {
    auto text = std::string(name_of(e.error));
    if (!e.detail.empty()) text += ": " + e.detail;
    return text;
}

reply read_transport(const compiled_command& c, const exchange& e, const std::string& what) {
    const auto is = c.outcomes.of_transport(e.error).value_or(outcome::retry);
    return failed(is, "TRANSPORT_" + upper_case(name_of(e.error)), what);
}

reply read_not_sent(const compiled_command& c, const exchange& e) {
    return read_transport(c, e, "the request was not sent (" + error_of(e) + ")");
}

// Whatever a row says, a command that must not go out twice is held here: nobody knows whether it arrived.
reply read_sent_no_answer(const compiled_command& c, const exchange& e) {
    const auto what = "the request was sent and no answer came (" + error_of(e) + ")";
    return c.repeat_safe ? read_transport(c, e, what) : in_doubt(what);
}

// A status that says itself that the request was not processed.
bool is_turned_away(int status) {
    return status == 401 || status == 403 || status == 408 || status == 429 || status == 503;
}

reply read_http(const compiled_command& c, const exchange& e, const std::string& reason) {
    const auto what = "the answer is HTTP " + std::to_string(e.http_status) + " with " + reason;
    if (e.http_status >= 200 && e.http_status < 300) return unreadable(what);
    const auto code = "HTTP_" + std::to_string(e.http_status);
    if (const auto is = c.outcomes.of_http(e.http_status)) return failed(*is, code, what);
    if (is_turned_away(e.http_status)) return failed(outcome::retry, code, what);
    if (e.http_status < 500 || e.http_status > 599) return failed(outcome::hold, code, what);
    return c.repeat_safe ? failed(outcome::retry, code, what) : in_doubt(what);
}

outcome default_of(const fault& f, bool repeat_safe) {
    if (f.foreign) return outcome::hold;
    if (f.code.code == "Client") return outcome::rejected;
    if (f.code.code == "Server" && repeat_safe) return outcome::retry;
    return outcome::hold;
}

// A foreign code that is called like one of SOAP's own is another code and has no row.
std::optional<outcome> row_of(const outcome_table& outcomes, const fault& f) {
    static constexpr std::array soap{"Client", "Server", "MustUnderstand", "VersionMismatch"};
    if (f.foreign && std::ranges::find(soap, f.code.code) != soap.end()) return std::nullopt;
    return outcomes.of_fault(f.code);
}

reply read_fault_answer(const compiled_command& c, const answer& a) {
    const auto f = read_fault(a.fault());
    if (f.code.code.empty()) return unreadable("the answer is a SOAP fault without a code");
    const auto is = row_of(c.outcomes, f).value_or(default_of(f, c.repeat_safe));
    auto description = f.text.empty() ? "the CAS answered with the SOAP fault " + f.name : f.text;
    if (!f.detail.empty()) description += " (" + f.detail + ")";
    auto r = failed(is, "SOAP_FAULT:" + f.name, description);
    r.message = f.text;
    if (is != outcome::success) return r;
    r.error_code.clear();
    r.error_description.clear();
    return r;
}

reply read_success(const compiled_command& c, const answer& a) {
    auto [result, wrong] = extract(c.answer, a.document());
    if (!wrong.empty()) return unreadable(wrong);
    reply r;
    r.outcome = outcome::success;
    r.result = std::move(result);
    return r;
}

reply read_refusal(std::optional<outcome> row, const std::string& status, const std::string& message) {
    if (!row) {
        const auto what = "the binding does not know the status " + status;
        return failed(outcome::hold, status, message.empty() ? what : what + ": " + message);
    }
    return failed(*row, status, message.empty() ? "the CAS answered " + status : message);
}

reply read_envelope(const compiled_command& c, const answer& a) {
    auto status = text_at(c.answer.status, a.document()).value_or(std::string());
    if (status.empty()) return unreadable("the answer has no status where the binding looks for it");
    auto message = text_at(c.answer.message, a.document()).value_or(std::string());
    const auto row = c.outcomes.of_status(status);
    auto r = row == outcome::success ? read_success(c, a) : read_refusal(row, status, message);
    r.status_code = std::move(status);
    r.message = std::move(message);
    r.reference_number = text_at(c.answer.reference, a.document()).value_or(std::string());
    return r;
}

reply read_answer(const compiled_command& c, const exchange& e) {
    const answer a(e);
    switch (a.what()) {
    case answer::kind::envelope:
        return read_envelope(c, a);
    case answer::kind::fault:
        return read_fault_answer(c, a);
    case answer::kind::refused:
        return unreadable("the answer is " + a.reason());
    case answer::kind::other:
        break;
    }
    return read_http(c, e, a.reason());
}

} // namespace

reply read_exchange(const compiled_command& command, const exchange& e) {
    auto r = e.state == exchange_state::not_sent         ? read_not_sent(command, e)
             : e.state == exchange_state::sent_no_answer ? read_sent_no_answer(command, e)
                                                         : read_answer(command, e);
    r.retry_after = e.retry_after;
    // What was not sent is no attempt, whoever is to blame.
    r.outage = e.outage || e.state == exchange_state::not_sent;
    return r;
}

} // namespace contego::wire
