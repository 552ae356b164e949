"""Forms and surveys: plain sheets with columns that are no answers, and with more than one header row."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from stemkey.diagnostics import Diagnostics
from stemkey.model import Item
from stemkey.scoring.responses import JOINER, quoted
from stemkey.scoring.spelling import fold
from stemkey.sheets.columns import ItemNames, find_header
from stemkey.sheets.grid import Cell, Grid, Row, cell_text, text_at
from stemkey.sheets.identity import NEVER_AN_ID, find_column, header_kind
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import ResponseTable
from stemkey.sheets.wide import row_list, unfinished

_TIMESTAMPS = frozenset(
    {
        "timestamp", "zeitstempel", "marca temporal", "horodateur", "carimbo de data/hora", "informazioni cronologiche",
        "tijdstempel", "タイムスタンプ", "отметка времени", "时间戳记", "时间戳", "타임스탬프", "sygnatura czasowa",
    }
)  # fmt: skip
_GOOGLE_EXTRA = re.compile(r"^.*\[(?:Score|Feedback)\]$", re.DOTALL)
_PREFIXED = re.compile(r"^[^-–]{3,30}\s[-–]\s(.+)$", re.DOTALL)
_CODED = re.compile(r"^([A-Za-z]\w*)\.\s+(.+)$", re.DOTALL)
_CODE = re.compile(r"^AO?0*(\d{1,2})$")
_IN_BRACKETS = re.compile(r"^(.+?)\s*\[([^\]]+)\]$", re.DOTALL)
_TICKED = frozenset({"y", "yes", "ja", "oui", "sí", "si", "1", "x", "true", "checked", "selected"})

_DOUBLE = re.compile(r"^(.*\D)[2-9]$")
_OWN_COLUMNS = 5
"""ID, two times, address and name are written by Microsoft Forms itself."""
_MARK = re.compile(r"^(?:-?\d+(?:[.,]\d+)?|--)(?:\s*/\s*\d+(?:[.,]\d+)?)?$")

Rewrite = Callable[[Iterator[Row]], Iterator[Row]]


def _first(rows: Sequence[Row]) -> tuple[str, ...]:
    return header_texts(rows[0]) if rows else ()


def is_google(rows: Sequence[Row]) -> bool:
    """Whether the first rows are a Google form's: a timestamp, then questions."""
    headers = _first(rows)
    return len(headers) > 1 and fold(headers[0]) in _TIMESTAMPS


