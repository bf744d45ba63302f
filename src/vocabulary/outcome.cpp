#include "vocabulary/enum_table.hpp"
#include <contego/outcome.hpp>

namespace contego {
namespace {

constexpr enum_table<outcome> outcomes{{
    {outcome::success, "success"},
    {outcome::rejected, "rejected"},
    {outcome::retry, "retry"},
    {outcome::hold, "hold"},
}};

} // namespace

std::string_view name_of(outcome o) {
    return outcomes.of(o);
}

std::optional<outcome> outcome_of(std::string_view name) {
    return outcomes.find(name);
}

} // namespace contego
