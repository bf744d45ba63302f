#include "http/sign.hpp"

namespace contego::http {
namespace {

sign sign_in_status(int status) {
    const auto why = "HTTP " + std::to_string(status);
    switch (status) {
    case 401:
    case 403:
    case 407:
        return {sign_of::refusal, false, why};
    case 429:
        return {sign_of::life, true, {}};
    case 503:
        return {sign_of::death, true, why};
    case 502:
    case 504:
        return {sign_of::death, false, why};
    default:
        return {};
    }
}

} // namespace

sign sign_in(const exchange& e) {
    if (e.state == exchange_state::answered) return sign_in_status(e.http_status);
    const auto why = std::string(name_of(e.error)) + ": " + e.detail;
    switch (e.error) {
    case transport_error::too_large:
        return {}; // it answered, and more than we bear
    case transport_error::exhausted:
        return {sign_of::nothing, false, why};
    case transport_error::malformed:
        return {sign_of::garble, false, why};
    case transport_error::timeout:
        return {sign_of::death, true, why};
    default:
        return {sign_of::death, false, why};
    }
}

} // namespace contego::http
