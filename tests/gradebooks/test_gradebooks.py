"""Gradebook files: what the importers look for, byte for byte."""

import csv
import re
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from stemkey.diagnostics import Diagnostics, Span
from stemkey.gradebooks import GRADEBOOKS, Entry, GradebookFormat, Grades, find_gradebook, ready_entries
from stemkey.gradebooks.unmatched import divided, unmatched_table

GRADES = Grades(
    title="Day 51 Quiz",
    identifier="day51",
    points=Fraction(10),
    date="2026-09-17",
    entries=(
        Entry(id="0000101", name="Abara, Ada", email="ada@example.edu", score=Fraction(7), points=Fraction(10), provisional=False),
        Entry(id="0000102", name="=Bao Bellini", email="", score=Fraction(17, 2), points=Fraction(10), provisional=False),
    ),
)  # fmt: skip

EXPECTED = {
    "generic": "id,name,email,score,points,percent\r\n"
    '0000101,"Abara, Ada",ada@example.edu,7,10,70\r\n'
    "0000102,'=Bao Bellini,,8.5,10,85\r\n",
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Day 51 Quiz\r\n"
    "    Points Possible,,,,,10\r\n"
    '"Abara, Ada",,0000101,ada@example.edu,,7\r\n'
    "'=Bao Bellini,,0000102,,,8.5\r\n",
    "moodle": "ID number,Email address,Day 51 Quiz\r\n0000101,ada@example.edu,7\r\n0000102,,8.5\r\n",
    "blackboard": '\ufeff"Last Name","First Name","Username","Student ID","Day 51 Quiz [Total Pts: 10 Score]"\r\n'
    '"Abara","Ada","0000101","0000101","7"\r\n"Bellini","\'=Bao","0000102","0000102","8.5"\r\n',
    "brightspace": "OrgDefinedId,Day 51 Quiz Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\r\n"
    "#0000101,7,#\r\n#0000102,8.5,#\r\n",
    "oneroster": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\r\n"
    "RESULT-1,,,day51,0000101,fully graded,7,2026-09-17,\r\n"
    "RESULT-2,,,day51,0000102,fully graded,8.5,2026-09-17,\r\n",
    "powerschool": "Teacher Name:,,\r\nClass:,,\r\nAssignment Name:,Day 51 Quiz,\r\nDue Date:,2026-09-17,\r\n"
    "Points Possible:,10.0,\r\nExtra Points:,0.0,\r\nScore Type:,POINTS,\r\nStudent Num,Student Name,Score\r\n"
    '0000101,"Abara, Ada",7\r\n0000102,\'=Bao Bellini,8.5\r\n',
    "sakai": 'Student ID,Name,Day 51 Quiz [10]\r\n0000101,"Abara, Ada",7\r\n0000102,\'=Bao Bellini,8.5\r\n',
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_gradebook_is_what_its_importer_reads(name: str) -> None:
    written = find_gradebook(name).writer(GRADES).decode()
    for number, result in enumerate(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", written), 1):
        written = written.replace(result, f"RESULT-{number}")
    assert written == EXPECTED[name]


def test_moodles_xml_names_item_and_user_by_id() -> None:
    results = ET.fromstring(find_gradebook("moodle-xml").writer(GRADES))
    assert results.get("batch") == "day51"
    found = [{part.tag: part.text for part in result} for result in results]
    assert found[1] == {"state": "new", "assignment": "day51", "student": "0000102", "score": "8.5"}


@pytest.mark.parametrize("row", GRADEBOOKS, ids=lambda row: row.name)
def test_every_gradebook_is_written_twice_the_same_and_holds_every_id(row: object) -> None:
    data = row.writer(GRADES)  # type: ignore[attr-defined]  # a GradebookFormat
    assert data == row.writer(GRADES)  # type: ignore[attr-defined]  # same
    assert b"0000101" in data
    assert b"0000102" in data


def test_a_name_that_ends_with_a_backslash_swallows_nothing() -> None:
    entry = Entry(id="1", name="Ann\\", email="", score=Fraction(1), points=Fraction(1), provisional=False)
    one = Grades(title="Q\\", identifier="q", points=Fraction(1), entries=(entry,))
    header, row = csv.reader(StringIO(find_gradebook("moodle").writer(one).decode(), newline=""))
    assert header[-1] == "Q"
    assert row == ["1", "", "1"]


def test_an_unknown_gradebook_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="did you mean 'moodle'"):
        find_gradebook("mooodle")
    with pytest.raises(ValueError, match="--fill"):
        find_gradebook("schoology")


def test_a_provisional_score_is_held_back_and_named() -> None:
    waiting = Entry(id="0000103", name="Cy", email="", score=Fraction(1), points=Fraction(10), provisional=True)
    found = Diagnostics()
    assert ready_entries([*GRADES.entries, waiting], Span("quiz.md", 1), found) == GRADES.entries
    (finding,) = found
    assert (finding.code, "0000103" in finding.message) == ("P111", True)


def entry(name: str, **other: Any) -> Entry:
    values = {"name": "Ann", "email": "", "score": Fraction(7), "points": Fraction(10), "provisional": False, **other}
    return Entry(id=name, **values)


def parted(name: str, *entries: Entry) -> tuple[list[str], list[str], list[str]]:
    """Return the ids in a gradebook, the others, and the codes of the findings."""
    found = Diagnostics()
    row = find_gradebook(name)
    matched, others = divided(replace(GRADES, entries=entries), row, Span("quiz.md", 1), found)
    return [e.id for e in matched], [e.id for e in others], [finding.code for finding in found]


def test_ids_of_results_are_the_same_for_the_same_quiz_and_student_and_no_others() -> None:
    def ids(grades: Grades) -> list[str]:
        data = find_gradebook("oneroster").writer(grades).decode()
        return [row["sourcedId"] for row in csv.DictReader(StringIO(data, newline=""))]

    assert ids(GRADES) == ids(replace(GRADES, title="Renamed", date=""))
    assert ids(GRADES) == ["3651b608-f35b-5149-ae37-8fc4d8210c82", "5f250647-5150-522c-9a2c-acf07124f88b"]
    assert not set(ids(GRADES)) & set(ids(replace(GRADES, identifier="day5")))


@pytest.mark.parametrize("name", ["moodle-xml", "oneroster", "powerschool"])
def test_who_has_no_id_goes_into_a_file_of_its_own(name: str) -> None:
    people = (entry("0000101"), entry("ann@example.edu", email="ann@example.edu"), entry("Ann"))
    assert parted(name, *people) == (["0000101"], ["ann@example.edu", "Ann"], ["P120"])


def test_an_address_is_enough_for_most_gradebooks_and_a_name_for_none_but_our_own() -> None:
    people = (entry("ann@example.edu"), entry("Ann"))
    assert parted("canvas", *people) == (["ann@example.edu"], ["Ann"], ["P120"])
    assert parted("generic", *people) == (["ann@example.edu", "Ann"], [], [])
    assert parted("generic", entry("row 7")) == ([], ["row 7"], ["P120"])


@pytest.mark.parametrize("row", GRADEBOOKS, ids=lambda row: row.name)
def test_an_id_like_a_formula_is_in_no_gradebook(row: GradebookFormat) -> None:
    bad = entry("=cmd|' /C calc'!A0")
    assert parted(row.name, entry("-12"), bad) == (["-12"], [bad.id], ["P121"])
    assert unmatched_table([bad]).decode().splitlines()[1] == "'=cmd|' /C calc'!A0,Ann,,7,10"


def test_another_maximum_is_not_put_beside_the_others() -> None:
    assert parted("canvas", entry("1"), entry("2", points=Fraction(8))) == (["1"], ["2"], ["P122"])
