"""The table of sheet sources: every kind of file with answers that stemkey reads.

To add a source: a module beside this file, a row below, specimens in `tests/sheets/`, a paragraph in `docs/sheets.md`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from itertools import islice, zip_longest
from typing import Any, TypeAlias

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source
from stemkey.model import Item, Quiz
from stemkey.sheets.grid import Grid, Row
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import ResponseBatch, ResponseTable

HEADER_ROWS = 25
"""The header is looked for in so many rows."""

SheetReader: TypeAlias = Callable[
    [Grid, Sequence[Row], Sequence[Item], SheetOptions, Diagnostics], ResponseTable | None
]
"""grid, sample, items, options, found -> table; None, with findings, where the sheet is refused."""
SheetRecogniser: TypeAlias = Callable[[Sequence[Row]], bool]
"""Whether the first rows are certainly of this source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """One row: what the source is called, and where the functions are that know and read it."""

    name: str
    title: str
    reads: str
    """`module:name` of a `SheetReader`."""
    recognises: str | None = None
    """`module:name` of a `SheetRecogniser`; None for the source that is left when no other fits."""
    evidence: str = "from documentation only"
    """What shows that it works."""

    @property
    def reader(self) -> SheetReader:
        """The function that reads it."""
        reader: SheetReader = _load(self.reads)
        return reader

    def is_sure_of(self, rows: Sequence[Row]) -> bool:
        """Whether the first rows are certainly of this source."""
        return self.recognises is not None and bool(_load(self.recognises)(rows))


SOURCES: tuple[SheetSource, ...] = (
    SheetSource(
        name="moodle",
        title="Moodle quiz report Responses",
        reads="stemkey.sheets.moodle:read_moodle_responses",
        recognises="stemkey.sheets.moodle:is_moodle",
        evidence="reports of Moodle 4.5 with its own marks",
    ),
    SheetSource(
        name="sakai",
        title="Sakai Tests & Quizzes, export of responses",
        reads="stemkey.sheets.lms_workbooks:read_sakai",
        recognises="stemkey.sheets.lms_workbooks:is_sakai",
        evidence="from Sakai's source code only",
    ),
    SheetSource(
        name="canvas",
        title="Canvas Classic Quizzes Student Analysis",
        reads="stemkey.sheets.canvas:read_student_analysis",
        recognises="stemkey.sheets.canvas:is_canvas",
        evidence="reports written by Canvas's own code, with its points",
    ),
    SheetSource(
        name="google-forms",
        title="Google Forms: linked sheet and download",
        reads="stemkey.sheets.forms:read_google",
        recognises="stemkey.sheets.forms:is_google",
        evidence="public examples of both dialects",
    ),
    SheetSource(
        name="microsoft-forms",
        title="Microsoft Forms",
        reads="stemkey.sheets.forms:read_microsoft",
        recognises="stemkey.sheets.forms:is_microsoft",
        evidence="public examples",
    ),
    SheetSource(
        name="blackboard",
        title="Blackboard Download Results, by user",
        reads="stemkey.sheets.blackboard:read_blackboard",
        recognises="stemkey.sheets.blackboard:is_blackboard",
        evidence="public examples",
    ),
    SheetSource(
        name="blackboard-long",
        title="Blackboard Download Results, by question and user",
        reads="stemkey.sheets.long:read_blackboard_long",
        recognises="stemkey.sheets.long:is_blackboard_long",
        evidence="from documentation only",
    ),
    SheetSource(
        name="brightspace",
        title="Brightspace attempt details",
        reads="stemkey.sheets.long:read_brightspace",
        recognises="stemkey.sheets.long:is_brightspace",
        evidence="a public example",
    ),
    SheetSource(
        name="zipgrade",
        title="ZipGrade full format",
        reads="stemkey.sheets.scanned:read_zipgrade",
        recognises="stemkey.sheets.scanned:is_zipgrade",
        evidence="a public example",
    ),
    SheetSource(
        name="kahoot",
        title="Kahoot raw report data",
        reads="stemkey.sheets.long:read_kahoot",
        recognises="stemkey.sheets.long:is_kahoot",
        evidence="public examples",
    ),
    SheetSource(
        name="qualtrics",
        title="Qualtrics",
        reads="stemkey.sheets.forms:read_qualtrics",
        recognises="stemkey.sheets.forms:is_qualtrics",
        evidence="public examples of the header",
    ),
    SheetSource(
        name="surveymonkey",
        title="SurveyMonkey",
        reads="stemkey.sheets.forms:read_surveymonkey",
        recognises="stemkey.sheets.forms:is_surveymonkey",
        evidence="a public example",
    ),
    SheetSource(
        name="limesurvey",
        title="LimeSurvey",
        reads="stemkey.sheets.forms:read_limesurvey",
        recognises="stemkey.sheets.forms:is_limesurvey",
        evidence="from documentation only",
    ),
    SheetSource(
        name="amc",
        title="Auto Multiple Choice CSV with ticked boxes",
        reads="stemkey.sheets.scanned:read_amc",
        recognises="stemkey.sheets.scanned:is_amc",
        evidence="files written by AMC 1.6.0",
    ),
    SheetSource(
        name="r-exams",
        title="R/exams nops_eval",
        reads="stemkey.sheets.scanned:read_nops",
        recognises="stemkey.sheets.scanned:is_nops",
        evidence="files written by R/exams 2.4",
    ),
    SheetSource(
        name="r-exams-scan",
        title="R/exams nops_scan, Daten.txt",
        reads="stemkey.sheets.scanned:read_nops_scan",
        recognises="stemkey.sheets.scanned:is_nops_scan",
        evidence="a file written by R/exams 2.4",
    ),
    SheetSource(
        name="ilias",
        title="ILIAS overview of single choice questions",
        reads="stemkey.sheets.lms_workbooks:read_ilias",
        recognises="stemkey.sheets.lms_workbooks:is_ilias",
        evidence="from ILIAS' source code only",
    ),
    SheetSource(
        name="openolat",
        title="OpenOlat test archive",
        reads="stemkey.sheets.lms_workbooks:read_openolat",
        recognises="stemkey.sheets.lms_workbooks:is_openolat",
        evidence="from OpenOlat's source code only",
    ),
    SheetSource(
        name="marks-only",
        title="Gradebooks, lists of scores: refused by name",
        reads="stemkey.sheets.marks_only:read_marks_only",
        recognises="stemkey.sheets.marks_only:is_marks_only",
        evidence="public examples",
    ),
    SheetSource(
        name="canvas-new",
        title="Canvas New Quizzes, by a block of columns for each question",
        reads="stemkey.sheets.blackboard:read_blocks",
        recognises="stemkey.sheets.blackboard:is_in_blocks",
        evidence="from documentation only",
    ),
    SheetSource(
        name="plain-long",
        title="Plain long table: candidate, question, answer",
        reads="stemkey.sheets.long:read_long",
        recognises="stemkey.sheets.long:is_long",
        evidence="sheets made by scripts",
    ),
    SheetSource(
        name="answer-strings",
        title="Strings of letters, fixed width",
        reads="stemkey.sheets.scanned:read_strings",
        recognises="stemkey.sheets.scanned:is_string_sheet",
        evidence="scanner files by their documentation",
    ),
    SheetSource(
        name="plain",
        title="Plain sheet: a row for each candidate, a column for each question",
        reads="stemkey.sheets.plain:read_plain",
        evidence="sheets made by hand and by scripts",
    ),
)


