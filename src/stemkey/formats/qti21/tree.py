"""A QTI file as one tree in one spelling: 2.x's, whatever version the file is in."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.files.safe_xml import parse_xml
from stemkey.formats.qti21.vocabulary import (
    ATTRIBUTES_FROM_KEBAB,
    FROM_KEBAB,
    MATHML,
    QTI2_NAMESPACES,
    QTI3_NAMESPACES,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_OURS = frozenset({"", *QTI2_NAMESPACES, *QTI3_NAMESPACES, MATHML, "http://www.w3.org/2010/Math/MathML"})
_HTML5 = "html5"
_HEAD = 4096
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MAXIMUM_DEPTH = 300
"""Deeper than any question; what recurses over a tree stays within Python's stack."""


class Root(NamedTuple):
    """A file's root, in 2.x's spelling."""

    element: "_Element"
    namespace: str
    """The namespace that the file declares."""


def read_tree(source: Source, found: Diagnostics) -> Root | None:
    """Return a file's tree; None, with a finding, where it is no XML, or nested beyond reason."""
    data, namespace = _without_namespace(_without_doctype(source.data))
    element = parse_xml(source if data is source.data else Source(source.name, data), found)
    if element is None:
        return None
    is_plain = namespace in QTI2_NAMESPACES and b"<qti-" not in data
    is_respelled = is_plain and data.count(b"xmlns") == data.count(_ONLY_XSI)
    namespace = namespace or _namespace(str(element.tag))
    if not is_respelled:
        _respell(element, has_kebab=namespace not in QTI2_NAMESPACES)
    return Root(element, namespace)


_ONLY_XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
"""A namespace of attributes: a file that has no other one has no name to respell."""


_DEFAULTS = [(f' xmlns="{name}"'.encode(), name) for name in (*QTI2_NAMESPACES, *QTI3_NAMESPACES)]


# One that declares nothing of its own: R writes `<!DOCTYPE assessmentItem>`. Its DTD is never looked for.
_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[<>]*>", re.IGNORECASE)


def _without_doctype(data: bytes) -> bytes:
    """Return a file with blanks for a document type that declares nothing; what declares entities is refused later."""
    found = _DOCTYPE.search(data, 0, _HEAD)
    if found is None or b"<!--" in data[: found.start()] or b"<![CDATA[" in data[: found.start()]:
        return data
    return data[: found.start()] + re.sub(rb"[^\n]", b" ", found[0]) + data[found.end() :]


def _without_namespace(data: bytes) -> tuple[bytes, str]:
    """Return a file without its default namespace, and the namespace: thousands of names need no respelling then."""
    for text, name in _DEFAULTS:
        if text in data[:_HEAD]:
            return data.replace(text, b"", 1), name
    return data, ""


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _respell(root: "_Element", *, has_kebab: bool) -> None:
    """Give every element and attribute of QTI its name in 2.x; HTML and MathML lose their namespace."""
    for element in root.iter():
        tag = element.tag
        assert isinstance(tag, str), "the parser leaves out comments"
        name = _plain_name(tag)
        if name != tag:
            element.tag = name
        if has_kebab and name in _KEBAB_ELEMENTS and len(element.attrib):
            for attribute, value in list(element.attrib.items()):
                word = ATTRIBUTES_FROM_KEBAB.get(str(attribute))
                if word is not None and word not in element.attrib:
                    del element.attrib[attribute]
                    element.set(word, value)


_KEBAB_ELEMENTS = frozenset(FROM_KEBAB.values())


@lru_cache(maxsize=4096)
def _plain_name(tag: str) -> str:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if namespace in _OURS or _HTML5 in namespace:
        return FROM_KEBAB.get(local, local)
    return tag


def depth_exceeds(root: "_Element", limit: int) -> bool:
    """Whether a tree is nested deeper than a limit."""
    level: list[_Element] = [root]
    for _ in range(limit):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def children(element: "_Element | None", *names: str) -> "list[_Element]":
    """Return the children of some names, in order."""
    return [] if element is None else [child for child in element if child.tag in names]


def child(element: "_Element | None", name: str) -> "_Element | None":
    """Return the first child of a name."""
    return None if element is None else next((inner for inner in element if inner.tag == name), None)


def text_of(element: "_Element | None") -> str:
    """Return all text of an element, without the blanks around it."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def descendants(element: "_Element", *names: str) -> "Iterator[_Element]":
    """Return the descendants of some names, in document order."""
    wanted = frozenset(names)
    return (inner for inner in element.iter() if inner.tag in wanted) if len(element) else iter(())


def line_of(element: "_Element") -> int:
    """Return the line that an element begins in."""
    line = getattr(element, "sourceline", None)
    return line if isinstance(line, int) else 1
