r"""Content becomes Markdown that reads back as the same content.

Each content is converted, read back with `from_markdown` and compared; what Markdown has no word for stays HTML,
and what even raw HTML would not carry through is a fence marked `{=html}`, as pandoc writes it.
"""

import re
from html import unescape

from stemkey.model import GAP, Content
from stemkey.richtext.from_markdown import from_markdown, from_markdown_inline

# Words that mean nothing to Markdown, wherever they stand in a line that begins with a letter or a digit.
_SAFE = re.compile(r"[A-Za-z][A-Za-z ,;?'\"%/()0-9-]*+[A-Za-z?)%\"0-9.]")
_HAS_BLOCK = re.compile(r"<(?:p|ul|ol|pre|blockquote|table|h[1-6]|hr|div|dl|details|figure|center)\b")
_LETTER_LABEL = re.compile(r"[A-Za-z]\)")


def to_markdown(content: Content) -> str:
    """Return block content as Markdown."""
    if content.startswith("<p>") and content.endswith("</p>"):
        inner = content[3:-4]
        if _SAFE.fullmatch(inner) and not _LETTER_LABEL.match(inner):
            return inner
    if not content:
        return ""
    if not _HAS_BLOCK.search(content):
        # Words without a paragraph, as formats of plain text have them: Markdown knows them only as one.
        content = Content(f"<p>{content}</p>")
    for candidate in _candidates(content):
        if _gapless(candidate) == content:
            return candidate
    return fenced_html(content)


def to_markdown_inline(content: Content) -> str:
    """Return what stands behind a label as Markdown: one line where it can be."""
    if _SAFE.fullmatch(content) and not _LETTER_LABEL.match(content):
        return content
    if not content:
        return ""
    for candidate in (*_candidates(content), content):
        if (
            not candidate.startswith(("\n", " "))
            and not _LONE_BREAK.search(candidate)
            and from_markdown_inline(candidate) == content
        ):
            return candidate
    code = f"{code_span(content)}{{=html}}"
    if "\n" not in content and from_markdown_inline(code) == content:
        return code
    return "\n" + fenced_html(content)


def fenced_html(content: str) -> str:
    """Return content as it is, in a fence that says so."""
    fence = "`" * max(3, _longest_run(content) + 1)
    return f"{fence}{{=html}}\n{content}\n{fence}"


def code_span(text: str) -> str:
    """Return a text as inline code, whatever backticks it holds."""
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or (text[:1] == text[-1:] == " " and text.strip()) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _gapless(markdown: str) -> Content:
    """Read Markdown back; the marks of gaps are put in by whoever knows which gaps there are."""
    return from_markdown(_GAP_MARK.sub(r'<span data-gap="\1"></span>', markdown))


_GAP_MARK = re.compile(r"(?<![\\\[])\[\[([\w.:-]+)\]\](?!\])")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _candidates(content: Content) -> list[str]:
    """Return ways to write a content, the most readable first."""
    tree = _Tree()
    tree.feed(content)
    found = []
    if tree.is_sound:
        found.append(_blocks(tree.root))
    if content.startswith("<"):
        found.append(GAP.sub(r"[[\1]]", content).replace("\u00a0", "&nbsp;"))
    return [candidate for candidate in found if not _LONE_BREAK.search(candidate)]


# People put a `<br>` on a line of its own for room; whoever reads a quiz leaves it out.
_LONE_BREAK = re.compile(r"^[ \t]*<br>[ \t]*$", re.MULTILINE)


class _Element:
    """A tag and what is in it."""

    __slots__ = ("attributes", "children", "start", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], start: str) -> None:
        self.tag = tag
        self.attributes = attributes
        self.start = start
        """As it was written: `<p dir="ltr">`."""
        self.children: list[_Element | str] = []

    @property
    def html(self) -> str:
        """The element as HTML."""
        inner = "".join(_escaped(child) if isinstance(child, str) else child.html for child in self.children)
        return f"{self.start}{inner}</{self.tag}>" if self.tag not in _VOID else self.start


def _escaped(text: str) -> str:
    # A line with nothing but a hard space would look empty to whoever reads lines, and end the HTML block.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")


_VOID = frozenset({"br", "hr", "img", "col", "wbr", "source", "track"})


