"""A report without looks: sections of paragraphs, tables, charts and findings. No fonts, no cells, no rounding.

`build` makes it, the renderers (`to_html`, `to_xlsx`) turn each kind of column and chart into their own means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, TypeAlias, TypeVar

from stemkey.diagnostics import Diagnostic
from stemkey.model import Asset, Content

Value: TypeAlias = str | int | float | bool | Fraction | tuple[str, ...] | None
"""What a table holds. A tuple is a list of codes; None is undefined, never zero and never an empty text."""


class Kind(StrEnum):
    """What a column holds; a renderer maps it to a number format, an alignment, a fill."""

    TEXT = "text"
    """Names, ids, answers: never a number, whatever it looks like."""
    COUNT = "count"
    SCORE = "score"
    """Points."""
    PROPORTION = "proportion"
    """A share between 0 and 1."""
    PERCENT = "percent"
    """A share between 0 and 100."""
    CORRELATION = "correlation"
    """A coefficient of which 1 is the most."""
    NUMBER = "number"
    FLAG = "flag"
    """Codes of findings, or yes where something needs a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table, or one line of a record."""

    name: str
    """Its name in CSV and JSON."""
    title: str
    kind: Kind
    definition: str
    """One line: which number exactly this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns and rows; a table of one row may be shown as a record, one line a column."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    record: bool = False

    def column(self, name: str) -> tuple[Value, ...]:
        """Return the values of a column."""
        position = [column.name for column in self.columns].index(name)
        return tuple(row[position] for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A few sentences."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Sentences that stand beside each other."""

    name: str
    title: str
    entries: tuple[str, ...]


class ChartKind(StrEnum):
    """What a chart shows, not how it is drawn."""

    HISTOGRAM = "histogram"
    SCATTER = "scatter"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a chart."""

    x: float
    y: float | None
    label: str
    """What it stands for: `7 points`, `question 3`."""
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Marks that belong together."""

    name: str
    points: tuple[Point, ...]
    key: bool = False
    """The right answer's series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What is measured, and the range that is shown."""

    title: str
    low: float
    high: float
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A region of a chart that means something."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Series over two axes."""

    name: str
    kind: ChartKind
    title: str
    description: str
    """What a reader who cannot see it is told: the message of the picture, with its numbers."""
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    zones: tuple[Zone, ...] = ()
    width: float = 1.0
    """Of a histogram's bars, in units of x."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Diagnostics, in the order they were made."""

    name: str
    title: str
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTable:
    """One item: what was asked, what was chosen, what is doubtful about it."""

    number: str
    title: str
    stem: Content
    key: str
    place: str
    """Where it is written, `day51.md, line 12`; empty where that is not known."""
    statistics: Table
    """A record of the item's numbers."""
    options: Table
    """Each choice, then blanks and what else was in the cells."""
    choices: tuple[Content, ...]
    """The choices as they are written, for the first rows of `options`."""
    trace: Chart | None
    findings: tuple[Diagnostic, ...]


class Verdict(StrEnum):
    """What became of a response, as a reader of the report tells them apart."""

    RIGHT = "right"
    PARTIAL = "partly right"
    WRONG = "wrong"
    OMITTED = "omitted"
    NOT_GRADED = "not graded"
    NOT_GIVEN = "not given"


class Mark(NamedTuple):
    """One response in the matrix of responses."""

    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseMatrix:
    """Who gave which response: a row for each candidate, a column for each item."""

    name: str
    title: str
    numbers: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Mark, ...]], ...]
    """Id, name, marks."""


Block: TypeAlias = Paragraph | Listing | Table | Chart | Findings | OptionTable | ResponseMatrix
B = TypeVar("B", Paragraph, Listing, Table, Chart, Findings, OptionTable, ResponseMatrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report under one heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    def all(self, kind: type[B]) -> Iterator[B]:
        """Every block of a kind."""
        return (block for block in self.blocks if isinstance(block, kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report."""

    title: str
    subtitle: str
    """Who and what, in a line: `30 candidates, 10 questions, 10 points`."""
    sections: tuple[Section, ...]
    flag_words: Mapping[str, str] = field(default_factory=dict)
    """What a flag's code stands for: `A204` is `negative discrimination`."""
    assets: Mapping[str, Asset] = field(default_factory=dict)
    """The files that stems name."""

    def section(self, name: str) -> Section:
        """Return the section of a name; `KeyError` where there is none."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    def all(self, kind: type[B]) -> Iterator[B]:
        """Every block of a kind."""
        return (block for section in self.sections for block in section.all(kind))

    def table(self, name: str) -> Table | None:
        """Return the table of a name, None where the results have nothing for it."""
        return next((table for table in self.all(Table) if table.name == name), None)

    def chart(self, name: str) -> Chart | None:
        """Return the chart of a name, None where the results have nothing for it."""
        return next((chart for chart in self.all(Chart) if chart.name == name), None)
