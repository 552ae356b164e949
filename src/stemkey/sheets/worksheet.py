"""One sheet of an XLSX file, read while it is unpacked: a line of text for each row, and what a library would hide.

A sheet repeats itself: behind a cell's reference stands one of few texts, up to the reference of the next cell. So a row is cut at
its own number (`<c r="B12" t="s"><v>7</v></c><c r="C12" …` at `12"`), and what lies between two cuts is read once and remembered.
Exactly the XML that spreadsheet programs write is read so; anything else raises `UnfamiliarError`, and calamine reads the workbook.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import IO, NamedTuple

from stemkey.sheets.cell_values import IS_DATE, value_cell
from stemkey.sheets.damaged_cells import IS_ERROR, IS_FORMULA
from stemkey.sheets.grid import Cell, RawBlock, RawCells, Row
from stemkey.sheets.table import Damaged
from stemkey.sheets.workbook_parts import Numbers, UnfamiliarError, after_root, cell_text, item_text

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_CHUNK = 1 << 17
"""So much is unpacked and looked at at once: it fits a processor's cache."""
_LARGEST_ROW = 1 << 24
_REMEMBERED = 1 << 14
_ROWS_OF_BLOCK = 4_000
_LARGEST_GAP = 1_000
"""Missing rows that are filled with empty lines; behind more of them a new run of lines begins."""
_SEPARATOR = RawCells.SEPARATOR
_END = LAST_COLUMN
"""The column of the cell behind the last: beyond all columns, so nothing can be put there."""
_MIXED = "\r"
"""The line of a row that is not only texts."""

