"""Filling a template: one column changes, every other byte stays."""

import csv
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.gradebooks import Entry, Grades
from stemkey.gradebooks.fill import Filled, fill

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (1),Day 51 Quiz (4711),Final Score\r\n"
    "    Points Possible,,,,,5,10,(read only)\r\n"
    '"Abara, Ada",101,0000101,aabara,Sec A,4,,80.1\r\n'
    '"Bellini, ""B"" Bao",102,0000102,bbellini,"Sec A, B",3,"2",70\r\n'
    '"Castro, Carmen",103,0000103,ccastro,Sec A,,EX,\r\n'
    '"Díaz, Dee",104,0000104,dee@example.edu,Sec A,1,3,\r\n'
)


def entry(name: str, score: str, email: str = "") -> Entry:
    return Entry(id=name, name=f"N {name}", email=email, score=Fraction(score), points=Fraction(10), provisional=False)


def grades(*entries: Entry, title: str = "Day 51 Quiz", points: int = 10) -> Grades:
    return Grades(title=title, identifier="day51", points=Fraction(points), entries=entries)


def run(text: str | bytes, given_: Grades, column: str | None = None) -> tuple[Filled | None, list[str]]:
    found = Diagnostics()
    data = text if isinstance(text, bytes) else text.encode()
    return fill(Source("gradebook.csv", data), given_, column, found), [finding.code for finding in found]


def test_scores_replace_the_bytes_of_their_cells_only() -> None:
    result, codes = run(
        CANVAS, grades(entry("0000101", "7"), entry("0000102", "8.5"), entry("x", "9", "Dee@example.edu"))
    )
    assert result is not None
    assert codes == []
    expected = CANVAS.replace("4,,80.1", "4,7,80.1").replace('3,"2",70', '3,"8.5",70').replace("1,3,\r\n", "1,9,\r\n")
    assert result.data.decode() == expected
    assert result.unmatched == NOBODY


def test_excused_students_stay_excused_and_strangers_get_a_file_of_their_own() -> None:
    result, codes = run(CANVAS, grades(entry("0000103", "7"), entry("0000999", "1")))
    assert result is not None
    assert codes == ["P118", "P117", "P123"]
    assert result.data.decode() == CANVAS
    assert result.unmatched == b"id,name,email,score,points\n0000999,N 0000999,,1,10\n"


NOBODY = b"id,name,email,score,points\n"

