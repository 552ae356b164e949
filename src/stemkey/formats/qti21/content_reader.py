"""What a body, a choice or a feedback holds becomes Content: HTML, gaps where the interactions were."""

import posixpath
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti21.styles import ADDED, Original
from stemkey.formats.qti21.tree import XML_LANG, line_of, text_of
from stemkey.formats.qti21.vocabulary import ELEMENTS, INTERACTIONS, MATHML
from stemkey.model import EMPTY, Asset, Content, gap
from stemkey.richtext import sanitise_html

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R610", Severity.WARNING)
def file_not_in_package(reference: str) -> Text:
    """A text shows a picture or links a file, and the package does not hold the file.

    A player would show a broken picture, too. The reference is kept as it stands.
    """
    return Text(f"the package holds no file '{reference}'", "export the package again with its files, or add the file")


@rule("R611", Severity.WARNING)
def part_left_out(what: str) -> Text:
    """The question holds something that a quiz of stemkey has no place for, beside the question itself.

    Examples are a stylesheet, an XInclude or an accessibility description. The question is read without it; if it
    matters, keep the original package.
    """
    return Text(f"left out: {what}", "check the question without it, or keep the original package")


_MARKUP = re.compile(r"<[^>]*+>")
_SHOWS = re.compile(r"<(?:img|audio|video|hr|br|table|math|span data-gap)\b")
"""What is something to see though it has no text."""
_VOID = frozenset("area br col embed hr img input source track wbr".split())  # noqa: SIM905 # words
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/|#")
_REFERENCES = frozenset({"src", "href", "data", "poster"})
_SILENT = frozenset({"label", "{http://www.w3.org/XML/1998/namespace}base"})
_LOST = frozenset({"include", "stylesheet", "infoControl", "catalogInfo", "companionMaterialsInfo"})
_CONTENT_WORDS = frozenset({"math", "label"})
_QTI = frozenset(ELEMENTS) - _CONTENT_WORDS


