"""students.csv, streamed: everybody, however large the class, at the speed of the disk.

A row is put together from pieces that are looked up: each item has a table of what its cells look like. The pieces
stand in a matrix of bytes of fixed width, padded with NUL; deleting the NULs makes the file's text.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stemkey.reports.decimals import exact
from stemkey.reports.to_csv import guarded
from stemkey.scoring.answer_key import AnswerKey, Judgement
from stemkey.scoring.score import Lateness, ScoredBatch, ScoredColumn

COLUMNS = ("id", "name", "email", "attempt", "answered", "correct", "score", "points", "percent", "provisional")
LATE_COLUMNS = ("submitted", "due", "late", "score_before_late")
"""After `grade`, where points are taken off for being late."""
BLOCK = 8192
"""Rows put together at a time: few enough to stay in the processor's cache."""
FEW = 256
PADDING = b"\0"
_WORDS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
"""Widths that are copied as one number."""
_QUOTED = b',"\n\r'
_SUSPECT = b"=+-@\t\r"

GradeOf = Callable[[Fraction, Fraction], str]
"""Score and maximum -> what a grading scale makes of them."""


class StudentsFile:
    """Writes students.csv to an open file as candidates come."""

    def __init__(self, file: BinaryIO, key: AnswerKey, grade_of: GradeOf | None = None) -> None:
        self._file = file
        self._key = key
        self._grade_of = grade_of
        self._start = file.tell()
        self._write_header()

    def restart(self) -> None:
        """Forget everything that was written."""
        self._file.seek(self._start)
        self._file.truncate()
        self._write_header()

    def write(self, scored: ScoredBatch) -> None:
        """Write some candidates."""
        tables = _item_tables(scored, self._key.tick)
        for start in range(0, len(scored), BLOCK):
            rows = slice(start, start + BLOCK)
            pieces = _pieces(scored, rows, tables, self._key, self._grade_of)
            self._file.write(_joined(pieces, min(len(scored), rows.stop) - start))

    def _write_header(self) -> None:
        graded = ("grade",) if self._grade_of else ()
        late = LATE_COLUMNS if self._key.late else ()
        numbers = (item.item.number for item in self._key.items)
        items = (f"{number}_{what}" for number in numbers for what in ("response", "score"))
        self._file.write(",".join(cell(name) for name in (*COLUMNS, *graded, *late, *items)).encode() + b"\n")


def cell(text: str, *, is_id: bool = False) -> str:
    """Return a text as a cell of a CSV file: never a formula (an id is never changed), quoted where it must be."""
    shown = (text if is_id else guarded(text)).replace("\0", "\ufffd")
    if any(mark in shown for mark in ',"\n\r'):
        return '"' + shown.replace('"', '""') + '"'
    return shown


Piece = NDArray[np.bytes_]
"""What every row holds at one place, with the separator before it; NUL-padded."""


def _pieces(
    scored: ScoredBatch, rows: slice, tables: "Sequence[_ItemTable]", key: AnswerKey, grade_of: GradeOf | None
) -> list[Piece]:
    batch = scored.batch
    attempts = batch.attempts[rows] if batch.attempts is not None else None
    scores = scored.averages[rows] if scored.averages else None
    late = scored.late[rows] if scored.late else ()
    return [
        _texts(batch.ids[rows], is_id=True),
        *_after_comma(_texts(batch.names[rows])),
        *_after_comma(_texts(batch.emails[rows])),
        _constant(b",") if attempts is None else _looked_up(attempts, lambda number: str(number) if number else ""),
        _looked_up(scored.answered[rows], str),
        _looked_up(scored.correct[rows], str),
        *_score_pieces(scored.totals[rows], scores, scored.maxima[rows], key, grade_of, scored.provisional[rows]),
        *([_table([_late_text(lateness) for lateness in late])] if late else ()),
        *(table.pieces(rows) for table in tables),
        _constant(b"\n"),
    ]


def _score_pieces(
    totals: NDArray[np.int64],
    averages: Sequence[Fraction] | None,
    maxima: NDArray[np.int64],
    key: AnswerKey,
    grade_of: GradeOf | None,
    provisional: NDArray[np.bool_],
) -> list[Piece]:
    """Return score, points, percent, provisional and grade: one text for each pair of score and maximum."""
    if averages is None:
        pairs, of_row = _distinct_pairs(totals, maxima)
        texts = [_score_text(total, maximum, key.tick) for total, maximum in pairs]
        results = [(total * key.tick, maximum * key.tick) for total, maximum in pairs] if grade_of else []
    else:
        of_row = np.arange(len(averages))
        results = [(score, int(maximum) * key.tick) for score, maximum in zip(averages, maxima, strict=True)]
        texts = [_result_text(score, points) for score, points in results]
    pieces = [
        _table(texts)[of_row],
        _looked_up(provisional.astype(np.int64), lambda flag: "true" if flag else "false"),
    ]
    if grade_of is not None:
        pieces.append(_table([f",{cell(grade_of(score, points))}" for score, points in results])[of_row])
    return pieces


@lru_cache(maxsize=1 << 14)
def _score_text(total: int, maximum: int, tick: Fraction) -> str:
    return _result_text(total * tick, maximum * tick)


def _result_text(score: Fraction, points: Fraction) -> str:
    return f",{exact(score)},{exact(points)},{_percent(score, points)}"


def _late_text(lateness: Lateness) -> str:
    periods = "" if lateness.periods is None else exact(lateness.periods)
    return f",{lateness.submitted},{lateness.due.isoformat()},{periods},{exact(lateness.before)}"


