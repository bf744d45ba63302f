#include "sample.hpp"
#include "shipped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

// An answer that says both yes and no, or says it in a wrong place, is not a success.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::replaced;

constexpr auto safe = command_type::add_subscriptions;
constexpr std::string_view fault =
    "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>";

struct shape {
    const char* name;
    std::string body; // of HTTP
    outcome means;
    const char* code;
};

std::string enveloped(std::string_view content) {
    return "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\">" + std::string(content) +
           "</e:Envelope>";
}

std::string in_body(std::string_view content) {
    return "<e:Body>" + std::string(content) + "</e:Body>";
}

std::string status(std::string_view code) {
    return "<StatusCode>" + std::string(code) + "</StatusCode>";
}

std::string result(std::string_view content) {
    return "<r>" + std::string(content) + "</r>";
}

std::string fault_of_1_2() {
    return "<f:Fault xmlns:f=\"http://www.w3.org/2003/05/soap-envelope\"/>";
}

constexpr const char* unreadable = "UNREADABLE_ANSWER";

std::vector<shape> shapes() {
    const auto ok = result(status("OK"));
    const auto no = result(status("CLIENT_NOT_FOUND"));
    const auto body = [](const std::string& content) { return enveloped(in_body(content)); };
    const auto header = [](const std::string& content) { return "<e:Header>" + content + "</e:Header>"; };
    return {
        {"one", body(ok), outcome::success, ""},
        {"the same twice", body(ok + ok), outcome::success, ""},
        {"the same in blanks", body(ok + result(status(" OK\n"))), outcome::success, ""},
        {"the same refusal twice", body(no + no), outcome::rejected, "CLIENT_NOT_FOUND"},
        {"a nil one beside it",
         body(ok + "<StatusCode xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>"),
         outcome::success,
         ""},
        {"yes and no", body(ok + no), outcome::hold, unreadable},
        {"no and yes", body(no + ok), outcome::hold, unreadable},
        {"yes and nothing", body(ok + result(status(""))), outcome::hold, unreadable},
        {"an echo first",
         body("<echo>" + status("OK") + "</echo>" + result(status("SYSTEM_ERROR"))),
         outcome::hold,
         unreadable},
        {"one inside the other",
         body("<StatusCode>O<StatusCode>K</StatusCode></StatusCode>"),
         outcome::hold,
         unreadable},
        {"in the header alone", enveloped(header(status("OK")) + in_body("<r/>")), outcome::hold, unreadable},
        {"in the header too",
         enveloped(header(status("CLIENT_NOT_FOUND")) + in_body(ok)),
         outcome::success,
         ""},
        {"a yes in the header",
         enveloped(header(status("OK")) + in_body(no)),
         outcome::rejected,
         "CLIENT_NOT_FOUND"},
        {"behind the body", enveloped(in_body("<r/>") + ok), outcome::hold, unreadable},
        {"without a body", enveloped(ok), outcome::hold, unreadable},
        {"without anything", enveloped(""), outcome::hold, unreadable},
        {"two bodies", enveloped(in_body(ok) + in_body(no)), outcome::hold, unreadable},
        {"two bodies of one mind", enveloped(in_body(ok) + in_body(ok)), outcome::hold, unreadable},
        {"a fault in a second body",
         enveloped(in_body(ok) + in_body(std::string(fault))),
         outcome::hold,
         unreadable},
        {"a second body of another namespace",
         enveloped(in_body(ok) + "<Body>" + no + "</Body>"),
         outcome::hold,
         unreadable},
        {"a fault alone", body(std::string(fault)), outcome::rejected, "SOAP_FAULT:Client"},
        {"a fault behind", body(ok + std::string(fault)), outcome::hold, unreadable},
        {"a fault before", body(std::string(fault) + ok), outcome::hold, unreadable},
        {"two faults", body(std::string(fault) + std::string(fault)), outcome::hold, unreadable},
        {"a fault inside", body(result(status("OK") + std::string(fault))), outcome::hold, unreadable},
        {"a fault deep inside",
         body(result("<a><b>" + std::string(fault) + "</b></a>" + status("OK"))),
         outcome::hold,
         unreadable},
        {"a fault of the other version", body(ok + fault_of_1_2()), outcome::hold, unreadable},
        {"a fault of the other version inside",
         body(result(status("OK") + fault_of_1_2())),
         outcome::hold,
         unreadable},
        {"a fault in the header",
         enveloped(header(std::string(fault)) + in_body(ok)),
         outcome::hold,
         unreadable},
        {"a fault beside the body", enveloped(in_body(ok) + std::string(fault)), outcome::hold, unreadable},
        {"another thing called fault",
         body(result("<Fault xmlns=\"urn:x\">none</Fault>" + status("OK"))),
         outcome::success,
         ""},
        {"a text about a fault", body(result("<x>Fault</x>" + status("OK"))), outcome::success, ""},
    };
}

