"""Test forms: papers in another order give the scores and the statistics of the quiz's own order."""

import csv
from pathlib import Path
from random import Random
from typing import Any

import pytest

from stemkey.grading import GradeOptions, grade_class
from stemkey.scoring.forms import meant
from stemkey.sheets import SheetOptions

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
PLAIN = SheetOptions()
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
    def grade(lines: list[list[str]], rules: str | None, sheet: SheetOptions = PLAIN) -> Any:
        (tmp_path / "quiz.md").write_text(QUIZ)
        (tmp_path / "rules.toml").write_text(rules or "")
        header = ["id", "Form", "Q1", "Q2", "Q3", "Q4"]
        (tmp_path / "class.csv").write_text("\n".join(",".join(line) for line in [header, *lines]) + "\n")
        options = GradeOptions(reports=("csv",), rules=str(tmp_path / "rules.toml") if rules else None, sheet=sheet)
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
    hints = [finding.hint or "" for finding in findings if finding.code == "G231"]
    assert all("answers that would be right: 4 as A, " in hint for hint in hints)
    # Question 4 stands third on form B, in column E.
    assert found == [("G231", 3, None), ("G231", 4, None), ("S302", 5, "E5")]


def test_blanks_at_the_end_of_a_reordered_form_are_omitted(run: Any) -> None:
    _, questions, findings = run([["s1", "B", "A", "A", "", ""]], RULES, SheetOptions(not_reached=True))
    assert [row["not_reached"] for row in csv.DictReader(questions.splitlines())] == ["0"] * 4
    assert "G106" in {finding.code for finding in findings}


KEY = "".join("ABCD"[OPTIONS[number].index("ACDB"[int(number) - 1])] for number in ORDER)


def test_a_forms_key_alone_gives_the_scores_but_not_the_distractors(run: Any) -> None:
    random = Random(6)
    answers = [[random.choice([*"ABCD", ""]) for _ in range(4)] for _ in range(40)]
    lines = [[f"s{n}", "b", *on_form_b(given)] if n % 2 else [f"s{n}", "A", *given] for n, given in enumerate(answers)]
    by_key = f'[forms]\ncolumn = "Form"\n[forms.A]\n[forms.B]\nquestions = [3, 1, 4, 2]\nkey = "{KEY}"'
    students, questions, _ = run(lines, by_key)
    wanted, other_questions, _ = run(lines, RULES)
    columns = ["id", "score", "answered", "correct", *(f"{number}_score" for number in range(1, 5))]
    assert [[row[name] for name in columns] for row in students] == [[row[name] for name in columns] for row in wanted]

    def figures(text: str) -> list[list[str]]:
        names = ("facility", "item_rest", "discrimination_index", "alpha_if_deleted", "omitted")
        return [[row[name] for name in names] for row in csv.DictReader(text.splitlines())]

    assert figures(questions) == figures(other_questions)


@pytest.mark.parametrize(
    "rules",
    [
        '[forms]\ncolumn = "Form"\n[forms.B]\nkey = "ABC"',
        '[forms]\ncolumn = "Form"\n[forms.B]\nkey = "ABCE"',
        '[forms]\ncolumn = "Form"\n[forms.B]\nkey = "ABCD"\noptions = "ABCD"',
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
        " b ": "A",
        "(b)": "A",
        "B)": "A",
        "Option B": "A",
        "B) its text": "A) its text",
        "ac": "CB",
        "(A, C)": "(C, B)",
        "A,C": "C,B",
        "answer A": "C",
        "": "",
        "A;B": "C;A",
        "AC": "CB",
        "Bad": "Bad",
    }
    assert {text: meant(text, letters) for text in cases} == cases
    assert meant(None, letters) is None
