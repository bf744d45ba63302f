#include "plan/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace contego::planning {
namespace {

/// No name is longer, so a longer text is like none.
constexpr std::size_t longest_text = 64;

constexpr char normal(char c) {
    if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
    return c == ' ' || c == '-' ? '_' : c;
}

/// Returns the number of characters to insert, remove or replace to make one text of the other (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const auto replaced = diagonal + (normal(from[i]) == normal(to[j]) ? 0 : 1);
            diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string_view> nearest(std::string_view text, std::span<const std::string_view> names) {
    if (text.size() > longest_text) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t fewest = longest_text;
    for (const auto name : names) {
        const auto changes = distance(text, name);
        if (changes >= fewest || changes > name.size() / 3) continue;
        fewest = changes;
        best = name;
    }
    return best;
}

} // namespace contego::planning
