#pragma once

#include <optional>
#include <string_view>

namespace contego {

/// The result of an exchange with the CAS. An unknown answer is never `success`.
enum class outcome {
    success,  ///< the CAS did it, or says that it was already done
    rejected, ///< the CAS refused it: final
    retry,    ///< a passing failure: try again after a back-off
    hold,     ///< the result is not known: wait for a person or a rule
};

/// Returns the name in the binding file and in `contego.command.outcome`: `success`, `rejected`, `retry` or
/// `hold`.
[[nodiscard]] std::string_view name_of(outcome o);
/// Returns the outcome of this name, or nullopt for any other text.
[[nodiscard]] std::optional<outcome> outcome_of(std::string_view name);

} // namespace contego
