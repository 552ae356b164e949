"""Markdown as lines that know what they begin with: a heading, a number, a letter, a fence.

The grammar above works on these, never on characters. Code fences and comments are recognised here, so that
a number inside code is never a question. A line costs about a microsecond: 10,000 items are 90,000 lines.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

BLANK, TEXT, HEADING, RULE, FENCE, COMMENT, QUOTE, TABLE, NUMBERED, LETTERED, BULLET, DEFINITION, ORDERED = range(13)


OPEN = "open"
"""The label of a fence that nothing closes."""


class Line(NamedTuple):
    """One line, or one comment of several lines."""

    kind: int
    number: int
    """1-based."""
    indent: int
    """Blanks before the first character; a tab goes to the next multiple of four."""
    label: str
    """The number or the letter it begins with; the level of a heading (`##` is `2`); the words of a comment."""
    at: int
    """Where the label is, 0-based."""
    start: int
    """Where the text behind bullet, box and label begins, 0-based."""
    bullet: bool
    box: str
    """What stands in a task list's box: a blank or `x`; empty without one."""
    bold: bool
    """Whether the label is inside bold: `**1. …`, `- **B) …`."""
    raw: str

    @property
    def text(self) -> str:
        """The text behind bullet, box and label."""
        return self.raw[self.start :]


BLANK_LINE = Line(BLANK, 0, 0, "", 0, 0, False, "", False, "")
"""Every empty line."""

