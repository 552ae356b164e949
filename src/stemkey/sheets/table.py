"""What a response sheet becomes: batches of columns, each response a small integer into a list of what was written.

A sheet of millions of rows is never in memory as a whole: `ResponseTable.batches` reads as it goes. A batch is
dictionary-encoded, so that judging a response happens once for each *distinct* text of a column, not once a row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Texts: TypeAlias = NDArray[np.bytes_]
    """UTF-8 texts as a fixed-width bytes array (numpy `S`), one a row."""


class Damaged(NamedTuple):
    """A cell that holds something, but not the answer any more: `#N/A`, a formula without its value, a date."""

    text: str
    """What the cell shows."""
    reason: str
    """Why it is no answer, as the end of a sentence: "is an error value, not an answer"."""


class Typed(NamedTuple):
    """A text in which numbers have a decimal sign that the sheet has shown."""

    text: str
    decimal: str
    """`.` or `,`; the other one only groups thousands."""


class Drawn(NamedTuple):
    """A response to an item that varies, with the clone of it that the candidate had."""

    clone: int
    """Index among the item's clones."""
    response: str | Typed


Response: TypeAlias = str | Typed | Damaged | Drawn | None
"""What a candidate's cell says about an item: a text as it stands (`""` for a blank), a damaged cell, or None
where the item was not given to the candidate."""


class ResponseColumn(NamedTuple):
    """The responses to one item in a batch: `values[codes[i]]` is what the i-th candidate gave."""

    codes: "NDArray[np.integer]"
    values: Sequence[Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseBatch:
    """Some rows of a sheet; one row is one whole attempt of one candidate."""

    rows: "NDArray[np.int64]"
    """Row numbers as the spreadsheet program shows them (CSV: the record's first line)."""
    ids: "Texts"
    names: "Texts"
    emails: "Texts"
    attempts: "NDArray[np.int64] | None" = None
    """Number of the attempt, 1 for a candidate's first; None where the source knows no attempts."""
    forms: "Texts | None" = None
    """Which form of the test each candidate had; None where there is one form only."""
    submitted: "Texts | None" = None
    """When each row was handed in, as the sheet says it; None where nobody asked."""
    columns: tuple[ResponseColumn, ...]
    """One for each item of the answer key, in its order."""

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMatch:
    """Which column of the sheet answers which item, and why we think so."""

    column: str
    """The header as it stands in the sheet (with its letters where it has none)."""
    letters: str
    """The column's letters, `F`; for places of findings. Empty where a column is not a column (long tables)."""
    number: str
    """Number of the item."""
    by: str
    """`identifier`, `text`, `number` or `option` (said with --map)."""


@dataclass(slots=True, kw_only=True)
class RowCounts:
    """How many rows were read, graded and refused; filled while batches are read, complete at the end."""

    read: int = 0
    graded: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTable:
    """A response sheet whose columns are matched to items, ready to be read. Lazy: rows are read by `batches`."""

    name: str
    """The file's name as the user gave it."""
    source: str
    """Name of the row in `SOURCES`: `moodle`, `canvas`, `plain`."""
    kind: str
    """The container: `csv`, `xlsx`, ..."""
    sheet: str | None = None
    encoding: str | None = None
    mapping: tuple[ColumnMatch, ...] = ()
    has_attempts: bool = False
    """Whether several rows of one id are attempts (else they are a contradiction)."""
    notes: tuple[str, ...] = ()
    """What was assumed while reading, in sentences, for the report."""
    tells_clones_of: frozenset[str] = frozenset()
    """Numbers of the items that vary of which it says which clone each candidate had."""
    counts: RowCounts = field(default_factory=RowCounts)
    read: Callable[[], Iterator[ResponseBatch]]

    def batches(self) -> Iterator[ResponseBatch]:
        """Read the sheet from its beginning, some rows at a time. Rows that cannot be used are findings."""
        return self.read()
