// The service in the language of soapcpp2, which writes its WSDL, its schema and the code that reads and checks every call.
// Document/literal, wrapped. Positions and numbers are attributes, simple types have patterns and ranges, and a refusal is a typed fault.

//gsoap cas service name: Gateway
//gsoap cas service namespace: urn:gsoap.example:gateway
//gsoap cas service location: http://gsoap.example/cgi-bin/gateway.cgi
//gsoap cas service style: document
//gsoap cas service encoding: literal
//gsoap cas schema namespace: urn:gsoap.example:gateway
//gsoap cas schema elementForm: qualified
//gsoap cas schema attributeForm: unqualified

#import "stlvector.h"
#import "wsa5.h"
#import "wsse.h"

typedef std::string cas__CardNumber "[0-9]{11}";
typedef std::string cas__BoxSerial "[0-9]{10}";
typedef std::string cas__PinCode "[0-9]{4}";
typedef std::string cas__MessageText 1 : 129;
typedef int cas__Seconds 1 : 65535;
typedef int cas__Times 1 : 255;
typedef int cas__Pixels 0 : 1919;
enum cas__Product { cas__Product__NEWS, cas__Product__SPORT };

class cas__Ticket {
public:
  @LONG64 sequenceNumber 1;
};

class cas__Offer {
public:
  @enum cas__Product product 1;
  @time_t *validFrom 0;
};

class cas__Area {
public:
  @cas__Pixels positionX 1;
  @cas__Pixels positionY 1;
  @cas__Pixels height 1;
  @int slot 1;
};

// The detail of every refusal.
class _cas__gatewayFault {
public:
  int errorCode 1;
  std::string explanation 1;
};
struct SOAP_ENV__Detail { _cas__gatewayFault *cas__gatewayFault 0; int __type; void *fault; _XML __any; };

struct cas__listProductsResponse { std::string reference 1; std::vector<cas__Offer> offer 0; };
struct cas__getPairingOfCardResponse { std::string reference 1; bool isPaired 1; std::vector<cas__BoxSerial> boxSerial 0; };
struct cas__getPairingOfBoxResponse { std::string reference 1; bool isPaired 1; std::vector<cas__CardNumber> cardNumber 0; };

//gsoap cas service method-action: grantProduct urn:gsoap.example:gateway#grantProduct
//gsoap cas service method-fault: grantProduct _cas__gatewayFault
int cas__grantProduct(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, enum cas__Product product 1, time_t *validFrom 0, time_t *validUntil 0,
                      struct cas__grantProductResponse { std::string reference 1; } &out);

//gsoap cas service method-action: revokeProduct urn:gsoap.example:gateway#revokeProduct
//gsoap cas service method-fault: revokeProduct _cas__gatewayFault
int cas__revokeProduct(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, enum cas__Product product 1,
                       struct cas__revokeProductResponse { std::string reference 1; } &out);

//gsoap cas service method-action: listProducts urn:gsoap.example:gateway#listProducts
//gsoap cas service method-fault: listProducts _cas__gatewayFault
int cas__listProducts(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, struct cas__listProductsResponse &out);

//gsoap cas service method-action: pairCardsWithBoxes urn:gsoap.example:gateway#pairCardsWithBoxes
//gsoap cas service method-fault: pairCardsWithBoxes _cas__gatewayFault
int cas__pairCardsWithBoxes(cas__Ticket ticket 1, std::vector<cas__CardNumber> cardNumber 1, std::vector<cas__BoxSerial> boxSerial 1,
                            struct cas__pairCardsWithBoxesResponse { std::string reference 1; } &out);

//gsoap cas service method-action: joinPairing urn:gsoap.example:gateway#joinPairing
//gsoap cas service method-fault: joinPairing _cas__gatewayFault
int cas__joinPairing(cas__Ticket ticket 1, cas__CardNumber pairedCardNumber 1, std::vector<cas__CardNumber> cardNumber 0,
                     std::vector<cas__BoxSerial> boxSerial 0, struct cas__joinPairingResponse { std::string reference 1; } &out);

//gsoap cas service method-action: getPairingOfCard urn:gsoap.example:gateway#getPairingOfCard
//gsoap cas service method-fault: getPairingOfCard _cas__gatewayFault
int cas__getPairingOfCard(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, struct cas__getPairingOfCardResponse &out);

//gsoap cas service method-action: getPairingOfBox urn:gsoap.example:gateway#getPairingOfBox
//gsoap cas service method-fault: getPairingOfBox _cas__gatewayFault
int cas__getPairingOfBox(cas__Ticket ticket 1, cas__BoxSerial boxSerial 1, struct cas__getPairingOfBoxResponse &out);

//gsoap cas service method-action: deliverMail urn:gsoap.example:gateway#deliverMail
//gsoap cas service method-fault: deliverMail _cas__gatewayFault
int cas__deliverMail(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, cas__MessageText text 1, time_t *deliveryTime 0,
                     struct cas__deliverMailResponse { std::string reference 1; } &out);

//gsoap cas service method-action: pushBanner urn:gsoap.example:gateway#pushBanner
//gsoap cas service method-fault: pushBanner _cas__gatewayFault
int cas__pushBanner(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, cas__MessageText text 1, time_t *displayTime 0, cas__Seconds duration 1,
                    struct cas__pushBannerResponse { std::string reference 1; } &out);

//gsoap cas service method-action: pushRepeatedBanner urn:gsoap.example:gateway#pushRepeatedBanner
//gsoap cas service method-fault: pushRepeatedBanner _cas__gatewayFault
int cas__pushRepeatedBanner(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, cas__MessageText text 1, time_t *displayTime 0,
                            cas__Seconds duration 1, cas__Times repeatCount 1, cas__Seconds repeatInterval 1,
                            struct cas__pushRepeatedBannerResponse { std::string reference 1; } &out);

//gsoap cas service method-action: displayFingerprint urn:gsoap.example:gateway#displayFingerprint
//gsoap cas service method-fault: displayFingerprint _cas__gatewayFault
int cas__displayFingerprint(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, time_t *displayTime 0, cas__Seconds duration 1, cas__Area area 1,
                            struct cas__displayFingerprintResponse { std::string reference 1; } &out);

//gsoap cas service method-action: resetPin urn:gsoap.example:gateway#resetPin
//gsoap cas service method-fault: resetPin _cas__gatewayFault
int cas__resetPin(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, struct cas__resetPinResponse { std::string reference 1; } &out);

//gsoap cas service method-action: changePin urn:gsoap.example:gateway#changePin
//gsoap cas service method-fault: changePin _cas__gatewayFault
int cas__changePin(cas__Ticket ticket 1, cas__CardNumber cardNumber 1, cas__PinCode newPin 1,
                   struct cas__changePinResponse { std::string reference 1; } &out);