class ContentReader:
    """Reads the contents of one file of a package."""

    def __init__(
        self, files: Mapping[str, bytes], path: str, styles: Mapping[str, Original], found: Diagnostics, source: str
    ) -> None:
        self.files = files
        """The files of the package."""
        self._folder = posixpath.dirname(path)
        self._styles = styles
        self._found = found
        self._source = source
        self.assets: dict[str, Asset] = {}
        """The files that the contents read so far name."""
        self.missing: set[str] = set()

    def content(self, element: "_Element | None", *, leave_out: "frozenset[_Element]" = frozenset()) -> Content:
        """Return what an element holds."""
        if element is None:
            return EMPTY
        if len(element) == 0 and not element.text:
            return EMPTY
        parts: list[str] = []
        self._inside(element, parts, leave_out)
        html = "".join(parts).strip()
        if _is_blank(html):
            return EMPTY
        content = sanitise_html(html, self._found, Span(self._source, line_of(element)))
        return EMPTY if _is_blank(content) else content

    def _inside(self, element: "_Element", parts: list[str], leave_out: "frozenset[_Element]") -> None:
        if element.text:
            parts.append(_escape(element.text))
        for child in element:
            self._element(child, parts, leave_out)
            if child.tail:
                parts.append(_escape(child.tail))

    def _element(self, element: "_Element", parts: list[str], leave_out: "frozenset[_Element]") -> None:
        tag = str(element.tag)
        if element in leave_out:
            return
        if tag in INTERACTIONS:
            parts.append(gap(element.get("responseIdentifier", "")))
        elif tag.startswith("{") or tag in _LOST:
            self._lose(element)
        elif tag in _QTI:
            self._inside(element, parts, leave_out)
        elif tag == "object":
            self._object(element, parts, leave_out)
        else:
            self._html(element, tag, parts, leave_out)

    def _lose(self, element: "_Element") -> None:
        name = str(element.tag).rpartition("}")[2]
        words = text_of(element)[:60]
        self._found.add(
            part_left_out(f"<{name}>{f' “{words}”' if words else ''}"), Span(self._source, line_of(element))
        )

    def _html(self, element: "_Element", tag: str, parts: list[str], leave_out: "frozenset[_Element]") -> None:
        original = self._original(element)
        if original is not None and not original.tag:
            if original.note != ADDED:
                self._inside(element, parts, leave_out)
            return
        name = original.tag if original is not None else tag
        parts.append(f"<{name}{self._attributes(element, original)}>")
        if name not in _VOID:
            self._inside(element, parts, leave_out)
            parts.append(f"</{name}>")

    def _original(self, element: "_Element") -> Original | None:
        classes = element.get("class")
        if not classes or not self._styles:
            return None
        return self._styles.get(classes.rpartition(" ")[2])

    def _attributes(self, element: "_Element", original: Original | None) -> str:
        if original is not None:
            return "".join(
                f' {name}="{escape(self._remembered(element, name, value))}"' for name, value in original.attributes
            )
        texts = []
        for attribute, raw in element.attrib.items():
            name, value = str(attribute), str(raw)
            if name in _SILENT:
                continue
            if name == XML_LANG:
                name = "lang"
            if name.startswith("{"):
                continue
            texts.append(f' {name}="{escape(self._reference(value) if name in _REFERENCES else value)}"')
        if element.tag == "math" and "xmlns" not in element.attrib:
            texts.insert(0, f' xmlns="{MATHML}"')
        return "".join(texts)

    def _remembered(self, element: "_Element", name: str, value: str | None) -> str:
        """Return an attribute's value: as remembered, else as it stands on the element that is there."""
        here = element.get(XML_LANG if name == "lang" else name, "")
        if value is None:
            if name == "class":
                return here.rpartition(" ")[0] if " " in here else here
            return self._reference(here) if name in _REFERENCES else here
        if name in _REFERENCES:
            written = element.get("data", "") if element.tag == "object" else here
            # A film's <source> has no place in QTI 2: only its record names the file.
            path = self._path(written) if written else value
            if path in self.files:
                self.assets[value] = Asset(name=value, data=self.files[path])
        return value

    def _object(self, element: "_Element", parts: list[str], leave_out: "frozenset[_Element]") -> None:
        """Return what an `object` shows: a picture, a sound, a film; else a link."""
        original = self._original(element)
        if original is not None:
            self._html(element, "object", parts, leave_out)
            return
        kind = element.get("type", "")
        reference = escape(self._reference(element.get("data", "")))
        words = text_of(element)
        if kind.startswith("image/") or not kind:
            size = "".join(
                f' {name}="{escape(element.get(name, ""))}"' for name in ("width", "height") if element.get(name)
            )
            parts.append(f'<img src="{reference}" alt="{escape(" ".join(words.split()))}"{size}>')
        elif kind.startswith(("audio/", "video/")):
            parts.append(f'<{kind[:5]} src="{reference}" controls="">{_escape(words)}</{kind[:5]}>')
        else:
            parts.append(f'<a href="{reference}">{_escape(words or element.get("data", ""))}</a>')

    def _path(self, reference: str) -> str:
        return posixpath.normpath(posixpath.join(self._folder, unquote(reference.partition("#")[0])))

    def _reference(self, reference: str) -> str:
        """Return a file's key, having noted the file; another address as it stands."""
        reference = reference.strip()
        if not reference or _ELSEWHERE.match(reference):
            return reference
        path = self._path(reference)
        data = self.files.get(path)
        if data is not None:
            self.assets[path] = Asset(name=path, data=data)
            return path
        if reference not in self.missing:
            self.missing.add(reference)
            self._found.add(file_not_in_package(reference), Span(self._source, 1))
        return reference


def _is_blank(html: str) -> bool:
    """Whether there is nothing to see in markup."""
    return "<" in html and not _SHOWS.search(html) and not _MARKUP.sub("", html).strip()


def _escape(text: str) -> str:
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
