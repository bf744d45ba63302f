#pragma once

#include "doctor/finding.hpp"
#include <contego/value.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace contego::daemon {

/// The findings of one check.
struct checked {
    std::string name;
    findings found;
};

/// Returns how many findings have that severity.
[[nodiscard]] std::size_t count(const std::vector<checked>& all, severity level);

/// Returns one line for each finding: its severity, its check, its sentence and its hint.
[[nodiscard]] std::string lines_of(const checked& one);

/// Returns the number of findings by severity, such as `17 OK, 1 WARNING, 0 ERROR`.
[[nodiscard]] std::string summary_of(const std::vector<checked>& all);

/// Returns the findings for programs, as `{"errors": 0, "warnings": 1, "findings": [{"check", "severity",
/// "what", "hint"}]}`.
[[nodiscard]] value document_of(const std::vector<checked>& all);

} // namespace contego::daemon
