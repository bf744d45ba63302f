"""Writes the envelope of a command, with its placeholders."""

from xml.sax.saxutils import escape, quoteattr

from .match import LISTS, places_in

ENVELOPE = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
FILLER = {"boolean": "false", "dateTime": "{now}", "date": "2000-01-01", "float": "0", "double": "0", "decimal": "0",
          "base64Binary": "", "anyURI": "urn:sample"}  # fmt: skip
ITEM = {"smartcards": "smartcard_ca_id", "stbs": "stb_ca_id"}


def literal(text):
    """Returns a value as the content of an element. A brace would begin a placeholder."""
    return escape(text.replace("{", "{{").replace("}", "}}"))


class Skeleton:
    """The envelope of one command as lines, and the questions about it."""

    def __init__(self, match):
        self.operation = match.operation
        self.command = match.command
        # This also puts the alternative of each choice first that fits this command.
        self.places = {id(one.leaf): one for one in places_in(match.operation, match.command)}
        self.questions = []
        self.lines = []
        self._prefixes = {}
        self._write()

    def _write(self):
        headers, self.lines = [], []
        for one in self.operation.headers:
            self._element(one, 2, ())
        headers, self.lines = self.lines, []
        self._element(self.operation.input, 2, ())
        body, self.lines = self.lines, []
        names = f'xmlns:soapenv="{ENVELOPE[self.operation.soap]}"' + "".join(
            f' xmlns:{prefix}={quoteattr(namespace)}' for namespace, prefix in self._prefixes.items())  # fmt: skip
        if self.operation.encoded:
            names += f' xmlns:xsi="{INSTANCE}" xmlns:xsd="{SCHEMA}"'
        header = ["  <soapenv:Header>", *headers, "  </soapenv:Header>"] if headers else ["  <soapenv:Header/>"]
        self.lines = [f"<soapenv:Envelope {names}>", *header, "  <soapenv:Body>", *body, "  </soapenv:Body>", "</soapenv:Envelope>"]

    def _name(self, node):
        if not node.namespace:
            return node.name
        prefix = self._prefixes.setdefault(node.namespace, f"n{len(self._prefixes) + 1}")
        return f"{prefix}:{node.name}"

    def _placed(self, node):
        """Parameters at this node and below it."""
        own = self.places.get(id(node))
        below = [name for child in node.children for name in self._placed(child)]
        return ([own.parameter] if own else []) + below

    def _is_optional(self, name):
        return name in self.command.optional and name != "display_duration"

    def _is_written(self, node):
        """An optional element is written if it carries something."""
        return not node.optional or bool(self._placed(node))

    def _value(self, node):
        place = self.places.get(id(node))
        if place:
            if node.enumeration:
                self.questions.append(f"{node.name} takes only {', '.join(node.enumeration[:20])}: which value of {place.parameter} is which? Write a format")
            return "{" + ITEM.get(place.parameter, place.parameter) + "}"
        if node.fixed is not None:
            return literal(node.fixed)
        if len(node.enumeration) == 1:
            return literal(node.enumeration[0])
        if node.enumeration:
            self.questions.append(f"which value of {node.name} is right: {', '.join(node.enumeration[:20])}?")
            return literal(node.enumeration[0])
        number = node.type in ("int", "integer", "long", "short", "byte") or node.type.startswith(("unsigned", "nonNegative", "positive"))
        value = "1" if number else FILLER.get(node.type, "SAMPLE")
        self.questions.append(f"what is the mandatory {node.name} ({node.type})? It is sent as {value or 'an empty text'}")
        return value

    def _bindings(self, node, around):
        """Attributes b:if and b:each of an element. `around` are the lists and conditions that enclose it."""
        placed = self._placed(node)
        out, inside = "", set(around)
        for name in ("smartcards", "stbs"):
            if name not in placed or name in self._lists_around(around):
                continue
            is_row = node.repeated or not any(name in self._placed(child) for child in node.children if child.kind != "attribute")
            below = any(self._has_row(child, name) for child in node.children)
            if is_row and not (below and not node.repeated):
                if self._is_optional(name) and ("if", name) not in around:
                    out += f' b:if="{name}"'
                out += f' b:each="{name}"'
                inside.add(("each", name))
            elif self._is_optional(name) and ("if", name) not in around and set(placed) == {name}:
                out += f' b:if="{name}"'
                inside.add(("if", name))
        conditions = {name for name in placed if self._is_optional(name) and name not in LISTS}
        if len(set(placed)) == 1 and conditions and not any(("if", name) in around for name in conditions):
            (name,) = conditions
            out += f' b:if="{name}"'
            inside.add(("if", name))
        return out, inside

    @staticmethod
    def _lists_around(around):
        return {name for kind, name in around if kind == "each"}

    def _has_row(self, node, name):
        if name not in self._placed(node):
            return False
        return node.repeated or any(self._has_row(child, name) for child in node.children)

    def _attributes(self, node, around):
        own = [child for child in node.children if child.kind == "attribute"]
        for child in own:
            place = self.places.get(id(child))
            if place and self._is_optional(place.parameter) and ("if", place.parameter) not in around:
                del self.places[id(child)]
                self.questions.append(f"where is the place of {place.parameter}? {child.name} is an attribute, which cannot be left out alone; "
                                      "a request that gives the parameter is rejected")  # fmt: skip
        return "".join(f' {self._name(child)}="{self._value(child).replace(chr(34), "&quot;")}"' for child in own if self._is_written(child))

    def _element(self, node, depth, around):
        if node.kind == "choice":
            for child in node.children[:1]:
                self._element(child, depth, around)
            return
        if node.kind == "group":
            for child in node.children:
                if self._is_written(child):
                    self._element(child, depth, around)
            return
        bound, inside = self._bindings(node, around)
        name = self._name(node)
        attributes = self._attributes(node, inside)
        if self.operation.encoded and node.type:
            attributes += f' xsi:type="xsd:{node.type}"'
        if self.operation.encoded and node is self.operation.input:
            attributes += ' soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
        children = [child for child in node.children if child.kind != "attribute" and self._is_written(child)]
        indent = "  " * depth
        if node.type and not children:
            self.lines.append(f"{indent}<{name}{bound}{attributes}>{self._value(node)}</{name}>")
            return
        if not children:
            self.lines.append(f"{indent}<{name}{bound}{attributes}/>")
            return
        self.lines.append(f"{indent}<{name}{bound}{attributes}>")
        for child in children:
            self._element(child, depth + 1, inside)
        self.lines.append(f"{indent}</{name}>")
