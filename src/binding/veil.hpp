#pragma once

#include "binding/site_secrets.hpp"
#include <contego/command.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// Masks the secrets of one command, its PINs, its session and those of the site, in the texts of its answer.
/// Every text of an answer passes here before it is cut, stored or logged. It has views into the command and
/// the site.
class veil {
public:
    /// `session` is the token that the command carried; often empty.
    veil(const command& c, const site_secrets& of_site, const std::string& session = {});

    /// Returns whether there is a secret. If not, texts pass unchanged.
    [[nodiscard]] bool is_needed() const { return has_pin() || !of_site_.empty() || !session_.empty(); }

    /// Returns whether the command has a PIN. Its digits may be part of any number, so more is withheld.
    [[nodiscard]] bool has_pin() const { return !secrets_.empty(); }

    /// Returns the text with `****` for each secret that is not part of a longer number. A PIN next to
    /// another digit belongs to another number, such as that of a card.
    [[nodiscard]] std::string over_each(std::string text) const;

    /// Returns the same text, or `notice` if the text repeats a secret in a form that cannot be cut out. Such
    /// forms are digits written as references or in another script, digits split by tags or blanks, Base64,
    /// and character numbers.
    [[nodiscard]] std::string over(std::string text) const;

    /// Returns the same for a text of an answer to a command with a PIN that is withheld. Any digit in it may
    /// belong to the secret.
    [[nodiscard]] std::string over_part_of_withheld(std::string text) const;

    /// A longer text is not searched but withheld. An answer to a command with a PIN is short.
    static constexpr std::size_t longest = std::size_t{64} << 10U;

    /// Replaces a text that is withheld.
    static constexpr std::string_view notice = "**** (answer withheld: it repeats a secret)";
    static constexpr std::string_view notice_of_length =
        "**** (answer withheld: it is too long to be searched for a secret)";

private:
    [[nodiscard]] bool is_repeated_in(const std::string& text) const;
    [[nodiscard]] bool stands_in(const std::string& text) const; // without removing escapes

    const site_secrets& of_site_;
    site_secrets session_; ///< holds the token alone
    std::vector<std::string_view> secrets_;
    std::vector<std::string> encoded_; ///< how secrets appear inside Base64 and in hexadecimal
};

} // namespace contego::wire
