#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// How the CAS writes times, texts and numbers, in both directions.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using samples::status_answer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto add = command_type::add_subscriptions;
constexpr auto get = command_type::get_active_subscriptions;
constexpr auto bark = command_type::send_bark_message_to_client;

std::string with_format(std::string_view format, const std::string& text = binding_text()) {
    return replaced(text, "<outcomes>", std::string(format) + "\n<outcomes>");
}

struct written {
    std::string_view format;
    std::string_view placeholder;
    command_type type;
    value ours;
    std::string theirs;
};

std::ostream& operator<<(std::ostream& out, const written& w) {
    return out << w.format << ' ' << w.theirs;
}

// The placeholder stands in the first element of the command; the parameter has its name.
std::string sent(const written& w) {
    const auto code = "<t:" + std::string(name_of(w.type)) + ">";
    const std::string name(w.placeholder.substr(0, w.placeholder.find(':')));
    const auto text = replaced(with_format(w.format),
                               code,
                               code + "<t:X b:if=\"" + name + "\" y=\"{" + std::string(w.placeholder) +
                                   "}\">{" + std::string(w.placeholder) + "}</t:X>");
    auto c = full_command(w.type);
    c.parameters[name] = w.ours;
    const auto body = compiled(text).prepare(c, {42}).wire.body;
    const auto begin = body.find("<t:X ");
    return body.substr(begin, body.find("</t:X>") - begin);
}

class format : public testing::TestWithParam<written> {};

TEST_P(format, is_written_in_a_text_and_in_an_attribute) {
    const auto& theirs = GetParam().theirs;

    EXPECT_EQ(sent(GetParam()), "<t:X y=\"" + theirs + "\">" + theirs);
}

constexpr std::string_view stamp = R"(<format name="f" time="YYYYMMDDhhmmss"/>)";
constexpr std::string_view oslo = R"(<format name="f" time="DD.MM.YYYY hh:mm:ss" zone="Europe/Oslo"/>)";
constexpr std::string_view day = R"(<format name="f" time="YYYY-MM-DD" zone="UTC"/>)";
constexpr std::string_view epoch = R"(<format name="f" time="epoch"/>)";
constexpr std::string_view epoch_ms = R"(<format name="f" time="epoch-ms"/>)";
constexpr std::string_view twelve = R"(<format name="f" pad="12" length="11"/>)";
constexpr std::string_view unchecked = R"(<format name="f" cut-last="1" cut-first="2" pad="10" with=" "/>)";
constexpr std::string_view minutes = R"(<format name="f" divide="60"/>)";

INSTANTIATE_TEST_SUITE_P(
    sent,
    format,
    testing::Values(
        written{stamp, "start_date:f", add, "2026-01-02T03:04:05Z", "20260102030405"},
        written{stamp, "start_date:f", add, "2026-01-01T00:30:00.9+02:00", "20251231223000"},
        written{oslo, "start_date:f", add, "2026-07-01T22:30:00Z", "02.07.2026 00:30:00"},
        written{oslo, "start_date:f", add, "2026-12-31T23:00:00Z", "01.01.2027 00:00:00"},
        written{day, "start_date:f", add, "2026-12-31T23:59:59-01:00", "2027-01-01"},
        written{epoch, "start_date:f", add, "2026-01-02T03:04:05Z", "1767323045"},
        written{epoch_ms, "start_date:f", add, "2026-01-02T03:04:05.25Z", "1767323045250"},
        written{twelve, "smartcard_ca_id:f", add, "01900080207", "001900080207"},
        written{twelve, "smartcard_ca_id:f", add, "1234567890123", "1234567890123"},
        written{unchecked, "smartcard_ca_id:f", add, "01900080207", "  90008020"},
        written{unchecked, "smartcard_ca_id:f", add, "01", "          "},
        written{unchecked, "message:f", bark, "a\xC3\xA5\xC3\xA6\xC3\xB8z", "        \xC3\xA6\xC3\xB8"},
        written{twelve, "display_duration:f", bark, 20, "000000000020"},
        written{minutes, "display_duration:f", bark, 20, "1"},
        written{minutes, "display_duration:f", bark, 60, "1"},
        written{minutes, "display_duration:f", bark, 61, "2"}));

