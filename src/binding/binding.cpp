#include "binding/compiled.hpp"
#include "binding/decode.hpp"
#include "binding/read.hpp"
#include "binding/storable.hpp"

namespace contego {

const contego::limits& binding::limits() const {
    return compiled_->limits;
}

bool binding::repeat_safe(command_type type) const {
    return compiled_->of(type).repeat_safe;
}

envelope binding::render(const command& c, std::int64_t request_id) const {
    const auto& known = compiled_->of(c.type);
    return {
        .path = known.path,
        .content_type = known.content_type,
        .soap_action = known.soap_action,
        .body = wire::render(known.request, c.parameters, request_id, wire::secrets::shown),
    };
}

std::string binding::render_masked(const command& c, std::int64_t request_id) const {
    auto body = wire::render(compiled_->of(c.type).request, c.parameters, request_id, wire::secrets::masked);
    if (limits().characters == character_set::utf_8) return body;
    return wire::decode(body, "iso-8859-1").value_or(std::string());
}

reply binding::read(const command& c, const exchange& e) const {
    auto r = wire::read_exchange(compiled_->of(c.type), e);
    const auto secrets = wire::secrets_of(c);
    r.message = wire::without_secrets(std::move(r.message), secrets);
    r.error_description = wire::without_secrets(std::move(r.error_description), secrets);
    return r;
}

std::string binding::storable(const command& c, const exchange& e) const {
    return wire::storable_body(c, e);
}

} // namespace contego
