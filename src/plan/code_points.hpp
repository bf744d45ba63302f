#pragma once

#include <optional>
#include <string_view>

namespace contego::planning {

/// Takes the first character off `rest`, which must not be empty. Where the bytes are no UTF-8 (overlong
/// forms and surrogates included) one byte is taken and nothing returned.
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& rest);

} // namespace contego::planning
