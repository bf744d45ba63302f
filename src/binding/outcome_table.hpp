#pragma once

#include <contego/exchange.hpp>
#include <contego/outcome.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// The code of a SOAP fault, in the form that the table uses. `Client` and `Server` also mean SOAP 1.2's
/// `Sender` and `Receiver`.
struct fault_code {
    std::string code;                  ///< empty if it is not a code of SOAP itself and no row matches
    std::vector<std::string> subcodes; ///< outermost first; in SOAP 1.1 the parts behind the dots
};

/// The outcome that a row of the binding file gives.
struct outcome_row {
    outcome is{};
    std::size_t line = 0; ///< of the row
    bool expired = false; ///< the session has ended and the CAS did nothing; `is` is retry then
};

/// The meaning of answers, as the binding file says. Each function returns nullopt if there is no row; the
/// caller has the defaults.
struct outcome_table {
    std::map<std::string, outcome_row, std::less<>> statuses;
    std::map<std::pair<std::string, std::string>, outcome_row>
        faults;                              ///< by code and subcode, which is often empty
    std::map<int, outcome_row> http;         ///< by exact status
    std::map<int, outcome_row> http_classes; ///< 3, 4 and 5
    std::map<transport_error, outcome_row> transports;

    [[nodiscard]] std::optional<outcome_row> of_status(std::string_view code) const;
    /// Returns the row of the innermost subcode that has a row, otherwise the row without a subcode.
    [[nodiscard]] std::optional<outcome_row> of_fault(const fault_code& f) const;
    [[nodiscard]] std::optional<outcome_row> of_http(int status) const;
    [[nodiscard]] std::optional<outcome_row> of_transport(transport_error e) const;
};

/// Returns `Client` for `Sender`, `Server` for `Receiver`, and any other code unchanged.
[[nodiscard]] std::string_view common_fault_code(std::string_view code);

} // namespace contego::wire
