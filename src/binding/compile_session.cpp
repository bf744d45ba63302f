#include "binding/compile_session.hpp"

#include "binding/compile.hpp"
#include "binding/digest_rule.hpp"
#include "binding/namespaces.hpp"

#include <algorithm>
#include <charconv>

namespace contego::wire {
namespace {

constexpr int longest_lifetime = 30 * 24 * 3600;

void read_token(source& file, pugi::xml_node reply, compiled_session& s) {
    s.token = compile_query(file, reply, "token");
    s.header = reply.attribute("header").value();
    s.cookie = reply.attribute("cookie").value();
    int places = 0;
    for (const auto* name : {"token", "header", "cookie"})
        if (!std::string_view(reply.attribute(name).value()).empty()) ++places;
    if (places != 1)
        file.mistake(reply,
                     "the reply of a session needs one of the attributes token (an XPath), header and cookie "
                     "(names): the place of the token");
}

} // namespace

std::chrono::seconds compile_lifetime(source& file, pugi::xml_node session) {
    const auto written = session.attribute("lifetime");
    if (!written) return std::chrono::seconds(0);
    const std::string_view text = written.value();
    int seconds = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (wrong != std::errc() || end != text.data() + text.size() || seconds < 1 || seconds > longest_lifetime)
        file.mistake(file.line_of(written),
                     "lifetime must be 1 to " + std::to_string(longest_lifetime) + " seconds, not '" +
                         std::string(text) + "'");
    return std::chrono::seconds(seconds);
}

void compile_login_reply(source& file, pugi::xml_node reply, compiled_session& s) {
    file.allow_attributes(reply,
                          {"document", "status", "fault-status", "message", "token", "header", "cookie"});
    auto& e = s.call.answer;
    e.document = compile_query(file, reply, "document");
    if (file.required(reply, "status")) e.status = compile_query(file, reply, "status");
    e.fault_status = compile_query(file, reply, "fault-status");
    e.message = compile_query(file, reply, "message");
    read_token(file, reply, s);
    outcome_rows rows(file, s.call.outcomes);
    for (const auto child : file.children(reply))
        if (!rows.read(child)) file.unknown_element(child);
}

bool uses_session(const skeleton& s) {
    return std::ranges::any_of(s.steps, [](const step& one) {
        return one.what == step::kind::session || (one.digest && uses_session(one.digest->of));
    });
}

} // namespace contego::wire
