"""A CAS made with Spyne, which writes the WSDL itself and validates every call with its schema. Document/literal, wrapped.

Prints its address as a line of JSON. GET /calls returns the calls as Spyne read them; GET /?wsdl is the WSDL.
"""

import json
import wsgiref.simple_server

from spyne import Application, Array, Boolean, ComplexModel, DateTime, Enum, Fault, Integer, Long, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

CALLS = []
NAMESPACE = "urn:spyne.example:conditional-access"
Text, Number, Sequence = Unicode(min_occurs=1, nillable=False), Integer(min_occurs=1, nillable=False), Long(min_occurs=1, nillable=False)
Code = Enum("SUCCESS", "CARD_UNKNOWN", "ALREADY_ENTITLED", "TEMPORARILY_UNAVAILABLE", type_name="ReplyCode")


class Reply(ComplexModel):
    reply_code = Code(min_occurs=1)
    description = Unicode
    reference = Unicode


class Entitlement(ComplexModel):
    entitlement_id = Unicode
    expiry_time = Unicode


class EntitlementReply(Reply):
    entitlements = Array(Entitlement)


class MarriageReply(Reply):
    married = Boolean
    decoders = Array(Unicode)
    viewing_cards = Array(Unicode)


def answer(kind, operation, given, **more):
    CALLS.append([operation, {name: value if isinstance(value, (list, int)) else str(value) for name, value in given.items() if value is not None}])
    if given.get("viewing_card") == "01000000998":
        raise Fault("Client.Card", "There is no such card.")
    code = Code.CARD_UNKNOWN if given.get("viewing_card") == "01000000999" else Code.SUCCESS
    return kind(reply_code=code, description="Said by Spyne", reference=f"spyne-{operation}", **more)


def without_context(given):
    return {name: value for name, value in given.items() if name != "ctx"}


class ConditionalAccess(ServiceBase):
    @rpc(Text, Text, DateTime, DateTime, Sequence, _returns=Reply)
    def AddEntitlement(ctx, viewing_card, entitlement_id, start_time, expiry_time, call_sequence):
        return answer(Reply, "AddEntitlement", without_context(locals()))

    @rpc(Text, Text, Sequence, _returns=Reply)
    def RevokeEntitlement(ctx, viewing_card, entitlement_id, call_sequence):
        return answer(Reply, "RevokeEntitlement", without_context(locals()))

    @rpc(Text, Sequence, _returns=EntitlementReply)
    def ListEntitlements(ctx, viewing_card, call_sequence):
        given = without_context(locals())
        return answer(EntitlementReply, "ListEntitlements", given, entitlements=[Entitlement(entitlement_id="1111"), Entitlement(entitlement_id="2222")])

    @rpc(Array(Text, min_occurs=1), Array(Text, min_occurs=1), Sequence, _returns=Reply)
    def MarryCardsToDecoders(ctx, viewing_cards, decoders, call_sequence):
        return answer(Reply, "MarryCardsToDecoders", without_context(locals()))

    @rpc(Text, Array(Text), Array(Text), Sequence, _returns=Reply)
    def AppendToMarriage(ctx, married_card, viewing_cards, decoders, call_sequence):
        return answer(Reply, "AppendToMarriage", without_context(locals()))

    @rpc(Text, Sequence, _returns=MarriageReply)
    def GetMarriageByCard(ctx, viewing_card, call_sequence):
        return answer(MarriageReply, "GetMarriageByCard", without_context(locals()), married=True, decoders=["0012345678"])

    @rpc(Text, Sequence, _returns=MarriageReply)
    def GetMarriageByDecoder(ctx, decoder_serial, call_sequence):
        return answer(MarriageReply, "GetMarriageByDecoder", without_context(locals()), married=True, viewing_cards=["01000000017"])

    @rpc(Text, Text, DateTime, Sequence, _returns=Reply)
    def SubmitEmail(ctx, viewing_card, content, delivery_time, call_sequence):
        return answer(Reply, "SubmitEmail", without_context(locals()))

    @rpc(Text, Text, DateTime, Integer, Sequence, _returns=Reply)
    def SubmitOsd(ctx, viewing_card, content, display_time, duration, call_sequence):
        return answer(Reply, "SubmitOsd", without_context(locals()))

    @rpc(Text, Text, DateTime, Integer, Number, Number, Sequence, _returns=Reply)
    def SubmitCyclicOsd(ctx, viewing_card, content, display_time, duration, repetitions, interval_seconds, call_sequence):
        return answer(Reply, "SubmitCyclicOsd", without_context(locals()))

    @rpc(Text, DateTime, Integer, Number, Number, Number, Number, Sequence, _returns=Reply)
    def TriggerFingerprint(ctx, viewing_card, display_time, duration, x, y, height, slot_index, call_sequence):
        return answer(Reply, "TriggerFingerprint", without_context(locals()))

    @rpc(Text, Sequence, _returns=Reply)
    def RestoreParentalCode(ctx, viewing_card, call_sequence):
        return answer(Reply, "RestoreParentalCode", without_context(locals()))

    @rpc(Text, Text, Sequence, _returns=Reply)
    def ChangeParentalCode(ctx, viewing_card, new_code, call_sequence):
        return answer(Reply, "ChangeParentalCode", without_context(locals()))


soap = WsgiApplication(Application([ConditionalAccess], NAMESPACE, in_protocol=Soap11(validator="lxml"), out_protocol=Soap11()))


def application(environ, start_response):
    if environ["PATH_INFO"] != "/calls":
        return soap(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(CALLS).encode()]


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
server.serve_forever()
