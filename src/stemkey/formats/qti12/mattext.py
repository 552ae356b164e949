r"""Text as Canvas holds it, to and from Content: HTML in `mattext`, files by `$IMS-CC-FILEBASE$`, math as images.

Canvas's rules that matter here: text is `text/html`, escaped once; feedback that is nothing but text is reduced
to a plain field without being unescaped, unless its element has an attribute.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.model import EMPTY, Asset, Content, text_content
from stemkey.richtext.sanitise import markup_left_out, sanitise

if TYPE_CHECKING:
    from lxml.etree import _Element

FILE_BASE = "$IMS-CC-FILEBASE$"

_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_REFERENCE = re.compile(r"""(?<![\w-])(src|href|poster|data)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
# Canvas's token in its spellings, and Respondus's.
_BASE = re.compile(r"(?:\$|%24)(?:IMS[-_]CC[-_]FILE_?BASE|REPLACEMENT_TOKEN)(?:\$|%24)/?|%%LINKPATH%%", re.IGNORECASE)
_RAW_REFERENCE = re.compile(r"((?:\$|%24)IMS[-_]CC[-_]FILEBASE(?:\$|%24)/)([^\"&'<>?]+)")
_ANY_TOKEN = re.compile(r"(?:\$|%24)(?:IMS[-_]CC|CANVAS|WIKI)[-_]", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/|#")
# Elements that New Quizzes takes out, partly with what they hold; without their tags the words stay.
_DROPPED_BY_NEW = re.compile(r"</?(?:details|font|button|input|center|option|select)\b[^<>]*>")
_VERBATIM = re.compile(r"(<(pre|code)\b.*?</\2>)", re.DOTALL)
_MATH = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_EQUATION = re.compile(r"<img\b[^>]*\bequation_image\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LOOKS_LIKE_HTML = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[A-Za-z]+|#\d+|#x[0-9a-fA-F]+);")
# A wrapper without attributes, then no markup at all: what Canvas reduces to a plain field.
_ONLY_TEXT = re.compile(r"(?:<(?:p|div|span)>\s*)*[^<>]*(?:</(?:p|div|span)>\s*)*\Z")
_ONE_PARAGRAPH = re.compile(r"<p>(?=[^\s<])[^<>&\r]*+(?<!\s)</p>")
_OPENING = re.compile(r"<(p|div)>")


@rule("R310", Severity.WARNING)
def named_file_absent(reference: str) -> Text:
    """A text shows a picture or links a file, and the package does not hold the file.

    Canvas would show a broken picture there, too. The reference is kept as it stands.
    """
    return Text(f"the package holds no file '{reference}'", "export the quiz again with its files, or add the picture")


def xml_text(text: str) -> str:
    """Return text escaped for XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml_attribute(text: str) -> str:
    """Return text escaped for a double-quoted attribute; line ends survive."""
    escaped = xml_text(text).replace('"', "&quot;")
    return escaped.replace("\n", "&#10;").replace("\t", "&#9;") if "\n" in escaped or "\t" in escaped else escaped


class Outgoing:
    """How content of one quiz is written."""

    def __init__(
        self, paths: Mapping[str, str], math: Literal["text", "equation_image"] = "text", *, is_for_new: bool = False
    ) -> None:
        self._paths = paths
        self._math = math
        self._is_for_new = is_for_new

    def html(self, content: Content) -> str:
        """Return the HTML, escaped for XML."""
        text: str = content
        if self._paths and "=" in text:
            text = _TAG.sub(lambda tag: _REFERENCE.sub(self._reference, tag[0]) if "=" in tag[0] else tag[0], text)
        if self._is_for_new and "<" in text:
            text = _DROPPED_BY_NEW.sub("", text)
        if self._math == "equation_image" and ("\\(" in text or "\\[" in text):
            text = with_equation_images(text)
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def feedback(self, content: Content) -> str:
        """Return the HTML of a feedback, escaped for XML, with an attribute where Canvas needs one to keep it."""
        if "&" in content and _ONLY_TEXT.match(content):
            marked, count = _OPENING.subn(r'<\1 class="stemkey">', content, count=1)
            content = Content(marked if count else f'<span class="stemkey-text">{content}</span>')
        return self.html(content)

    def raw(self, xml: str) -> str:
        """Return an item that was kept as it stood, with the places that its files have in this package."""
        return _RAW_REFERENCE.sub(self._raw_reference, xml) if self._paths else xml

    def _raw_reference(self, match: re.Match[str]) -> str:
        path = self._paths.get(unquote(match[2]))
        return f"{FILE_BASE}/{path}" if path is not None else match[0]

    def _reference(self, match: re.Match[str]) -> str:
        path = self._paths.get(unescape(match[2] if match[2] is not None else match[3]))
        return f'{match[1]}="{FILE_BASE}/{path}"' if path is not None else match[0]


def with_equation_images(html: str) -> str:
    """Return the HTML with its TeX as Canvas's equation images; code stays as it is."""
    parts = _VERBATIM.split(html)
    # split gives: text, verbatim, its tag name, text, …
    return "".join(
        part if position % 3 == 1 else _MATH.sub(_equation_image, part)
        for position, part in enumerate(parts)
        if position % 3 != 2
    )


def _equation_image(match: re.Match[str]) -> str:
    tex = unescape(match[1] if match[1] is not None else match[2])
    kind = "equation_image" if match[1] is not None else "equation_image display"
    shown = escape(tex)
    address = quote(quote(tex, safe=""), safe="")
    return (
        f'<img class="{kind}" title="{shown}" src="/equation_images/{address}" alt="LaTeX: {shown}"'
        f' data-equation-content="{shown}">'
    )


def line_of(element: "_Element") -> int:
    """Return the line that an element stands in."""
    return element.sourceline or 1  # type: ignore[return-value,unreachable,truthy-bool]  # lxml-stubs: no type


@dataclass(slots=True)
class Where:
    """Where in a package we are: for the places of findings, and for files named beside a text."""

    source: str
    folder: str
    item: str | None = None
    """Number of the item being read."""
    line: int = 1
    """Where no element says it."""

    def span(self, element: "_Element | None") -> Span:
        """Return the place of an element."""
        return Span(self.source, line_of(element) if element is not None else self.line)


class Incoming:
    """How text of one package is read: its files, and those that a text named so far."""

    def __init__(
        self, files: Mapping[str, bytes], found: Diagnostics, keys: Mapping[str, str], *, is_own: bool = False
    ) -> None:
        self.is_own = is_own
        """Whether stemkey wrote the package."""
        self._files = files
        self._found = found
        self._keys = keys
        self._lower = {name.lower(): name for name in files}
        self._missing: set[str] = set()
        self.assets: dict[str, Asset] = {}

    def content(self, html: str | None, element: "_Element | None", where: Where) -> Content:
        """Return HTML of the package as content."""
        if not html:
            return EMPTY
        if "=" in html:
            if "equation_image" in html:
                html = _EQUATION.sub(_from_equation_image, html)
            if 'class="stemkey' in html:
                html = _without_mark(html)
            html = _TAG.sub(lambda tag: self._tag(tag, element, where), html)
        # What most texts are, without asking the sanitiser.
        elif _ONE_PARAGRAPH.fullmatch(html):
            return Content(html)
        content, left_out = sanitise(html)
        if left_out:
            self._found.add(markup_left_out(left_out), where.span(element), item=where.item)
        return content

    def plain(self, text: str | None) -> Content:
        """Return plain text of the package as content."""
        if not text:
            return EMPTY
        # Indentation of the XML, which no page shows.
        return text_content(" ".join(text.split()) if "\n" in text else text.strip())

    def guessed(self, text: str | None, element: "_Element", where: Where) -> Content:
        """Return text that does not say what it is as content: HTML where it has a tag or an entity."""
        if text and _LOOKS_LIKE_HTML.search(text):
            return self.content(text, element, where)
        return self.plain(text)

    def file(self, reference: str, element: "_Element | None", where: Where) -> str:
        """Return the asset's key for a file that the package names; the reference itself where there is none."""
        bare = _BASE.sub("", reference).replace("\\", "/")
        named = bare != reference
        if not named and (_ELSEWHERE.match(reference) or _ANY_TOKEN.match(reference)):
            return reference
        path = unquote(bare.split("?", 1)[0].split("#", 1)[0])
        name = self._find(path, where.folder)
        if name is None and "%" in path:
            name = self._find(unquote(path), where.folder)
        if name is None:
            if (named or "." in path) and reference not in self._missing:
                self._missing.add(reference)
                self._found.add(named_file_absent(path), where.span(element), item=where.item)
            return reference
        return self.keep(name)

    def keep(self, name: str) -> str:
        """Take a file of the package over as an asset, and return its key."""
        key = self._keys.get(name) or name.removeprefix("web_resources/")
        self.assets.setdefault(key, Asset(name=key, data=self._files[name]))
        return key

    def _tag(self, tag: re.Match[str], element: "_Element | None", where: Where) -> str:
        if "=" not in tag[0]:
            return tag[0]
        return _REFERENCE.sub(lambda match: self._reference(match, element, where), tag[0])

    def _reference(self, match: re.Match[str], element: "_Element | None", where: Where) -> str:
        value = match[2] if match[2] is not None else match[3]
        key = self.file(unescape(value), element, where)
        return f'{match[1].lower()}="{escape(key)}"'

    def _find(self, path: str, folder: str) -> str | None:
        path = _joined("", path)
        if not path:
            return None
        tries = [f"{folder}/{path}", path] if folder else [path]
        tries.append(f"web_resources/{path}")
        for name in tries:
            if name in self._files:
                return name
            if name.lower() in self._lower:
                return self._lower[name.lower()]
        tail = "/" + path.lower()
        return next((name for lower, name in self._lower.items() if lower.endswith(tail)), None)


def _joined(folder: str, path: str) -> str:
    """Return a path without `.`, `..` and empty parts."""
    parts: list[str] = folder.split("/") if folder else []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _without_mark(html: str) -> str:
    if html.startswith('<span class="stemkey-text">') and html.endswith("</span>"):
        return html[len('<span class="stemkey-text">') : -len("</span>")]
    return html.replace(' class="stemkey">', ">", 1)


def _from_equation_image(match: re.Match[str]) -> str:
    values = {
        name.lower(): unescape(double if double or not single else single)
        for name, double, single in _ATTRIBUTE.findall(match[0])
    }
    tex = values.get("data-equation-content")
    if tex is None:
        address = values.get("src", "").partition("/equation_images/")[2].split("?", 1)[0]
        tex = unquote(unquote(address)) or values.get("title") or values.get("alt", "").removeprefix("LaTeX: ")
    if not tex.strip():
        return match[0]
    tex = escape(tex, quote=False)
    return f"\\[{tex}\\]" if "display" in values.get("class", "").split() else f"\\({tex}\\)"