@lru_cache(maxsize=1 << 14)
def _points_text(ticks: int, tick: Fraction) -> str:
    return exact(ticks * tick)


def _distinct_pairs(
    totals: NDArray[np.int64], maxima: NDArray[np.int64]
) -> tuple[list[tuple[int, int]], NDArray[np.intp]]:
    low, size = int(totals.min()), int(totals.max()) - int(totals.min()) + 1
    lowest = int(maxima.min())
    values, of_row = _distinct((maxima - lowest) * size + (totals - low))
    return [(value % size + low, value // size + lowest) for value in values], of_row


def _distinct(values: NDArray[np.int64]) -> tuple[list[int], NDArray[np.intp]]:
    """Return values that hold all that occur, and for each row which it is; without sorting where they are few."""
    low, high = int(values.min()), int(values.max())
    if high - low < FEW:
        return list(range(low, high + 1)), values - low
    distinct, of_row = np.unique(values, return_inverse=True)
    return distinct.tolist(), of_row


def _percent(score: Fraction, points: Fraction) -> str:
    return exact(100 * score / points) if points else ""


class _ItemTable(NamedTuple):
    """What the cells of one item look like, or of two neighbours together: half the look-ups."""

    codes: NDArray[np.integer]
    texts: Piece

    def pieces(self, rows: slice) -> Piece:
        """Return the cells of some candidates."""
        return _taken(self.texts, self.codes[rows])


def _item_tables(scored: ScoredBatch, tick: Fraction) -> list[_ItemTable]:
    texts = [[_item_text(judgement, tick) for judgement in column.judgements] for column in scored.columns]
    tables: list[_ItemTable] = []
    columns = list(zip(scored.columns, texts, strict=True))
    while columns:
        (first, ours), *rest = columns
        if rest and _can_be_joined(first, ours, *rest[0]):
            second, theirs = rest[0]
            codes = first.codes * np.uint8(len(theirs)) + second.codes
            tables.append(_ItemTable(codes, _table([a + b for a in ours for b in theirs])))
            columns = rest[1:]
        else:
            tables.append(_ItemTable(first.codes, _table(ours)))
            columns = rest
    return tables


def _can_be_joined(a: ScoredColumn, ours: Sequence[str], b: ScoredColumn, theirs: Sequence[str]) -> bool:
    """Whether the cells of two items are few and short enough to be one table of the processor's words."""
    bytes_ = a.codes.dtype == b.codes.dtype == np.uint8
    return bytes_ and len(ours) * len(theirs) < 256 and max(map(len, ours)) + max(map(len, theirs)) <= 8


def _item_text(judgement: Judgement, tick: Fraction) -> str:
    score = "" if judgement.credit is None else _points_text(judgement.ticks, tick)
    return f",{cell(judgement.response or '')},{score}"


def _looked_up(values: NDArray[np.int64], shown: Callable[[int], str]) -> Piece:
    distinct, of_row = _distinct(values)
    return _table([f",{shown(value)}" for value in distinct])[of_row]


def _table(texts: Sequence[str]) -> Piece:
    """Return texts as an array whose width is a word of the processor, where they are short enough."""
    encoded = [text.encode("utf-8", "backslashreplace") for text in texts] or [b""]
    width = max(map(len, encoded), default=1)
    width = next((word for word in _WORDS if word >= width), width)
    return np.array(encoded, dtype=f"S{width}")


def _taken(table: Piece, codes: NDArray[np.integer]) -> Piece:
    """Return the texts of some codes; texts of a word's width are copied as numbers, which is much faster."""
    word = _WORDS.get(table.dtype.itemsize)
    return table[codes] if word is None else table.view(word).take(codes).view(table.dtype)


def _constant(text: bytes) -> Piece:
    return np.array([text])


def _after_comma(texts: Piece) -> tuple[Piece, Piece]:
    return _constant(b","), texts


def _texts(texts: Piece, *, is_id: bool = False) -> Piece:
    """Return texts as cells; only those with a mark that matters are looked at one by one."""
    if texts.dtype.itemsize == 0 or len(texts) == 0:
        return _constant(b"")
    letters = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)
    marked = np.isin(letters, np.frombuffer(_QUOTED, np.uint8)).any(axis=1)
    if not is_id:
        marked |= np.isin(letters[:, 0], np.frombuffer(_SUSPECT, np.uint8))
    if not marked.any():
        return texts
    places = np.flatnonzero(marked)
    changed = [cell(bytes(texts[place]).decode("utf-8", "replace"), is_id=is_id).encode() for place in places]
    wide = texts.astype(f"S{max(texts.dtype.itemsize, *map(len, changed))}")
    wide[places] = changed
    return wide


def _joined(pieces: Sequence[Piece], count: int) -> bytes:
    """Return the rows that the pieces make, side by side."""
    names = [f"f{index}" for index in range(len(pieces))]
    widths = [piece.dtype.itemsize for piece in pieces]
    offsets = np.concatenate(([0], np.cumsum(widths)))
    rows = np.zeros(
        count,
        np.dtype(
            {
                "names": names,
                "formats": [_WORDS.get(width, f"S{width}") for width in widths],
                "offsets": offsets[:-1].tolist(),
                "itemsize": int(offsets[-1]),
            }
        ),
    )
    for name, piece in zip(names, pieces, strict=True):
        rows[name] = piece.view(rows.dtype[name])
    return rows.tobytes().replace(PADDING, b"")


__all__ = ["COLUMNS", "LATE_COLUMNS", "GradeOf", "StudentsFile", "cell"]
