"""`--fill TEMPLATE`: the scores go into one column of the file that the LMS exported; every other byte stays.

The file is cut into cells without being rewritten: a score replaces the bytes of its cell and nothing else, so ids, quotes,
line ends and columns that nobody asked about come out as they went in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, column_letters, rule
from stemkey.files import Source
from stemkey.gradebooks import Entry, Grades, shown_score
from stemkey.gradebooks.unmatched import shown_names, unmatched_table

HEADER_ROWS = 15
ID_HEADERS = (
    "id", "sis user id", "sis login id", "integration id", "student id", "id number", "orgdefinedid", "username",
    "student num", "student number", "unique user id", "sourcedid", "studentsourcedid",
)  # fmt: skip
EMAIL_HEADERS = ("email address", "email", "e-mail", "e-mail address")
KEPT = frozenset({"ex", "excused", "exempt"})
"""What a teacher wrote instead of a score, and a score never replaces."""

_MAXIMUM = re.compile(r"(?:total pts:|maxpoints:|\[)\s*([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_SUFFIX = re.compile(
    r"\s*(?:\(\d+\)|\[[^\]]*\]\s*(?:\|\S+)?|\|\S+|points grade.*|<[^>]*>|\(read only\))\s*$", re.IGNORECASE
)


class Cell(NamedTuple):
    """One cell: what it says, and where its text stands in the file."""

    text: str
    start: int
    end: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with scores."""

    data: bytes
    unmatched: bytes
    """A table of the candidates who are not in the template; only its header where there are none."""


def fill(template: Source, grades: Grades, column: str | None, found: Diagnostics) -> Filled | None:
    """Return a template with the scores of its students; None, with findings, where that cannot be done safely."""
    decoded = _decode(template.data)
    if decoded is None:
        found.add(template_not_read(template.name), CellSpan(template.name))
        return None
    text, encode = decoded
    rows = cut(text)
    at = _header_row(rows)
    if at is None:
        found.add(
            template_without_ids(", ".join(cell.text for cell in rows[0][:6]) if rows else ""), CellSpan(template.name)
        )
        return None
    target = _score_column(rows[at], grades, column, CellSpan(template.name, None, at + 1), found)
    if target is None or not _maximum_agrees(rows, at, target, grades, template, found):
        return None
    students = _of_this_quiz(rows[at], rows[at + 1 :], grades)
    placed = _match(rows[at], students, grades, template, found)
    if placed is None:
        return None
    changes, kept = _changes(rows[at], students, placed, target)
    if kept:
        found.add(cells_kept(kept), CellSpan(template.name))
    missing = [entry for entry in grades.entries if entry not in placed.values()]
    if missing:
        found.add(candidates_not_in_template(len(missing)), CellSpan(template.name))
    without = _without_score(rows[at], students, placed, target)
    if without:
        found.add(students_without_score(len(without), shown_names(without)), CellSpan(template.name))
    return Filled(encode(_replaced(text, changes)), unmatched_table(missing))


def _decode(data: bytes) -> "tuple[str, _Encode] | None":
    """Return the text and what turns it back into the same bytes; single bytes stay single characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16-le" if data.startswith(b"\xff\xfe") else "utf-16-be"
        try:
            return data[2:].decode(name), _Encode(name, data[:2])
        except UnicodeDecodeError:
            return None
    if data.startswith(b"PK\x03\x04") or b"\x00" in data:
        return None
    start = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    # Whatever the encoding is, separators and digits are ASCII; cells are decoded when they are compared.
    return data[len(start) :].decode("latin-1"), _Encode("latin-1", start)


@dataclass(frozen=True, slots=True)
class _Encode:
    encoding: str
    start: bytes

    def __call__(self, text: str) -> bytes:
        return self.start + text.encode(self.encoding)


def cut(text: str) -> list[list[Cell]]:
    """Return the cells of a CSV or TSV text, each with its place."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    if separator not in first:
        separator = max(",;\t", key=text.count)
    rows: list[list[Cell]] = [[]]
    place, size = 0, len(text)
    while place < size:
        cell = _quoted(text, place) if text[place] == '"' else _plain(text, place, separator)
        rows[-1].append(cell)
        place = cell.end + cell.quoted
        while place < size and text[place] not in f"{separator}\r\n":
            place += 1
        if place < size and text[place] == separator:
            place += 1
            if place == size:
                rows[-1].append(Cell("", place, place, quoted=False))
            continue
        if text.startswith("\r\n", place):
            place += 2
        elif place < size:
            place += 1
        rows.append([])
    return rows if rows[-1] else rows[:-1]


def _plain(text: str, start: int, separator: str) -> Cell:
    ends = [end for sign in (separator, "\n", "\r") if (end := text.find(sign, start)) >= 0]
    end = min(ends, default=len(text))
    return Cell(_readable(text[start:end]), start, end, quoted=False)