_LABEL = re.compile(
    r"(?P<bullet>[-*+](?:[ \t]+|$))?"
    r"(?P<box>\[[ xX]\](?:[ \t]+|$))?"
    r"(?P<bold>\*\*|__)?"
    r"(?:(?P<number>\d{1,6})(?:[.)](?=[ \t*_]|$|[A-Z][a-z]|[^\W\da-zA-Z_]|[¿¡])|[、．）]|\.-(?=[ \t]))[ \t]*"
    r"|(?P<letter>[A-Za-z])(?:[.:](?=[ \t*_]|$|[^\x00-\x7f])|\)(?![)\]])|[、．）：])[ \t]*"
    r"|[(（](?P<bracketed>[A-Za-z])[)）](?=[ \t*_]|$|[^\x00-\x7f])[ \t]*)?"
)
_STARRED = re.compile(r"\*([A-Za-z])[.)][ \t]+(?=\S)(?!.*\*[ \t]*$)")
"""An option that a star marks as the right one: `*b. that`."""
_RULE = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r"(`{3,})(?=[^`]*$)|(~{3,})")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)|(?P<tight>#{2,6})(?=[^\W_]|[¿*])")
_LABEL_START = frozenset("-*+[(（_0123456789")
_LETTER_END = frozenset(".):、．）：")


def scan_lines(text: str, first: int = 1) -> Iterator[Line]:
    """Return the lines of a Markdown text; `first` is the number of its first line."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    index = 0
    endless = False
    while index < len(lines):
        raw = lines[index]
        number = first + index
        index += 1
        body = raw.lstrip(" \t")
        if not body or body.isspace():
            yield BLANK_LINE
            continue
        offset = len(raw) - len(body)
        indent = offset if "\t" not in raw else _columns(raw, offset)
        first_character = body[0]
        if "-->" in raw and (cut := _trailing_comment(raw, offset)):
            # `1. **Stem?** <!-- points: 2 -->`: the comment is one as if it stood on a line of its own.
            yield from scan_lines(raw[:cut].rstrip(), number)
            words = raw[cut:].strip()[4:-3]
            yield Line(COMMENT, number, indent, words, cut, cut, False, "", False, raw)
            continue
        if first_character.isalpha():
            if not (len(body) > 1 and body[1] in _LETTER_END and first_character.isascii()):
                if index < len(lines) and lines[index][:1] in _UNDERLINES and _is_underlined(lines, index):
                    level = "1" if lines[index][0] == "=" else "2"
                    yield Line(HEADING, number, indent, level, offset, offset, False, "", False, raw)
                    index += 1
                    continue
                yield Line(TEXT, number, indent, "", offset, offset, False, "", False, raw)
                continue
        elif first_character not in _LABEL_START:
            if first_character in "`~" and (fence := _FENCE.match(body)):
                inner = list(_fenced(lines, index, fence[0]))
                is_open = not inner or not _closes(inner[-1], fence[0])
                label = OPEN if is_open else ""
                yield Line(FENCE, number, indent, label, offset, offset, False, "", False, raw)
                if is_open and not body[len(fence[0]) :].strip():
                    continue  # most likely the end of a block around another one: not all that follows is code
                for inside in inner:
                    yield Line(FENCE, first + index, indent, "", offset, offset, False, "", False, inside)
                    index += 1
                continue
            if first_character == "<" and body.startswith("<!--") and not endless:
                last = _comment_end(lines, index - 1)
                endless = last == len(lines)  # one search that ran to the end of the file is enough
                if 0 <= last < len(lines):
                    whole = "\n".join([body, *lines[index : last + 1]]) if last >= index else body
                    words = whole.strip()[4:-3]
                    yield Line(COMMENT, number, indent, words, offset, offset, False, "", False, raw)
                    index = max(index, last + 1)
                    continue
            kind, label, start = _other(body)
            yield Line(kind, number, indent, label, offset, offset + start, False, "", False, raw)
            continue
        yield _labelled(raw, body, number, indent, offset)


def _trailing_comment(raw: str, offset: int) -> int:
    """Return where a comment begins that ends a line of text; 0 where there is none."""
    end = len(raw.rstrip()) - 3
    if raw[end : end + 3] != "-->":
        return 0
    cut = raw.find("<!--")
    while cut > offset:
        before = raw[:cut]
        is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        if not is_escaped and before.count("`") % 2 == 0:
            return cut if raw.find("-->", cut) == end else 0
        cut = raw.find("<!--", cut + 1)
    return 0


DEFINED = re.compile(
    r"\[(?P<label>(?:[^\[\]\\\n]|\\.){1,999})\]:[ \t]*(?:<(?P<pointed>[^<>\n]*)>|(?P<target>\S+))"
    r"(?:[ \t]+(?:\"(?P<title>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|\([^()\n]*\)))?[ \t]*$"
)
"""A link definition: `[paper]: https://example.org/p.pdf "A paper"`."""

_UNDERLINES = ("=", "-")


def _is_underlined(lines: list[str], index: int) -> bool:
    """Whether a line makes the one above it a heading; under a sentence, `---` is meant as a rule."""
    underline = lines[index].rstrip()
    if len(underline) < 3 or underline.strip(underline[0]) or (index >= 2 and lines[index - 2].strip()):
        return False
    above = lines[index - 1].strip()
    return underline[0] == "=" or (len(above) <= 60 and above[-1] not in ".:?!,;")


def _labelled(raw: str, body: str, number: int, indent: int, offset: int) -> Line:
    """Return a line that begins with a bullet, a box, a number or a letter, or may do so."""
    if body[0] == "[" and indent <= 3 and DEFINED.match(body):
        return Line(DEFINITION, number, indent, "", offset, offset, False, "", False, raw)
    if body[0] in "-*_" and not body.strip("-*_ \t") and _RULE.match(body):
        return Line(RULE, number, indent, "", offset, offset, False, "", False, raw)
    if body[0] == "*" and (star := _STARRED.match(body)):
        at = offset + star.start(1)
        return Line(LETTERED, number, indent, star[1], at, offset + star.end(), False, "x", False, raw)
    match = _LABEL.match(body)
    assert match is not None  # every part is optional
    bullet, box, bold, digits, letter, bracketed = match.groups()
    start = offset + match.end()
    if box and (digits or letter) and not body[match.end() :].strip(" \t*_"):
        # `- [x] 2.`: what looks like a label is the option itself.
        digits, letter, bold, start = "", "", "", offset + match.start(4 if digits else 5)
    if bold and (letter or (digits and bullet)) and raw.startswith(bold, start):
        # `- [ ] **a.** text`: only the letter is bold.
        start += 2 + len(raw[start + 2 :]) - len(raw[start + 2 :].lstrip(" \t"))
        bold = ""
    if digits:
        return Line(
            NUMBERED, number, indent, digits, offset + match.start(4), start, bool(bullet), box or "", bool(bold), raw
        )
    if letter or bracketed:
        at = offset + (match.start(5) if letter else match.start(6))
        return Line(
            LETTERED, number, indent, letter or bracketed, at, start, bool(bullet), (box or "")[1:2], bool(bold), raw
        )
    if bold:
        start -= 2
    if bullet or box:
        return Line(BULLET, number, indent, "", offset, start, bool(bullet), (box or "")[1:2], False, raw)
    return Line(TEXT, number, indent, "", offset, offset, False, "", False, raw)


def _other(body: str) -> tuple[int, str, int]:
    """Return kind, label and start of the text of a line that begins with none of the labels."""
    if body[0] == "#" and (heading := _HEADING.match(body)):
        return HEADING, str(len(heading[1] or heading["tight"])), heading.end()
    if body[0] == ">":
        return QUOTE, "", 2 if body.startswith("> ") else 1
    return (TABLE if body[0] == "|" else TEXT), "", 0


def is_writing_line(line: Line) -> bool:
    """Whether a rule is a line to write on, as on paper: ten underscores or more."""
    return line.kind == RULE and line.raw.count("_") >= 10


def _fenced(lines: list[str], index: int, fence: str) -> Iterator[str]:
    """Return the lines of a code block, up to its closing fence or the end of the file."""
    while index < len(lines):
        yield lines[index]
        if _closes(lines[index], fence):
            return
        index += 1


def _closes(raw: str, fence: str) -> bool:
    """Whether a line ends the code block that a fence began."""
    mark = raw.strip(" \t>")
    return mark.startswith(fence) and not mark.strip(fence[0])


def _comment_end(lines: list[str], index: int) -> int:
    """Return the line on which a comment ends; -1 where text follows it on that line, past the end where it never ends."""
    for last in range(index, len(lines)):
        end = lines[last].find("-->", lines[last].find("<!--") + 4 if last == index else 0)
        if end >= 0:
            return -1 if lines[last][end + 3 :].strip() else last
    return len(lines)


def _columns(raw: str, offset: int) -> int:
    return len(raw[:offset].expandtabs(4))


def dedent(raw: str, columns: int) -> str:
    """Return a line without up to so many columns of its leading blanks."""
    if raw.startswith("\t") or ("\t" in raw[:columns] and raw[:columns].isspace()):
        offset = len(raw) - len(raw.lstrip(" \t"))
        raw = raw[:offset].expandtabs(4) + raw[offset:]
    blanks = 0
    while blanks < columns and raw[blanks : blanks + 1] == " ":
        blanks += 1
    return raw[blanks:]