@rule("S118", Severity.ERROR)
def no_such_source(name: str, hint: str) -> Text:
    """`--source` names no kind of sheet that stemkey knows; `stemkey formats` lists them.

    A source is how a program lays out its file; without `--source` it is recognised by its content.
    """
    return Text(f"there is no sheet source '{name}'", hint)


def open_sheet(source: Source, quiz: Quiz, options: SheetOptions, found: Diagnostics) -> ResponseTable | None:
    """Return a response sheet whose columns are matched to the quiz's items; None, with findings, where it is refused."""
    row = _asked_source(options, CellSpan(source.name), found) if options.source else None
    if options.source and row is None:
        return None
    grids = _open(source, options, found)
    if not grids:
        return None
    graded = tuple(item for item in quiz.items if item.interactions)
    items = (*graded, *(item for item in options.left_out if item.interactions))
    candidates = [(grid, grid.sample()) for grid in grids]
    chosen = _choose(candidates, items, options, found)
    if chosen is None:
        return None
    grid, rows = chosen
    if options.transposed:
        grid = _turned(grid)
        rows = grid.sample()
    marked = grid.with_cut_marked(rows)
    if marked is not grid:
        grid, rows = marked, marked.sample()
    broken = next((entry for entry in rows if entry.problem == "is not closed"), None)
    if broken is not None:
        from stemkey.sheets.delimited import quote_not_closed

        if not any(finding.code == "S006" and finding.place == grid.place(broken.number) for finding in found):
            found.add(quote_not_closed("it swallows rows"), grid.place(broken.number))
        return None
    joined = _joined_lines(grid, rows)
    if joined is not None:
        found.add(line_end_lost(len(joined.cells)), grid.place(joined.number))
        return None
    table = (row or detect_source(rows)).reader(grid, rows, items, options, found)
    return _only(table, graded) if table and len(items) > len(graded) else table