def _quoted(text: str, start: int) -> Cell:
    end = start + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            return Cell(_readable(text[start + 1 :]), start + 1, len(text), quoted=False)
        if text.startswith('""', end):
            end += 2
            continue
        return Cell(_readable(text[start + 1 : end].replace('""', '"')), start + 1, end, quoted=True)


def _readable(text: str) -> str:
    """Return bytes that were taken as single characters as the text that they are."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _header_row(rows: Sequence[Sequence[Cell]]) -> int | None:
    for index, row in enumerate(rows[:HEADER_ROWS]):
        names = {_name(cell) for cell in row}
        if len(row) > 1 and (names & {*ID_HEADERS, *EMAIL_HEADERS}):
            return index
    return None


def _name(cell: Cell) -> str:
    return " ".join(cell.text.strip().lower().split())


def _score_column(
    header: Sequence[Cell], grades: Grades, asked: str | None, place: CellSpan, found: Diagnostics
) -> int | None:
    """Return the column that the user names, else the one with the quiz's title, else the one called Score."""
    names = [cell.text.strip() for cell in header]
    wanted = (asked or grades.title).strip().lower()
    exact = [index for index, name in enumerate(names) if name.lower() == wanted]
    titled = [index for index, name in enumerate(names) if _title(name).lower() == wanted and not name.startswith("*")]
    plain = [index for index, name in enumerate(names) if name.lower() == "score"] if not asked else []
    for candidates in (exact, titled, plain):
        if len(candidates) == 1:
            return candidates[0]
    others = [name for name in names if name and _name_of(name) not in {*ID_HEADERS, *EMAIL_HEADERS}]
    found.add(no_score_column(asked or grades.title, ", ".join(f"'{name}'" for name in others[-8:])), place)
    return None


def _name_of(name: str) -> str:
    return " ".join(name.lower().split())


def _title(name: str) -> str:
    """Return a column's title without what LMSs add: `(4711)`, `[Total Pts: 10 Score] |118854`, `Points Grade <…>`."""
    while True:
        shorter = _SUFFIX.sub("", name)
        if shorter == name:
            return name.strip()
        name = shorter


def _maximum_agrees(
    rows: Sequence[Sequence[Cell]], at: int, target: int, grades: Grades, template: Source, found: Diagnostics
) -> bool:
    said = _maximum(rows, at, target)
    if said is None or said == grades.points:
        return True
    place = CellSpan(template.name, None, at + 1, column_letters(target))
    found.add(maximum_differs(shown_score(said), shown_score(grades.points)), place)
    return False


def _maximum(rows: Sequence[Sequence[Cell]], at: int, target: int) -> Fraction | None:
    """Return the column's maximum where the template says it: in its header, in a row of points, above the table."""
    header = _MAXIMUM.search(rows[at][target].text)
    if header:
        return Fraction(header[1])
    for row in [*rows[:at], *rows[at + 1 : at + 3]]:
        if row and "points possible" in row[0].text.lower():
            cell = row[target] if target < len(row) and row[target].text.strip() else row[1] if len(row) > 1 else None
            try:
                return Fraction(cell.text.strip()) if cell else None
            except ValueError:
                return None
    return None


def _of_this_quiz(
    header: Sequence[Cell], students: Sequence[Sequence[Cell]], grades: Grades
) -> Sequence[Sequence[Cell]]:
    """Return the rows of the quiz: OneRoster's results have a row for each student and line item."""
    names = [_name(cell) for cell in header]
    if "lineitemsourcedid" not in names:
        return students
    at = names.index("lineitemsourcedid")
    own = [row for row in students if at < len(row) and row[at].text.strip() == grades.identifier]
    return own or students


def _match(
    header: Sequence[Cell], students: Sequence[Sequence[Cell]], grades: Grades, template: Source, found: Diagnostics
) -> dict[int, Entry] | None:
    """Return which candidate each row is: by the ids that the template has, then by e-mail; never by name."""
    # OneRoster's sourcedId is the id of a result where students have a column of their own.
    ids = {*ID_HEADERS} - ({"sourcedid"} if "studentsourcedid" in {_name(cell) for cell in header} else set())
    places: dict[tuple[str, str], list[int]] = {}
    for row, cells in enumerate(students):
        for index, cell in enumerate(cells[: len(header)]):
            name, value = _name(header[index]), cell.text.strip()
            if not value or value == "#":
                continue
            if name in ids:
                places.setdefault(("id", value.removeprefix("#")), []).append(row)
                places.setdefault(("email", value.lower()), []).append(row)
            elif name in EMAIL_HEADERS:
                places.setdefault(("email", value.lower()), []).append(row)
    placed: dict[int, Entry] = {}
    for entry in (entry for entry in grades.entries if entry.points == grades.points):
        keys = [("id", entry.id), ("email", entry.id.lower()), ("email", entry.email.lower())]
        rows = next((set(places[key]) for key in keys if key[1] and key in places), set())
        if len(rows) > 1 or any(row in placed for row in rows):
            place = CellSpan(template.name)
            found.add(student_not_unique(entry.id), place)
            return None
        placed.update((row, entry) for row in rows)
    return placed


