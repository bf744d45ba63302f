#include "names.hpp"
#include <contego/exchange.hpp>

namespace contego {
namespace {

constexpr names<transport_error, 10> errors{{
    "none",
    "resolve",
    "connect",
    "tls",
    "exhausted",
    "write",
    "timeout",
    "closed",
    "malformed",
    "too_large",
}};

constexpr names<exchange_state, 3> states{{"not_sent", "sent_no_answer", "answered"}};

} // namespace

std::string_view name_of(exchange_state s) {
    return states.of(s);
}

std::string_view name_of(transport_error e) {
    return errors.of(e);
}

std::optional<transport_error> transport_error_of(std::string_view name) {
    return errors.find(name);
}

} // namespace contego
