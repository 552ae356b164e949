"""The checked byte path: large sheets of letters, CSV or a workbook's, without a look at every cell.

A row is *clean* where every cell of an item is blank or one letter, the id is there, and nothing needs a second look. Clean
rows are cut out of the bytes with numpy. Every other row (a quotation mark, two letters, a word, a cell too many, no answer at
all) goes through the same function as in every other sheet, in its place, so the result is the same batch either way.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stemkey.sheets.grid import Grid, RawCells, RawText, Row
from stemkey.sheets.table import Response, ResponseBatch, ResponseColumn, RowCounts
from stemkey.sheets.wide import Attempt

CHUNK = 1 << 18
ROWS_A_BATCH = 30_000

NEWLINE, QUOTE = 10, 34
LOWER = 32
"""The bit that a capital lacks, in ASCII, Greek and Cyrillic alike; other signs only become more alike."""
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwyz"
"""X is not among them: a row of crosses may mean that somebody was absent."""
ODD = len(LETTERS) + 1
"""Code of a byte that is no letter; 0 is a blank, code i the letter before."""

Positions = NDArray[np.int64]


class LetterColumns(NamedTuple):
    """Where things stand in a row."""

    width: int
    """Number of columns of the sheet."""
    items: tuple[int | None, ...]
    converts: tuple[Callable[[str], Response] | None, ...]
    id: int
    name: tuple[int, ...]
    """The column of the full name, or those of its parts."""
    email: int | None
    key_labels: frozenset[str] = frozenset()
    """What rows of the key are called, folded; rows that may be called so are not clean."""


ReadRow = Callable[[Row], Attempt | None]


class Chunk(NamedTuple):
    """Some whole rows as bytes, a line each (or more where a text file has line ends in quotation marks)."""

    data: bytes
    """Ends with LF."""
    line: int
    """Number of the first row."""
    separator: bytes
    all_rows: Callable[[], Iterator[Row]]
    """Reads all rows in the general way."""
    some_rows: Callable[[Positions, Positions], list[Row] | None]
    """Reads some lines so, of which the ends of all lines are known; None where they are not whole rows."""


def letter_batches(
    chunks: Iterator[Chunk], columns: LetterColumns, skip: frozenset[int], read_row: ReadRow, counts: RowCounts
) -> Iterator[ResponseBatch]:
    """Return the attempts in the chunks of a sheet. `read_row` reads what is not clean, and reports it."""
    pieces: list[_Piece] = []
    rows = 0
    for chunk in chunks:
        piece = _read_chunk(chunk, columns, skip, read_row)
        counts.read += piece.clean
        pieces.append(piece)
        rows += len(piece.rows)
        if rows >= ROWS_A_BATCH:
            yield _batch(pieces, columns)
            pieces, rows = [], 0
    if rows:
        yield _batch(pieces, columns)


def can_be_cut(text: RawText, first_row: int) -> bool:
    """Whether the lines before the first row with data end with LF, so that lines and rows have the same numbers."""
    with text.open() as stream:
        stream.seek(text.start)
        head = [stream.readline() for _ in range(first_row - 1)]
    return all(line.endswith(b"\n") and line.count(b"\r") == line.count(b"\r\n") for line in head)


class _Piece(NamedTuple):
    """What one chunk became."""

    rows: Positions
    ids: NDArray[np.bytes_]
    names: NDArray[np.bytes_]
    emails: NDArray[np.bytes_]
    codes: NDArray[np.uint8]
    """Items by rows; `LETTERS` from 1, 0 is a blank; `ODD` where an odd row has something else."""
    odd: list[tuple[int, Attempt]]
    """Rows of the piece that were read one by one."""
    clean: int


def chunks_of(grid: Grid, first_row: int) -> Iterator[Chunk]:
    """Return a sheet's data in pieces of whole rows, from a row on."""
    if grid.raw is not None:
        yield from _text_chunks(grid.raw, first_row)
    elif grid.raw_cells is not None:
        yield from _cell_chunks(grid.raw_cells, first_row)


