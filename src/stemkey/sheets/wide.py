"""A table with a row for each attempt: from rows of cells to batches of responses."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Text, rule
from stemkey.scoring.choice_marks import ERROR_VALUES
from stemkey.scoring.responses import quoted
from stemkey.sheets.grid import NOT_GIVEN, Cell, Grid, Row, cell_text, text_at
from stemkey.sheets.identity import Identity
from stemkey.sheets.table import ColumnMatch, Damaged, Response, ResponseBatch, ResponseColumn, ResponseTable, RowCounts

if TYPE_CHECKING:
    import numpy as np

    from stemkey.sheets.letters import LetterColumns

BATCH = 10_000
"""Rows of a batch."""

FAST_FROM = 1 << 20
"""Bytes of a text file from which on it is worth to look at bytes instead of cells."""
FAST_FROM_CELLS = 200_000
"""Cells of a workbook's sheet, the same."""

MOST_LISTED = 50
"""Rows of one kind of trouble that are listed one by one."""

Convert = Callable[[str], Response]


class ItemColumn(NamedTuple):
    """Where the responses to an item stand, and how they are to be rewritten."""

    column: int | None
    """None: the item was not given."""
    convert: Convert | None = None


_TEXTS = frozenset({str})


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What is known of a table before its rows are read."""

    grid: Grid
    source: str
    headers: tuple[str, ...]
    first_row: int
    """Number of the first row with data."""
    columns: tuple[ItemColumn, ...]
    """One for each item."""
    identity: Identity
    mapping: tuple[ColumnMatch, ...]
    form: int | None = None
    """Column that says which form of the test a candidate had."""
    skip: frozenset[int] = frozenset()
    """Numbers of rows that are no candidates: second headers, key rows, footers."""
    dismiss: Callable[[Row, Sequence[Response]], str | None] | None = None
    """Says why a row is no attempt that can be graded: one of the keys of `DISMISSALS`; None: it is."""
    responses_of: Callable[[Sequence[Cell]], list[Response]] | None = None
    """Reads a row's responses where items have no fixed columns; raises `MisplacedError`."""
    key_labels: frozenset[str] = frozenset()
    """What rows of the key are called, folded, in the place of an id or a name."""
    is_key: Callable[[Row], bool] | None = None
    """Whether a row's answers are all right."""
    has_attempts: bool = False
    keep_formulas: bool = False
    """A formula without a value is a text that began with `=`, as Moodle's XLSX writes it."""
    blank_damage: bool = False
    """Damaged cells count as blanks (`--errors-as blank`)."""
    notes: tuple[str, ...] = ()
    tells_clones_of: frozenset[str] = frozenset()
    """Numbers of items that vary whose clone each row names."""
    usual_width: int = 0
    """Cells of most rows of a text file; a row with more of them is shifted, even if what is beyond the end is empty."""
    is_exact: bool = False
    """Whether the program writes all cells of every row, so that a row with fewer has lost some."""
    attempt_of: Mapping[int, int] = field(default_factory=dict)
    """Number of the attempt by row, where something else than the order of the rows tells."""

    @cached_property
    def last_column(self) -> int:
        """The last of the items' columns."""
        return max((column.column for column in self.columns if column.column is not None), default=0)

    @cached_property
    def all_at(self) -> Callable[[Sequence[Cell]], tuple[Cell, ...]] | None:
        """Takes the responses out of a row at once; None where one of them needs more than that."""
        indexes = [column.column for column in self.columns if column.column is not None and column.convert is None]
        return itemgetter(*indexes) if len(indexes) == len(self.columns) > 1 else None


def usual_width(grid: Grid, rows: Sequence[Row]) -> int:
    """Return how many cells most rows of a text file have; 0 for files in which rows have no ends of their own."""
    widths = Counter(len(row.cells) for row in rows)
    return widths.most_common(1)[0][0] if grid.separator and grid.is_as_written and widths else 0


class MisplacedError(ValueError):
    """A row whose responses cannot be assigned to items: builds the end of a sentence."""


