#pragma once

#include "binding/condition.hpp"
#include "binding/escape.hpp"
#include "binding/format.hpp"
#include "binding/sent_value.hpp"
#include "binding/site_values.hpp"
#include <contego/call_item.hpp>
#include <contego/choice.hpp>
#include <contego/command.hpp>
#include <contego/limits.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace contego::wire {

struct digest_rule;

/// One step of writing an envelope.
struct step {
    enum class kind {
        constant,         ///< `text` as it is
        parameter,        ///< the parameter named `text`, escaped
        sent,             ///< `value`, which belongs to this sending
        endpoint,         ///< the URL of the site, followed by the path `text`
        digest,           ///< the hash `digest`
        password_digest,  ///< of WS-Security, for the secret named `text`
        nonce,            ///< of this sending, in Base64
        secret,           ///< the site's secret named `text`, escaped
        session,          ///< the token of the session, escaped
        condition,        ///< the steps up to `end`, if `when` holds for the parameter named `text`
        for_each,         ///< the steps up to `end`, once for each item of the list named `text`
        for_each_request, ///< the steps up to `end`, once for each request of a shared call
    };
    kind what = kind::constant;
    std::string text{};     ///< bytes in the provider's character set, or the name of a parameter
    std::size_t levels = 0; ///< how many enclosing for_each to step out of before the name is looked up
    place where = place::element;
    sent_value value{};
    bool secret = false;
    condition when{};
    std::shared_ptr<const digest_rule> digest{};
    format_pointer as{}; ///< how the CAS writes the value; nullptr: as we do
    std::size_t end = 0; ///< index after the last step of the block
};

/// A request skeleton as steps: the longest possible constant pieces, and the variable parts between them.
struct skeleton {
    std::vector<step> steps;
    std::size_t constant_bytes = 0;
    character_set characters = character_set::utf_8;
    std::vector<choice> choices;     ///< of values that have a table
    std::uint32_t without_place = 0; ///< as in contego::limits: the optional parameters that it never names
    /// How the repeated element of a plural command shows the smartcard: one step without escapes, or none.
    std::vector<step> card;
};

/// A rendered skeleton.
struct rendered {
    struct stretch {
        std::size_t begin;
        std::size_t end;
    };

    std::string text;             ///< bytes in the provider's character set
    std::vector<stretch> secrets; ///< the stretches of the text that show a secret, in order
};

/// Renders an envelope. Allocates only the texts that it returns.
[[nodiscard]] rendered
render(const skeleton& s, const value::object& parameters, const sending& now, const site_values& here);

/// Renders the envelope of a call with these requests, at least one. Outside the repeated element, the
/// parameters are those of the first request and the sending is `call`.
[[nodiscard]] rendered
render(const skeleton& s, std::span<const call_item> items, const sending& call, const site_values& here);

/// Returns the text with every secret as `****`.
[[nodiscard]] std::string masked_text(const rendered& r);

} // namespace contego::wire
