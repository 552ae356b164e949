"""Cells of ODS, XLS and XLSB files that python-calamine shows as empty: error values, and formulas that were never calculated.

Read as blanks they would cost a candidate points without a word. XLSX has its own search in `workbook`.
"""

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, TypeAlias

from stemkey.sheets.table import Damaged

IS_ERROR = "is an error value, not an answer"
IS_FORMULA = "is a formula without its value, not an answer"

DamagedCells: TypeAlias = dict[tuple[int, int], Damaged]
"""By row and column, from 0."""

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_MOST_REPEATED = 1_000


def damaged_cells(data: bytes, kind: str) -> dict[str, DamagedCells]:
    """Return the damaged cells of each sheet of an ODS, XLS or XLSB file, by the sheet's name."""
    if kind == "ods":
        return _of_ods(data)
    return _of_xls(data) if kind == "xls" else _of_xlsb(data)


def _of_ods(data: bytes) -> dict[str, DamagedCells]:
    from xml.parsers import expat

    with zipfile.ZipFile(BytesIO(data)) as archive:
        content = archive.read("content.xml")
    if b"table:formula" not in content and b'"error"' not in content:
        return {}
    reader = _OdsReader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(content, True)  # expat takes it by position only
    return reader.sheets


class _OdsReader:
    """Follows the cells of an OpenDocument table."""

    def __init__(self) -> None:
        self.sheets: dict[str, DamagedCells] = {}
        self._cells: DamagedCells = {}
        self._row = self._column = 0
        self._rows = 1
        self._cell: dict[str, str] | None = None
        self._shown = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._cells = self.sheets.setdefault(attributes.get("table:name", ""), {})
            self._row = 0
        elif name == "table:table-row":
            self._rows = int(attributes.get("table:number-rows-repeated", "1"))
            self._column = 0
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._cell, self._shown = attributes, ""

    def text(self, text: str) -> None:
        if self._cell is not None:
            self._shown += text

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._rows
        elif name in {"table:table-cell", "table:covered-table-cell"} and self._cell is not None:
            columns = int(self._cell.get("table:number-columns-repeated", "1"))
            damaged = self._damage(self._cell)
            if damaged:
                for row in range(self._row, self._row + min(self._rows, _MOST_REPEATED)):
                    for column in range(self._column, self._column + min(columns, _MOST_REPEATED)):
                        self._cells[row, column] = damaged
            self._column += columns
            self._cell = None

    def _damage(self, cell: dict[str, str]) -> Damaged | None:
        if cell.get("calcext:value-type") == "error":
            return Damaged(self._shown or "#ERROR", IS_ERROR)
        formula = cell.get("table:formula")
        if formula is None:
            return None
        if self._shown.startswith("Err:") or self._shown in _ERRORS.values():
            return Damaged(self._shown, IS_ERROR)
        has_value = any(f"office:{what}value" in cell for what in ("", "string-", "boolean-", "date-", "time-"))
        return None if has_value or self._shown else Damaged(f"={formula.partition('=')[2]}", IS_FORMULA)


def _of_xls(data: bytes) -> dict[str, DamagedCells]:
    """Search the records of an XLS file: BOOLERR with an error, FORMULA whose result is one."""
    stream = _workbook_stream(data)
    starts: dict[int, str] = {}
    cells: dict[str, DamagedCells] = {}
    sheet = ""
    is_biff8 = True
    for position, kind, body in _biff_records(stream):
        if kind == 0x0809:
            is_biff8 = body[:2] == b"\x00\x06" if position == 0 else is_biff8
            sheet = starts.get(position, "")
        elif kind == 0x0085:
            starts[struct.unpack_from("<I", body)[0]] = _sheet_name(body, is_biff8=is_biff8)
        elif kind == 0x0205 and body[7:8] == b"\x01":
            row, column = struct.unpack_from("<HH", body)
            cells.setdefault(sheet, {})[row, column] = Damaged(_ERRORS.get(body[6], "#ERROR"), IS_ERROR)
        elif kind == 0x0006 and body[12:14] == b"\xff\xff" and body[6] == 2:
            row, column = struct.unpack_from("<HH", body)
            cells.setdefault(sheet, {})[row, column] = Damaged(_ERRORS.get(body[8], "#ERROR"), IS_ERROR)
    return cells


