"""Pieces of Moodle XML as text: what its importer keeps, written so that it keeps it."""

import re
from collections.abc import Iterable

from stemkey.model import Content
from stemkey.richtext.to_plain import to_plain

FORMAT = "moodle"
PREFIX = "moodle:"
"""Before the name of everything in `extensions` that only Moodle has a word for."""
NOTE = "stemkey"
"""Name of an attribute that Moodle ignores and our reader understands: what the model knows and Moodle does not."""


# Moodle's importer throws away white space around every entity of an escaped text, and around some
# letters that are not ASCII. In CDATA it keeps everything. So every text is CDATA.


def cdata(text: str) -> str:
    """Return a text as CDATA; an end mark inside it is split between its letters, never at white space."""
    if "]]>" in text:
        text = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>" if text else ""


def bare(text: str) -> str:
    """Return a text that has no `<text>` around it (idnumber, settings): CDATA only where it must be."""
    return text if text.isascii() and not _SPECIAL.search(text) else cdata(text)


_SPECIAL = re.compile(r"[<>&]|^\s|\s$")
_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z", re.ASCII)


def attribute(text: str) -> str:
    """Return a text for use between double quotes, on one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def leaf(tag: str, text: str) -> str:
    """Return an element that holds a bare text."""
    return f"<{tag}>{bare(text)}</{tag}>\n"


def is_tag(name: str) -> bool:
    """Whether a name can be an element's."""
    return _NAME.match(name) is not None


_ONE_PARAGRAPH = re.compile(
    r"<p>((?:[^<]++|<(?!/?(?:p|div|ul|ol|li|dl|pre|table|blockquote|h[1-6]|hr|section)\b))++)</p>"
)


def inline(content: Content) -> Content:
    """Return content of one paragraph without its `<p>`: an answer is a line, and Moodle's editor wraps every line.

    Moodle itself takes these paragraphs off when it shows answers.
    """
    if not content.startswith("<p>"):
        return content
    found = _ONE_PARAGRAPH.fullmatch(content)
    return Content(found[1].strip()) if found is not None and found[1].strip() else content


# ---- names ---------------------------------------------------------------------------------------

_ANGLE = re.compile(r"<(?=[A-Za-z/!?])|&(?=(?:amp;)*lt;)")
_ENTITY = re.compile(r"&(?:amp;)*lt;")
_CUT_TAG = re.compile(r"<[^>]*\Z")
_START = 600
_NAME_LENGTH = 60


def name_text(name: str) -> str:
    """Return a name that Moodle keeps: it strips what looks like a tag (`vector<int>` became `vector`)."""
    if "<" not in name and "&" not in name:
        return name
    return _ANGLE.sub(lambda found: "&lt;" if found[0] == "<" else "&amp;", name)


def read_name(text: str) -> str:
    """Undo `name_text`."""
    if "lt;" not in text:
        return text
    return _ENTITY.sub(lambda found: "<" if found[0] == "&lt;" else "&" + found[0][5:], text)


def stem_start(body: Content) -> str:
    """Return the first words of a body as plain text, for a name."""
    if len(body) > _START:
        body = Content(_CUT_TAG.sub("", body[:_START]))
    text = to_plain(body)
    if len(text) <= _NAME_LENGTH:
        return text
    cut = text.rfind(" ", _NAME_LENGTH // 2, _NAME_LENGTH)
    return text[: cut if cut > 0 else _NAME_LENGTH] + "…"


def own_name(number: str, body: Content, width: int) -> str:
    """Return the name of an item that has none: `Q03 What is …`, so that Moodle's order by name is the quiz's."""
    return f"Q{number.rjust(width, '0')} {stem_start(body)}".rstrip()


_OWN_NAME = re.compile(r"Q0*(\w+)(?: |\Z)")


def is_own_name(name: str, body: Content) -> bool:
    """Whether a name was made by `own_name`, so that the item has no title of its own."""
    found = _OWN_NAME.match(name)
    return found is not None and name[found.end() :] == stem_start(body)


def width_of(numbers: Iterable[str]) -> int:
    """Return how many letters a number needs so that all of them sort."""
    return max((len(number) for number in numbers), default=1)
