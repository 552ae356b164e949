"""What a teacher decides, and what it does to scores: `cases/*.md`, files that a teacher could read.

A fence "quiz" (Markdown, or by its name another format) holds for the rest of its file, as a fence "sheet NAME" does; "rules", "manual" and "options" hold for the next
"scores", which is what becomes of the class: a line a candidate, with the scores of the questions behind a bar, then the
findings. `pytest --accept` rewrites the expectations; read the difference like code.
"""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are not worth a dependency

from stemkey.diagnostics import Diagnostic, Severity
from stemkey.diagnostics.render import describe_place
from stemkey.grading import GradeOptions, grade_class
from stemkey.reports.to_json import results_schema

FENCE = re.compile(
    r"^(`{3,})(quiz|sheet|rules|manual|options|scores)(?: ([^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL
)
FOUND = ("The highest of", "The mean of", "Sliding", "Cohen")
"""How sentences begin that say what the class made of a scale."""
VALIDATOR = Draft202012Validator(results_schema())
CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_class_gets_the_scores_that_the_case_says(
    path: Path, pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = path.read_text(encoding="utf-8")
    said: dict[str, str] = {}
    written, position = [], 0
    for fence in FENCE.finditer(text):
        kind, heading, body = fence[2], fence[3] or "", fence[4]
        if kind != "scores":
            said[kind] = {"quiz": heading or "quiz.md", "rules": "rules.toml", "manual": "points.csv"}.get(
                kind, heading or "options"
            )
            Path(said[kind]).write_text(body, encoding="utf-8")
            continue
        written += [text[position : fence.start(4)], _scores(said)]
        position = fence.end(4)
        said = {name: file for name, file in said.items() if name in {"quiz", "sheet"}}
    rewritten = "".join([*written, text[position:]])
    if rewritten != text and pytestconfig.getoption("--accept"):
        path.write_text(rewritten, encoding="utf-8")
        return
    assert rewritten == text
    assert written, "a case has an expectation"


def _scores(said: dict[str, str]) -> str:
    settings: dict[str, Any] = {}
    if "options" in said:
        lines_ = Path(said["options"]).read_text(encoding="utf-8").splitlines()
        settings = {name: value == "yes" or value for name, value in (line.split(" = ", 1) for line in lines_)}
    options = GradeOptions(reports=("json",), rules=said.get("rules"), manual=said.get("manual"), **settings)
    out = Path("out")
    outcome = grade_class(said["quiz"], [said["sheet"]], out, options)
    lines = []
    if outcome.value is None:
        lines.append("nothing is graded")
    else:
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        VALIDATOR.validate(results)
        lines += [_line(candidate) for candidate in results["candidates"]]
        lines += [sentence for sentence in results["source"]["rules"] if sentence.startswith(FOUND)]
        lines += [
            f"changed {one['id']}: {_number(one['score_before'])}/{_number(one['points_before'])}"
            f" -> {_number(one['score'])}/{_number(one['points'])}"
            for one in results["source"]["changes"]
        ]
    lines += [_finding(found) for found in outcome.diagnostics if found.code[0] in "SG" and _is_told(found)]
    return "".join(f"{line}\n" for line in lines)


def _is_told(found: Diagnostic) -> bool:
    return found.severity >= Severity.WARNING or found.code[0] == "G"


def _line(candidate: dict[str, Any]) -> str:
    parts = [f"{candidate['id']}: {_number(candidate['score'])} of {_number(candidate['points'])}"]
    if candidate["grade"] is not None:
        parts.append(f"grade {candidate['grade']}")
    if candidate["provisional"]:
        parts.append("provisional")
    if candidate["due"] is not None:
        late = "at an unknown time" if candidate["late"] is None else f"late {_number(candidate['late'])}"
        parts.append(f"{late}, {_number(candidate['score_before_late'])} before")
    items = " ".join(_number(item["score"]) for item in candidate["items"])
    return f"{', '.join(parts)} | {items}"


def _number(value: float | None) -> str:
    """Return a number as the fraction that it is the nearest float of."""
    if value is None:
        return "?"
    exact = Fraction(value).limit_denominator(10_000)
    return str(exact) if float(exact) == value else repr(value)


def _finding(found: Diagnostic) -> str:
    place = describe_place(found.place) if found.place else ""
    return f"{found.severity.word} {found.code}{f' at {place}' if place else ''}: {found.message}"
