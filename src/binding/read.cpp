#include "binding/read.hpp"

#include "binding/answer.hpp"
#include "binding/content_type.hpp"
#include "binding/fault.hpp"
#include "binding/items.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <array>

namespace contego::wire {
namespace {

// An outcome and the rule that gave it.
struct ruling {
    outcome is;
    bool expired = false; ///< as in the row
    decision by;
};

ruling by_row(const outcome_row& row, std::string_view rule) {
    return {.is = row.is, .expired = row.expired, .by = {.rule = rule, .line = row.line}};
}

ruling by_default(outcome is, std::string_view rule) {
    return {.is = is, .by = {.rule = rule}};
}

reply failed(const ruling& by, std::string code, std::string description) {
    reply r;
    r.outcome = by.is;
    r.expired = by.expired;
    r.decided_by = by.by;
    r.error_code = std::move(code);
    r.error_description = std::move(description);
    return r;
}

reply unreadable(const std::string& what) {
    return failed(
        by_default(outcome::hold, "an answer that cannot be read is held"), "UNREADABLE_ANSWER", what);
}

reply held_as_maybe_sent(const std::string& what) {
    return failed(
        by_default(outcome::hold, "a command that is not repeat-safe is held if it may have been done"),
        "MAYBE_SENT",
        what + "; the command is not safe to repeat");
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
    const auto row = c.outcomes.of_transport(e.error);
    const auto is = row ? by_row(*row, "the row of this transport error")
                        : by_default(outcome::retry, "no row has this transport error; it is tried again");
    return failed(is, "TRANSPORT_" + upper_case(name_of(e.error)), what);
}

reply read_not_sent(const compiled_command& c, const exchange& e) {
    return read_transport(c, e, "the request was not sent (" + error_of(e) + ")");
}

// Bytes came that are not an HTTP answer. A server that sends bytes is running, so this is not an outage.
bool is_garbled(const exchange& e) {
    return e.state == exchange_state::sent_no_answer &&
           (e.error == transport_error::malformed || e.error == transport_error::too_large);
}

// A command that is not safe to repeat is held here even if the table says otherwise: nobody knows whether it
// arrived.
reply read_sent_no_answer(const compiled_command& c, const exchange& e) {
    const auto what = is_garbled(e)
                          ? "the request was sent and the answer cannot be read (" + error_of(e) + ")"
                          : "the request was sent and no answer came (" + error_of(e) + ")";
    if (!c.repeat_safe) return held_as_maybe_sent(what);
    auto r = read_transport(c, e, what);
    r.unreadable = is_garbled(e);
    return r;
}

// Returns whether the status itself says that the request was not processed.
bool is_turned_away(int status) {
    return status == 401 || status == 403 || status == 408 || status == 429 || status == 503;
}

reply read_http(const compiled_command& c, const exchange& e, const std::string& reason) {
    const auto what = "the answer is HTTP " + std::to_string(e.http_status) + " with " + reason;
    if (e.http_status >= 200 && e.http_status < 300) return unreadable(what);
    const auto code = "HTTP_" + std::to_string(e.http_status);
    if (const auto row = c.outcomes.of_http(e.http_status))
        return failed(by_row(*row, "the row of this HTTP status"), code, what);
    if (is_turned_away(e.http_status))
        return failed(
            by_default(outcome::retry, "no row has this HTTP status; it says that nothing was done"),
            code,
            what);
    if (e.http_status < 500 || e.http_status > 599)
        return failed(by_default(outcome::hold, "no row has this HTTP status; it is held"), code, what);
    if (!c.repeat_safe) return held_as_maybe_sent(what);
    return failed(
        by_default(outcome::retry, "no row has this HTTP status; a repeat-safe command is tried again"),
        code,
        what);
}

ruling default_of(const fault& f, bool repeat_safe) {
    if (!f.foreign && f.code.code == "Client")
        return by_default(outcome::rejected, "no row has this fault; a fault of the client is rejected");
    if (!f.foreign && f.code.code == "Server" && repeat_safe)
        return by_default(
            outcome::retry,
            "no row has this fault; a fault of the server is tried again if the command is repeat-safe");
    return by_default(outcome::hold, "no row has this fault; it is held");
}

// A foreign code with the name of a SOAP code is a different code and has no row.
std::optional<outcome_row> row_of(const outcome_table& outcomes, const fault& f) {
    static constexpr std::array soap{"Client", "Server", "MustUnderstand", "VersionMismatch"};
    if (f.foreign && std::ranges::find(soap, f.code.code) != soap.end()) return std::nullopt;
    return outcomes.of_fault(f.code);
}

// The answer of another request says nothing about this one. It is treated as if no answer had come.
reply read_as_of_another(const question& q, const std::string& said, const std::string& expected) {
    const auto what = "the answer belongs to another request: it says '" + std::string(shortened(said, 200)) +
                      "' and not '" + expected + "'";
    if (!q.known.repeat_safe) return held_as_maybe_sent(what);
    auto r = failed(by_default(outcome::retry, "the correlation: a repeat-safe command is tried again"),
                    "ANSWER_OF_ANOTHER",
                    what);
    r.unreadable = true;
    return r;
}

// Returns nullopt if the answer belongs to the command, as far as the binding can tell.
std::optional<reply> misplaced(const question& q, const answer& a) {
    const auto& c = q.known.correlates;
    if (!c.at || q.when == nullptr) return std::nullopt;
    const auto said = text_at(c.at, a.document()).value_or(std::string());
    const auto expected = render(c.equals, q.what.parameters, *q.when, site_values()).text;
    if (said == expected) return std::nullopt;
    if (said.empty() && (c.may_be_absent || a.what() == answer::kind::fault)) return std::nullopt;
    auto r = said.empty()
                 ? unreadable("the answer does not name its request at the place that the binding gives")
                 : read_as_of_another(q, said, expected);
    r.decided_by.line = c.line;
    return r;
}

reply succeeded(decision by) {
    reply r;
    r.outcome = outcome::success;
    r.decided_by = by;
    return r;
}

// The XPath may compute a boolean, or find a flag, a number of pages left, or the key of the next page.
bool has_more(const pugi::xpath_query& at, const answer& a) {
    const auto said = lower_case(text_at(at, a.document()).value_or(std::string()));
    return !said.empty() && said != "false" && said != "0" && said != "no";
}

reply read_success(const compiled_command& c, const answer& a, decision by) {
    if (has_more(c.answer.more, a))
        return failed(by_default(outcome::hold, "more finds something, so the answer is held"),
                      "INCOMPLETE_ANSWER",
                      "the answer is only a part of the data, and contegod does not ask for the rest");
    auto [result, wrong] = extract(c.answer, a.document());
    if (!wrong.empty()) return unreadable(wrong);
    auto r = succeeded(by);
    r.result = std::move(result);
    return r;
}

// Returns what the row of a status says about the answer. `row` is nullopt if the status has none.
reply read_status(const compiled_command& c,
                  const answer& a,
                  const std::optional<outcome_row>& row,
                  const std::string& status,
                  const std::string& message) {
    if (!row) {
        const auto what = "the binding does not know the status " + status;
        return failed(by_default(outcome::hold, "no row has this status; it is held"),
                      status,
                      message.empty() ? what : what + ": " + message);
    }
    const auto is = by_row(*row, "the row of this status");
    if (is.is == outcome::success) return read_success(c, a, is.by);
    return failed(is, status, message.empty() ? "the CAS answered " + status : message);
}

std::string two_statuses(std::string_view one, std::string_view other) {
    return "the answer has more than one status where the binding looks for it: '" +
           std::string(shortened(one, 200)) + "' and '" + std::string(shortened(other, 200)) + "'";
}

std::string two_cards(std::string_view one, std::string_view other) {
    return "an item of the answer names more than one smartcard: '" + std::string(shortened(one, 60)) +
           "' and '" + std::string(shortened(other, 60)) + "'";
}

reply read_item(const question& q, const answer& a, const found_item& item) {
    const auto& [card, status, message, reference, text] = item;
    if (card.other) return unreadable(two_cards(card.text.value_or(std::string()), *card.other));
    if (status.other) return unreadable(two_statuses(status.text.value_or(std::string()), *status.other));
    const auto code = status.text.value_or(std::string());
    if (code.empty())
        return unreadable("the item of the smartcard has no status where the binding looks for it");
    auto r = read_status(q.known, a, q.known.outcomes.of_status(code), code, message);
    r.expired = false; // the session did not end for one smartcard alone
    r.status_code = code;
    r.message = message;
    r.reference_number = reference;
    if (r.decided_by.line == 0) r.decided_by.line = q.known.reply_line;
    return r;
}

// Returns whether the answer has items. They are put where the question says.
bool read_items(const question& q, const answer& a) {
    auto found = items_of(q.known.answer.items, a.document());
    if (found.all.size() > most_values) return false;
    for (auto& item : found.all)
        q.items->all.push_back(
            {.card = item.card.other ? std::string() : item.card.text.value_or(std::string()),
             .is = read_item(q, a, item),
             .text = std::move(item.text)});
    q.items->before = std::move(found.before);
    q.items->after = std::move(found.after);
    return !found.all.empty();
}

// The status is read before secrets are masked, since it may look like one: 0000 may be both a success and a
// PIN.
reply read_envelope(const question& q, answer& a) {
    if (auto other = misplaced(q, a)) return *other;
    const auto said = [&](const pugi::xpath_query& at) {
        return text_at(at, a.document()).value_or(std::string());
    };
    a.keep_body();
    const auto& at = q.known.answer;
    if (at.document)
        if (auto why = a.open_document(at.document); !why.empty()) return unreadable(why);
    const bool may_have_items = q.items != nullptr && at.items.at;
    if (may_have_items && read_items(q, a)) return succeeded({.rule = "the items of the answer decide"});
    auto [found, other] = joint_text_at(at.status, a.document());
    if (found && other) return unreadable(two_statuses(*found, *other));
    auto status = found.value_or(std::string());
    if (status.empty()) return unreadable("the answer has no status where the binding looks for it");
    const auto row = q.known.outcomes.of_status(status);
    if (q.secrets.has_pin()) {
        a.mask(q.secrets);
        status = said(at.status);
    }
    auto message = said(at.message);
    auto r = read_status(q.known, a, row, status, message);
    if (may_have_items && r.outcome == outcome::success)
        r = unreadable("the answer is a success, but names no smartcard where the binding looks for items");
    r.status_code = std::move(status);
    r.message = std::move(message);
    r.reference_number = said(at.reference);
    return r;
}

// Some gateways answer every refusal with the same fault, and write the code into its detail. The rows of
// statuses decide about such a code. Returns nullopt if the fault has none.
std::optional<reply> read_fault_status(const question& q, const fault& f, answer& a) {
    const auto& at = q.known.answer;
    a.keep_body();
    const auto [found, other] = joint_text_at(at.fault_status, a.document());
    if (found && other) return unreadable(two_statuses(*found, *other));
    if (!found || found->empty()) return std::nullopt;
    const auto row = q.known.outcomes.of_status(*found);
    auto message = text_at(at.message, a.document()).value_or(f.text);
    auto r = read_status(q.known, a, row, *found, message);
    r.status_code = *found;
    r.message = std::move(message);
    r.reference_number = text_at(at.reference, a.document()).value_or(std::string());
    return r;
}

reply read_fault_answer(const question& q, answer& a) {
    const auto f = read_fault(a.fault());
    a.strip();
    if (auto other = misplaced(q, a)) return *other;
    if (f.code.code.empty()) return unreadable("the answer is a SOAP fault without a code");
    if (auto coded = read_fault_status(q, f, a)) return *coded;
    const auto row = row_of(q.known.outcomes, f);
    const auto is = row ? by_row(*row, "the row of this fault") : default_of(f, q.known.repeat_safe);
    auto description = f.text.empty() ? "the CAS answered with the SOAP fault " + f.name : f.text;
    if (!f.detail.empty()) description += " (" + f.detail + ")";
    auto r = failed(is, "SOAP_FAULT:" + f.name, description);
    r.message = f.text;
    if (is.is != outcome::success) return r;
    r.error_code.clear();
    r.error_description.clear();
    return r;
}

bool is_done_one_way(const compiled_command& c, const exchange& e) {
    return c.one_way && (e.http_status == 200 || e.http_status == 202 || e.http_status == 204);
}

reply read_answer(const question& q, const exchange& e, body_text body) {
    answer a(e, std::move(body));
    switch (a.what()) {
    case answer::kind::envelope:
        return read_envelope(q, a);
    case answer::kind::fault:
        return read_fault_answer(q, a);
    case answer::kind::unclear:
        return unreadable(a.reason());
    case answer::kind::nothing:
        if (is_done_one_way(q.known, e))
            return succeeded({.rule = "an empty answer to a one-way command is a success"});
        break;
    case answer::kind::other:
        break;
    }
    return read_http(q.known, e, a.reason());
}

} // namespace

reply read_exchange(const question& q, const exchange& e, body_text body) {
    auto r = e.state == exchange_state::not_sent         ? read_not_sent(q.known, e)
             : e.state == exchange_state::sent_no_answer ? read_sent_no_answer(q.known, e)
                                                         : read_answer(q, e, std::move(body));
    r.retry_after = e.retry_after;
    r.set_aside = e.set_aside;
    r.unsent_probe = e.unsent_probe;
    // A request that was not sent is never an attempt. A request with an unreadable answer is an attempt,
    // since the command would otherwise be sent again forever.
    r.outage = (e.outage && !is_garbled(e)) || e.state == exchange_state::not_sent;
    if (r.decided_by.line == 0) r.decided_by.line = q.known.reply_line;
    return r;
}

} // namespace contego::wire
