#include "binding/compiled.hpp"
#include "binding/content_type.hpp"
#include "binding/decode.hpp"
#include "binding/disclose.hpp"
#include "binding/likeness.hpp"
#include "binding/login.hpp"
#include "binding/read.hpp"

#include <algorithm>

namespace contego {

const contego::limits& binding::limits() const {
    return compiled_->limits;
}

bool binding::repeat_safe(command_type type) const {
    return compiled_->of(type).repeat_safe;
}

binding::binding(std::shared_ptr<const compiled> c)
    : compiled_(std::move(c)), here_(std::make_shared<const wire::site_values>()) {}

const std::map<std::string, secret_use>& binding::secrets() const {
    return compiled_->secrets;
}

bool binding::sends_header(std::string_view name) const {
    const auto has_it = [name](const wire::compiled_command& c) {
        return std::ranges::any_of(c.headers,
                                   [name](const auto& h) { return wire::lower_case(h.name) == name; });
    };
    const auto& session = compiled_->session;
    return std::ranges::any_of(compiled_->commands, has_it) || (session && has_it(session->call));
}

const std::vector<binding_error>& binding::remarks() const {
    return compiled_->remarks;
}

binding binding::at(site s) const {
    while (s.endpoint.ends_with('/'))
        s.endpoint.pop_back();
    auto here = *this;
    here.here_ = std::make_shared<const wire::site_values>(wire::site_values{
        .secrets = wire::site_secrets(std::move(s.secrets)), .endpoint = std::move(s.endpoint)});
    return here;
}

bool binding::uses_session(command_type type) const {
    return compiled_->of(type).uses_session;
}

std::chrono::seconds binding::session_lifetime() const {
    const auto& session = compiled_->session;
    return session ? session->lifetime : std::chrono::seconds(0);
}

envelope binding::prepare_login(const sending& now) const {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a precondition
    return prepared(compiled_->session->call, {}, now).wire;
}

login_answer binding::interpret_login(const sending& sent, const exchange& e) const {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a precondition
    return wire::read_login(*compiled_->session, here_->secrets, sent, e);
}

prepared_command binding::prepare(const command& c, const sending& now) const {
    return prepared(compiled_->of(c.type), c.parameters, now);
}

prepared_command binding::prepared(const wire::compiled_command& known,
                                   const value::object& parameters,
                                   const sending& now) const {
    auto body = wire::render(known.request, parameters, now, *here_);
    auto masked = in_utf_8(wire::masked_text(body));
    prepared_command out{.wire = {.path = known.path,
                                  .content_type = known.content_type,
                                  .soap_action = known.soap_action,
                                  .body = std::move(body.text)},
                         .masked = std::move(masked)};
    for (const auto& h : known.headers)
        out.wire.headers.emplace_back(h.name, wire::render(h.value, parameters, now, *here_).text);
    return out;
}

std::string binding::in_utf_8(std::string masked) const {
    if (limits().characters != character_set::iso_8859_1) return masked;
    auto read = wire::decode(masked, "iso-8859-1");
    return read ? std::move(read->text) : std::string();
}

// A command alone in its call may be answered with an item, too.
interpretation binding::interpret(const command& c, const sending& sent, const exchange& e) const {
    if (!compiled_->of(c.type).answer.items.at) return interpret(c, &sent, e);
    const call_item alone{.what = &c, .how = sent};
    return std::move(interpret({&alone, 1}, e).each.front());
}

interpretation binding::interpret_alone(const command& c, const exchange& e) const {
    return interpret(c, nullptr, e);
}

std::vector<std::pair<std::string, std::string>> binding::masked_headers(const command& c,
                                                                         const sending& now) const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& h : compiled_->of(c.type).headers)
        all.emplace_back(h.name, wire::masked_text(wire::render(h.value, c.parameters, now, *here_)));
    return all;
}

interpretation binding::interpret(const command& c, const sending* sent, const exchange& e) const {
    const wire::veil veil(c, here_->secrets, sent == nullptr ? std::string() : sent->session);
    auto body = wire::body_text_of(e, wire::most_bytes_stored(veil));
    auto stored = wire::storable_body(veil, body);
    auto answer = wire::read_exchange({compiled_->of(c.type), c, sent, veil}, e, std::move(body));
    return {.answer = wire::disclosed(std::move(answer), veil, stored), .storable = std::move(stored)};
}

} // namespace contego
