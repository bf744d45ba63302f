"""Renders every command of a binding file and validates the envelopes with the schemas of the WSDL."""

import itertools
import json
import pathlib
import re
import subprocess
import tempfile

from lxml import etree

from . import words
from .documents import WSDL, XSD, Problem
from .schema import ENCODING, qualified
from .skeleton import ENVELOPE

SAMPLES = {"smartcard_ca_id": "01000000017", "stb_ca_id": "0012345678", "service_ca_id": "1111", "message": "Fish & chips",
           "start_indication": "2030-01-02T03:04:05Z", "display_date": "2030-01-02T03:04:05Z", "start_date": "2030-01-02T03:04:05Z",
           "end_date": "2031-01-02T03:04:05Z", "display_duration": 30, "repetition_count": 3, "repetition_interval": 110, "position_x": 1,
           "position_y": 2, "height": 3, "fingerprint_slot": 4, "new_pin": "4711", "communication_queue_number": "5",
           "smartcards": [{"smartcard_ca_id": "01000000025"}], "stbs": [{"stb_ca_id": "0012345678"}]}  # fmt: skip


def cases(command):
    """Yields a description and the parameters: without optional ones, with each alone, with all."""
    given = {name: SAMPLES[name] for name in command.mandatory}
    optional = list(command.optional)
    if command.code != "ADD_TO_EXISTING_PAIRING":
        yield "mandatory parameters", given
    for name in optional:
        yield f"with {name}", {**given, name: SAMPLES[name]}
    if len(optional) > 1:
        yield "all parameters", {**given, **{name: SAMPLES[name] for name in optional}}