@rule("S201", Severity.ERROR)
def row_without_id(answers: int, *, is_key: bool = False) -> Text:
    """A row holds answers, but neither id nor name nor address, so nobody can be given the score.

    The answers are not lost: the row is listed, so that the id can be filled in. A first row that has all answers right is the
    key; further below, it could be somebody's.
    """
    shown = f"{answers} answer{'s' if answers != 1 else ''}{', all of them right,' if is_key else ''}"
    return Text(
        f"the row has {shown} and neither id nor name; it is not graded",
        "fill in the id and grade again; if the row is the key, write KEY there"
        if is_key
        else "fill in the id and grade again",
    )


@rule("S202", Severity.WARNING)
def name_stands_as_id(rows: str) -> Text:
    """Some rows have a name and no id. They are graded, and the name stands where the id should."""
    return Text(f"no id in {rows}; the name stands for it", "fill in the ids if the scores are to go back into an LMS")


@rule("S209", Severity.INFO)
def other_id_used(column: str, rows: str) -> Text:
    """Some rows have nothing in the best id column; the next best one stands for it.

    Each candidate keeps the best id that the sheet has for them; ids are never changed.
    """
    return Text(f"the id column {column} is empty in {rows}; another id of theirs stands for it", None)


@rule("S204", Severity.WARNING)
def absent(rows: str) -> Text:
    """These candidates have no attempt, or are marked as absent. They are left out, and not counted as 0."""
    return Text(f"no attempt in {rows}; absent candidates are left out", None)


@rule("S205", Severity.WARNING)
def unfinished(rows: str) -> Text:
    """These attempts were never finished, and the report does not show what was answered. They are left out."""
    return Text(
        f"an unfinished attempt in {rows}; it is left out", "ask the LMS to close open attempts and download again"
    )


@rule("S203", Severity.WARNING)
def footers_left_out(rows: str) -> Text:
    """These rows hold averages, totals or remarks of the program that wrote the sheet, and no candidate.

    They are left out of the class and of every statistic.
    """
    return Text(
        f"{rows} hold{'s' if ' and ' not in rows and '–' not in rows and ',' not in rows else ''} "
        "averages, totals or remarks, and no candidate",
        None,
    )


@rule("S215", Severity.WARNING)
def key_rows_below(rows: str) -> Text:
    """Rows far below the header are called like the key and agree with the quiz's key. They are left out.

    Nobody is called `KEY` or `Answer key`; graded as a candidate, such a row would be the best of the class.
    """
    return Text(f"{rows}: called like the key, agrees with the quiz; left out as no candidate", None)


@rule("S216", Severity.ERROR)
def other_key_below(rows: str) -> Text:
    """Rows far below the header are called like the key and say something else than the quiz's key.

    They are left out as no candidates. One of the two keys is wrong, and every score depends on which: where such a row stands at
    the beginning of a sheet, nothing is graded.
    """
    return Text(
        f"{rows}: called like the key, but not the quiz's key; left out as no candidate",
        "compare the two keys before you use the scores; correct the quiz or remove the row",
    )


@rule("S206", Severity.WARNING)
def no_answers(rows: str) -> Text:
    """These candidates answered nothing. They are graded and have the score 0."""
    return Text(f"no answers at all in {rows}; the score is 0", "remove the row if the candidate was absent")


@rule("S207", Severity.ERROR)
def row_too_long(cells: int, columns: int, surplus: str) -> Text:
    """A row has more cells than the header, so its answers may stand in the wrong columns.

    Somewhere a separator or a quotation mark is too many.
    """
    return Text(
        f"the row has {cells} cells and the header {columns}, so its answers may be shifted (beyond the end: {surplus}); "
        "it is not graded",
        "mend the row and grade again",
    )


@rule("S220", Severity.ERROR)
def row_too_short(cells: int, columns: int) -> Text:
    """A row has fewer cells than the others, in the export of a program that writes every cell, empty or not.

    Some of it is lost, so what is left may stand in the wrong columns.
    """
    return Text(
        f"the row has {cells} cells and the others {columns}, so some are lost; it is not graded",
        "mend the row, or download the report again",
    )


