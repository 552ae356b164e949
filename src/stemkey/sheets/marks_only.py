"""Files that hold marks and no answers: named as what they are, with the report to download instead."""

import re
from collections.abc import Sequence

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Item
from stemkey.sheets.columns import HEADER_ROWS
from stemkey.sheets.grid import Grid, Row, text_at
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts
from stemkey.sheets.table import ResponseTable

_AMC = re.compile(r"^A:[\w-]+$")
"""How Auto Multiple Choice heads the column by which sheets and students were associated."""
_SAKAI = re.compile(r"\[\d+(?:\.\d+)?\]$")
"""How Sakai heads an assignment: its title and its points."""
_BLACKBOARD = re.compile(r"\[Total Pts:.*\|\s*\d+")


@rule("S115", Severity.ERROR)
def only_marks(kind: str, instead: str) -> Text:
    """The file holds the marks that another program gave, and not what the candidates answered.

    Marks cannot be graded again, and no item analysis can be made of options that nobody knows.
    """
    return Text(f"this is {kind}: it holds marks, not answers", instead)


def is_marks_only(rows: Sequence[Row]) -> bool:
    """Whether the first rows are those of a gradebook or of a list of scores."""
    return _kind(rows) is not None


def read_marks_only(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return nothing: say what the file is and what to download."""
    kind, instead = _kind(rows) or ("a gradebook", "download the report with responses")
    found.add(only_marks(kind, instead), grid.place())
    return None


def _kind(rows: Sequence[Row]) -> tuple[str, str] | None:
    for row in rows[:HEADER_ROWS]:
        headers = header_texts(row)
        known = set(headers)
        if {"Total Score", "Max Points", "Submission ID"} <= known:
            return (
                "Gradescope's list of scores",
                "Gradescope exports no answers; use what the answers were collected with",
            )
        if headers[:2] == ("Student", "ID") and "Section" in known:
            return "a Canvas gradebook", "download the quiz's Student Analysis (Quiz Statistics)"
        if {"Question Id", "Question Title", "Difficulty Index"} <= known:
            return "Canvas' Item Analysis", "download the quiz's Student Analysis (Quiz Statistics)"
        if any(_BLACKBOARD.search(header) for header in headers):
            return "a Blackboard gradebook", "download the test's results (Download Results, by user)"
        if any(_AMC.match(header) for header in headers[:2]) and len(headers) > 3:
            return (
                "Auto Multiple Choice's table of marks",
                "export it as CSV with the ticked boxes (Reports, CSV, ticked: AB or 01)",
            )
        if {"Rank", "Player"} <= known and any(header.startswith("Total Score") for header in headers):
            return (
                "Kahoot's list of scores",
                "give the sheet 'RawReportData Data' of the report; a colour that shows who was right is no answer",
            )
        if {"Q #", "Answer Match", "# Responses"} <= known and not known & {"Username", "Org Defined ID"}:
            return "Brightspace's question statistics", "export the attempt details, which name the users"
        if {"sourcedId", "lineItemSourcedId", "score"} <= known:
            return "OneRoster results", "give the report with the answers, from where the test was taken"
        if headers[:2] == ("Student ID", "Name") and any(_SAKAI.search(header) for header in headers[2:]):
            return "a Sakai gradebook", "export the test's responses (Tests & Quizzes, Export)"
        if headers and any(f"Feedback: {header}" in known for header in headers):
            return "a Moodle gradebook", "download the quiz's Responses report"
        if "End-of-Line Indicator" in known:
            return "a Brightspace gradebook", "export the quiz's attempt details (Statistics)"
    if rows and text_at(rows[0].cells, 0) in {"Quiz name", "Q#"}:
        return "Moodle's Statistics report", "download the quiz's Responses report"
    return None
