#pragma once

#include <contego/command.hpp>

#include <optional>

namespace contego::pipeline {

/// The GET command whose answer shows whether `c` was done; nothing where none can tell, as for a message.
[[nodiscard]] std::optional<command> read_back_of(const command& c);

/// A GET command about the same card; nothing where `c` names none.
[[nodiscard]] std::optional<command> harmless_get_like(const command& c);

/// Whether that answer shows that `c` was done; nothing where it does not tell: an entitlement with another
/// window, a card that is paired with other boxes.
[[nodiscard]] std::optional<bool> was_done(const command& c, const value& answer);

} // namespace contego::pipeline