def _text_chunks(text: RawText, first_row: int) -> Iterator[Chunk]:
    line = first_row
    for block in _blocks(text, first_row):
        data = block.replace(b"\r\n", b"\n") if b"\r" in block else block
        lines = count_lines(data)
        data = data if data.endswith(b"\n") else data + b"\n"
        yield Chunk(
            data,
            line,
            text.separator,
            partial(text.rows, data, line),
            partial(_odd_records, data, line, text.separator.decode()),
        )
        line += lines


def _cell_chunks(cells: RawCells, first_row: int) -> Iterator[Chunk]:
    for block in cells.blocks(first_row):
        data = "\n".join(block.lines).encode("utf-8", "replace") + b"\n"
        if count_lines(data.replace(b"\r", b"")) != len(block.lines):
            kept = ["\r" if "\n" in line else line for line in block.lines]
            data = "\n".join(kept).encode("utf-8", "replace") + b"\n"
        yield Chunk(
            data,
            block.first,
            cells.SEPARATOR.encode(),
            partial(block.rows, range(len(block.lines))),
            partial(_rows_at, block.rows),
        )


def _rows_at(rows: Callable[[Iterable[int]], Iterator[Row]], lines: Positions, _newlines: Positions) -> list[Row]:
    return list(rows(lines.tolist()))


def count_lines(data: bytes) -> int:
    """Return how many lines end in the data, with LF or a lone CR. Faster than `bytes.count`, by far."""
    letters = np.frombuffer(data, np.uint8)
    lines = int(np.count_nonzero(letters == NEWLINE))
    return lines + int(np.count_nonzero(letters == 13)) if b"\r" in data else lines


def _blocks(text: RawText, first_row: int) -> Iterator[bytes]:
    """Return the data cut behind line ends; never where quotation marks are open, however much that takes."""
    with text.open() as stream:
        stream.seek(text.start)
        for _ in range(first_row - 1):
            stream.readline()
        waiting = b""
        while block := stream.read(CHUNK):
            waiting += block
            cut = waiting.rfind(b"\n") + 1
            if cut and (waiting.find(b'"', 0, cut) < 0 or waiting.count(b'"', 0, cut) % 2 == 0):
                yield waiting[:cut]
                waiting = waiting[cut:]
        if waiting:
            yield waiting


class _Fields(NamedTuple):
    """Where the cells of the regular lines of a chunk end."""

    ends: Positions
    """Lines by columns."""
    line_of: Positions
    """Which line of the chunk each is."""
    torn: Positions
    """The lines that are not regular."""
    newlines: Positions
    """Where every line ends."""

    def before(self, column: int) -> Positions:
        """Return the place of the separator before a column."""
        if column:
            return self.ends[:, column - 1]
        return np.concatenate(([-1], self.newlines[:-1]))[self.line_of]


def _read_chunk(chunk: Chunk, columns: LetterColumns, skip: frozenset[int], read_row: ReadRow) -> _Piece:
    letters = np.frombuffer(chunk.data, np.uint8)
    fields = _fields(letters, chunk.data, chunk.separator, columns.width)
    if len(fields.ends) == 0 or any(chunk.line <= number < chunk.line + len(fields.newlines) for number in skip):
        return _all_odd(chunk, columns, read_row)
    codes, doubtful = _item_codes(letters, fields, columns, chunk.separator)
    texts = []
    email = () if columns.email is None else (columns.email,)
    for of_text in ((columns.id,), columns.name, email):
        parts = []
        for column in of_text:
            before, end = fields.before(column), fields.ends[:, column]
            cells, strange = _cells(letters, before + 1, end)
            doubtful |= strange
            if of_text is not email:
                doubtful |= _may_be_called(cells, columns.key_labels)
            if column == columns.id or len(of_text) > 1:
                doubtful |= end - before == 1
            parts.append(cells)
        texts.append(_with_blanks_between(parts, len(doubtful)))
    return _with_odd_rows(chunk, fields, doubtful, codes, texts, columns, read_row)


