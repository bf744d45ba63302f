"""Which words of a WSDL mean which command and which parameter."""

import dataclasses
import re

JOINED = {("smart", "card"): "smartcard", ("set", "top"): "stb", ("finger", "print"): "fingerprint", ("pop", "up"): "popup",
          ("time", "stamp"): "timestamp", ("e", "mail"): "mail", ("user", "name"): "username", ("pass", "word"): "password", ("new", "code"): "newcode"}  # fmt: skip
SAME = {"settop": "stb", "settopbox": "stb", "nr": "number", "num": "number", "no": "number", "pos": "position", "msg": "message",
        "subscr": "subscription", "subs": "subscription", "prod": "product", "svc": "service", "cnt": "count", "dur": "duration",
        "auth": "authorization", "authorisation": "authorization", "authorise": "authorize", "entitle": "entitlement",
        "qty": "count", "sec": "second", "txt": "text", "ident": "id", "identifier": "id", "begin": "start",
        "finish": "end", "seq": "sequence", "interactive": "", "repetition": "repeat", "repeating": "repeat", "repeated": "repeat",
        "cyclic": "repeat", "periodic": "repeat", "iteration": "repeat", "pairing": "pair", "paired": "pair", "pairings": "pair",
        "marry": "pair", "married": "pair", "bound": "pair", "coupled": "pair", "linked": "link", "marriage": "pair", "bind": "pair", "bond": "pair", "couple": "pair", "fetch": "get", "query": "get",
        "list": "get", "read": "get", "retrieve": "get", "lookup": "get", "find": "get", "inquire": "get", "inquiry": "get",
        "show": "display"}  # fmt: skip


