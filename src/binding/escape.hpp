#pragma once

#include <contego/limits.hpp>

#include <string>
#include <string_view>

namespace contego::wire {

/// The position of a text in an XML document. Attributes are always written in double quotes. A text outside
/// a document is not escaped. A document may be the text of an element of the envelope; a text in this inner
/// document is escaped twice.
enum class place { element, attribute, inner_element, inner_attribute, no_document };

/// Appends UTF-8 text in the character set of a provider, escaped so that a parser gives the same text back.
///
/// A character that the character set lacks becomes a character reference, which loses nothing. A character
/// that XML 1.0 cannot contain becomes U+FFFD, and so do bytes that are not UTF-8. The planner rejects such
/// text earlier.
void append_escaped(std::string& out, std::string_view utf_8, place where, character_set characters);

} // namespace contego::wire
