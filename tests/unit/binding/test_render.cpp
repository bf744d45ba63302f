#include "sample.hpp"

#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::body_of;
using samples::compiled;
using samples::full_command;
using samples::replaced;

std::string rendered(const std::string& text, const command& c) {
    return body_of(compiled(text).prepare(c, {42}).wire.body);
}

TEST(render, writes_the_parameters_and_the_id_of_the_request) {
    const auto c = full_command(command_type::add_subscriptions);

    EXPECT_EQ(rendered(binding_text(), c),
              "<t:ADD_SUBSCRIPTIONS><t:Card>01900080207</t:Card><t:Service>1111</t:Service>"
              "<t:From>2026-01-02T03:04:05Z</t:From><t:Id>42</t:Id></t:ADD_SUBSCRIPTIONS>");
}

TEST(render, leaves_out_an_element_whose_parameter_is_absent) {
    auto c = full_command(command_type::add_subscriptions);
    c.parameters.erase("start_date");

    EXPECT_EQ(rendered(binding_text(), c),
              "<t:ADD_SUBSCRIPTIONS><t:Card>01900080207</t:Card><t:Service>1111</t:Service>"
              "<t:Id>42</t:Id></t:ADD_SUBSCRIPTIONS>");
}

TEST(render, writes_an_alternative_for_an_absent_parameter) {
    const auto text =
        replaced(binding_text(), "<t:Id>", "<t:Open b:unless=\"start_date\" ends=\"never\"/><t:Id>");
    auto c = full_command(command_type::add_subscriptions);

    EXPECT_EQ(rendered(text, c).find("<t:Open"), std::string::npos);
    c.parameters.erase("start_date");
    EXPECT_NE(rendered(text, c).find("<t:Open ends=\"never\"/>"), std::string::npos);
    EXPECT_EQ(rendered(text, c).find("<t:From"), std::string::npos);
}

TEST(render, writes_an_alternative_by_the_value_of_a_parameter) {
    const auto text = replaced(binding_text(),
                               "<t:Text for=",
                               "<t:Short b:if=\"display_duration=20\"/>"
                               "<t:Long b:unless=\"display_duration=20\"/>"
                               "<t:Said b:if=\"message=a=b\" b:unless=\"smartcard_ca_id=01\"/><t:Text for=");
    auto c = full_command(command_type::send_bark_message_to_client);

    EXPECT_NE(rendered(text, c).find("<t:Short/><t:Text"), std::string::npos);
    c.parameters["display_duration"] = 200;
    EXPECT_NE(rendered(text, c).find("<t:Long/><t:Text"), std::string::npos);
    c.parameters["message"] = "a=b";
    EXPECT_NE(rendered(text, c).find("<t:Long/><t:Said/><t:Text"), std::string::npos);
    c.parameters["smartcard_ca_id"] = "01";
    EXPECT_NE(rendered(text, c).find("<t:Long/><t:Text"), std::string::npos);
}

TEST(render, takes_null_for_absent) {
    auto c = full_command(command_type::add_subscriptions);
    c.parameters["start_date"] = value();

    EXPECT_EQ(rendered(binding_text(), c).find("From"), std::string::npos);
}

TEST(render, takes_an_empty_text_for_present) {
    auto c = full_command(command_type::add_subscriptions);
    c.parameters["start_date"] = "";

    EXPECT_NE(rendered(binding_text(), c).find("<t:From></t:From>"), std::string::npos);
}

TEST(render, a_repeat_writes_one_element_per_smartcard) {
    const auto c = full_command(command_type::create_pairing);

    EXPECT_EQ(rendered(binding_text(), c),
              "<t:CREATE_PAIRING><t:Card>01900080207</t:Card><t:Card>01900080208</t:Card>"
              "<t:Box place=\"D5\">0012345678</t:Box></t:CREATE_PAIRING>");
}

TEST(render, names_mean_the_items_inside_a_repeat_and_the_command_outside) {
    auto c = full_command(command_type::add_to_existing_pairing);
    c.parameters["smartcard_ca_id"] = "09";

    EXPECT_EQ(rendered(binding_text(), c),
              "<t:ADD_TO_EXISTING_PAIRING><t:Paired>09</t:Paired>"
              "<t:Cards><t:Card>01900080207</t:Card><t:Card>01900080208</t:Card></t:Cards>"
              "<t:Box>0012345678</t:Box></t:ADD_TO_EXISTING_PAIRING>");
}

TEST(render, an_item_without_its_distributor_does_not_get_that_of_the_command) {
    const auto text =
        replaced(binding_text(),
                 "<t:Card b:each=\"smartcards\">{smartcard_ca_id}</t:Card></t:Cards>",
                 "<t:Card b:each=\"smartcards\" d=\"{smartcard_sub_provisioning_distribution_id}\">"
                 "{smartcard_ca_id}</t:Card></t:Cards>");
    const auto body = rendered(text, full_command(command_type::add_to_existing_pairing));

    EXPECT_NE(body.find("<t:Card d=\"D4\">01900080207</t:Card><t:Card d=\"\">01900080208</t:Card>"),
              std::string::npos)
        << body;
}

