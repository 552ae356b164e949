"""Content becomes the XHTML that QTI allows: what its schema has no word for goes through the stylesheet.

QTI is strict where HTML is not: text stands in blocks, `p` holds no block, an image has `alt`. Content is parsed into
a small tree and written by these rules; nothing is dropped, because a class of the stylesheet remembers it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from stemkey.formats.qti21.styles import RUN, Original, StyleWriter
from stemkey.formats.qti21.vocabulary import MATHML, Dialect
from stemkey.model import Content


class Placed(NamedTuple):
    """An interaction's XML, to stand where its gap is."""

    xml: str
    is_block: bool


@dataclass(slots=True)
class _Node:
    tag: str
    attributes: list[tuple[str, str]]
    children: "list[_Child]" = field(default_factory=list)


_Child: TypeAlias = "str | _Node"
_DEEPEST = 100
_NO_GAPS: Mapping[str, Placed] = {}
_TOKEN = re.compile(r"<(/?)([A-Za-z][\w:-]*)((?:[^<>\"]++|\"[^\"]*+\")*+)>")
_ATTRIBUTE = re.compile(r'([^\s"<>/=]++)(?:="([^"]*+)")?')
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905 # words
_PLAIN_BLOCKS = re.compile(r"(?:<p>[^<>&]++</p>\n?)++")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9A-Fa-f]+);)(?:[A-Za-z][A-Za-z0-9]*;)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_HTML_BLOCKS = frozenset(
    """
    blockquote center details div dl dd dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary table caption
    colgroup col thead tbody tfoot tr td th ul
    """.split()  # noqa: SIM905 # words
)
_INLINE_ONLY = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "caption"})
_PARENTS: Mapping[str, tuple[str, ...]] = {
    "li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",), "figcaption": ("figure",), "rt": ("ruby",), "rp": ("ruby",),
    "caption": ("table",), "colgroup": ("table",), "col": ("colgroup",), "thead": ("table",), "tbody": ("table",),
    "tfoot": ("table",), "tr": ("thead", "tbody", "tfoot"), "td": ("tr",), "th": ("tr",),
}  # fmt: skip
"""What holds the elements that stand nowhere else."""
_FLOW = frozenset({"div", "td", "th", "li", "dd", "figure", "figcaption"})
_TABLE_PARTS: tuple[tuple[str, ...], ...] = (("caption",), ("colgroup",), ("thead",), ("tfoot",), ("tbody",))
_MEDIA_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "oga": "audio/ogg", "wav": "audio/wav", "m4a": "audio/mp4",
    "mp4": "video/mp4", "webm": "video/webm", "ogv": "video/ogg",
}  # fmt: skip

_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\Z")
_URI_SAFE = "/:?#@!$&'()*+,;=-._~"
_NATIVE: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "img": {"src": _URI, "alt": re.compile(""), "width": re.compile(r"\d+%?\Z"), "height": re.compile(r"\d+%?\Z")},
    "a": {"href": _URI},
    "td": {"colspan": re.compile(r"\d{1,4}\Z"), "rowspan": re.compile(r"\d{1,4}\Z")},
    "th": {"colspan": re.compile(r"\d{1,4}\Z"), "rowspan": re.compile(r"\d{1,4}\Z")},
    "col": {"span": re.compile(r"\d{1,4}\Z")},
    "colgroup": {"span": re.compile(r"\d{1,4}\Z")},
    "q": {"cite": _URI},
    "blockquote": {"cite": _URI},
}
_EVERYWHERE: Mapping[str, re.Pattern[str]] = {
    "class": re.compile(r"[A-Za-z_][\w.-]*(?: [A-Za-z_][\w.-]*)*\Z", re.ASCII),
    "lang": re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z"),
    "dir": re.compile(r"(?:ltr|rtl)\Z"),
}


