#pragma once

#include "simulator/call.hpp"
#include "simulator/moment.hpp"
#include "simulator/population.hpp"
#include <contego/value.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace contego::simulator {

/// What a test makes of a card, behind the back of the system that manages it. An absent member leaves the
/// card as it is.
struct planted_card {
    std::string number;
    std::optional<std::vector<subscription>> subscriptions;
    std::optional<std::vector<std::string>> boxes; ///< the card leaves its pairing and gets one with these
    std::optional<bool> unknown; ///< if true, the CAS refuses the card, and keeps what it has

    /// Reads `{"smartcard": "01", "subscriptions": [{"service_ca_id": "11", "end_date": "..."}], "stbs":
    /// ["91"], "unknown": false}`. Throws std::invalid_argument.
    [[nodiscard]] static planted_card parse(const value& document);
};

/// The conditional access system itself: entitlements, pairings, PINs, and the messages shown to viewers.
///
/// A pure state machine: no clock, no socket, no XML. A call that names several cards or services is carried
/// out completely or not at all. Cards and boxes are paired if they are in the same pairing. No command
/// dissolves a pairing, so nothing leaves one, unless a test plants it. Not thread safe.
class cas {
public:
    /// Equal seeds give equal reference numbers.
    cas(population p, std::uint64_t seed);

    /// Carries out a call, or returns why not. An entitlement that has ended by `now` is no longer active.
    [[nodiscard]] answer apply(const call& c, moment now);

    /// Returns a new reference number, such as every answer carries.
    [[nodiscard]] std::string next_reference();

    /// Returns all cards that were ever changed, as JSON. PINs are shown only if `secrets` is true.
    [[nodiscard]] value::object state(bool secrets) const;

    /// Returns one card as `state` does. Null if it was never changed.
    [[nodiscard]] value card_state(const std::string& number, bool secrets) const;

    /// Changes a card as a test wants it.
    void plant(const planted_card& p);

    /// Forgets everything except the population and the position in the sequence of random numbers.
    void reset();

private:
    /// A message or fingerprint that was shown to the viewer.
    struct shown {
        std::string text;
        std::string start;
        std::optional<std::int64_t> duration;
        std::optional<std::int64_t> count;
    };

    struct card_record {
        std::vector<subscription> subscriptions; ///< sorted by service
        std::size_t pairing = 0;                 ///< from 1; 0: none
        std::string pin = "0000";
        std::vector<shown> mails;
        std::vector<shown> barks;
        std::vector<shown> fingerprints;
    };

    struct pairing_record {
        std::set<std::string> cards;
        std::set<std::string> boxes;
    };

    [[nodiscard]] std::optional<answer> refuse(const call& c) const;
    [[nodiscard]] answer add(const call& c, moment now);
    [[nodiscard]] answer cancel(const call& c, moment now);
    [[nodiscard]] answer create_pairing(const call& c, moment now);
    [[nodiscard]] answer extend_pairing(const call& c, moment now);
    [[nodiscard]] answer active(const call& c, moment now);
    [[nodiscard]] answer card_pairing(const call& c, moment now);
    [[nodiscard]] answer box_pairing(const call& c, moment now);
    [[nodiscard]] answer mail(const call& c, moment now);
    [[nodiscard]] answer bark(const call& c, moment now);
    [[nodiscard]] answer fingerprint(const call& c, moment now);
    [[nodiscard]] answer default_pin(const call& c, moment now);
    [[nodiscard]] answer given_pin(const call& c, moment now);

    [[nodiscard]] std::size_t pairing_of_card(const std::string& number) const;
    [[nodiscard]] std::size_t pairing_of_box(const std::string& number) const;
    void join(std::size_t pairing, const call& c);
    void leave(const std::string& card, const std::vector<std::string>& boxes);
    [[nodiscard]] value describe(const card_record& card, bool secrets) const;

    population population_;
    std::mt19937_64 random_;
    std::unordered_map<std::string, card_record> cards_;
    std::unordered_map<std::string, std::size_t> box_pairings_;
    std::vector<pairing_record> pairings_; ///< number n + 1 is at index n
    std::set<std::string> unknown_;        ///< cards that a test made unknown
};

} // namespace contego::simulator
