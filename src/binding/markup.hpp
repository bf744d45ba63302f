#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// What of a text with markup is kept.
struct shown_markup {
    bool texts;
    bool values; ///< of attributes: whatever is quoted in a tag
    bool comments;
};

/// The text with a blank for each tag, and for what else is not kept. For finding what is hidden, not for
/// reading: it takes any text, and a tag is whatever stands between a `<` and the next `>`. Linear.
[[nodiscard]] std::string without_markup(std::string_view text, const shown_markup& kept);

} // namespace contego::wire