@rule("S210", Severity.ERROR)
def row_unreadable(reason: str) -> Text:
    """A row cannot be trusted as a whole, and is not graded.

    Its reason is said. The other rows are graded.
    """
    return Text(f"the row {reason}; it is not graded", "mend the row and grade again")


@rule("S211", Severity.ERROR)
def more_rows(count: int, what: str) -> Text:
    """The same trouble in more rows than are listed one by one.

    All of them are counted in the report, and none of them is graded.
    """
    return Text(f"and {count:,} more rows: {what}", None)


def shifted(row: Row, width: int) -> str | None:
    """Return what is wrong with a row that has something beyond the header's end, as the end of a sentence."""
    surplus = next((text for cell in row.cells[width:] if (text := cell_text(cell))), None)
    if surplus is None:
        return None
    return f"has {len(row.cells)} cells and the header {width}, so its answers may be shifted (beyond the end: {quoted(surplus, 30)})"


DISMISSALS: Mapping[str, Callable[[str], Diagnostic]] = {
    "absent": absent,
    "unfinished": unfinished,
    "footer": footers_left_out,
    "key": key_rows_below,
    "other key": other_key_below,
}
NO_CANDIDATES = frozenset({"footer", "key", "other key"})


def wide_table(layout: Layout, found: Diagnostics) -> ResponseTable:
    """Return the table that a layout describes; its rows are read when asked for, and reported once."""
    counts = RowCounts()
    reported: list[bool] = []

    def read() -> Iterator[ResponseBatch]:
        counts.read = counts.graded = counts.refused = 0
        report = RowReport(layout, Diagnostics() if reported else found)
        reported.append(True)
        yield from _batches(layout, counts, report)
        report.finish()

    grid = layout.grid
    return ResponseTable(
        name=grid.source,
        source=layout.source,
        kind=grid.kind,
        sheet=grid.sheet,
        encoding=grid.encoding,
        mapping=layout.mapping,
        has_attempts=layout.has_attempts,
        notes=layout.notes,
        tells_clones_of=layout.tells_clones_of,
        counts=counts,
        read=read,
    )


class RowReport:
    """What is found while rows are read: one finding for many rows where none is refused, else one for each."""

    def __init__(self, layout: Layout, found: Diagnostics) -> None:
        self.layout = layout
        self.found = found
        self.groups: dict[str, list[int]] = {}
        self.listed: dict[str, int] = {}
        self.addresses: dict[str, str] = {}
        """E-mail addresses that stand for ids, by what they are in small letters: as they were first written."""

    def note(self, group: str, row: int) -> None:
        """Remember a row of a group that one finding will name."""
        self.groups.setdefault(group, []).append(row)

    def refuse(self, diagnostic: Diagnostic, row: int, column: int | None = None) -> None:
        """List a row that is not graded."""
        count = self.listed[diagnostic.code] = self.listed.get(diagnostic.code, 0) + 1
        if count <= MOST_LISTED:
            self.found.add(diagnostic, self.layout.grid.place(row, column))

    def finish(self) -> None:
        """Add the findings about groups of rows, and how many were not listed."""
        place = self.layout.grid.place()
        headers = self.layout.headers
        for group, rows in self.groups.items():
            shown = row_list(rows)
            if group in DISMISSALS:
                self.found.add(DISMISSALS[group](shown), place._replace(row=rows[0]))
            elif group == "named":
                self.found.add(name_stands_as_id(shown), place._replace(row=rows[0]))
            elif group == "other id":
                best = self.layout.identity.ids[0]
                self.found.add(other_id_used(quoted(headers[best]), shown), place._replace(row=rows[0]))
            elif group == "no answers":
                self.found.add(no_answers(shown), place._replace(row=rows[0]))
        for code, count in self.listed.items():
            if count > MOST_LISTED:
                self.found.add(more_rows(count - MOST_LISTED, f"as {code} above"), place)