void expect_read(const binding& b) {
    for (const auto& [name, body, means, code] : shapes())
        for (const int http : {200, 500}) {
            const auto r = b.interpret(samples::full_command(safe), {1}, answered(body, http)).answer;

            EXPECT_EQ(r.outcome, means) << name << ' ' << http << ": " << r.error_description;
            EXPECT_EQ(r.error_code, code) << name << ' ' << http;
        }
}

TEST(one_answer, is_read_by_the_shipped_binding) {
    expect_read(samples::shipped());
}

TEST(one_answer, is_read_by_a_binding_that_looks_everywhere) {
    auto text = samples::shipped_text();
    for (std::size_t at = 0; (at = text.find("/Envelope/Body//", at)) != std::string::npos;)
        text.replace(at, 16, "//");

    expect_read(compiled(text));
}

TEST(one_answer, that_contradicts_itself_is_described_for_support) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(safe),
                                  {1},
                                  answered(enveloped(in_body("<Status>OK</Status><Status>BUSY</Status>"))))
                       .answer;

    EXPECT_EQ(r.error_description,
              "the answer has more than one status where the binding looks for it: 'OK' and 'BUSY'");
}

TEST(one_answer, says_each_value_in_one_way) {
    const auto b = compiled(binding_text());
    const auto read = [&](const std::string& said) {
        return b
            .interpret(samples::full_command(command_type::get_pairing_status_for_card),
                       {1},
                       answered(enveloped(in_body("<Status>OK</Status>" + said))))
            .answer;
    };

    EXPECT_EQ(read("<Paired>true</Paired>").outcome, outcome::success);
    EXPECT_EQ(read("<Paired>true</Paired><Paired>true</Paired>").outcome, outcome::success);
    EXPECT_EQ(read("<Paired>true</Paired><Paired>false</Paired>").error_code, unreadable);
}

TEST(one_answer, reads_its_message_and_reference_below_the_body) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(safe),
                                  {1},
                                  answered(enveloped("<e:Header><Text>spam</Text><Ref>1</Ref></e:Header>" +
                                                     in_body("<Status>OK</Status><Text>a</Text><Text>b</Text>"
                                                             "<Ref>2</Ref><Ref>3</Ref>"))))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.message, "a");
    EXPECT_EQ(r.reference_number, "2");
}

TEST(one_answer, may_name_its_request_in_the_header) {
    const auto b = compiled(replaced(
        binding_text(), "<outcomes>", "<correlation at=\"//RelatesTo\" equals=\"{request.id}\"/><outcomes>"));
    const auto read = [&](const char* id) {
        return b
            .interpret(samples::bare(safe),
                       {7},
                       answered(enveloped("<e:Header><RelatesTo>" + std::string(id) +
                                          "</RelatesTo></e:Header>" + in_body("<Status>OK</Status>"))))
            .answer;
    };

    EXPECT_EQ(read("7").outcome, outcome::success);
    EXPECT_EQ(read("8").error_code, "ANSWER_OF_ANOTHER");
}

TEST(one_answer, with_a_hundred_thousand_elements_named_fault_is_read_quickly) {
    std::string many;
    for (int i = 0; i < 90'000; ++i)
        many += "<x:Fault/>";
    std::string declared;
    for (int i = 0; i < 200; ++i)
        declared += " xmlns:p" + std::to_string(i) + "=\"urn:p\"";
    const auto body =
        enveloped(in_body("<r xmlns:x=\"urn:x\"" + declared + ">" + many + "</r>" + "<Status>OK</Status>"));

    const auto begin = std::chrono::steady_clock::now();
    const auto r = compiled(binding_text()).interpret(samples::bare(safe), {1}, answered(body)).answer;

    EXPECT_EQ(r.error_code, unreadable) << "beyond a limit such elements are taken for faults";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

} // namespace
} // namespace contego