class _Tree:
    """The elements of a content, which is in the one spelling that cleaning gives and well nested."""

    def __init__(self) -> None:
        self.root = _Element("", {}, "")
        self._open = [self.root]
        self.is_sound = True

    def feed(self, content: str) -> None:
        """Read a content."""
        for token in _TOKEN.finditer(content):
            if (text := token["text"]) is not None:
                self._open[-1].children.append(unescape(text) if "&" in text else text)
            elif (tag := token["tag"]) is None:
                self.is_sound = False
            elif token["close"]:
                self._close(tag)
            else:
                self._begin(tag, token["attributes"], token[0])

    def _begin(self, tag: str, attributes: str, start: str) -> None:
        values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)} if attributes else {}
        element = _Element(tag, values, start)
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def _close(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.is_sound = False


_TOKEN = re.compile(
    r"(?P<text>[^<]++)|<(?P<close>/)?(?P<tag>[a-z][a-z0-9]*+)(?P<attributes>(?:[^<>\"]++|\"[^\"]*+\")*+)>|<"
)
_ATTRIBUTE = re.compile(r'([^\s=\">/]++)(?:="([^"]*+)")?')


# Blocks

_BLOCKS = frozenset({"p", "pre", "ul", "ol", "blockquote", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6"})


def _blocks(element: _Element) -> str:
    """Return the blocks in an element, with an empty line between them; loose words are a paragraph."""
    parts: list[str] = []
    words: list[_Element | str] = []
    for child in element.children:
        if isinstance(child, _Element) and (child.tag in _BLOCKS or _holds_blocks(child)):
            _flush(words, parts)
            parts.append(_block(child))
        else:
            words.append(child)
    _flush(words, parts)
    return "\n\n".join(parts)


def _flush(words: list[_Element | str], parts: list[str]) -> None:
    if any(not isinstance(word, str) or word.strip() for word in words):
        parts.append(_paragraph(words))
    words.clear()


def _holds_blocks(element: _Element) -> bool:
    return any(
        isinstance(child, _Element) and (child.tag in _BLOCKS or _holds_blocks(child)) for child in element.children
    ) or element.tag in {"div", "details", "figure", "dl", "center", "math"}


def _block(element: _Element) -> str:
    tag = element.tag
    if tag == "p" and not element.attributes:
        return _paragraph(element.children)
    if tag == "pre" and not element.attributes and (code := _only_code(element)) is not None:
        return code
    if tag in {"ul", "ol"} and set(element.attributes) <= {"start"}:
        return _list(element)
    if tag == "blockquote" and not element.attributes:
        return "\n".join(f"> {line}".rstrip() for line in _blocks(element).split("\n"))
    if tag == "hr" and not element.attributes:
        return "---"
    if tag == "table" and (table := _table(element)) is not None:
        return table
    if tag[0] == "h" and tag[1:].isdigit() and not element.attributes:
        return f"{'#' * int(tag[1])} {_inline(element.children).strip()}"
    return element.html


def _only_code(element: _Element) -> str | None:
    """Return a code block as a fence, None where it holds more than code."""
    if len(element.children) != 1 or not isinstance(element.children[0], _Element):
        return None
    code = element.children[0]
    if code.tag != "code" or any(not isinstance(child, str) for child in code.children):
        return None
    language = code.attributes.get("class", "").removeprefix("language-")
    if set(code.attributes) - {"class"} or (code.attributes and not code.attributes["class"].startswith("language-")):
        return None
    text = "".join(child for child in code.children if isinstance(child, str))
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text.removesuffix(chr(10))}\n{fence}" if text else f"{fence}{language}\n{fence}"


def _list(element: _Element) -> str:
    number = int(element.attributes.get("start") or 1) if (element.attributes.get("start") or "1").isdigit() else 1
    rows: list[str] = []
    is_loose = False
    for child in element.children:
        if isinstance(child, str):
            continue
        marker = f"{number}. " if element.tag == "ol" else "- "
        number += 1
        loose = any(isinstance(inner, _Element) and inner.tag == "p" for inner in child.children)
        is_loose = is_loose or loose
        text = _blocks(child) if loose else _tight(child)
        rows.append(marker + _indented(text, len(marker)))
    return ("\n\n" if is_loose else "\n").join(rows)


def _tight(element: _Element) -> str:
    """Return a list's row whose words are no paragraph; blocks in it follow without an empty line."""
    return re.sub(r"\n\n(?=[-\d`])", "\n", _blocks(element))


def _indented(text: str, width: int) -> str:
    lines = text.split("\n")
    return "\n".join([lines[0], *[" " * width + line if line else line for line in lines[1:]]])


_ALIGN = {"": "---", "text-align:left": ":--", "text-align:center": ":-:", "text-align:right": "--:"}


def _table(element: _Element) -> str | None:
    """Return a table of plain cells, None where it is more than Markdown can say."""
    head = next((child for child in element.children if isinstance(child, _Element) and child.tag == "thead"), None)
    if head is None or element.attributes:
        return None
    rows = [row for part in element.children if isinstance(part, _Element) for row in _rows(part)]
    if not rows or not all(_is_plain_cell(cell) for row in rows for cell in row):
        return None
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    aligned = "|" + "|".join(_ALIGN[cell.attributes.get("style", "")] for cell in rows[0]) + "|"
    return "\n".join([lines[0], aligned, *lines[1:]])


def _rows(part: _Element) -> list[list[_Element]]:
    return [
        [cell for cell in row.children if isinstance(cell, _Element)]
        for row in part.children
        if isinstance(row, _Element)
    ]


def _is_plain_cell(cell: _Element) -> bool:
    return set(cell.attributes) <= {"style"} and cell.attributes.get("style", "") in _ALIGN and not _holds_blocks(cell)


def _cell(cell: _Element) -> str:
    return _inline(cell.children).replace("|", "\\|").replace("\n", " ").strip()


# Words

# What a line must not begin with: a label, a bullet, a heading, a quote, a fence.
_LINE_START = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?P<letter>\(?[A-Za-z]{1,2})(?P<end>[.):])(?=[ \t*_]|$|(?<=\)))"
    r"|(?P<number>\d{1,9})(?P<dot>[.)])|(?P<mark>[-+](?=[ \t]|$|-)|\#{1,6}(?=[ \t]|$)|>|=+[ \t]*$|\||~~~|:))",
    re.MULTILINE,
)


