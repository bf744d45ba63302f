#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace contego::fuzz {

/// Ends the process with a sentence unless the promise holds. libFuzzer then keeps the input.
inline void require(bool holds, std::string_view promise) {
    if (holds) return;
    std::cerr << "broken promise: " << promise << '\n';
    std::abort();
}

/// Returns the input of libFuzzer as a text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Returns the first byte of an input, which chooses one of several ways, and the rest.
inline std::pair<std::size_t, std::string_view> choice_and_rest(std::string_view input) {
    if (input.empty()) return {0, input};
    return {static_cast<unsigned char>(input.front()), input.substr(1)};
}

} // namespace contego::fuzz
