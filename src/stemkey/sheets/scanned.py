"""Answer sheets that were scanned: ZipGrade, Auto Multiple Choice, R/exams' nops, and strings of letters."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source
from stemkey.model import Item
from stemkey.scoring.spelling import fold
from stemkey.sheets.columns import HEADER_ROWS, number_of
from stemkey.sheets.delimited import text_lines
from stemkey.sheets.grid import Cell, Grid, Row, text_at
from stemkey.sheets.key_rows import key_disagrees, key_row_disagrees
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import ResponseTable
from stemkey.sheets.wide import shifted

_BITS = re.compile(r"^[01](?:[;,]?[01])+$")
_STRINGS = frozenset(
    {"answers", "responses", "answer string", "answerstring", "response string", "antworten", "respuestas", "reponses",
     "respostas", "risposte", "responsestring", "letters"}
)  # fmt: skip
_STRING = re.compile(r"^[A-Za-z0-9 .*?_#-]+$")
_SCANNED = re.compile(
    r"^\S.*? (?P<exam>\d{11}) (?P<scrambling>\d{2}) \d{3} \d (?P<registration>\d{6,12}) (?P<bits>[01]{5}(?: [01]{5})*)\s*$"
)
_FIELD = re.compile(r"^\s*([A-Za-z_ ]+?)\s*=\s*(\d+)\s*(?:[-–:]\s*(\d+))?\s*$")


@rule("S120", Severity.ERROR)
def bad_fixed_columns(text: str) -> Text:
    """`--fixed` says in which characters of a line what stands, counted from 1: `id=1-7,name=8-27,answers=28-37`."""
    return Text(f"'{text}' does not say columns", "write --fixed id=1-7,name=8-27,answers=28-37")


def is_zipgrade(rows: Sequence[Row]) -> bool:
    """Whether the first row is ZipGrade's full format."""
    headers = {header.lower().replace(" ", "") for header in (header_texts(rows[0]) if rows else ())}
    return {"stu1", "prikey1"} <= headers


