#include "binding/compile.hpp"
#include "binding/compiled.hpp"
#include "binding/digest_rule.hpp"

#include <algorithm>
#include <charconv>

namespace contego::wire {
namespace {

constexpr std::size_t most_requests = 10'000;
constexpr std::size_t longest_wait_ms = 1'000;
constexpr std::size_t default_wait_ms = 20;

std::optional<std::size_t>
number_in(source& file, pugi::xml_attribute a, std::size_t lowest, std::size_t highest) {
    const std::string_view written = a.value();
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), n);
    if (error == std::errc() && end == written.data() + written.size() && n >= lowest && n <= highest)
        return n;
    file.mistake(file.line_of(a),
                 std::string(a.name()) + " must be " + std::to_string(lowest) + " to " +
                     std::to_string(highest) + ", not '" + std::string(written) + "'");
    return std::nullopt;
}

bool is_list(const parameter& p) {
    return p.kind == parameter_kind::smartcards || p.kind == parameter_kind::stbs;
}

// Returns whether a call may carry several commands of this type: each names one smartcard, and its answer
// holds no data.
bool can_be_plural(command_type type) {
    const auto all = parameters_of(type);
    return !name_of(type).starts_with("GET_") && std::ranges::none_of(all, is_list);
}

// Returns whether the text outside the envelope shows the smartcard.
bool shows_card(const skeleton& s) {
    return std::ranges::any_of(s.steps, [](const step& one) {
        return (one.what == step::kind::parameter && one.text == "smartcard_ca_id") ||
               (one.what == step::kind::digest && one.digest && shows_card(one.digest->of));
    });
}

// Returns whether a digest outside the repeated element has the smartcard in its text.
bool hashes_card(const skeleton& s) {
    for (std::size_t i = 0; i < s.steps.size(); ++i) {
        const auto& one = s.steps[i];
        if (one.what == step::kind::for_each_request) i = one.end - 1;
        if (one.what == step::kind::digest && one.digest && shows_card(one.digest->of)) return true;
    }
    return false;
}

} // namespace

std::optional<plural_rule> compile_plural(source& file, pugi::xml_node element, command_type type) {
    const auto most = element.attribute("plural");
    const auto wait = element.attribute("plural-wait");
    if (!most) {
        if (wait) file.mistake(file.line_of(wait), "plural-wait needs the attribute plural");
        return std::nullopt;
    }
    if (!can_be_plural(type))
        file.mistake(file.line_of(most),
                     "plural needs a command that names one smartcard and whose answer holds no data");
    const auto requests = number_in(file, most, 2, most_requests);
    const auto milliseconds = wait ? number_in(file, wait, 0, longest_wait_ms) : default_wait_ms;
    return plural_rule{.most = requests.value_or(2),
                       .wait = std::chrono::milliseconds(milliseconds.value_or(default_wait_ms))};
}

void check_plural(source& file, pugi::xml_node element, const compiled_command& c) {
    constexpr std::string_view why =
        " must not show smartcard_ca_id, which differs for each request of a call";
    for (const auto& h : c.headers)
        if (shows_card(h.value))
            file.mistake(element, "the header " + h.name + " of a plural command" + std::string(why));
    if (c.correlates.at && shows_card(c.correlates.equals))
        file.mistake(c.correlates.line, "the correlation of a plural command" + std::string(why));
    if (hashes_card(c.request))
        file.mistake(element, "a digest outside the element with b:each=\"requests\"" + std::string(why));
    if (!c.answer.values.empty() || !c.answer.lists.empty())
        file.mistake(c.reply_line, "a command whose answer holds data cannot be plural");
}

} // namespace contego::wire
