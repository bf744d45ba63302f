#include "http/endpoint_signal.hpp"

namespace contego::http {
namespace {

endpoint_signal signal_in_status(int status) {
    const auto why = "HTTP " + std::to_string(status);
    switch (status) {
    case 401:
    case 403:
    case 407:
        return {endpoint_signal_kind::refusal, false, why};
    case 429:
        return {endpoint_signal_kind::life, true, {}};
    case 503:
        return {endpoint_signal_kind::death, true, why};
    case 502:
    case 504:
        return {endpoint_signal_kind::death, false, why};
    default:
        return {};
    }
}

} // namespace

endpoint_signal signal_in(const exchange& e) {
    if (e.state == exchange_state::answered) return signal_in_status(e.http_status);
    const auto why = std::string(name_of(e.error)) + ": " + e.detail;
    switch (e.error) {
    case transport_error::too_large:
        return {}; // it answered, but with more than we accept
    case transport_error::exhausted:
        return {endpoint_signal_kind::nothing, false, why};
    case transport_error::malformed:
        return {endpoint_signal_kind::garble, false, why};
    case transport_error::timeout:
        return {endpoint_signal_kind::death, true, why};
    default:
        return {endpoint_signal_kind::death, false, why};
    }
}

} // namespace contego::http
