#include "unit/conformance/conformance.hpp"

// HTTP statuses, with and without an envelope, and the pages of proxies.

namespace contego::conformance {
namespace {

constexpr std::string_view html = "<!DOCTYPE html><html><body><h1>nginx</h1></body></html>";
constexpr std::string_view json = R"({"error": "upstream connect error"})";

/// What an HTTP status means if no envelope comes with it.
struct status_meaning {
    std::string_view line;
    std::string_view code;
    verdicts expected;
};

constexpr status_meaning meanings[]{
    {"300 Multiple Choices", "HTTP_300", unclear("HTTP_300")},
    {"301 Moved Permanently", "HTTP_301", unclear("HTTP_301")},
    {"302 Found", "HTTP_302", unclear("HTTP_302")},
    {"303 See Other", "HTTP_303", unclear("HTTP_303")},
    {"307 Temporary Redirect", "HTTP_307", unclear("HTTP_307")},
    {"308 Permanent Redirect", "HTTP_308", unclear("HTTP_308")},
    {"400 Bad Request", "HTTP_400", unclear("HTTP_400")},
    {"401 Unauthorized", "HTTP_401", again("HTTP_401")},
    {"402 Payment Required", "HTTP_402", unclear("HTTP_402")},
    {"403 Forbidden", "HTTP_403", again("HTTP_403")},
    {"404 Not Found", "HTTP_404", unclear("HTTP_404")},
    {"405 Method Not Allowed", "HTTP_405", unclear("HTTP_405")},
    {"407 Proxy Authentication Required", "HTTP_407", unclear("HTTP_407")},
    {"408 Request Timeout", "HTTP_408", again("HTTP_408")},
    {"411 Length Required", "HTTP_411", unclear("HTTP_411")},
    {"413 Content Too Large", "HTTP_413", unclear("HTTP_413")},
    {"415 Unsupported Media Type", "HTTP_415", unclear("HTTP_415")},
    {"429 Too Many Requests", "HTTP_429", again("HTTP_429")},
    {"500 Internal Server Error", "HTTP_500", perhaps("HTTP_500")},
    {"501 Not Implemented", "HTTP_501", perhaps("HTTP_501")},
    {"502 Bad Gateway", "HTTP_502", perhaps("HTTP_502")},
    {"503 Service Unavailable", "HTTP_503", again("HTTP_503")},
    {"504 Gateway Timeout", "HTTP_504", perhaps("HTTP_504")},
};

void add_statuses(std::vector<conformance_case>& all) {
    for (const auto& m : meanings) {
        const auto number = std::string(m.line.substr(0, 3));
        constexpr std::string_view source = "RFC 9110, 15; docs/binding.md, Outcomes";
        all.push_back({"status_" + number + "_with_html",
                       source,
                       http(html, m.line, "text/html"),
                       ending::keeps,
                       m.expected,
                       true});
        all.push_back({"status_" + number + "_with_json",
                       source,
                       http(json, m.line, "application/json"),
                       ending::keeps,
                       m.expected,
                       true});
        all.push_back({"status_" + number + "_with_nothing",
                       source,
                       http("", m.line, "text/xml"),
                       ending::keeps,
                       m.expected,
                       true});
        all.push_back({"status_" + number + "_with_a_success",
                       "WS-I BP 1.1, R1107: the envelope decides",
                       http(status(), m.line),
                       ending::keeps,
                       done,
                       true});
    }
}

void add_successes(std::vector<conformance_case>& all) {
    const auto add =
        [&](std::string name, std::string_view source, std::string bytes, verdicts v, bool reused = true) {
            all.push_back({std::move(name), source, std::move(bytes), ending::keeps, v, reused});
        };
    const auto nothing = unclear("UNREADABLE_ANSWER");
    add("status_200_with_html",
        "a portal that answers for the CAS",
        http(html, "200 OK", "text/html"),
        nothing);
    add("status_200_with_json",
        "a gateway that answers for the CAS",
        http(json, "200 OK", "application/json"),
        nothing);
    add("status_200_with_nothing", "an empty answer says nothing", http(""), nothing);
    add("status_200_with_blanks", "an empty answer says nothing", http(" \r\n\t"), nothing);
    add("status_201_with_a_success", "the envelope decides", http(status(), "201 Created"), done);
    add("status_202_with_nothing", "RFC 9110, 15.3.3: accepted, not done", http("", "202 Accepted"), nothing);
    add("status_204_with_nothing", "RFC 9110, 15.3.5", "HTTP/1.1 204 No Content\r\n\r\n", nothing);
    add("status_205_with_nothing", "RFC 9110, 15.3.6", http("", "205 Reset Content"), nothing);
    add("status_304_with_nothing",
        "RFC 9110, 15.4.5: no answer to a POST",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
        unclear("HTTP_304"));
    add("status_600_with_nothing",
        "RFC 9110, 15: not a class that exists",
        http("", "600 ?"),
        unclear("HTTP_600"));
}

void add_retry_after(std::vector<conformance_case>& all) {
    for (const std::string_view when :
         {"120", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "-1", "99999999999999999999"})
        for (const std::string_view line : {"429 Too Many Requests", "503 Service Unavailable"}) {
            const auto number = std::string(line.substr(0, 3));
            all.push_back({"retry_after_" + std::to_string(all.size()) + "_with_" + number,
                           "RFC 9110, 10.2.3: a date or seconds; anything else is ignored",
                           http(html, line, "text/html", "Retry-After: " + std::string(when) + "\r\n"),
                           ending::keeps,
                           again("HTTP_" + number == "HTTP_429" ? "HTTP_429" : "HTTP_503"),
                           true});
        }
}

} // namespace

std::vector<conformance_case> statuses() {
    std::vector<conformance_case> all;
    add_statuses(all);
    add_successes(all);
    add_retry_after(all);
    return all;
}

} // namespace contego::conformance
