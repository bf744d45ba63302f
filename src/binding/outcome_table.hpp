#pragma once

#include <contego/exchange.hpp>
#include <contego/outcome.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// A SOAP fault as a table knows it. `Client` and `Server` stand for SOAP 1.2's `Sender` and `Receiver` too.
struct fault_code {
    std::string code; ///< empty where it is no code of SOAP itself and has no row to match
    std::vector<std::string>
        subcodes; ///< outermost first: of 1.2, or what stands behind the dots of a 1.1 code
};

/// What the file says an answer means. Nothing where it has no row; the caller has the defaults.
struct outcome_table {
    std::map<std::string, outcome, std::less<>> statuses;
    std::map<std::pair<std::string, std::string>, outcome>
        faults;                          ///< by code and subcode, the latter often empty
    std::map<int, outcome> http;         ///< by exact status
    std::map<int, outcome> http_classes; ///< 3, 4 and 5
    std::map<transport_error, outcome> transports;

    [[nodiscard]] std::optional<outcome> of_status(std::string_view code) const;
    /// The row with the innermost subcode that has one, then the row without a subcode.
    [[nodiscard]] std::optional<outcome> of_fault(const fault_code& f) const;
    [[nodiscard]] std::optional<outcome> of_http(int status) const;
    [[nodiscard]] std::optional<outcome> of_transport(transport_error e) const;
};

/// `Client` for `Sender`, `Server` for `Receiver`, else the same.
[[nodiscard]] std::string_view common_fault_code(std::string_view code);

} // namespace contego::wire
