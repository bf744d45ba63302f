#include "binding/compile.hpp"

#include <array>
#include <charconv>

namespace contego::wire {
namespace {

struct range_limit {
    std::string_view name;
    range limits::* member;
    std::int64_t lowest; // the smallest value that a site may set
};

constexpr std::array range_limits{
    range_limit{.name = "smartcard-ca-id-digits", .member = &limits::smartcard_ca_id_digits, .lowest = 1},
    range_limit{.name = "stb-ca-id-digits", .member = &limits::stb_ca_id_digits, .lowest = 1},
    range_limit{.name = "service-ca-id-digits", .member = &limits::service_ca_id_digits, .lowest = 1},
    range_limit{.name = "pin-digits", .member = &limits::pin_digits, .lowest = 1},
    range_limit{.name = "repetition-interval", .member = &limits::repetition_interval, .lowest = 0},
    range_limit{.name = "repetition-count", .member = &limits::repetition_count, .lowest = 0},
    range_limit{.name = "display-duration", .member = &limits::display_duration, .lowest = 0},
    range_limit{.name = "fingerprint-position", .member = &limits::fingerprint_position, .lowest = 0},
    range_limit{.name = "fingerprint-height", .member = &limits::fingerprint_height, .lowest = 0},
    range_limit{.name = "fingerprint-slot", .member = &limits::fingerprint_slot, .lowest = 0},
};

struct size_limit {
    std::string_view name;
    std::size_t limits::* member;
};

constexpr std::array size_limits{
    size_limit{.name = "mail-message-length", .member = &limits::mail_message_length},
    size_limit{.name = "bark-message-length", .member = &limits::bark_message_length},
    size_limit{.name = "clients-per-pairing", .member = &limits::clients_per_pairing},
};

constexpr std::string_view characters_name = "characters";
constexpr std::string_view duration_name = "default-display-duration";

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number n{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

std::optional<range> range_of(std::string_view text) {
    const auto dash = text.find('-');
    const auto low = number_of<std::int64_t>(text.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : number_of<std::int64_t>(text.substr(dash + 1));
    if (!low || !high || *low > *high) return std::nullopt;
    return range{.lowest = *low, .highest = *high};
}

std::vector<std::string_view> all_names() {
    std::vector<std::string_view> names{characters_name, duration_name};
    for (const auto& l : range_limits)
        names.push_back(l.name);
    for (const auto& l : size_limits)
        names.push_back(l.name);
    return names;
}

class limits_reader {
public:
    limits_reader(source& file, pugi::xml_node element) : file_(file), element_(element) {}

    limits read() {
        file_.allow_attributes(element_, all_names());
        for (const auto child : file_.children(element_))
            file_.unknown_element(child);
        for (const auto& l : range_limits)
            read_range(l);
        for (const auto& l : size_limits)
            read_size(l);
        read_characters();
        read_default_duration();
        return limits_;
    }

private:
    pugi::xml_attribute find(std::string_view name) const {
        return element_.attribute(std::string(name).c_str());
    }

    void wrong(pugi::xml_attribute a, const std::string& rule) {
        file_.mistake(file_.line_of(a),
                      std::string(a.name()) + " must be " + rule + ", not '" + a.value() + "'");
    }

    void read_range(const range_limit& l) {
        const auto a = find(l.name);
        if (!a) return;
        const auto r = range_of(a.value());
        if (r && r->lowest >= l.lowest)
            limits_.*l.member = *r;
        else
            wrong(a, "a number or LOW-HIGH, from " + std::to_string(l.lowest));
    }

    void read_size(const size_limit& l) {
        const auto a = find(l.name);
        if (!a) return;
        const auto n = number_of<std::size_t>(a.value());
        if (n && *n > 0)
            limits_.*l.member = *n;
        else
            wrong(a, "a number from 1");
    }

    void read_characters() {
        const auto a = find(characters_name);
        const std::string_view name = a.value();
        if (name == "ISO-8859-1")
            limits_.characters = character_set::iso_8859_1;
        else if (a && name != "UTF-8")
            wrong(a, "UTF-8 or ISO-8859-1");
    }

    // This is checked last, and even if the attribute is absent: the range may have been changed so that it
    // excludes the default.
    void read_default_duration() {
        const auto a = find(duration_name);
        const auto allowed = limits_.display_duration;
        const auto n = a ? number_of<std::int64_t>(a.value()) : limits_.default_display_duration;
        if (n && *n >= allowed.lowest && *n <= allowed.highest)
            limits_.default_display_duration = *n;
        else if (a)
            wrong(a, "a number within display-duration");
        else
            file_.mistake(
                element_,
                "display-duration excludes the default of 20, so default-display-duration must be set");
    }

    source& file_;
    pugi::xml_node element_;
    limits limits_;
};

} // namespace

limits compile_limits(source& file, pugi::xml_node element) {
    return limits_reader(file, element).read();
}

} // namespace contego::wire
