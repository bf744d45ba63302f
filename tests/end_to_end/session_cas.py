"""A CAS that demands a login: it issues tokens, ends them on command or at random, and counts logins and commands."""

import collections
import http.server
import random
import re
import threading
import time

from repeating_cas import envelope, reply

OF_SESSION = "SESSION_ENDED"  # status of a command whose token is not valid
REFUSED = "WRONG_PASSWORD"
LOGIN = """<request><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
      <Login><User>crm</User><Password>{secret.KEY}</Password></Login></e:Body></e:Envelope></request>"""

# Maps the place of the token in the answer to the attributes of the reply element.
PLACES = {
    "element": 'token="//SessionId"',
    "attribute": 'token="//r/@session"',
    "soap header": 'token="/Envelope/Header/SessionId"',
    "http header": 'header="X-Session"',
    "cookie": 'cookie="JSESSIONID"',
}


def session(place="element", lifetime=""):
    return f'<session path="/login"{lifetime}>{LOGIN}<reply status="//StatusCode" message="//Message" {PLACES[place]}/></session>'


def with_session(binding, place="element", lifetime=""):
    """Returns a binding in which each command carries the token: in the header of its envelope, or as a cookie."""
    extra = session(place, lifetime) + '<header name="Cookie" value="a=b; JSESSIONID={session}"/>'
    if place != "cookie":
        extra = session(place, lifetime)
        binding = binding.replace("<soapenv:Header/>", "<soapenv:Header><SessionId>{session}</SessionId></soapenv:Header>")
    return binding.replace("<outcomes>", f'{extra}<outcomes><status code="{OF_SESSION}" is="expired"/>', 1)


class SessionCas:
    """`answer_login` replaces the answer to a login: a function of the token that returns (status, headers, body), or None for no
    answer."""

    def __init__(self, password, port=0):
        cas = self
        self.password = password
        self.make_token = lambda: "%032x" % random.getrandbits(128)
        self.lock = threading.Lock()
        self.valid = set()
        self.issued = []
        self.logins = []  # the time of each
        self.passwords = collections.Counter()
        self.turned_away = 0
        self.done = collections.Counter()  # commands that were done, by SequenceNumber
        self.ends_at_random = 0.0  # probability that a command ends all sessions
        self.is_token_in_header = False  # of the envelope
        self.answer_login = None
        self.answer_command = None
        self.gate = threading.Event()  # while it is not set, commands wait
        self.gate.set()
        self.waiting = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                try:
                    self._say(cas.log_in(body) if self.path == "/login" else cas.command(body, self.headers))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _say(self, answer):
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, text = answer
                self.send_response(status)
                for name, value in {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(text.encode())), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def log_in(self, body):
        given = re.search("<Password>(.*)</Password>", body).group(1)
        with self.lock:
            self.logins.append(time.monotonic())
            self.passwords[given] += 1
            token = self.make_token()
            self.issued.append(token)
            answer = self.answer_login
            if answer is None and given == self.password:
                self.valid.add(token)
        if answer is not None:
            return answer(token)
        if given != self.password:
            return 200, {}, reply(REFUSED, f"{given} is wrong")
        written = token.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        element = f"<SessionId>{written}</SessionId>"
        text = envelope(f'<r session="{written}"><StatusCode>OK</StatusCode><Message>hello {written}</Message>'
                        f'{"" if self.is_token_in_header else element}</r>')
        if self.is_token_in_header:
            text = text.replace("<e:Body>", f"<e:Header>{element}</e:Header><e:Body>")
        return 200, {"X-Session": token, "Set-Cookie": f"JSESSIONID={token}; Path=/; HttpOnly"}, text

    def command(self, body, headers):
        given = re.search("<SessionId>(.*)</SessionId>", body)
        token = given.group(1) if given else headers.get("Cookie", "").rpartition("JSESSIONID=")[2]
        token = token.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
        number = re.search(r"SequenceNumber>(\d+)<", body)
        with self.lock:
            self.waiting += 1
        self.gate.wait(30)
        with self.lock:
            self.waiting -= 1
            if random.random() < self.ends_at_random:
                self.valid.clear()
            if token not in self.valid:
                self.turned_away += 1
                return 200, {}, reply(OF_SESSION, f"{token} has ended")
            if number:
                self.done[number.group(1)] += 1
        return self.answer_command(body, token) if self.answer_command else (200, {}, reply())

    def end_sessions(self):
        with self.lock:
            self.valid.clear()

    def go_away(self):
        """Refuses new connections, and closes each open connection at its next command."""
        self.answer_command = lambda body, token: None
        self.stop()

    def stop(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
