#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// The parts of a text with markup that are kept.
struct shown_markup {
    bool texts;
    bool values; ///< of attributes: any quoted text in a tag
    bool comments;
};

/// Returns the text with a blank for each tag, and for every other part that is not kept.
///
/// Use it to find hidden secrets, not to read XML: it accepts any text, and takes everything between a `<`
/// and the next `>` for a tag. The time is linear.
[[nodiscard]] std::string without_markup(std::string_view text, const shown_markup& kept);

} // namespace contego::wire
