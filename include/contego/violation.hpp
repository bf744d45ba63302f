#pragma once

#include <string>
#include <vector>

namespace contego {

/// One thing wrong with the parameters of a request, said so that the CRM's developer can mend it.
struct violation {
    std::string field; ///< where, as a path: `distributions[0].smartcards[1]`
    std::string
        value; ///< what was there, as JSON, shortened to 60 characters; `nothing` where the field is absent;
               ///< `****` for a secret
    std::string rule; ///< what it must be: `must be 1 to 20 digits`

    friend bool operator==(const violation&, const violation&) = default;
};

using violations = std::vector<violation>;

/// `field: rule (was value)`, one a line, in the order given: the error description of a REJECTED row.
[[nodiscard]] std::string describe(const violations& all);

} // namespace contego
