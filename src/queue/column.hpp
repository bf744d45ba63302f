#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace contego::queue {

/// The text of a jsonb value.
struct json_text {
    std::string_view text;
};

namespace wire {

/// The type's oid in pg_type, which is the same in every PostgreSQL server.
template <typename T>
inline constexpr std::int32_t type_number = 0;
template <>
inline constexpr std::int32_t type_number<bool> = 16;
template <>
inline constexpr std::int32_t type_number<std::int64_t> = 20;
template <>
inline constexpr std::int32_t type_number<std::int32_t> = 23;
template <>
inline constexpr std::int32_t type_number<std::string_view> = 25;
template <>
inline constexpr std::int32_t type_number<double> = 701;
template <>
inline constexpr std::int32_t type_number<json_text> = 3802;

/// Each function appends the length of a value and the value in the binary format of its type.
void append(std::string& to, bool v);
void append(std::string& to, std::int64_t v);
void append(std::string& to, std::int32_t v);
void append(std::string& to, std::string_view v);
void append(std::string& to, double v);
void append(std::string& to, json_text v);
void append_null(std::string& to);

/// Returns the beginning of an array of `count` elements. It has the same size for each count. The elements
/// follow it as the functions above append them.
[[nodiscard]] std::string array_header(std::int32_t type, std::int32_t count);

} // namespace wire

/// One column of a batch of rows: an array in PostgreSQL's binary format, a parameter of a statement. Values
/// are copied and not escaped, and the server does not parse text.
///
/// T is bool, std::int32_t, std::int64_t, double, std::string_view (text in UTF-8) or json_text (jsonb).
template <typename T>
class column {
    static_assert(wire::type_number<T> != 0);

public:
    void add(T v) {
        wire::append(array_, v);
        ++count_;
    }

    void add_null() {
        wire::append_null(array_);
        ++count_;
    }

    /// Returns the array, which is valid until the column changes or is destroyed.
    [[nodiscard]] const std::string& array() {
        const auto header = wire::array_header(wire::type_number<T>, count_);
        return array_.replace(0, header.size(), header);
    }

private:
    std::string array_ = wire::array_header(wire::type_number<T>, 0);
    std::int32_t count_ = 0;
};

} // namespace contego::queue
