"""Loads WSDL files and the schemas that they contain or import."""

import pathlib
import urllib.parse

from lxml import etree

WSDL = "http://schemas.xmlsoap.org/wsdl/"
XSD = "http://www.w3.org/2001/XMLSchema"
LARGEST_FILE = 16 << 20
MOST_FILES = 500


class Problem(Exception):
    """A WSDL that cannot be used; the text says which file and why."""


def parse(path):
    """Returns the root of an XML file. Entities are not expanded, and nothing is fetched."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Problem(f"{path}: the file is larger than 16 MiB")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
        root = etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except etree.XMLSyntaxError as error:
        raise Problem(f"{path}: {error.msg}") from None
    if root.getroottree().docinfo.doctype:
        raise Problem(f"{path}: a DTD is not allowed")
    return root


class Documents:
    """The WSDL files and schemas of a site, each loaded once."""

    def __init__(self, files):
        self.definitions = []  # roots of WSDL files
        self.schemas = []  # (element, target namespace)
        self.warnings = []
        self._seen = set()
        for file in files:
            self._load_wsdl(pathlib.Path(file).resolve())

    def _is_new(self, *key):
        if key in self._seen:
            return False
        if len(self._seen) >= MOST_FILES:
            raise Problem(f"{key[0]}: more than {MOST_FILES} files are imported")
        self._seen.add(key)
        return True

    def _located(self, base, location):
        """Returns the path of an import, or None after a warning."""
        parts = urllib.parse.urlsplit(location)
        if parts.scheme not in ("", "file"):
            self.warnings.append(f"{base}: {location} is not loaded, because nothing is fetched; "
                                 "save it beside this file and change the location")  # fmt: skip
            return None
        return (base.parent / urllib.parse.unquote(parts.path)).resolve()

    def _load_wsdl(self, path):
        if not self._is_new(path, "wsdl"):
            return
        root = parse(path)
        if root.tag == f"{{{XSD}}}schema":
            self._add_schema(root, path, None)
            return
        if root.tag != f"{{{WSDL}}}definitions":
            raise Problem(f"{path}: the root must be definitions of WSDL 1.1, not {root.tag}")
        self.definitions.append(root)
        for schema in root.findall(f"{{{WSDL}}}types/{{{XSD}}}schema"):
            self._add_schema(schema, path, None)
        for one in root.findall(f"{{{WSDL}}}import"):
            other = self._located(path, one.get("location", ""))
            if other and one.get("location"):
                self._load_wsdl(other)

    def _add_schema(self, element, path, includer):
        """`includer` is the namespace that an included schema without one takes over."""
        namespace = element.get("targetNamespace") or includer
        self.schemas.append((element, namespace))
        for kind in ("import", "include", "redefine"):
            for one in element.findall(f"{{{XSD}}}{kind}"):
                location = one.get("schemaLocation")
                other = self._located(path, location) if location else None
                whose = None if kind == "import" else namespace
                if other and self._is_new(other, whose):
                    root = parse(other)
                    if root.tag != f"{{{XSD}}}schema":
                        raise Problem(f"{other}: the root must be a schema, not {root.tag}")
                    self._add_schema(root, other, whose)
