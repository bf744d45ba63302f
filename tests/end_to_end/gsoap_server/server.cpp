// A CAS made with gSOAP, from gateway.h. gSOAP checks every call with the schema; its plugins check
// WS-Addressing and the UsernameToken. Takes the password of the user contego as its argument. Prints its
// address as a line of JSON. GET returns the calls as gSOAP read them.
#include "Gateway.nsmap"
#include "soapH.h"
#include "wsaapi.h"
#include "wsseapi.h"

#include <arpa/inet.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <mutex>
#include <regex>
#include <thread>

using nlohmann::json;

namespace {

const std::string name_space = "urn:gsoap.example:gateway#";
std::string password;
std::mutex calls_mutex;
json calls = json::array();

// The card numbers that the gateway refuses, and the error code of each.
struct refusal {
    const char* card;
    int code;
    const char* explanation;
};

constexpr refusal refusals[] = {{"01000000991", 1201, "There is no such card."},
                                {"01000000992", 1305, "The card has the product already."},
                                {"01000000993", 1900, "The gateway is busy."},
                                {"01000000994", 1777, "The moon is full."}};

int refuse(soap* context, const refusal& one) {
    soap_sender_fault(context, one.explanation, nullptr);
    auto* detail = soap_new_SOAP_ENV__Detail(context);
    detail->cas__gatewayFault = soap_new__cas__gatewayFault(context);
    detail->cas__gatewayFault->errorCode = one.code;
    detail->cas__gatewayFault->explanation = one.explanation;
    context->fault->detail = detail;
    return SOAP_FAULT;
}

// A call must have a MessageID. gSOAP finds the operation by the Action.
int check_addressing(soap* context) {
    if (soap_wsa_check(context)) return context->error;
    if (!context->header->wsa5__MessageID)
        return soap_wsa_error(context, wsa5__MessageAddressingHeaderRequired, "wsa:MessageID");
    return SOAP_OK;
}

// gSOAP takes a plain password too, and refuses a nonce that it has seen.
int check_token(soap* context) {
    const auto* token = soap_wsse_UsernameToken(context, nullptr);
    if (!token || !token->Username || token->Username != std::string("contego") || !token->Password ||
        !token->Password->Type || !std::string(token->Password->Type).ends_with("#PasswordDigest"))
        return soap_wsse_fault(context, wsse__FailedAuthentication, nullptr);
    return soap_wsse_verify_Password(context, password.c_str());
}

int answer(soap* context,
           const std::string& operation,
           const cas__Ticket& ticket,
           json read,
           std::string& reference) {
    if (check_addressing(context) || check_token(context)) return context->error;
    soap_wsse_delete_Security(context);
    if (soap_wsa_reply(context, nullptr, (name_space + operation + "Response").c_str()))
        return context->error;
    const std::string card = read.value("cardNumber", "");
    read["sequenceNumber"] = ticket.sequenceNumber;
    {
        const std::lock_guard lock(calls_mutex);
        calls.push_back({operation, std::move(read)});
    }
    for (const auto& one : refusals)
        if (card == one.card) return refuse(context, one);
    reference = "gsoap-" + operation;
    return SOAP_OK;
}

json with_time(json read, const char* name, const time_t* time) {
    if (time) read[name] = *time;
    return read;
}

// gSOAP leaves the patterns of simple types to its user.
int check_pattern(soap*, const char* pattern, const char* text) {
    return std::regex_match(text, std::regex(pattern)) ? SOAP_OK : SOAP_TYPE;
}

int print_calls(soap* context) {
    context->http_content = "application/json";
    const std::lock_guard lock(calls_mutex);
    return soap_response(context, SOAP_FILE) || soap_send(context, calls.dump().c_str()) ||
           soap_end_send(context);
}

void serve(soap* context) {
    soap_serve(context);
    soap_destroy(context);
    soap_end(context);
    soap_free(context);
}

} // namespace

int cas__grantProduct(soap* context,
                      cas__Ticket ticket,
                      std::string card,
                      cas__Product product,
                      time_t* from,
                      time_t* until,
                      cas__grantProductResponse& out) {
    json read = {{"cardNumber", card}, {"product", soap_cas__Product2s(context, product)}};
    return answer(context,
                  "grantProduct",
                  ticket,
                  with_time(with_time(read, "validFrom", from), "validUntil", until),
                  out.reference);
}

int cas__revokeProduct(soap* context,
                       cas__Ticket ticket,
                       std::string card,
                       cas__Product product,
                       cas__revokeProductResponse& out) {
    return answer(context,
                  "revokeProduct",
                  ticket,
                  {{"cardNumber", card}, {"product", soap_cas__Product2s(context, product)}},
                  out.reference);
}

int cas__listProducts(soap* context, cas__Ticket ticket, std::string card, cas__listProductsResponse& out) {
    out.offer.resize(2);
    out.offer[0].product = cas__Product__NEWS;
    out.offer[0].validFrom = static_cast<time_t*>(soap_malloc(context, sizeof(time_t)));
    *out.offer[0].validFrom = 1893456000; // 2030-01-01
    out.offer[1].product = cas__Product__SPORT;
    return answer(context, "listProducts", ticket, {{"cardNumber", card}}, out.reference);
}

