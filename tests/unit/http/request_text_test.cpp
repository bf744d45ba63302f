#include "http/request_text.hpp"

#include <gmock/gmock.h>

#include <variant>

namespace contego::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const envelope& e, endpoint_options options = {.url = "http://cas.example:8080/base"}) {
    const auto where = std::get<endpoint>(check(std::move(options)));
    return request_text(where, constant_headers(where), e);
}

TEST(request_text, is_one_http_1_1_post_with_exactly_these_headers) {
    EXPECT_EQ(text_of({"/service", "text/xml; charset=utf-8", std::nullopt, "<a/>"}),
              "POST /base/service HTTP/1.1\r\n"
              "Host: cas.example:8080\r\n"
              "User-Agent: contegod\r\n"
              "Content-Type: text/xml; charset=utf-8\r\n"
              "Content-Length: 4\r\n"
              "\r\n"
              "<a/>");
}

TEST(request_text, quotes_the_soap_action) {
    EXPECT_THAT(text_of({"/s", "text/xml", "urn:add", ""}), HasSubstr("\r\nSOAPAction: \"urn:add\"\r\n"));
}

TEST(request_text, tells_an_empty_soap_action_from_none) {
    EXPECT_THAT(text_of({"/s", "text/xml", "", ""}), HasSubstr("\r\nSOAPAction: \"\"\r\n"));
    EXPECT_THAT(text_of({"/s", "text/xml", std::nullopt, ""}), Not(HasSubstr("SOAPAction")));
}

TEST(request_text, carries_further_headers_that_are_sound) {
    const auto with = [](std::string name, std::string value) {
        envelope e{"/s", "text/xml", std::nullopt, ""};
        e.headers = {{"X-First", "1"}, {std::move(name), std::move(value)}};
        return text_of(e);
    };

    EXPECT_THAT(with("X-Key", "a b"), HasSubstr("\r\nX-First: 1\r\nX-Key: a b\r\nContent-Length: 0\r\n"));
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"X-Key", "a\r\nY: b"},
                                                                                      {"X-Key", "a\n"},
                                                                                      {"X-Key", "\xC3\xA4"},
                                                                                      {"X Key", "a"},
                                                                                      {"X:", "a"},
                                                                                      {"", "a"}})
        EXPECT_EQ(with(name, value), "") << name << ' ' << value;
}

TEST(request_text, carries_basic_credentials) {
    const auto text = text_of({"/s", "text/xml", std::nullopt, ""},
                              {.url = "http://cas.example", .user = "Aladdin", .password = "open sesame"});

    EXPECT_THAT(text, HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

TEST(request_text, leaves_the_usual_port_out_of_the_host_header) {
    EXPECT_THAT(text_of({"/s", "text/xml", std::nullopt, ""}, {.url = "http://cas.example:80"}),
                HasSubstr("\r\nHost: cas.example\r\n"));
    EXPECT_THAT(text_of({"/s", "text/xml", std::nullopt, ""}, {.url = "http://[::1]:81"}),
                HasSubstr("\r\nHost: [::1]:81\r\n"));
    EXPECT_THAT(text_of({"/s", "text/xml", "", ""}, {.url = "http://cas.example."}),
                HasSubstr("\r\nHost: cas.example.\r\n"))
        << "as curl does";
}

TEST(request_text, is_empty_if_a_value_would_break_the_header) {
    EXPECT_EQ(text_of({"/s\r\nX: y", "text/xml", std::nullopt, ""}), "");
    EXPECT_EQ(text_of({"/s t", "text/xml", std::nullopt, ""}), "");
    EXPECT_EQ(text_of({"s", "text/xml", std::nullopt, ""}), "");
    EXPECT_EQ(text_of({"/s", "text/xml\n", std::nullopt, ""}), "");
    EXPECT_EQ(text_of({"/s", "text/xml", "a\"b", ""}), "");
}

} // namespace
} // namespace contego::http
