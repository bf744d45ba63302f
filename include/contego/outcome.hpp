#pragma once

#include <optional>
#include <string_view>

namespace contego {

/// What an exchange with the CAS came to. An answer nobody knows is never `success`.
enum class outcome {
    success,  ///< the CAS did it, or says that it is so already
    rejected, ///< the CAS said no: final
    retry,    ///< transient: again after a back-off
    hold,     ///< nobody knows: waits for a person or a rule
};

/// `success`, `rejected`, `retry`, `hold`: as in the binding file and in `contego.command.outcome`.
[[nodiscard]] std::string_view name_of(outcome o);
[[nodiscard]] std::optional<outcome> outcome_of(std::string_view name);

} // namespace contego
