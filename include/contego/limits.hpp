#pragma once

#include <contego/choice.hpp>
#include <contego/command_type.hpp>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace contego {

/// The character set of a provider's envelopes. A parameter with a character that it lacks is a violation.
enum class character_set { utf_8, iso_8859_1 };

/// An inclusive range.
struct range {
    std::int64_t lowest;
    std::int64_t highest;
    friend bool operator==(const range&, const range&) = default;
};

/// The commands that a site's CAS supports, and the values that it accepts. The binding file sets them; these
/// are the defaults.
///
/// Sources: the CRM documents the message lengths and the repetition interval; it counts characters. Every
/// limit marked "assumed" is a gap in the documentation.
struct limits {
    std::size_t mail_message_length = 141;      ///< characters (code points)
    std::size_t bark_message_length = 129;      ///< characters; for repeating barks too
    range smartcard_ca_id_digits{1, 20};        ///< assumed; CA IDs are digits, leading zeros are kept
    range stb_ca_id_digits{1, 20};              ///< assumed
    range service_ca_id_digits{1, 20};          ///< digits only: documented; length: assumed
    range pin_digits{4, 4};                     ///< assumed
    range repetition_interval{10, 2550};        ///< seconds, in steps of 10; documented
    range repetition_count{1, 255};             ///< assumed
    range display_duration{1, 65535};           ///< seconds; assumed
    std::int64_t default_display_duration = 20; ///< seconds; documented
    range fingerprint_position{0, 65535};       ///< x and y; assumed
    range fingerprint_height{0, 65535};         ///< assumed
    range fingerprint_slot{0, 255};             ///< assumed
    std::size_t clients_per_pairing = 50;       ///< most smartcards, and STBs, in a pairing command; assumed
    character_set characters = character_set::utf_8;

    /// One bit for each of command_types. It is set if the binding file lacks the command.
    std::bitset<command_types.size()> unsupported{};

    /// One bit for each of command_types. It is set if the CAS takes one item of each list in a call. The
    /// plan then has a command for each pair of items.
    std::bitset<command_types.size()> one_each{};

    /// For each of command_types, one bit for each of its parameters. The bit is set if the binding file has
    /// no place for the parameter and does not ignore it: a request that gives it is refused.
    std::array<std::uint32_t, command_types.size()> without_place{};

    std::vector<choice> choices; ///< of every parameter with a table

    /// Returns whether a request may give the parameter at this position of parameters_of(type).
    [[nodiscard]] bool takes(command_type type, std::size_t position) const {
        return (without_place.at(static_cast<std::size_t>(type)) >> position & 1U) == 0;
    }

    /// Returns whether the binding file has the command.
    [[nodiscard]] bool supports(command_type type) const {
        return !unsupported.test(static_cast<std::size_t>(type));
    }

    /// Returns whether a call of the command takes one item of each of its lists.
    [[nodiscard]] bool takes_one_each(command_type type) const {
        return one_each.test(static_cast<std::size_t>(type));
    }

    friend bool operator==(const limits&, const limits&) = default;
};

} // namespace contego
