#include "binding/digest.hpp"
#include "sample.hpp"
#include "vocabulary/base64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Hashes of secrets.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using wire::hash_function;
using wire::hash_of;
using wire::hexadecimal_of;

constexpr auto add = command_type::add_subscriptions;

// The test vectors of RFC 1321 and FIPS 180-4.
TEST(digest, is_that_of_the_standards) {
    EXPECT_EQ(hexadecimal_of(hash_of(hash_function::md5, "abc")), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(hexadecimal_of(hash_of(hash_function::sha1, "abc")),
              "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hexadecimal_of(hash_of(hash_function::sha256, "abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(base64_of(std::string("\0\xff", 2)), "AP8=");
    EXPECT_EQ(base64_of(""), "");
}

sending example() {
    sending s{.request_id = 42};
    const std::string nonce = "0123456789abcdef";
    std::copy(nonce.begin(), nonce.end(), s.nonce.begin());
    s.now =
        std::chrono::system_clock::time_point(std::chrono::seconds(1'767'323'045)); // 2026-01-02T03:04:05Z
    return s;
}

std::string with_token(std::string_view attributes) {
    return replaced(binding_text(),
                    "<s:Header/>",
                    "<s:Header><b:username-token " + std::string(attributes) + "/></s:Header>");
}

TEST(digest, of_a_username_token_is_that_of_ws_security) {
    const auto b = compiled(with_token("user=\"con&amp;tego\" password=\"{secret.KEY}\""))
                       .at({.secrets = {{"KEY", "hush-4711"}}});
    const auto [wire, masked] = b.prepare(full_command(add), example());

    const auto expected =
        base64_of(hash_of(hash_function::sha1, "0123456789abcdef2026-01-02T03:04:05Zhush-4711"));
    EXPECT_EQ(expected, "CtQzfmU7LFlbAVDEStEXoeci7+U=");
    EXPECT_THAT(wire.body, HasSubstr("<wsse:Username>con&amp;tego</wsse:Username>"));
    EXPECT_THAT(wire.body, HasSubstr("#PasswordDigest\">" + expected + "</wsse:Password>"));
    EXPECT_THAT(wire.body, HasSubstr("#Base64Binary\">MDEyMzQ1Njc4OWFiY2RlZg==</wsse:Nonce>"));
    EXPECT_THAT(wire.body,
                HasSubstr("<wsu:Created>2026-01-02T03:04:05Z</wsu:Created></wsse:UsernameToken></s:Header>"));
    EXPECT_THAT(masked, HasSubstr("#PasswordDigest\">****</wsse:Password>"));
    EXPECT_THAT(masked, Not(HasSubstr(expected)));
    EXPECT_TRUE(b.secrets().contains("KEY"));
}

TEST(digest, of_a_username_token_needs_a_user_and_one_secret) {
    const auto expect = [](std::string_view attributes, const std::string& reason) {
        EXPECT_THAT(mistakes_in(with_token(attributes)),
                    ElementsAre(HasSubstr("command ADD_SUBSCRIPTIONS: " + reason)));
    };

    expect("user=\"u\"", "b:username-token needs the attribute password");
    expect("password=\"{secret.KEY}\"", "b:username-token needs the attribute user");
    expect("user=\"u\" password=\"hush\"", "the password of b:username-token must be one {secret.NAME}");
    expect("user=\"u\" password=\"{request.id}\"",
           "the password of b:username-token must be one {secret.NAME}");
    expect("user=\"u\" password=\"{secret.KEY}x\"",
           "the password of b:username-token must be one {secret.NAME}");
    expect("user=\"u\" password=\"{secret.KEY}\" type=\"x\"", "unknown attribute type of b:username-token");
}

std::string with_digest(std::string_view attributes, const std::string& text = binding_text()) {
    return replaced(
        text, "<outcomes>", "<digest name=\"sign\" " + std::string(attributes) + "/>\n<outcomes>");
}

TEST(digest, of_a_text_is_written_in_a_skeleton_and_in_a_header) {
    const auto text = with_digest(
        "hash=\"md5\" as=\"hex\" of=\"{command.id}&lt;{secret.KEY}{smartcard_ca_id}{now:f}\"",
        replaced(binding_text(), "<outcomes>", "<format name=\"f\" time=\"YYYYMMDD\"/><outcomes>"));
    const auto in_both = replaced(replaced(text, "{request.id}", "{digest.sign}"),
                                  "<request>",
                                  "<header name=\"X-Sign\" value=\"k={digest.sign}\"/><request>");
    const auto [wire, masked] =
        compiled(in_both).at({.secrets = {{"KEY", "h\xC3\xBC<sh"}}}).prepare(full_command(add), example());

    const auto sign = hexadecimal_of(hash_of(hash_function::md5, "4200001<h\xC3\xBC<sh0190008020720260102"));
    EXPECT_THAT(wire.body, HasSubstr("<t:Id>" + sign + "</t:Id>"));
    EXPECT_THAT(wire.headers, ElementsAre(testing::Pair("X-Sign", "k=" + sign)));
    EXPECT_THAT(masked, HasSubstr("<t:Id>****</t:Id>"));
}

TEST(digest, may_be_base64_of_sha_256) {
    const auto text =
        replaced(with_digest("hash=\"sha256\" as=\"base64\" of=\"abc\""), "{request.id}", "{digest.sign}");

    EXPECT_THAT(compiled(text).prepare(full_command(add), {1}).wire.body,
                HasSubstr("<t:Id>ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</t:Id>"));
}

TEST(digest, mistakes_are_reported) {
    const auto expect = [](std::string_view attributes, const std::string& reason) {
        const auto text = with_digest(attributes);
        EXPECT_THAT(mistakes_in(text), ElementsAre(std::to_string(line_of(text, "<digest")) + ": " + reason));
    };

    expect("hash=\"md4\" as=\"hex\" of=\"x\"", "hash must be md5, sha1 or sha256, not 'md4'");
    expect("hash=\"md5\" as=\"octal\" of=\"x\"", "as must be hex or base64, not 'octal'");
    expect("hash=\"md5\" as=\"hex\"", "digest needs the attribute of");
    expect("as=\"hex\" of=\"x\"", "digest needs the attribute hash");
}

TEST(digest, appears_once_and_a_message_about_another_lists_them) {
    const auto twice = replaced(with_digest(R"(hash="md5" as="hex" of="x")"),
                                "<outcomes>",
                                "<digest name=\"sign\" hash=\"sha1\" as=\"hex\" of=\"x\"/><outcomes>");
    EXPECT_THAT(mistakes_in(twice), ElementsAre(HasSubstr("the digest sign appears twice")));

    const auto two = replaced(with_digest(R"(hash="md5" as="hex" of="x")"),
                              "<outcomes>",
                              "<digest name=\"other\" hash=\"sha1\" as=\"hex\" of=\"x\"/><outcomes>");
    EXPECT_THAT(mistakes_in(replaced(two, "{request.id}", "{digest.sing}")),
                ElementsAre(HasSubstr("there is no digest sing; there are other, sign")));
    EXPECT_THAT(mistakes_in(replaced(binding_text(), "{request.id}", "{digest.sing}")),
                ElementsAre(HasSubstr("there is no digest sing; there are none")));
}

TEST(digest, that_does_not_exist_or_holds_what_it_must_not_is_reported) {
    const auto used = [](std::string_view of) {
        return mistakes_in(replaced(with_digest("hash=\"md5\" as=\"hex\" of=\"" + std::string(of) + "\""),
                                    "{request.id}",
                                    "{digest.sign}"));
    };
    const auto refused = [](const std::string& name) {
        return HasSubstr("command ADD_SUBSCRIPTIONS: a digest must not hold {" + name +
                         "}, only request.id, command.id, message.id, message.number, now, session, "
                         "secret.NAME and mandatory "
                         "parameters of ADD_SUBSCRIPTIONS that are neither a list nor a PIN");
    };

    EXPECT_THAT(used("{start_date}"), ElementsAre(refused("start_date")));
    EXPECT_THAT(used("{digest.sign}"), ElementsAre(refused("digest.sign")));
    EXPECT_THAT(used("{now:f}"), ElementsAre(HasSubstr("there is no format f; there are none")));
    EXPECT_THAT(mistakes_in(replaced(binding_text(), "{request.id}", "{digest.sign}")),
                ElementsAre(HasSubstr("command ADD_SUBSCRIPTIONS: there is no digest sign; there are none")));
}

} // namespace
} // namespace contego
