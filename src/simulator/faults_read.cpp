// Reads the rules from JSON.
#include "simulator/faults.hpp"

#include <stdexcept>
#include <string_view>

namespace contego::simulator {
namespace {

const value::object& object_of(const value& v, std::string_view name) {
    if (const auto* o = v.members()) return *o;
    throw std::invalid_argument(std::string(name) + " must be an object");
}

const std::string& text_of(const value& v, std::string_view name) {
    if (const auto* s = v.text()) return *s;
    throw std::invalid_argument(std::string(name) + " must be a text");
}

bool flag_of(const value& v, std::string_view name) {
    if (const auto* b = v.boolean()) return *b;
    throw std::invalid_argument(std::string(name) + " must be true or false");
}

std::int64_t count_of(const value& v, std::string_view name, std::int64_t lowest, std::int64_t highest) {
    if (const auto* n = v.integer(); n != nullptr && *n >= lowest && *n <= highest) return *n;
    throw std::invalid_argument(std::string(name) + " must be " + std::to_string(lowest) + " to " +
                                std::to_string(highest));
}

double number_of(const value& v, std::string_view name) {
    const auto* real = v.real();
    const auto* integer = v.integer();
    if (real != nullptr && *real >= 0) return *real;
    if (integer != nullptr && *integer >= 0) return static_cast<double>(*integer);
    throw std::invalid_argument(std::string(name) + " must be a number from 0");
}

/// Returns whether the CAS carries out the call before the exchange breaks off.
bool after_effect(const value& v, std::string_view name) {
    const auto& moment = text_of(v, name);
    if (moment != "before_effect" && moment != "after_effect")
        throw std::invalid_argument(std::string(name) + " must be before_effect or after_effect");
    return moment == "after_effect";
}

fault fault_of(const value& v) {
    fault f{.code = "Server", .text = {}};
    for (const auto& [name, member] : object_of(v, "fault")) {
        if (name == "code")
            f.code = text_of(member, name);
        else if (name == "text")
            f.text = text_of(member, name);
        else
            throw std::invalid_argument("fault." + name + " is not known");
    }
    return f;
}

constexpr std::int64_t many = 1'000'000'000;

} // namespace

void fault_rules::read_condition(rule& r, const value& when) {
    for (const auto& [name, v] : object_of(when, "when")) {
        if (name == "command") {
            r.command = command_type_of(text_of(v, name));
            if (!r.command) throw std::invalid_argument("command: " + text_of(v, name) + " is not a command");
        } else if (name == "smartcard")
            r.smartcard = text_of(v, name);
        else if (name == "stb")
            r.stb = text_of(v, name);
        else if (name == "service")
            r.service = text_of(v, name);
        else if (name == "path")
            r.path = text_of(v, name);
        else if (name == "sequence_number")
            r.sequence_number = text_of(v, name);
        else if (name == "nth")
            r.nth = count_of(v, name, 1, many);
        else if (name == "every")
            r.every = count_of(v, name, 1, many);
        else if (name == "times")
            r.times = count_of(v, name, 1, many);
        else if (name == "probability")
            r.probability = number_of(v, name);
        else
            throw std::invalid_argument("when." + name + " is not known");
    }
}

void fault_rules::read_latency(latency& to, const value& v) {
    if (const auto* p50 = v.find("p50")) {
        const auto* p99 = v.find("p99");
        to.kind = latency::shape::long_tailed;
        to.low = number_of(*p50, "latency_ms.p50");
        to.high = p99 == nullptr ? 0 : number_of(*p99, "latency_ms.p99");
        if (to.low <= 0 || to.high < to.low) throw std::invalid_argument("latency_ms needs 0 < p50 <= p99");
        return;
    }
    to.kind = latency::shape::even;
    const auto* bounds = v.items();
    if (bounds != nullptr && bounds->size() != 2) throw std::invalid_argument("latency_ms needs two bounds");
    to.low = number_of(bounds == nullptr ? v : bounds->front(), "latency_ms");
    to.high = bounds == nullptr ? to.low : number_of(bounds->back(), "latency_ms");
    if (to.high < to.low) throw std::invalid_argument("latency_ms must give the lower bound first");
}

void fault_rules::read_action(rule& r, const value& action) {
    auto& m = r.what;
    const auto& all = object_of(action, "do");
    for (const auto& [name, v] : all) {
        if (name == "latency_ms")
            read_latency(r.delay, v);
        else if (name == "http_status")
            m.http_status = static_cast<int>(count_of(v, name, 200, 599));
        else if (name == "headers")
            for (const auto& [header, content] : object_of(v, name))
                m.headers.emplace_back(header, text_of(content, header));
        else if (name == "fault")
            m.fault = fault_of(v);
        else if (name == "status_code")
            m.status_code = text_of(v, name);
        else if (name == "garbage")
            m.garbage = flag_of(v, name);
        else if (name == "wrong_length")
            m.wrong_length = flag_of(v, name);
        else if (name == "drip_bytes_per_second")
            m.drip_bytes_per_second = static_cast<std::size_t>(count_of(v, name, 1, many));
        else if (name != "reset" && name != "hang" && name != "effect")
            throw std::invalid_argument("do." + name + " is not known");
    }
    m.effect = m.http_status == 0 && !m.fault && m.status_code.empty();
    if (const auto* hang = action.find("hang")) {
        if (hang->boolean() == nullptr || *hang->boolean()) m.ending = break_off::hang;
        m.effect = hang->boolean() == nullptr && after_effect(*hang, "hang");
    }
    if (const auto* reset = action.find("reset")) {
        m.ending = break_off::reset;
        m.effect = after_effect(*reset, "reset");
    }
    if (const auto* effect = action.find("effect")) m.effect = flag_of(*effect, "effect");
}

fault_rules::fault_rules(const value& document, std::uint64_t seed) : random_(seed) {
    const auto* items = document.items();
    if (items == nullptr) throw std::invalid_argument("fault rules must be a list");
    for (const auto& item : *items) {
        rule r;
        try {
            for (const auto& [name, v] : object_of(item, "a rule")) {
                if (name == "when")
                    read_condition(r, v);
                else if (name == "do")
                    read_action(r, v);
                else
                    throw std::invalid_argument(name + " is not known");
            }
        } catch (const std::invalid_argument& e) {
            throw std::invalid_argument("fault rule " + std::to_string(rules_.size() + 1) + ": " + e.what());
        }
        rules_.push_back(std::move(r));
    }
}

} // namespace contego::simulator
