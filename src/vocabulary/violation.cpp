#include <contego/violation.hpp>

namespace contego {

std::string describe(const violations& all) {
    std::string text;
    for (const auto& v : all) {
        if (!text.empty()) text += '\n';
        text += v.field + ": " + v.rule + " (was " + v.value + ")";
    }
    return text;
}

} // namespace contego
