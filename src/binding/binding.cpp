#include "binding/compiled.hpp"
#include "binding/decode.hpp"
#include "binding/disclose.hpp"
#include "binding/read.hpp"

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
    const auto read = wire::decode(body, "iso-8859-1");
    return read ? read->text : std::string();
}

reply binding::read(const command& c, std::int64_t request_id, const exchange& e) const {
    const wire::veil veil(c);
    return wire::disclosed(wire::read_exchange({compiled_->of(c.type), c, request_id, veil}, e), veil, e);
}

std::string binding::storable(const command& c, const exchange& e) const {
    return wire::storable_body(wire::veil(c), e);
}

} // namespace contego