TEST(format, applies_to_the_values_of_a_sending) {
    const auto text = replaced(with_format(stamp), "{request.id}", "{now:f}/{command.id:g}");
    sending s{.request_id = 42};
    s.now = std::chrono::system_clock::time_point(std::chrono::seconds(1'767'323'045));

    EXPECT_THAT(compiled(replaced(text, "<outcomes>", R"(<format name="g" pad="10"/><outcomes>)"))
                    .prepare(full_command(add), s)
                    .wire.body,
                HasSubstr("<t:Id>20260102030405/0004200001</t:Id>"));
}

TEST(format, of_a_pin_is_masked) {
    const auto text = replaced(with_format(twelve), "was=\"{new_pin}\"", "was=\"{new_pin:f}\"");
    const auto [wire, masked] =
        compiled(text).prepare(full_command(command_type::update_ca_pin_to_given_value), {1});

    EXPECT_THAT(wire.body, HasSubstr("was=\"000000004711\">4711<"));
    EXPECT_THAT(masked, HasSubstr("was=\"****\">****<"));
}

// The format of the value Days, or of the text Service.
reply read(std::string_view format, std::string_view name, std::string_view theirs) {
    const auto at = "name=\"" + std::string(name) + "\"";
    const auto text = replaced(with_format(format), at, at + " format=\"f\"");
    const auto element = name == "days" ? "Days" : "Service";
    return compiled(text)
        .interpret(full_command(get),
                   {1},
                   status_answer("OK",
                                 "<Subscription><" + std::string(element) + ">" + std::string(theirs) + "</" +
                                     element + "></Subscription>"))
        .answer;
}

struct read_back {
    std::string_view format;
    std::string theirs;
    std::string ours; ///< empty: unreadable
};

std::ostream& operator<<(std::ostream& out, const read_back& r) {
    return out << r.format << ' ' << r.theirs;
}

class format_read : public testing::TestWithParam<read_back> {};

TEST_P(format_read, is_turned_back_or_unreadable) {
    const auto& [format, theirs, ours] = GetParam();
    const auto r = read(format, "service_ca_id", theirs);

    if (ours.empty()) {
        EXPECT_EQ(r.outcome, outcome::hold);
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
        EXPECT_EQ(r.error_description,
                  "the answer's service_ca_id is not a value of the format f: '" + theirs + "'");
        return;
    }
    EXPECT_EQ(r.outcome, outcome::success) << r.error_description;
    EXPECT_EQ(*r.result.find("subscriptions")->items()->front().find("service_ca_id"), value(ours));
}

INSTANTIATE_TEST_SUITE_P(answers,
                         format_read,
                         testing::Values(read_back{stamp, "20260102030405", "2026-01-02T03:04:05Z"},
                                         read_back{stamp, "20260229030405", ""},
                                         read_back{stamp, "20261302030405", ""},
                                         read_back{stamp, "00000102030405", ""},
                                         read_back{stamp, "20260102240405", ""},
                                         read_back{stamp, "20260102036005", ""},
                                         read_back{stamp, "20260102030460", ""},
                                         read_back{stamp, "2026010203040", ""},
                                         read_back{stamp, "202601020304051", ""},
                                         read_back{stamp, "2026010203040x", ""},
                                         read_back{oslo, "02.07.2026 00:30:00", "2026-07-01T22:30:00Z"},
                                         read_back{oslo, "29.03.2026 02:30:00", ""},
                                         read_back{oslo, "02/07/2026 00:30:00", ""},
                                         read_back{epoch, "1767323045", "2026-01-02T03:04:05Z"},
                                         read_back{epoch, "-1", ""},
                                         read_back{epoch, "soon", ""},
                                         read_back{epoch, "1767323045.5", ""},
                                         read_back{epoch, "99999999999999", ""},
                                         read_back{epoch_ms, "1767323045250", "2026-01-02T03:04:05Z"},
                                         read_back{twelve, "001900080207", "01900080207"},
                                         read_back{twelve, "101900080207", ""},
                                         read_back{twelve, "1900080207", ""}));

TEST(format, a_number_is_read_in_our_unit) {
    const auto days = [](std::string_view theirs) {
        const auto r = read(minutes, "days", theirs);
        return r.outcome == outcome::success ? *r.result.find("subscriptions")->items()->front().find("days")
                                             : value(r.error_code);
    };

    EXPECT_EQ(days("2"), value(120));
    EXPECT_EQ(days("0"), value(0));
    EXPECT_EQ(days("1.5"), value("UNREADABLE_ANSWER"));
    EXPECT_EQ(days("9223372036854775807"), value("UNREADABLE_ANSWER"));
}

TEST(format, of_a_list_of_texts_is_turned_back) {
    const auto text =
        replaced(with_format(twelve), "<list name=\"stbs\"", "<list name=\"stbs\" format=\"f\"");
    const auto boxes = [&](std::string_view theirs) {
        return compiled(text)
            .interpret(full_command(command_type::get_pairing_status_for_card),
                       {1},
                       status_answer("OK", "<Paired>true</Paired><Box>" + std::string(theirs) + "</Box>"))
            .answer;
    };

    EXPECT_EQ(*boxes("001900080207").result.find("stbs"), value(value::list{"01900080207"}));
    EXPECT_EQ(boxes("7").error_description, "the answer's stbs is not a value of the format f: '7'");
}

TEST(format, a_correlation_is_compared_in_the_format_of_the_cas) {
    const auto text =
        replaced(with_format(twelve),
                 "reference=\"//Ref\">",
                 "reference=\"//Ref\"><correlation at=\"//Card\" equals=\"{smartcard_ca_id:f}\"/>");
    const auto code = [&](std::string_view card) {
        return compiled(text)
            .interpret(full_command(add), {1}, status_answer("OK", "<Card>" + std::string(card) + "</Card>"))
            .answer.error_code;
    };

    EXPECT_EQ(code("001900080207"), "");
    EXPECT_EQ(code("01900080207"), "ANSWER_OF_ANOTHER");
}

TEST(format, mistakes_are_reported) {
    const auto expect = [](std::string_view format, const std::string& reason) {
        const auto text = with_format("\n" + std::string(format));
        EXPECT_THAT(mistakes_in(text), ElementsAre(std::to_string(line_of(text, "<format")) + ": " + reason));
    };

    expect("<format name=\"f\"/>",
           "the format f needs time, divide, pad, cut-first, cut-last or elements row");
    expect("<format time=\"epoch\"/>", "format needs the attribute name");
    expect("<format name=\"f\" time=\"epoch\" zone=\"UTC\"/>", "an epoch has no zone");
    expect("<format name=\"f\" time=\"now\"/>",
           "time must be epoch, epoch-ms, or a pattern of YYYY, MM, DD, hh, mm and ss");
    expect("<format name=\"f\" time=\"YYYY\" zone=\"Mars\"/>",
           "there is no zone Mars; zone is UTC or a name such as Europe/Oslo of /usr/share/zoneinfo (package "
           "tzdata)");
    expect("<format name=\"f\" divide=\"1\"/>", "divide must be a whole number from 2 to 1000000");
    expect("<format name=\"f\" pad=\"0\"/>", "pad must be a number from 1 to 1000");
    expect("<format name=\"f\" pad=\"9\" with=\"ab\"/>", "with must be one character of ASCII");
    expect("<format name=\"f\" pad=\"9\" length=\"10\"/>", "length must not be above pad");
    expect("<format name=\"f\" pad=\"9\" divide=\"60\"/>",
           "unknown attribute pad of format; it has name, divide");
    expect("<format name=\"f\" pad=\"9\"/><format name=\"f\" pad=\"8\"/>", "the format f appears twice");
}

TEST(format, that_does_not_fit_or_does_not_exist_is_reported) {
    const auto expect = [](std::string_view format, std::string_view placeholder, const std::string& reason) {
        const auto text = replaced(with_format(format), "{request.id}", placeholder);
        EXPECT_THAT(mistakes_in(text),
                    ElementsAre(std::to_string(line_of(text, placeholder)) +
                                ": command ADD_SUBSCRIPTIONS: " + reason));
    };

    expect(stamp, "{now:g}", "there is no format g; there are f");
    expect("", "{now:g}", "there is no format g; there are none");
    expect(stamp, "{command.id:f}", "the format f cannot write command.id, which is a text");
    expect(stamp, "{service_ca_id:f}", "the format f cannot write service_ca_id, which is a text");
    expect(minutes, "{now:f}", "the format f cannot write now, which is a time");
}

TEST(format, that_cannot_be_undone_is_refused_for_reading) {
    const auto expect = [](std::string_view format, const std::string& why) {
        const auto text =
            replaced(with_format(format), "name=\"service_ca_id\"", "name=\"service_ca_id\" format=\"f\"");
        EXPECT_THAT(mistakes_in(text),
                    ElementsAre(std::to_string(line_of(text, "format=\"f\"")) +
                                ": command GET_ACTIVE_SUBSCRIPTIONS: the format f cannot turn an answer back "
                                "into our value: " +
                                why));
    };

    expect(day, "its pattern needs hh exactly once");
    expect(R"(<format name="f" time="YYYY-MM-DD hh:mm:ss mm"/>)", "its pattern needs mm exactly once");
    expect(unchecked, "it leaves characters out");
    expect(R"(<format name="f" pad="12"/>)", "write length, the number of characters of our values");
    expect(R"(<format name="f"><row ours="1" theirs="A"/><row ours="2" theirs="A"/></format>)",
           "two rows have theirs=\"A\"");
}

} // namespace
} // namespace contego
