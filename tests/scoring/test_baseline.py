"""`--baseline`: nobody has less than in an earlier run."""

import json
from pathlib import Path

import pytest

from stemkey.grading import GradedClass, GradeOptions, grade_class

QUIZ = "# Capitals\n\n" + "".join(
    f"{n}. {country}?\n   - A) Paris\n   - B) Rome\n   - C) Madrid\n"
    for n, country in enumerate(("France", "Italy", "Spain"), 1)
)
SHEET = "id,Q1,Q2,Q3\n01,A,B,C\n02,A,B,A\n03,A,A,A\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("quiz.md").write_text(f"{QUIZ}\n## Answer Key\n\n1. A\n2. B\n3. C\n", encoding="utf-8")
    Path("class.csv").write_text(SHEET, encoding="utf-8")
    grade_class("quiz.md", ["class.csv"], Path("first"), GradeOptions(reports=("json",)))
    return tmp_path


def second_run(**more: bool) -> tuple[dict[str, tuple[float, float]], dict[str, str], GradedClass | None]:
    options = GradeOptions(reports=("json", "html"), baseline="first/results.json", rules="rules.toml", **more)  # type: ignore[arg-type]  # only flags
    outcome = grade_class("quiz.md", ["class.csv"], Path("second"), options)
    found = {finding.code: finding.message for finding in outcome.diagnostics}
    if outcome.value is None:
        return {}, found, None
    results = json.loads(Path("second/results.json").read_text(encoding="utf-8"))
    return {one["id"]: (one["score"], one["points"]) for one in results["candidates"]}, found, outcome.value


def test_nobody_has_less_than_before_and_whoever_keeps_a_score_is_listed(folder: Path) -> None:
    (folder / "rules.toml").write_text('[items.3]\nkey = ["A"]\n', encoding="utf-8")
    scores, found, _ = second_run()
    assert scores == {"01": (3, 3), "02": (3, 3), "03": (2, 3)}
    assert found["G252"] == "1 candidate keeps an earlier score: '01'"
    page = (folder / "second" / "report.html").read_text(encoding="utf-8")
    assert "Scores kept from an earlier run" in page
    assert "Nobody has less than in the earlier run" in page


def test_with_another_maximum_the_share_is_kept(folder: Path) -> None:
    (folder / "rules.toml").write_text("[items.1]\ndrop = true\n", encoding="utf-8")
    scores, _, _ = second_run()
    # Two of three are four thirds of two, one of three two thirds: both had more than the questions left give them.
    assert scores == {"01": (2, 2), "02": (4 / 3, 2), "03": (2 / 3, 2)}


def test_thirds_are_thirds_again(folder: Path) -> None:
    (folder / "rules.toml").write_text('[items.3]\npoints = "1/3"\n', encoding="utf-8")
    grade_class("quiz.md", ["class.csv"], folder / "first", GradeOptions(reports=("json",), rules="rules.toml"))
    scores, found, _ = second_run()
    assert scores == {"01": (7 / 3, 7 / 3), "02": (2, 7 / 3), "03": (1, 7 / 3)}
    assert "G252" not in found


def test_who_had_a_score_and_has_none_now_is_named(folder: Path) -> None:
    (folder / "rules.toml").write_text("", encoding="utf-8")
    (folder / "class.csv").write_text("id,Q1,Q2,Q3\n01,A,B,C\n02,A,B,A\n", encoding="utf-8")
    _, found, _ = second_run()
    assert found["G253"] == "1 candidate of the earlier run has no score now: '03'"
    _, found, _ = second_run(anonymous=True)
    assert found["G253"] == "1 candidate of the earlier run has no score now"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', "[" * 100_000, '{"schema": 1, "candidates": null}'])
def test_what_is_no_earlier_run_grades_nobody(folder: Path, text: str) -> None:
    (folder / "rules.toml").write_text("", encoding="utf-8")
    (folder / "first" / "results.json").write_text(text, encoding="utf-8")
    _, found, graded = second_run()
    assert graded is None
    assert set(found) == {"G251"}


def test_the_run_of_another_quiz_grades_nobody(folder: Path) -> None:
    (folder / "rules.toml").write_text("", encoding="utf-8")
    results = folder / "first" / "results.json"
    results.write_text(
        results.read_text(encoding="utf-8").replace('"identifier": "quiz"', '"identifier": "other"', 1),
        encoding="utf-8",
    )
    _, found, graded = second_run()
    assert graded is None
    assert "of the quiz 'other'" in found["G251"]
