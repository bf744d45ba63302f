#pragma once

#include "binding/veil.hpp"
#include <contego/exchange.hpp>

#include <pugixml.hpp>

#include <string>

namespace contego::wire {

/// The body of an answer, parsed: a SOAP envelope of either version with whatever prefixes, or a reason why
/// not.
///
/// Reading is linear in the body's size, and bounded; see well_formed.hpp.
class answer {
public:
    enum class kind {
        envelope, ///< with one Body and no fault in it
        fault,    ///< with one Body and a fault in it, alone
        unclear,  ///< a SOAP envelope that has not exactly one Body, or a fault beside something else
        nothing,  ///< no body at all
        other,    ///< no SOAP envelope: HTML, JSON, broken XML, or what must not be read
    };

    explicit answer(const exchange& e);

    [[nodiscard]] kind what() const { return kind_; }

    /// The document, for queries. Its elements have lost their prefixes, so that XPath finds them by their
    /// local names; those of a fault only after strip().
    [[nodiscard]] const pugi::xml_document& document() const { return document_; }

    void strip();

    /// Takes away what stands beside the Body of an envelope: its Header says nothing of the outcome.
    void keep_body();

    /// Masks the secrets in every text and attribute: texts that stand apart may be joined when they are
    /// read.
    void mask(const veil& v);

    /// The Fault element, with its prefixes until strip(); empty unless this is a fault.
    [[nodiscard]] pugi::xml_node fault() const { return fault_; }

    /// Why it is no readable envelope, as part of a sentence.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void parse(std::string_view body, std::string_view charset);
    void classify();
    void tell_fault(std::string_view soap);

    std::string text_; // the document points into it
    pugi::xml_document document_;
    pugi::xml_node body_;
    pugi::xml_node fault_;
    bool names_fault_ = false; // somewhere in the text
    kind kind_ = kind::other;
    std::string reason_;
};

} // namespace contego::wire
