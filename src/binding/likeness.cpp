#include "binding/likeness.hpp"

#include "binding/digest_rule.hpp"

namespace contego::wire {
namespace {

// No text of a parameter holds this character: PostgreSQL stores none.
constexpr char end_of_value = '\0';

const value* find(const step& s, const value::object& parameters) {
    const auto found = parameters.find(s.text);
    return found == parameters.end() ? nullptr : &found->second;
}

} // namespace

void append_likeness(std::string& out, const skeleton& s, const value::object& parameters) {
    for (std::size_t i = 0; i < s.steps.size();) {
        const auto& one = s.steps[i];
        ++i;
        if (one.what == step::kind::for_each_request) {
            i = one.end;
        } else if (one.what == step::kind::condition) {
            const bool holds = one.when.holds(find(one, parameters));
            out += holds ? '+' : '-';
            if (!holds) i = one.end;
        } else if (one.what == step::kind::digest) {
            append_likeness(out, one.digest->of, parameters);
        } else if (one.what == step::kind::parameter) {
            if (const auto* v = find(one, parameters)) out += plain_text_of(*v);
            out += end_of_value;
        }
    }
}

} // namespace contego::wire
