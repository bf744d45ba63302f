#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A secret of the site: {secret.NAME}.
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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string secret = "Hu<sh&4711 x";
constexpr auto add = command_type::add_subscriptions;
constexpr std::string_view notice = "**** (answer withheld: it repeats a secret)";

std::string with_secret(const std::string& placeholder = "{secret.KEY}") {
    return replaced(binding_text(),
                    "<t:Id>{request.id}</t:Id>",
                    "<t:Id by=\"" + placeholder + "\">a" + placeholder + "b</t:Id>");
}

binding wire() {
    return compiled(with_secret()).at({.secrets = {{"KEY", secret}, {"OTHER", "other-secret"}}});
}

std::vector<std::string> texts_of(const reply& r) {
    return {r.status_code, r.message, r.reference_number, r.error_code, r.error_description};
}

TEST(site_secret, is_sent_and_not_in_the_envelope_that_is_stored) {
    const auto [sent, masked] = wire().prepare(full_command(add), {1});

    EXPECT_THAT(sent.body, HasSubstr("<t:Id by=\"Hu&lt;sh&amp;4711 x\">aHu&lt;sh&amp;4711 xb</t:Id>"));
    EXPECT_THAT(masked, HasSubstr("<t:Id by=\"****\">a****b</t:Id>"));
    EXPECT_THAT(masked, Not(HasSubstr("4711")));
}

TEST(site_secret, is_masked_in_the_envelope_without_a_site_too) {
    EXPECT_THAT(compiled(with_secret()).prepare(full_command(add), {1}).masked,
                HasSubstr("<t:Id by=\"****\">a****b</t:Id>"));
}

TEST(site_secret, the_names_that_the_file_uses_are_known_with_their_lines) {
    const auto text = with_secret();

    EXPECT_THAT(compiled(text).secrets(),
                ElementsAre(testing::Pair("KEY", secret_use{.line = line_of(text, "{secret.KEY}")})));
    EXPECT_THAT(compiled(binding_text()).secrets(), IsEmpty());
}

TEST(site_secret, has_a_name_of_letters_digits_and_dashes) {
    for (const auto* name : {"", "a b", "a.b", "ä"}) {
        const auto text = replaced(binding_text(), "{request.id}", "{secret." + std::string(name) + "}");
        EXPECT_THAT(
            mistakes_in(text),
            ElementsAre(std::to_string(line_of(text, "{secret.")) +
                        ": command ADD_SUBSCRIPTIONS: the name of a secret has letters, digits, - and "
                        "_ only, not '" +
                        name + "'"));
    }
}

struct repeated {
    std::string_view name;
    std::string written;
};

std::ostream& operator<<(std::ostream& out, const repeated& r) {
    return out << r.name;
}

class site_secret_repeated : public testing::TestWithParam<repeated> {};

TEST_P(site_secret_repeated, is_in_no_member_of_a_reply_and_in_no_stored_text) {
    const auto b = wire();
    const auto& written = GetParam().written;
    for (const auto* status : {"OK", "NO_SUCH_CARD", "NEW"})
        for (const auto& body : {"<Status>" + std::string(status) + "</Status><Text>so " + written +
                                     " it is</Text><Ref>" + written + "</Ref>",
                                 "<e:Fault><faultcode>e:Client</faultcode><faultstring>" + written +
                                     "</faultstring></e:Fault>"}) {
            const auto [r, stored] = b.interpret(full_command(add), {1}, answered(soap_1_1(body)));

            EXPECT_THAT(stored, HasSubstr("****"));
            EXPECT_THAT(stored, Not(HasSubstr(written)));
            for (const auto& text : texts_of(r)) {
                EXPECT_THAT(text, Not(HasSubstr("4711")));
                EXPECT_THAT(text, Not(HasSubstr(written)));
                EXPECT_THAT(text, Not(HasSubstr("SHU8c2gmNDcxMSB4"))) << "Base64";
            }
        }
}

INSTANTIATE_TEST_SUITE_P(
    forms,
    site_secret_repeated,
    testing::Values(repeated{"escaped", "Hu&lt;sh&amp;4711 x"},
                    repeated{"section", "<![CDATA[Hu<sh&4711 x]]>"},
                    repeated{"twice escaped", "Hu&amp;lt;sh&amp;amp;4711 x"},
                    repeated{"numbers", "&#72;&#117;&#60;&#115;&#104;&#38;&#52;&#55;&#49;&#49;&#32;&#120;"},
                    repeated{"percent", "Hu%3Csh%264711%20x"},
                    repeated{"tags", "Hu&lt;<b/>sh&amp;<i>47</i>11 x"},
                    repeated{"comment", "Hu&lt;sh<!-- -->&amp;4711 x"},
                    repeated{"lines", "Hu&lt;sh&amp;4711\n x"},
                    repeated{"base64", "SHU8c2gmNDcxMSB4"},
                    repeated{"base64 after a user", "dXNlcjpIdTxzaCY0NzExIHg="},
                    repeated{"hexadecimal", "48753c7368263437313120 78"},
                    repeated{"capitals", "48753C736826343731312078"}));

TEST(site_secret, other_texts_of_a_large_answer_are_shown) {
    std::string many;
    for (int i = 0; i < 2000; ++i)
        many += "<Subscription><Service>4711</Service><Days>3</Days></Subscription>";
    const auto [r, stored] =
        wire().interpret(full_command(command_type::get_active_subscriptions),
                         {1},
                         answered(soap_1_1("<Status>OK</Status>" + many + "<Text>sh&amp;4711</Text>")));

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.message, "sh&4711");
    EXPECT_EQ(r.result.find("subscriptions")->items()->size(), 2000U);
    EXPECT_EQ(*r.result.find("subscriptions")->items()->front().find("service_ca_id"), value("4711"));
    EXPECT_THAT(stored, HasSubstr("<Text>sh&amp;4711</Text>"));
}

TEST(site_secret, data_of_an_answer_is_masked) {
    const auto r = wire()
                       .interpret(full_command(command_type::get_pairing_status_for_card),
                                  {1},
                                  answered(soap_1_1("<Status>OK</Status><Paired>true</Paired>"
                                                    "<Box>other-secret</Box><Box>7</Box>")))
                       .answer;

    EXPECT_EQ(*r.result.find("stbs"), value(value::list{"****", "7"}));
}

TEST(site_secret, a_password_in_the_file_is_remarked_on) {
    const auto remarks = [](std::string_view element) {
        const auto text = replaced(binding_text(), "<t:Id>", std::string(element) + "<t:Id>");
        std::vector<std::string> all;
        const auto b = compiled(text);
        for (const auto& r : b.remarks())
            all.push_back(std::to_string(r.line - line_of(text, element)) + ": " + r.reason);
        return all;
    };
    const auto in = [](const std::string& name) {
        return "0: command ADD_SUBSCRIPTIONS: the password in " + name +
               " is written in the file; write {secret.NAME} there, and the password into the file that "
               "secrets_file of the provider names";
    };

    EXPECT_THAT(remarks("<w:Password xmlns:w=\"urn:w\" Type=\"#PasswordText\">hush</w:Password>"),
                ElementsAre(in("w:Password")));
    EXPECT_THAT(remarks("<login userPassword=\"hush\"/>"), ElementsAre(in("userPassword")));
    EXPECT_THAT(remarks("<Password>{secret.KEY}</Password>"), IsEmpty());
    EXPECT_THAT(remarks("<Password> </Password>"), IsEmpty());
    EXPECT_THAT(remarks("<ChangePassword><To>x</To></ChangePassword>"), IsEmpty());
}

} // namespace
} // namespace contego
