#include "binding/content_type.hpp"
#include "binding/multipart.hpp"
#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::soap_1_1;

// Returns the answer's message, or `?` if it cannot be read.
std::string message_of(const std::string& body, const std::string& content_type) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(command_type{}), {1}, answered(body, 200, content_type))
                       .answer;
    return r.outcome == outcome::success ? r.message : "?";
}

const std::string root = soap_1_1("<Status>OK</Status><Text>caf\xE9</Text>");

std::string parts(const std::string& headers, const std::string& line = "\r\n") {
    return "preamble" + line + "--B" + line + "Content-ID: <other>" + line + line + "attachment" + line +
           "--B" + line + headers + line + root + line + "--B--" + line;
}

constexpr const char* with_start = "multipart/related; boundary=\"B\"; start=\"<root>\"";

TEST(multipart, the_root_part_is_read_in_its_character_set) {
    EXPECT_EQ(
        message_of(parts("Content-Type: text/xml; charset=iso-8859-1\r\nContent-ID: <root>\r\n"), with_start),
        "caf\xC3\xA9");
}

TEST(multipart, headers_may_be_folded) {
    for (const auto* headers : {
             "Content-Type: application/xop+xml;\r\n "
             "charset=iso-8859-1;\r\n\ttype=\"text/xml\"\r\nContent-ID: <root>\r\n",
             "Content-Type:\r\n text/xml; charset=iso-8859-1\r\nContent-ID:\r\n\t<root>\r\n",
             "Content-Type: text/xml;\r\n   charset =\r\n  \"ISO-8859-1\"\r\ncontent-id : <root>\r\n",
             "X: y\r\n z: Content-ID: <none>\r\nCONTENT-ID: root\r\ncontent-type: text/xml; "
             "Charset='iso-8859-1'\r\n",
         })
        EXPECT_EQ(message_of(parts(headers), with_start), "caf\xC3\xA9") << headers;
}

TEST(multipart, lines_may_end_with_a_line_feed_alone) {
    EXPECT_EQ(message_of(parts("Content-Type: text/xml;\n charset=iso-8859-1\nContent-ID: <root>\n", "\n"),
                         with_start),
              "caf\xC3\xA9");
}

TEST(multipart, the_first_part_is_the_root_if_none_is_named) {
    const auto body =
        "--B \r\nContent-Type: text/xml; charset=latin1\r\n\r\n" + root + "\r\n--B\r\n\r\nx\r\n--B--";

    EXPECT_EQ(message_of(body, "Multipart/Related ;boundary=B"), "caf\xC3\xA9");
    EXPECT_EQ(message_of("--B\r\n\r\n" + soap_1_1("<Status>OK</Status><Text>x</Text>") + "\r\n--B--",
                         "multipart/related; boundary=B"),
              "x");
}

TEST(multipart, a_body_that_is_not_divided_as_declared_is_unreadable) {
    const auto body = parts("Content-Type: text/xml; charset=latin1\r\nContent-ID: <root>\r\n");
    for (const auto* type : {"multipart/related; boundary=B",
                             "multipart/related; boundary=C; start=\"<root>\"",
                             "multipart/related; start=\"<root>\"",
                             "multipart/related; boundary=B; start=\"<none>\"",
                             "multipart/related; boundary=\"\"; start=\"<root>\"",
                             "multipart/related"})
        EXPECT_EQ(message_of(body, type), "?") << type;
    EXPECT_EQ(message_of(body.substr(0, body.size() - 8), with_start), "?")
        << "the last delimiter is missing";
    for (const auto* encoding : {"base64", "Quoted-Printable"})
        EXPECT_EQ(message_of(parts("Content-ID: <root>\r\nContent-Transfer-Encoding: " +
                                   std::string(encoding) + "\r\n"),
                             with_start),
                  "?");
}

TEST(multipart, a_delimiter_is_a_whole_line) {
    const auto body = "--Bx\r\n\r\nno\r\n x--B\r\n\r\nno\r\n--B\r\n\r\nyes --B\r\n--B-\r\n\r\n--B--\r\n";

    EXPECT_EQ(wire::root_part("multipart/related; boundary=B", body)->body, "yes --B\r\n--B-\r\n");
}

TEST(multipart, boundaries_and_headers_have_a_greatest_length) {
    for (const std::size_t length : {70U, 71U}) {
        const std::string boundary(length, 'b');
        const auto body = "--" + boundary + "\r\n\r\nx\r\n--" + boundary + "--";

        EXPECT_EQ(wire::root_part("multipart/related; boundary=" + boundary, body).has_value(),
                  length == 70U);
    }
    for (const std::size_t length : {16'000U, 17'000U})
        EXPECT_EQ(wire::root_part("multipart/related; boundary=b",
                                  "--b\r\nX: " + std::string(length, 'x') + "\r\n\r\nx\r\n--b--")
                      .has_value(),
                  length == 16'000U);
}

TEST(content_type, parameters_are_read_in_loose_notations) {
    for (const auto* type : {
             "text/xml;charset=UTF-8",
             "text/xml; charset=UTF-8",
             "text/xml ;  Charset = UTF-8",
             "text/xml;;charset=UTF-8;",
             "text/xml; CHARSET=\"UTF-8\"",
             "text/xml; charset='UTF-8'",
             "text/xml; charset=\"U\\TF-8\"",
             "text/xml; a=b; charset=UTF-8",
             "text/xml; a=\"; charset=x\"; charset=UTF-8",
             "text/xml charset=UTF-8",
             "text/xml; a; charset=UTF-8",
             "text/xml; charset=UTF-8, text/xml",
             "text/xml; charset=\"UTF-8",
             " text/xml;\tcharset\t=\tUTF-8 ",
         }) {
        EXPECT_EQ(wire::parameter_of(type, "charset"), "UTF-8") << type;
        EXPECT_EQ(wire::media_type_of(type), "text/xml") << type;
    }
    for (const auto* type :
         {"", "text/xml", "text/xml;", "text/xml; charset", "text/xml; charset=", "text/xml; xcharset=a"})
        EXPECT_EQ(wire::parameter_of(type, "charset"), "") << type;
}

} // namespace
} // namespace contego
