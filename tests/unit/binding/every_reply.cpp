#include "every_reply.hpp"

#include "sample.hpp"
#include "shipped.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace contego::samples {
namespace {

// If one of these is sent twice, the viewer sees it twice.
constexpr std::array not_repeat_safe{command_type::send_mail_message_to_client,
                                     command_type::send_bark_message_to_client,
                                     command_type::send_repeating_bark_message_to_client,
                                     command_type::display_fingerprint};

bool is_repeat_safe(command_type type) {
    return std::ranges::find(not_repeat_safe, type) == not_repeat_safe.end();
}

std::string_view data_in(command_type type) {
    if (type == command_type::get_active_subscriptions)
        return "<Subscription><ServiceCaId>0011</ServiceCaId><StartTime>2026-01-02T03:04:05Z</StartTime>"
               "<EndTime>2026-02-02T03:04:05Z</EndTime></Subscription>"
               "<Subscription><ServiceCaId>12</ServiceCaId></Subscription>";
    if (type == command_type::get_pairing_status_for_card)
        return "<Paired>true</Paired><PairingModuleId>0012345678</PairingModuleId>"
               "<PairingModuleId>0012345679</PairingModuleId>";
    if (type == command_type::get_pairing_status_for_pairing_module) return "<Paired>false</Paired>";
    return "";
}

exchange fault_1_1(std::string_view code) {
    return answered(soap_1_1("<e:Fault><faultcode>e:" + std::string(code) +
                             "</faultcode><faultstring>Broken.</faultstring></e:Fault>"),
                    500);
}

exchange fault_1_2(std::string_view code) {
    return answered(
        soap_1_2("<e:Fault><e:Code><e:Value>e:" + std::string(code) +
                 "</e:Value></e:Code><e:Reason><e:Text xml:lang=\"en\">Broken.</e:Text></e:Reason>"
                 "</e:Fault>"),
        500,
        "application/soap+xml; charset=utf-8");
}

exchange unanswered(exchange_state state, transport_error error) {
    exchange e;
    e.state = state;
    e.error = error;
    e.detail = "as the library says";
    return e;
}

/// Collects the cases of one command.
class cases_of {
public:
    cases_of(command_type type, std::vector<reply_case>& all) : type_(type), all_(all) {}

    void statuses() {
        for (const auto& [code, is] : common_statuses())
            status(code, is);
        for (const auto& own : own_statuses())
            if (own.type == type_) status(own.code, own.is);
        status("NEVER_HEARD_OF", outcome::hold);
        // These statuses have a row for another command only.
        if (type_ != command_type::cancel_subscriptions) status("NOT_SUBSCRIBED", outcome::hold);
        if (type_ != command_type::add_subscriptions) status("ALREADY_SUBSCRIBED", outcome::hold);
        add("OK_in_soap_1_2",
            answered(soap_1_2(answer_to(type_, "OK")), 200, "application/soap+xml"),
            outcome::success,
            "",
            "OK");
    }

    void faults() {
        const auto server = is_repeat_safe(type_) ? outcome::retry : outcome::hold;
        add("fault_Client", fault_1_1("Client"), outcome::rejected, "SOAP_FAULT:Client");
        add("fault_Server", fault_1_1("Server"), server, "SOAP_FAULT:Server");
        add("fault_Sender", fault_1_2("Sender"), outcome::rejected, "SOAP_FAULT:Client");
        add("fault_Receiver", fault_1_2("Receiver"), server, "SOAP_FAULT:Server");
        for (const auto& [code, is] : fault_rows()) {
            const auto error = "SOAP_FAULT:" + std::string(code);
            add("fault_" + std::string(code), fault_1_1(code), is, error);
            add("fault_1_2_" + std::string(code), fault_1_2(code), is, error);
        }
    }

    void malformed() {
        const std::string whole = soap_1_1(answer_to(type_, "OK"));
        unreadable("cut_off", whole.substr(0, whole.size() / 2));
        unreadable("no_xml", "OK");
        unreadable("html", "<html><body>Welcome</body></html>");
        unreadable("empty", "");
        unreadable("without_status",
                   soap_1_1("<r:Answer xmlns:r=\"urn:r\"><Message>OK</Message></r:Answer>"));
    }

    void http() {
        for (const auto& [status, is] : http_rows()) {
            const auto code = std::string(status.substr(0, 1)) +
                              (status.ends_with("xx") ? "04" : std::string(status.substr(1)));
            add("http_" + code, answered("<html/>", std::stoi(code), "text/html"), is, "HTTP_" + code);
        }
        maybe_done("http_500", answered("<html/>", 500, "text/html"), "HTTP_500");
        maybe_done("http_504", answered("", 504, ""), "HTTP_504");
    }

