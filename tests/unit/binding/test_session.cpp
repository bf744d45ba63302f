#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A session: a login that returns a token, {session} as its placeholder, and the outcome `expired`.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::body_of;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using samples::soap_1_1;
using samples::status_answer;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string token = "a<b>&\"x'4711";
const std::string password = "open-sesame&1";
constexpr auto add = command_type::add_subscriptions;
constexpr auto cancel = command_type::cancel_subscriptions;
constexpr std::string_view notice = "**** (answer withheld: it repeats a secret)";

const std::string login_request =
    R"(<request><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>)"
    "<Login><User>crm</User><Password>{secret.KEY}</Password><Id>{message.number}</Id></Login>"
    "</e:Body></e:Envelope></request>";

std::string session_element(const std::string& place = R"(token="//Token")",
                            const std::string& attributes = "") {
    return R"(<session path="/login" action="in" )" + attributes + ">" + login_request +
           R"(<reply status="//Status" message="//Text" )" + place +
           R"(><status code="0" is="success"/></reply></session>)";
}

// The token stands in the envelope of ADD_SUBSCRIPTIONS alone, in an element and an attribute.
std::string with_session(const std::string& session = session_element()) {
    auto text =
        replaced(binding_text(), "<t:Id>{request.id}</t:Id>", "<t:Id by=\"{session}\">a{session}b</t:Id>");
    return replaced(text, "<outcomes>", session + "\n<outcomes><status code=\"GONE\" is=\"expired\"/>");
}

binding wire(const std::string& session = session_element()) {
    return compiled(with_session(session)).at({.secrets = {{"KEY", password}}});
}

exchange login_answer_of(std::string_view body, const std::string& header = {}) {
    auto e = answered(soap_1_1(body));
    e.header = header;
    return e;
}

login_answer logged_in(const std::string& session, const exchange& e) {
    return wire(session).interpret_login({}, e);
}

sending with_token() {
    sending s;
    s.session = token;
    return s;
}

std::string texts_of(const reply& r) {
    return r.status_code + "|" + r.message + "|" + r.reference_number + "|" + r.error_code + "|" +
           r.error_description;
}

TEST(session, the_login_is_rendered_with_the_secrets_of_the_site) {
    const auto e = wire().prepare_login({});

    EXPECT_EQ(e.path, "/login");
    EXPECT_EQ(e.soap_action, "in");
    EXPECT_THAT(e.body, HasSubstr("<User>crm</User><Password>open-sesame&amp;1</Password>"));
}

TEST(session, the_token_is_escaped_in_the_envelope_and_masked_in_what_is_stored) {
    const auto [sent, masked] = wire().prepare(full_command(add), with_token());

    EXPECT_THAT(sent.body, HasSubstr("by=\"a&lt;b&gt;&amp;&quot;x'4711\">aa&lt;b&gt;&amp;\"x'4711b<"));
    EXPECT_THAT(masked, AllOf(HasSubstr("by=\"****\">a****b<"), Not(HasSubstr("4711"))));
}

TEST(session, the_token_may_be_in_a_header_and_in_a_part) {
    auto text =
        replaced(with_session(), "<outcomes>", R"(<header name="Cookie" value="SID={session}"/><outcomes>)");
    text = replaced(text, "<outcomes>", R"(<part name="p">{session}</part><outcomes>)");
    text = replaced(text, "<t:Id by=", R"(<t:In><b:part name="p"/></t:In><t:Id by=)");
    const auto sent = compiled(text).prepare(full_command(add), with_token()).wire;

    EXPECT_THAT(sent.headers, Contains(std::pair<std::string, std::string>("Cookie", "SID=" + token)));
    EXPECT_THAT(sent.body, HasSubstr("<t:In>a&lt;b&gt;&amp;\"x'4711</t:In>"));
}