def _without_score(
    header: Sequence[Cell], students: Sequence[Sequence[Cell]], placed: dict[int, Entry], target: int
) -> list[str]:
    """Return the students of the template whom no score was found for; what is no student has no id."""
    columns = [index for index, cell in enumerate(header) if _name(cell) in {*ID_HEADERS, *EMAIL_HEADERS}]
    states = [target, *(index for index, cell in enumerate(header) if _name(cell) == "scorestatus")]
    without = []
    for row, cells in enumerate(students):
        ids = [text for index in columns if index < len(cells) and (text := cells[index].text.strip()) not in {"", "#"}]
        said = {cells[index].text.strip().lower() for index in states if index < len(cells)}
        if ids and row not in placed and not said & KEPT:
            without.append(ids[0].removeprefix("#"))
    return without


def _changes(
    header: Sequence[Cell], students: Sequence[Sequence[Cell]], placed: dict[int, Entry], target: int
) -> tuple[list[tuple[int, int, str]], int]:
    changes, kept = [], 0
    states = [index for index, cell in enumerate(header) if _name(cell) == "scorestatus"]
    for row, entry in placed.items():
        cells = students[row]
        said = {cells[index].text.strip().lower() for index in (target, *states) if index < len(cells)}
        if target >= len(cells) or said & KEPT:
            kept += 1
            continue
        changes.append((cells[target].start, cells[target].end, shown_score(entry.score)))
    return sorted(changes), kept


def _replaced(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    pieces, last = [], 0
    for start, end, new in changes:
        pieces += [text[last:start], new]
        last = end
    return "".join([*pieces, text[last:]])


@rule("P112", Severity.ERROR)
def template_not_read(name: str) -> Text:
    """The template is no text file with separators. Filling changes single cells of a text and leaves every other byte alone."""
    return Text(f"'{name}' is no CSV or tab-separated text", "export the gradebook as CSV")


@rule("P113", Severity.ERROR)
def template_without_ids(header: str) -> Text:
    """The template has no column with ids or addresses that candidates could be found by; names are not enough.

    Two students can have one name, and a score must not go to the wrong one.
    """
    return Text(f"no column of the template holds ids; it begins with {header}", "export the gradebook with ids")


@rule("P114", Severity.ERROR)
def no_score_column(wanted: str, columns: str) -> Text:
    """No column of the template, or more than one, is called like the quiz, and the score goes into no column by guess.

    Columns are compared without what LMSs add to titles: `(4711)`, `[Total Pts: 10 Score]`, `Points Grade`.
    """
    return Text(
        f"no single column of the template is called '{wanted}'", f"say which with --fill-column; there are {columns}"
    )


@rule("P115", Severity.ERROR)
def maximum_differs(theirs: str, ours: str) -> Text:
    """The template's column has another maximum than the quiz, so the scores would mean something else there.

    Nothing is filled in: 7 of 12 is no 7 of 10.
    """
    return Text(
        f"the column is out of {theirs} points and the quiz out of {ours}",
        "set the same maximum in the LMS, export again",
    )


@rule("P116", Severity.ERROR)
def student_not_unique(name: str) -> Text:
    """A candidate's id stands in several rows of the template, or two candidates belong to one row.

    Nothing is filled in, because at least one score would be somebody else's.
    """
    return Text(f"'{name}' belongs to no single row of the template", "mend the ids; nothing was filled in")


@rule("P117", Severity.WARNING)
def candidates_not_in_template(count: int) -> Text:
    """These candidates were graded and are not in the template; their scores are in a file of their own.

    Guests, people who left the course, mistyped ids, or people whose test had another maximum: look at each of them.
    """
    return Text(f"{count} candidates are not in the template", "see the file of unmatched candidates")


@rule("P123", Severity.WARNING)
def students_without_score(count: int, names: str) -> Text:
    """Students of the template have no score: they were absent, refused, or held back because their score is provisional.

    Their cells stay as they are. A score that stands there already is an older one and is not taken away; who was
    absent and is to have 0 must be given it by hand.
    """
    return Text(
        f"{count} students of the template have no score here: {names}; their cells stay as they were",
        "look at each: absent, another id in the sheet, or waiting for a person",
    )


@rule("P118", Severity.WARNING)
def cells_kept(count: int) -> Text:
    """These cells say that the student is excused, or are missing at the end of a short row; they were left as they are.

    Nothing that a teacher decided is overwritten.
    """
    return Text(f"{count} cells of the template were left as they are (excused or missing)", None)
