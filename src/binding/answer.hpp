#pragma once

#include <contego/exchange.hpp>

#include <pugixml.hpp>

#include <string>

namespace contego::wire {

/// The body of an answer, parsed: a SOAP envelope of either version with whatever prefixes, or a reason why
/// not.
///
/// After construction the elements of an envelope that holds no fault have lost their prefixes, so that XPath
/// finds them by their local names. A DTD and elements nested deeper than 100 are refused.
class answer {
public:
    enum class kind {
        envelope, ///< with a body that is no fault
        fault,
        other,   ///< no SOAP envelope: HTML, JSON, nothing, broken XML
        refused, ///< an envelope that must not be read
    };

    explicit answer(const exchange& e);

    [[nodiscard]] kind what() const { return kind_; }

    /// The document, for queries. Meant for an envelope.
    [[nodiscard]] const pugi::xml_document& document() const { return document_; }

    /// The Fault element; empty unless this is a fault.
    [[nodiscard]] pugi::xml_node fault() const { return fault_; }

    /// Why it is no readable envelope, as part of a sentence.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void parse(std::string_view body, std::string_view charset);
    void classify();

    std::string text_; // the document points into it
    pugi::xml_document document_;
    pugi::xml_node fault_;
    kind kind_ = kind::other;
    std::string reason_;
};

} // namespace contego::wire
