#include "unit/binding/sample.hpp"
#include "unit/conformance/conformance.hpp"

// The header, the byte order mark and the XML declaration may each name a character set.

namespace contego::conformance {
namespace {

/// A text of ASCII in UTF-16.
std::string utf_16(std::string_view text, bool big_endian, bool mark) {
    std::string out;
    const auto add = [&](unsigned char high, unsigned char low) {
        out += static_cast<char>(big_endian ? high : low);
        out += static_cast<char>(big_endian ? low : high);
    };
    if (mark) add(0xFE, 0xFF);
    for (const char c : text)
        add(0, static_cast<unsigned char>(c));
    return out;
}

std::string declared(std::string_view encoding, std::string_view text = "so") {
    return "<?xml version=\"1.0\" encoding=\"" + std::string(encoding) + "\"?>" +
           samples::soap_1_1("<Status>OK</Status><Text>" + std::string(text) + "</Text>");
}

} // namespace

std::vector<conformance_case> character_sets() {
    std::vector<conformance_case> all;
    const auto add = [&](std::string name,
                         std::string_view source,
                         std::string_view type,
                         const std::string& body,
                         verdicts v = done) {
        all.push_back(
            {"character_set_" + std::move(name), source, http(body, "200 OK", type), ending::keeps, v, true});
    };
    constexpr std::string_view both = "RFC 7303, 3.2: mark, then header, then declaration";
    const std::string mark = "\xEF\xBB\xBF";
    add("of_none_named", both, "text/xml", status());
    add("utf_8_by_header",
        both,
        "text/xml; charset=utf-8",
        samples::soap_1_1("<Status>OK</Status><Text>\xC3\xA9</Text>"));
    add("utf_8_by_declaration", both, "text/xml", declared("UTF-8", "\xC3\xA9"));
    add("utf_8_by_mark", both, "text/xml", mark + status());
    add("utf_8_by_all", both, "text/xml; charset=UTF-8", mark + declared("utf-8", "\xC3\xA9"));
    add("utf_8_by_mark_against_the_header", both, "text/xml; charset=iso-8859-1", mark + status());
    add("latin_1_by_header",
        both,
        "text/xml; charset=iso-8859-1",
        samples::soap_1_1("<Status>OK</Status><Text>\xE9</Text>"));
    add("latin_1_by_declaration", both, "text/xml", declared("ISO-8859-1", "\xE9"));
    add("latin_1_by_header_against_the_declaration",
        both,
        "text/xml; charset=ISO-8859-1",
        declared("UTF-8", "\xE9"));
    add("windows_1252_by_header",
        "a common label",
        "text/xml; charset=windows-1252",
        samples::soap_1_1("<Status>OK</Status><Text>\x80</Text>"));
    add("us_ascii_by_header", both, "text/xml; charset=us-ascii", status());
    add("us_ascii_with_a_byte_of_utf_8",
        "a wrong label of an old default (RFC 3023)",
        "text/xml; charset=us-ascii",
        samples::soap_1_1("<Status>OK</Status><Text>\xC3\xA9</Text>"));
    for (const bool big : {true, false}) {
        const std::string order = big ? "big_endian" : "little_endian";
        add("utf_16_by_mark_" + order, both, "text/xml", utf_16(status(), big, true));
        add("utf_16_by_header_" + order, both, "text/xml; charset=utf-16", utf_16(status(), big, true));
        add("utf_16_without_a_mark_" + order,
            "XML 1.0, F.1",
            big ? "text/xml; charset=utf-16be" : "text/xml; charset=utf-16le",
            utf_16(status(), big, false));
    }
    add("of_a_name_that_nobody_knows",
        "nobody can say what the bytes mean",
        "text/xml; charset=klingon",
        samples::soap_1_1("<Status>OK</Status><Text>\xE9</Text>"),
        unclear("UNREADABLE_ANSWER"));
    add("utf_8_that_is_broken",
        "XML 1.0, 4.3.3: fatal",
        "text/xml; charset=utf-8",
        samples::soap_1_1("<Status>OK</Status><Text>\xC3(</Text>"),
        unclear("UNREADABLE_ANSWER"));
    return all;
}

} // namespace contego::conformance