def xml_text(text: str) -> str:
    """Return plain text escaped for XML; characters that XML cannot hold are left out."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NOT_XML.sub("", text)


def xml_attribute(text: str) -> str:
    """Return plain text escaped for a double-quoted attribute; line ends and tabs survive."""
    escaped = xml_text(text).replace('"', "&quot;")
    if "\n" in escaped or "\t" in escaped or "\r" in escaped:
        escaped = escaped.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return escaped


class MarkupWriter:
    """Writes the contents of one package."""

    def __init__(self, dialect: Dialect, styles: StyleWriter, paths: Mapping[str, str], prefix: str) -> None:
        self._dialect = dialect
        self._styles = styles
        self._paths = paths
        self._prefix = prefix
        """From the folder of the file that is written to the package's root: `../`."""

    def blocks(self, content: Content, gaps: Mapping[str, Placed] = _NO_GAPS) -> str:
        """Return content as block elements only, as a body holds them."""
        if not gaps and _PLAIN_BLOCKS.fullmatch(content):
            return content
        return self._blocks(_parse(content), gaps)

    def flow(self, content: Content) -> str:
        """Return content as text and elements, as a choice or a feedback holds them."""
        if "<" not in content and "&" not in content:
            return content if content.isprintable() else _NOT_XML.sub("", content)
        return self._all(_parse(content), _NO_GAPS)

    def wrapper(self, note: str, inner: str) -> str:
        """Return something in a `div` that only says what it is for."""
        name = self._styles.class_of(Original("", (), note))
        return f'<div class="{name}">{inner}</div>'

    def _blocks(self, children: list[_Child], gaps: Mapping[str, Placed]) -> str:
        """Return children where only blocks may stand: runs of text get a wrapper."""
        parts: list[str] = []
        run: list[_Child] = []

        def close() -> None:
            inner = self._all(run, gaps)
            if inner.strip():
                edge = len(inner) - len(inner.rstrip())
                parts.append(self.wrapper(RUN, inner.rstrip()) + (inner[-edge:] if edge else ""))
            else:
                parts.append(inner)
            run.clear()

        for child in children:
            if _is_block_here(child, gaps):
                close()
                parts.append(self._block_or_gap(child, gaps))
            elif run or not isinstance(child, str) or child.strip():
                run.append(child)
            else:
                parts.append(child)
        close()
        return "".join(parts)

    def _block_or_gap(self, child: _Child, gaps: Mapping[str, Placed]) -> str:
        assert isinstance(child, _Node)
        return self._node(child, gaps)

    def _all(self, children: list[_Child], gaps: Mapping[str, Placed], parent: str = "") -> str:
        return "".join(child if isinstance(child, str) else self._node(child, gaps, parent) for child in children)

    def _node(self, node: _Node, gaps: Mapping[str, Placed], parent: str = "") -> str:
        placed = _placed(node, gaps)
        if placed is not None:
            return placed.xml
        if node.tag == "math":
            return self._math(node)
        has_block = _has_block(node, gaps)
        if node.tag in {"br", "hr", "img"} or (node.tag == "col" and parent == "colgroup"):
            return self._leaf(node)
        if node.tag in {"audio", "video"} and (source := _media(node)):
            return self._object(node, source, gaps)
        is_at_home = node.tag not in _PARENTS or parent in _PARENTS[node.tag]
        if not is_at_home or not self._fits(node, has_block=has_block, gaps=gaps):
            return self._stand_in(node, "div" if has_block or node.tag in _HTML_BLOCKS else "span", gaps)
        return f"<{node.tag}{self._attributes(node, node.tag)}>{self._inside(node, gaps)}</{node.tag}>"

    def _fits(self, node: _Node, *, has_block: bool, gaps: Mapping[str, Placed]) -> bool:
        """Whether QTI has the element, and it holds only what QTI lets it hold."""
        tag, dialect = node.tag, self._dialect
        if tag in dialect.inline:
            return not has_block and (tag != "a" or any(name == "href" for name, _ in node.attributes))
        if tag in _INLINE_ONLY:
            return not has_block
        match tag:
            case "ul" | "ol":
                return _holds_only(node, ("li",), gaps)
            case "dl":
                return _holds_only(node, ("dt", "dd"), gaps) and _elements(node) != []
            case "table":
                return _is_table(node, gaps)
            case _:
                return tag in dialect.blocks or tag in dialect.parts

    def _inside(self, node: _Node, gaps: Mapping[str, Placed]) -> str:
        if node.tag == "blockquote":
            return self._blocks(node.children, gaps)
        return self._all(node.children, gaps, node.tag)

    def _stand_in(self, node: _Node, tag: str, gaps: Mapping[str, Placed]) -> str:
        """Return an element that QTI lacks, or has no room for here, as a `div` or `span` with a class."""
        inner = self._tree_as_divs(node, gaps) if node.tag in {"table", "ul", "ol", "dl"} else self._inside(node, gaps)
        return f"<{tag}{self._attributes(node, tag, is_stand_in=True)}>{inner}</{tag}>"

    def _tree_as_divs(self, node: _Node, gaps: Mapping[str, Placed]) -> str:
        parts = []
        for child in node.children:
            if isinstance(child, _Node) and child.tag in self._dialect.parts | {"col"}:
                attributes = self._attributes(child, "div", is_stand_in=True)
                inner = self._tree_as_divs(child, gaps) if child.tag not in _FLOW else self._all(child.children, gaps)
                parts.append(f"<div{attributes}>{inner}</div>")
            else:
                parts.append(child if isinstance(child, str) else self._node(child, gaps))
        return "".join(parts)

    def _leaf(self, node: _Node) -> str:
        if node.tag == "img":
            names = [name for name, _ in node.attributes]
            if "src" not in names:
                return f"<span{self._attributes(node, 'span', is_stand_in=True)}/>"
            if "alt" not in names:
                return f'<img{self._attributes(node, "img", is_stand_in=True)} alt=""/>'
        return f"<{node.tag}{self._attributes(node, node.tag)}/>"

    def _object(self, node: _Node, source: str, gaps: Mapping[str, Placed]) -> str:
        kind = _MEDIA_TYPES.get(source.rpartition(".")[2].lower(), f"{node.tag}/x-unknown")
        attributes = self._attributes(node, "object", is_stand_in=True)
        data = xml_attribute(self._uri(source)[0])
        return f'<object data="{data}" type="{kind}"{attributes}>{self._all(node.children, gaps)}</object>'

    def _math(self, node: _Node) -> str:
        has_namespace = any(name == "xmlns" for name, _ in node.attributes)
        others = _Node("math", [(name, value) for name, value in node.attributes if name != "xmlns"])
        style = "" if has_namespace else f' class="{self._styles.class_of(Original("math", tuple(node.attributes)))}"'
        attributes = "".join(
            f' {name}="{xml_attribute(value)}"' for name, value in others.attributes if name != "class"
        )
        return f'<math xmlns="{MATHML}"{style}{attributes}>{"".join(_raw(child) for child in node.children)}</math>'

    def _attributes(self, node: _Node, tag: str, *, is_stand_in: bool = False) -> str:
        """Return the attributes as the file has them; where something is missing, with a class that remembers it."""
        native: list[tuple[str, str]] = []
        memory: list[tuple[str, str | None]] = []
        is_complete = not is_stand_in
        for name, value in node.attributes:
            written, is_exact = self._native(tag, name, value)
            if written is not None:
                native.append((name, written))
            memory.append((name, None if is_exact else value))
            is_complete = is_complete and is_exact
        if not is_complete:
            token = self._styles.class_of(Original(node.tag, tuple(memory)))
            classes = dict(native).get("class")
            native = [(name, value) for name, value in native if name != "class"]
            native.append(("class", f"{classes} {token}" if classes else token))
        return "".join(f' {"xml:lang" if name == "lang" else name}="{xml_attribute(value)}"' for name, value in native)

    def _native(self, tag: str, name: str, value: str) -> tuple[str | None, bool]:
        """Return what the file can say of an attribute, and whether that is all of it."""
        if name in {"src", "href", "cite"} and name in _NATIVE.get(tag, {}):
            return self._uri(value)
        pattern = _EVERYWHERE.get(name) if name in self._dialect.common else _NATIVE.get(tag, {}).get(name)
        return (value, True) if pattern is not None and pattern.match(value) else (None, False)

    def _uri(self, value: str) -> tuple[str, bool]:
        path = self._paths.get(value)
        if path is not None:
            return self._prefix + quote(path, safe="/-._~"), path == value
        if _URI.match(value) and not value.startswith(("#", "..")):
            return value, ":" in value.split("/", 1)[0] or value.startswith("/")
        return quote(value, safe=_URI_SAFE), False


