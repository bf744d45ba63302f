#pragma once

#include "binding/body_text.hpp"
#include "binding/veil.hpp"
#include <contego/exchange.hpp>

#include <pugixml.hpp>

#include <string>

namespace contego::wire {

/// The parsed body of an answer: a SOAP envelope of either version with any prefixes, or the reason why it is
/// none.
///
/// The time for reading is linear in the size of the body, and bounded; see well_formed.hpp.
class answer {
public:
    enum class kind {
        envelope, ///< has one Body and no fault
        fault,    ///< has one Body that holds only a fault
        unclear,  ///< a SOAP envelope with no Body, several, or a fault beside other elements
        nothing,  ///< no body at all
        other,    ///< no SOAP envelope: HTML, JSON, broken XML, or XML that we refuse
    };

    /// `body` is the beginning of the exchange's body; if that is the whole, it is not decoded again.
    answer(const exchange& e, body_text body);

    /// Returns which kind of body it is.
    [[nodiscard]] kind what() const { return kind_; }

    /// Returns the document for queries. Its elements have lost their prefixes, so that XPath finds them by
    /// their local names. Those of a fault keep their prefixes until strip().
    [[nodiscard]] const pugi::xml_document& document() const { return document_; }

    /// Removes the prefixes of a fault's elements.
    void strip();

    /// Removes everything beside the Body of an envelope. Its Header says nothing about the outcome.
    void keep_body();

    /// Puts the document in the text that a query finds in the place of the envelope. Returns why it cannot
    /// be read, as a sentence; empty if it can.
    [[nodiscard]] std::string open_document(const pugi::xpath_query& at);

    /// Masks the secrets in the whole document, element by element, since neighbouring texts may be joined
    /// when they are read.
    void mask(const veil& v);

    /// Returns the Fault element, with its prefixes until strip(). Empty unless this is a fault.
    [[nodiscard]] pugi::xml_node fault() const { return fault_; }

    /// Returns why this is no readable envelope, as part of a sentence.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void parse(std::string_view body, std::optional<decoded> read);
    void classify();
    void tell_fault(std::string_view soap);

    std::string text_; // the document points into it
    pugi::xml_document document_;
    pugi::xml_node body_;
    pugi::xml_node fault_;
    bool names_fault_ = false; // the word occurs somewhere in the text
    kind kind_ = kind::other;
    std::string reason_;
};

} // namespace contego::wire
