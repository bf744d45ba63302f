#include "vocabulary/enum_table.hpp"
#include <contego/exchange.hpp>

namespace contego {
namespace {

constexpr enum_table<transport_error> errors{{
    {transport_error::none, "none"},
    {transport_error::resolve, "resolve"},
    {transport_error::connect, "connect"},
    {transport_error::tls, "tls"},
    {transport_error::exhausted, "exhausted"},
    {transport_error::write, "write"},
    {transport_error::timeout, "timeout"},
    {transport_error::closed, "closed"},
    {transport_error::malformed, "malformed"},
    {transport_error::too_large, "too_large"},
}};

constexpr enum_table<exchange_state> states{{
    {exchange_state::not_sent, "not_sent"},
    {exchange_state::sent_no_answer, "sent_no_answer"},
    {exchange_state::answered, "answered"},
}};

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