def _paragraph(children: "list[_Element | str]") -> str:
    text = _inline(children).strip(" \n")
    return _LINE_START.sub(_guarded, text)


def _guarded(start: re.Match[str]) -> str:
    if start["letter"]:
        return f"{start['indent']}{start['letter']}\\{start['end']}"
    if start["number"]:
        return f"{start['indent']}{start['number']}\\{start['dot']}"
    return f"{start['indent']}\\{start['mark']}"


def _inline(children: "list[_Element | str]") -> str:
    return "".join(_words(child) if isinstance(child, str) else _span(child) for child in children)


def _span(element: _Element) -> str:
    tag, attributes = element.tag, element.attributes
    if tag == "span" and set(attributes) == {"data-gap"} and not element.children:
        return f"[[{attributes['data-gap']}]]"
    if not attributes:
        if tag == "br":
            return "\\"
        if tag in _MARKS and element.children:
            return f"{_MARKS[tag]}{_inline(element.children)}{_MARKS[tag]}"
        if tag == "code" and all(isinstance(child, str) for child in element.children) and element.children:
            return code_span("".join(child for child in element.children if isinstance(child, str)))
    if tag == "img" and set(attributes) <= {"src", "alt", "title"} and "src" in attributes and "alt" in attributes:
        return f"![{_words(attributes['alt'])}]({_target(attributes)})"
    if tag == "a" and set(attributes) <= {"href", "title"} and "href" in attributes and element.children:
        return f"[{_inline(element.children)}]({_target(attributes)})"
    if tag in _VOID:
        return element.start
    return f"{element.start}{_inline(element.children)}</{tag}>"


_MARKS = {"em": "*", "strong": "**", "del": "~~"}


def _target(attributes: dict[str, str]) -> str:
    address = attributes.get("src", attributes.get("href", ""))
    if not re.fullmatch(r"[^\s<>()\\]+", address):
        address = "<" + re.sub(r"([<>\\])", r"\\\1", address) + ">"
    title = attributes.get("title")
    if title is None:
        return address
    quoted = re.sub(r"([\\\"])", r"\\\1", title)
    return f'{address} "{quoted}"'


_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\n|$)|[`\[\]]|~|\*(?! )|(?<! )\*|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|<(?=[A-Za-z/!?])|&(?=#|\w+;)"
)


def _words(text: str) -> str:
    """Return text with a backslash before what would mean something; formulas stay TeX."""
    parts: list[str] = []
    position = 0
    for formula in _FORMULA.finditer(text):
        parts.append(_plain_words(text[position : formula.start()]))
        parts.append(_formula(formula, text))
        position = formula.end()
    parts.append(_plain_words(text[position:]))
    return "".join(parts).replace("\u00a0", "&nbsp;")


def _plain_words(text: str) -> str:
    text = _SPECIAL.sub(lambda match: f"\\{match[0]}", text)
    return text.replace("$", "\\$") if text.count("$") > 1 else text


def _formula(formula: re.Match[str], text: str) -> str:
    display = formula[2]
    if display is not None:
        is_plain = "$" not in display and display == display.strip()
        return f"$${display}$$" if is_plain else f"\\[{display}\\]"
    tex = formula[1]
    before = text[formula.start() - 1 : formula.start()]
    after = text[formula.end() : formula.end() + 1]
    is_plain = not re.search(r"[$`]|\n\s*\n|^\s|\s$|\\$", tex) and not before[-1:].isalnum() and before != "\\"
    if is_plain and not after.isalnum() and after not in ("$", "_") and "$" not in text:
        return f"${tex}$"
    return f"\\({tex}\\)"
