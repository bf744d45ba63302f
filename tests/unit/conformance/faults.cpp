#include "unit/binding/sample.hpp"
#include "unit/conformance/conformance.hpp"

// Faults of SOAP 1.1 and 1.2. The envelope decides whether an answer is a fault, not the HTTP status.

namespace contego::conformance {
namespace {

using samples::soap_1_1;
using samples::soap_1_2;

std::string fault_1_1(std::string_view code, std::string_view prefix = "e:", std::string_view more = {}) {
    return soap_1_1("<e:Fault><faultcode>" + std::string(prefix) + std::string(code) +
                    "</faultcode><faultstring>no</faultstring>" + std::string(more) + "</e:Fault>");
}

std::string fault_1_2(std::string_view code, std::string_view more = {}) {
    return soap_1_2("<e:Fault><e:Code><e:Value>e:" + std::string(code) + "</e:Value>" + std::string(more) +
                    "</e:Code><e:Reason><e:Text xml:lang=\"en\">no</e:Text></e:Reason></e:Fault>");
}

constexpr std::string_view soap_1_2_type = "application/soap+xml; charset=utf-8";

/// What the code of a fault means, without a row in the binding file.
struct code_meaning {
    std::string_view soap_1_1_code;
    std::string_view soap_1_2_code; ///< empty: SOAP 1.2 has none
    verdicts expected;
};

constexpr code_meaning meanings[]{
    {"Client", "Sender", refused("SOAP_FAULT:Client")},
    {"Server", "Receiver", failed("SOAP_FAULT:Server")},
    {"VersionMismatch", "VersionMismatch", unclear("SOAP_FAULT:VersionMismatch")},
    {"MustUnderstand", "MustUnderstand", unclear("SOAP_FAULT:MustUnderstand")},
    {"", "DataEncodingUnknown", unclear("SOAP_FAULT:DataEncodingUnknown")},
    {"Proprietary", "", unclear("SOAP_FAULT:Proprietary")},
};

void add_every_code_with_every_status(std::vector<conformance_case>& all) {
    for (const auto& m : meanings)
        for (const std::string_view http_status :
             {"500 Internal Server Error", "200 OK", "400 Bad Request"}) {
            const auto number = std::string(http_status.substr(0, 3));
            if (!m.soap_1_1_code.empty())
                all.push_back({"soap_1_1_" + std::string(m.soap_1_1_code) + "_with_" + number,
                               "SOAP 1.1, 4.4.1; WS-I BP 1.1, R1107",
                               http(fault_1_1(m.soap_1_1_code), http_status),
                               ending::keeps,
                               m.expected,
                               true});
            if (!m.soap_1_2_code.empty())
                all.push_back({"soap_1_2_" + std::string(m.soap_1_2_code) + "_with_" + number,
                               "SOAP 1.2 part 1, 5.4.6",
                               http(fault_1_2(m.soap_1_2_code), http_status, soap_1_2_type),
                               ending::keeps,
                               m.expected,
                               true});
        }
}

void add_shapes(std::vector<conformance_case>& all) {
    const std::string_view error = "500 Error";
    const auto client = refused("SOAP_FAULT:Client");
    const auto server = failed("SOAP_FAULT:Server");
    const auto add = [&](std::string name, std::string_view source, std::string body, verdicts v) {
        all.push_back({"fault_" + std::move(name), source, http(body, error), ending::keeps, v, true});
    };
    add("without_a_prefix_in_the_code",
        "SOAP 1.1, 4.4: a QName; many stacks leave the prefix out",
        fault_1_1("Client", ""),
        client);
    add("with_another_prefix_in_the_code",
        "XML Namespaces, 4: a prefix is no part of a name",
        soap_1_1(
            "<e:Fault xmlns:x=\"http://schemas.xmlsoap.org/soap/envelope/\"><faultcode>x:Client</faultcode>"
            "<faultstring>no</faultstring></e:Fault>"),
        client);
    add("with_a_dotted_code",
        "SOAP 1.1, 4.4.1: a dot makes a code more specific",
        fault_1_1("Server.userException"),
        failed("SOAP_FAULT:Server.userException"));
    add("with_a_code_dotted_twice",
        "SOAP 1.1, 4.4.1",
        fault_1_1("Client.Input.Card"),
        refused("SOAP_FAULT:Client.Input.Card"));
    add("with_blanks_around_the_code",
        "XML Schema part 2: QName collapses blanks",
        soap_1_1("<e:Fault><faultcode>\n  e:Client \t</faultcode><faultstring>no</faultstring></e:Fault>"),
        client);
    add("with_qualified_children",
        "not SOAP 1.1, but old stacks write it",
        soap_1_1("<e:Fault><e:faultcode>e:Client</e:faultcode><e:faultstring>no</e:faultstring></e:Fault>"),
        client);
    add("with_an_actor_and_a_detail",
        "SOAP 1.1, 4.4",
        fault_1_1("Server", "e:", "<faultactor>urn:a</faultactor><detail><x>1</x></detail>"),
        server);
    add("with_a_detail_that_looks_like_a_status",
        "SOAP 1.1, 4.4: a fault is no answer",
        fault_1_1("Server", "e:", "<detail><Status>OK</Status></detail>"),
        server);
    add("without_a_faultstring",
        "a lenient reading",
        soap_1_1("<e:Fault><faultcode>e:Client</faultcode></e:Fault>"),
        client);
    add("without_a_code",
        "SOAP 1.1, 4.4: faultcode must be there",
        soap_1_1("<e:Fault><faultstring>no</faultstring></e:Fault>"),
        unclear("UNREADABLE_ANSWER"));
    add("beside_an_answer",
        "SOAP 1.1, 4.4: the Fault must be alone in the Body",
        soap_1_1(
            "<r:A xmlns:r=\"urn:r\"><r:Status>OK</r:Status></r:A><e:Fault><faultcode>e:Server</faultcode>"
            "<faultstring>no</faultstring></e:Fault>"),
        unclear("UNREADABLE_ANSWER"));
    add("in_the_header",
        "SOAP 1.1, 4.4: a body entry",
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header><e:Fault>"
        "<faultcode>e:Server</faultcode></e:Fault></e:Header><e:Body><Status>OK</Status></e:Body></"
        "e:Envelope>",
        unclear("UNREADABLE_ANSWER"));
    add("below_another_element",
        "SOAP 1.1, 4.4: a body entry",
        soap_1_1("<A><e:Fault><faultcode>e:Server</faultcode></e:Fault><Status>OK</Status></A>"),
        unclear("UNREADABLE_ANSWER"));
    add("of_another_namespace",
        "SOAP 1.1, 4.4: Fault of the namespace of the envelope; this is an answer without a status",
        soap_1_1("<x:Fault xmlns:x=\"urn:x\"><faultcode>x:Server</faultcode></x:Fault>"),
        unclear("UNREADABLE_ANSWER"));
    add("of_1_2_with_a_subcode",
        "SOAP 1.2 part 1, 5.4.1",
        fault_1_2("Sender", "<e:Subcode><e:Value>x:NoSuchCard</e:Value></e:Subcode>"),
        refused("SOAP_FAULT:Client.NoSuchCard"));
    add("of_1_2_with_nested_subcodes",
        "SOAP 1.2 part 1, 5.4.1",
        fault_1_2("Receiver",
                  "<e:Subcode><e:Value>a</e:Value><e:Subcode><e:Value>b</e:Value></e:Subcode></e:Subcode>"),
        failed("SOAP_FAULT:Server.a.b"));
    add("of_1_2_with_node_role_and_detail",
        "SOAP 1.2 part 1, 5.4",
        soap_1_2("<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text "
                 "xml:lang=\"fi\">ei</e:Text>"
                 "<e:Text xml:lang=\"en\">no</e:Text></e:Reason><e:Node>urn:n</e:Node><e:Role>urn:r</e:Role>"
                 "<e:Detail><a/></e:Detail></e:Fault>"),
        client);
    add("of_1_2_in_the_form_of_1_1",
        "SOAP 1.2 part 1, 5.4: not a fault of that version",
        soap_1_2("<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"),
        unclear("UNREADABLE_ANSWER"));
}

} // namespace

std::vector<conformance_case> faults() {
    std::vector<conformance_case> all;
    add_every_code_with_every_status(all);
    add_shapes(all);
    return all;
}

} // namespace contego::conformance
