"""A CAS that repeats secrets from a call wherever an answer has room for them."""

import collections
import http.server
import re
import threading

ENVELOPE = ('<?xml version="1.0"{encoding}?>{doctype}<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
            "<e:Body>{body}</e:Body></e:Envelope>")


def envelope(body, encoding="", doctype=""):
    return ENVELOPE.format(body=body, encoding=encoding, doctype=doctype)


def reply(status="OK", message="well", reference="R-1", more=""):
    return envelope(f"<r><StatusCode>{status}</StatusCode><Message>{message}</Message><ReferenceNumber>{reference}</ReferenceNumber>{more}</r>")


def fault(code="Server", text="broken", detail=""):
    return envelope(f"<e:Fault><faultcode>e:{code}</faultcode><faultstring>{text}</faultstring><detail>{detail}</detail></e:Fault>")


def decimal(secret):
    return "".join(f"&#{ord(c)};" for c in secret)


def hexadecimal(secret):
    return "".join(f"&#x{ord(c):04X};" for c in secret)


def by_elements(secret):
    return "<b/>".join([secret[:3], secret[3:8], secret[8:]])


def by_comments(secret):
    return "<!-- here -->".join(secret)


def by_sections(secret):
    return "".join(f"<![CDATA[{half}]]>" for half in (secret[:7], secret[7:]))


def half_written(secret):
    return secret[:5] + decimal(secret[5:9]) + by_sections(secret[9:])


def often(secret):
    """Repeats the secret, so that a cut at any place cuts through it."""
    return ("x" + secret) * 3000


WRITTEN = [str, decimal, hexadecimal, by_elements, by_comments, by_sections, half_written]

# Maps the name of an answer to (HTTP status, headers, body) for a secret. The body is text, or bytes that are sent unchanged.
ANSWERS = {}
for write in WRITTEN:
    ANSWERS |= {
        f"success, message {write.__name__}": lambda s, w=write: (200, {}, reply(message=w(s))),
        f"success, reference {write.__name__}": lambda s, w=write: (200, {}, reply(reference=w(s))),
        f"status {write.__name__}": lambda s, w=write: (200, {}, reply(status=w(s))),
        f"refused, message {write.__name__}": lambda s, w=write: (200, {}, reply("CLIENT_NOT_FOUND", f"not {w(s)}, no", w(s))),
        f"faultstring {write.__name__}": lambda s, w=write: (500, {}, fault(text=w(s))),
        f"faultcode {write.__name__}": lambda s, w=write: (500, {}, fault(code="Server." + w(s))),
        f"detail {write.__name__}": lambda s, w=write: (500, {}, fault(detail=w(s))),
    }
ANSWERS |= {
    "status of many": lambda s: (200, {}, reply(status=often(s))),
    "message of many": lambda s: (200, {}, reply("CLIENT_NOT_FOUND", often(s))),
    "message of many, all well": lambda s: (200, {}, reply(message=often(s), reference=often(s))),
    "to be tried again": lambda s: (200, {}, reply("SYSTEM_ERROR", f"with {s} again", s)),
    "with words around": lambda s: (200, {}, reply(f"PIN_{s}_IS_BAD", f"[{s}]", f"{s}-{s}")),
    "two faultstrings": lambda s: (500, {}, fault(text=f"a</faultstring><faultstring>{s}")),
    "an attribute": lambda s: (200, {}, reply(more=f'<x pin="{s}" other="{decimal(s)}"/>')),
    "a name": lambda s: (200, {}, reply(more=f"<p{s} q{s}='1'/>")),
    "an entity": lambda s: (200, {}, envelope("<StatusCode>&p;</StatusCode>", doctype=f'<!DOCTYPE x [<!ENTITY p "{s}">]>')),
    "a comment": lambda s: (200, {}, reply(more=f"<!-- {s} --><?pin {s}?>")),
    "UTF-16": lambda s: (200, {"Content-Type": "text/xml; charset=utf-16"}, reply(f"B{s}", s, s).encode("utf-16")),
    "no XML": lambda s: (200, {}, f"well {s}"),
    "half an envelope": lambda s: (200, {}, reply(message=s)[:-30]),
    "a page": lambda s: (500, {"Content-Type": "text/html"}, f"<html><p>{s}</p></html>"),
    "JSON": lambda s: (400, {"Content-Type": "application/json"}, '{"new_pin": "%s"}' % s),
    "forbidden": lambda s: (403, {}, f"{s} is not allowed"),
    "gone elsewhere": lambda s: (302, {"Location": f"/there?pin={s}"}, ""),
    "a header": lambda s: (200, {"X-Pin": s, "Set-Cookie": f"pin={s}"}, reply()),
    "a type": lambda s: (200, {"Content-Type": f"text/xml; charset={s}"}, reply()),
    "a word of the server": lambda s: (500, {"reason": f"Bad {s}"}, ""),
    "a part": lambda s: (200, {"Content-Type": f'multipart/related; type="text/xml"; boundary={s}'},
                         f"--{s}\r\nContent-Type: text/xml\r\nContent-ID: <{s}>\r\n\r\n{reply(reference=s)}\r\n--{s}--\r\n"),
    "no answer": lambda s: None,
}


class RepeatingCas:
    """Answers the PIN command of a card as the test asks for that card, and every other call with success. A login gets one wrong answer
    after the other, and then a token."""

    def __init__(self, wrong_logins=(), token=""):
        cas = self
        self.wrong_logins = list(wrong_logins)
        self.token = token
        self.tokens = set()  # in the header of the envelope, and in a header of HTTP
        self.answers = {}  # card to (answer, the secret)
        self.calls = collections.Counter()
        self.most_tries = 4  # the calls for one card after this number succeed: some commands are tried until they are answered
        self.authorizations = set()
        self.keys = set()  # of the header of the envelope

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                cas.authorizations.add(self.headers.get("Authorization"))
                if self.path == "/login":
                    self._say(cas.wrong_logins.pop() if cas.wrong_logins else (200, {}, reply(message=cas.token, more=f"<Token>{cas.token}</Token>")))
                    return
                cas.tokens.update(re.findall(r"<k:Token[^>]*>([^<]*)<", body))
                cas.tokens.add(self.headers.get("X-Token"))
                cas.keys.update(re.findall(r"<k:Key[^>]*>([^<]*)<", body))
                self._say(cas.answer_to(body))

            def _say(self, answer):
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, body = answer
                body = body if isinstance(body, bytes) else body.encode()
                self.send_response(status, headers.pop("reason", None))
                for name, value in {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer_to(self, body):
        card = re.search(r"CaClientId>(\d+)<", body)
        answer, secret = self.answers.get(card and card.group(1), (None, None))
        self.calls[card and card.group(1)] += 1
        if answer is None or self.calls[card.group(1)] > self.most_tries:
            return 200, {}, reply()
        return answer(secret)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
