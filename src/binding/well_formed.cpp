#include "binding/well_formed.hpp"

#include "binding/content_type.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace contego::wire {
namespace {

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool is_in_name(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// Returns whether the character is printable ASCII that ends neither a text nor the value of an attribute,
/// and begins no reference.
constexpr bool is_ordinary(char c) {
    return c >= ' ' && c <= '~' && c != '<' && c != '&' && c != ']' && c != '"' && c != '\'';
}

/// A class of bytes. A table is fast enough to ask about each byte of each answer.
class byte_class {
public:
    constexpr explicit byte_class(bool (*belongs)(char)) {
        for (int c = 0; c < 256; ++c)
            belongs_[static_cast<std::size_t>(c)] = belongs(static_cast<char>(c));
    }

    /// Returns the first place from `at` on whose byte does not belong to the class.
    [[nodiscard]] std::size_t end_of_run(std::string_view text, std::size_t at) const {
        while (at < text.size() && belongs_[static_cast<unsigned char>(text[at])])
            ++at;
        return at;
    }

private:
    std::array<bool, 256> belongs_{};
};

constexpr byte_class name_bytes(is_in_name);
constexpr byte_class ordinary_bytes(is_ordinary);

bool is_known_entity(std::string_view name) {
    static constexpr std::array<std::string_view, 5> known{"lt", "gt", "amp", "quot", "apos"};
    return std::ranges::find(known, name) != known.end();
}

// Takes `#65` or `#x41`, without `&` and `;`.
bool is_reference_to_character(std::string_view text) {
    text.remove_prefix(1);
    const bool hexadecimal = text.starts_with('x');
    if (hexadecimal) text.remove_prefix(1);
    std::uint32_t c = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), c, hexadecimal ? 16 : 10);
    return error == std::errc() && end == text.data() + text.size() && is_xml_character(c);
}

class document_scanner {
public:
    explicit document_scanner(std::string_view text) : text_(text) {}

    std::string scan() {
        while (at_ < text_.size()) {
            if (text_[at_] == '<')
                markup();
            else if (!open_.empty())
                data('<');
            else if (!skip_space())
                wrong("text outside of the root element");
            count();
        }
        if (wrong_.empty() && !open_.empty()) wrong("an element that does not end");
        if (wrong_.empty() && !has_root_) wrong("no element");
        return std::move(wrong_);
    }

private:
    // Moves to the end as well, so that every loop ends.
    void wrong(std::string_view reason) {
        if (wrong_.empty()) wrong_ = reason;
        at_ = text_.size();
    }

