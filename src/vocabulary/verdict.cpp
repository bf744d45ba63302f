#include "vocabulary/enum_table.hpp"
#include <contego/verdict.hpp>

#include <type_traits>

namespace contego {
namespace {

constexpr enum_table<disposition> names{{
    {disposition::complete, "complete"},
    {disposition::reject, "reject"},
    {disposition::retry, "retry"},
    {disposition::hold, "hold"},
    {disposition::release, "release"},
}};
static_assert(enumerators<disposition>.size() == std::variant_size_v<verdict>);

template <disposition D, typename T>
constexpr bool names_alternative =
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(D), verdict>, T>;
static_assert(names_alternative<disposition::complete, completed>);
static_assert(names_alternative<disposition::reject, rejected>);
static_assert(names_alternative<disposition::retry, retrying>);
static_assert(names_alternative<disposition::hold, held>);
static_assert(names_alternative<disposition::release, released>);

} // namespace

disposition disposition_of(const verdict& v) {
    return static_cast<disposition>(v.index());
}

std::string_view name_of(disposition d) {
    return names.of(d);
}

const failure_reason* reason_of(const verdict& v) {
    return std::visit(
        [](const auto& one) -> const failure_reason* {
            if constexpr (requires { one.why; })
                return &one.why;
            else
                return nullptr;
        },
        v);
}

} // namespace contego