    void transport() {
        using enum exchange_state;
        maybe_done(
            "no_answer_in_time", unanswered(sent_no_answer, transport_error::timeout), "TRANSPORT_TIMEOUT");
        maybe_done("closed", unanswered(sent_no_answer, transport_error::closed), "TRANSPORT_CLOSED");
        add("refused", unanswered(not_sent, transport_error::connect), outcome::retry, "TRANSPORT_CONNECT");
    }

private:
    void add(std::string name, exchange e, outcome is, std::string error, std::string status = {}) {
        all_.push_back({type_, std::move(name), std::move(e), is, std::move(error), std::move(status)});
    }

    void status(std::string_view code, outcome is) {
        add(std::string(code),
            answered(soap_1_1(answer_to(type_, code))),
            is,
            is == outcome::success ? "" : std::string(code),
            std::string(code));
    }

    void unreadable(const std::string& name, std::string body) {
        add(name, answered(std::move(body)), outcome::hold, "UNREADABLE_ANSWER");
    }

    /// Adds a case in which nobody knows whether the CAS did it. A repeat-safe command is sent again.
    void maybe_done(std::string name, exchange e, std::string error) {
        if (is_repeat_safe(type_))
            add(std::move(name), std::move(e), outcome::retry, std::move(error));
        else
            add(std::move(name), std::move(e), outcome::hold, "MAYBE_SENT");
    }

    command_type type_;
    std::vector<reply_case>& all_;
};

} // namespace

const std::vector<status_row>& common_statuses() {
    static const std::vector<status_row> rows{
        {"OK", outcome::success},
        {"INPUT_VALIDATION_ERROR", outcome::rejected},
        {"FEATURE_NOT_AVAILABLE", outcome::rejected},
        {"CLIENT_NOT_FOUND", outcome::rejected},
        {"CLIENT_NOT_MANAGED_BY_SMS", outcome::rejected},
        {"SYSTEM_ERROR", outcome::retry},
        {"PRODUCT_NOT_FOUND", outcome::rejected},
        {"PAIRING_NOT_FOUND", outcome::rejected},
        {"PAIRING_MODULE_NOT_FOUND", outcome::rejected},
        {"PAIRED_WITH_ANOTHER", outcome::rejected},
    };
    return rows;
}

const std::vector<own_status_row>& own_statuses() {
    static const std::vector<own_status_row> rows{
        {command_type::add_subscriptions, "ALREADY_SUBSCRIBED", outcome::success},
        {command_type::cancel_subscriptions, "NOT_SUBSCRIBED", outcome::success},
        {command_type::create_pairing, "ALREADY_PAIRED", outcome::success},
        {command_type::add_to_existing_pairing, "ALREADY_PAIRED", outcome::success},
    };
    return rows;
}

const std::vector<status_row>& fault_rows() {
    static const std::vector<status_row> rows{{"VersionMismatch", outcome::hold},
                                              {"MustUnderstand", outcome::hold}};
    return rows;
}

const std::vector<status_row>& http_rows() {
    static const std::vector<status_row> rows{{"401", outcome::retry},
                                              {"403", outcome::retry},
                                              {"408", outcome::retry},
                                              {"429", outcome::retry},
                                              {"503", outcome::retry},
                                              {"4xx", outcome::hold}};
    return rows;
}

std::string answer_to(command_type type, std::string_view status) {
    return "<r:Answer xmlns:r=\"urn:r\"><r:StatusCode>" + std::string(status) +
           "</r:StatusCode><r:Message>said so</r:Message><r:ReferenceNumber>38a4254b</r:ReferenceNumber>" +
           std::string(data_in(type)) + "</r:Answer>";
}

value data_of(command_type type) {
    if (type == command_type::get_active_subscriptions)
        return value::object{{"subscriptions",
                              value::list{value::object{{"service_ca_id", "0011"},
                                                        {"start_date", "2026-01-02T03:04:05Z"},
                                                        {"end_date", "2026-02-02T03:04:05Z"}},
                                          value::object{{"service_ca_id", "12"}}}}};
    if (type == command_type::get_pairing_status_for_card)
        return value::object{{"paired", true}, {"stbs", value::list{"0012345678", "0012345679"}}};
    if (type == command_type::get_pairing_status_for_pairing_module)
        return value::object{{"paired", false}, {"smartcards", value::list{}}};
    return {};
}

std::vector<reply_case> every_reply_case() {
    std::vector<reply_case> all;
    for (const auto type : shipped_commands()) {
        cases_of cases(type, all);
        cases.statuses();
        cases.faults();
        cases.malformed();
        cases.http();
        cases.transport();
    }
    return all;
}

} // namespace contego::samples
