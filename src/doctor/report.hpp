#pragma once

#include "doctor/finding.hpp"
#include <contego/value.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace contego::daemon {

/// What one check found.
struct checked {
    std::string name;
    findings found;
};

/// How many findings have that severity.
[[nodiscard]] std::size_t count(const std::vector<checked>& all, severity level);

/// One line for each finding: severity, check, what, HINT.
[[nodiscard]] std::string lines_of(const checked& one);

/// `17 OK, 1 WARNING, 0 ERROR`.
[[nodiscard]] std::string summary_of(const std::vector<checked>& all);

/// The same for programs: `{"errors": 0, "warnings": 1, "findings": [{"check", "severity", "what",
/// "hint"}]}`.
[[nodiscard]] value document_of(const std::vector<checked>& all);

} // namespace contego::daemon