TEST(render, an_item_without_its_distributor_may_leave_the_element_out) {
    const auto text =
        replaced(binding_text(),
                 "<t:Card b:each=\"smartcards\">{smartcard_ca_id}</t:Card>\n<t:Box",
                 "<t:Card b:each=\"smartcards\"><t:D b:if=\"smartcard_sub_provisioning_distribution_id\">"
                 "{smartcard_sub_provisioning_distribution_id}</t:D>{smartcard_ca_id}</t:Card>\n<t:Box");
    const auto body = rendered(text, full_command(command_type::create_pairing));

    EXPECT_NE(body.find("<t:Card><t:D>D4</t:D>01900080207</t:Card><t:Card>01900080208</t:Card>"),
              std::string::npos)
        << body;
}

TEST(render, names_around_a_repeat_are_visible_inside_it) {
    const auto text = replaced(binding_text(),
                               "<t:Box b:each=\"stbs\">{stb_ca_id}</t:Box>",
                               R"(<t:Box b:each="stbs" with="{smartcard_ca_id}">{stb_ca_id}</t:Box>)");
    const auto body = rendered(text, full_command(command_type::add_to_existing_pairing));

    EXPECT_NE(body.find("<t:Box with=\"01900080207\">0012345678</t:Box>"), std::string::npos) << body;
}

TEST(render, a_repeat_inside_a_repeat_writes_every_pair) {
    const auto text =
        replaced(binding_text(),
                 "<t:Card b:each=\"smartcards\">{smartcard_ca_id}</t:Card>\n<t:Box",
                 "<t:Card b:each=\"smartcards\"><t:X b:each=\"stbs\">{smartcard_ca_id}+{stb_ca_id}</t:X>"
                 "</t:Card>\n<t:Box");
    const auto body = rendered(text, full_command(command_type::create_pairing));

    EXPECT_NE(body.find("<t:Card><t:X>01900080207+0012345678</t:X></t:Card>"
                        "<t:Card><t:X>01900080208+0012345678</t:X></t:Card>"),
              std::string::npos)
        << body;
}

TEST(render, an_empty_or_absent_list_writes_nothing) {
    auto c = full_command(command_type::add_to_existing_pairing);
    c.parameters["smartcards"] = value::list{};
    c.parameters.erase("stbs");

    EXPECT_EQ(rendered(binding_text(), c),
              "<t:ADD_TO_EXISTING_PAIRING><t:Paired>01900080207</t:Paired></t:ADD_TO_EXISTING_PAIRING>");
}

TEST(render, escapes_text_and_attributes) {
    auto c = full_command(command_type::cancel_subscriptions);
    c.parameters["service_ca_id"] = "<\"'&>\n";
    c.parameters["smartcard_ca_id"] = "<\"'&]]>\n";

    EXPECT_EQ(
        rendered(binding_text(), c),
        "<t:CANCEL_SUBSCRIPTIONS><t:Card service=\"&lt;&quot;'&amp;&gt;&#10;\">&lt;\"'&amp;]]&gt;\n</t:Card>"
        "</t:CANCEL_SUBSCRIPTIONS>");
}

TEST(render, writes_the_envelope_whole_and_no_directive) {
    const auto body =
        compiled(binding_text()).prepare(full_command(command_type::create_pairing), {1}).wire.body;

    EXPECT_TRUE(body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                                 "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                                 "xmlns:t=\"urn:test:cas\"><s:Header/><s:Body>"))
        << body;
    EXPECT_EQ(body.find("urn:contego"), std::string::npos);
    EXPECT_EQ(body.find("b:"), std::string::npos);
}

TEST(render, drops_comments_and_a_declaration_of_the_binding_namespace) {
    const auto text =
        replaced(binding_text(),
                 "<t:Id>",
                 R"(<!-- optional: --><t:Id xmlns:z="urn:contego:binding:1" z:if="start_date">)");
    const auto body = rendered(text, full_command(command_type::add_subscriptions));

    EXPECT_NE(body.find("</t:From><t:Id>42</t:Id>"), std::string::npos) << body;
}

TEST(render, keeps_unqualified_elements_and_entities_of_the_sample) {
    const auto text =
        replaced(binding_text(), "<t:Id>", "<Plain note=\"a &amp; &quot;b&quot;\">1 &lt; 2</Plain><t:Id>");
    const auto body = rendered(text, full_command(command_type::add_subscriptions));

    EXPECT_NE(body.find("<Plain note=\"a &amp; &quot;b&quot;\">1 &lt; 2</Plain>"), std::string::npos) << body;
}

