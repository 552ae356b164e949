"""A text2qti file as pieces: a mark, and the text behind it with its continuation lines.

Comments and code to be run are taken out here; what is no piece comes back as one of kind `stray`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from stemkey.diagnostics import Diagnostics, Span
from stemkey.formats.text2qti.findings import comment_without_end
from stemkey.formats.text2qti.syntax import ALONE, CODE, MARK, ONE_LINE, ONE_PARAGRAPH, WORDS

STRAY = "stray"
CODE_TO_RUN = "code"
APART = "apart"
"""The label of a stray line that hardly continues the one above: a blank line is between them, or it is a fence."""


class Piece(NamedTuple):
    """One thing that the file says."""

    kind: str
    label: str
    """What the mark says: `12` of `12.`, `c` of `*c)`."""
    text: str
    line: int
    column: int
    """Where the text begins."""
    source: str

    @property
    def span(self) -> Span:
        """The place of its first line."""
        return Span(self.source, self.line, self.column, max(1, len(self.text.partition("\n")[0])))


def split_pieces(text: str, source: str, found: Diagnostics) -> Iterator[Piece]:
    """Yield the pieces of a file, in order."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        if match := MARK.match(line):
            kind = match.lastgroup or ""
            if kind in ALONE:
                yield Piece(kind, "", line.strip(), index + 1, 1, source)
                index += 1
                continue
            end = _end_of_text(kind, line, match.end(), lines, index)
            label = match[0].strip().strip("*.)[] ")
            yield Piece(
                kind, label, _text(kind, line, match.end(), lines, index, end), index + 1, match.end() + 1, source
            )
            index = end
        elif line.startswith("%") or not line.strip():
            index += 1
        elif line.rstrip() == "COMMENT":
            index = _after_comment(lines, index, source, found)
        elif code := CODE.match(line):
            yield Piece(CODE_TO_RUN, "", line, index + 1, 1, source)
            index = _after_code(lines, index, code["ticks"])
        else:
            column = len(line) - len(line.lstrip()) + 1
            is_apart = index == 0 or not lines[index - 1].strip() or set(line.strip()) == {"`"}
            yield Piece(STRAY, APART if is_apart else "", line.strip(), index + 1, column, source)
            index += 1


def _end_of_text(kind: str, line: str, start: int, lines: list[str], index: int) -> int:
    """Return the index behind the last continuation line: indented as far as the text of the first line."""
    end = index + 1
    if kind in ONE_LINE or start >= len(line):
        return end
    indent = _indent(lines, end) if kind in WORDS else len(line[:start].expandtabs(4))
    last = end
    while end < len(lines):
        follows = lines[end]
        if not follows.strip():
            if kind in ONE_PARAGRAPH:
                break
        elif indent < 2 or not follows.expandtabs(4).startswith(" " * indent):
            break
        else:
            last = end + 1
        end += 1
    return last


def _indent(lines: list[str], index: int) -> int:
    """A word's text continues on lines that are indented at all, each as far as the first of them."""
    while index < len(lines) and not lines[index].strip():
        index += 1
    line = lines[index].expandtabs(4) if index < len(lines) else ""
    return len(line) - len(line.lstrip(" "))


def _text(kind: str, line: str, start: int, lines: list[str], index: int, end: int) -> str:
    first = line[start:].strip(" \t")
    if end == index + 1:
        return first
    rest = [follows.expandtabs(4) for follows in lines[index + 1 : end]]
    indent = _indent(rest, 0) if kind in WORDS else len(line[:start].expandtabs(4))
    return "\n".join([first, *(follows[indent:].rstrip(" ") for follows in rest)])


def _after_comment(lines: list[str], index: int, source: str, found: Diagnostics) -> int:
    for end in range(index + 1, len(lines)):
        if lines[end].rstrip() == "END_COMMENT":
            return end + 1
    found.add(comment_without_end(), Span(source, index + 1, 1, len("COMMENT")))
    return len(lines)


def _after_code(lines: list[str], index: int, ticks: str) -> int:
    """Step over a block of code. A program would have to be run to know what it says."""
    for end in range(index + 1, len(lines)):
        if lines[end].rstrip() == ticks:
            return end + 1
    return len(lines)
