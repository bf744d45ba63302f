#include "binding/body_text.hpp"

#include "binding/content_type.hpp"

namespace contego::wire {

body_text body_text_of(const exchange& e, std::size_t most_bytes) {
    const auto bytes = std::string_view(e.body).substr(0, most_bytes);
    return {.bytes = bytes,
            .text = decode(bytes, parameter_of(e.content_type, "charset")),
            .is_whole = bytes.size() == e.body.size()};
}

} // namespace contego::wire
