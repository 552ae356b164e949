"""Response sheets as case files: from Markdown fences to the bytes of a sheet, and from a table back to text."""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from stemkey.diagnostics import CellSpan, Diagnostic, Diagnostics, Severity
from stemkey.files import Source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.model import Item, Quiz
from stemkey.scoring.responses import read_response
from stemkey.sheets import SheetOptions, open_sheet
from stemkey.sheets.table import ResponseBatch, ResponseTable

HERE = Path(__file__).parent
FENCE = re.compile(r"^(`{3,})(quiz|sheet|workbook|options|graded)(?: ([^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Case:
    """What the fences of a case say so far."""

    quiz: Quiz
    source: Source | None = None
    options: SheetOptions = field(default_factory=SheetOptions)


def quiz_of(text: str) -> Quiz:
    return read_markdown(Source("quiz.md", text.encode()), MarkdownOptions(), Diagnostics())


def default_quiz() -> Quiz:
    return quiz_of((HERE / "cases" / "capitals.txt").read_text(encoding="utf-8"))


def options_of(text: str) -> SheetOptions:
    values: dict[str, Any] = {}
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition(" = "))
        if name == "map":
            column, _, item = value.rpartition("=")
            values["map"] = (*values.get("map", ()), (column, item))
        elif value in {"yes", "no"}:
            values[name] = value == "yes"
        else:
            values[name] = int(value) if value.isdigit() else value
    return SheetOptions(**values)


def text_sheet(heading: str, body: str) -> Source:
    """Return the sheet of a fence: `sheet NAME encoding=… bom=… ends=…`; `\\x00`-like escapes with `escapes=yes`."""
    name, *settings = heading.split(" ")
    said = dict(setting.split("=", 1) for setting in settings)
    if said.get("escapes") == "yes":
        body = body.encode("latin-1", "backslashreplace").decode("unicode_escape")
    if "ends" in said:
        body = body.replace("\n", {"crlf": "\r\n", "cr": "\r"}[said["ends"]])
    if said.get("tabs") == "yes":
        body = body.replace("→", "\t")
    data = body.encode(said.get("encoding", "utf-8"))
    return Source(name, {"utf-8": b"\xef\xbb\xbf"}.get(said.get("bom", ""), b"") + data)


def workbook(heading: str, body: str) -> Source:
    """Return a workbook. Cells are CSV; `n:` a number, `e:` an error, `f:` a formula without value, `d:` a date.

    A line `# NAME` begins a sheet, `# NAME hidden` a hidden one.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new workbook has a sheet
    sheet = None
    row = 0
    for record in csv.reader(io.StringIO(body)):
        cells = record
        if cells and cells[0].startswith("# "):
            name, _, _ = cells[0][2:].partition(" hidden")
            sheet = book.create_sheet(name)
            sheet.sheet_state = "hidden" if cells[0].endswith(" hidden") else "visible"
            row = 0
            continue
        sheet = sheet or book.create_sheet("Sheet1")
        row += 1
        if cells and cells[0] == "hide:":
            sheet.row_dimensions[row].hidden = True
            cells = cells[1:]
        for column, cell in enumerate(cells, 1):
            _put(sheet.cell(row, column), cell)
    data = io.BytesIO()
    book.save(data)
    return Source(heading.split(" ", maxsplit=1)[0], data.getvalue())


def _put(cell: Any, text: str) -> None:
    kind, colon, rest = text.partition(":")
    if colon and kind == "n":
        cell.value = float(rest)
    elif colon and kind == "d":
        cell.value = datetime.fromisoformat(rest)
    elif colon and kind == "e":
        cell.value, cell.data_type = rest, "e"
    elif colon and kind == "f":
        cell.value = f"={rest}"
    elif colon and kind == "b":
        cell.value = rest == "TRUE"
    elif text:
        cell.value, cell.data_type = text, "s"


def graded(case: Case) -> str:
    """Return what becomes of a sheet: where from, the mapping, each attempt, the findings."""
    assert case.source is not None, "a case has a sheet before its expectation"
    found = Diagnostics()
    table = open_sheet(case.source, case.quiz, case.options, found)
    lines = [] if table else ["refused"]
    if table:
        lines += _table_lines(table, [item for item in case.quiz.items if item.interactions])
    lines += [_finding_line(finding) for finding in found]
    return "".join(f"{line}\n" for line in lines)


def _table_lines(table: ResponseTable, items: list[Item]) -> list[str]:
    what = " ".join(part for part in (table.source, table.kind, table.encoding or "", table.sheet or "") if part)
    by: dict[str, list[str]] = {}
    for match in table.mapping:
        by.setdefault(match.by, []).append(f"{match.letters}={match.number}")
    lines = [what, "; ".join(f"by {how}: {' '.join(matches)}" for how, matches in by.items())]
    for batch in table.batches():
        lines += [_attempt_line(batch, row, items) for row in range(len(batch))]
    counts = table.counts
    return [*lines, f"{counts.read} read, {counts.refused} refused"]


def _attempt_line(batch: ResponseBatch, row: int, items: list[Item]) -> str:
    who = [batch.ids[row].decode(), batch.names[row].decode(), batch.emails[row].decode()]
    attempt = [] if batch.attempts is None else [f"attempt {batch.attempts[row]}"]
    answers = []
    for item, column in zip(items, batch.columns, strict=True):
        reading = read_response(item, column.values[int(column.codes[row])])
        answers.append(reading.response or "·" if reading.status == "answered" else f"{reading.status}({reading.text})")
    shown = " ".join(answer.replace("omitted()", "·").replace("not_given()", "#") for answer in answers)
    return f"row {batch.rows[row]}: {' | '.join([*(part for part in who if part), *attempt])}: {shown}"


def place_of(finding: Diagnostic) -> str:
    """Return where in the sheet a finding is, ` at C7`; nothing where it is about the whole."""
    place = finding.place
    if not isinstance(place, CellSpan) or not (place.row or place.column):
        return ""
    return f" at {place.cell or (f'row {place.row}' if place.row else f'column {place.column}')}"


def _finding_line(finding: Diagnostic) -> str:
    where = place_of(finding)
    severity = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}[finding.severity]
    return f"{severity} {finding.code}{where}: {finding.message}"
