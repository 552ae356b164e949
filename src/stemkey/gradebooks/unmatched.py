"""Candidates who cannot stand in a gradebook: a table of their own, and why."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.gradebooks import Entry, GradebookFormat, Grades, Students, shown_score

_ROW = re.compile(r"row [0-9]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def divided(
    grades: Grades, row: GradebookFormat, place: Place, found: Diagnostics
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return who can stand in a gradebook and who cannot, in their order; findings say why."""
    nameless = [entry for entry in grades.entries if not _has_id(entry, row.students)]
    formulas = [entry for entry in grades.entries if is_formula(entry.id)]
    others = [entry for entry in grades.entries if entry.points != grades.points]
    for entries, reason in ((nameless, students_without_id), (formulas, ids_like_formulas)):
        if entries:
            found.add(reason(row.name, len(entries), _shown(entries)), place)
    if others:
        found.add(other_maximum(row.name, shown_score(grades.points), len(others), _shown(others)), place)
    apart = {id(entry) for entry in (*nameless, *formulas, *others)}
    return (
        tuple(entry for entry in grades.entries if id(entry) not in apart),
        tuple(entry for entry in grades.entries if id(entry) in apart),
    )


def _has_id(entry: Entry, students: Students) -> bool:
    """Whether the id is one, and no name, address or (with `--anonymous`) row that stands for it."""
    if _ROW.fullmatch(entry.id):
        return False
    match students:
        case Students.ANY:
            return True
        case Students.ID_OR_ADDRESS:
            return bool(entry.id) and (entry.id != entry.name or "@" in entry.id)
        case Students.ID:
            return bool(entry.id) and entry.id != entry.name and "@" not in entry.id


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program takes a text for a formula."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text)


def _shown(entries: Sequence[Entry]) -> str:
    return shown_names([entry.id for entry in entries])


def shown_names(names: Sequence[str]) -> str:
    """Return the first ids in quotes, and how many more there are."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(f"'{name}'" for name in names[:10]) + more


def unmatched_table(entries: Sequence[Entry]) -> bytes:
    """Return the table of candidates whose scores must be entered by hand. People read it, so ids are guarded as well."""
    from stemkey.gradebooks.tables import safe

    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "name", "email", "score", "points"])
    for entry in entries:
        name = f"'{entry.id}" if is_formula(entry.id) else entry.id
        writer.writerow(
            [name, safe(entry.name), safe(entry.email), shown_score(entry.score), shown_score(entry.points)]
        )
    return file.getvalue().encode("utf-8")


@rule("P120", Severity.WARNING)
def students_without_id(gradebook: str, count: int, names: str) -> Text:
    """These candidates have a name or an address where the gradebook wants an id, so it could not find them.

    Their scores are in a file of their own, `gradebook-…-unmatched.csv`. Some importers stop at the first student whom
    they do not know; and two students can have one name.
    """
    return Text(
        f"{count} candidates have no id that {gradebook} finds students by: {names}",
        "give the ids with --id-column or --roster, or enter these scores by hand",
    )


@rule("P121", Severity.WARNING)
def ids_like_formulas(gradebook: str, count: int, names: str) -> Text:
    """These ids begin like a formula, and a spreadsheet program would compute them when the gradebook is opened.

    An id is never changed, and a formula is never written: these scores are in `gradebook-…-unmatched.csv`.
    """
    return Text(
        f"{count} ids begin like a formula and are left out of the {gradebook} gradebook: {names}",
        "look at these rows of the sheet; enter their scores by hand",
    )


@rule("P122", Severity.WARNING)
def other_maximum(gradebook: str, points: str, count: int, names: str) -> Text:
    """A gradebook's column has one maximum, and these candidates' tests had another: they were given other questions.

    7 of 12 is no 7 of 10. Their scores are in `gradebook-…-unmatched.csv`, with their maximum.
    """
    return Text(
        f"the column of the {gradebook} gradebook is out of {points} points and the tests of {count} candidates are not: {names}",
        "enter these scores by hand, scaled if that is fair",
    )
