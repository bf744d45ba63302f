#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace contego {

/// One fault in a request, described so that the CRM's developer can fix it. If it is not about a field,
/// `field` and `value` are empty and `rule` is a whole sentence.
struct violation {
    std::string field; ///< the path of the field: `distributions[0].smartcards[1]`
    std::string value; ///< the value as JSON, at most 60 characters; `nothing` if the field is absent; `****`
                       ///< for a secret
    std::string rule;  ///< what the value must be: `must be 1 to 20 digits`

    friend bool operator==(const violation&, const violation&) = default;
};

using violations = std::vector<violation>;

/// The most violations that are kept and listed for one request. A request with more has usually one mistake
/// many times.
inline constexpr std::size_t most_violations = 20;

/// The most characters of a description.
inline constexpr std::size_t longest_description = 4000;

/// Returns the error description of a REJECTED row: one violation a line, in the order given.
///
/// A line is `field: rule (was value)`, or only the rule if there is no field. The first most_violations are
/// listed. A last line counts the others, and `more` beyond them. Field and value are shortened, and the
/// whole text has at most longest_description characters.
[[nodiscard]] std::string describe(const violations& all, std::size_t more = 0);

/// Returns the first `most` characters (UTF-8) of the text, never a part of a character. If there are more,
/// the last three are `...`.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

} // namespace contego
