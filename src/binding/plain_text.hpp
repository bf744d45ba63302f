#pragma once

#include "binding/call_kind.hpp"
#include "binding/digests.hpp"
#include "binding/formats.hpp"
#include "binding/skeleton.hpp"
#include "binding/source.hpp"

#include <optional>
#include <string_view>

namespace contego::wire {

/// What a text outside the envelope may hold.
struct plain_text_rules {
    call_kind call;
    contego::wire::formats& formats;
    contego::wire::digests* digests; ///< of the file; nullptr: the text is itself that of a digest
    bool in_header;                  ///< HTTP carries the text, so it is printable ASCII
};

/// Returns the parameter if it is mandatory, and neither a list nor a PIN.
[[nodiscard]] std::optional<parameter> plain_parameter(call_kind call, std::string_view name);

/// Compiles a text that is not XML: the value of a header, or the text of a digest.
[[nodiscard]] skeleton
compile_plain_text(source& file, std::string_view written, std::size_t line, const plain_text_rules& rules);

} // namespace contego::wire
