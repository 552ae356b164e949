"""What the grammar finds before anything is rendered: questions as groups of lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from stemkey.formats.markdown.lines import FENCE, Line, dedent


class Block:
    """Lines that belong together: a stem, an option, an explanation."""

    __slots__ = ("first", "indent", "more", "start")

    def __init__(self, first: Line, start: int, indent: int) -> None:
        self.first = first
        self.start = start
        """Where the text begins in the first line, 0-based."""
        self.indent = indent
        """Columns that the further lines are indented by."""
        self.more: list[Line] | None = None
        """The further lines; most blocks have none."""

    def append(self, line: Line) -> None:
        """Take up a further line."""
        if self.more is None:
            self.more = [line]
        else:
            self.more.append(line)

    @property
    def lines(self) -> list[Line]:
        """Every line."""
        return [self.first, *(self.more or ())]

    @property
    def last(self) -> Line:
        """The last line."""
        return self.more[-1] if self.more else self.first

    @property
    def text(self) -> str:
        """The Markdown of the lines, without labels and indentation."""
        if self.more is None:
            return self.first.raw[self.start :].strip(" \t")
        # Inside a fence only what the fence itself is indented by goes: the rest is the code's own.
        rest = [
            dedent(line.raw, self.indent if line.kind != FENCE else min(self.indent, line.indent)) for line in self.more
        ]
        return "\n".join([self.first.raw[self.start :], *rest]).strip("\n")


class DraftChoice(Block):
    """An option as it was written."""

    __slots__ = ("feedback", "letter", "marked")

    def __init__(self, first: Line, letter: str, *, marked: bool = False) -> None:
        super().__init__(first, first.start, first.indent + 2)
        self.letter = letter
        self.feedback: list[Line] | None = None
        """Quoted lines under it."""
        self.marked = marked
        """Marked as right where it stands: a ticked box, bold among plain ones."""


@dataclass(slots=True)
class KeyLetter:
    """One letter of a key, and where it stands."""

    letter: str
    column: int
    """1-based."""
    credit: str = ""
    """As written, `50 %`; empty: its equal share."""


class KeyRow(Block):
    """A row of the key that gives an accepted answer: `- = Paris (50 %)`, `- [[1]] = Paris`."""

    __slots__ = ("feedback", "gap")

    def __init__(self, first: Line, start: int, gap: str) -> None:
        super().__init__(first, start, first.indent + 2)
        self.gap = gap
        """Identifier of the gap; empty where the question has none."""
        self.feedback: Block | None = None


@dataclass(slots=True)
class DraftKey:
    """What the answer key says about one question."""

    line: Line
    number: str
    letters: list[KeyLetter]
    text: str = ""
    """What stands behind the letters: the option's text, as a rule."""
    text_at: int = 0
    """0-based."""
    in_bold: bool = False
    """Whether the text stands in bold together with the letter, and so claims to be the option's."""
    explanation: Block | None = None
    whole: str = ""
    """Everything that stands behind the number, in the bold where there is any."""
    whole_at: int = 0
    parts: list[tuple[str, Block]] = field(default_factory=list)
    """Labelled parts: (`explanation`, …), (`hint`, …), (`B`, …)."""
    rows: list[KeyRow] = field(default_factory=list)
    source: str = ""
    """Name of the file, where it is another one than the questions'."""
    used: bool = False


@dataclass(slots=True)
class DraftItem:
    """A question as it was written."""

    line: Line
    number: str
    stem: Block
    choices: list[DraftChoice] = field(default_factory=list)
    targets: list[DraftChoice] = field(default_factory=list)
    """What the options of a matching question are matched with: `- 1) …`."""
    gaps: list[tuple[str, Line, int]] = field(default_factory=list)
    """Dropdowns: the gap's identifier, the line, and where its choices begin in it."""
    comments: list[Line] = field(default_factory=list)
    labels: list[tuple[str, str, Line]] = field(default_factory=list)
    """What lines like `Points: 2` say about it: name, value, line."""
    key: DraftKey | None = None


@dataclass(slots=True)
class DraftSection:
    """Questions under one heading."""

    line: Line | None = None
    title: str = ""
    instructions: list[Block] = field(default_factory=list)
    items: list[DraftItem] = field(default_factory=list)
    comments: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """A whole file as it was written."""

    title: str = ""
    title_line: Line | None = None
    instructions: list[Block] = field(default_factory=list)
    sections: list[DraftSection] = field(default_factory=list)
    keys: list[DraftKey] = field(default_factory=list)
    comments: list[Line] = field(default_factory=list)
    strays: list[list[Line]] = field(default_factory=list)
    """Paragraphs that belong to nothing."""
    jumps: list[Line] = field(default_factory=list)
    """Lines that only lead to another place in the file: `[Back to top](#top)`."""

    @property
    def items(self) -> Iterator[DraftItem]:
        """Every question."""
        for section in self.sections:
            yield from section.items
