#pragma once

#include <contego/limits.hpp>

#include <string>
#include <string_view>

namespace contego::wire {

/// Where a text stands in an XML document. Attributes are always written in double quotes. What stands in no
/// document is not escaped.
enum class place { element, attribute, no_document };

/// Appends UTF-8 text in the character set of a provider, escaped so that a parser gives the same text back.
///
/// What the character set lacks becomes a character reference, which loses nothing. What XML 1.0 cannot carry
/// at all (control characters, bytes that are no UTF-8) becomes U+FFFD; the planner refuses such text before.
void append_escaped(std::string& out, std::string_view utf_8, place where, character_set characters);

} // namespace contego::wire
