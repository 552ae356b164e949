"""Fields of a line: HTML on one line, or a word as it is.

Blackboard shows a field as HTML. Strangers write plain text there, `AT&T` and `a < b` included, so a field is taken
for HTML only where it has a tag or a character reference.
"""

import re
from html import escape

from stemkey.model import Content
from stemkey.richtext.sanitise import sanitise

_HTML = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_BLOCK = re.compile(
    r"<(?:p|div|pre|ul|ol|dl|table|blockquote|h[1-6]|hr|figure|details|center|section|address)\b", re.IGNORECASE
)
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*+)</p>", re.DOTALL)
_BETWEEN_TAGS = re.compile(r"(?<=>)\n(?=<)")


def read_inline(field: str) -> tuple[Content, tuple[str, ...]]:
    """Return a field as content, and the names of unsafe markup that was left out."""
    if _HTML.search(field):
        return sanitise(field)
    return sanitise(escape(field, quote=False))


def read_block(field: str) -> tuple[Content, tuple[str, ...]]:
    """Return a field as block content."""
    content, names = read_inline(field)
    return as_block(content), names


def as_block(content: Content) -> Content:
    """Return content with a paragraph around it where it has no block of its own."""
    return Content(f"<p>{content}</p>") if content and not _BLOCK.search(content) else content


def write_inline(content: Content) -> str:
    """Return content as a field."""
    short = _one_line(_BETWEEN_TAGS.sub("", content))
    return short if read_inline(short)[0] == content else _one_line(content)


def write_block(content: Content) -> str:
    """Return block content as a field; a single paragraph without its tags."""
    if (match := _ONE_PARAGRAPH.fullmatch(content)) and not _BLOCK.search(match[1]):
        field = _one_line(match[1])
        if read_block(field)[0] == content:
            return field
    return write_inline(content)


def _one_line(html: str) -> str:
    text = html.replace("\t", "&#9;").replace("\n", "&#10;")
    if text.startswith('"'):  # a spreadsheet program writes quotes around a field, and we take those off
        text = "&quot;" + text[1:]
    # Blanks at the ends are lost in every step on the way.
    return re.sub(r"^\s|\s$", lambda match: f"&#{ord(match[0])};", text)


def split_fields(line: str) -> list[str]:
    """Return the fields of a line, without the quotes that a spreadsheet program puts around them.

    It doubles the quotes inside (`"a ""b"" c"` is `a "b" c`): only then can be told that the outer ones are its own,
    and that those around the other fields of the line are too.
    """
    fields = [field.strip() for field in line.split("\t")]
    if '""' not in line or not any(_is_quoted(field) and '""' in field[1:-1] for field in fields):
        return fields
    return [field[1:-1].replace('""', '"') if _is_quoted(field) else field for field in fields]


def _is_quoted(field: str) -> bool:
    return len(field) > 2 and field[0] == field[-1] == '"' and '"' not in field[1:-1].replace('""', "")