def tokens(name):
    """Returns the words of a name such as `CaClientIds` or `smart_card_no`, in one form each."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    words = [one.lower() for one in parts]
    out = []
    while words:
        pair = tuple(words[:2])
        if pair in JOINED:
            out.append(JOINED[pair])
            words = words[2:]
            continue
        word = words.pop(0)
        word = SAME.get(word, word)
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith(("xes", "ches", "shes", "sses")):
            word = word[:-2]
        elif word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3:
            word = word[:-1]
        out.append(SAME.get(word, word))
    return [one for one in out if one]


CARD = {"smartcard", "card", "client", "icc", "viewingcard", "sc", "cardid", "cardnumber"}
BOX = {"stb", "box", "module", "device", "receiver", "decoder", "terminal", "cpe", "chip"}
RIGHT = {"subscription", "entitlement", "authorization", "product", "service", "package", "offer", "right", "authorize", "subscribe",
         "grant", "unsubscribe", "deauthorize", "revoke"}  # fmt: skip
ID = {"id", "number", "serial", "code", "key"}
ITEM = {"item", "value", "string", "entry", "element", "member", "anytype"}  # how toolkits name the elements of a list
TIME = {"time", "date", "timestamp", "at"}
LENGTH = {"duration", "second", "time", "length"}
PAIR = {"pair", "unpair", "link"}
SHORT = {"bark", "popup", "osd", "banner", "instant", "onscreen", "overlay", "display", "text"}
NUMBERS = {"int", "integer", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedShort",
           "unsignedLong", "unsignedByte", "decimal", "double", "float", "string"}  # fmt: skip
DATES = {"dateTime", "string", "date"}
TEXTS = {"string", "normalizedString", "token", "anySimpleType", "anyType", "base64Binary"}
IDS = TEXTS | NUMBERS


@dataclasses.dataclass(frozen=True)
class Parameter:
    """What names an element that carries a parameter: a head word, perhaps with a word of `more`, and no word of `against`."""

    head: frozenset
    more: frozenset = frozenset()
    against: frozenset = frozenset()
    types: frozenset = frozenset(IDS)
    needs_more: bool = False


def _p(head, more=(), against=(), types=IDS, needs_more=False):
    return Parameter(frozenset(head), frozenset(more), frozenset(against), frozenset(types), needs_more)


PARAMETERS = {
    "smartcard_ca_id": _p(CARD, ID | {"ca"}, BOX | RIGHT | {"sequence", "message", "status"}),
    "stb_ca_id": _p(BOX, ID | {"ca"}, RIGHT | {"message", "card", "smartcard"}),
    "service_ca_id": _p({"service", "product", "package", "offer", "entitlement", "subscription"}, ID | {"ca"}, TIME | BOX),
    "message": _p({"message", "text", "content"}, {"text", "body"}, ID | TIME | {"type", "queue"}, TEXTS),
    "start_indication": _p({"start", "display", "from", "send", "delivery", "schedule"}, TIME | {"indication"}, LENGTH - TIME, DATES, True),
    "display_date": _p({"display", "start", "from", "schedule"}, TIME, LENGTH - TIME, DATES, True),
    "start_date": _p({"start", "from", "valid", "activation"}, TIME, {"end", "to", "until"}, DATES, True),
    "end_date": _p({"end", "until", "expiry", "expiration", "expire", "stop", "to"}, TIME, set(), DATES),
    "display_duration": _p({"duration"}, LENGTH | {"display"}, {"repeat", "interval"}, NUMBERS),
    "repetition_count": _p({"repeat", "count", "time", "loop"}, {"count", "number", "time", "repeat"}, {"interval", "duration", "second"}, NUMBERS, True),
    "repetition_interval": _p({"interval", "period", "gap", "every"}, LENGTH | {"repeat"}, set(), NUMBERS),
    "position_x": _p({"x", "horizontal", "left", "xpos"}, {"position"}, {"y"}, NUMBERS),
    "position_y": _p({"y", "vertical", "top", "ypos"}, {"position"}, {"x"}, NUMBERS),
    "height": _p({"height", "size"}, {"font"}, {"width"}, NUMBERS),
    "fingerprint_slot": _p({"slot", "index"}, {"fingerprint"}, set(), NUMBERS),
    "new_pin": _p({"pin", "password", "newcode"}, {"new", "code", "value"}, {"old", "type"}),
    "communication_queue_number": _p({"queue"}, ID, set()),
}

# Values that every command has, and secrets.
COMMON = {
    "command.id": _p({"sequence", "transaction", "request", "order", "command", "correlation", "call"}, ID, TIME | CARD | BOX, IDS, True),
    "message.id": _p({"message", "msg", "uuid", "nonce"}, {"id"}, TIME, TEXTS, True),
    "now": _p({"timestamp", "created", "request", "now", "sent"}, TIME, {"start", "end", "display"}, DATES, True),
    "secret.USER": _p({"user", "username", "login", "operator", "account"}, {"name", "id"}, {"pin", "message"}, TEXTS),
    "secret.PASSWORD": _p({"password", "passwd", "pwd", "secret", "token", "apikey"}, {"user"}, {"new", "pin"}, TEXTS),
}


@dataclasses.dataclass(frozen=True)
class Command:
    """What names an operation that serves a command: a word of each set in `needs`, and none of `against`."""

    code: str
    needs: tuple
    against: frozenset
    mandatory: tuple
    optional: tuple = ()
    shape: tuple = ()  # parameters that the input should have, beside the mandatory ones

    @property
    def parameters(self):
        return self.mandatory + self.optional


ADD = {"add", "activate", "create", "assign", "enable", "start", "grant", "authorize", "subscribe", "insert", "set", "order", "provision"}
CANCEL = {"cancel", "remove", "delete", "revoke", "deauthorize", "stop", "terminate", "withdraw", "disable", "unsubscribe", "deactivate",
          "end", "drop"}  # fmt: skip
GET = {"get", "check", "status", "view", "is"}
SEND = {"send", "display", "post", "push", "deliver", "create", "submit", "message", "bark", "osd", "popup", "mail"}
MESSAGE = {"message", "mail", "bark", "osd", "popup", "text", "banner"}
REPEAT = {"repeat"}
ALL_PIN = {"pin", "parental"}
FINGER = {"fingerprint", "watermark", "finger"}


def _c(code, needs, against, mandatory, optional=(), shape=()):
    return Command(code, tuple(frozenset(one) for one in needs), frozenset(against), tuple(mandatory), tuple(optional), tuple(shape))


COMMANDS = [
    _c("ADD_SUBSCRIPTIONS", [ADD, RIGHT], CANCEL | GET | PAIR | ALL_PIN | FINGER, ["smartcard_ca_id", "service_ca_id"], ["start_date", "end_date"]),
    _c("CANCEL_SUBSCRIPTIONS", [CANCEL, RIGHT], GET | PAIR | ALL_PIN | FINGER | {"add"}, ["smartcard_ca_id", "service_ca_id"]),
    _c("GET_ACTIVE_SUBSCRIPTIONS", [GET, RIGHT], ADD - {"start"} | CANCEL | PAIR | ALL_PIN, ["smartcard_ca_id"]),
    _c("CREATE_PAIRING", [ADD | {"make", "pair"}, PAIR], GET | CANCEL | {"existing", "to", "extend", "append", "unpair"}, ["smartcards", "stbs"]),
    _c("ADD_TO_EXISTING_PAIRING", [{"add", "extend", "append", "join", "update"}, PAIR, {"existing", "to", "extend", "append", "join"}], GET | CANCEL,
       ["smartcard_ca_id"], ["smartcards", "stbs"]),
    _c("GET_PAIRING_STATUS_FOR_CARD", [GET, PAIR], CANCEL | {"add", "create"}, ["smartcard_ca_id"]),
    _c("GET_PAIRING_STATUS_FOR_PAIRING_MODULE", [GET, PAIR], CANCEL | {"add", "create"}, ["stb_ca_id"]),
    _c("SEND_MAIL_MESSAGE_TO_CLIENT", [SEND, {"mail", "email", "inbox", "letter"}], SHORT - {"text", "display"} | REPEAT | GET | CANCEL, ["smartcard_ca_id", "message"],
       ["start_indication", "communication_queue_number"]),
    _c("SEND_BARK_MESSAGE_TO_CLIENT", [SEND, SHORT], {"mail", "email"} | REPEAT | GET | CANCEL | FINGER | ALL_PIN, ["smartcard_ca_id", "message"],
       ["start_indication", "display_duration", "communication_queue_number"], ["display_duration"]),
    _c("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", [SEND, MESSAGE, REPEAT], {"mail", "email"} | GET | CANCEL | FINGER,
       ["smartcard_ca_id", "message", "repetition_count", "repetition_interval"],
       ["start_indication", "display_duration", "communication_queue_number"], ["display_duration"]),
    _c("DISPLAY_FINGERPRINT", [FINGER], GET | CANCEL | ALL_PIN, ["smartcard_ca_id", "position_x", "position_y", "height", "fingerprint_slot"],
       ["display_date", "display_duration"]),
    _c("UPDATE_CA_PIN_TO_DEFAULT_VALUE", [ALL_PIN, {"default", "reset", "restore", "clear", "factory"}], GET | {"given"}, ["smartcard_ca_id"]),
    _c("UPDATE_CA_PIN_TO_GIVEN_VALUE", [ALL_PIN, {"set", "change", "update", "given", "new", "modify", "write"}], GET | {"default", "reset", "restore"},
       ["smartcard_ca_id", "new_pin"]),
]  # fmt: skip

SUCCESS = {"OK", "SUCCESS", "SUCCESSFUL", "DONE", "0", "ACCEPTED", "COMPLETED", "TRUE", "00", "000", "0000"}
RETRY = {"system", "busy", "timeout", "temporary", "temporarily", "unavailable", "internal", "overload", "later", "retry", "locked"}
REJECTED = {"invalid", "unknown", "denied", "not", "validation", "duplicate", "forbidden", "wrong", "illegal", "unsupported", "missing"}
DONE_BEFORE = {"already"}


def outcome_of(code):
    """Guesses the outcome of a status code."""
    if code.upper() in SUCCESS:
        return "success"
    words = set(tokens(code))
    if words & RETRY:
        return "retry"
    if words & DONE_BEFORE:
        return "success"
    return "rejected" if words & REJECTED else "hold"
