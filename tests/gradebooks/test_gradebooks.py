"""Gradebook files: what the importers look for, byte for byte."""

import csv
from fractions import Fraction
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

from stemkey.diagnostics import Diagnostics, Span
from stemkey.gradebooks import GRADEBOOKS, Entry, Grades, find_gradebook, ready_entries

GRADES = Grades(
    title="Day 51 Quiz",
    identifier="day51",
    points=Fraction(10),
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
    "sakai": 'Student ID,Name,Day 51 Quiz [10]\r\n0000101,"Abara, Ada",7\r\n0000102,\'=Bao Bellini,8.5\r\n',
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_gradebook_is_what_its_importer_reads(name: str) -> None:
    assert find_gradebook(name).writer(GRADES).decode() == EXPECTED[name]


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
        find_gradebook("powerschool")


def test_a_provisional_score_is_held_back_and_named() -> None:
    waiting = Entry(id="0000103", name="Cy", email="", score=Fraction(1), points=Fraction(10), provisional=True)
    found = Diagnostics()
    assert ready_entries([*GRADES.entries, waiting], Span("quiz.md", 1), found) == GRADES.entries
    (finding,) = found
    assert (finding.code, "0000103" in finding.message) == ("P111", True)