def read_zipgrade(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return ZipGrade's full format, if the keys that it was scanned with are the quiz's."""
    headers = header_texts(rows[0])
    if options.form_column is None:
        version = next(
            (column for column, header in enumerate(headers) if header.replace(" ", "") == "KeyVersion"), None
        )
        keys = {tuple(text_at(row.cells, column) for column in _key_columns(headers)) for row in rows[1:]}
        versions = dict.fromkeys(text_at(row.cells, version) for row in rows[1:])
        if len(keys) > 1 and len(versions) > 1:
            found.add(keys_of_several_forms(", ".join(versions), headers[version or 0]), grid.place())
            return None
        if not _keys_agree("prikey", headers, grid, rows, items, found):
            return None
    return read_plain(grid, rows, items, options, found, source="zipgrade")


@rule("S125", Severity.ERROR)
def keys_of_several_forms(versions: str, column: str) -> Text:
    """The sheets were scanned with several keys, as tests with several forms are, and the quiz has one order only.

    The same letter means another option in each form. The rules file says the key or the order of each.
    """
    return Text(
        f"the sheets have several keys: {versions}",
        f"say the key of each form in --rules, as [forms] with the column '{column}'",
    )


def _key_columns(headers: Sequence[str]) -> list[int]:
    return [
        column for column, header in enumerate(headers) if (number_of(header) or ("", ""))[0].strip(". ") == "prikey"
    ]


def _keys_agree(
    word: str, headers: Sequence[str], grid: Grid, rows: Sequence[Row], items: Sequence[Item], found: Diagnostics
) -> bool:
    """Whether the keys beside the answers are the quiz's: they differ where a test had several forms."""
    of_number = {item.number: item for item in items}
    for row in rows[1:]:
        differences = []
        for column, header in enumerate(headers):
            numbered = number_of(header)
            if numbered and numbered[0].strip(". ") == word and numbered[1] in of_number:
                difference = key_disagrees(of_number[numbered[1]], text_at(row.cells, column))
                differences += [difference] if difference else []
        if differences:
            found.add(key_row_disagrees(row.number, ", ".join(differences[:5])), grid.place(row.number))
            return False
    return True


def is_amc(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Auto Multiple Choice's CSV with the ticked boxes."""
    return bool(rows) and any(header.startswith("TICKED:") for header in header_texts(rows[0]))


def read_amc(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return Auto Multiple Choice's CSV: the ticked boxes, not the marks beside them."""
    written = header_texts(rows[0])
    mark = written.index("Mark") if "Mark" in written else None
    ticked = {header.removeprefix("TICKED:") for header in written if header.startswith("TICKED:")}
    headers = [_amc_header(header, ticked) for header in written]
    answers = [column for column, header in enumerate(written) if header.startswith("TICKED:") and headers[column]]

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        first = next(source, None)
        if first is None:
            return
        yield first._replace(cells=headers)
        for row in source:
            absent = text_at(row.cells, mark) == "ABS"
            cells = list(row.cells)
            for column in answers:
                if column < len(cells):
                    cells[column] = "ABS" if absent else _letters(cells[column])
            yield row._replace(cells=cells)

    normal = grid.rewritten(rewrite, width=len(written))
    return read_plain(normal, normal.sample(), items, options, found, source="amc")


def _amc_header(header: str, ticked: set[str]) -> str:
    if header.startswith("A:"):
        return "ID number"
    name = header.removeprefix("TICKED:")
    is_code = "[" in name
    return "" if header in ticked or is_code or header in {"Exam", "Mark", "student"} else name


def _letters(cell: Cell) -> Cell:
    """Return `00101` and `0;0;1;0;1` as the letters C and E."""
    if not isinstance(cell, str) or not _BITS.match(cell.strip()):
        return cell
    bits = [bit for bit in cell if bit in "01"]
    return ",".join(chr(65 + at) for at, bit in enumerate(bits) if bit == "1")


def is_nops(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of R/exams' evaluated sheets."""
    headers = set(header_texts(rows[0])) if rows else set()
    return {"registration", "answer.1", "solution.1"} <= headers


def read_nops(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return R/exams' `nops_eval.csv`, if the solutions beside the answers are the quiz's keys."""
    headers = header_texts(rows[0])
    bits = [column for column, header in enumerate(headers) if header.startswith(("answer.", "solution."))]

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        for row in source:
            cells = list(row.cells)
            for column in bits:
                if column < len(cells):
                    cells[column] = _letters(cells[column])
            yield row._replace(cells=cells)

    normal = grid.rewritten(rewrite)
    sample = normal.sample()
    # With forms the rules file says what each letter means; the solutions are those of each form.
    if options.form_column is None and not _keys_agree("solution", headers, grid, sample, items, found):
        return None
    return read_plain(normal, sample, items, options, found, source="r-exams")


@rule("S123", Severity.ERROR)
def several_exams(exams: str) -> Text:
    """The scanned sheets belong to several printed exams, and this file does not say what was the key of each.

    R/exams shuffles questions and options anew for each exam that it prints, so the same box means something else.
    `nops_eval.csv` holds the solution of each sheet; or the rules file names the key of each form.
    """
    return Text(
        f"the sheets are of several exams: {exams}",
        "grade nops_eval.csv, or give the exams' keys as forms in --rules, with the column 'exam'",
    )


def is_nops_scan(rows: Sequence[Row]) -> bool:
    """Whether the first rows are lines of R/exams' scanned sheets, before they are evaluated."""
    return bool(rows) and all(_SCANNED.match(_line(row)) for row in rows[:3])


def _line(row: Row) -> str:
    return " ".join(cell if isinstance(cell, str) else cell.text for cell in row.cells)


def read_nops_scan(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return R/exams' `Daten.txt`: a line for each sheet, five bits for each question."""
    scanned = [match for row in rows if (match := _SCANNED.match(_line(row)))]
    exams = list(dict.fromkeys(f"{match['exam']}-{match['scrambling']}" for match in scanned))
    if len(exams) > 1 and not options.form_column:
        found.add(several_exams(", ".join(exams[:5])), grid.place())
        return None
    width = max((len(match["bits"].split()) for match in scanned), default=0)

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        yield Row(0, ["exam", "scrambling", "registration", *map(str, range(1, width + 1))])
        for row in source:
            yield _scanned_row(row, width)

    normal = grid.rewritten(rewrite, is_as_written=False)
    return read_plain(normal, normal.sample(), items, options, found, source="r-exams-scan")


def _scanned_row(row: Row, width: int) -> Row:
    match = _SCANNED.match(_line(row))
    if match is None:
        return row._replace(cells=[""] * 3, problem=row.problem or "is not a line of a scanned sheet")
    answers = [_letters(bits) for bits in match["bits"].split()]
    problem = row.problem or (None if len(answers) == width else f"has {len(answers)} answers instead of {width}")
    return row._replace(cells=[match["exam"], match["scrambling"], match["registration"], *answers], problem=problem)


def is_string_sheet(rows: Sequence[Row]) -> bool:
    """Whether a column headed `answers` holds a string of letters for each candidate."""
    return _string_column(rows) is not None


def _string_column(rows: Sequence[Row]) -> tuple[int, int] | None:
    for at, row in enumerate(rows[:HEADER_ROWS]):
        for column, header in enumerate(header_texts(row)):
            if fold(header) in _STRINGS:
                texts = [text for below in islice(rows, at + 1, at + 50) if (text := text_at(below.cells, column))]
                if texts and all(_STRING.match(text) for text in texts) and max(map(len, texts)) > 1:
                    return at, column
    return None


def read_strings(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a sheet in which one cell holds a letter for each question, blanks for those not answered."""
    place = _string_column(rows)
    if place is None:
        return read_plain(grid, rows, items, options, found)
    at, column = place
    width = len(items)
    header = header_texts(rows[at])
    header_row = rows[at].number

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        for row in source:
            if row.number == header_row:
                yield row._replace(cells=[*header[:column], *header[column + 1 :], *(item.number for item in items)])
            elif row.number > header_row:
                yield _spread(row, column, len(header), width)

    normal = grid.rewritten(rewrite, is_as_written=False)
    return read_plain(normal, normal.sample(), items, options, found, source="answer-strings")


def _spread(row: Row, column: int, columns: int, width: int) -> Row:
    """Return a row with its string in single cells; one that is too long is not graded."""
    cell = row.cells[column] if column < len(row.cells) else ""
    text = cell if isinstance(cell, str) else cell.text
    marks = text.rstrip("\r\n").ljust(width)
    problem = row.problem or shifted(row, columns)
    if len(marks.rstrip()) > width:
        problem = f"has {len(marks.rstrip())} answers for {width} questions"
    kept: list[Cell] = [row.cells[at] if at < len(row.cells) else "" for at in range(columns) if at != column]
    return row._replace(cells=[*kept, *("" if mark in " -._#" else mark for mark in marks[:width])], problem=problem)


def open_fixed(source: Source, options: SheetOptions, found: Diagnostics) -> Grid | None:
    """Return the lines of a scanner's file, cut where `--fixed` says; None, with a finding, where it does not say."""
    fields = [_FIELD.match(part) for part in (options.fixed or "").split(",")]
    if not all(fields):
        found.add(bad_fixed_columns(options.fixed or ""), CellSpan(source.name))
        return None
    cuts = [(field[1], int(field[2]) - 1, int(field[3] or field[2])) for field in fields if field]
    opened = text_lines(source, options, found)
    if opened is None:
        return None
    encoding, lines = opened

    def read() -> Iterator[Row]:
        yield Row(0, [name for name, _, _ in cuts])
        for number, line in enumerate(lines(), 1):
            if line.strip():
                yield Row(number, [line.rstrip("\r\n")[start:end] for _, start, end in cuts])

    return Grid(source=source.name, kind="fixed", encoding=encoding, read=read, is_as_written=False)
