"""problems.csv: every finding in a line of its own, where there are too many for a terminal."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO

from stemkey.diagnostics import CellSpan, Diagnostic, Span
from stemkey.diagnostics.render import MAXIMUM_SHOWN
from stemkey.reports.to_csv import guarded

COLUMNS = ("severity", "code", "file", "sheet", "row", "cell", "question", "message", "hint")


def are_many(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether the terminal shows only the first findings of some code."""
    return any(count > MAXIMUM_SHOWN for count in Counter(finding.code for finding in diagnostics).values())


def problems_csv(diagnostics: Sequence[Diagnostic]) -> bytes:
    """Return the findings as CSV: UTF-8, LF, comma, nothing that a spreadsheet program takes for a formula."""
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *map(list, map(_cells, diagnostics))])
    return file.getvalue().encode("utf-8", "backslashreplace")


def _cells(finding: Diagnostic) -> Iterator[str]:
    place = finding.place
    in_sheet = place if isinstance(place, CellSpan) else None
    yield finding.severity.word
    yield finding.code
    yield guarded(place.source) if place is not None else ""
    yield guarded(in_sheet.sheet or "") if in_sheet else ""
    yield str(place.line) if isinstance(place, Span) else str((in_sheet and in_sheet.row) or "")
    yield (in_sheet.cell or "") if in_sheet else ""
    yield guarded(finding.item or "")
    yield guarded(finding.message)
    yield guarded(finding.hint or "")
