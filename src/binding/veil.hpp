#pragma once

#include <contego/command.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// Keeps the secrets of one command, its PINs, out of the texts that an answer to it brings. Every text of an
/// answer passes here before it is cut, stored or logged. Views into the command.
class veil {
public:
    explicit veil(const command& c);

    /// Whether the command has a secret at all; if not, texts pass unchanged.
    [[nodiscard]] bool is_needed() const { return !secrets_.empty(); }

    /// The text with `****` for each secret that stands in it alone. A PIN next to another digit is part of
    /// another number, such as that of a card.
    [[nodiscard]] std::string over_each(std::string text) const;

    /// The same; and if the text repeats a secret in a way that cannot be cut out
    /// (its digits written as references or in another script, split by tags or blanks, as Base64, as numbers
    /// of its characters), the whole text is withheld.
    [[nodiscard]] std::string over(std::string text) const;

    /// The same for a text of an answer that is withheld: any digit in it may be one of the secret's.
    [[nodiscard]] std::string over_part_of_withheld(std::string text) const;

    /// A longer text is not searched, but withheld: an answer to a command with a PIN is short.
    static constexpr std::size_t longest = std::size_t{64} << 10U;

    /// What stands in the place of a text that is withheld, and of one that is too long.
    static constexpr std::string_view notice = "**** (answer withheld: it repeats a secret)";
    static constexpr std::string_view notice_of_length =
        "**** (answer withheld: it is too long to be searched for a secret)";

private:
    [[nodiscard]] bool is_repeated_in(const std::string& text) const;
    [[nodiscard]] bool stands_in(const std::string& text) const; // without looking through escapes

    std::vector<std::string_view> secrets_;
    std::vector<std::string> encoded_; ///< what secrets look like inside Base64 and in hexadecimal
};

} // namespace contego::wire