def read_google(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return the linked sheet or the download of a Google form."""
    headers = ["" if _GOOGLE_EXTRA.match(header) else header for header in _first(rows)]
    marks = [column for column, header in enumerate(_first(rows)) if header.endswith(" [Score]")]
    return _read("google-forms", grid, 1, _with_header(headers, 1, marks=marks), items, options, found)


def is_microsoft(rows: Sequence[Row]) -> bool:
    """Whether the first rows are a Microsoft form's: each question beside its points."""
    headers = _first(rows)
    extra = _microsoft_extra(headers)
    return (
        bool(headers)
        and fold(headers[0]) == "id"
        and (len(extra) > 1 or headers[1:3] == ("Start time", "Completion time"))
    )


def _microsoft_extra(headers: Sequence[str]) -> list[str]:
    known = {_blanks(header) for header in headers}
    return [header for header in headers if (found := _PREFIXED.match(header)) and _blanks(found[1]) in known]


def _blanks(text: str) -> str:
    return " ".join(text.split())


def read_microsoft(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return the workbook of a Microsoft form. Its `ID` only counts the rows."""
    extra = set(_microsoft_extra(_first(rows)))
    headers = ["" if header in extra or at == 0 else header for at, header in enumerate(_first(rows))]
    _rename_doubles(headers, rows[1:])
    marks = _marks_columns(_first(rows), extra, rows[1:])
    return _read("microsoft-forms", grid, 1, _with_header(headers, 1, marks=marks), items, options, found)


def _rename_doubles(headers: list[str], rows: Sequence[Row]) -> None:
    """Give back their names to questions for id and name: beside Forms' own columns they are called `ID2`, `Name2`."""
    for column, header in enumerate(headers):
        double = _DOUBLE.match(header)
        kind = header_kind(double[1]) if double and column >= _OWN_COLUMNS else None
        if double is None or kind is None:
            continue
        own = next((at for at in range(1, _OWN_COLUMNS) if header_kind(headers[at]) == kind), None)
        used = {text for row in rows if own is not None and (text := fold(text_at(row.cells, own)))} - NEVER_AN_ID
        if not used:
            headers[column] = "Student ID" if kind == "lms_id" else double[1]
            if own is not None:
                headers[own] = ""


def _marks_columns(headers: Sequence[str], extra: set[str], rows: Sequence[Row]) -> list[int]:
    """Return the columns with points: `Points - …` in any language, the word by which mostly numbers stand."""
    of_word: dict[str, list[int]] = {}
    for column, header in enumerate(headers):
        if header in extra:
            of_word.setdefault(header.replace("–", "-").split(" - ")[0], []).append(column)
    found = []
    for columns in of_word.values():
        texts = [text for row in rows for column in columns if (text := text_at(row.cells, column))]
        if sum(map(bool, map(_MARK.match, texts))) * 2 > len(texts):
            found += columns
    return found


def is_qualtrics(rows: Sequence[Row]) -> bool:
    """Whether one of the first rows holds Qualtrics' import ids."""
    return any(cell_text(cell).startswith('{"ImportId"') for row in rows[:4] for cell in row.cells)


def read_qualtrics(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a Qualtrics export: ids, texts and import ids as header; previews and unfinished responses are left out."""
    at = next(at for at, row in enumerate(rows[:4]) if any(cell_text(c).startswith('{"ImportId"') for c in row.cells))
    names = ItemNames(items)
    best, _ = find_header(rows[:at], names)
    ids = header_texts(rows[0])
    texts = header_texts(rows[max(best, 0)])
    headers = [text or (ids[index] if index < len(ids) else "") for index, text in enumerate(texts)]
    if options.form_column and find_column(options.form_column, headers) is None:
        # The rules file may name a column by its id, its text or its import id.
        named = next(
            (known for row in rows[:at] if (known := find_column(options.form_column, header_texts(row))) is not None),
            None,
        )
        if named is not None and named < len(headers):
            headers[named] = options.form_column
    status, finished = _column(ids, "Status"), _column(ids, "Finished")

    def is_kept(row: Row) -> bool:
        return fold(text_at(row.cells, status)) not in {"survey preview", "1"} and not _is_no(row, finished)

    left_out = [row.number for row in rows[at + 1 :] if not is_kept(row)]
    if left_out:
        found.add(unfinished(row_list(left_out)), grid.place(left_out[0]))
    return _read("qualtrics", grid, at + 1, _with_header(headers, at + 1, is_kept), items, options, found)


def _is_no(row: Row, column: int | None) -> bool:
    return column is not None and fold(text_at(row.cells, column)) in {"false", "0", "no"}


def _column(headers: Sequence[str], name: str) -> int | None:
    return next((at for at, header in enumerate(headers) if header == name), None)


def is_surveymonkey(rows: Sequence[Row]) -> bool:
    """Whether the first row is SurveyMonkey's."""
    headers = {fold(header) for header in _first(rows)}
    return {"respondent id", "collector id"} <= headers


def read_surveymonkey(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a SurveyMonkey export: questions above, and below them `Response` or one choice for each column."""
    width = max(len(row.cells) for row in rows[:2])
    above = [text_at(rows[0].cells, column) for column in range(width)]
    below = [text_at(rows[1].cells, column) for column in range(width)] if len(rows) > 1 else []
    groups = [
        (column, [after for after in _run_of_blanks(above, column) if below[after]])
        for column in range(width)
        if above[column] and below and below[column] and fold(below[column]) not in {"response", "open-ended response"}
    ]
    joins = {
        column: {column: below[column], **{after: below[after] for after in more}} for column, more in groups if more
    }
    return _read("surveymonkey", grid, 2, _with_header(above, 2, joins=joins), items, options, found)


def _run_of_blanks(texts: Sequence[str], column: int) -> list[int]:
    run = []
    for after in range(column + 1, len(texts)):
        if texts[after]:
            break
        run.append(after)
    return run


def is_limesurvey(rows: Sequence[Row]) -> bool:
    """Whether the first row is LimeSurvey's, with headings as codes, texts or both."""
    headers = {fold(header).split(".")[0] for header in _first(rows)}
    return {"id", "submitdate"} <= headers and bool({"lastpage", "startlanguage", "seed"} & headers)


def read_limesurvey(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a LimeSurvey export; several choices have a column each; responses that were not submitted are left out."""
    codes, headers = [], []
    for header in _first(rows):
        coded = _CODED.match(header)
        codes.append(coded[1] if coded else header)
        headers.append(
            "" if fold(codes[-1]) in {"id", "lastpage", "startlanguage", "seed"} else coded[2] if coded else header
        )
    joins: dict[int, dict[int, str]] = {}
    first: dict[str, int] = {}
    for column, header in enumerate(headers):
        several = _IN_BRACKETS.match(header)
        if several:
            base = first.setdefault(several[1], column)
            joins.setdefault(base, {})[column] = several[2]
            headers[column] = several[1] if base == column else ""
    submitted = next(at for at, code in enumerate(codes) if fold(code) == "submitdate")
    left_out = [row.number for row in rows[1:] if not text_at(row.cells, submitted)]
    if left_out:
        found.add(unfinished(row_list(left_out)), grid.place(left_out[0]))

    def is_kept(row: Row) -> bool:
        return bool(text_at(row.cells, submitted))

    return _read("limesurvey", grid, 1, _with_header(headers, 1, is_kept, joins, _decoded), items, options, found)


def _decoded(text: str) -> str:
    """Return LimeSurvey's answer code `A2` or `AO02` as the option's number."""
    code = _CODE.match(text)
    return f"{code[1]}" if code else text


def _with_header(
    headers: Sequence[str],
    header_rows: int,
    is_kept: Callable[[Row], bool] | None = None,
    joins: dict[int, dict[int, str]] | None = None,
    convert: Callable[[str], str] | None = None,
    marks: Sequence[int] = (),
) -> Rewrite:
    """Return a rewriting of rows: one header in place of several, rows left out, columns of one question joined.

    A row with a text in one of the columns of `marks` is shifted.
    """
    joins = joins or {}

    def rewrite(rows: Iterator[Row]) -> Iterator[Row]:
        first = next(rows, None)
        if first is None:
            return
        yield first._replace(cells=list(headers))
        for at, row in enumerate(chain([first], rows)):
            if at >= header_rows and (is_kept is None or is_kept(row)):
                problem = row.problem or _misplaced(row.cells, marks)
                cells = _joined(row.cells, joins, convert) if joins or convert else row.cells
                yield (
                    row if cells is row.cells and problem is row.problem else row._replace(cells=cells, problem=problem)
                )

    return rewrite


def _misplaced(cells: Sequence[Cell], marks: Sequence[int]) -> str | None:
    """Return that a row is shifted, as the end of a sentence, where a text stands in a column of points."""
    text = next((text for column in marks if (text := text_at(cells, column)) and not _MARK.match(text)), None)
    return None if text is None else f"is shifted: {quoted(text, 30)} stands where points should"


def _joined(
    cells: Sequence[Cell], joins: dict[int, dict[int, str]], convert: Callable[[str], str] | None
) -> list[Cell]:
    done = [convert(cell) if convert and isinstance(cell, str) else cell for cell in cells]
    for column, options in joins.items():
        ticked = [
            option if fold(text_at(cells, at)) in _TICKED else text_at(cells, at)
            for at, option in options.items()
            if text_at(cells, at) and fold(text_at(cells, at)) not in {"no", "n", "0", "false"}
        ]
        for at in options:
            if at < len(done):
                done[at] = ""
        if column < len(done):
            done[column] = JOINER.join(ticked)
    return done


def _read(
    source: str,
    grid: Grid,
    header_rows: int,
    rewrite: Rewrite,
    items: Sequence[Item],
    options: SheetOptions,
    found: Diagnostics,
) -> ResponseTable | None:
    normal = grid.rewritten(rewrite, width=max((len(row.cells) for row in islice(grid.read(), header_rows)), default=0))
    return read_plain(normal, normal.sample(), items, options, found, source=source)
