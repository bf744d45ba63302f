#include "names.hpp"
#include <contego/outcome.hpp>

namespace contego {
namespace {

constexpr names<outcome, 4> outcomes{{"success", "rejected", "retry", "hold"}};

} // namespace

std::string_view name_of(outcome o) {
    return outcomes.of(o);
}

std::optional<outcome> outcome_of(std::string_view name) {
    return outcomes.find(name);
}

} // namespace contego