TEMPLATES = {
    "blackboard": ('"Last Name","Username","Student ID","Day 51 Quiz [Total Pts: 10 Score] |118854"\n"A","aa","0000101","1"\n', '"1"\n', '"7"\n'),
    "brightspace": ("OrgDefinedId,Username,Day 51 Quiz Points Grade <Numeric MaxPoints:10 Weight:50>,End-of-Line Indicator\n#0000101,#aa,,#\n", "#aa,,#", "#aa,7,#"),
    "powerschool": ('Teacher Name:,T,\nPoints Possible:,10.0,\nScore Type:,POINTS,\nStudent Num,Student Name,Score\n0000101,"Abara, Ada",\n', 'Ada",\n', 'Ada",7\n'),
    "sakai": ("Student ID,Name,Day 51 Quiz [10],* Day 51 Quiz\n0000101,Ada,,well\n", "Ada,,well", "Ada,7,well"),
    "oneroster": (
        ("sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\r\n"
        "0000102,,,day51,0000101,submitted,,2026-09-17,\r\n0000101,,,day50,0000101,fully graded,3,2026-09-10,\r\n"
        "r-3,,,day51,0000103,not submitted,,,\r\n"),
        "submitted,,2026-09-17", "submitted,7,2026-09-17",
    ),
    "semicolons": ("ID number;Name;Day 51 Quiz\r\n0000101;Ada;\r\n", "Ada;\r", "Ada;7\r"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_of_other_lmss(name: str) -> None:
    text, before, after = TEMPLATES[name]
    result, codes = run(text, grades(entry("0000101", "7")))
    assert codes == (["P123"] if name == "oneroster" else [])  # 0000103 has no score
    assert result is not None
    assert result.data.decode() == text.replace(before, after)


def test_utf_16_and_a_byte_order_mark_come_out_as_they_went_in() -> None:
    text = "Student ID\tName\tDay 51 Quiz\r\n0000101\tÁda\t\r\n"
    wide = b"\xff\xfe" + text.encode("utf-16-le")
    result, _ = run(wide, grades(entry("0000101", "7")))
    assert result is not None
    assert result.data == b"\xff\xfe" + text.replace("Áda\t", "Áda\t7").encode("utf-16-le")
    marked = b"\xef\xbb\xbf" + text.encode()
    result, _ = run(marked, grades(entry("0000101", "7")))
    assert result is not None
    assert result.data == b"\xef\xbb\xbf" + text.replace("Áda\t", "Áda\t7").encode()


@pytest.mark.parametrize(
    ("text", "given_", "column", "code"),
    [
        (CANVAS, grades(entry("0000101", "7"), title="Day 52 Quiz"), None, "P114"),
        (CANVAS, grades(entry("0000101", "7"), points=12), None, "P115"),
        (CANVAS, grades(entry("101", "7"), entry("0000101", "8")), None, "P116"),
        ("Name,Score\nAnn,\n", grades(entry("1", "7")), None, "P113"),
        (b"PK\x03\x04....", grades(entry("1", "7")), None, "P112"),
    ],
)
def test_what_cannot_be_filled_safely_is_refused(text: Any, given_: Grades, column: str | None, code: str) -> None:
    result, codes = run(text, given_, column)
    assert result is None
    assert codes == [code]


def test_the_column_can_be_named() -> None:
    result, codes = run(CANVAS, grades(replace(entry("0000104", "5"), points=Fraction(5)), points=5), "Essay (1)")
    assert codes == ["P123"]
    assert result is not None
    assert "Sec A,5,3," in result.data.decode()


RESULTS = "sourcedId,lineItemSourcedId,studentSourcedId,scoreStatus,score\n"


def test_exempt_students_of_oneroster_stay_exempt() -> None:
    text = RESULTS + "r-1,day51,0000101,exempt,\nr-2,day51,0000102,submitted,\n"
    result, codes = run(text, grades(entry("0000101", "7"), entry("0000102", "8.5")))
    assert codes == ["P118"]
    assert result is not None
    assert result.data.decode() == text.replace("submitted,", "submitted,8.5")


def test_results_of_several_other_line_items_are_refused() -> None:
    result, codes = run(RESULTS + "r-1,day49,0000101,,\nr-2,day50,0000101,,\n", grades(entry("0000101", "7")))
    assert result is None
    assert codes == ["P116"]


def test_a_score_of_another_maximum_is_not_filled_in() -> None:
    other = replace(entry("0000104", "5"), points=Fraction(8))
    result, codes = run(CANVAS, grades(entry("0000101", "7"), other))
    assert codes == ["P117", "P123"]
    assert result is not None
    assert result.data.decode() == CANVAS.replace("4,,80.1", "4,7,80.1")
    assert result.unmatched == b"id,name,email,score,points\n0000104,N 0000104,,5,8\n"


def test_students_of_the_template_without_a_score_are_named() -> None:
    found = Diagnostics()
    result = fill(Source("g.csv", CANVAS.encode()), grades(entry("0000101", "7")), None, found)
    assert result is not None
    (finding,) = [finding for finding in found if finding.code == "P123"]
    # 103 is excused: the teacher has decided already. `Points Possible` is no student.
    assert finding.message.startswith("2 students of the template have no score here: '102', '104'")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    quote=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_no_other_cell_ever_changes(rows: list[tuple[str, str, str]], quote: Any) -> None:
    file = StringIO(newline="")
    table = [["Student ID", "Note", "Day 51 Quiz", "More"], *([f"s{n}", a, b, c] for n, (a, b, c) in enumerate(rows))]
    csv.writer(file, quoting=quote).writerows(table)
    result, _ = run(file.getvalue(), grades(*(entry(f"s{n}", str(n)) for n in range(len(rows)))))
    assert result is not None
    found = list(csv.reader(StringIO(result.data.decode(), newline="")))
    kept = {"ex", "excused", "exempt"}
    for n, (before, after) in enumerate(zip(table[1:], found[1:], strict=True)):
        assert [*after[:2], after[3]] == [*before[:2], before[3]]
        assert after[2] == (before[2] if before[2].strip().lower() in kept else str(n))
    assert found[0] == table[0]


def test_specimens_are_filled(shared: Path) -> None:
    folder = shared / "data" / "sheets" / "gradebooks"
    names = ("canvas_gradebook", "blackboard_upload", "brightspace_import", "moodle_grade_import", "oneroster_results")
    for name in names:
        data = (folder / f"{name}.csv").read_bytes()
        result, codes = run(data, grades(entry("u-0000101" if "oneroster" in name else "0000101", "1.25")))
        assert set(codes) <= {"P123"}, name
        assert result is not None
        assert result.data.count(b"1.25") == data.count(b"1.25") + 1
        assert len(result.data.splitlines()) == len(data.splitlines())
