#include "simulator/soap.hpp"

namespace contego::simulator {
namespace {

constexpr std::string_view opening =
    R"(<?xml version="1.0" encoding="UTF-8"?>)"
    R"(<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>)";
constexpr std::string_view closing = "</soap:Body></soap:Envelope>";

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
}

void append_element(std::string& out, std::string_view name, std::string_view content) {
    out.append("<ct:").append(name).append(">");
    append_escaped(out, content);
    out.append("</ct:").append(name).append(">");
}

void append_window(std::string& out, const subscription& s) {
    out += "<ct:Subscription>";
    append_element(out, "ServiceCaId", s.service);
    if (!s.start.empty()) append_element(out, "StartTime", s.start);
    if (!s.end.empty()) append_element(out, "EndTime", s.end);
    out += "</ct:Subscription>";
}

void append_pairing(std::string& out, const answer& a, std::string_view list, std::string_view item) {
    if (!a.paired) return;
    append_element(out, "Paired", *a.paired ? "true" : "false");
    if (!*a.paired) return;
    out.append("<ct:").append(list).append(">");
    for (const auto& number : a.partners)
        append_element(out, item, number);
    out.append("</ct:").append(list).append(">");
}

void append_result(std::string& out, const answer& a, result_shape shape) {
    switch (shape) {
    case result_shape::none:
        return;
    case result_shape::subscriptions:
        if (a.status_code != "OK") return;
        out += "<ct:Subscriptions>";
        for (const auto& s : a.subscriptions)
            append_window(out, s);
        out += "</ct:Subscriptions>";
        return;
    case result_shape::boxes_of_card:
        return append_pairing(out, a, "PairingModuleIds", "PairingModuleId");
    case result_shape::cards_of_box:
        return append_pairing(out, a, "CaClientIds", "CaClientId");
    }
}

void append_items(std::string& out, const answer& a) {
    if (a.items.empty()) return;
    out += "<ct:Results>";
    for (const auto& item : a.items) {
        out += "<ct:Result>";
        append_element(out, "CaClientId", item.card);
        append_element(out, "StatusCode", item.status_code);
        append_element(out, "Message", item.message);
        append_element(out, "ReferenceNumber", item.reference);
        out += "</ct:Result>";
    }
    out += "</ct:Results>";
}

} // namespace

std::string write_envelope(const operation& o, const answer& a) {
    std::string out;
    out.reserve(640);
    out.append(opening);
    out.append("<").append(o.name).append("Response xmlns=\"").append(o.area->xml_namespace);
    out.append("\" xmlns:ct=\"").append(answer_namespace).append("\">");
    append_element(out, "StatusCode", a.status_code);
    append_element(out, "Message", a.message);
    append_element(out, "ReferenceNumber", a.reference);
    append_result(out, a, o.result);
    append_items(out, a);
    out.append("</").append(o.name).append("Response>");
    out.append(closing);
    return out;
}

std::string write_envelope(const fault& f) {
    std::string out(opening);
    out += "<soap:Fault><faultcode>soap:";
    append_escaped(out, f.code);
    out += "</faultcode><faultstring>";
    append_escaped(out, f.text);
    out += "</faultstring></soap:Fault>";
    out.append(closing);
    return out;
}

} // namespace contego::simulator