TEST(session, only_commands_that_carry_the_token_use_it) {
    EXPECT_TRUE(wire().uses_session(add));
    EXPECT_FALSE(wire().uses_session(cancel));
    EXPECT_FALSE(compiled(binding_text()).uses_session(add));
    const auto by_digest =
        replaced(replaced(with_session(),
                          "<outcomes>",
                          R"(<digest name="d" hash="sha1" as="hex" of="{session}"/><outcomes>)"),
                 "<t:Card service=",
                 "<t:Card sign=\"{digest.d}\" service=");
    EXPECT_TRUE(compiled(by_digest).uses_session(cancel));
}

TEST(session, the_lifetime_is_read) {
    EXPECT_EQ(wire().session_lifetime(), std::chrono::seconds(0));
    EXPECT_EQ(wire(session_element(R"(token="//Token")", R"(lifetime="1500")")).session_lifetime(),
              std::chrono::seconds(1500));
}

TEST(session, the_token_is_read_from_an_element_an_attribute_or_the_header_of_the_envelope) {
    const auto element = login_answer_of("<R><Status>0</Status><Token>abcd-1</Token></R>");
    const auto attribute = login_answer_of(R"(<R sid="abcd-2"><Status>0</Status></R>)");
    const auto header = answered(
        R"(<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:w="urn:w"><e:Header><w:Token>abcd-3</w:Token></e:Header>)"
        "<e:Body><R><Status>0</Status></R></e:Body></e:Envelope>");

    EXPECT_EQ(logged_in(session_element(), element).token, "abcd-1");
    EXPECT_EQ(logged_in(session_element(R"(token="//R/@sid")"), attribute).token, "abcd-2");
    EXPECT_EQ(logged_in(session_element(R"(token="/Envelope/Header/Token")"), header).token, "abcd-3");
}

TEST(session, the_token_is_read_from_an_http_header_or_a_cookie) {
    const auto e = login_answer_of("<R><Status>0</Status></R>",
                                   "HTTP/1.1 200 OK\nx-TOKEN:  abcd-4 \nSet-Cookie: A=no; Path=/\n"
                                   "set-cookie: SID=abcd=5; Path=/; HttpOnly\n");

    EXPECT_EQ(logged_in(session_element(R"(header="X-Token")"), e).token, "abcd-4");
    EXPECT_EQ(logged_in(session_element(R"(cookie="SID")"), e).token, "abcd=5");
    EXPECT_THAT(logged_in(session_element(R"(cookie="sid")"), e).answer.error_description,
                HasSubstr("the answer to the login has no token where the binding looks for it"));
}

TEST(session, the_token_is_read_from_a_document_in_a_text) {
    const auto e = login_answer_of(
        "<R>&lt;d&gt;&lt;Status&gt;0&lt;/Status&gt;&lt;Token&gt;abcd-6&lt;/Token&gt;&lt;/d&gt;</R>");

    EXPECT_EQ(logged_in(session_element(R"(document="//R" token="//Token")"), e).token, "abcd-6");
}

TEST(session, a_document_that_is_none_has_no_token) {
    const auto place = session_element(R"(document="//R" token="//Token")");
    const std::pair<std::string, std::string> cases[] = {
        {"<R/>", "the answer has no document where the binding looks for it"},
        {"<R>&lt;d&gt;</R>", "the document in the answer cannot be read as XML"},
        {"<R>&lt;d/&gt;</R><R>&lt;e/&gt;</R>",
         "the answer has more than one document where the binding looks for it"},
    };
    for (const auto& [body, why] : cases) {
        const auto got = logged_in(place, login_answer_of(body));
        EXPECT_EQ(got.token, "") << why;
        EXPECT_EQ(got.answer.outcome, outcome::hold) << why;
        EXPECT_THAT(got.answer.error_description, HasSubstr(why));
    }
}

TEST(session, a_refused_login_has_no_token_and_says_why) {
    const auto got = logged_in(
        session_element(),
        login_answer_of(
            "<R><Status>17</Status><Text>no open-sesame&amp;1, no</Text><Token>abcd-1</Token></R>"));

    EXPECT_EQ(got.token, "");
    EXPECT_NE(got.answer.outcome, outcome::success);
    EXPECT_EQ(got.answer.error_code, "17");
    EXPECT_THAT(got.answer.error_description, HasSubstr("no ****, no"));
    EXPECT_THAT(texts_of(got.answer), Not(HasSubstr("open-sesame")));
}

TEST(session, an_answer_whose_token_cannot_be_used_is_no_login) {
    const std::pair<std::string, std::string> cases[] = {
        {"<R><Status>0</Status></R>", "has no token"},
        {"<R><Status>0</Status><Token/></R>", "has no token"},
        {"<R><Status>0</Status><Token>abc</Token></R>", "less than 4 characters"},
        {"<R><Status>0</Status><Token>" + std::string(1 << 20, 'x') + "</Token></R>",
         "more than 16384 characters"},
        {"<R><Status>0</Status><Token>abcd\xC3\xA9</Token></R>", "not printable ASCII"},
        {"<R><Status>0</Status><Token>abcd\nX-Evil: 1</Token></R>", "not printable ASCII"},
        {"<R><Status>0</Status><Token>abcd</Token><Token>efgh</Token></R>", "more than one token"},
    };
    for (const auto& [body, why] : cases) {
        const auto got = logged_in(session_element(), login_answer_of(body));
        EXPECT_EQ(got.token, "") << why;
        EXPECT_EQ(got.answer.outcome, outcome::hold) << why;
        EXPECT_THAT(got.answer.error_description, HasSubstr(why));
    }
    EXPECT_EQ(logged_in(session_element(), answered("no XML", 200)).token, "");
    EXPECT_EQ(logged_in(session_element(), answered("", 200)).token, "");
}

TEST(session, expired_is_a_retry_and_marked) {
    const auto gone = wire().interpret(full_command(add), with_token(), status_answer("GONE")).answer;
    const auto done = wire().interpret(full_command(add), with_token(), status_answer("OK")).answer;

    EXPECT_EQ(gone.outcome, outcome::retry);
    EXPECT_TRUE(gone.expired);
    EXPECT_FALSE(done.expired);
}

TEST(session, a_fault_may_be_expired_too) {
    const auto text = replaced(
        with_session(), "<status code=\"GONE\" is=\"expired\"/>", "<fault code=\"Gone\" is=\"expired\"/>");
    const auto fault = answered(
        soap_1_1(
            "<e:Fault "
            "xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><faultcode>Gone</faultcode></e:Fault>"),
        500);

    EXPECT_TRUE(compiled(text).interpret(full_command(add), with_token(), fault).answer.expired);
}

TEST(session, a_token_that_an_answer_repeats_is_masked_in_every_text) {
    for (const auto* form : {"a&lt;b&gt;&amp;&quot;x&apos;4711",
                             "<![CDATA[a<b>&\"x'4711]]>",
                             "&#97;&#60;b&gt;&amp;&quot;x'47<i/>11"}) {
        const auto e = status_answer("NO", "<Echo>" + std::string(form) + "</Echo>");
        const auto got = wire().interpret(full_command(add), with_token(), e);
        EXPECT_THAT(got.storable, Not(HasSubstr("4711"))) << form;
        EXPECT_THAT(texts_of(got.answer), Not(HasSubstr("4711"))) << form;
    }
    const auto message =
        answered(soap_1_1("<R><Status>NO</Status><Text>it was a&lt;b&gt;&amp;\"x'4711!</Text></R>"));
    EXPECT_THAT(wire().interpret(full_command(add), with_token(), message).answer.message,
                testing::AnyOf("it was ****!", notice));
}

TEST(session, mistakes_name_the_line_and_what_there_is) {
    const auto mistakes = [](const std::string& text) { return mistakes_in(text); };
    const auto plain = [](std::string_view from, std::string_view to) {
        return replaced(with_session(), from, to);
    };

    EXPECT_THAT(mistakes(replaced(binding_text(), "<t:Id>{request.id}", "<t:Id>{session}")),
                Contains(HasSubstr("command ADD_SUBSCRIPTIONS: {session} needs an element session")));
    EXPECT_THAT(
        mistakes(replaced(binding_text(), "<outcomes>", "<outcomes><status code=\"X\" is=\"expired\"/>")),
        Contains(HasSubstr("the outcome expired needs an element session")));
    EXPECT_THAT(mistakes(plain("<User>crm", "<User>{session}")),
                Contains(HasSubstr("session: {session} must not stand in the session itself")));
    EXPECT_THAT(mistakes(plain("<User>crm", "<User>{request.id}")),
                Contains(HasSubstr("the login belongs to no request")));
    EXPECT_THAT(mistakes(plain("<User>crm", "<User>{smartcard_ca_id}")),
                Contains(HasSubstr("session: the login has no parameter smartcard_ca_id; there are ")));
    EXPECT_THAT(mistakes(plain("<status code=\"0\" is=\"success\"/>", "<status code=\"0\" is=\"expired\"/>")),
                Contains(HasSubstr("session: the outcome expired must not stand in the session itself")));
    EXPECT_THAT(mistakes(plain("<t:Id by=\"{session}\">a{session}b</t:Id>", "")),
                Contains(HasSubstr("no command uses {session}")));
    EXPECT_THAT(mistakes(with_session(session_element(""))),
                Contains(HasSubstr("needs one of the attributes token")));
    EXPECT_THAT(mistakes(with_session(session_element(R"(token="//T" cookie="C")"))),
                Contains(HasSubstr("needs one of the attributes token")));
    EXPECT_THAT(mistakes(with_session(session_element(R"(token="//T")", R"(lifetime="0")"))),
                Contains(HasSubstr("session: lifetime must be 1 to 2592000 seconds, not '0'")));
    EXPECT_THAT(
        mistakes(plain("<status code=\"GONE\" is=\"expired\"/>", "<http status=\"401\" is=\"expired\"/>")),
        Contains(HasSubstr("http cannot be expired")));
    EXPECT_THAT(
        mistakes(plain("<status code=\"GONE\" is=\"expired\"/>", "<fault code=\"Server\" is=\"expired\"/>")),
        Contains(HasSubstr("needs a subcode to be expired")));
    for (const std::string lifetime : {"2592001", "", "1h", "-5", "99999999999999999999"})
        EXPECT_THAT(
            mistakes(with_session(session_element(R"(token="//T")", "lifetime=\"" + lifetime + "\""))),
            Contains(HasSubstr("session: lifetime must be 1 to 2592000 seconds, not '" + lifetime + "'")));
    EXPECT_THAT(mistakes(plain(R"(<reply status="//Status" message="//Text" token)", R"(<reply token)")),
                Contains(HasSubstr("session: reply needs the attribute status")));
    EXPECT_THAT(mistakes(replaced(plain(R"(<status code="0" is="success"/>)", ""),
                                  R"(code="OK" is="success")",
                                  R"(code="OK" is="hold")")),
                Contains(HasSubstr("session: no status of the login is a success")));
    EXPECT_THAT(mistakes(plain(R"(<status code="0" is="success"/>)", R"(<value/>)")),
                Contains(HasSubstr("session: unknown element value")));
    EXPECT_THAT(mistakes(plain("<outcomes>", session_element() + "<outcomes>")),
                Contains(HasSubstr("session appears twice")));
}

TEST(session, a_hostile_login_answer_shows_no_secret) {
    const auto token_text = std::string("secret-token-4711");
    const auto e = login_answer_of("<R><Status>0</Status><Text>your token is " + token_text +
                                   "</Text><Token>" + token_text + "</Token></R>");
    const auto got = logged_in(session_element(), e);

    EXPECT_EQ(got.token, token_text);
    EXPECT_THAT(texts_of(got.answer), Not(HasSubstr("4711")));
}

} // namespace
} // namespace contego