def _parse(content: str) -> list[_Child]:
    """Return content as a tree; a tag that nothing closes is closed where its parent ends."""
    root = _Node("", [])
    stack = [root]
    position = 0
    for token in _TOKEN.finditer(content):
        if token.start() > position:
            stack[-1].children.append(_clean(content[position : token.start()]))
        position = token.end()
        tag = token[2].lower()
        if token[1]:
            if any(node.tag == tag for node in stack[1:]):
                while stack.pop().tag != tag:
                    pass
            continue
        node = _Node(tag, [(name.lower(), unescape(value or "")) for name, value in _ATTRIBUTE.findall(token[3])])
        stack[-1].children.append(node)
        if len(stack) < _DEEPEST and tag not in _VOID and not token[3].endswith("/"):
            stack.append(node)
    if position < len(content):
        stack[-1].children.append(_clean(content[position:]))
    return root.children


def _clean(text: str) -> str:
    """Return text of content as text of XML: it is escaped already, save for what only HTML knows."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: xml_text(unescape(entity[0])), text)
    if "<" in text or ">" in text:
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text if text.isprintable() else _NOT_XML.sub("", text)


def _raw(child: _Child) -> str:
    if isinstance(child, str):
        return child
    attributes = "".join(f' {name}="{xml_attribute(value)}"' for name, value in child.attributes)
    return f"<{child.tag}{attributes}>{''.join(_raw(inner) for inner in child.children)}</{child.tag}>"


def _placed(node: _Node, gaps: Mapping[str, Placed]) -> Placed | None:
    if node.tag != "span" or not gaps:
        return None
    return next((gaps[value] for name, value in node.attributes if name == "data-gap" and value in gaps), None)


def _has_block(node: _Node, gaps: Mapping[str, Placed]) -> bool:
    return any(_is_block_here(child, gaps) for child in node.children)


def _is_block_here(child: _Child, gaps: Mapping[str, Placed]) -> bool:
    """Whether something is a block, or an inline element around one."""
    if isinstance(child, str):
        return False
    placed = _placed(child, gaps)
    if placed is not None:
        return placed.is_block
    return child.tag in _HTML_BLOCKS or (child.tag != "math" and _has_block(child, gaps))


def _elements(node: _Node) -> list[_Node]:
    return [child for child in node.children if isinstance(child, _Node)]


def _has_text(node: _Node) -> bool:
    return any(isinstance(child, str) and child.strip() for child in node.children)


def _holds_only(node: _Node, tags: tuple[str, ...], gaps: Mapping[str, Placed]) -> bool:
    if _has_text(node) or not all(child.tag in tags for child in _elements(node)):
        return False
    return all(child.tag != "dt" or not _has_block(child, gaps) for child in _elements(node))


def _is_table(node: _Node, gaps: Mapping[str, Placed]) -> bool:
    """Whether a table is as QTI wants it: its parts in order, each row with a cell."""
    order = [part for parts in _TABLE_PARTS for part in parts]
    tags = [child.tag for child in _elements(node)]
    if _has_text(node) or any(tag not in order for tag in tags) or "tbody" not in tags:
        return False
    if sorted(tags, key=order.index) != tags or any(tags.count(tag) > 1 for tag in ("caption", "thead", "tfoot")):
        return False
    return all(_is_table_part(part, gaps) for part in _elements(node))


def _is_table_part(part: _Node, gaps: Mapping[str, Placed]) -> bool:
    match part.tag:
        case "caption":
            return not _has_block(part, gaps)
        case "colgroup":
            return all(child.tag == "col" for child in _elements(part)) and not _has_text(part)
        case _:
            rows = _elements(part)
            return bool(rows) and not _has_text(part) and all(_is_row(row) for row in rows)


def _is_row(row: _Node) -> bool:
    cells = _elements(row)
    return row.tag == "tr" and bool(cells) and not _has_text(row) and all(cell.tag in {"td", "th"} for cell in cells)


def _media(node: _Node) -> str:
    """Return the file that a sound or film plays."""
    for candidate in (node, *(child for child in _elements(node) if child.tag == "source")):
        for name, value in candidate.attributes:
            if name == "src" and value:
                return value
    return ""


def contents_of(content: Content, see: Callable[[str], object]) -> None:
    """Show each file that content names to a function."""
    for node in _nodes(_parse(content)):
        for name, value in node.attributes:
            if name in {"src", "href", "poster"}:
                see(value)


def _nodes(children: list[_Child]) -> Iterator[_Node]:
    for child in children:
        if isinstance(child, _Node):
            yield child
            yield from _nodes(child.children)
