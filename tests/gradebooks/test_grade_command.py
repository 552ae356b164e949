"""`grade` with a rules file, gradebooks and a template, from the sheet to the files."""

import csv
import json
from pathlib import Path

import pytest

from stemkey.gradebooks import GRADEBOOKS
from stemkey.grading import GradeOptions, grade_class

RULES = """
never-lower = true

[scoring]
single = "penalty(penalty=1/4)"

[items.3]
accept = ["A"]

[items.4]
drop = true

[grade]
bands = [["1", 90], ["2", 75], ["3", 60], ["4", 50], ["5", 0]]
round = "half-up"
"""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sheet(repository: Path) -> str:
    return str(repository / "quizzes" / "responses" / "day51-class.csv")


def test_rules_change_scores_and_say_for_whom(day51: Path, sheet: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    plain, ruled = tmp_path / "plain", tmp_path / "ruled"
    assert grade_class(str(day51), [sheet], plain, GradeOptions(reports=("csv",))).value is not None
    options = GradeOptions(reports=("csv", "json"), rules=str(rules))
    assert grade_class(str(day51), [sheet], ruled, options).value is not None
    before = {row["id"]: row for row in read(plain / "students.csv")}
    for row in read(ruled / "students.csv"):
        old = before[row["id"]]
        assert row["points"] == "9"
        assert row["4_score"] == ""
        assert row["3_score"] == ("1" if row["3_response"] == "A" or old["3_score"] == "1" else row["3_score"])
        for number in ("1", "2", "5", "6", "7", "8", "9", "10"):
            wrong = old[f"{number}_response"] in {"A", "B", "C", "D"} and old[f"{number}_score"] == "0"
            assert row[f"{number}_score"] == ("-0.25" if wrong else old[f"{number}_score"])
        grade = next(name for name, lower in (("1", 90), ("2", 75), ("3", 60), ("4", 50), ("5", -99)) if float(row["percent"]) + 0.5 >= lower)  # fmt: skip
        assert row["grade"] == grade
    assert {row["id"] for row in read(ruled / "changes.csv")} == set(before)  # the maximum fell for everybody
    assert "decided after the exam" in (ruled / "results.json").read_text()


def test_scores_go_into_every_gradebook_and_into_a_template(day51: Path, sheet: str, tmp_path: Path) -> None:
    template = tmp_path / "export.csv"
    template.write_bytes(
        b'Student,ID,SIS User ID,Section,Day 51 (7)\r\n    Points Possible,,,,10\r\n"O, A",1,0002400,S,\r\n'
    )
    names = tuple(row.name for row in GRADEBOOKS)
    options = GradeOptions(reports=("csv",), gradebooks=names, fill=str(template), title="Day 51")
    graded = grade_class(str(day51), [sheet], tmp_path / "out", options)
    assert graded.value is not None
    scores = {
        row["id"]: row["score"] for row in read(tmp_path / "out" / "students.csv") if row["provisional"] == "false"
    }
    for row in GRADEBOOKS:
        data = (tmp_path / "out" / row.file).read_text(encoding="utf-8-sig")
        assert all(name in data for name in scores)
    filled = (tmp_path / "out" / "export-filled.csv").read_bytes()
    assert filled == template.read_bytes()[:-2] + scores["0002400"].encode() + b"\r\n"
    assert len(read(tmp_path / "out" / "export-unmatched.csv")) == len(scores) - 1


def test_rules_that_cannot_be_understood_grade_nobody(day51: Path, sheet: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[scoring]\nsingle = "formular"')
    graded = grade_class(str(day51), [sheet], tmp_path / "out", GradeOptions(rules=str(rules)))
    assert graded.value is None
    assert "did you mean 'formula'?" in {finding.hint for finding in graded.diagnostics}
    assert not (tmp_path / "out").exists()


def test_an_input_is_never_overwritten(day51: Path, sheet: str, tmp_path: Path) -> None:
    template = tmp_path / "changes.csv"
    template.write_text("ID,Score\n")
    with pytest.raises(ValueError, match="would be overwritten"):
        grade_class(str(day51), [sheet], tmp_path, GradeOptions(fill=str(template)))


def test_a_candidate_without_an_id_stands_in_the_file_of_unmatched_ones(
    day51: Path, sheet: str, tmp_path: Path
) -> None:
    lines = Path(sheet).read_text(encoding="utf-8").splitlines()
    nameless = tmp_path / "class.csv"
    columns = lines[0].split(",")
    at = columns.index("Student ID")
    cells = [line.split(",") for line in lines[1:4]]
    cells[1][at] = ""
    nameless.write_text("\n".join([lines[0], *map(",".join, cells)]) + "\n", encoding="utf-8")
    options = GradeOptions(reports=("csv",), gradebooks=("oneroster",), score_date="2026-09-17")
    graded = grade_class(str(day51), [str(nameless)], tmp_path / "out", options)
    codes = {finding.code for finding in graded.diagnostics}
    assert "P120" in codes
    assert "P119" not in codes
    book = read(tmp_path / "out" / "gradebook-oneroster.csv")
    assert [row["studentSourcedId"] for row in book] == [cells[0][at], cells[2][at]]
    assert {row["scoreDate"] for row in book} == {"2026-09-17"}
    assert len(read(tmp_path / "out" / "gradebook-oneroster-unmatched.csv")) == 1


def test_a_date_that_nobody_gave_stays_empty_and_one_that_is_none_is_refused(
    day51: Path, sheet: str, tmp_path: Path
) -> None:
    graded = grade_class(str(day51), [sheet], tmp_path, GradeOptions(reports=(), gradebooks=("oneroster",)))
    assert "P119" in {finding.code for finding in graded.diagnostics}
    assert {row["scoreDate"] for row in read(tmp_path / "gradebook-oneroster.csv")} == {""}
    with pytest.raises(ValueError, match="2026-09-17"):
        grade_class(str(day51), [sheet], tmp_path, GradeOptions(gradebooks=("oneroster",), score_date="17.9.26"))


def test_every_row_that_was_read_is_graded_refused_or_left_out(day51: Path, sheet: str, tmp_path: Path) -> None:
    header, first, second, *_ = Path(sheet).read_text(encoding="utf-8").splitlines()
    absent = ",".join(["0009999", "Zoe", "", *["-"] * 10])
    odd = tmp_path / "odd.csv"
    odd.write_text("\n".join([header, first, second, second, absent, ",,,A" + ",B" * 9]) + "\n", encoding="utf-8")
    graded = grade_class(str(day51), [str(odd)], tmp_path / "out", GradeOptions(reports=("html",))).value
    assert graded is not None
    assert any(line.endswith("odd.csv: 5 rows read, 2 graded, 1 refused, 2 left out") for line in graded.lines)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Rows left out" in page
    assert "rounded where they are shown" in page


def test_a_table_of_unmatched_candidates_does_not_outlive_their_matching(
    day51: Path, sheet: str, tmp_path: Path
) -> None:
    out, template = tmp_path / "out", tmp_path / "export.csv"
    ids = [row["Student ID"] for row in read(Path(sheet))]
    options = GradeOptions(reports=("json",), gradebooks=("canvas",), fill=str(template), title="Day 51")
    template.write_text("Student,ID,Section,Day 51\nA,none,S,\n", encoding="utf-8")
    graded = grade_class(str(day51), [sheet], out, options)
    assert "P123" in {finding.code for finding in graded.diagnostics}
    assert read(out / "export-unmatched.csv")
    template.write_text("Student,ID,Section,Day 51\n" + "".join(f"A,{name},S,\n" for name in ids), encoding="utf-8")
    grade_class(str(day51), [sheet], out, options)
    assert (out / "export-unmatched.csv").read_bytes() == b"id,name,email,score,points\n"
    assert (out / "gradebook-canvas-unmatched.csv").read_bytes() == b"id,name,email,score,points\n"


def test_results_json_says_what_became_of_every_row(day51: Path, sheet: str, tmp_path: Path) -> None:
    header, first, *_ = Path(sheet).read_text(encoding="utf-8").splitlines()
    odd = tmp_path / "odd.csv"
    odd.write_text("\n".join([header, first, first, ",,,A" + ",B" * 9]) + "\n", encoding="utf-8")
    grade_class(str(day51), [str(odd)], tmp_path / "out", GradeOptions(reports=("json",)))
    (file,) = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["source"]["files"]
    assert [file[f"rows_{what}"] for what in ("read", "graded", "refused", "left_out")] == [3, 1, 1, 1]
