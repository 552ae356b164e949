"""Test forms: papers in another order give the scores and the statistics of the quiz's own order."""

import csv
from pathlib import Path
from random import Random
from typing import Any

import pytest

from stemkey.grading import GradeOptions, grade_class
from stemkey.scoring.forms import meant

QUIZ = "# Quiz\n\n" + "".join(
    f"{number}. **Question number {number}?**\n" + "".join(f"   - {c}) answer {c}{number}\n" for c in "ABCD") + "\n"
    for number in range(1, 5)
) + "---\n\n## Answer Key\n\n" + "".join(f"**{n}. {k})**\n\n" for n, k in zip(range(1, 5), "ACDB", strict=True))  # fmt: skip

RULES = """
[forms]
column = "Form"

[forms.A]

[forms.B]
questions = [3, 1, 4, 2]
options = { "1" = "CABD", "2" = "DCBA", "3" = "BACD" }
"""
ORDER = ["3", "1", "4", "2"]
OPTIONS = {"1": "CABD", "2": "DCBA", "3": "BACD", "4": "ABCD"}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def on_form_b(answers: list[str]) -> list[str]:
    """Return what a candidate marks on form B who means these letters of the quiz."""
    marks = []
    for number in ORDER:
        wanted = answers[int(number) - 1]
        marks.append("ABCD"[OPTIONS[number].index(wanted)] if wanted else "")
    return marks


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def grade(lines: list[list[str]], rules: str | None) -> Any:
        (tmp_path / "quiz.md").write_text(QUIZ)
        (tmp_path / "rules.toml").write_text(rules or "")
        header = ["id", "Form", "Q1", "Q2", "Q3", "Q4"]
        (tmp_path / "class.csv").write_text("\n".join(",".join(line) for line in [header, *lines]) + "\n")
        options = GradeOptions(reports=("csv",), rules=str(tmp_path / "rules.toml") if rules else None)
        outcome = grade_class(str(tmp_path / "quiz.md"), [str(tmp_path / "class.csv")], tmp_path / "out", options)
        students = read(tmp_path / "out" / "students.csv") if outcome.value else []
        questions = (tmp_path / "out" / "questions.csv").read_text() if outcome.value else ""
        return students, questions, outcome.diagnostics

    return grade


def test_a_class_on_two_forms_has_the_results_of_one_form(run: Any) -> None:
    random = Random(5)
    answers = [[random.choice([*"ABCD", ""]) for _ in range(4)] for _ in range(40)]
    plain = [[f"s{n}", "A", *given] for n, given in enumerate(answers)]
    mixed = [[f"s{n}", "b", *on_form_b(given)] if n % 2 else [f"s{n}", "A", *given] for n, given in enumerate(answers)]
    assert run(mixed, RULES)[:2] == run(plain, None)[:2]


def test_an_unknown_form_is_refused_and_a_cell_is_named_where_it_stands(run: Any) -> None:
    students, _, findings = run(
        [["s1", "A", *"ACDB"], ["s2", "C", *"ACDB"], ["s3", "", *"ACDB"], ["s4", "B", *"ADXB"]], RULES
    )
    assert [row["id"] for row in students] == ["s1", "s4"]
    found = [
        (finding.code, finding.place.row, finding.place.cell)
        for finding in findings
        if finding.code in {"G231", "S302"}
    ]
    # Question 4 stands third on form B, in column E.
    assert found == [("G231", 3, None), ("G231", 4, None), ("S302", 5, "E5")]


@pytest.mark.parametrize(
    "rules",
    [
        '[forms]\ncolumn = "Form"\n[forms.B]\nquestions = [1, 2, 3]',
        '[forms]\ncolumn = "Form"\n[forms.B]\noptions = "ABCE"',
        '[forms]\ncolumn = "Form"\n[forms.B]\norder = [1, 2, 3, 4]',
        "[forms.B]",
    ],
)
def test_a_form_that_is_not_clear_grades_nobody(rules: str, run: Any) -> None:
    students, _, findings = run([["s1", "A", *"ACDB"]], rules)
    assert students == []
    assert "G232" in {finding.code for finding in findings}


def test_only_letters_are_translated() -> None:
    letters = dict(zip("ABCD", "CABD", strict=True))
    cases = {
        "A": "C",
        " b ": " A ",
        "A,C": "C,B",
        "answer A": "answer A",
        "": "",
        "A;B": "C;A",
        "AC": "CB",
        "Bad": "Bad",
    }
    assert {text: meant(text, letters) for text in cases} == cases
    assert meant(None, letters) is None
