#include "sample.hpp"
#include "shipped.hpp"
#include <contego/parameter.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The optional parameters for which a binding has no place.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;

constexpr auto add = command_type::add_subscriptions;
constexpr std::string_view of_all = "soap=\"1.1\">";
constexpr std::string_view of_add = "action=\"urn:test:ADD_SUBSCRIPTIONS\"";

std::vector<std::string> refused(const binding& b, command_type type) {
    std::vector<std::string> names;
    const auto all = parameters_of(type);
    for (std::size_t at = 0; at < all.size(); ++at)
        if (!b.limits().takes(type, at)) names.emplace_back(all[at].name);
    return names;
}

std::string ignoring(std::string_view at, std::string_view names) {
    auto to = std::string(at);
    const auto end = to.ends_with('>') ? to.size() - 1 : to.size();
    return replaced(binding_text(), at, to.insert(end, " ignores=\"" + std::string(names) + "\""));
}

TEST(ignored, a_parameter_that_the_skeleton_does_not_name_is_refused) {
    EXPECT_THAT(refused(compiled(binding_text()), add), ElementsAre("end_date"));
    EXPECT_THAT(refused(compiled(binding_text()), command_type::send_mail_message_to_client),
                ElementsAre("start_indication", "communication_queue_number"));
}

TEST(ignored, a_condition_alone_is_a_place) {
    const auto text = replaced(binding_text(), "<t:Id>", "<t:Ends b:if=\"end_date\"/><t:Id>");

    EXPECT_THAT(refused(compiled(text), add), ElementsAre());
}

TEST(ignored, names_of_the_command_or_of_the_root_are_taken) {
    EXPECT_THAT(refused(compiled(ignoring(of_add, "end_date")), add), ElementsAre());
    const auto b = compiled(ignoring(of_all, " communication_queue_number\n end_date "));
    EXPECT_THAT(refused(b, add), ElementsAre());
    EXPECT_THAT(refused(b, command_type::send_mail_message_to_client), ElementsAre("start_indication"));
}

TEST(ignored, a_command_that_the_binding_lacks_refuses_no_parameter) {
    auto text = binding_text();
    text.erase(text.find("<command code=\"ADD_SUBSCRIPTIONS\""),
               text.find("</command>") + 10 - text.find("<command"));

    EXPECT_THAT(refused(compiled(text), add), ElementsAre());
}

TEST(ignored, the_default_binding_ignores_the_queue_number_alone) {
    for (const auto type : command_types)
        EXPECT_THAT(refused(samples::shipped(), type), ElementsAre()) << name_of(type);
}

TEST(ignored, mistakes_are_reported) {
    const auto expect = [](const std::string& text, const std::string& reason) {
        EXPECT_THAT(mistakes_in(text),
                    ElementsAre(std::to_string(line_of(text, " ignores=")) + ": " + reason));
    };
    const std::string of = "command ADD_SUBSCRIPTIONS: ";

    expect(ignoring(of_add, "start_date"), of + "ignores names start_date, which the request places");
    expect(ignoring(of_add, "message"),
           of + "ignores names message, which is no optional parameter; there are start_date, end_date");
    expect(ignoring(of_add, "service_ca_id"),
           of +
               "ignores names service_ca_id, which is no optional parameter; there are start_date, end_date");
    expect(ignoring(of_all, "stb_ca_id"),
           "ignores names stb_ca_id, which is no optional parameter; there are start_date, end_date, "
           "smartcards, stbs, start_indication, communication_queue_number, display_duration, display_date");
}

} // namespace
} // namespace contego
