#include "simulator/journal.hpp"

#include "json/json.hpp"

#include <stdexcept>

namespace contego::simulator {
namespace {

value list_of(const std::vector<std::string>& numbers) {
    return value::list(numbers.begin(), numbers.end());
}

value details_of(const call& c) {
    value::object o;
    const auto text = [&o](const char* name, const std::string& s) {
        if (!s.empty()) o.emplace(name, s);
    };
    const auto number = [&o](const char* name, const std::optional<std::int64_t>& n) {
        if (n) o.emplace(name, *n);
    };
    text("paired_smartcard", c.paired_card);
    text("start", c.start);
    text("end", c.end);
    text("message", c.message);
    text("new_pin", c.pin.empty() ? "" : "****");
    number("display_duration", c.duration);
    number("repetition_count", c.count);
    number("repetition_interval", c.interval);
    number("position_x", c.x);
    number("position_y", c.y);
    number("height", c.height);
    number("fingerprint_slot", c.slot);
    return o;
}

} // namespace

journal::journal(const std::string& file, std::size_t keep) : keep_(keep) {
    if (file.empty()) return;
    file_.open(file, std::ios::app);
    if (!file_) throw std::runtime_error("cannot write the journal " + file);
}

void journal::add(const call& c, const answer& said, const std::string& trouble, moment now) {
    if (!said.effect && said.status_code == "OK" && trouble.empty()) return;
    entry e{.number = ++last_,
            .time = now,
            .call = c,
            .status_code = said.status_code,
            .reference = said.reference,
            .trouble = trouble,
            .effect = said.effect};
    if (file_.is_open()) file_ << line(e) << '\n' << std::flush;
    entries_.push_back(std::move(e));
    if (entries_.size() > keep_) entries_.pop_front();
}

std::string journal::line(const entry& e) {
    value::object o{
        {"seq", static_cast<std::int64_t>(e.number)},
        {"time", to_text(e.time)},
        {"command", name_of(e.call.command)},
        {"smartcards", list_of(e.call.cards)},
        {"stbs", list_of(e.call.boxes)},
        {"services", list_of(e.call.services)},
        {"effect", e.effect},
        {"status_code", e.status_code},
        {"reference", e.reference},
        {"sequence_number", e.call.sequence_number},
        {"details", details_of(e.call)},
    };
    if (!e.trouble.empty()) o.emplace("trouble", e.trouble);
    return json::write(o);
}

std::string journal::lines(std::uint64_t from) const {
    std::string text;
    for (const auto& e : entries_)
        if (e.number >= from) text += line(e) + '\n';
    return text;
}

} // namespace contego::simulator
