#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace contego::planning {

/// Returns the name that is most like a text, or nothing if none is like it. Case does not count, and a blank
/// or a hyphen counts as an underscore. A name is like the text if at most a third of its characters must be
/// changed.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view text,
                                                      std::span<const std::string_view> names);

} // namespace contego::planning
