#pragma once

#include "config/load_binding.hpp"
#include <contego/binding.hpp>
#include <contego/exchange.hpp>
#include <contego/request.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace contego::testing {

inline const binding& default_wire() {
    static const auto compiled = binding::compile(daemon::default_binding());
    return std::get<binding>(compiled);
}

/// The same, with no command safe to repeat.
inline const binding& careful_wire() {
    static const auto compiled = [] {
        std::string text(daemon::default_binding());
        const std::string_view yes = R"(repeat-safe="yes")";
        for (auto at = text.find(yes); at != std::string::npos; at = text.find(yes))
            text.replace(at, yes.size(), R"(repeat-safe="no")");
        return binding::compile(text);
    }();
    return std::get<binding>(compiled);
}

/// `whole` is the text of a binding; returns it without these commands.
inline std::string without_commands(std::string whole, std::initializer_list<std::string_view> codes) {
    constexpr std::string_view end = "</command>";
    for (const auto code : codes) {
        const auto begin = whole.find("<command code=\"" + std::string(code) + '"');
        whole.erase(begin, whole.find(end, begin) + end.size() - begin);
    }
    return whole;
}

inline request request_for(std::int64_t id, std::string action, value::object parameters) {
    request r;
    r.id = id;
    r.provider = "default";
    r.action = std::move(action);
    r.parameters = std::move(parameters);
    r.priority = "REGULAR";
    r.fence = 7;
    return r;
}

/// A living room with one card, one box, one service; `paired` is not said.
inline value::object living_room(value::object added = {}) {
    value::object d{{"distributor", "LIVING-ROOM"},
                    {"smartcards", value::list{"01"}},
                    {"stbs", value::list{"02", "03"}},
                    {"services", value::list{"1111"}}};
    if (!added.empty()) d.emplace("added", std::move(added));
    return {{"distributions", value::list{std::move(d)}}};
}

inline value::object one_service(const std::string& card = "01") {
    return {{"smartcard_ca_id", card}, {"service_ca_id", "1111"}};
}

/// The answer of a CAS that is content.
inline exchange ok_answer() {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = 200;
    e.content_type = "text/xml; charset=utf-8";
    e.body =
        R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Answer>)"
        "<StatusCode>OK</StatusCode><ReferenceNumber>ref-1</ReferenceNumber></Answer></s:Body></s:Envelope>";
    return e;
}

} // namespace contego::testing
