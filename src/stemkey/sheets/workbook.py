"""Spreadsheet files: what python-calamine reads, and what it hides.

Calamine shows an error value and a formula without a value as an empty cell, which would turn them into unanswered
questions. The XML is searched for them, and for hidden rows, before a row is believed.
"""

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source
from stemkey.sheets.cell_values import value_cell
from stemkey.sheets.damaged_cells import IS_ERROR, IS_FORMULA, DamagedCells, damaged_cells
from stemkey.sheets.delimited import empty_sheet
from stemkey.sheets.grid import Cell, Grid, RawBlock, RawCells, Row
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import Damaged
from stemkey.sheets.workbook_parts import Numbers, UnfamiliarError, number_formats, shared_texts, workbook_parts
from stemkey.sheets.worksheet import CellFormats, OversizeError, Worksheet, read_worksheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

LAST_ROW = 1_048_576

_READ_HERE = frozenset({"xlsx", "xlsm"})
MAXIMUM_RATIO = 200
_RATIO_MATTERS = 1 << 20
_MAXIMUM_PARTS = 10_000
_CHUNK = 1 << 20
_GLANCE = 1 << 17
"""So much is unpacked and looked at at once: it fits a processor's cache."""
_ROWS_OF_BLOCK = 4_000
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TROUBLE = ((b"", b't="e"'), (b"f", b"<f"), (b"d", b' hidden="'))
"""What the XML of an error, a formula, a hidden row contains, and before it a byte of it that is seldom and quickly found."""
_CELL = re.compile(
    rb"<(?:\w+:)?row\b(?P<row>[^>]*)>|<(?:\w+:)?c\b(?P<cell>[^>]*?)(?:/>|>(?P<inner>.*?)</(?:\w+:)?c>)", re.DOTALL
)
_ATTRIBUTE = re.compile(rb'\b(r|t|hidden)="([^"]*)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?v>)", re.DOTALL)


@rule("S009", Severity.ERROR)
def damaged_workbook(reason: str) -> Text:
    """The spreadsheet file is cut short or damaged, so what is missing cannot be told. Half a class is not graded."""
    return Text(f"the spreadsheet file is damaged: {reason}", "download or save it again")


@rule("S010", Severity.ERROR)
def protected_with_password() -> Text:
    """The file is encrypted, so nothing in it can be read.

    Protection of a sheet against changes is something else and no obstacle; this file as a whole is locked.
    """
    return Text("the file is protected with a password", "save a copy without a password")


@rule("S015", Severity.ERROR)
def workbook_refused(reason: str) -> Text:
    """The file is built in a way that no spreadsheet program builds one, as attacks on programs are.

    It is refused before its cells are read. The bound for what it may unpack to is 1 GiB.
    """
    return Text(f"the spreadsheet file is refused: {reason}", "save it again with a spreadsheet program")


@rule("S012", Severity.ERROR)
def several_sheets(names: str) -> Text:
    """More than one sheet of the workbook could be the response sheet; grading the wrong one would look right.

    Their headers fit the quiz equally well. If all of them are parts of one class, grade each and give the
    files together.
    """
    return Text(f"several sheets could hold the answers: {names}", "say which one with --sheet NAME")


@rule("S013", Severity.ERROR)
def only_hidden_sheets(names: str) -> Text:
    """Every sheet with a table is hidden. A hidden sheet is often a copy or an older state, so it is not taken unasked."""
    return Text(f"the only sheets with a table are hidden: {names}", "say which one with --sheet NAME")


@rule("S014", Severity.ERROR)
def no_such_sheet(name: str, names: str) -> Text:
    """The sheet named with `--sheet` is not in the workbook.

    Names of sheets are compared exactly, as they stand on the tab.
    """
    return Text(f"there is no sheet '{name}'; the workbook has {names}", "give one of these names with --sheet")


@rule("S011", Severity.WARNING)
def hidden_sheet_ignored(name: str) -> Text:
    """A sheet that its author has hidden was left alone.

    Hidden sheets are often copies or older states, so their rows are not mixed into the class.
    """
    return Text(f"the hidden sheet '{name}' was not read", "say --sheet NAME if it holds the answers")


@rule("S018", Severity.WARNING)
def hidden_rows_read(count: int) -> Text:
    """Rows that are hidden, by hand or by a filter, are graded like all others: students do not vanish."""
    return Text(f"{count:,} hidden or filtered row{'s are' if count > 1 else ' is'} graded like the others", None)


@rule("S016", Severity.WARNING)
def sheet_is_full() -> Text:
    """The sheet goes down to the last row that Excel has. What did not fit was cut off without a word."""
    return Text("the sheet is full to Excel's last row, so data may be cut off", "export as CSV instead")


@dataclass(slots=True)
class _Trouble:
    """What the XML of a sheet shows and calamine hides."""

    cells: DamagedCells = field(default_factory=dict)
    hidden_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A sheet that was opened, by whom ever."""

    name: str
    is_visible: bool
    is_empty: bool
    height: int
    """Number of the last row."""
    hidden_rows: int
    read: Callable[[], Iterator[Row]]
    raw_cells: RawCells


def open_workbook(source: Source, kind: str, options: SheetOptions, found: Diagnostics) -> tuple[Grid, ...] | None:
    """Return the sheets that may hold the answers; None, with a finding, where the file cannot be read."""
    sheets: list[_Sheet] | None = None
    troubled: set[str] = set()
    if kind != "xls":
        if _is_refused(source, options, found):
            return None
        proven: set[str] = set()
        if kind in _READ_HERE:
            try:
                sheets, proven = _read_here(source, options)
            except OversizeError:
                found.add(workbook_refused("its cells stand too far apart for a table"), CellSpan(source.name))
                return None
            except Exception:  # noqa: BLE001 # whatever is damaged or strange, calamine reads it or says what it is
                sheets = None
        surveyed = _survey(source, proven, found)
        if surveyed is None:
            return None
        troubled = surveyed
    if sheets is None:
        sheets = _read_by_calamine(source, kind, troubled, options, found)
    return None if sheets is None else _grids(source, kind, sheets, options, found)


def _read_here(source: Source, options: SheetOptions) -> tuple[list[_Sheet], set[str]]:
    """Return the sheets and which parts were read to their ends for them; raises where there is anything unfamiliar."""
    with zipfile.ZipFile(BytesIO(source.data)) as archive:
        book = workbook_parts(archive)
        proven = {book.texts} if book.texts else set()
        numbers = number_formats(archive.read(book.styles)) if book.styles else []
        if book.counts_from_1904:
            numbers = [Numbers.DOUBTFUL if number is Numbers.DATE else number for number in numbers]
        formats = CellFormats(shared_texts(archive, book.texts) if book.texts else [], numbers)
        sheets = []
        for name, part, is_visible, is_worksheet in book.sheets:
            if part is None:
                raise UnfamiliarError
            if not is_worksheet:
                continue
            if options.sheet in {None, name}:
                with archive.open(part) as file:
                    sheet = read_worksheet(file, formats, options.maximum_bytes)
                proven.add(part)
            else:
                sheet = Worksheet()
            sheets.append(
                _Sheet(
                    name=name,
                    is_visible=is_visible,
                    is_empty=not sheet.height,
                    height=sheet.height,
                    hidden_rows=sheet.hidden_rows,
                    read=sheet.rows,
                    raw_cells=RawCells(size=sheet.height * sheet.width, blocks=sheet.blocks),
                )
            )
    return sheets, proven


def _read_by_calamine(
    source: Source, kind: str, troubled: set[str], options: SheetOptions, found: Diagnostics
) -> list[_Sheet] | None:
    """Return the sheets; None, with a finding, where the file cannot be read. `troubled` are parts that may hide cells."""
    import python_calamine as calamine

    place = CellSpan(source.name)
    try:
        workbook = calamine.load_workbook(BytesIO(source.data))
        return list(_calamine_sheets(source, kind, workbook, troubled, options))
    except calamine.PasswordError:
        found.add(protected_with_password(), place)
    except Exception as error:  # noqa: BLE001 # calamine has a class for each kind of damage, some only in Rust
        found.add(damaged_workbook(_reason(error)), place)
    return None


def _calamine_sheets(
    source: Source, kind: str, workbook: "CalamineWorkbook", troubled: set[str], options: SheetOptions
) -> Iterator[_Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    parts: dict[str, str] = {}
    damaged: dict[str, DamagedCells] = {}
    if kind in _READ_HERE:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            parts = {sheet.name: sheet.part for sheet in workbook_parts(archive).sheets if sheet.part in troubled}
    else:
        damaged = damaged_cells(source.data, kind)
    for entry in workbook.sheets_metadata:
        if entry.typ != SheetTypeEnum.WorkSheet:
            continue
        name = entry.name
        trouble = _Trouble(damaged.get(name, {}))
        sheet = None
        if options.sheet in {None, name}:
            sheet = workbook.get_sheet_by_name(name)
            deque(sheet.iter_rows(), maxlen=0)  # A date that no calendar has shows only now.
            trouble = _trouble(source, parts[name]) if name in parts else trouble
        yield _calamine_sheet(name, sheet, trouble, is_visible=entry.visible == SheetVisibleEnum.Visible)


def _calamine_sheet(name: str, sheet: "CalamineSheet | None", trouble: _Trouble, *, is_visible: bool) -> _Sheet:
    if sheet is None:
        nothing = RawCells(size=0, blocks=lambda _: iter(()))
        return _Sheet(
            name=name,
            is_visible=is_visible,
            is_empty=True,
            height=0,
            hidden_rows=0,
            read=lambda: iter(()),
            raw_cells=nothing,
        )
    return _Sheet(
        name=name,
        is_visible=is_visible,
        is_empty=not sheet.height and not trouble.cells,
        height=sheet.end[0] + 1 if sheet.end is not None else 0,
        hidden_rows=trouble.hidden_rows,
        read=lambda: _rows(sheet, trouble),
        raw_cells=RawCells(size=sheet.height * sheet.width, blocks=lambda first: _blocks(sheet, trouble, first)),
    )


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _is_refused(source: Source, options: SheetOptions, found: Diagnostics) -> bool:
    """Whether the archive is not even worth a look, with a finding that says why."""
    place = CellSpan(source.name)
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            infos = archive.infolist()
            refusal = _refusal(infos, options.maximum_bytes)
            is_protected = any(info.flag_bits & 1 for info in infos) or _is_encrypted_ods(archive)
    except Exception as error:  # noqa: BLE001 # zipfile, zlib and struct each have their own classes for damage
        found.add(damaged_workbook(_reason(error)), place)
        return True
    if refusal:
        found.add(workbook_refused(refusal), place)
    elif is_protected:
        found.add(protected_with_password(), place)
    return bool(refusal) or is_protected


def _survey(source: Source, proven: set[str], found: Diagnostics) -> set[str] | None:
    """Read the archive once, part by part; None, with a finding, where it is damaged or hostile.

    Parts that were read to their ends before are left out. Returns the parts in which there may be cells that calamine hides.
    """
    place = CellSpan(source.name)
    troubled: set[str] = set()
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            if "content.xml" in archive.namelist():
                _prove_well_formed(archive, "content.xml")
            for info in archive.infolist():
                if info.filename in proven:
                    continue
                looked = _look(archive, info)
                if looked is None:
                    found.add(workbook_refused(f"'{info.filename}' declares a document type or entities"), place)
                    return None
                if looked:
                    troubled.add(info.filename)
    except Exception as error:  # noqa: BLE001 # as above
        found.add(damaged_workbook(_reason(error)), place)
        return None
    return troubled


def _refusal(infos: list[zipfile.ZipInfo], maximum: int) -> str | None:
    if len(infos) > _MAXIMUM_PARTS:
        return f"it has {len(infos):,} parts"
    if sum(info.file_size for info in infos) > maximum:
        return f"it unpacks to more than {maximum >> 20:,} MiB"
    for info in infos:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/"):
            return f"'{info.filename}' points outside the file"
        if "/externallinks/" in f"/{name.lower()}":
            return "it takes values from other files; break these links, or save the sheet as CSV"
        if info.file_size > _RATIO_MATTERS and info.file_size > MAXIMUM_RATIO * max(info.compress_size, 1):
            return f"'{info.filename}' unpacks to {info.file_size // max(info.compress_size, 1):,} times its size"
    return None


def _is_encrypted_ods(archive: zipfile.ZipFile) -> bool:
    name = "META-INF/manifest.xml"
    return name in archive.namelist() and b"encryption-data" in archive.read(name)


def _look(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool | None:
    """Read a part to its end, which proves its checksum; say whether it may hide trouble, None for a document type."""
    is_markup = info.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_troubled = False
    with archive.open(info) as part:
        before = b""
        while chunk := part.read(_GLANCE):
            if is_markup:
                seam = before + chunk[:64]
                if _declares(seam) or _declares(chunk):
                    return None
                # With a prefix (`<x:f>`) the marks look otherwise, so such a part is looked at closely in any case.
                is_prefixed = not before and b":worksheet" in chunk[:2000]
                is_troubled = is_troubled or is_prefixed or _may_hide(seam) or _may_hide(chunk)
                before = chunk[-64:]
    return is_troubled


def _declares(markup: bytes) -> bool:
    return b"!" in markup and b"<!" in markup and _DECLARES.search(markup) is not None


def _may_hide(markup: bytes) -> bool:
    return any(byte in markup and mark in markup for byte, mark in _TROUBLE)


def _prove_well_formed(archive: zipfile.ZipFile, name: str) -> None:
    """Raise where a part is no XML: Moodle's ODS breaks off cells that begin with `=`, and calamine reads on."""
    from xml.parsers import expat

    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError(f"'{name}' declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)  # expat takes it by position only
        parser.Parse(b"", True)  # same


def _grids(
    source: Source, kind: str, sheets: Sequence[_Sheet], options: SheetOptions, found: Diagnostics
) -> tuple[Grid, ...] | None:
    place = CellSpan(source.name)
    if options.sheet is not None:
        chosen = [sheet for sheet in sheets if sheet.name == options.sheet]
        if not chosen:
            found.add(no_such_sheet(options.sheet, ", ".join(f"'{sheet.name}'" for sheet in sheets)), place)
            return None
    else:
        chosen = [sheet for sheet in sheets if sheet.is_visible]
        filled = [sheet.name for sheet in sheets if not sheet.is_visible and sheet.height > 1]
        if all(sheet.is_empty for sheet in chosen) and filled:
            found.add(only_hidden_sheets(", ".join(f"'{name}'" for name in filled)), place)
            return None
        for name in filled:
            found.add(hidden_sheet_ignored(name), place)
    grids = tuple(_grid(source, kind, sheet, found) for sheet in chosen if not sheet.is_empty)
    if not grids:
        found.add(empty_sheet("is empty"), place)
        return None
    return grids


def _grid(source: Source, kind: str, sheet: _Sheet, found: Diagnostics) -> Grid:
    grid = Grid(source=source.name, kind=kind, sheet=sheet.name, read=sheet.read, raw_cells=sheet.raw_cells)
    if sheet.hidden_rows:
        found.add(hidden_rows_read(sheet.hidden_rows), grid.place())
    if sheet.height >= LAST_ROW:
        found.add(sheet_is_full(), grid.place())
    return grid


def _rows(sheet: "CalamineSheet", trouble: _Trouble) -> Iterator[Row]:
    damaged = _damaged_rows(trouble)
    before = _cells_before(sheet)
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = _row_cells(before, values, damaged.pop(number - 1, None))
        if any(cells):
            yield Row(number, cells)
    yield from _rows_beyond(damaged)


def _blocks(sheet: "CalamineSheet", trouble: _Trouble, first: int) -> Iterator[RawBlock]:
    """Return the rows from a row on as lines of text; rows with anything else are read cell by cell."""
    damaged = _damaged_rows(trouble)
    before = _cells_before(sheet)
    rows = islice(sheet.iter_rows(), first - 1, None)
    while values := list(islice(rows, _ROWS_OF_BLOCK)):
        yield RawBlock(first, _lines(first, values, before, damaged), partial(_at, first, values, before, damaged))
        first += len(values)
    beyond = {row: cells for row, cells in damaged.items() if row >= first - 1}
    if beyond:
        last = list(_rows_beyond(beyond))
        yield RawBlock(first, ["\r"] * len(last), lambda places: (last[place] for place in places))


def _at(
    first: int,
    values: list[list[Any]],
    before: list[str],
    damaged: dict[int, dict[int, Damaged]],
    places: Iterable[int],
) -> Iterator[Row]:
    for place in places:
        cells = _row_cells(before, values[place], damaged.get(first + place - 1))
        if any(cells):
            yield Row(first + place, cells)


def _lines(first: int, values: list[list[Any]], before: list[str], damaged: dict[int, dict[int, Damaged]]) -> list[str]:
    join = RawCells.SEPARATOR.join
    start = join([*before, ""])
    try:
        lines = list(map(join, values))
    except TypeError:
        lines = [_line(row) for row in values]
    if start:
        lines = [line if line == "\r" else start + line for line in lines]
    for row in damaged:
        if 0 <= row - first + 1 < len(lines):
            lines[row - first + 1] = "\r"
    return lines


def _line(values: list[Any]) -> str:
    cells = [value if type(value) is str else value_cell(value) for value in values]
    texts = [cell for cell in cells if isinstance(cell, str)]
    return RawCells.SEPARATOR.join(texts) if len(texts) == len(cells) else "\r"


def _damaged_rows(trouble: _Trouble) -> dict[int, dict[int, Damaged]]:
    damaged: dict[int, dict[int, Damaged]] = {}
    for (row, column), cell in trouble.cells.items():
        damaged.setdefault(row, {})[column] = cell
    return damaged


def _cells_before(sheet: "CalamineSheet") -> list[str]:
    """Return the empty columns before the first that calamine shows."""
    return [""] * (sheet.start[1] if sheet.start else 0)


def _row_cells(before: list[str], values: list[Any], damaged: dict[int, Damaged] | None) -> list[Cell]:
    cells: list[Cell] = [value if type(value) is str else value_cell(value) for value in values]
    if before:
        cells = [*before, *cells]
    for column, cell in (damaged or {}).items():
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = cell
    return cells


def _rows_beyond(damaged: dict[int, dict[int, Damaged]]) -> Iterator[Row]:
    """Return the rows below the last that calamine shows."""
    for row in sorted(damaged):
        last = max(damaged[row])
        yield Row(row + 1, [damaged[row].get(column, "") for column in range(last + 1)])


def _trouble(source: Source, part: str) -> _Trouble:
    """Return the cells whose XML says what calamine does not."""
    trouble = _Trouble()
    with zipfile.ZipFile(BytesIO(source.data)) as archive:
        row, column = -1, -1
        for match in _matches(archive, part):
            if match["row"] is not None:
                attributes = dict(_ATTRIBUTE.findall(match["row"]))
                row = int(attributes[b"r"]) - 1 if attributes.get(b"r", b"").isdigit() else row + 1
                column = -1
                trouble.hidden_rows += attributes.get(b"hidden") in {b"1", b"true"}
                continue
            attributes = dict(_ATTRIBUTE.findall(match["cell"]))
            column = _column(attributes[b"r"]) if b"r" in attributes else column + 1
            damaged = _damage(attributes.get(b"t", b""), match["inner"] or b"")
            if damaged:
                trouble.cells[row, column] = damaged
    return trouble


def _matches(archive: zipfile.ZipFile, part: str) -> Iterator[re.Match[bytes]]:
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            rest += chunk
            last = 0
            for match in _CELL.finditer(rest):
                yield match
                last = match.end()
            rest = rest[last:]
    yield from _CELL.finditer(rest)


def _damage(kind: bytes, inner: bytes) -> Damaged | None:
    value = _VALUE.search(inner)
    if kind == b"e":
        shown = unescape((value[1] or b"").decode("utf-8", "replace")) if value else ""
        return Damaged(shown or "#ERROR", IS_ERROR)
    formula = _FORMULA.search(inner) if b"f" in inner else None
    # A formula whose value is the empty text has the type `str`; without a type it was never calculated.
    if formula and (value is None or (not value[1] and kind != b"str")) and b"<is" not in inner:
        return Damaged("=" + unescape((formula[1] or b"").decode("utf-8", "replace")), IS_FORMULA)
    return None


def _column(reference: bytes) -> int:
    column = 0
    for character in reference.upper():
        if not 65 <= character <= 90:
            break
        column = column * 26 + character - 64
    return column - 1
