#include "binding/condition.hpp"

#include <array>
#include <charconv>

namespace contego::wire {
namespace {

bool is_present(const value* v) {
    return v != nullptr && !v->is_null() && (v->items() == nullptr || !v->items()->empty());
}

template <typename Number>
std::string text_of_number(Number n) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr};
}

} // namespace

bool condition::holds(const value* v) const {
    const bool met = is_present(v) && (!equals || plain_text_of(*v) == *equals);
    return met != negated;
}

std::string plain_text_of(const value& v) {
    if (const auto* text = v.text()) return *text;
    if (const auto* integer = v.integer()) return text_of_number(*integer);
    if (const auto* real = v.real()) return text_of_number(*real);
    if (const auto* boolean = v.boolean()) return *boolean ? "true" : "false";
    return {};
}

} // namespace contego::wire
