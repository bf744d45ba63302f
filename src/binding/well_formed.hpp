#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

// The limits for an answer. Real answers of a gateway are far below them. Above them, the work for a document
// would not be bounded by its size.
inline constexpr std::size_t deepest_element = 100;
inline constexpr std::size_t most_attributes = 256; ///< of one element
inline constexpr std::size_t most_nodes = 100'000;  ///< tags, attributes, texts, comments
inline constexpr std::size_t longest_name = 1000;   ///< bytes

/// Returns why a UTF-8 text is not a well-formed XML 1.0 document that we accept, as part of a sentence.
/// Returns an empty text if it is one.
///
/// The parser that runs afterwards is lenient: it accepts two roots, forbidden characters and undefined
/// entities, and may cut a value there. So this check is strict. It also refuses a DTD, and documents that
/// exceed the limits above. It takes one pass, without recursion.
[[nodiscard]] std::string why_not_well_formed(std::string_view text);

} // namespace contego::wire
