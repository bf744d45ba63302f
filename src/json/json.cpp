#include "json/json.hpp"

#include "json/builder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>

namespace contego::json {
namespace {

using document = nlohmann::json;

/// Iterates over a text and counts the bytes, so that the line of a key is known.
class counting_bytes {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    counting_bytes(const char* at, std::size_t* read) : at_(at), read_(read) {}

    reference operator*() const { return *at_; }

    counting_bytes& operator++() {
        ++at_;
        ++*read_;
        return *this;
    }

    friend bool operator==(const counting_bytes& a, const counting_bytes& b) { return a.at_ == b.at_; }

private:
    const char* at_;
    std::size_t* read_;
};

std::string line(std::string_view text, std::size_t position) {
    return "line " + std::to_string(1 + std::ranges::count(text.substr(0, position), '\n'));
}

document to(const value& v) {
    if (const auto* b = v.boolean()) return *b;
    if (const auto* n = v.integer()) return *n;
    if (const auto* n = v.real()) return *n;
    if (const auto* s = v.text()) return *s;
    if (const auto* items = v.items()) {
        auto d = document::array();
        for (const auto& item : *items)
            d.push_back(to(item));
        return d;
    }
    if (const auto* members = v.members()) {
        auto d = document::object();
        for (const auto& [name, member] : *members)
            d.emplace(name, to(member));
        return d;
    }
    return nullptr;
}

bool needs_no_escape(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

} // namespace

value parse(std::string_view text, author by) {
    // The library would take a NUL byte for the end of the text.
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        throw parse_error(line(text, zero) + ": the text contains a NUL byte");
    const bool is_a_persons = by == author::person;
    std::size_t read = 0;
    builder built(is_a_persons);
    const bool good = is_a_persons ? document::sax_parse(counting_bytes{std::to_address(text.begin()), &read},
                                                         counting_bytes{std::to_address(text.end()), &read},
                                                         &built,
                                                         document::input_format_t::json,
                                                         true,
                                                         true)
                                   : document::sax_parse(text, &built);
    if (good) return built.take();
    if (built.is_doubled()) throw parse_error(line(text, read) + ": " + built.wrong());
    throw parse_error(built.wrong());
}

// The library prepares a serializer for each value, which costs more than a number or a plain text itself.
std::string write(const value& v) {
    if (const auto* n = v.integer()) return std::to_string(*n);
    if (const auto* s = v.text(); s != nullptr && needs_no_escape(*s)) return '"' + *s + '"';
    return to(v).dump(-1, ' ', false, document::error_handler_t::replace);
}

std::string write_indented(const value& v) {
    return to(v).dump(2, ' ', false, document::error_handler_t::replace);
}

} // namespace contego::json
