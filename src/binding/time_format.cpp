#include "binding/formats.hpp"
#include "binding/time_zone.hpp"
#include "plan/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

namespace contego::wire {
namespace {

enum class field { literal, year, month, day, hour, minute, second };

struct field_name {
    std::string_view text;
    field what;
};

constexpr std::array field_names{
    field_name{"YYYY", field::year},
    field_name{"MM", field::month},
    field_name{"DD", field::day},
    field_name{"hh", field::hour},
    field_name{"mm", field::minute},
    field_name{"ss", field::second},
};

struct piece {
    field what = field::literal;
    char literal = 0;

    [[nodiscard]] std::size_t width() const {
        return what == field::literal ? 1 : what == field::year ? 4 : 2;
    }
};

std::vector<piece> pieces_of(std::string_view pattern) {
    std::vector<piece> pieces;
    while (!pattern.empty()) {
        const auto found =
            std::ranges::find_if(field_names, [&](const auto& f) { return pattern.starts_with(f.text); });
        const bool is_field = found != field_names.end();
        pieces.push_back(is_field ? piece{.what = found->what} : piece{.literal = pattern.front()});
        pattern.remove_prefix(is_field ? found->text.size() : 1);
    }
    return pieces;
}

// Returns the name of the first field that the pattern has not exactly once.
std::string_view lacking_in(const std::vector<piece>& pieces) {
    for (const auto& f : field_names)
        if (std::ranges::count(pieces, f.what, &piece::what) != 1) return f.text;
    return {};
}

// The six numbers of a date and time, by field.
using numbers = std::array<unsigned, 7>;

numbers numbers_of(std::int64_t local) {
    using namespace std::chrono;
    const sys_seconds time{seconds{local}};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    return {0,
            static_cast<unsigned>(static_cast<int>(date.year())),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            static_cast<unsigned>(clock.hours().count()),
            static_cast<unsigned>(clock.minutes().count()),
            static_cast<unsigned>(clock.seconds().count())};
}

std::string written(const std::vector<piece>& pieces, std::int64_t local) {
    const auto all = numbers_of(local);
    std::string out;
    for (const auto& p : pieces) {
        if (p.what == field::literal) {
            out += p.literal;
            continue;
        }
        const auto digits = std::to_string(all.at(static_cast<std::size_t>(p.what)));
        if (digits.size() < p.width()) out.append(p.width() - digits.size(), '0');
        out += digits;
    }
    return out;
}

std::optional<std::int64_t> local_of(const numbers& n) {
    using namespace std::chrono;
    const year_month_day date{year{static_cast<int>(n[1])}, month{n[2]}, day{n[3]}};
    if (!date.ok() || n[1] == 0 || n[4] > 23 || n[5] > 59 || n[6] > 59) return std::nullopt;
    const auto time = sys_days{date} + hours{n[4]} + minutes{n[5]} + seconds{n[6]};
    return time.time_since_epoch().count();
}

std::optional<std::int64_t> read_local(const std::vector<piece>& pieces, std::string_view text) {
    numbers all{};
    for (const auto& p : pieces) {
        if (text.size() < p.width()) return std::nullopt;
        const auto part = text.substr(0, p.width());
        text.remove_prefix(p.width());
        if (p.what == field::literal) {
            if (part.front() != p.literal) return std::nullopt;
            continue;
        }
        auto& n = all.at(static_cast<std::size_t>(p.what));
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), n);
        if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    }
    if (!text.empty()) return std::nullopt;
    return local_of(all);
}

const std::vector<piece>& our_pieces() {
    static const auto pieces = pieces_of("YYYY-MM-DDThh:mm:ssZ");
    return pieces;
}

// A date and time in a pattern and a zone.
class pattern_format final : public format {
public:
    pattern_format(std::string name, std::vector<piece> pieces, std::optional<time_zone> zone)
        : format(std::move(name)), pieces_(std::move(pieces)), zone_(zone) {}

    [[nodiscard]] bool takes(format_content c) const override { return c == format_content::time; }

    [[nodiscard]] std::string theirs(std::string_view ours) const override {
        const auto t = planning::instant_of(ours);
        if (!t) return std::string(ours);
        return written(pieces_, t->seconds + (zone_ ? zone_->offset_at(t->seconds) : 0));
    }

    [[nodiscard]] std::string why_not_undone() const override {
        const auto lacking = lacking_in(pieces_);
        if (lacking.empty()) return {};
        return "its pattern needs " + std::string(lacking) + " exactly once";
    }

    // When summer time ends, some local times occur twice. Then the earlier time is meant.
    [[nodiscard]] std::optional<std::string> ours(std::string_view theirs) const override {
        auto t = read_local(pieces_, theirs);
        if (t && zone_) t = zone_->utc_of(*t);
        if (!t) return std::nullopt;
        return written(our_pieces(), *t);
    }

private:
    std::vector<piece> pieces_;
    std::optional<time_zone> zone_; // nullopt: UTC
};

// Seconds or milliseconds since 1970 in UTC.
class epoch_format final : public format {
public:
    epoch_format(std::string name, std::int64_t per_second)
        : format(std::move(name)), per_second_(per_second) {}

    [[nodiscard]] bool takes(format_content c) const override { return c == format_content::time; }

    [[nodiscard]] std::string theirs(std::string_view ours) const override {
        const auto t = planning::instant_of(ours);
        if (!t) return std::string(ours);
        return std::to_string(t->seconds * per_second_ + t->nanoseconds / (1'000'000'000 / per_second_));
    }

    [[nodiscard]] std::optional<std::string> ours(std::string_view theirs) const override {
        constexpr std::int64_t last_second = 253'402'300'799; // of the year 9999
        std::int64_t n = 0;
        const auto [end, error] = std::from_chars(theirs.data(), theirs.data() + theirs.size(), n);
        if (error != std::errc() || end != theirs.data() + theirs.size() || n < 0 ||
            n / per_second_ > last_second)
            return std::nullopt;
        return written(our_pieces(), n / per_second_);
    }

private:
    std::int64_t per_second_;
};

} // namespace

format_pointer make_time_format(source& file, pugi::xml_node element, std::string name) {
    file.allow_attributes(element, {"name", "time", "zone"});
    for (const auto child : file.children(element))
        file.unknown_element(child);
    const std::string_view pattern = element.attribute("time").value();
    const auto zone_name = element.attribute("zone");
    if (pattern == "epoch" || pattern == "epoch-ms") {
        if (zone_name) file.mistake(file.line_of(zone_name), "an epoch has no zone");
        return std::make_shared<epoch_format>(std::move(name), pattern == "epoch" ? 1 : 1000);
    }
    auto pieces = pieces_of(pattern);
    if (std::ranges::all_of(pieces, [](const piece& p) { return p.what == field::literal; })) {
        file.mistake(file.line_of(element.attribute("time")),
                     "time must be epoch, epoch-ms, or a pattern of YYYY, MM, DD, hh, mm and ss");
        return nullptr;
    }
    const std::string_view in = zone_name.value();
    std::optional<time_zone> zone;
    if (zone_name && in != "UTC") {
        zone = time_zone::load(in);
        if (!zone)
            file.mistake(
                file.line_of(zone_name),
                "there is no zone " + std::string(in) +
                    "; zone is UTC or a name such as Europe/Oslo of /usr/share/zoneinfo (package tzdata)");
    }
    return std::make_shared<pattern_format>(std::move(name), std::move(pieces), zone);
}

} // namespace contego::wire
