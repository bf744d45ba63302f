"""Reads the operations of WSDL 1.1 with a SOAP binding."""

import dataclasses
import urllib.parse

from .documents import WSDL, Problem
from .schema import Node, Schemas, qualified

SOAP = {"1.1": "http://schemas.xmlsoap.org/wsdl/soap/", "1.2": "http://schemas.xmlsoap.org/wsdl/soap12/"}


@dataclasses.dataclass
class Operation:
    name: str
    service: str
    address: str
    action: str | None
    soap: str
    style: str
    encoded: bool
    input: Node
    output: Node | None
    headers: list
    parts: list  # of rpc: (name, type) of the input
    faults: list  # the elements that the detail of a SOAP fault may have

    @property
    def path(self):
        """Path and query of the address, without characters that a request line cannot have."""
        parts = urllib.parse.urlsplit(self.address)
        return urllib.parse.quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/?&=;:@!$'()*+,~%-._")

    @property
    def endpoint(self):
        parts = urllib.parse.urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def tag(name):
    return f"{{{WSDL}}}{name}"


class Reader:
    """Collects the operations of all services. An operation that cannot be read is a warning."""

    def __init__(self, documents):
        self.schemas = Schemas(documents)
        self.warnings = documents.warnings
        self._named = {}
        for root in documents.definitions:
            namespace = root.get("targetNamespace")
            for kind in ("message", "portType", "binding", "service"):
                for one in root.findall(tag(kind)):
                    self._named.setdefault((kind, namespace, one.get("name")), one)

    def operations(self):
        """Returns the operations. If there are ports of both versions of SOAP, those of 1.1."""
        for version in SOAP:
            found = [one for kind, _, name in self._named if kind == "service" for one in self._of_service(name, version)]
            if found:
                return self._without_doubles(found)
        return []

    def _without_doubles(self, found):
        by_name = {}
        for one in found:
            by_name.setdefault((one.name, one.path, one.input.namespace), one)
        return list(by_name.values())

    def _find(self, kind, element, name):
        found = self._named.get((kind, *qualified(element, name)))
        if found is None:
            raise Problem(f"the {kind} {name} is not declared")
        return found

    def _of_service(self, service, version):
        for (kind, _, name), element in self._named.items():
            if kind != "service" or name != service:
                continue
            for port in element.findall(tag("port")):
                address = port.find(f"{{{SOAP[version]}}}address")
                if address is not None:
                    yield from self._of_port(service, port, address.get("location", ""), version)

    def _of_port(self, service, port, address, version):
        try:
            binding = self._find("binding", port, port.get("binding", ""))
            port_type = self._find("portType", binding, binding.get("type", ""))
        except Problem as problem:
            self.warnings.append(f"port {port.get('name')}: {problem}")
            return
        common = binding.find(f"{{{SOAP[version]}}}binding")
        style = common.get("style", "document") if common is not None else "document"
        abstract = {one.get("name"): one for one in port_type.findall(tag("operation"))}
        for bound in binding.findall(tag("operation")):
            name = bound.get("name", "")
            try:
                if name not in abstract:
                    raise Problem("the port type has no such operation")
                yield self._operation(service, address, version, style, bound, abstract[name])
            except Problem as problem:
                self.warnings.append(f"operation {name}: {problem}")

    def _operation(self, service, address, version, style, bound, abstract):
        soap = bound.find(f"{{{SOAP[version]}}}operation")
        action = soap.get("soapAction") if soap is not None else None
        style = soap.get("style", style) if soap is not None else style
        name = bound.get("name", "")
        body_in, given, parts, encoded = self._body(bound, abstract, "input", version, style, name)
        body_out, *_ = self._body(bound, abstract, "output", version, style, name + "Response")
        if body_in is None:
            raise Problem("it has no input")
        headers, faults = self._headers(bound, version), self._faults(abstract)
        return Operation(name, service, address, action, version, style, encoded, body_in, body_out, headers, parts if given else [], faults)

    def _faults(self, abstract):
        """A fault that cannot be read is a warning: the operation works without it."""
        found = []
        for one in abstract.findall(tag("fault")):
            try:
                parts = self._find("message", one, one.get("message", "")).findall(tag("part"))
                found += [self.schemas.element(qualified(part, part.get("element"))) for part in parts if part.get("element")]
            except Problem as problem:
                self.warnings.append(f"operation {abstract.get('name')}: fault {one.get('name')}: {problem}")
        return found

    def _headers(self, bound, version):
        found = []
        for one in bound.iterfind(f"{tag('input')}/{{{SOAP[version]}}}header"):
            for part in self._find("message", one, one.get("message", "")).findall(tag("part")):
                if part.get("name") == one.get("part") and part.get("element"):
                    found.append(self.schemas.element(qualified(part, part.get("element"))))
        return found

    def _body(self, bound, abstract, side, version, style, wrapper):
        """Returns the tree of the element in the Body, whether it has parts, these parts, and whether it is encoded."""
        one, outline = bound.find(tag(side)), abstract.find(tag(side))
        if one is None or outline is None:
            return None, False, [], False
        body = one.find(f".//{{{SOAP[version]}}}body")
        settings = {} if body is None else dict(body.attrib)
        message = self._find("message", outline, outline.get("message", ""))
        chosen = settings.get("parts")
        parts = [p for p in message.findall(tag("part")) if chosen is None or p.get("name") in chosen.split()]
        encoded = settings.get("use") == "encoded"
        if style == "rpc":
            return self._wrapper(wrapper, settings.get("namespace"), parts), True, self._types(parts), encoded
        named = [p for p in parts if p.get("element")]
        if len(named) != 1:
            raise Problem(f"its {side} must have one part with an element, because its style is document")
        return self.schemas.element(qualified(named[0], named[0].get("element"))), False, [], encoded

    @staticmethod
    def _types(parts):
        return [(p.get("name"), qualified(p, p.get("type"))) for p in parts if p.get("type")]

    def _wrapper(self, name, namespace, parts):
        node = Node("element", name, namespace)
        for part in parts:
            if part.get("type"):
                node.children.append(self.schemas.of_type(part.get("name"), qualified(part, part.get("type"))))
            elif part.get("element"):
                node.children.append(self.schemas.element(qualified(part, part.get("element"))))
        return node