# All patterns are possessive where they repeat: a hostile file must not make them try every way to cut it.
_START = re.compile(rb"<sheetData\s*+(/?)>")
_ATTRIBUTES = rb'(?:\s++[\w:.-]++="[^"<]*+")*+\s*+'
_ATTRIBUTE = re.compile(rb'([\w:.-]++)="([^"]*+)"')
_ROW = re.compile(rb"\s*+<row(" + _ATTRIBUTES + rb")(/?)>")
_FIRST = re.compile(rb'\s*+<c r="([A-Z]{1,3})')
_CONTENT = rb"(" + _ATTRIBUTES + rb")(?:/>|>(?:<v>([^<]*+)</v>|(.*?))</c>)\s*+"
_PIECE = re.compile(_CONTENT + rb'(?:<c r="([A-Z]{1,3}))?', re.DOTALL)
_SHARED = re.compile(rb'(?: s="\d++")?+ t="s"><v>(\d++)</v></c>(?:<c r="([A-Z]{1,3}))?')
"""A piece of the kind that is most frequent, and in a sheet of texts never the same."""
_CELL = re.compile(_CONTENT, re.DOTALL)
_REFERENCE = re.compile(rb"([A-Z]{1,3})(\d{1,7})")
_INNER = re.compile(
    rb"\s*+(?P<formula><f" + _ATTRIBUTES + rb"(?:/>|>(?P<of>[^<]*+)</f>))?+"
    rb'\s*+(?P<tag><v(?: xml:space="preserve")?\s*+(?:/>|>(?P<value>[^<]*+)</v>))?+'
    rb"\s*+(?:<is>(?P<inline>.*)</is>)?\s*+",
    re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?")
_BEFORE_DATES = datetime(1899, 12, 30)  # noqa: DTZ001 # a spreadsheet knows no zones
_DAYS = range(60, 2_958_466)
"""From March 1900, before which spreadsheet programs count days differently, to the end of 9999."""


class CellFormats(NamedTuple):
    """What the other parts say about the cells of all sheets."""

    texts: Sequence[str]
    """The shared texts."""
    numbers: Sequence[Numbers]
    """What each style makes of a number."""


class _Run(NamedTuple):
    """Rows one after the other."""

    first: int
    """Number of the first row."""
    lines: list[str]
    """The cells of each, with separators; without the empty ones at the end."""


@dataclass(slots=True)
class Worksheet:
    """A sheet that was read, as calamine would show it: all rows as wide as the widest."""

    runs: list[_Run] = field(default_factory=list)
    mixed: dict[int, list[Cell]] = field(default_factory=dict)
    """The cells of rows that are not only texts, by the row's number."""
    width: int = 0
    height: int = 0
    """Number of the last row with a cell."""
    hidden_rows: int = 0
    size: int = 0
    """Characters in all lines."""

    def rows(self) -> Iterator[Row]:
        """Return the rows that have any cell."""
        for first, lines in self.runs:
            for number, line in enumerate(lines, first):
                if line:
                    yield Row(number, self._cells(number, line))

    def blocks(self, first: int) -> Iterator[RawBlock]:
        """Return the rows from a row on as lines of text."""
        for start, lines in self.runs:
            for at in range(max(first - start, 0), len(lines), _ROWS_OF_BLOCK):
                some = [self._padded(line) for line in lines[at : at + _ROWS_OF_BLOCK]]
                yield RawBlock(start + at, some, partial(self._at, start + at, some))

    def _at(self, first: int, lines: list[str], places: Iterable[int]) -> Iterator[Row]:
        for place in places:
            cells = self._cells(first + place, lines[place])
            if any(cells):
                yield Row(first + place, cells)

    def _cells(self, number: int, line: str) -> list[Cell]:
        mixed = self.mixed.get(number) if line == _MIXED else None
        cells: list[Cell] = list(mixed or line.split(_SEPARATOR))
        return cells + [""] * (self.width - len(cells))

    def _padded(self, line: str) -> str:
        return line if line == _MIXED else line + _SEPARATOR * (self.width - 1 - line.count(_SEPARATOR))


class OversizeError(ValueError):
    """The cells stand so far apart that the sheet as a table would be larger than anything that is read."""


def read_worksheet(part: IO[bytes], formats: CellFormats, most: int) -> Worksheet:
    """Read a sheet to the end of its part, which proves its checksum. `most` is how many characters it may become."""
    sheet = Worksheet()
    reader = _RowReader(sheet, formats)
    for row in _rows(part):
        reader.read(row)
        if sheet.size > most:
            raise OversizeError
    return sheet


def _rows(part: IO[bytes]) -> Iterator[bytes]:
    """Return the XML of each row without its end tag; empty rows stand before another one, or alone at the end."""
    rest = after_root(part.read(_CHUNK), b"worksheet")
    while (start := _START.search(rest)) is None:
        rest = _with_more(rest, part)
    _refuse_declarations(rest[: start.start()])
    rest = rest[start.end() :]
    if not start[1]:
        while True:
            *rows, rest = rest.split(b"</row>")
            yield from rows
            if b"</sheetData>" in rest:
                break
            rest = _with_more(rest, part)
        last, _, rest = rest.partition(b"</sheetData>")
        if b"<c" in last:
            raise UnfamiliarError
        yield last
    while rest:
        _refuse_declarations(rest)
        more = part.read(_CHUNK)
        rest = rest[-1:] + more if more else b""


def _with_more(rest: bytes, part: IO[bytes]) -> bytes:
    more = part.read(_CHUNK)
    if not more or len(rest) > _LARGEST_ROW:
        raise UnfamiliarError
    return rest + more


def _refuse_declarations(markup: bytes) -> None:
    if b"<!" in markup or b"<?" in markup:
        raise UnfamiliarError


class _RowReader:
    """Reads one row after the other into a sheet."""

    def __init__(self, sheet: Worksheet, formats: CellFormats) -> None:
        self._sheet = sheet
        self._row = 0
        self._blank: list[Cell] = []
        self._starts: dict[bytes, int] = {}
        self._pieces = _Pieces(formats)
        self._cells = _Cells(formats)

    def read(self, markup: bytes) -> None:
        """Read a row, and the empty ones before it."""
        start = _ROW.match(markup)
        at = 0
        while start is not None and start[2]:
            self._begin(start[1])
            at = start.end()
            start = _ROW.match(markup, at)
        if start is None:
            if markup[at:].strip():
                raise UnfamiliarError
            return
        self._begin(start[1])
        body = markup[start.end() :]
        try:
            cells = self._cut(body)
        except (_CutError, IndexError):
            cells = self._one_by_one(body)
        self._add(cells)

    def _begin(self, attributes: bytes) -> None:
        said = dict(_ATTRIBUTE.findall(attributes))
        digits = said.get(b"r", b"%d" % (self._row + 1))
        number = int(digits) if digits.isdigit() else 0
        if not self._row < number <= LAST_ROW:
            raise UnfamiliarError
        self._row = number
        self._sheet.hidden_rows += said.get(b"hidden") in {b"1", b"true"}

    def _cut(self, body: bytes) -> list[Cell]:
        """Return the cells of a row in which every cell has a reference, before anything else."""
        pieces = iter(body.split(b'%d"' % self._row))
        column = self._start(next(pieces))
        cells = self._blank.copy()
        for cell, following in map(self._pieces.__getitem__, pieces):
            cells[column] = cell
            column = following
        if column != _END:
            raise _CutError
        return cells

    def _start(self, piece: bytes) -> int:
        column = self._starts.get(piece)
        if column is None:
            first = _FIRST.fullmatch(piece)
            if first is None:
                raise _CutError
            column = self._starts[piece] = _column(first[1])
        return column

    def _one_by_one(self, body: bytes) -> list[Cell]:
        """Return the cells of any row; of one without references, or with cells beyond all before it."""
        before, *parts = body.split(b"<c")
        if before.strip():
            raise UnfamiliarError
        cells = self._blank.copy()
        column = -1
        for reference, cell in map(self._cells.__getitem__, parts):
            column = column + 1 if reference is None else self._column_in_row(reference)
            if column >= LAST_COLUMN:
                raise UnfamiliarError
            if column >= len(cells):
                missing = [""] * (column + 1 - len(cells))
                self._blank += missing
                cells += missing
            cells[column] = cell
        return cells

    def _column_in_row(self, reference: bytes) -> int:
        parts = _REFERENCE.fullmatch(reference)
        if parts is None or int(parts[2]) != self._row:
            raise UnfamiliarError
        return _column(parts[1])

    def _add(self, cells: list[Cell]) -> None:
        sheet = self._sheet
        try:
            line = _SEPARATOR.join(cells).rstrip(_SEPARATOR)  # type: ignore[arg-type]  # a damaged cell raises
            width = line.count(_SEPARATOR) + 1 if line else 0
        except TypeError:
            line = _MIXED
            width = max(place for place, cell in enumerate(cells, 1) if cell)
            sheet.mixed[self._row] = cells[:width]
        if not line:
            return
        sheet.width = max(sheet.width, width)
        sheet.height = self._row
        sheet.size += len(line) + width
        run = sheet.runs[-1] if sheet.runs else None
        gap = self._row - run.first - len(run.lines) if run else 0
        if run is None or gap > _LARGEST_GAP:
            sheet.runs.append(_Run(self._row, [line]))
            return
        if gap:
            run.lines.extend([""] * gap)
        run.lines.append(line)


class _CutError(Exception):
    """A row's own number does not cut it into its cells."""


class _Pieces(dict[bytes, tuple[Cell, int]]):
    """What stands between the references of two cells: the first one's cell, and the second one's column."""

    def __init__(self, formats: CellFormats) -> None:
        super().__init__()
        self._formats = formats
        self._texts = formats.texts
        self._said: dict[bytes, dict[bytes, bytes]] = {}
        self._columns = _Columns({None: _END})

    def __missing__(self, piece: bytes) -> tuple[Cell, int]:
        shared = _SHARED.fullmatch(piece)
        found = self._any(piece) if shared is None else (self._shared(shared[1]), self._columns[shared[2]])
        if len(self) < _REMEMBERED:
            self[piece] = found
        return found

    def _shared(self, place: bytes) -> str:
        try:
            return self._texts[int(place)]
        except IndexError:
            raise UnfamiliarError from None

    def _any(self, piece: bytes) -> tuple[Cell, int]:
        parts = _PIECE.fullmatch(piece)
        if parts is None:
            raise _CutError
        attributes, value, inner, following = parts.groups()
        said = self._said.get(attributes)
        if said is None:
            said = dict(_ATTRIBUTE.findall(attributes))
            if len(self._said) < _REMEMBERED:
                self._said[attributes] = said
        return _cell(said, value, inner, self._formats), self._columns[following]


class _Cells(dict[bytes, tuple[bytes | None, Cell]]):
    """A cell's XML behind `<c`: its reference and the cell. Only cells without a reference are ever the same."""

    def __init__(self, formats: CellFormats) -> None:
        super().__init__()
        self._formats = formats

    def __missing__(self, markup: bytes) -> tuple[bytes | None, Cell]:
        parts = _CELL.fullmatch(markup)
        if parts is None:
            raise UnfamiliarError
        attributes, value, inner = parts.groups()
        said = dict(_ATTRIBUTE.findall(attributes))
        found = said.get(b"r"), _cell(said, value, inner, self._formats)
        if found[0] is None and len(self) < _REMEMBERED:
            self[markup] = found
        return found


class _Columns(dict[bytes | None, int]):
    """Places of columns by their letters."""

    def __missing__(self, letters: bytes) -> int:
        column = self[letters] = _column(letters)
        return column


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _cell(said: dict[bytes, bytes], value: bytes | None, inner: bytes | None, formats: CellFormats) -> Cell:
    """Return what a cell shows, by its attributes and its value or whatever else stands in it."""
    kind = said.get(b"t", b"n")
    if value is not None:
        return _shown(kind, value, said, formats)
    parts = _INNER.fullmatch(inner or b"")
    if parts is None:
        raise UnfamiliarError
    value = parts["value"] or b""
    if parts["inline"] is not None and kind != b"e":
        return item_text(parts["inline"])
    # A formula whose value is the empty text has the type `str`; without a type it was never calculated.
    if parts["formula"] and not value and kind != b"e" and (kind != b"str" or parts["tag"] is None):
        return Damaged("=" + cell_text(parts["of"] or b"", is_kept=True), IS_FORMULA)
    return _shown(kind, value, said, formats)


def _shown(kind: bytes, value: bytes, said: dict[bytes, bytes], formats: CellFormats) -> Cell:
    if kind == b"e":
        return Damaged(cell_text(value, is_kept=True) or "#ERROR", IS_ERROR)
    if not value:
        return ""
    if kind == b"s":
        return formats.texts[_place(value, formats.texts)]
    if kind in {b"str", b"inlineStr"}:
        return cell_text(value, is_kept=True)
    return _number(kind, value.decode(), said.get(b"s", b"0"), formats)


def _number(kind: bytes, value: str, style: bytes, formats: CellFormats) -> Cell:
    if kind == b"b" and value in {"0", "1", "false", "true"}:
        return value_cell(value in {"1", "true"})
    if kind != b"n" or not _NUMBER.fullmatch(value):
        raise UnfamiliarError
    meaning = formats.numbers[_place(style, formats.numbers)] if formats.numbers else Numbers.NUMBER
    if meaning is Numbers.NUMBER:
        return value_cell(float(value))
    if meaning is Numbers.DATE and not 0 <= float(value) < _DAYS.start:
        return _date(value)
    raise UnfamiliarError


def _place(digits: bytes, values: Sequence[object]) -> int:
    if not digits.isdigit() or int(digits) >= len(values):
        raise UnfamiliarError
    return int(digits)


def _date(value: str) -> Damaged:
    days = float(value)
    if int(days) not in _DAYS:
        return Damaged(value, IS_DATE)
    day = _BEFORE_DATES + timedelta(days=int(days))
    if days.is_integer():
        return Damaged(str(day.date()), IS_DATE)
    moment = day + timedelta(milliseconds=int((days - int(days)) * 86_400_000 + 0.5))
    return Damaged(moment.isoformat(" "), IS_DATE)
