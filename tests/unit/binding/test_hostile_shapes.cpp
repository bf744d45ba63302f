#include "sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>

// An answer of any shape is read in linear time: one of 4 MiB takes about four times as long as one of 1 MiB.
// The test measures the processor time of its own thread, so that other work on the machine does not change
// the result.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::soap_1_1;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;
constexpr std::string_view opening = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"";

struct shape {
    std::string name;
    std::function<exchange(std::size_t)> of_size;
};

std::string times(std::string_view what, std::size_t bytes) {
    std::string out;
    out.reserve(bytes + what.size());
    while (out.size() < bytes)
        out += what;
    return out;
}

std::string numbered(std::string_view before, std::string_view behind, std::size_t bytes) {
    std::string out;
    for (int i = 0; out.size() < bytes; ++i)
        ((out += before) += std::to_string(i)) += behind;
    return out;
}

// Returns an envelope with one value of every kind, followed by hostile content.
exchange beside_a_status(const std::string& hostile) {
    return answered(soap_1_1("<Status>OK</Status><Paired>1</Paired>" + hostile));
}

exchange in_parts(const std::string& boundary, const std::string& body) {
    return answered(body, 200, "multipart/related; boundary=\"" + boundary + "\"; start=\"<r>\"");
}

std::vector<shape> markup_shapes() {
    return {
        {"nested", [](std::size_t n) { return answered(times("<a>", n)); }},
        {"nested_and_closed",
         [](std::size_t n) { return answered(times("<a>", n / 2) + times("</a>", n / 2)); }},
        {"declarations_and_bodies",
         [](std::size_t n) {
             return answered(std::string(opening) + numbered(" xmlns:a", "='u'", n / 2) + ">" +
                             times("<Body/>", n / 2) + "</e:Envelope>");
         }},
        {"some_declarations_and_bodies",
         [](std::size_t n) {
             return answered(std::string(opening) + numbered(" xmlns:a", "='u'", 3000) + ">" +
                             numbered("<a", ":Body/>", n) + "</e:Envelope>");
         }},
        {"long_prefixes",
         [](std::size_t n) {
             const std::string prefix(900, 'p');
             return answered(std::string(opening) + numbered(" xmlns:" + prefix, "='u'", n / 8) + ">" +
                             numbered("<" + prefix, ":Body/>", n) + "</e:Envelope>");
         }},
        {"attributes", [](std::size_t n) { return beside_a_status("<a" + numbered(" a", "=''", n) + "/>"); }},
        {"attributes_of_many",
         [](std::size_t n) { return beside_a_status(times("<a" + numbered(" a", "='x'", 2500) + "/>", n)); }},
        {"elements", [](std::size_t n) { return beside_a_status(times("<a/>", n)); }},
        {"long_elements",
         [](std::size_t n) { return beside_a_status(times("<a>" + std::string(40, 'x') + "</a>", n)); }},
        {"boxes", [](std::size_t n) { return beside_a_status(times("<Box>1</Box>", n)); }},
        {"nested_boxes",
         [](std::size_t n) {
             return beside_a_status(times("<Box>", 400) + std::string(n, '1') + times("</Box>", 480));
         }},
        {"statuses",
         [](std::size_t n) {
             return answered(soap_1_1(times("<Status>" + std::string(60, 'x') + "</Status>", n)));
         }},
        {"comments", [](std::size_t n) { return beside_a_status(times("<!-- - -->", n)); }},
        {"open_comments", [](std::size_t n) { return beside_a_status(times("<!--", n)); }},
        {"sections", [](std::size_t n) { return beside_a_status(times("<![CDATA[ ]]>", n)); }},
        {"open_sections", [](std::size_t n) { return beside_a_status(times("<![CDATA[", n)); }},
        {"instructions", [](std::size_t n) { return beside_a_status(times("<?a ?", n)); }},
        {"references", [](std::size_t n) { return beside_a_status(times("&#52;", n)); }},
        {"ampersands", [](std::size_t n) { return beside_a_status(times("&", n)); }},
        {"brackets", [](std::size_t n) { return beside_a_status(times("<", n)); }},
        {"a_dtd", [](std::size_t n) { return answered("<!DOCTYPE a [" + times("<!ENTITY a 'b'>", n)); }},
        {"a_name", [](std::size_t n) { return beside_a_status("<" + std::string(n, 'a') + "/>"); }},
        {"blanks", [](std::size_t n) { return answered(std::string(n, ' ')); }},
    };
}