    [[nodiscard]] bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }

    void count() {
        if (++nodes_ > most_nodes)
            wrong("more than " + std::to_string(most_nodes) + " elements, attributes and texts");
    }

    void markup() {
        if (starts("</"))
            end_tag();
        else if (starts("<?"))
            instruction();
        else if (starts("<!"))
            declaration();
        else
            start_tag();
    }

    void declaration() {
        if (starts("<!--"))
            comment();
        else if (!open_.empty() && starts("<![CDATA["))
            take_up_to("]]>");
        else if (starts("<!DOCTYPE"))
            wrong("a DTD, which SOAP forbids");
        else
            wrong("markup without a name");
    }

    void comment() {
        at_ += 4;
        take_up_to("--");
        if (starts(">"))
            ++at_;
        else
            wrong("a comment that does not end");
    }

    void instruction() {
        const bool first = at_ == 0;
        at_ += 2;
        const auto target = name();
        if (lower_case(target) == "xml" && !first) wrong("an XML declaration that is not at the start");
        take_up_to("?>");
    }

    void take_up_to(std::string_view end) {
        const auto found = text_.find(end, at_);
        if (found == std::string_view::npos) {
            wrong("markup that does not end");
            return;
        }
        while (at_ < found)
            character();
        if (wrong_.empty()) at_ = found + end.size();
    }

    void start_tag() {
        ++at_;
        const auto element = name();
        if (open_.empty() && has_root_) wrong("a second root element");
        if (open_.size() == deepest_element)
            wrong("elements nested deeper than " + std::to_string(deepest_element));
        has_root_ = true;
        attributes_.clear();
        for (;;) {
            const bool spaced = skip_space();
            if (starts("/>") || starts(">")) break;
            if (!spaced || at_ == text_.size()) {
                wrong("a tag that does not end");
                return;
            }
            attribute();
        }
        check_attributes();
        if (!wrong_.empty()) return;
        if (text_[at_] == '>') open_.push_back(element);
        at_ += text_[at_] == '>' ? 1 : 2;
    }

    void end_tag() {
        at_ += 2;
        const auto expected = open_.empty() ? std::string_view() : open_.back();
        const auto element = is_next_name(expected) ? take(expected.size()) : name();
        skip_space();
        if (open_.empty() || element != expected || !starts(">")) {
            wrong("an end tag that ends no element");
            return;
        }
        open_.pop_back();
        ++at_;
    }

    void attribute() {
        count();
        attributes_.push_back(name());
        if (attributes_.size() > most_attributes)
            wrong("more than " + std::to_string(most_attributes) + " attributes of one element");
        skip_space();
        const bool equals = starts("=");
        if (equals) ++at_;
        skip_space();
        if (!equals || (!starts("\"") && !starts("'"))) {
            wrong("an attribute without a quoted value");
            return;
        }
        const char quote = text_[at_++];
        data(quote);
        if (at_ == text_.size())
            wrong("an attribute that does not end");
        else
            ++at_;
    }

    void check_attributes() {
        if (attributes_.size() < 2) return;
        std::ranges::sort(attributes_);
        if (std::ranges::adjacent_find(attributes_) != attributes_.end())
            wrong("an attribute that appears twice");
    }

    // The name of an end tag is known: to compare it costs less than to read it.
    [[nodiscard]] bool is_next_name(std::string_view expected) const {
        const auto end = at_ + expected.size();
        return !expected.empty() && starts(expected) && name_bytes.end_of_run(text_, end) == end;
    }

    std::string_view take(std::size_t length) {
        const auto taken = text_.substr(at_, length);
        at_ += length;
        return taken;
    }

    std::string_view name() {
        const auto begin = at_;
        if (at_ < text_.size() && is_letter(text_[at_])) at_ = name_bytes.end_of_run(text_, at_);
        const auto found = text_.substr(begin, at_ - begin);
        if (found.empty()) wrong("markup without a name");
        if (found.size() > longest_name)
            wrong("a name longer than " + std::to_string(longest_name) + " bytes");
        return found;
    }

    // Reads the text of an element or the value of an attribute, without its end.
    void data(char end) {
        for (;;) {
            at_ = ordinary_bytes.end_of_run(text_, at_);
            if (at_ == text_.size() || text_[at_] == end) return;
            if (text_[at_] == '&')
                reference();
            else if (text_[at_] == '<')
                wrong("a < in the value of an attribute");
            else if (end == '<' && starts("]]>"))
                wrong("]]> in a text");
            else
                character();
        }
    }

    void character() {
        if (text_[at_] >= ' ' && text_[at_] <= '~')
            ++at_;
        else if (!is_xml_character(next_code_point(text_, at_)))
            wrong("a character that XML forbids");
    }

    void reference() {
        constexpr std::size_t longest_reference = 32;
        const auto written = text_.substr(at_ + 1, longest_reference);
        const auto what = written.substr(0, written.find(';'));
        if (what.size() == written.size())
            wrong("a reference that does not end");
        else if (what.starts_with('#') ? !is_reference_to_character(what) : !is_known_entity(what))
            wrong("a reference to an unknown entity or a forbidden character");
        else
            at_ += what.size() + 2;
    }

    bool skip_space() {
        const auto begin = at_;
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
        return at_ > begin;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t nodes_ = 0;
    bool has_root_ = false;
    std::vector<std::string_view> open_;       // the names of the elements around `at_`
    std::vector<std::string_view> attributes_; // the names in the tag that is being read
    std::string wrong_;
};

} // namespace

std::string why_not_well_formed(std::string_view text) {
    return document_scanner(text).scan();
}

} // namespace contego::wire
