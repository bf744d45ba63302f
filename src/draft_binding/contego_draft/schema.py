"""Turns the types of XML Schema into trees of nodes."""

import dataclasses

from .documents import WSDL, XSD, Problem

ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
DEEPEST = 16
MOST_NODES = 20_000


@dataclasses.dataclass
class Node:
    """An element, an attribute, or a choice of groups."""

    kind: str  # element, attribute, choice, group
    name: str = ""
    namespace: str | None = None  # None: unqualified
    optional: bool = False
    repeated: bool = False
    type: str = ""  # local name of a type of XML Schema; empty: only children
    enumeration: tuple = ()
    fixed: str | None = None
    children: list = dataclasses.field(default_factory=list)

    def leaves(self, path=()):
        """Each node that has a value, with the nodes around it."""
        if self.type:
            yield self, path
        for child in self.children:
            yield from child.leaves((*path, self))


def local(tag):
    return tag.rpartition("}")[2]


def qualified(element, name):
    """Returns namespace and local name of a QName in a document."""
    prefix, colon, rest = name.rpartition(":")
    return (element.nsmap.get(prefix if colon else None), rest)


class Schemas:
    """All global declarations, by kind, namespace and name."""

    def __init__(self, documents):
        self._globals = {}
        self._made = 0
        for schema, namespace in documents.schemas:
            for child in schema:
                if isinstance(child.tag, str) and child.get("name"):
                    kind = "type" if local(child.tag) in ("complexType", "simpleType") else local(child.tag)
                    self._globals.setdefault((kind, namespace, child.get("name")), (child, schema, namespace))

    def element(self, name):
        """Returns the tree of a global element. `name` is a pair of namespace and local name."""
        found = self._globals.get(("element", *name))
        if not found:
            raise Problem(f"the element {{{name[0]}}}{name[1]} is not declared in any schema")
        return self._element(*found, (("element", *name),), is_global=True)

    def of_type(self, name, type_name, namespace=None):
        """Returns the tree of an element of this name and type."""
        node = Node("element", name, namespace)
        self._fill(node, type_name, ())
        return node

    def _count(self):
        self._made += 1
        if self._made > MOST_NODES:
            raise Problem(f"the types of the operations have more than {MOST_NODES} elements")

    def _element(self, element, schema, namespace, around, is_global=False):
        self._count()
        if element.get("ref"):
            name = qualified(element, element.get("ref"))
            key = ("element", *name)
            found = self._globals.get(key)
            if found and key not in around and len(around) < DEEPEST:
                node = self._element(*found, (*around, key), is_global=True)
            else:
                node = Node("element", name[1], name[0], type="" if found else "anyType")
        else:
            form = element.get("form") or schema.get("elementFormDefault")
            node = Node("element", element.get("name", ""), namespace if is_global or form == "qualified" else None)
            node.fixed = element.get("fixed")
            self._fill_declared(node, element, schema, namespace, around)
        if not is_global:
            node.optional = element.get("minOccurs") == "0"
            node.repeated = element.get("maxOccurs", "1") not in ("0", "1")
        return node

    def _fill_declared(self, node, element, schema, namespace, around):
        if element.get("type"):
            return self._fill(node, qualified(element, element.get("type")), around)
        for child in element:
            if local(child.tag) == "complexType":
                return self._complex(node, child, schema, namespace, around)
            if local(child.tag) == "simpleType":
                return self._simple(node, child, around)
        node.type = "anyType"
        return None

    def _fill(self, node, name, around):
        if name[0] in (XSD, ENCODING):
            node.type = name[1]
            return
        found = self._globals.get(("type", *name))
        if not found or name in around or len(around) >= DEEPEST:
            node.type = "anyType" if not found else ""
            return
        element, schema, namespace = found
        if local(element.tag) == "simpleType":
            self._simple(node, element, (*around, name))
        else:
            self._complex(node, element, schema, namespace, (*around, name))

    def _simple(self, node, element, around):
        for child in element:
            if local(child.tag) != "restriction":
                node.type = "string"  # a list or a union
                continue
            if child.get("base"):
                self._fill(node, qualified(child, child.get("base")), around)
            for inner in child.findall(f"{{{XSD}}}simpleType"):
                self._simple(node, inner, around)
            values = [one.get("value", "") for one in child.findall(f"{{{XSD}}}enumeration")]
            node.enumeration = tuple(values) or node.enumeration

    def _complex(self, node, element, schema, namespace, around):
        for child in element:
            tag = local(child.tag)
            if tag in ("simpleContent", "complexContent"):
                for derived in child:
                    if local(derived.tag) in ("extension", "restriction"):
                        self._derived(node, derived, schema, namespace, around)
            else:
                self._particle(node, child, schema, namespace, around)

    def _derived(self, node, derived, schema, namespace, around):
        base = qualified(derived, derived.get("base", ""))
        if base == (ENCODING, "Array"):
            return self._array(node, derived, around)
        if local(derived.tag) == "extension" or local(derived.getparent().tag) == "simpleContent":
            self._fill(node, base, around)
        for child in derived:
            self._particle(node, child, schema, namespace, around)
        return None

    def _array(self, node, derived, around):
        """An array of SOAP encoding: its items may have any name."""
        for attribute in derived.iter(f"{{{XSD}}}attribute"):
            array = attribute.get(f"{{{WSDL}}}arrayType")
            if array:
                item = Node("element", "item", repeated=True, optional=True)
                self._fill(item, qualified(attribute, array.partition("[")[0]), around)
                node.children.append(item)
                return
        for child in derived.iter(f"{{{XSD}}}element"):
            node.children.append(self._element(child, derived, None, around))

    def _particle(self, node, element, schema, namespace, around):
        tag = local(element.tag)
        if tag == "element":
            node.children.append(self._element(element, schema, namespace, around))
        elif tag == "attribute":
            self._attribute(node, element, schema, namespace)
        elif tag in ("sequence", "all"):
            self._group(node, element, schema, namespace, around)
        elif tag == "choice":
            choice = Node("choice", optional=element.get("minOccurs") == "0")
            for child in element:
                one = Node("group")
                self._particle(one, child, schema, namespace, around)
                choice.children.append(one)
            node.children.append(choice)
        elif tag in ("group", "attributeGroup") and element.get("ref"):
            found = self._globals.get((tag, *qualified(element, element.get("ref"))))
            key = (tag, element.get("ref"))
            if found and key not in around and len(around) < DEEPEST:
                for child in found[0]:
                    self._particle(node, child, found[1], found[2], (*around, key))

    def _group(self, node, element, schema, namespace, around):
        first = len(node.children)
        for child in element:
            self._particle(node, child, schema, namespace, around)
        for child in node.children[first:]:
            child.optional = child.optional or element.get("minOccurs") == "0"
            child.repeated = child.repeated or element.get("maxOccurs", "1") not in ("0", "1")

    def _attribute(self, node, element, schema, namespace):
        if element.get("use") == "prohibited":
            return
        owner = namespace if (element.get("form") or schema.get("attributeFormDefault")) == "qualified" else None
        if element.get("ref"):
            owner, name = qualified(element, element.get("ref"))
            found = self._globals.get(("attribute", owner, name))
            if not found:
                return
            declared = found[0]
        else:
            name, declared = element.get("name", ""), element
        one = Node("attribute", name, owner, optional=element.get("use") != "required", fixed=element.get("fixed"))
        self._fill_declared(one, declared, schema, namespace, ())
        node.children.append(one)
