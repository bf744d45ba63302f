#include "sample.hpp"

#include <contego/parameter.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace contego::samples {
namespace {

struct sample_command {
    command_type type;
    std::string_view repeat_safe;
    std::string_view content;
    std::string_view data;
};

constexpr std::array sample_commands{
    sample_command{.type = command_type::add_subscriptions,
                   .repeat_safe = "yes",
                   .content = "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Service>{service_ca_id}</t:Service>\n"
                              "<t:From b:if=\"start_date\">{start_date}</t:From>\n<t:Id>{request.id}</t:Id>",
                   .data = ""},
    sample_command{.type = command_type::cancel_subscriptions,
                   .repeat_safe = "yes",
                   .content = "<t:Card service=\"{service_ca_id}\">{smartcard_ca_id}</t:Card>",
                   .data = ""},
    sample_command{
        .type = command_type::create_pairing,
        .repeat_safe = "yes",
        .content =
            "<t:Card b:each=\"smartcards\">{smartcard_ca_id}</t:Card>\n"
            "<t:Box b:each=\"stbs\" place=\"{stb_sub_provisioning_distribution_id}\">{stb_ca_id}</t:Box>",
        .data = ""},
    sample_command{.type = command_type::add_to_existing_pairing,
                   .repeat_safe = "yes",
                   .content = "<t:Paired>{smartcard_ca_id}</t:Paired>\n"
                              "<t:Cards b:if=\"smartcards\"><t:Card "
                              "b:each=\"smartcards\">{smartcard_ca_id}</t:Card></t:Cards>\n"
                              "<t:Box b:each=\"stbs\">{stb_ca_id}</t:Box>",
                   .data = ""},
    sample_command{.type = command_type::get_active_subscriptions,
                   .repeat_safe = "yes",
                   .content = "<t:Card>{smartcard_ca_id}</t:Card>",
                   .data =
                       "<list name=\"subscriptions\" at=\"//Subscription\">\n<value name=\"service_ca_id\" "
                       "at=\"Service\"/>\n"
                       "<value name=\"days\" type=\"integer\" at=\"Days\"/>\n</list>"},
    sample_command{
        .type = command_type::get_pairing_status_for_card,
        .repeat_safe = "yes",
        .content = "<t:Card>{smartcard_ca_id}</t:Card>",
        .data =
            "<value name=\"paired\" type=\"boolean\" at=\"//Paired\"/>\n<list name=\"stbs\" at=\"//Box\"/>"},
    sample_command{.type = command_type::get_pairing_status_for_pairing_module,
                   .repeat_safe = "yes",
                   .content = "<t:Box>{stb_ca_id}</t:Box>",
                   .data = "<value name=\"paired\" type=\"boolean\" at=\"count(//Card) &gt; 0\"/>\n"
                           "<list name=\"smartcards\" at=\"//Card\"/>"},
    sample_command{.type = command_type::send_mail_message_to_client,
                   .repeat_safe = "no",
                   .content = "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Text>{message}</t:Text>",
                   .data = ""},
    sample_command{
        .type = command_type::send_bark_message_to_client,
        .repeat_safe = "no",
        .content =
            "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Text for=\"{display_duration}\">{message}</t:Text>",
        .data = ""},
    sample_command{.type = command_type::send_repeating_bark_message_to_client,
                   .repeat_safe = "no",
                   .content = "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Text>{message}</t:Text>\n"
                              "<t:Times every=\"{repetition_interval}\">{repetition_count}</t:Times>",
                   .data = ""},
    sample_command{.type = command_type::display_fingerprint,
                   .repeat_safe = "no",
                   .content =
                       "<t:Card>{smartcard_ca_id}</t:Card>\n"
                       "<t:At x=\"{position_x}\" y=\"{position_y}\" h=\"{height}\">{fingerprint_slot}</t:At>",
                   .data = ""},
    sample_command{.type = command_type::update_ca_pin_to_default_value,
                   .repeat_safe = "yes",
                   .content = "<t:Card>{smartcard_ca_id}</t:Card>",
                   .data = ""},
    sample_command{.type = command_type::update_ca_pin_to_given_value,
                   .repeat_safe = "yes",
                   .content =
                       "<t:Card>{smartcard_ca_id}</t:Card>\n<t:Pin was=\"{new_pin}\">{new_pin}</t:Pin>",
                   .data = ""},
};

std::string element_of(const sample_command& c) {
    const std::string name(name_of(c.type));
    return "<command code=\"" + name + "\" path=\"/" + name + "\" action=\"urn:test:" + name +
           "\" repeat-safe=\"" + std::string(c.repeat_safe) + "\">\n<request>\n" +
           "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:t=\"urn:test:cas\">\n" +
           "<s:Header/>\n<s:Body>\n<t:" + name + ">\n" + std::string(c.content) + "\n</t:" + name +
           ">\n</s:Body>\n</s:Envelope>\n</request>\n" +
           "<reply status=\"//Status\" message=\"//Text\" reference=\"//Ref\">\n" + std::string(c.data) +
           "\n</reply>\n</command>\n";
}

std::string described(const binding_error& e) {
    return std::to_string(e.line) + ": " + e.reason;
}

} // namespace

