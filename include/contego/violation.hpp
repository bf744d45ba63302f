#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace contego {

/// One thing wrong with a request, said so that the CRM's developer can mend it. If it is not about a field,
/// `field` and `value` are empty and `rule` is a whole sentence.
struct violation {
    std::string field; ///< where, as a path: `distributions[0].smartcards[1]`
    std::string
        value; ///< what was there, as JSON, shortened to 60 characters; `nothing` where the field is absent;
               ///< `****` for a secret
    std::string rule; ///< what it must be: `must be 1 to 20 digits`

    friend bool operator==(const violation&, const violation&) = default;
};

using violations = std::vector<violation>;

/// The most violations that are kept and listed of one request: who made so many mistakes made one many
/// times.
inline constexpr std::size_t most_violations = 20;

/// The most characters of a description.
inline constexpr std::size_t longest_description = 4000;

/// `field: rule (was value)`, or the rule alone if there is no field; one a line, in the order given: the
/// error description of a REJECTED row. The first most_violations are listed; a last line counts the others,
/// and `more` beyond them. Field and value are shortened, and the whole has at most longest_description
/// characters.
[[nodiscard]] std::string describe(const violations& all, std::size_t more = 0);

/// The first `most` characters (UTF-8) of the text, the last three of them `...` if there are more. Never a
/// part of a character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

} // namespace contego