std::vector<shape> text_shapes() {
    return {
        {"a_status",
         [](std::size_t n) { return answered(soap_1_1("<Status>" + std::string(n, 'x') + "</Status>")); }},
        {"a_message",
         [](std::size_t n) { return beside_a_status("<Text>" + times("4711 ", n) + "</Text>"); }},
        {"almost_secrets", [](std::size_t n) { return beside_a_status(times("471471", n)); }},
        {"digits", [](std::size_t n) { return beside_a_status(times("4 7 1 ", n)); }},
        {"escapes", [](std::size_t n) { return beside_a_status(times("&amp;amp;amp;#52;", n)); }},
        {"percents", [](std::size_t n) { return answered(times("%25", n)); }},
        {"dotted_fault",
         [](std::size_t n) {
             return answered(
                 soap_1_1("<e:Fault><faultcode>e:Server" + times(".a", n) + "</faultcode></e:Fault>"), 500);
         }},
        {"fault_detail",
         [](std::size_t n) {
             return answered(soap_1_1("<e:Fault><faultcode>e:Server</faultcode><detail>" +
                                      times("<a>" + std::string(60, 'b') + "</a>", n) +
                                      "</detail></e:Fault>"),
                             500);
         }},
        {"fault_children",
         [](std::size_t n) {
             return answered(soap_1_1("<e:Fault>" + times("<a b='" + std::string(60, 'c') + "'/>", n) +
                                      "<faultcode>e:Server</faultcode></e:Fault>"),
                             500);
         }},
        {"wrong_bytes", [](std::size_t n) { return answered(std::string(n, '\xFF')); }},
        {"wrong_utf_16", [](std::size_t n) { return answered("\xFE\xFF" + times("\xD8", n)); }},
        {"wrong_greek",
         [](std::size_t n) { return answered(times("\xFF", n), 200, "text/xml; charset=iso-8859-7"); }},
        {"latin_1",
         [](std::size_t n) { return answered(times("\xE9", n), 200, "text/xml; charset=iso-8859-1"); }},
        {"html",
         [](std::size_t n) { return answered("<!DOCTYPE html>" + times("<p>4711", n), 503, "text/html"); }},
        {"json", [](std::size_t n) { return answered(times("[4,7,1,", n), 200, "application/json"); }},
    };
}

std::vector<shape> part_shapes() {
    const std::string b(70, '-');
    return {
        {"a_boundary",
         [](std::size_t n) { return in_parts(std::string(n / 256, '-') + "x", std::string(n, '-')); }},
        {"almost_boundaries",
         [b](std::size_t n) { return in_parts(b, times("\r\n" + std::string(71, '-') + "x", n)); }},
        {"dashes", [b](std::size_t n) { return in_parts(b, std::string(n, '-')); }},
        {"one_line", [](std::size_t n) { return in_parts("b", "--b\r\n" + times("--b", n)); }},
        {"parts", [](std::size_t n) { return in_parts("b", times("--b\r\nA: b\r\n\r\n\r\n", n)); }},
        {"empty_parts", [](std::size_t n) { return in_parts("b", times("--b\r\n", n)); }},
        {"part_headers",
         [](std::size_t n) { return in_parts("b", "--b\r\n" + times("a: b\r\n", n) + "\r\n--b--"); }},
        {"folded_header",
         [](std::size_t n) { return in_parts("b", "--b\r\na: b\r\n" + times(" c\r\n", n) + "\r\n--b--"); }},
        {"boundary_and_blanks",
         [](std::size_t n) { return in_parts("b", times("--b" + std::string(1000, ' ') + "x\r\n", n)); }},
        {"parameters",
         [](std::size_t n) { return answered("<a/>", 200, "multipart/related" + times("; a=\"b", n)); }},
    };
}

std::vector<shape> all_shapes() {
    auto all = markup_shapes();
    for (auto& more : {text_shapes(), part_shapes()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Reads and stores the answer, for a command with data and for a command with a secret.
double seconds_for(const binding& b, const exchange& e) {
    const std::vector commands{full_command(command_type::get_pairing_status_for_card),
                               full_command(command_type::update_ca_pin_to_given_value)};
    const auto begin = processor_seconds();
    for (const auto& c : commands) {
        const auto [r, stored] = b.interpret(c, {1}, e);
        EXPECT_LE(r.error_description.size(), 4U * 4000U);
        EXPECT_LE(stored.size(), mebibyte);
    }
    return processor_seconds() - begin;
}

class hostile_shape : public testing::TestWithParam<shape> {};

TEST_P(hostile_shape, is_read_in_linear_and_bounded_time) {
    const auto b = compiled(binding_text());
    const auto middle = GetParam().of_size(mebibyte);
    const auto large = GetParam().of_size(4 * mebibyte);

    // Below the floor, the clock and the caches determine the result more than the code. If other work
    // disturbed a round, the test tries another.
    constexpr double floor = 0.05;
    constexpr int rounds = 3;
    auto for_middle = std::max(seconds_for(b, GetParam().of_size(mebibyte / 4)), floor);
    auto for_large = std::numeric_limits<double>::max();
    for (int i = 0; i < rounds && for_large >= 10 * for_middle; ++i) {
        for_middle = std::max(for_middle, seconds_for(b, middle));
        for_large = std::min(for_large, seconds_for(b, large));
    }

    EXPECT_LT(for_large, 10 * for_middle);
    EXPECT_LT(for_large, 20) << "seconds, with sanitizers";
}

INSTANTIATE_TEST_SUITE_P(shapes, hostile_shape, testing::ValuesIn(all_shapes()), [](const auto& c) {
    return c.param.name;
});

} // namespace
} // namespace contego
