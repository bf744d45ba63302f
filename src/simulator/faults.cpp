#include "simulator/faults.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace contego::simulator {
namespace {

/// Compares exactly, or only the beginning if the pattern ends in `*`.
bool like(std::string_view pattern, std::string_view number) {
    return pattern.ends_with('*') ? number.starts_with(pattern.substr(0, pattern.size() - 1))
                                  : number == pattern;
}

bool any_like(std::string_view pattern, const std::vector<std::string>& numbers) {
    return pattern.empty() ||
           std::ranges::any_of(numbers, [pattern](const std::string& n) { return like(pattern, n); });
}

/// Draws from 0 to below 1, with the same results in every standard library.
double fraction(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11U) * 0x1.0p-53;
}

} // namespace

std::string mishap::describe() const {
    std::string words;
    const auto say = [&words](const std::string& word) { words += (words.empty() ? "" : ", ") + word; };
    if (ending == break_off::reset) say(effect ? "reset after effect" : "reset before effect");
    if (ending == break_off::hang) say(effect ? "hang after effect" : "hang before effect");
    if (http_status != 0) say("http " + std::to_string(http_status));
    if (fault) say("fault " + fault->code);
    if (!status_code.empty()) say("status " + status_code);
    if (garbage) say("garbage");
    if (wrong_length) say("wrong length");
    if (drip_bytes_per_second != 0) say("drip");
    return words;
}

mishap fault_rules::choose(std::string_view path, const call& c) {
    for (auto& r : rules_) {
        if (!matches(r, path, c) || !fires(r)) continue;
        auto m = r.what;
        m.latency = draw(r.delay);
        return m;
    }
    return {};
}

bool fault_rules::matches(const rule& r, std::string_view path, const call& c) {
    if (r.command && *r.command != c.command) return false;
    if (!r.path.empty() && !like(r.path, path)) return false;
    if (!r.sequence_number.empty() && r.sequence_number != c.sequence_number) return false;
    const bool paired_card = !c.paired_card.empty() && like(r.smartcard, c.paired_card);
    return (paired_card || any_like(r.smartcard, c.cards)) && any_like(r.stb, c.boxes) &&
           any_like(r.service, c.services);
}

bool fault_rules::fires(rule& r) {
    ++r.matched;
    if (r.times != 0 && r.fired >= r.times) return false;
    if (r.nth != 0 && r.matched != r.nth) return false;
    if (r.every != 0 && r.matched % r.every != 0) return false;
    if (r.probability < 1 && fraction(random_) >= r.probability) return false;
    ++r.fired;
    return true;
}

std::chrono::microseconds fault_rules::draw(const latency& l) {
    double milliseconds = 0;
    if (l.kind == latency::shape::even) {
        milliseconds = l.low + (l.high - l.low) * fraction(random_);
    } else if (l.kind == latency::shape::long_tailed) {
        // Log-normal: 99 of 100 values are below 2.326 standard deviations above the middle. The normal value
        // is drawn by the Box-Muller method.
        const double u = 1 - fraction(random_);
        const double normal =
            std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * fraction(random_));
        milliseconds = l.low * std::exp(normal * std::log(l.high / l.low) / 2.326);
    }
    return std::chrono::microseconds(static_cast<std::int64_t>(milliseconds * 1000));
}

} // namespace contego::simulator
