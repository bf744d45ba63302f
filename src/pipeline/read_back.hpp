#pragma once

#include <contego/command.hpp>

#include <optional>

namespace contego::pipeline {

/// Returns the GET command whose answer shows whether `c` was done. Nothing if no GET can tell, as for a
/// message.
[[nodiscard]] std::optional<command> read_back_of(const command& c);

/// Returns a GET command about the same card. Nothing if `c` names no card.
[[nodiscard]] std::optional<command> harmless_get_like(const command& c);

/// Returns whether that answer shows that `c` was done. Nothing if it does not tell: an entitlement with
/// another window, or a card that is paired with other boxes. `one_each`: a call pairs one card with one box,
/// so a card that is paired with other boxes only was not paired with this one.
[[nodiscard]] std::optional<bool> was_done(const command& c, const value& answer, bool one_each = false);

} // namespace contego::pipeline
