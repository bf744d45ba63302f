#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego {

/// What a JSON document holds, without a JSON library: parameters on their way in, results on their way out.
///
/// A plain value type: copies are deep, equality is structural. Numbers keep the kind they were written in;
/// identifiers (CA IDs, PINs) are strings, because leading zeros count.
/// Text is UTF-8. Thread safety: as a std::variant.
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

    /// The alternative asked for, or nullptr when this holds another one.
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }

    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }

    [[nodiscard]] const double* real() const { return std::get_if<double>(&data_); }

    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&data_); }

    [[nodiscard]] const list* items() const { return std::get_if<list>(&data_); }

    [[nodiscard]] const object* members() const { return std::get_if<object>(&data_); }

    /// The member of that name, or nullptr when this is no object or has none.
    [[nodiscard]] const value* find(std::string_view name) const;

    friend bool operator==(const value&, const value&) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, list, object> data_;
};

} // namespace contego
