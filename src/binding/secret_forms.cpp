#include "binding/secret_forms.hpp"

#include "binding/digest.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <iterator>

namespace contego::wire {
namespace {

// Returns the Base64 characters that depend on the secret alone, if `before` bytes of a group of three
// precede it.
std::string base64_core(std::string_view secret, std::size_t before) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (auto bit = (before * 8 + 5) / 6 * 6; bit + 6 <= (before + secret.size()) * 8; bit += 6) {
        unsigned six = 0;
        for (auto i = bit; i < bit + 6; ++i) {
            const auto byte = static_cast<unsigned char>(secret[i / 8 - before]);
            six = six * 2 + ((byte >> (7 - i % 8)) & 1U);
        }
        out += alphabet[six];
    }
    return out;
}

// Returns the bytes of the secret in UTF-16.
std::string in_two_bytes_each(std::string_view secret) {
    std::string out;
    for (const char c : secret)
        (out += '\0') += c;
    return out;
}

} // namespace

std::vector<std::string> base64_forms(std::string_view secret) {
    constexpr std::size_t shortest = 4; // a shorter text would be found in any text
    std::vector<std::string> forms;
    for (const std::size_t before : {0U, 1U, 2U})
        if (auto core = base64_core(secret, before); core.size() >= shortest)
            forms.push_back(std::move(core));
    return forms;
}

std::vector<std::string> hexadecimal_forms(std::string_view secret) {
    return {hexadecimal_of(secret), hexadecimal_of(in_two_bytes_each(secret))};
}

std::string without_blanks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return !is_space(c); });
    return out;
}

} // namespace contego::wire