class Validator:
    """One schema of envelopes, made from all schemas of the WSDL. Its files live in a folder while it is made."""

    def __init__(self, documents, operations):
        self.problem = ""
        self._names = {}
        by_namespace = {}
        for element, namespace in documents.schemas:
            by_namespace.setdefault(namespace, []).append(element)
        for one in operations:
            if one.style == "rpc":
                by_namespace.setdefault(one.input.namespace, [])
        if any(one.encoded for one in operations) or self._uses_encoding(documents):
            by_namespace.setdefault(ENCODING, [])
        self._names = {namespace: f"bundle{at}.xsd" for at, namespace in enumerate(by_namespace)}
        with tempfile.TemporaryDirectory() as folder:
            self._folder = pathlib.Path(folder)
            for namespace, elements in by_namespace.items():
                self._write_bundle(namespace, elements, [one for one in operations if one.style == "rpc" and one.input.namespace == namespace])
            self._compile(operations[0].soap)

    @staticmethod
    def _uses_encoding(documents):
        return any(ENCODING in (element.nsmap or {}).values() for element, _ in documents.schemas)

    def _imports(self, but):
        return "".join(f'<xs:import{f" namespace={chr(34)}{name}{chr(34)}" if name else ""} schemaLocation="{file}"/>'
                       for name, file in self._names.items() if name != but)  # fmt: skip

    def _write_bundle(self, namespace, elements, rpc):
        includes = ""
        for at, element in enumerate(elements):
            file = self._names[namespace].replace(".xsd", f"_{at}.xsd")
            self._write_part(file, element)
            includes += f'<xs:include schemaLocation="{file}"/>'
        target = f' targetNamespace="{namespace}"' if namespace else ""
        inner = ENCODING_SCHEMA if namespace == ENCODING and not elements else ""
        inner += "".join(self._wrapper(at, one) for at, one in enumerate(rpc))
        text = f'<xs:schema xmlns:xs="{XSD}"{target}>{includes}{self._imports(namespace)}{inner}</xs:schema>'
        # Includes come before everything else, imports as well.
        (self._folder / self._names[namespace]).write_text(text, encoding="utf-8")

    def _write_part(self, file, element):
        copy = etree.fromstring(etree.tostring(element))
        for kind in ("import", "include"):
            for one in copy.findall(f"{{{XSD}}}{kind}"):
                name = one.get("namespace")
                if kind == "include" or name not in self._names:
                    copy.remove(one)
                else:
                    one.set("schemaLocation", self._names[name])
        # WSDL 1.1 writes an array as a restriction that names its items in an attribute alone.
        for one in copy.iter(f"{{{XSD}}}restriction"):
            if one.get("base") and qualified(one, one.get("base")) == (ENCODING, "Array") and one.find(f"{{{XSD}}}sequence") is None:
                one.tag = f"{{{XSD}}}extension"
                for attribute in list(one):
                    one.remove(attribute)
        # A schema uses the encoding without an import, as toolkits write it.
        imported = {one.get("namespace") for one in copy.findall(f"{{{XSD}}}import")}
        if ENCODING in self._names and ENCODING not in imported and copy.get("targetNamespace") != ENCODING:
            copy.insert(0, copy.makeelement(f"{{{XSD}}}import", namespace=ENCODING, schemaLocation=self._names[ENCODING]))
        (self._folder / file).write_bytes(etree.tostring(copy))

    @staticmethod
    def _wrapper(at, operation):
        parts = "".join(
            f'<xs:element name="{name}" form="unqualified"' + (f' xmlns:p="{type_[0]}" type="p:{type_[1]}"/>' if type_[0] else f' type="{type_[1]}"/>')
            for name, type_ in operation.parts)  # fmt: skip
        style = '<xs:anyAttribute namespace="##any" processContents="lax"/>'
        return f'<xs:element name="{operation.name}"><xs:complexType><xs:sequence>{parts}</xs:sequence>{style}</xs:complexType></xs:element>'

    def _compile(self, version):
        namespace = ENVELOPE[version]
        (self._folder / "envelope.xsd").write_text(
            f'<xs:schema xmlns:xs="{XSD}" targetNamespace="{namespace}" elementFormDefault="qualified">{self._imports(namespace)}'
            '<xs:attribute name="encodingStyle" type="xs:string"/>'
            '<xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence>'
            '<xs:any namespace="##any" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>'
            '<xs:anyAttribute processContents="lax"/></xs:complexType></xs:element><xs:element name="Body"><xs:complexType><xs:sequence>'
            '<xs:any namespace="##any" processContents="strict"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>'
            "</xs:element></xs:schema>", encoding="utf-8")  # fmt: skip
        try:
            self._schema = etree.XMLSchema(etree.parse(str(self._folder / "envelope.xsd"), etree.XMLParser(no_network=True)))
        except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
            self.problem = str(error)

    def complaint(self, envelope):
        """Returns why an envelope is wrong; empty if it is right."""
        try:
            root = etree.fromstring(envelope.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            return str(error)
        if self._schema.validate(root):
            return ""
        return "; ".join(re.sub(r"\{[^}]*\}", "", one.message) for one in itertools.islice(self._schema.error_log, 3))


# The types that toolkits use, as far as values are concerned.
SIMPLE = ("string", "int", "integer", "long", "short", "boolean", "dateTime", "decimal", "double", "float", "date", "base64Binary")
ENCODING_SCHEMA = (
    f'<xs:attribute name="arrayType" type="xs:string" xmlns:w="{WSDL}"/><xs:attribute name="encodingStyle" type="xs:string"/>'
    '<xs:complexType name="Array"><xs:sequence><xs:any namespace="##any" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>'
    '<xs:anyAttribute namespace="##any" processContents="lax"/></xs:complexType>'
    + "".join(f'<xs:simpleType name="{name}"><xs:restriction base="xs:{name}"/></xs:simpleType>' for name in SIMPLE)
)


def call(contegod, *arguments, given=""):
    try:
        return subprocess.run([contegod, *arguments], input=given, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        raise Problem(f"{contegod}: there is no such program; name it with --contegod") from None


def commands_in(binding):
    """contegod has checked the file. A part in it may use prefixes that only the envelopes declare, which recover allows."""
    root = etree.fromstring(binding.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    codes = {one.get("code") for one in root.iter("{urn:contego:binding:1}command")}
    return [one for one in words.COMMANDS if one.code in codes]


def is_without_place(done):
    """A parameter that the binding does not take is refused, which the daemon does as well."""
    return done.returncode == 2 and "VALIDATION_ERROR" in done.stderr and "the binding has no place" in done.stderr


def run(contegod, binding, documents, operations):
    checked = call(contegod, "check", "--binding", str(binding))
    if checked.returncode:
        raise Problem(f"the binding file has mistakes:\n{checked.stderr.strip()}")
    validator = Validator(documents, operations)
    if validator.problem:
        raise Problem(f"the schemas of the WSDL cannot be used to validate: {validator.problem}")
    right = wrong = refused = 0
    for command in commands_in(binding):
        for what, parameters in cases(command):
            done = call(contegod, "render", "--command", command.code, "--binding", str(binding), "--parameters", "-", given=json.dumps(parameters))
            if is_without_place(done):
                refused += 1
                print(f"{command.code}, {what}: the binding has no place for a parameter")
                continue
            # A PIN or a secret is masked, and **** need not fit its type.
            why = done.stderr.strip() if done.returncode else validator.complaint(done.stdout.replace("****", SAMPLES["new_pin"]))
            right, wrong = right + (not why), wrong + bool(why)
            if why:
                print(f"{command.code}, {what}: {why}")
    print(f"envelopes that the WSDL allows: {right}, wrong: {wrong}, refused by the binding: {refused}")
    return 1 if wrong else 0