_MOST_TURNED = 20_000


def _turned(grid: Grid) -> Grid:
    """Return a grid whose columns are its rows; places are no longer those of the file."""

    def turn(rows: Iterator[Row]) -> Iterator[Row]:
        cells = [row.cells for row in islice(rows, _MOST_TURNED)]
        for number, column in enumerate(zip_longest(*cells, fillvalue=""), 1):
            yield Row(number, column)

    return grid.rewritten(turn, is_as_written=False)


@rule("S023", Severity.ERROR)
def line_end_lost(cells: int) -> Text:
    """One of the first lines has as many cells as two rows joined end to end: the line end between them is lost.

    If it is the header's, the first candidate would vanish into it.
    """
    return Text(
        f"the line has {cells} cells, as many as two rows: a line end is missing in it",
        "mend the line, or export the sheet again",
    )


def _joined_lines(grid: Grid, rows: Sequence[Row]) -> Row | None:
    """Return the one of the first rows of a text file that is two rows in one line, down to the header."""
    if grid.separator is None or len(rows) < 3:
        return None
    widths = Counter(len(row.cells) for row in rows)
    width, count = widths.most_common(1)[0]
    if width < 3 or count * 2 < len(rows):
        return None
    for row in rows[:HEADER_ROWS]:
        if len(row.cells) == 2 * width - 1:
            return row
        if len(row.cells) == width:
            return None
    return None


def _only(table: ResponseTable, items: Sequence[Item]) -> ResponseTable:
    """Return a table with the columns of the first items only; the others were matched and are left out."""

    def read() -> Iterator[ResponseBatch]:
        for batch in table.batches():
            yield replace(batch, columns=batch.columns[: len(items)])

    numbers = {item.number for item in items}
    return replace(table, read=read, mapping=tuple(match for match in table.mapping if match.number in numbers))


def _open(source: Source, options: SheetOptions, found: Diagnostics) -> tuple[Grid, ...] | None:
    if options.fixed:
        from stemkey.sheets.scanned import open_fixed

        grid = open_fixed(source, options, found)
        return (grid,) if grid else None
    from stemkey.sheets.containers import open_grids

    return open_grids(source, options, found)


def detect_source(rows: Sequence[Row]) -> SheetSource:
    """Return the source that the first rows are certainly of, else the plain sheet."""
    return next((row for row in SOURCES if row.is_sure_of(rows)), SOURCES[-1])


def _asked_source(options: SheetOptions, place: CellSpan, found: Diagnostics) -> SheetSource | None:
    names = [row.name for row in SOURCES]
    asked = options.source or ""
    if asked in names:
        return SOURCES[names.index(asked)]
    close = get_close_matches(asked, names, n=1)
    found.add(no_such_source(asked, f"did you mean '{close[0]}'?" if close else f"one of: {', '.join(names)}"), place)
    return None


def _choose(
    candidates: Sequence[tuple[Grid, list[Row]]], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> tuple[Grid, list[Row]] | None:
    """Return the one sheet that holds answers."""
    if len(candidates) == 1 or options.sheet:
        return candidates[0]
    from stemkey.sheets.columns import ItemNames, find_header
    from stemkey.sheets.workbook import several_sheets

    names = ItemNames(items)
    merits = [
        (len({match.item for match in find_header(rows, names)[1]}), any(row.is_sure_of(rows) for row in SOURCES))
        for _, rows in candidates
    ]
    best = max(matched for matched, _ in merits)
    good = [
        candidate
        for candidate, (matched, sure) in zip(candidates, merits, strict=True)
        if (best and matched == best) or (not best and sure)
    ]
    answers = [candidate for candidate in good if not _is_beside(candidate[0].sheet or "")]
    if len(answers) == 1:
        return answers[0]
    if not good:
        return candidates[0]
    found.add(several_sheets(", ".join(f"'{grid.sheet}'" for grid, _ in good)), CellSpan(good[0][0].source))
    return None


_BESIDE = frozenset(
    """key|answer key|answers key|key sheet|solution|solutions|correct answers|stats|statistics|summary|item analysis|analysis
    |schlüssel|lösung|lösungen|musterlösung|statistik|auswertung|clave|estadísticas|corrigé|statistiques|gabarito|chiave"""
    .replace("\n", "").replace("    ", "").split("|")
)  # fmt: skip


def _is_beside(name: str) -> bool:
    """Whether a sheet is called like the key or like statistics, which stand beside the answers."""
    return " ".join(name.casefold().replace("_", " ").split()) in _BESIDE


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


__all__ = ["SOURCES", "SheetOptions", "SheetSource", "detect_source", "open_sheet"]