std::string binding_text() {
    std::string text =
        "<binding xmlns=\"urn:contego:binding:1\" xmlns:b=\"urn:contego:binding:1\" soap=\"1.1\">\n"
        "<limits characters=\"UTF-8\"/>\n"
        "<outcomes>\n"
        "<status code=\"OK\" is=\"success\"/>\n"
        "<status code=\"NO_SUCH_CARD\" is=\"rejected\"/>\n"
        "<status code=\"BUSY\" is=\"retry\"/>\n"
        "</outcomes>\n";
    for (const auto& c : sample_commands)
        text += element_of(c);
    return text + "</binding>\n";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("the sample has no " + std::string(from));
    return text.replace(at, from.size(), to);
}

std::size_t line_of(std::string_view text, std::string_view what) {
    const auto at = text.find(what);
    if (at == std::string_view::npos) throw std::logic_error("the sample has no " + std::string(what));
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

binding compiled(std::string_view text) {
    auto made = binding::compile(text);
    if (auto* b = std::get_if<binding>(&made)) return *b;
    std::string all;
    for (const auto& e : std::get<std::vector<binding_error>>(made))
        all += described(e) + "\n";
    throw std::logic_error("the binding is refused:\n" + all);
}

std::vector<std::string> mistakes_in(std::string_view text) {
    const auto made = binding::compile(text);
    std::vector<std::string> all;
    if (const auto* errors = std::get_if<std::vector<binding_error>>(&made))
        for (const auto& e : *errors)
            all.push_back(described(e));
    return all;
}

std::string body_of(std::string_view envelope) {
    constexpr std::string_view opening = "<s:Body>";
    const auto begin = envelope.find(opening);
    const auto end = envelope.find("</s:Body>");
    if (begin == std::string_view::npos || end == std::string_view::npos)
        throw std::logic_error("no body in " + std::string(envelope));
    return std::string(envelope.substr(begin + opening.size(), end - begin - opening.size()));
}

command full_command(command_type type) {
    command c;
    c.type = type;
    for (const auto& [name, v] : value::object{
             {"sub_provisioning_distribution_id", "D1"},
             {"smartcard_sub_provisioning_distribution_id", "D2"},
             {"stb_sub_provisioning_distribution_id", "D3"},
             {"smartcard_ca_id", "01900080207"},
             {"stb_ca_id", "0012345678"},
             {"service_ca_id", "1111"},
             {"start_date", "2026-01-02T03:04:05Z"},
             {"end_date", "2026-02-02T03:04:05Z"},
             {"message", "Hello"},
             {"start_indication", "2026-01-02T03:04:05Z"},
             {"display_date", "2026-01-02T03:04:05Z"},
             {"display_duration", 20},
             {"repetition_count", 3},
             {"repetition_interval", 110},
             {"position_x", 10},
             {"position_y", 20},
             {"height", 30},
             {"fingerprint_slot", 1},
             {"communication_queue_number", "77"},
             {"new_pin", "4711"},
             {"smartcards",
              value::list{value::object{{"smartcard_ca_id", "01900080207"},
                                        {"smartcard_sub_provisioning_distribution_id", "D4"}},
                          value::object{{"smartcard_ca_id", "01900080208"}}}},
             {"stbs",
              value::list{value::object{{"stb_ca_id", "0012345678"},
                                        {"stb_sub_provisioning_distribution_id", "D5"}}}},
         })
        if (std::ranges::count(parameters_of(type), name, &parameter::name) > 0)
            c.parameters.emplace(name, v);
    return c;
}

exchange answered(std::string body, int status, std::string content_type) {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = status;
    e.content_type = std::move(content_type);
    e.body = std::move(body);
    return e;
}

std::string soap_1_1(std::string_view body) {
    return "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>" + std::string(body) +
           "</e:Body></e:Envelope>";
}

std::string soap_1_2(std::string_view body) {
    return "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body>" + std::string(body) +
           "</e:Body></e:Envelope>";
}

exchange status_answer(std::string_view status, std::string_view more, int http_status) {
    return answered(soap_1_1("<r:Answer xmlns:r=\"urn:test:cas\"><r:Status>" + std::string(status) +
                             "</r:Status><r:Text>said so</r:Text><r:Ref>38a4254b</r:Ref>" +
                             std::string(more) + "</r:Answer>"),
                    http_status);
}

} // namespace contego::samples
