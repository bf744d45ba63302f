#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto mail = command_type::send_mail_message_to_client;
constexpr auto given_pin = command_type::update_ca_pin_to_given_value;
constexpr std::string_view opening = R"(SEND_MAIL_MESSAGE_TO_CLIENT" repeat-safe="no")";
constexpr std::string_view content = "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Text>{message}</t:Text>";
constexpr std::string_view repeated =
    R"(<t:Card b:each="requests">{smartcard_ca_id}</t:Card><t:Text>{message}</t:Text>)";

/// The sample with a plural mail: the attributes of the command, and what its element holds.
std::string plural(const std::string& attributes = R"(plural="3")", std::string_view holds = repeated) {
    const auto text = replaced(binding_text(), opening, std::string(opening) + " " + attributes);
    return replaced(text, content, holds);
}

std::string with_items(const std::string& text) {
    const auto at = text.find("SEND_MAIL_MESSAGE_TO_CLIENT\" path");
    const std::string_view reply = R"(reference="//Ref">)";
    auto out = text;
    return out.insert(out.find(reply, at) + reply.size(),
                      R"(<items at="//Item" card="Card" status="Code" message="Why" reference="Number"/>)");
}

command mail_to(const std::string& card, const std::string& text = "Hello") {
    auto c = full_command(mail);
    c.parameters.insert_or_assign("smartcard_ca_id", card);
    c.parameters.insert_or_assign("message", text);
    return c;
}

/// The items of a call to these smartcards. Keeps the commands.
class call_of {
public:
    explicit call_of(std::vector<command> commands) : commands_(std::move(commands)) {
        std::int64_t id = 40;
        for (const auto& c : commands_) {
            items_.push_back({.what = &c, .how = {.request_id = ++id}});
            items_.back().how.random.fill(static_cast<std::uint8_t>(id));
        }
    }

    operator std::span<const call_item>() const { return items_; } // NOLINT(google-explicit-constructor)

private:
    std::vector<command> commands_;
    std::vector<call_item> items_;
};

TEST(plural, the_element_is_repeated_for_each_request) {
    const auto wire = compiled(plural());
    const call_of call({mail_to("1"), mail_to("2"), mail_to("3")});

    EXPECT_EQ(body_of(wire.prepare(call).wire.body),
              "<t:SEND_MAIL_MESSAGE_TO_CLIENT><t:Card>1</t:Card><t:Card>2</t:Card><t:Card>3</t:Card>"
              "<t:Text>Hello</t:Text></t:SEND_MAIL_MESSAGE_TO_CLIENT>");
    EXPECT_EQ(body_of(wire.prepare(mail_to("7"), {}).wire.body),
              "<t:SEND_MAIL_MESSAGE_TO_CLIENT><t:Card>7</t:Card><t:Text>Hello</t:Text>"
              "</t:SEND_MAIL_MESSAGE_TO_CLIENT>");
}

TEST(plural, what_is_stored_names_the_own_smartcard_alone) {
    const auto masked = compiled(plural()).prepare(call_of({mail_to("1"), mail_to("2")})).masked;

    ASSERT_EQ(masked.size(), 2U);
    EXPECT_THAT(masked[0], HasSubstr("<t:Card>1</t:Card><t:Text>"));
    EXPECT_THAT(masked[1], HasSubstr("<t:Card>2</t:Card><t:Text>"));
    EXPECT_THAT(masked[1], EndsWith("</s:Envelope><!-- one of 2 requests in this call -->"));
}

TEST(plural, a_call_of_several_has_an_id_that_no_command_has) {
    const auto wire = compiled(plural(
        R"(plural="3")",
        R"(<t:Id>{command.id}</t:Id><t:Card b:each="requests" id="{command.id}">{smartcard_ca_id}</t:Card><t:T>{message}</t:T>)"));

    const auto alone = wire.prepare(call_of({mail_to("1")})).wire.body;
    const auto two = wire.prepare(call_of({mail_to("1"), mail_to("2")})).wire.body;

    EXPECT_THAT(alone, HasSubstr("<t:Id>4100001</t:Id>"));
    EXPECT_THAT(two, Not(HasSubstr("<t:Id>4100001</t:Id>")));
    EXPECT_THAT(two, HasSubstr("<t:Id>1482973543180571796</t:Id>")) << "63 random bits";
    EXPECT_THAT(two, HasSubstr(R"(<t:Card id="4100001">1</t:Card><t:Card id="4200001">2</t:Card>)"))
        << "inside the element, each request has its own";
}

TEST(plural, commands_are_alike_if_all_outside_the_element_is_equal) {
    const auto wire = compiled(plural(
        R"(plural="3")",
        R"(<t:Card b:each="requests">{smartcard_ca_id}</t:Card><t:Text>{message}</t:Text><t:At b:if="start_indication">{start_indication}</t:At><t:Id>{message.id}{now}</t:Id>)"));
    const auto one = wire.likeness(mail_to("1"));

    EXPECT_EQ(one, wire.likeness(mail_to("2")));
    EXPECT_NE(one, wire.likeness(mail_to("1", "Hello!")));
    auto other = mail_to("1");
    other.parameters.erase("start_indication");
    EXPECT_NE(one, wire.likeness(other));
    other = mail_to("1");
    other.parameters.insert_or_assign("communication_queue_number", "78");
    EXPECT_EQ(one, wire.likeness(other)) << "the envelope does not show it";
}

TEST(plural, texts_are_not_taken_for_each_other) {
    const auto wire = compiled(plural(
        R"(plural="3")",
        R"(<t:Card b:each="requests">{smartcard_ca_id}</t:Card><t:Text>{message}</t:Text><t:At b:if="start_indication">{start_indication}</t:At>)"));
    auto one = mail_to("1", "a");
    auto other = mail_to("1", "a+b");
    one.parameters.insert_or_assign("start_indication", "b");
    other.parameters.erase("start_indication");

    EXPECT_NE(wire.likeness(one), wire.likeness(other));
}

TEST(plural, a_header_makes_commands_unlike_too) {
    const auto text = replaced(replaced(plural(), "</outcomes>", "</outcomes>\n"), "<request>", "<request>");
    const auto add = replaced(
        replaced(
            text,
            R"(action="urn:test:ADD_SUBSCRIPTIONS" repeat-safe="yes">)",
            R"(action="urn:test:ADD_SUBSCRIPTIONS" repeat-safe="yes" plural="9"><header name="X-S" value="{service_ca_id}"/>)"),
        "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Service>{service_ca_id}</t:Service>",
        R"(<t:I b:each="requests"><t:Card>{smartcard_ca_id}</t:Card><t:Service>{service_ca_id}</t:Service></t:I>)");
    const auto wire = compiled(add);
    const auto one = full_command(command_type::add_subscriptions);
    auto other = one;
    other.parameters.insert_or_assign("service_ca_id", "2222");

    EXPECT_NE(wire.likeness(one), wire.likeness(other));
}

TEST(plural, an_answer_without_items_holds_for_all) {
    const auto wire = compiled(plural());
    const auto read =
        wire.interpret(call_of({mail_to("1"), mail_to("2")}), samples::status_answer("NO_SUCH_CARD"));

    EXPECT_TRUE(read.is_joint);
    ASSERT_EQ(read.each.size(), 2U);
    for (const auto& one : read.each) {
        EXPECT_EQ(one.answer.outcome, outcome::rejected);
        EXPECT_THAT(one.storable, HasSubstr("NO_SUCH_CARD"));
    }
}

TEST(plural, a_long_answer_is_stored_in_parts_that_are_one_answer_together) {
    const auto wire = compiled(plural());
    const auto read = wire.interpret(call_of({mail_to("1"), mail_to("2")}),
                                     answered("<html>" + std::string(900'000, 'x') + "</html>", 502));

    EXPECT_LE(read.each[0].storable.size() + read.each[1].storable.size(), std::size_t{1} << 20U);
}

const auto* const three_items = "<r><Item><Card>1</Card><Code>OK</Code><Number>n1</Number></Item>"
                                "<Item><Card>2</Card><Code>NO_SUCH_CARD</Code><Why>unknown</Why></Item>"
                                "<Item><Card>9</Card><Code>OK</Code></Item><End>e</End></r>";

TEST(plural, an_item_decides_about_its_smartcard) {
    const auto wire = compiled(with_items(plural()));
    const auto read =
        wire.interpret(call_of({mail_to("1"), mail_to("2"), mail_to("3")}), answered(soap_1_1(three_items)));

    EXPECT_FALSE(read.is_joint);
    EXPECT_EQ(read.each[0].answer.outcome, outcome::success);
    EXPECT_EQ(read.each[0].answer.reference_number, "n1");
    EXPECT_EQ(read.each[1].answer.outcome, outcome::rejected);
    EXPECT_EQ(read.each[1].answer.error_code, "NO_SUCH_CARD");
    EXPECT_EQ(read.each[1].answer.error_description, "unknown");
    EXPECT_EQ(read.each[2].answer.outcome, outcome::hold);
    EXPECT_EQ(read.each[2].answer.error_code, "UNREADABLE_ANSWER");
    EXPECT_GT(read.each[1].answer.decided_by.line, 0U);
    EXPECT_EQ(read.stranger, "9");
}

TEST(plural, the_stored_answer_has_the_own_item_alone) {
    const auto wire = compiled(with_items(plural()));
    const auto read =
        wire.interpret(call_of({mail_to("1"), mail_to("2"), mail_to("3")}), answered(soap_1_1(three_items)));

    EXPECT_THAT(
        read.each[1].storable,
        HasSubstr(
            "<r><Item><Card>2</Card><Code>NO_SUCH_CARD</Code><Why>unknown</Why></Item><End>e</End></r>"));
    EXPECT_THAT(read.each[2].storable, HasSubstr("<r><End>e</End></r>"));
}

TEST(plural, a_command_alone_is_answered_with_an_item_too) {
    const auto wire = compiled(with_items(plural()));
    const auto c = mail_to("2");

    EXPECT_EQ(wire.interpret(c, sending{}, answered(soap_1_1(three_items))).answer.error_code,
              "NO_SUCH_CARD");
    EXPECT_EQ(wire.interpret(mail_to("4"), sending{}, answered(soap_1_1(three_items))).answer.error_code,
              "UNREADABLE_ANSWER");
}

TEST(plural, an_answer_without_the_items_of_the_binding_is_never_a_success) {
    const auto wire = compiled(with_items(plural()));
    const call_of call({mail_to("1"), mail_to("2")});

    EXPECT_EQ(wire.interpret(call, samples::status_answer("OK")).each[1].answer.error_code,
              "UNREADABLE_ANSWER");
    EXPECT_EQ(wire.interpret(call, samples::status_answer("NO_SUCH_CARD")).each[1].answer.outcome,
              outcome::rejected);
    EXPECT_TRUE(wire.interpret(call, samples::status_answer("NO_SUCH_CARD")).is_joint);
}

TEST(plural, an_item_that_contradicts_itself_is_held) {
    const auto wire = compiled(with_items(plural()));
    const auto read = [&](const std::string& items) {
        return wire.interpret(call_of({mail_to("1"), mail_to("2")}), answered(soap_1_1(items)))
            .each[0]
            .answer;
    };
    const std::string other = "<Item><Card>2</Card><Code>OK</Code></Item>";

    for (const auto* item :
         {"<Item><Card>1</Card><Code>OK</Code><Code>NO_SUCH_CARD</Code></Item>",
          "<Item><Card>1</Card><Card>2</Card><Code>OK</Code></Item>",
          "<Item><Card>1</Card></Item>",
          "<Item><Card>1</Card><Code>WHATEVER</Code></Item>",
          "<Item><Card>1</Card><Code>OK</Code></Item><Item><Card>1</Card><Code>BUSY</Code></Item>",
          "<Item><Code>OK</Code></Item>",
          "<Item><Item><Card>1</Card><Code>OK</Code></Item></Item>"})
        EXPECT_EQ(read(item + other).outcome, outcome::hold) << item;
    EXPECT_EQ(read("<Item><Card> 1 </Card><Code>OK</Code></Item>" + other).outcome, outcome::success);
}

TEST(plural, a_card_is_compared_as_the_cas_writes_it) {
    const auto text = replaced(
        with_items(plural(
            R"(plural="3")",
            R"(<t:Card b:each="requests">{smartcard_ca_id:short}</t:Card><t:Text>{message}</t:Text>)")),
        "</outcomes>",
        R"(</outcomes><format name="short" cut-last="1"/>)");
    const auto read = compiled(text).interpret(
        call_of({mail_to("17"), mail_to("25")}),
        answered(soap_1_1(
            "<Item><Card>1</Card><Code>OK</Code></Item><Item><Card>2</Card><Code>BUSY</Code></Item>")));

    EXPECT_EQ(read.each[0].answer.outcome, outcome::success);
    EXPECT_EQ(read.each[1].answer.outcome, outcome::retry);
}

TEST(plural, the_items_of_a_sample_are_listed) {
    const auto items =
        compiled(with_items(plural())).items_in(samples::bare(mail), answered(soap_1_1(three_items)));

    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[1].card, "2");
    EXPECT_EQ(items[1].answer.outcome, outcome::rejected);
    EXPECT_THAT(compiled(plural()).items_in(samples::bare(mail), answered(soap_1_1(three_items))), IsEmpty());
}

TEST(plural, a_pin_that_all_requests_have_is_masked_everywhere) {
    const auto text = replaced(replaced(binding_text(),
                                        R"(UPDATE_CA_PIN_TO_GIVEN_VALUE" repeat-safe="yes")",
                                        R"(UPDATE_CA_PIN_TO_GIVEN_VALUE" repeat-safe="yes" plural="3")"),
                               "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Pin",
                               "<t:Card b:each=\"requests\">{smartcard_ca_id}</t:Card>\n<t:Pin");
    const auto wire = compiled(text);
    auto one = full_command(given_pin);
    auto other = one;
    other.parameters.insert_or_assign("smartcard_ca_id", "2");
    const call_of call({one, other});

    EXPECT_EQ(wire.likeness(one), wire.likeness(other));
    for (const auto& masked : wire.prepare(call).masked)
        EXPECT_THAT(masked, Not(HasSubstr("4711")));
    for (const auto& read : wire.interpret(call, samples::status_answer("BUSY", "<x>4711</x>")).each)
        EXPECT_THAT(read.storable, Not(HasSubstr("4711")));
    other.parameters.insert_or_assign("new_pin", "4712");
    EXPECT_NE(wire.likeness(one), wire.likeness(other));
}

TEST(plural, a_binding_without_the_attribute_shares_no_call) {
    const auto wire = compiled(binding_text());

    EXPECT_EQ(wire.most_in_call(), 1U);
    for (const auto type : command_types)
        EXPECT_EQ(wire.plural(type), nullptr);
    const auto shared = compiled(plural(R"(plural="7" plural-wait="0")"));
    EXPECT_EQ(shared.most_in_call(), 7U);
    EXPECT_EQ(shared.plural(mail)->most, 7U);
    EXPECT_EQ(shared.plural(mail)->wait.count(), 0);
    EXPECT_EQ(compiled(plural()).plural(mail)->wait.count(), 20);
}

struct mistake_case {
    std::string text;
    std::string near; ///< text on the line of the mistake
    std::string says;
};

TEST(plural, mistakes_name_the_line_and_the_command) {
    const auto of_mail = [](const std::string& holds) { return plural(R"(plural="3")", holds); };
    const std::vector<mistake_case> all{
        {plural(R"(plural="1")"), "plural=", "plural must be 2 to 10000, not '1'"},
        {plural(R"(plural="10001")"), "plural=", "plural must be 2 to 10000, not '10001'"},
        {plural(R"(plural="yes")"), "plural=", "plural must be 2 to 10000, not 'yes'"},
        {plural(R"(plural="3" plural-wait="1001")"), "plural=", "plural-wait must be 0 to 1000, not '1001'"},
        {plural(R"(plural-wait="5")"), "plural-wait=", "plural-wait needs the attribute plural"},
        {replaced(plural(), R"(plural="3")", ""),
         "requests",
         "b:each=\"requests\" needs the attribute plural"},
        {of_mail(std::string(content)), "", "differs for each request of a call"},
        {of_mail(std::string(repeated) + R"(<t:C b:each="requests">{smartcard_ca_id}</t:C>)"),
         "t:C b:each",
         "b:each=\"requests\" appears twice"},
        {of_mail(std::string(repeated) + "<t:C>{smartcard_ca_id}</t:C>"),
         "<t:C>",
         "write it only inside the element"},
        {of_mail(R"(<t:C b:each="requests">{message}</t:C><t:D>{smartcard_ca_id}</t:D>)"),
         "t:C b:each",
         "b:each of requests never uses smartcard_ca_id"},
        {replaced(with_items(plural()), R"(plural="3")", ""), "", "items needs the attribute plural"},
        {replaced(with_items(plural()), R"(card="Card" )", ""), "<items", "card"},
        {replaced(with_items(plural()), "at=\"//Item\"", "at=\"count(//Item)\""),
         "<items",
         "must find elements"},
        {replaced(
             plural(), "</outcomes>", R"(</outcomes><correlation at="//C" equals="{smartcard_ca_id}"/>)"),
         "<correlation",
         "the correlation of a plural command must not show smartcard_ca_id"},
        {replaced(plural(), "</outcomes>", R"(</outcomes><header name="X-C" value="{smartcard_ca_id}"/>)"),
         "",
         "the header X-C of a plural command must not show smartcard_ca_id"},
    };
    for (const auto& c : all) {
        const auto place =
            c.near.empty() ? std::string() : std::to_string(line_of(c.text, c.near)) + ": command SEND_MAIL";
        EXPECT_THAT(mistakes_in(c.text), Contains(AllOf(StartsWith(place), HasSubstr(c.says)))) << c.says;
    }
}

TEST(plural, only_a_command_about_one_smartcard_without_data_can_be_plural) {
    for (const auto type : command_types) {
        const std::string name(name_of(type));
        const auto text =
            replaced(binding_text(), "path=\"/" + name + "\"", "path=\"/" + name + "\" plural=\"3\"");
        const bool can = !name.starts_with("GET_") && type != command_type::create_pairing &&
                         type != command_type::add_to_existing_pairing;
        const auto refusal =
            HasSubstr("command " + name +
                      ": plural needs a command that names one smartcard and whose answer holds no data");
        if (can) {
            EXPECT_THAT(mistakes_in(text), Not(Contains(refusal)));
        } else {
            EXPECT_THAT(mistakes_in(text), Contains(refusal));
        }
    }
}

TEST(plural, a_pin_must_not_differ_between_the_requests_of_a_call) {
    const auto text =
        replaced(replaced(binding_text(),
                          R"(UPDATE_CA_PIN_TO_GIVEN_VALUE" repeat-safe="yes")",
                          R"(UPDATE_CA_PIN_TO_GIVEN_VALUE" repeat-safe="yes" plural="3")"),
                 "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Pin was=\"{new_pin}\">{new_pin}</t:Pin>",
                 "<t:I b:each=\"requests\"><t:Card>{smartcard_ca_id}</t:Card><t:Pin>{new_pin}</t:Pin></t:I>");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(HasSubstr("new_pin is a PIN, and each request of a call must have the same")));
}

} // namespace
} // namespace contego
