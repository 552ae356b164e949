"""Every row of the list of messes that real sheets are, as files that a teacher could read: `cases/*.md`.

A fence "sheet NAME" or "workbook NAME" is a response sheet to the quiz in `cases/capitals.txt` (or a fence "quiz");
"options" says what the user said; "graded" is what becomes of it, findings included. `pytest --accept` rewrites
the expectations; read the difference like code.
"""

from pathlib import Path

import pytest
from tests.sheets.sheet_cases import FENCE, HERE, Case, default_quiz, graded, options_of, quiz_of, text_sheet, workbook

CASES = sorted((HERE / "cases").glob("*.md"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_sheet_becomes_what_the_case_says(path: Path, pytestconfig: pytest.Config) -> None:
    text = path.read_text(encoding="utf-8")
    case = Case(default_quiz())
    written, position = [], 0
    for fence in FENCE.finditer(text):
        kind, heading, body = fence[2], fence[3] or "", fence[4]
        if kind == "quiz":
            case.quiz = quiz_of(body)
        elif kind == "sheet":
            case = Case(case.quiz, text_sheet(heading, body))
        elif kind == "workbook":
            case = Case(case.quiz, workbook(heading, body))
        elif kind == "options":
            case.options = options_of(body)
        else:
            written += [text[position : fence.start(4)], graded(case)]
            position = fence.end(4)
    rewritten = "".join([*written, text[position:]])
    if rewritten != text and pytestconfig.getoption("--accept"):
        path.write_text(rewritten, encoding="utf-8")
        return
    assert rewritten == text
    assert written, "a case has an expectation"