int cas__pairCardsWithBoxes(soap* context,
                            cas__Ticket ticket,
                            std::vector<std::string> cards,
                            std::vector<std::string> boxes,
                            cas__pairCardsWithBoxesResponse& out) {
    return answer(context, "pairCardsWithBoxes", ticket, {{"cards", cards}, {"boxes", boxes}}, out.reference);
}

int cas__joinPairing(soap* context,
                     cas__Ticket ticket,
                     std::string paired,
                     std::vector<std::string> cards,
                     std::vector<std::string> boxes,
                     cas__joinPairingResponse& out) {
    return answer(context,
                  "joinPairing",
                  ticket,
                  {{"pairedCardNumber", paired}, {"cards", cards}, {"boxes", boxes}},
                  out.reference);
}

int cas__getPairingOfCard(soap* context,
                          cas__Ticket ticket,
                          std::string card,
                          cas__getPairingOfCardResponse& out) {
    out.isPaired = true;
    out.boxSerial = {"0012345678", "0012345679"};
    return answer(context, "getPairingOfCard", ticket, {{"cardNumber", card}}, out.reference);
}

int cas__getPairingOfBox(soap* context,
                         cas__Ticket ticket,
                         std::string box,
                         cas__getPairingOfBoxResponse& out) {
    out.isPaired = false;
    return answer(context, "getPairingOfBox", ticket, {{"boxSerial", box}}, out.reference);
}

int cas__deliverMail(soap* context,
                     cas__Ticket ticket,
                     std::string card,
                     std::string text,
                     time_t* time,
                     cas__deliverMailResponse& out) {
    return answer(context,
                  "deliverMail",
                  ticket,
                  with_time({{"cardNumber", card}, {"text", text}}, "deliveryTime", time),
                  out.reference);
}

int cas__pushBanner(soap* context,
                    cas__Ticket ticket,
                    std::string card,
                    std::string text,
                    time_t* time,
                    int duration,
                    cas__pushBannerResponse& out) {
    json read = {{"cardNumber", card}, {"text", text}, {"duration", duration}};
    return answer(context, "pushBanner", ticket, with_time(read, "displayTime", time), out.reference);
}

int cas__pushRepeatedBanner(soap* context,
                            cas__Ticket ticket,
                            std::string card,
                            std::string text,
                            time_t* time,
                            int duration,
                            int count,
                            int interval,
                            cas__pushRepeatedBannerResponse& out) {
    json read = {{"cardNumber", card},
                 {"text", text},
                 {"duration", duration},
                 {"repeatCount", count},
                 {"repeatInterval", interval}};
    return answer(context, "pushRepeatedBanner", ticket, with_time(read, "displayTime", time), out.reference);
}

int cas__displayFingerprint(soap* context,
                            cas__Ticket ticket,
                            std::string card,
                            time_t* time,
                            int duration,
                            cas__Area area,
                            cas__displayFingerprintResponse& out) {
    json read = {{"cardNumber", card},
                 {"duration", duration},
                 {"positionX", area.positionX},
                 {"positionY", area.positionY},
                 {"height", area.height},
                 {"slot", area.slot}};
    return answer(context, "displayFingerprint", ticket, with_time(read, "displayTime", time), out.reference);
}

int cas__resetPin(soap* context, cas__Ticket ticket, std::string card, cas__resetPinResponse& out) {
    return answer(context, "resetPin", ticket, {{"cardNumber", card}}, out.reference);
}

int cas__changePin(
    soap* context, cas__Ticket ticket, std::string card, std::string pin, cas__changePinResponse& out) {
    return answer(context, "changePin", ticket, {{"cardNumber", card}, {"newPin", pin}}, out.reference);
}

// gSOAP makes a fault an operation too. Nothing sends one.
int SOAP_ENV__Fault(soap*,
                    char*,
                    char*,
                    char*,
                    SOAP_ENV__Detail*,
                    SOAP_ENV__Code*,
                    SOAP_ENV__Reason*,
                    char*,
                    char*,
                    SOAP_ENV__Detail*) {
    return SOAP_NO_METHOD;
}

int main(int count, char** arguments) {
    if (count != 2) return 2;
    password = arguments[1];
    soap* listener = soap_new2(SOAP_XML_STRICT | SOAP_IO_KEEPALIVE, SOAP_IO_KEEPALIVE);
    listener->fget = print_calls;
    listener->fsvalidate = check_pattern;
    soap_register_plugin(listener, soap_wsa);
    soap_register_plugin(listener, soap_wsse);
    const auto socket = soap_bind(listener, "127.0.0.1", 0, 64);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (!soap_valid_socket(socket) || getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size))
        return 1;
    std::cout << json{{"listening", "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))}}
              << std::endl;
    while (soap_valid_socket(soap_accept(listener)))
        std::thread(serve, soap_copy(listener)).detach();
    return 1;
}
