#include "names.hpp"
#include <contego/command_type.hpp>

namespace contego {
namespace {

constexpr names<command_type, command_types.size()> codes{{
    "ADD_SUBSCRIPTIONS",
    "CANCEL_SUBSCRIPTIONS",
    "CREATE_PAIRING",
    "ADD_TO_EXISTING_PAIRING",
    "GET_ACTIVE_SUBSCRIPTIONS",
    "GET_PAIRING_STATUS_FOR_CARD",
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE",
    "SEND_MAIL_MESSAGE_TO_CLIENT",
    "SEND_BARK_MESSAGE_TO_CLIENT",
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
    "DISPLAY_FINGERPRINT",
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE",
    "UPDATE_CA_PIN_TO_GIVEN_VALUE",
}};

} // namespace

std::string_view name_of(command_type type) {
    return codes.of(type);
}

std::optional<command_type> command_type_of(std::string_view code) {
    return codes.find(code);
}

} // namespace contego
