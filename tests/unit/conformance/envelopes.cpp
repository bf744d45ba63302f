#include "unit/binding/sample.hpp"
#include "unit/conformance/conformance.hpp"

// Envelopes, their content types and what XML allows inside them.

namespace contego::conformance {
namespace {

using samples::soap_1_1;
using samples::soap_1_2;

constexpr std::string_view inner = "<r:A xmlns:r=\"urn:r\"><r:Status>OK</r:Status></r:A>";

void add_content_types(std::vector<conformance_case>& all) {
    int n = 0;
    for (const std::string_view type : {"text/xml",
                                        "text/xml;charset=utf-8",
                                        "TEXT/XML; Charset=\"UTF-8\"",
                                        "application/xml",
                                        "application/soap+xml",
                                        "application/soap+xml; charset=utf-8; action=\"urn:a\"",
                                        "text/plain",
                                        "application/octet-stream",
                                        "text/html",
                                        "nonsense",
                                        "text/xml; charset=",
                                        "text/xml; charset=utf-8; charset=utf-8",
                                        "text/xml;;"})
        all.push_back({"content_type_" + std::to_string(n++),
                       "the envelope decides, not the label; SOAP 1.1, 6; RFC 3902",
                       http(status(), "200 OK", type),
                       ending::keeps,
                       done,
                       true});
    all.push_back(
        {"content_type_missing",
         "RFC 9110, 8.3: a recipient may examine the data",
         "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(status().size()) + "\r\n\r\n" + status(),
         ending::keeps,
         done,
         true});
}

void add_xml(std::vector<conformance_case>& all) {
    const auto add = [&](std::string name, std::string_view source, std::string body, verdicts v) {
        all.push_back({"envelope_" + std::move(name), source, http(body), ending::keeps, v, true});
    };
    const auto unreadable = unclear("UNREADABLE_ANSWER");
    add("with_a_declaration", "XML 1.0, 2.8", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + status(), done);
    add("after_blank_lines",
        "not XML 1.0, but some servers begin with an empty line",
        "\r\n\r\n" + status(),
        done);
    add("with_comments_and_instructions",
        "XML 1.0, 2.5 and 2.6",
        "<!-- a --><?p i?>" + status() + "<!-- b -->",
        done);
    add("with_a_header",
        "SOAP 1.1, 4.2",
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header><h:T "
        "xmlns:h=\"urn:h\">1</h:T></e:Header><e:Body>" +
            std::string(inner) + "</e:Body></e:Envelope>",
        done);
    add("in_the_default_namespace",
        "XML Namespaces, 6.2",
        "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><A "
        "xmlns=\"\"><Status>OK</Status></A></Body></Envelope>",
        done);
    add("of_soap_1_2", "a server may answer in its own version", soap_1_2(inner), done);
    add("with_a_status_in_cdata", "XML 1.0, 2.7", soap_1_1("<Status><![CDATA[OK]]></Status>"), done);
    add("with_a_status_of_references", "XML 1.0, 4.1", soap_1_1("<Status>&#79;&#x4B;</Status>"), done);
    add("with_blanks_around_the_status",
        "XML Schema part 2: a token",
        soap_1_1("<Status>\n OK\t</Status>"),
        done);
    add("with_a_comment_in_the_status",
        "XML 1.0, 2.5: a comment is no character data",
        soap_1_1("<Status>O<!-- x -->K</Status>"),
        done);
    add("with_the_same_status_twice",
        "docs/binding.md: one status",
        soap_1_1("<a><Status>OK</Status></a><b><Status>OK</Status></b>"),
        done);
    add("with_two_statuses",
        "docs/binding.md: an answer that contradicts itself",
        soap_1_1("<a><Status>OK</Status></a><b><Status>BUSY</Status></b>"),
        unreadable);
    add("with_a_status_in_the_header_only",
        "docs/binding.md: read from the Body alone",
        "<e:Envelope "
        "xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header><Status>OK</Status></"
        "e:Header><e:Body/></e:Envelope>",
        unreadable);
    add("without_a_status", "docs/binding.md", soap_1_1("<A/>"), unreadable);
    add("with_an_empty_status", "docs/binding.md", soap_1_1("<Status/>"), unreadable);
    add("with_a_status_that_nobody_knows",
        "docs/binding.md: held, not guessed",
        status("WHATEVER"),
        unclear("WHATEVER"));
    add("with_a_status_in_other_letters", "docs/binding.md: exactly", status("ok"), unclear("ok"));
    add("with_a_refusal", "docs/binding.md", status("NO_SUCH_CARD"), refused("NO_SUCH_CARD"));
    add("that_is_busy", "docs/binding.md", status("BUSY"), again("BUSY"));
    add("with_two_bodies",
        "SOAP 1.1, 4: one Body",
        "<e:Envelope "
        "xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><Status>OK</Status></e:Body><e:Body/"
        "></e:Envelope>",
        unreadable);
    add("without_a_body",
        "SOAP 1.1, 4: one Body",
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
        unreadable);
    add("twice", "XML 1.0, 2.1: one root", status() + status(), unreadable);
    add("followed_by_text", "XML 1.0, 2.1: nothing behind the root", status() + "x", unreadable);
    add("cut_in_the_middle", "XML 1.0, 2.1", status().substr(0, status().size() / 2), unreadable);
    add("with_crossed_tags", "XML 1.0, 3", soap_1_1("<a><b></a></b><Status>OK</Status>"), unreadable);
    add("with_a_repeated_attribute",
        "XML 1.0, 3.1",
        soap_1_1("<a b=\"1\" b=\"2\"/><Status>OK</Status>"),
        unreadable);
    add("with_an_unknown_entity", "XML 1.0, 4.1", soap_1_1("<Status>OK</Status><a>&b;</a>"), unreadable);
    add("with_a_bare_ampersand", "XML 1.0, 2.4", soap_1_1("<Status>OK</Status><a>b & c</a>"), unreadable);
    add("with_a_prefix_of_nothing",
        "XML Namespaces, 5; read all the same, because nothing is asked of it",
        soap_1_1("<x:a/><Status>OK</Status>"),
        done);
    add("with_a_document_type",
        "SOAP 1.1, 3: no DTD",
        "<!DOCTYPE a [<!ENTITY b \"OK\">]>" + soap_1_1("<Status>&b;</Status>"),
        unreadable);
    add("with_entities_that_grow",
        "a billion laughs",
        "<!DOCTYPE a [<!ENTITY b \"OK\"><!ENTITY c \"&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;\">]>" +
            soap_1_1("<Status>&d;</Status>"),
        unreadable);
    add("with_an_external_entity",
        "XXE",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" + status(),
        unreadable);
    add("with_a_forbidden_character", "XML 1.0, 2.2", soap_1_1("<Status>OK</Status><a>\x01</a>"), unreadable);
    add("with_a_forbidden_reference", "XML 1.0, 4.1", soap_1_1("<Status>OK</Status><a>&#0;</a>"), unreadable);
    add("of_another_root", "SOAP 1.1, 4", "<Status>OK</Status>", unreadable);
    add("of_another_namespace",
        "SOAP 1.1, 4.1.2: another version",
        "<e:Envelope xmlns:e=\"urn:other\"><e:Body><Status>OK</Status></e:Body></e:Envelope>",
        unreadable);
}

void add_multipart(std::vector<conformance_case>& all) {
    const auto part = [](std::string_view head, std::string_view close = "\r\n--b--\r\n") {
        return "--b\r\n" + std::string(head) + "\r\n" + status() + std::string(close);
    };
    const auto add = [&](std::string name, std::string_view type, const std::string& body, verdicts v) {
        all.push_back({"multipart_" + std::move(name),
                       "RFC 2387; RFC 2046, 5.1; MTOM",
                       http(body, "200 OK", type),
                       ending::keeps,
                       v,
                       true});
    };
    constexpr std::string_view usual =
        "multipart/related; boundary=b; type=\"application/xop+xml\"; start=\"<r>\"";
    constexpr std::string_view xop =
        "Content-Type: application/xop+xml; charset=utf-8\r\nContent-ID: <r>\r\n";
    const auto unreadable = unclear("UNREADABLE_ANSWER");
    add("of_one_part", usual, part(xop), done);
    add("with_a_quoted_boundary",
        "multipart/related; boundary=\"b\"",
        part("Content-Type: text/xml\r\n"),
        done);
    add("with_folded_headers",
        usual,
        part("Content-Type: application/xop+xml;\r\n charset=utf-8\r\nContent-ID:\r\n <r>\r\n"),
        done);
    add("without_part_headers", "multipart/related; boundary=b", part(""), done);
    add("with_a_preamble", usual, "ignore me\r\n" + part(xop), done);
    add("with_an_epilogue", usual, part(xop) + "ignore me", done);
    add("with_an_attachment",
        usual,
        part(xop,
             "\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-ID: "
             "<x>\r\n\r\n\x01\x02\r\n--b--\r\n"),
        done);
    add("without_the_boundary_that_it_names", "multipart/related; boundary=other", part(xop), unreadable);
    add("without_a_boundary", "multipart/related", part(xop), unreadable);
}

} // namespace

std::vector<conformance_case> envelopes() {
    std::vector<conformance_case> all;
    add_content_types(all);
    add_xml(all);
    add_multipart(all);
    return all;
}

} // namespace contego::conformance
