"""GIFT cut into blocks: a category, or one question with the comments before it; every line with its number."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.gift.syntax import find_mark


@rule("R401", Severity.WARNING)
def blank_line_in_answers() -> Text:
    """A blank line stands between the braces of a question. Moodle ends the question there and refuses the file.

    Stemkey reads on to the closing brace.
    """
    return Text("a blank line stands inside the braces", "delete the blank line; write \\n for one inside a text")


@rule("R402", Severity.WARNING)
def no_line_after_category(path: str) -> Text:
    """Between a `$CATEGORY:` line and the question after it there is no blank line.

    Moodle takes all of it for the category's name, and the question is lost there. Stemkey reads the question.
    """
    return Text(f"no blank line stands after the category {path!r}", "put a blank line after the $CATEGORY: line")


@dataclass(slots=True)
class Block:
    """Lines that belong together, without comments."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """Of each line, in the source."""
    comments: list[tuple[int, str]] = field(default_factory=list)

    is_open: bool = False
    """Whether its answers have begun and not ended."""
    is_closed: bool = False
    _starts: list[int] = field(default_factory=list)

    def add(self, line: str, number: int) -> None:
        """Add a line of the source."""
        self.lines.append(line)
        self.numbers.append(number)
        start = 0
        if not self.is_open and not self.is_closed:
            start = find_mark(line, "{")
            self.is_open = start >= 0
        if self.is_open and find_mark(line, "}", max(start, 0)) >= 0:
            self.is_open, self.is_closed = False, True

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def line_at(self, offset: int) -> int:
        """Return the number of the line in the source on which a place of the text stands."""
        if len(self._starts) != len(self.lines):
            self._starts = list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=0))
        return self.numbers[bisect_right(self._starts, offset) - 1]


CATEGORY = "$CATEGORY:"
_START = re.compile(r"::|\$CATEGORY:|// question: ")


def split_blocks(text: str, source_name: str, found: Diagnostics) -> list[Block]:
    """Return the blocks of a GIFT text."""
    blocks: list[Block] = []
    block = Block()
    lines = text.split("\n")
    closes = _closing_lines(lines)
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("//"):
            block.comments.append((number, line[2:].strip()))
        elif line.startswith(CATEGORY) and not block.is_open:
            if block.lines or block.comments:
                blocks.append(block)
            blocks.append(Block([line], [number]))
            block = Block()
            if number < len(lines) and lines[number].strip() and not lines[number].strip().startswith("//"):
                found.add(no_line_after_category(line[len(CATEGORY) :].strip()), Span(source_name, number))
        elif line:
            block.add(line, number)
        elif block.lines or block.comments:
            if block.is_open and closes[number - 1]:
                found.add(blank_line_in_answers(), Span(source_name, number))
            else:
                blocks.append(block)
                block = Block()
    if block.lines or block.comments:
        blocks.append(block)
    return blocks


def _closing_lines(lines: list[str]) -> list[bool]:
    """Say for each line whether, after it and before another question begins, a closing brace comes."""
    closes = [False] * len(lines)
    is_closing = False
    for index in range(len(lines) - 1, -1, -1):
        closes[index] = is_closing
        line = lines[index].strip()
        opening, closing = find_mark(line, "{"), find_mark(line, "}")
        if _START.match(line) or opening >= 0:
            is_closing = 0 <= closing < opening if opening >= 0 else False
        elif closing >= 0:
            is_closing = True
    return closes
