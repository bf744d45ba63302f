#include "binding/sent_value.hpp"

#include "vocabulary/enum_table.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace contego::wire {
namespace {

constexpr enum_table<sent_value> names{{
    {sent_value::request_id, "request.id"},
    {sent_value::command_id, "command.id"},
    {sent_value::message_id, "message.id"},
    {sent_value::message_number, "message.number"},
    {sent_value::now, "now"},
}};

// Appends a number with at least `width` digits.
template <typename Number>
void append_digits(std::string& out, Number n, std::size_t width = 1) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    if (size < width) out.append(width - size, '0');
    out.append(digits.data(), size);
}

// The number of the request, and five digits that no other command of it has. A plan has at most 10,000
// commands.
void append_command_id(std::string& out, const sending& s) {
    constexpr int first_outside_plan = 50'000;
    append_digits(out, s.request_id);
    append_digits(out, s.sequence + (s.outside_plan ? first_outside_plan : 0), 5);
}

// A UUID of version 4 (RFC 9562).
void append_uuid(std::string& out, std::array<std::uint8_t, 16> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += digits[bytes[i] >> 4U];
        out += digits[bytes[i] & 0x0FU];
    }
}

// Sixty-three random bits, so that the number fits xs:long.
void append_message_number(std::string& out, const sending& s) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < 8; ++i)
        n = n << 8U | s.random[i];
    append_digits(out, n >> 1U);
}

void append_time(std::string& out, std::chrono::system_clock::time_point now) {
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
    append_digits(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_digits(out, time.hours().count(), 2);
    out += ':';
    append_digits(out, time.minutes().count(), 2);
    out += ':';
    append_digits(out, time.seconds().count(), 2);
    out += 'Z';
}

} // namespace

std::optional<sent_value> sent_value_of(std::string_view name) {
    return names.find(name);
}

std::string sent_value_names() {
    std::string all;
    for (const auto name : names.values())
        (all += all.empty() ? "" : ", ") += name;
    return all;
}

void append_sent_value(std::string& out, sent_value v, const sending& s) {
    switch (v) {
    case sent_value::request_id:
        append_digits(out, s.request_id);
        break;
    case sent_value::command_id:
        s.is_shared ? append_message_number(out, s) : append_command_id(out, s);
        break;
    case sent_value::message_id:
        append_uuid(out, s.random);
        break;
    case sent_value::message_number:
        append_message_number(out, s);
        break;
    case sent_value::now:
        append_time(out, s.now);
        break;
    }
}

} // namespace contego::wire