def _sheet_name(body: bytes, *, is_biff8: bool) -> str:
    length = body[6]
    if not is_biff8:
        return body[7 : 7 + length].decode("cp1252", "replace")
    if body[7] & 1:
        return body[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return body[8 : 8 + length].decode("latin-1")


def _biff_records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield position, kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream `Workbook` (or `Book`) of a compound file (MS-CFB)."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    size = 1 << shift
    directory_start, cutoff, mini_fat_start, difat = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60, 68))

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    fat_sectors = list(struct.unpack_from("<109I", data, 76))
    for _ in range(len(data) // size):
        if difat >= 0xFFFFFFFA:
            break
        *more, difat = struct.unpack(f"<{size // 4}I", sector(difat))
        fat_sectors += more
    fat: list[int] = []
    for number in fat_sectors:
        if number < 0xFFFFFFFA:
            fat += struct.unpack(f"<{size // 4}I", sector(number))

    def chain(start: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):  # a chain that turns in a circle ends
            if start >= len(table):
                return
            yield start
            start = table[start]

    directory = b"".join(map(sector, chain(directory_start, fat)))
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    named = {
        entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace"): entry
        for entry in entries
    }
    book = named.get("Workbook") or named.get("Book")
    if book is None:
        return b""
    start, length = struct.unpack_from("<II", book, 116)
    if length >= cutoff:
        return b"".join(map(sector, chain(start, fat)))[:length]
    mini_fat = [
        number for entry in chain(mini_fat_start, fat) for number in struct.unpack(f"<{size // 4}I", sector(entry))
    ]
    mini = b"".join(map(sector, chain(struct.unpack_from("<I", entries[0], 116)[0], fat)))
    width = 1 << mini_shift
    return b"".join(mini[at * width : (at + 1) * width] for at in chain(start, mini_fat))[:length]


def _of_xlsb(data: bytes) -> dict[str, DamagedCells]:
    """Search the records of an XLSB file: BrtCellError and BrtFmlaError."""
    import re

    cells: dict[str, DamagedCells] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        relations = archive.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
        targets = {}
        for attributes in re.findall(r"<Relationship\b([^>]*)>", relations):
            said: dict[str, Any] = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
            targets[said.get("Id")] = said.get("Target", "")
        for kind, body in _brt_records(archive.read("xl/workbook.bin")):
            if kind == 156:
                identifier, rest = _wide_string(body[8:])
                name, _ = _wide_string(rest)
                target = targets.get(identifier, "")
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                cells[name] = _of_binary_sheet(archive.read(part)) if part in archive.namelist() else {}
    return cells


def _of_binary_sheet(sheet: bytes) -> DamagedCells:
    cells: DamagedCells = {}
    row = 0
    for kind, body in _brt_records(sheet):
        if kind == 0:
            (row,) = struct.unpack_from("<I", body)
        elif kind in {3, 11}:
            (column,) = struct.unpack_from("<I", body)
            cells[row, column] = Damaged(_ERRORS.get(body[8], "#ERROR"), IS_ERROR)
    return cells


def _brt_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(stream):
        kind = stream[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (stream[position] & 0x7F) << 7
            position += 1
        size = 0
        for place in range(4):
            byte = stream[position]
            position += 1
            size |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                break
        yield kind, stream[position : position + size]
        position += size


def _wide_string(body: bytes) -> tuple[str, bytes]:
    (length,) = struct.unpack_from("<I", body)
    return body[4 : 4 + 2 * length].decode("utf-16-le", "replace"), body[4 + 2 * length :]
