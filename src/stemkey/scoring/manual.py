"""Points that people gave: a second sheet with a line for each candidate and question, for essays and for corrections."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from io import StringIO
from typing import NamedTuple

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, column_letters, rule
from stemkey.files import Source, decode_text
from stemkey.model import Item, Quiz

HEADERS: Mapping[str, tuple[str, ...]] = {
    "student": ("student", "id", "candidate", "student id", "id number", "student number"),
    "question": ("question", "item", "number", "question number"),
    "points": ("points", "score", "mark", "marks"),
}


class Key(NamedTuple):
    """A candidate's answer to an item."""

    student: str
    number: str


@dataclass(frozen=True, slots=True)
class ManualScores:
    """Points by candidate and item."""

    points: Mapping[Key, Fraction] = field(default_factory=dict)

    @property
    def numbers(self) -> frozenset[str]:
        """The items that people graded."""
        return frozenset(key.number for key in self.points)


NO_MANUAL_SCORES = ManualScores()


def read_manual_scores(
    source: Source, quiz: Quiz, found: Diagnostics, maxima: Mapping[str, Fraction] | None = None
) -> ManualScores | None:
    """Return the points of a table `student,question,points[,comment]`; None where it is none.

    A line that cannot be used is a finding, and gives nobody points. `maxima` are points of questions, by number, where a
    rules file or a scoring rule gives them others than the quiz does.
    """
    text = decode_text(source, found)
    if text is None:
        return None
    first = text.partition("\n")[0]
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count)))
    columns = _columns(rows[0] if rows else [])
    if columns is None:
        found.add(not_manual_scores(", ".join(rows[0][:6]) if rows else ""), CellSpan(source.name, None, 1))
        return None
    counted = [replace(item, points=(maxima or {}).get(item.number, item.points)) for item in quiz.items]
    items = {name: item for item in counted for name in (item.number, item.identifier)}
    reader = _Reader(source.name, columns, items, found)
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            reader.read(number, row)
    return ManualScores({key: points for key, points in reader.points.items() if key not in reader.contradicted})


def _columns(header: list[str]) -> dict[str, int] | None:
    names = [" ".join(cell.strip().lower().split()) for cell in header]
    found = {
        field_: next((index for index, name in enumerate(names) if name in known), -1)
        for field_, known in HEADERS.items()
    }
    return found if min(found.values()) >= 0 else None


class _Reader:
    def __init__(self, source: str, columns: dict[str, int], items: Mapping[str, Item], found: Diagnostics) -> None:
        self.source, self.columns, self.items, self.found = source, columns, items, found
        self.points: dict[Key, Fraction] = {}
        self.contradicted: set[Key] = set()

    def read(self, number: int, row: list[str]) -> None:
        student, question, text = (self._cell(row, name) for name in ("student", "question", "points"))
        item = self.items.get(question)
        if not student or item is None:
            self.found.add(no_such_question(question or student), self._place(number, "question"))
            return
        if not text:
            return  # not graded yet
        try:
            points = Fraction(text.replace(",", "."))
        except (ValueError, ZeroDivisionError):
            self.found.add(points_not_a_number(text, student), self._place(number, "points"), item=item.number)
            return
        if not 0 <= points <= item.points:
            self.found.add(
                points_out_of_range(text, str(item.points), student), self._place(number, "points"), item=item.number
            )
            return
        key = Key(student, item.number)
        if self.points.setdefault(key, points) != points:
            self.contradicted.add(key)
            self.found.add(points_given_twice(student, item.number), self._place(number, "points"), item=item.number)

    def _cell(self, row: list[str], name: str) -> str:
        index = self.columns[name]
        return row[index].strip() if index < len(row) else ""

    def _place(self, number: int, name: str) -> CellSpan:
        return CellSpan(self.source, None, number, column_letters(self.columns[name]))


@rule("G221", Severity.ERROR)
def not_manual_scores(header: str) -> Text:
    """The file of points given by hand has no columns for student, question and points, so nobody's points are known.

    A line is `student,question,points` and, if you like, a comment; `question` is its number.
    """
    return Text(f"the points given by hand begin with '{header}'", "give the columns student, question, points")


@rule("G222", Severity.ERROR)
def no_such_question(question: str) -> Text:
    """A line of the points given by hand names no student, or a question that the quiz does not have.

    Nobody gets these points until the line is corrected.
    """
    return Text(f"'{question}' is no question of the quiz", "write the question's number")


@rule("G223", Severity.ERROR)
def points_not_a_number(text: str, student: str) -> Text:
    """Points given by hand are no number, so the answer still waits. It is not counted as 0."""
    return Text(f"'{text}' for {student} is no number of points", "write a number, or leave the cell empty")


@rule("G224", Severity.ERROR)
def points_out_of_range(text: str, maximum: str, student: str) -> Text:
    """Points given by hand are below 0 or above the question's maximum. They are refused, and the answer still waits."""
    return Text(f"{text} points for {student} are not between 0 and {maximum}", "correct the points")


@rule("G225", Severity.ERROR)
def points_given_twice(student: str, number: str) -> Text:
    """Two lines give one answer different points. Neither is taken, and the answer still waits."""
    return Text(
        f"{student} has two different numbers of points for question {number}", "delete the line that does not count"
    )


@rule("G226", Severity.WARNING)
def points_for_strangers(count: int, names: str) -> Text:
    """Points were given by hand to candidates who are in no sheet. Mistyped ids, mostly: somebody's answer still waits."""
    return Text(f"points were given by hand to {count} candidates who are in no sheet: {names}", "correct their ids")
