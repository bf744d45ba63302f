#include "binding/formats.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace contego::wire {
namespace {

struct text_rule {
    std::size_t cut_first = 0; ///< characters that are left out at the beginning
    std::size_t cut_last = 0;  ///< and at the end
    std::size_t pad = 0;       ///< least number of characters
    std::size_t length = 0;    ///< characters of our values; 0: not known
    char with = '0';           ///< written in front of a shorter text
};

// Returns how many bytes the first characters of a text have.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    for (; characters > 0 && at < text.size(); --characters)
        std::ignore = next_code_point(text, at);
    return at;
}

std::size_t characters_in(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        std::ignore = next_code_point(text, at);
    return count;
}

// A text that is cut and then padded on the left.
class text_format final : public format {
public:
    text_format(std::string name, text_rule r) : format(std::move(name)), rule_(r) {}

    [[nodiscard]] bool takes(format_content c) const override { return c != format_content::time; }

    [[nodiscard]] std::string theirs(std::string_view ours) const override {
        ours.remove_prefix(bytes_of(ours, rule_.cut_first));
        const auto length = characters_in(ours);
        ours = ours.substr(0, bytes_of(ours, length - std::min(rule_.cut_last, length)));
        std::string out;
        if (const auto left = characters_in(ours); left < rule_.pad) out.append(rule_.pad - left, rule_.with);
        return out.append(ours);
    }

    [[nodiscard]] std::string why_not_undone() const override {
        if (rule_.cut_first > 0 || rule_.cut_last > 0) return "it leaves characters out";
        return rule_.length == 0 ? "write length, the number of characters of our values" : "";
    }

    [[nodiscard]] std::optional<std::string> ours(std::string_view theirs) const override {
        if (theirs.size() < rule_.length) return std::nullopt;
        const auto padding = theirs.substr(0, theirs.size() - rule_.length);
        if (std::ranges::any_of(padding, [&](char c) { return c != rule_.with; })) return std::nullopt;
        return std::string(theirs.substr(padding.size()));
    }

private:
    text_rule rule_;
};

void read_number(source& file, pugi::xml_node element, const char* attribute, std::size_t& into) {
    constexpr std::size_t most = 1000;
    const auto written = element.attribute(attribute);
    if (!written) return;
    const std::string_view text = written.value();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    if (error != std::errc() || end != text.data() + text.size() || into == 0 || into > most)
        file.mistake(file.line_of(written), std::string(attribute) + " must be a number from 1 to 1000");
}

} // namespace

format_pointer make_text_format(source& file, pugi::xml_node element, std::string name) {
    file.allow_attributes(element, {"name", "cut-first", "cut-last", "pad", "with", "length"});
    for (const auto child : file.children(element))
        file.unknown_element(child);
    text_rule rule;
    read_number(file, element, "cut-first", rule.cut_first);
    read_number(file, element, "cut-last", rule.cut_last);
    read_number(file, element, "pad", rule.pad);
    read_number(file, element, "length", rule.length);
    if (const auto with = element.attribute("with")) {
        const std::string_view written = with.value();
        if (written.size() == 1 && written[0] >= ' ' && written[0] <= '~')
            rule.with = written[0];
        else
            file.mistake(file.line_of(with), "with must be one character of ASCII");
    }
    if (rule.length > rule.pad && rule.pad > 0) file.mistake(element, "length must not be above pad");
    return std::make_shared<text_format>(std::move(name), rule);
}

} // namespace contego::wire
