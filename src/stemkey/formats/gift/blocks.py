"""GIFT cut into blocks: a category, or one question with the comments before it; every line with its number."""

import re
from dataclasses import dataclass, field

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

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def line_at(self, offset: int) -> int:
        """Return the number of the line in the source on which a place of the text stands."""
        return self.numbers[self.text.count("\n", 0, offset)]


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
        elif line.startswith(CATEGORY) and not _is_open(block.text):
            if block.lines or block.comments:
                blocks.append(block)
            blocks.append(Block([line], [number]))
            block = Block()
            if number < len(lines) and lines[number].strip() and not lines[number].strip().startswith("//"):
                found.add(no_line_after_category(line[len(CATEGORY) :].strip()), Span(source_name, number))
        elif line:
            block.lines.append(line)
            block.numbers.append(number)
        elif block.lines or block.comments:
            if _is_open(block.text) and closes[number - 1]:
                found.add(blank_line_in_answers(), Span(source_name, number))
            else:
                blocks.append(block)
                block = Block()
    if block.lines or block.comments:
        blocks.append(block)
    return blocks


def _is_open(text: str) -> bool:
    start = find_mark(text, "{")
    return start >= 0 and find_mark(text, "}", start) < 0


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
