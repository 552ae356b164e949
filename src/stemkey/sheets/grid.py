"""A container opened: rows of cells as they stand, before anybody knows what they mean."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, NamedTuple, TypeAlias

from stemkey.diagnostics import CellSpan, column_letters
from stemkey.sheets.table import Damaged

Cell: TypeAlias = str | Damaged
"""A cell's text as it stands (`""` where there is nothing), or what is left of one that was damaged."""

NOT_GIVEN = Damaged("", "was not given")
"""Stands in a rewritten grid where the candidate was not given the question."""

SAMPLE = 20_000
"""A sheet of so many rows is looked at as a whole before anything is graded; of a larger one, this beginning."""
LARGE_TEXT = 4 << 20
LARGE_SHEET = 2_000_000
SAMPLE_OF_LARGE = 1_000
"""Rows looked at of a text file of more bytes than `LARGE_TEXT`, or a workbook's sheet of more cells than `LARGE_SHEET`,
where looking would cost more than grading."""


class Row(NamedTuple):
    """One row of a sheet."""

    number: int
    """As the spreadsheet program shows it; for a text file, the line on which the record begins."""
    cells: Sequence[Cell]
    problem: str | None = None
    """Why the row cannot be trusted as a whole, as the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawText:
    """The bytes of a text file whose lines may be cut without decoding them: UTF-8, one separator, LF or CRLF."""

    open: Callable[[], IO[bytes]]
    """Opens the bytes at the beginning; the caller closes them."""
    size: int
    start: int
    """Where the text begins, behind a byte order mark."""
    separator: bytes
    rows: Callable[[bytes, int], Iterator[Row]]
    """Reads some whole lines, of which the first has this number."""


class RawBlock(NamedTuple):
    """Some rows of a workbook, one after the other."""

    first: int
    """Number of the first row."""
    lines: list[str]
    """Each row's cells with `RawCells.SEPARATOR` between them; a row that is not only texts is a lone CR."""
    rows: Callable[[Iterable[int]], Iterator[Row]]
    """Reads rows by their place in the block; rows without any cell are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCells:
    """A workbook's sheet in blocks of rows, without an object for each cell."""

    SEPARATOR = "\x1f"

    size: int
    """Number of cells."""
    blocks: Callable[[int], Iterator[RawBlock]]
    """Reads the sheet from a row on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet of a container."""

    source: str
    """The file's name as the user gave it."""
    kind: str
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    read: Callable[[], Iterator[Row]]
    """Reads the rows from the beginning; rows without any cell are left out."""
    raw: RawText | None = None
    """For `letters`; None where the rows can only be read one by one."""
    raw_cells: RawCells | None = None
    """The same for a workbook."""

    ends_open: bool = False
    """Whether a text file ends without a line end, as one does that was cut off."""
    is_as_written: bool = True
    """Whether its columns are those of the file; not where a long table was turned into a wide one."""

    width: int = 0
    """Columns of the header where that has been rewritten and shows fewer; 0 where it has not."""

    def rewritten(
        self, rewrite: Callable[[Iterator[Row]], Iterator[Row]], *, is_as_written: bool = True, width: int = 0
    ) -> "Grid":
        """Return the grid with its rows rewritten, each time they are read."""
        read = self.read
        return replace(
            self, read=lambda: rewrite(read()), raw=None, raw_cells=None, is_as_written=is_as_written, width=width
        )

    def with_cut_marked(self, rows: Sequence[Row]) -> "Grid":
        """Return the grid with its last row marked as cut off, if that row alone is short and the file ends in it."""
        if not self.ends_open or not 2 <= len(rows) < SAMPLE:
            return self
        widths = [len(row.cells) for row in rows]
        width = max(widths, key=lambda some: (widths.count(some), some))
        if widths[-1] >= width or min(widths[len(widths) // 2 : -1], default=width) < width:
            return self
        last = rows[-1].number

        def mark(source: Iterator[Row]) -> Iterator[Row]:
            for row in source:
                yield row._replace(problem="is cut off where the file ends") if row.number == last else row

        return self.rewritten(mark)

    def sample(self) -> list[Row]:
        """Return the rows that decide what the sheet is."""
        large = (self.raw is not None and self.raw.size > LARGE_TEXT) or (
            self.raw_cells is not None and self.raw_cells.size > LARGE_SHEET
        )
        return list(islice(self.read(), SAMPLE_OF_LARGE if large else SAMPLE))

    def place(self, row: int | None = None, column: int | None = None) -> CellSpan:
        """Return a place in the sheet, for a finding."""
        letters = None if column is None or not self.is_as_written else column_letters(column)
        return CellSpan(self.source, self.sheet, row, letters)


def cell_text(cell: Cell) -> str:
    """Return what a cell shows, without the blanks around it."""
    return (cell if isinstance(cell, str) else cell.text).strip()


def text_at(cells: Sequence[Cell], index: int | None) -> str:
    """Return what the cell of a column shows; `""` beyond the end of a short row."""
    return cell_text(cells[index]) if index is not None and index < len(cells) else ""