TEST(render, doubled_braces_are_braces) {
    const auto text = replaced(binding_text(), "{request.id}", "{{{request.id}}}");
    const auto body = rendered(text, full_command(command_type::add_subscriptions));

    EXPECT_NE(body.find("<t:Id>{42}</t:Id>"), std::string::npos) << body;
}

TEST(render, gives_the_path_and_the_soap_1_1_headers) {
    const auto e = compiled(binding_text()).prepare(full_command(command_type::create_pairing), {1}).wire;

    EXPECT_EQ(e.path, "/CREATE_PAIRING");
    EXPECT_EQ(e.content_type, "text/xml; charset=utf-8");
    EXPECT_EQ(e.soap_action, "urn:test:CREATE_PAIRING");
}

TEST(render, an_empty_action_is_sent_and_an_absent_one_is_not) {
    constexpr std::string_view action = "action=\"urn:test:ADD_SUBSCRIPTIONS\"";
    const auto c = full_command(command_type::add_subscriptions);
    const auto rendered = [&](std::string_view with) {
        return compiled(replaced(binding_text(), action, with)).prepare(c, {1}).wire;
    };

    EXPECT_EQ(rendered("action=\"\"").soap_action, "");
    EXPECT_EQ(rendered("").soap_action, std::nullopt);
}

TEST(render, soap_1_2_carries_the_action_in_the_content_type) {
    auto text = replaced(binding_text(), "soap=\"1.1\"", "soap=\"1.2\"");
    constexpr std::string_view old_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
    while (text.find(old_namespace) != std::string::npos)
        text = replaced(text, old_namespace, "http://www.w3.org/2003/05/soap-envelope");

    const auto e = compiled(text).prepare(full_command(command_type::create_pairing), {1}).wire;

    EXPECT_EQ(e.content_type, "application/soap+xml; charset=utf-8; action=\"urn:test:CREATE_PAIRING\"");
    EXPECT_EQ(e.soap_action, std::nullopt);
}

TEST(render, masks_the_pin_in_every_place) {
    const auto c = full_command(command_type::update_ca_pin_to_given_value);
    const auto b = compiled(binding_text());

    const auto [wire, masked] = b.prepare(c, {1});

    EXPECT_EQ(body_of(masked),
              "<t:UPDATE_CA_PIN_TO_GIVEN_VALUE><t:Card>01900080207</t:Card><t:Pin was=\"****\">****</t:Pin>"
              "</t:UPDATE_CA_PIN_TO_GIVEN_VALUE>");
    EXPECT_NE(wire.body.find("<t:Pin was=\"4711\">4711</t:Pin>"), std::string::npos);
}

TEST(render, masks_a_pin_of_any_length_in_both_character_sets) {
    auto c = full_command(command_type::update_ca_pin_to_given_value);
    for (const auto* characters : {"UTF-8", "ISO-8859-1"})
        for (const auto* pin : {"", "1", "4711", "a longer one & strange"}) {
            const auto b = compiled(replaced(
                binding_text(), "characters=\"UTF-8\"", "characters=\"" + std::string(characters) + "\""));
            c.parameters["new_pin"] = pin;

            EXPECT_NE(b.prepare(c, {1}).masked.find("<t:Pin was=\"****\">****</t:Pin></t:"),
                      std::string::npos)
                << characters << ' ' << pin;
        }
}

TEST(render, masked_is_the_same_if_there_is_no_secret) {
    const auto b = compiled(binding_text());
    const auto c = full_command(command_type::display_fingerprint);

    const auto [wire, masked] = b.prepare(c, {7});

    EXPECT_EQ(masked, wire.body);
}

TEST(render, iso_8859_1_is_sent_as_such_and_stored_as_utf_8) {
    const auto b = compiled(replaced(binding_text(), "characters=\"UTF-8\"", "characters=\"ISO-8859-1\""));
    auto c = full_command(command_type::send_mail_message_to_client);
    c.parameters["message"] = "Caf\xC3\xA9 \xE2\x82\xAC";

    const auto [e, masked] = b.prepare(c, {1});

    EXPECT_EQ(e.content_type, "text/xml; charset=iso-8859-1");
    EXPECT_TRUE(e.body.starts_with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
    EXPECT_NE(e.body.find("<t:Text>Caf\xE9 &#8364;</t:Text>"), std::string::npos);
    EXPECT_NE(masked.find("<t:Text>Caf\xC3\xA9 &#8364;</t:Text>"), std::string::npos);
}

TEST(render, says_which_commands_may_be_repeated) {
    const auto b = compiled(binding_text());

    EXPECT_TRUE(b.repeat_safe(command_type::add_subscriptions));
    EXPECT_FALSE(b.repeat_safe(command_type::send_bark_message_to_client));
}

} // namespace
} // namespace contego
