#include "binding/formats.hpp"

#include <charconv>
#include <cstdint>
#include <limits>

namespace contego::wire {
namespace {

std::optional<std::int64_t> integer_in(std::string_view text) {
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

// A number in a larger unit, such as minutes for our seconds.
class unit_format final : public format {
public:
    unit_format(std::string name, std::int64_t divisor) : format(std::move(name)), divisor_(divisor) {}

    [[nodiscard]] bool takes(format_content c) const override { return c == format_content::number; }

    // Rounds up: 90 seconds are 2 minutes, and nothing is shown for 0 minutes.
    [[nodiscard]] std::string theirs(std::string_view ours) const override {
        const auto n = integer_in(ours);
        if (!n) return std::string(ours);
        return std::to_string(*n / divisor_ + (*n % divisor_ > 0 ? 1 : 0));
    }

    [[nodiscard]] std::optional<std::string> ours(std::string_view theirs) const override {
        const auto n = integer_in(theirs);
        if (!n || *n > std::numeric_limits<std::int64_t>::max() / divisor_ ||
            *n < std::numeric_limits<std::int64_t>::min() / divisor_)
            return std::nullopt;
        return std::to_string(*n * divisor_);
    }

private:
    std::int64_t divisor_;
};

} // namespace

format_pointer make_unit_format(source& file, pugi::xml_node element, std::string name) {
    file.allow_attributes(element, {"name", "divide"});
    for (const auto child : file.children(element))
        file.unknown_element(child);
    constexpr std::int64_t most = 1'000'000;
    const auto divisor = integer_in(element.attribute("divide").value());
    if (divisor && *divisor >= 2 && *divisor <= most)
        return std::make_shared<unit_format>(std::move(name), *divisor);
    file.mistake(file.line_of(element.attribute("divide")),
                 "divide must be a whole number from 2 to 1000000");
    return nullptr;
}

} // namespace contego::wire
