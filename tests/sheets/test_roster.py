"""The roster says whose row an id without its zeros is, who was absent, and who is unknown."""

from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.grading import GradeOptions, grade_class
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.roster import Roster, read_roster

QUIZ = "# Q\n\n1. Which?\n   - A) a\n   - B) b\n\n## Answer Key\n\n**1. A**\n"
ROSTER = "Student ID,Last name,First name,Email\n0001234,Lovelace,Ada,ada@example.edu\n0000777,Noether,Emmy,emmy@example.edu\n"


def roster(text: str) -> tuple[Roster | None, list[str]]:
    found = Diagnostics()
    read = read_roster(Source("roster.csv", text.encode()), SheetOptions(), found)
    return read, [finding.code for finding in found]


def test_a_roster_is_a_table_with_a_header() -> None:
    read, _ = roster(ROSTER)
    assert read is not None
    assert [(person.id, person.name, person.email) for person in read.people] == [
        ("0001234", "Ada Lovelace", "ada@example.edu"),
        ("0000777", "Emmy Noether", "emmy@example.edu"),
    ]


@pytest.mark.parametrize(
    ("identifier", "name", "email", "whose", "by"),
    [
        ("0001234", "", "", "0001234", "id"),
        ("1234", "", "", "0001234", "the number without its zeros"),
        ("ADA@example.edu", "", "", "0001234", "e-mail"),
        ("", "emmy  noether", "", "0000777", "name"),
        ("9999", "Emmy Noether", "", None, ""),
    ],
)
def test_a_row_is_somebodys_only_where_it_can_be_nobody_elses(
    identifier: str, name: str, email: str, whose: str | None, by: str
) -> None:
    read, _ = roster(ROSTER)
    assert read is not None
    found = read.find(identifier, name, email)
    assert (found and (found[0].id, found[1])) == ((whose, by) if whose else None)


def test_two_people_whose_ids_differ_only_in_zeros_are_not_mixed_up() -> None:
    read, _ = roster("ID,Name\n007,Ada\n07,Emmy\n")
    assert read is not None
    assert read.find("7", "", "") is None


@pytest.mark.parametrize(
    ("text", "code"), [("a,b\n1,2\n", "S240"), ("ID,Name\n", "S240"), ("ID,Name\n1,Ada\n1,Bo\n", "S244")]
)
def test_a_roster_that_cannot_be_used_says_why(text: str, code: str) -> None:
    read, codes = roster(text)
    assert read is None
    assert code in codes


def test_a_class_is_graded_with_the_rosters_ids_and_absent_people_are_named(tmp_path: Path) -> None:
    (tmp_path / "q.md").write_text(QUIZ, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER + "0000042,Turing,Alan,alan@example.edu\n", encoding="utf-8")
    (tmp_path / "sheet.csv").write_text("Student ID,Q1\n1234,A\n777,B\n5,A\n", encoding="utf-8")
    options = GradeOptions(reports=("csv",), roster=str(tmp_path / "roster.csv"))
    outcome = grade_class(str(tmp_path / "q.md"), [str(tmp_path / "sheet.csv")], tmp_path / "out", options)
    assert outcome.value is not None
    assert outcome.value.status == 0
    lines = (tmp_path / "out" / "students.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["0001234", "Ada Lovelace", "ada@example.edu"],
        ["0000777", "Emmy Noether", "emmy@example.edu"],
        ["5", "", ""],
    ]
    said = {finding.code: finding.message for finding in outcome.diagnostics}
    assert "0000042" in said["S242"]
    assert "'5'" in said["S241"]
    assert "S243" in said