def _fields(letters: NDArray[np.uint8], data: bytes, separator: bytes, count: int) -> _Fields:
    marks = letters == separator[0]
    marks |= letters == NEWLINE
    ends = np.flatnonzero(marks)
    lines, rest = divmod(len(ends), count)
    if not rest and b'"' not in data and b"\r" not in data:
        table = ends.reshape(lines, count)
        if count_lines(data) == lines and (letters[table[:, -1]] == NEWLINE).all():
            return _Fields(table, np.arange(lines), np.zeros(0, np.int64), table[:, -1])
    return _fields_of_regular_lines(letters, ends, count)


def _fields_of_regular_lines(letters: NDArray[np.uint8], ends: Positions, count: int) -> _Fields:
    last = np.flatnonzero(letters[ends] == NEWLINE)
    sizes = np.diff(last, prepend=-1)
    regular = sizes == count
    newlines = ends[last]
    for mark in (QUOTE, 13):
        regular[np.searchsorted(newlines, np.flatnonzero(letters == mark))] = False
    table = ends[np.repeat(regular, sizes)].reshape(-1, count)
    return _Fields(table, np.flatnonzero(regular), np.flatnonzero(~regular), newlines)


def _code_table(separator: bytes) -> bytes:
    """Return the code of every byte: of a separator (what stands before the end of a blank cell) 0, of a letter its place."""
    table = bytearray([ODD]) * 256
    table[separator[0]] = table[NEWLINE] = 0
    for place, letter in enumerate(LETTERS, 1):
        table[letter] = place
    return bytes(table)


