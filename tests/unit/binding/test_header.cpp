#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// HTTP headers that the binding file adds.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr auto add = command_type::add_subscriptions;
constexpr auto cancel = command_type::cancel_subscriptions;

std::string for_all(std::string_view header, const std::string& text = binding_text()) {
    return replaced(text, "<outcomes>", std::string(header) + "<outcomes>");
}

std::string for_add(std::string_view header, const std::string& text = binding_text()) {
    return replaced(text, "<request>", std::string(header) + "<request>");
}

auto headers_of(const binding& b, command_type type) {
    sending s{.request_id = 42};
    s.now = std::chrono::system_clock::time_point(std::chrono::seconds(0));
    return b.prepare(full_command(type), s).wire.headers;
}

TEST(header, is_sent_with_every_command_or_with_one) {
    const auto b = compiled(
        for_all("<header name=\"X-All\" value=\"a &lt;b\"/>",
                for_add("<header name=\"X-Add\" value=\"\"/><header name=\"X-2\" value=\"{{}}\"/>")));

    EXPECT_THAT(headers_of(b, add), ElementsAre(Pair("X-Add", ""), Pair("X-2", "{}"), Pair("X-All", "a <b")));
    EXPECT_THAT(headers_of(b, cancel), ElementsAre(Pair("X-All", "a <b")));
    EXPECT_THAT(headers_of(compiled(binding_text()), add), IsEmpty());
}

TEST(header, of_the_command_takes_the_place_of_the_common_one) {
    const auto b = compiled(
        for_all("<header name=\"X-Key\" value=\"all\"/>", for_add("<header name=\"x-key\" value=\"one\"/>")));

    EXPECT_THAT(headers_of(b, add), ElementsAre(Pair("x-key", "one")));
    EXPECT_THAT(headers_of(b, cancel), ElementsAre(Pair("X-Key", "all")));
}

TEST(header, may_hold_ids_the_time_parameters_and_secrets) {
    const auto b =
        compiled(for_all("<format name=\"f\" time=\"YYYYMMDD\"/>",
                         for_add("<header name=\"X\" value=\"{command.id} {now:f} {now} {smartcard_ca_id} "
                                 "{secret.KEY}\"/>")))
            .at({.secrets = {{"KEY", "a&b \"c\""}}});

    EXPECT_THAT(headers_of(b, add),
                ElementsAre(Pair("X", "4200001 19700101 1970-01-01T00:00:00Z 01900080207 a&b \"c\"")));
    EXPECT_TRUE(b.secrets().at("KEY").in_header);
    EXPECT_TRUE(b.sends_header("x"));
    EXPECT_FALSE(b.sends_header("authorization"));
}

TEST(header, mistakes_are_reported) {
    const auto expect = [](std::string_view header, const std::string& reason) {
        const auto text = for_add(header);
        EXPECT_THAT(
            mistakes_in(text),
            ElementsAre(std::to_string(line_of(text, "<header")) + ": command ADD_SUBSCRIPTIONS: " + reason));
    };
    const auto not_allowed = [](const std::string& name) {
        return "a header must not hold {" + name +
               "}, only request.id, command.id, message.id, message.number, now, session, secret.NAME, "
               "digest.NAME "
               "and mandatory "
               "parameters of ADD_SUBSCRIPTIONS that are neither a list nor a PIN nor a message";
    };

    expect("<header name=\"X\"/>", "header needs the attribute value");
    expect("<header value=\"x\"/>", "header needs the attribute name");
    expect("<header name=\"X Y\" value=\"\"/>", "'X Y' cannot be the name of an HTTP header");
    expect("<header name=\"Content-Length\" value=\"1\"/>",
           "the header Content-Length is set by contegod and cannot be set here");
    expect("<header name=\"X\" value=\"ä\"/>", "the value of a header must be printable ASCII");
    expect("<header name=\"X\" value=\"{\"/>", "{ is never closed; write {{ for a brace");
    expect("<header name=\"X\" value=\"{start_date}\"/>", not_allowed("start_date"));
    expect("<header name=\"X\" value=\"{colour}\"/>", not_allowed("colour"));
    expect("<header name=\"X\" value=\"{command.id:f}\"/>", "in a header, only {now} can have a format");
    expect("<header name=\"X\" value=\"\"/><header name=\"x\" value=\"\"/>", "the header x appears twice");
    expect("<header name=\"X\" value=\"\" at=\"\"/>", "unknown attribute at of header; it has name, value");
}

TEST(header, must_not_hold_a_pin_or_a_message) {
    EXPECT_THAT(mistakes_in(for_all("<header name=\"X\" value=\"{new_pin}\"/>")), testing::SizeIs(13));
    EXPECT_THAT(mistakes_in(for_all("<header name=\"X\" value=\"{message}\"/>")), testing::SizeIs(13));
}

} // namespace
} // namespace contego