def row_list(rows: Sequence[int]) -> str:
    """Return rows as people say them: `row 4`, `rows 4–6 and 9`."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in runs[:12]]
    if len(runs) > 12:
        shown.append(f"{sum(last - first + 1 for first, last in runs[12:])} more")
    joined = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    return f"row{'s' if len(rows) > 1 else ''} {joined}"


class Attempt(NamedTuple):
    """One row as an attempt."""

    row: int
    id: str
    name: str
    email: str
    attempt: int
    responses: list[Response]
    form: str = ""
    submitted: str = ""


def _batches(layout: Layout, counts: RowCounts, report: RowReport) -> Iterator[ResponseBatch]:
    waiting: list[Attempt] = []
    attempts: dict[str, int] = {}
    letters = _letter_columns(layout)
    if letters is not None:
        from stemkey.sheets.letters import chunks_of, letter_batches

        def read_row(row: Row) -> Attempt | None:
            return None if row.number in layout.skip else _attempt(row, layout, attempts, counts, report)

        yield from letter_batches(chunks_of(layout.grid, layout.first_row), letters, layout.skip, read_row, counts)
        return
    for row in layout.grid.read():
        if row.number < layout.first_row or row.number in layout.skip:
            continue
        attempt = _attempt(row, layout, attempts, counts, report)
        if attempt is not None:
            waiting.append(attempt)
            if len(waiting) == BATCH:
                yield _batch(waiting, layout)
                waiting = []
    if waiting:
        yield _batch(waiting, layout)


def _letter_columns(layout: Layout) -> "LetterColumns | None":
    """Return where things stand in a large plain sheet of which most rows can be cut out of its bytes, else None."""
    raw, raw_cells, identity = layout.grid.raw, layout.grid.raw_cells, layout.identity
    asked = layout.form is not None or identity.submitted is not None
    special = asked or layout.source != "plain" or layout.has_attempts or layout.responses_of is not None
    is_large = (raw and raw.size >= FAST_FROM) or (raw_cells and raw_cells.size >= FAST_FROM_CELLS)
    if not is_large or special or not identity.ids:
        return None
    columns = [column.column for column in layout.columns if column.column is not None]
    # A row that repeats its header is no candidate; one letter may then be a header or an answer.
    if not any(len(layout.headers[column]) > 1 for column in columns if column < len(layout.headers)):
        return None
    from stemkey.sheets.letters import LetterColumns, can_be_cut

    if raw is not None and not can_be_cut(raw, layout.first_row):
        return None
    return LetterColumns(
        width=len(layout.headers),
        items=tuple(column.column for column in layout.columns),
        converts=tuple(column.convert for column in layout.columns),
        id=identity.ids[0],
        name=identity.name,
        email=identity.email,
        key_labels=layout.key_labels,
    )


def _attempt(
    row: Row, layout: Layout, attempts: dict[str, int], counts: RowCounts, report: RowReport
) -> Attempt | None:
    """Return a row as an attempt; None, reported, where it is none or cannot be graded."""
    identity = layout.identity
    if row.problem:
        counts.read += 1
        counts.refused += 1
        report.refuse(row_unreadable(row.problem), row.number)
        return None
    try:
        responses = layout.responses_of(row.cells) if layout.responses_of else _responses(row.cells, layout)
    except MisplacedError as error:
        counts.read += 1
        counts.refused += 1
        report.refuse(row_unreadable(str(error)), row.number)
        return None
    reason = layout.dismiss(row, responses) if layout.dismiss else None
    if reason == "nothing":
        return None
    if reason:
        counts.read += reason not in NO_CANDIDATES
        report.note(reason, row.number)
        return None
    counts.read += 1
    width = max(len(layout.headers), layout.grid.width)
    surplus = [text for cell in row.cells[width:] if (text := cell_text(cell))]
    if surplus or (layout.usual_width and len(row.cells) > max(width, layout.usual_width)):
        counts.refused += 1
        shown = quoted(surplus[0], 30) if surplus else "an empty cell"
        report.refuse(row_too_long(len(row.cells), width, shown), row.number)
        return None
    if layout.is_exact and len(row.cells) < layout.usual_width:
        counts.refused += 1
        report.refuse(row_too_short(len(row.cells), layout.usual_width), row.number)
        return None
    candidate, rank = identity.id_of(row.cells)
    name = identity.name_of(row.cells)
    if not candidate:
        if not name:
            counts.refused += 1
            is_key = layout.is_key is not None and layout.is_key(row)
            answers = sum(1 for response in responses if response)
            report.refuse(row_without_id(answers, is_key=is_key), row.number)
            return None
        candidate = name
        report.note("named", row.number)
    elif rank > 0:
        report.note("other id", row.number)
    if "@" in candidate:
        candidate = report.addresses.setdefault(candidate.casefold(), candidate)
    if not any(responses):
        report.note("no answers", row.number)
    number = attempts[candidate] = attempts.get(candidate, 0) + 1 if layout.has_attempts else 1
    if identity.attempt is not None:
        said = text_at(row.cells, identity.attempt)
        number = int(said) if said.isdigit() else number
    number = layout.attempt_of.get(row.number, number)
    return Attempt(
        row=row.number,
        id=candidate,
        name=name,
        email=identity.email_of(row.cells),
        attempt=number,
        responses=responses,
        form=text_at(row.cells, layout.form),
        submitted=text_at(row.cells, identity.submitted),
    )


def _responses(cells: Sequence[Cell], layout: Layout) -> list[Response]:
    if layout.all_at is not None and len(cells) > layout.last_column and not layout.blank_damage:
        plain: list[Response] = list(layout.all_at(cells))
        if _TEXTS.issuperset(map(type, plain)):
            return plain
    width = len(cells)
    responses: list[Response] = []
    for index, convert in layout.columns:
        if index is None:
            responses.append(None)
            continue
        cell = cells[index] if index < width else ""
        if type(cell) is str:
            if layout.blank_damage and cell.strip() in ERROR_VALUES:
                cell = ""
            responses.append(convert(cell) if convert and cell else cell)
        else:
            responses.append(_of_damaged(cell, layout))
    return responses


def _of_damaged(cell: Cell, layout: Layout) -> Response:
    if cell is NOT_GIVEN:
        return None
    if isinstance(cell, Damaged) and layout.keep_formulas and cell.text.startswith("="):
        return cell.text
    return "" if layout.blank_damage else cell


def _batch(attempts: Sequence[Attempt], layout: Layout) -> ResponseBatch:
    import numpy as np

    return ResponseBatch(
        rows=np.fromiter((attempt.row for attempt in attempts), np.int64, len(attempts)),
        ids=_texts([attempt.id for attempt in attempts]),
        names=_texts([attempt.name for attempt in attempts]),
        emails=_texts([attempt.email for attempt in attempts]),
        attempts=np.fromiter((attempt.attempt for attempt in attempts), np.int64, len(attempts))
        if layout.has_attempts
        else None,
        forms=_texts([attempt.form for attempt in attempts]) if layout.form is not None else None,
        submitted=_texts([attempt.submitted for attempt in attempts])
        if layout.identity.submitted is not None
        else None,
        columns=tuple(encoded(column) for column in zip(*(attempt.responses for attempt in attempts), strict=True)),
    )


def _texts(texts: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.bytes_]]":
    import numpy as np

    return np.array([text.encode("utf-8", "replace") for text in texts] or [b""], dtype=np.bytes_)[: len(texts)]


def encoded(responses: Sequence[Response]) -> ResponseColumn:
    """Return responses as a dictionary and codes into it, in the order in which they first occur."""
    import numpy as np

    values = list(dict.fromkeys(responses))
    index = {value: code for code, value in enumerate(values)}
    return ResponseColumn(np.fromiter(map(index.__getitem__, responses), np.int32, len(responses)), values)
