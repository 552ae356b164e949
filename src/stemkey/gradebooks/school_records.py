"""Files for student information systems: OneRoster's results and PowerSchool's score template."""

from uuid import NAMESPACE_URL, uuid5

from stemkey.diagnostics import Severity, Text, rule
from stemkey.gradebooks import Entry, Grades, shown_score
from stemkey.gradebooks.tables import csv_bytes, safe

RESULTS = (
    "sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate",
    "comment",
)  # fmt: skip
"""OneRoster 1.1's header of results.csv; importers want this order."""


def write_oneroster(grades: Grades) -> bytes:
    """Return OneRoster 1.1's results.csv for bulk import: status and dateLastModified stay empty."""
    rows = [
        [_result_id(grades, e), "", "", grades.identifier, e.id, "fully graded", shown_score(e.score), grades.date, ""]
        for e in grades.entries
    ]
    return csv_bytes([RESULTS, *rows])


def _result_id(grades: Grades, entry: Entry) -> str:
    """Return an id of the result: the same for the same quiz and candidate, so that a second import replaces the first."""
    return str(uuid5(NAMESPACE_URL, f"stemkey:{len(grades.identifier)}:{grades.identifier}:{entry.id}"))


def write_powerschool(grades: Grades) -> bytes:
    """Return PowerTeacher Pro's score template. Without the seven lines before the header it is not read at all."""
    head = [
        ["Teacher Name:", "", ""],
        ["Class:", "", ""],
        ["Assignment Name:", safe(grades.title), ""],
        ["Due Date:", grades.date, ""],
        ["Points Possible:", repr(float(grades.points)), ""],
        ["Extra Points:", "0.0", ""],
        ["Score Type:", "POINTS", ""],
        ["Student Num", "Student Name", "Score"],
    ]
    return csv_bytes([*head, *([e.id, safe(e.name), shown_score(e.score)] for e in grades.entries)])


@rule("P119", Severity.WARNING)
def score_date_empty() -> Text:
    """OneRoster's results have a column scoreDate, and nobody said the date; stemkey takes nothing from the clock.

    The column stays empty. OneRoster 1.1 calls it required, so a strict importer refuses the file:

        stemkey grade week3.md responses.csv --gradebook oneroster --score-date 2026-09-17
    """
    return Text("scoreDate stays empty in the OneRoster file", "give the date of the scores: --score-date 2026-09-17")
