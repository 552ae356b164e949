"""Gradebook files written from nothing. Where an LMS has exported its own, `fill` is safer: its ids are the LMS's."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from xml.sax.saxutils import escape

from stemkey.gradebooks import Entry, Grades, shown_score

BOM = b"\xef\xbb\xbf"


def write_generic(grades: Grades) -> bytes:
    """Return id, name, e-mail, score, maximum and per cent."""
    rows = [
        [e.id, safe(e.name), safe(e.email), shown_score(e.score), shown_score(e.points), _percent(e)]
        for e in grades.entries
    ]
    return csv_bytes([["id", "name", "email", "score", "points", "percent"], *rows])


def write_canvas(grades: Grades) -> bytes:
    """Return Canvas's gradebook with one assignment, which Canvas offers to create; students by SIS id, then login."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", safe(grades.title)]
    # The row's name is recognised by these words; Canvas writes four blanks before them.
    maximum = ["    Points Possible", "", "", "", "", shown_score(grades.points)]
    rows = [[safe(e.name) or e.id, "", e.id, e.email, "", shown_score(e.score)] for e in grades.entries]
    return csv_bytes([header, maximum, *rows])


def write_moodle(grades: Grades) -> bytes:
    """Return a table that Moodle's import maps by hand: ID number or e-mail to the user, the score to the item."""
    rows = [
        ["" if "@" in e.id else e.id, e.email or (e.id if "@" in e.id else ""), shown_score(e.score)]
        for e in grades.entries
    ]
    return csv_bytes([["ID number", "Email address", _unescaped(grades.title)], *rows])


def write_moodle_xml(grades: Grades) -> bytes:
    """Return Moodle's XML: needs the item's ID number to be the quiz's id, and the users' ID numbers."""
    results = "".join(
        f"  <result><state>new</state><assignment>{escape(grades.identifier)}</assignment>"
        f"<student>{escape(_printable(e.id))}</student><score>{shown_score(e.score)}</score></result>\n"
        for e in grades.entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<results batch="{escape(grades.identifier, {chr(34): "&quot;"})}">\n{results}</results>\n'
    ).encode()


def write_blackboard(grades: Grades) -> bytes:
    """Return Blackboard's upload: everything quoted, the column made new by its title."""
    column = f"{grades.title} [Total Pts: {shown_score(grades.points)} Score]"
    rows = [[*_last_first(e.name), e.id, e.id, shown_score(e.score)] for e in grades.entries]
    return BOM + csv_bytes(
        [["Last Name", "First Name", "Username", "Student ID", safe(column)], *rows], quoting=csv.QUOTE_ALL
    )


def write_brightspace(grades: Grades) -> bytes:
    """Return Brightspace's import: `#` before ids keeps their zeros and is taken off."""
    column = f"{grades.title} Points Grade <Numeric MaxPoints:{shown_score(grades.points)}>"
    rows = [[f"#{e.id}", shown_score(e.score), "#"] for e in grades.entries]
    return csv_bytes([["OrgDefinedId", safe(column), "End-of-Line Indicator"], *rows])


def write_sakai(grades: Grades) -> bytes:
    """Return Sakai's import: `[points]` in the header is the item's maximum."""
    rows = [[e.id, safe(e.name), shown_score(e.score)] for e in grades.entries]
    return csv_bytes([["Student ID", "Name", safe(f"{grades.title} [{shown_score(grades.points)}]")], *rows])


def safe(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula. Never used for ids, which the LMS must find."""
    text = _unescaped(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _unescaped(text: str) -> str:
    r"""Return a text in one line that does not end with `\`, which swallows the next rows in Moodle's reader."""
    return " ".join(_printable(text).split()).rstrip("\\")


def _printable(text: str) -> str:
    return "".join(character for character in text if character >= " " or character in "\t\n")


def _percent(entry: Entry) -> str:
    return shown_score(100 * entry.score / entry.points) if entry.points else ""


def _last_first(name: str) -> tuple[str, str]:
    """Return last and first name: as a comma divides them, else the last word is the last name."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
    return safe(last.strip()), safe(first.strip())


def csv_bytes(rows: Iterable[Sequence[str]], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    """Return a table as CSV: UTF-8 without a mark, CRLF."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n", quoting=quoting)  # type: ignore[arg-type]  # one of csv's constants
    writer.writerows(rows)
    return file.getvalue().encode("utf-8")
