#pragma once

#include "binding/body_text.hpp"
#include "binding/compiled.hpp"
#include "binding/veil.hpp"

#include <string>
#include <vector>

namespace contego::wire {

/// What an answer says about one smartcard.
struct item_reply {
    std::string card; ///< as the CAS writes it; empty: the item names none, or several
    reply is;
    std::string text; ///< the element
};

/// The items of an answer.
struct item_replies {
    std::vector<item_reply> all;
    std::string before; ///< the answer up to its first item
    std::string after;  ///< the answer behind it, without its other items
};

/// The command that was sent, to compare the answer with.
struct question {
    const compiled_command& known;
    const command& what;
    const sending* when; ///< nullptr: not known, so the answer is not compared with the command
    const veil& secrets;
    item_replies* items = nullptr; ///< receives the items, if there may be any; nullptr: they are not read
};

/// Interprets an exchange as the reply to a command; see contego::binding::interpret. The texts of the answer
/// are complete and unmasked. Only disclosed() makes a reply that may leave this room. If the answer has
/// items, the result is a success without data, and the items decide.
[[nodiscard]] reply read_exchange(const question& q, const exchange& e, body_text body);

} // namespace contego::wire
