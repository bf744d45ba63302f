#pragma once

#include <optional>
#include <string_view>

namespace contego::planning {

/// Takes the first character off `rest`, which must not be empty. If the bytes are not UTF-8, takes one byte
/// and returns nullopt. Overlong forms and surrogates are not UTF-8.
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& rest);

} // namespace contego::planning
