#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

// What an answer may hold. A gateway's real answers are far below; above, the work that a document causes is
// no longer bounded by its size.
inline constexpr std::size_t deepest_element = 100;
inline constexpr std::size_t most_attributes = 256; ///< of one element
inline constexpr std::size_t most_nodes = 100'000;  ///< tags, attributes, texts, comments
inline constexpr std::size_t longest_name = 1000;   ///< bytes

/// Says, as part of a sentence, why a UTF-8 text is no well-formed XML 1.0 document that is worth reading;
/// returns an empty text if it is one.
///
/// The parser behind it is lenient: it reads a document with two roots, with characters that XML forbids or
/// with undefined entities, and a value may be cut there. So this check is strict. It refuses a DTD, and what
/// exceeds the bounds above. It takes one pass, without recursion.
[[nodiscard]] std::string why_not_well_formed(std::string_view text);

} // namespace contego::wire
