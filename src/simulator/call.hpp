#pragma once

#include <contego/command_type.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::simulator {

/// One call on the CAS, as read from the wire and without its wire names. Only the fields that the command
/// has are set.
struct call {
    command_type command{};
    std::vector<std::string> cards; ///< in ADD_TO_EXISTING_PAIRING the cards to add
    std::string paired_card;        ///< of ADD_TO_EXISTING_PAIRING: the card that is paired already
    std::vector<std::string> boxes;
    std::vector<std::string> services;
    std::string start; ///< as written; empty: none
    std::string end;   ///< as written; empty: none
    std::string message;
    std::string pin;
    std::optional<std::int64_t> duration; ///< seconds
    std::optional<std::int64_t> count;
    std::optional<std::int64_t> interval; ///< seconds
    std::optional<std::int64_t> x;
    std::optional<std::int64_t> y;
    std::optional<std::int64_t> height;
    std::optional<std::int64_t> slot;
    std::string sequence_number; ///< the caller's own number for its request
    std::string mistake;         ///< the first fault in the input; empty: none
};

/// A service that a card may show, and the time in which it may. Dates are kept as written; empty: no bound.
struct subscription {
    std::string service;
    std::string start;
    std::string end;

    friend bool operator==(const subscription&, const subscription&) = default;
};

/// The answer of the CAS about one card of a call.
struct answer_item {
    std::string card;
    std::string status_code;
    std::string message;
    std::string reference;
};

/// The answer of the CAS to a call.
struct answer {
    std::string status_code; ///< `OK`, `CLIENT_NOT_FOUND`, ...
    std::string message;
    std::string reference;
    bool effect = false;                     ///< whether anything in the CAS changed
    std::vector<subscription> subscriptions; ///< of GET_ACTIVE_SUBSCRIPTIONS
    std::optional<bool> paired;              ///< of the two GET_PAIRING_STATUS
    std::vector<answer_item> items;          ///< of a call that is answered for each card
    std::vector<std::string> partners;       ///< the boxes that a card is paired with, or the cards of a box

    /// Returns a success.
    [[nodiscard]] static answer ok(bool effect) {
        return {.status_code = "OK",
                .message = "Request completed",
                .reference = {},
                .effect = effect,
                .subscriptions = {},
                .paired = {},
                .items = {},
                .partners = {}};
    }

    /// Returns a refusal, which has no effect.
    [[nodiscard]] static answer no(std::string status_code, std::string message) {
        return {.status_code = std::move(status_code),
                .message = std::move(message),
                .reference = {},
                .effect = false,
                .subscriptions = {},
                .paired = {},
                .items = {},
                .partners = {}};
    }
};

} // namespace contego::simulator