def _item_codes(
    letters: NDArray[np.uint8], fields: _Fields, columns: LetterColumns, separator: bytes
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the codes of all items (items by rows), and which rows are not clean.

    The byte before a cell's end is its letter or, where it is blank, the separator before it.
    """
    given = [column for column in columns.items if column is not None]
    first, last = min(given), max(given)
    ends = fields.ends
    by_item = letters[ends[:, _slice(given)].T - 1]
    coded = by_item.tobytes().translate(_code_table(separator))
    codes: NDArray[np.uint8] = np.frombuffer(coded, np.uint8).reshape(by_item.shape)
    filled = np.add.reduce(codes != 0, axis=0, dtype=np.int64)
    if last - first + 1 == len(given):
        # Cells are at most one wide where the bytes between the outer separators are the separators and one for each answer.
        wide = ends[:, last] - fields.before(first) != filled + len(given)
    else:
        wide = np.max([ends[:, column] - fields.before(column) for column in given], axis=0) > 2
    doubtful: NDArray[np.bool_] = wide | (filled == 0)
    if codes.max(initial=0) == ODD:
        doubtful |= (codes == ODD).any(axis=0)
    return codes, doubtful


def _slice(columns: Sequence[int]) -> slice | list[int]:
    """Return columns that stand side by side as a slice, which copies nothing."""
    first, last = columns[0], columns[-1]
    return slice(first, last + 1) if list(columns) == list(range(first, last + 1)) else list(columns)


def _cells(
    letters: NDArray[np.uint8], starts: Positions, ends: Positions
) -> tuple[NDArray[np.bytes_], NDArray[np.bool_]]:
    """Return the cells of a column, and which of them may have something that the general reader takes off or leaves out."""
    sizes = ends - starts
    width = int(sizes.max(initial=0))
    if width == 0:
        return np.zeros(len(starts), "S1"), np.zeros(len(starts), bool)
    # The last rows' windows may reach beyond the data.
    padded = (
        letters if int(starts[-1]) + width <= len(letters) else np.concatenate((letters, np.zeros(width, np.uint8)))
    )
    cells = np.lib.stride_tricks.sliding_window_view(padded, width)[starts]
    if int(sizes.min()) < width:
        cells[np.arange(width) >= sizes[:, None]] = 0
    first, last = cells[:, 0], letters[np.maximum(ends - 1, 0)]
    filled = sizes > 0
    strange = filled & (_is_strange(first) | _is_strange(last))
    strange |= filled & ((cells[:, :7] == np.frombuffer(b"mailto:"[:width], np.uint8)).all(axis=1))
    return cells.reshape(-1).view(f"S{width}"), strange


def _with_blanks_between(parts: Sequence[NDArray[np.bytes_]], rows: int) -> NDArray[np.bytes_]:
    if not parts:
        return np.zeros(rows, "S1")
    whole = parts[0]
    for part in parts[1:]:
        whole = np.strings.add(np.strings.add(whole, b" "), part)
    return whole


def _may_be_called(cells: NDArray[np.bytes_], labels: frozenset[str]) -> NDArray[np.bool_]:
    """Return which cells begin like one of the labels; the general reader decides."""
    width = min(cells.dtype.itemsize, 4)
    heads = np.zeros((len(cells), 4), np.uint8)
    heads[:, :width] = cells.view(np.uint8).reshape(len(cells), -1)[:, :width]
    return np.isin((heads | LOWER).view(np.uint32)[:, 0], _heads(labels))


@cache
def _heads(labels: frozenset[str]) -> NDArray[np.uint32]:
    """Return the first four bytes of each label, in lower case; short ones with what may stand behind them too."""
    longer = {label + end for label in labels for end in ("", ".") if len(label.encode()) < 4 or not end}
    heads = {bytes(byte | LOWER for byte in label.encode()[:4].ljust(4, b"\0")) for label in longer}
    return np.frombuffer(b"".join(sorted(heads)), np.uint32)


def _is_strange(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether a cell begins or ends with a blank of some kind, with `#` or with `-`."""
    strange: NDArray[np.bool_] = (marks <= 32) | (marks >= 127) | (marks == ord("#")) | (marks == ord("-"))
    return strange


def _with_odd_rows(
    chunk: Chunk,
    fields: _Fields,
    doubtful: NDArray[np.bool_],
    codes: NDArray[np.uint8],
    texts: Sequence[NDArray[np.bytes_]],
    columns: LetterColumns,
    read_row: ReadRow,
) -> _Piece:
    """Return the clean rows and, in their places, what became of the others."""
    ids, names, emails = texts
    line_of, torn, line = fields.line_of, fields.torn, chunk.line
    if not len(torn) and not doubtful.any():
        return _Piece(line_of + line, ids, names, emails, codes, [], len(line_of))
    odd_lines = np.sort(np.concatenate((torn, line_of[doubtful])))
    if len(odd_lines) * 4 > len(line_of):
        return _all_odd(chunk, columns, read_row)
    records = chunk.some_rows(odd_lines, fields.newlines)
    if records is None:
        return _all_odd(chunk, columns, read_row)
    attempts = [attempt for attempt in map(read_row, records) if attempt is not None]
    clean = ~doubtful
    return _merged(line_of[clean] + line, ids[clean], names[clean], emails[clean], codes[:, clean], attempts)


def _odd_records(data: bytes, first: int, separator: str, lines: Positions, newlines: Positions) -> list[Row] | None:
    """Return single lines as rows; None where one of them is not a whole record."""
    rows = []
    for number in lines.tolist():
        start = int(newlines[number - 1]) + 1 if number else 0
        record = data[start : int(newlines[number])]
        if record.count(b'"') % 2 or b"\r" in record:
            return None
        (cells,) = csv.reader([record.decode()], delimiter=separator, strict=True)
        if cells:
            rows.append(Row(first + number, cells))
    return rows


def _all_odd(chunk: Chunk, columns: LetterColumns, read_row: ReadRow) -> _Piece:
    """Return a chunk that was read row by row."""
    attempts = [attempt for attempt in map(read_row, chunk.all_rows()) if attempt is not None]
    nothing = np.zeros(0, "S1")
    items = sum(1 for column in columns.items if column is not None)
    return _merged(np.zeros(0, np.int64), nothing, nothing, nothing, np.zeros((items, 0), np.uint8), attempts)


def _merged(
    rows: Positions,
    ids: NDArray[np.bytes_],
    names: NDArray[np.bytes_],
    emails: NDArray[np.bytes_],
    codes: NDArray[np.uint8],
    attempts: Sequence[Attempt],
) -> _Piece:
    """Put odd rows among the clean ones, in the order of the sheet."""
    numbers = np.concatenate((rows, np.array([attempt.row for attempt in attempts], np.int64)))
    order = np.argsort(numbers, kind="stable")
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    extra = np.full((len(codes), len(attempts)), ODD, np.uint8)
    return _Piece(
        rows=numbers[order],
        ids=_joined(ids, [attempt.id for attempt in attempts])[order],
        names=_joined(names, [attempt.name for attempt in attempts])[order],
        emails=_joined(emails, [attempt.email for attempt in attempts])[order],
        codes=np.concatenate((codes, extra), axis=1)[:, order],
        odd=[(int(place_of[len(rows) + index]), attempt) for index, attempt in enumerate(attempts)],
        clean=len(rows),
    )


def _joined(texts: NDArray[np.bytes_], more: Sequence[str]) -> NDArray[np.bytes_]:
    if not more:
        return texts
    return np.concatenate((texts, np.array([text.encode("utf-8", "replace") for text in more], dtype=np.bytes_)))


def _batch(pieces: Sequence[_Piece], columns: LetterColumns) -> ResponseBatch:
    codes = np.concatenate([piece.codes for piece in pieces], axis=1)
    odd: list[tuple[int, Attempt]] = []
    before = 0
    for piece in pieces:
        odd.extend((before + place, attempt) for place, attempt in piece.odd)
        before += len(piece.rows)
    return ResponseBatch(
        rows=np.concatenate([piece.rows for piece in pieces]),
        ids=np.concatenate([piece.ids for piece in pieces]),
        names=np.concatenate([piece.names for piece in pieces]),
        emails=np.concatenate([piece.emails for piece in pieces]),
        columns=tuple(_columns(codes, odd, columns)),
    )


def _columns(
    codes: NDArray[np.uint8], odd: Sequence[tuple[int, Attempt]], columns: LetterColumns
) -> Iterator[ResponseColumn]:
    given = 0
    rows = codes.shape[1]
    highest = np.where(codes == ODD, 0, codes).max(axis=1, initial=0) if odd else codes.max(axis=1, initial=0)
    for index, (column, convert) in enumerate(zip(columns.items, columns.converts, strict=True)):
        if column is None:
            yield ResponseColumn(np.zeros(rows, np.uint8), (None,))
            continue
        letters = [chr(letter) for letter in LETTERS[: int(highest[given])]]
        values: list[Response] = ["", *(convert(letter) if convert else letter for letter in letters)]
        yield _with_odd_values(codes[given], values, [(place, attempt.responses[index]) for place, attempt in odd])
        given += 1


def _with_odd_values(
    codes: NDArray[np.uint8], values: list[Response], odd: Sequence[tuple[int, Response]]
) -> ResponseColumn:
    """Return a column whose odd rows have codes of their own."""
    if not odd:
        return ResponseColumn(codes, values)
    code_of = {value: code for code, value in enumerate(values)}
    own = [code_of.setdefault(value, len(code_of)) for _, value in odd]
    wider: NDArray[np.integer] = codes.copy() if len(code_of) < 256 else codes.astype(np.int32)
    wider[[place for place, _ in odd]] = own
    return ResponseColumn(wider, list(code_of))
