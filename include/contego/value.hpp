#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego {

/// The content of a JSON document, without a JSON library. Parameters and results are values.
///
/// A plain value type: copies are deep, equality is structural. Integers and other numbers are kept apart, as
/// they were written. Identifiers (CA IDs, PINs) are strings, since leading zeros count. Text is UTF-8.
/// Thread safety: as a std::variant.
class value {
public:
    using list = std::vector<value>;
    using object = std::map<std::string, value, std::less<>>;

    value() = default;

    value(bool b) : data_(b) {}

    value(int n) : data_(std::int64_t{n}) {}

    value(std::int64_t n) : data_(n) {}

    value(double n) : data_(n) {}

    value(const char* text) : data_(std::string(text)) {}

    value(std::string_view text) : data_(std::string(text)) {}

    value(std::string text) : data_(std::move(text)) {}

    value(list items) : data_(std::move(items)) {}

    value(object members) : data_(std::move(members)) {}

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

    /// Each returns the value if it has this type, otherwise nullptr.
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }

    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }

    [[nodiscard]] const double* real() const { return std::get_if<double>(&data_); }

    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&data_); }

    [[nodiscard]] const list* items() const { return std::get_if<list>(&data_); }

    [[nodiscard]] const object* members() const { return std::get_if<object>(&data_); }

    /// Returns the member of that name, or nullptr if this is not an object or has no such member.
    [[nodiscard]] const value* find(std::string_view name) const;

    friend bool operator==(const value&, const value&) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, list, object> data_;
};

} // namespace contego
