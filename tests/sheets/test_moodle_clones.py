"""Questions that only Moodle has, graded from its report: `clones/*.md`, files that a teacher could read.

A fence "moodle" is the quiz as Moodle XML, "sheet" the report, "credits" what each attempt is worth, question by question,
and the findings. `pytest --accept` rewrites the expectations; read the difference like code.
"""

import re
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.model import Quiz
from stemkey.scoring.answer_key import Judgement
from stemkey.scoring.compiler import compile_key
from stemkey.sheets import SheetOptions, open_sheet

HERE = Path(__file__).parent / "clones"
FENCE = re.compile(r"^```(moodle|sheet|credits)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WHO = "Last name,First name,Email address,Status,Started,Completed,Duration,"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.md")), ids=lambda path: path.stem)
def test_a_report_is_worth_what_the_case_says(path: Path, pytestconfig: pytest.Config) -> None:
    text = path.read_text(encoding="utf-8")
    quiz, sheet = Quiz(identifier="none"), ""
    written, position = [], 0
    for fence in FENCE.finditer(text):
        if fence[1] == "moodle":
            quiz = quiz_of(fence[2])
        elif fence[1] == "sheet":
            sheet = fence[2]
        else:
            written += [text[position : fence.start(2)], credits_of(quiz, sheet)]
            position = fence.end(2)
    rewritten = "".join([*written, text[position:]])
    if rewritten != text and pytestconfig.getoption("--accept"):
        path.write_text(rewritten, encoding="utf-8")
        return
    assert rewritten == text
    assert written, "a case has an expectation"


def quiz_of(questions: str) -> Quiz:
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{questions}</quiz>\n'
    return read_moodle(Source("quiz.xml", xml.encode()), MoodleOptions(), Diagnostics())


def report_of(sheet: str) -> bytes:
    """Return a whole report: in the cases stand the grade and what comes after it, one line an attempt."""
    header, *rows = sheet.splitlines()
    begun = (f"Ek,Bo {at},{at}@x.example,Finished,x,y,z,{row}" for at, row in enumerate(rows, 1))
    return "\n".join([WHO + header, *begun, ""]).encode()


def credits_of(quiz: Quiz, sheet: str) -> str:
    found = Diagnostics()
    key = compile_key(quiz, found)
    table = open_sheet(Source("quiz-responses.csv", report_of(sheet)), quiz, SheetOptions(), found)
    lines = [] if table else ["refused"]
    for batch in table.batches() if table else ():
        for row in range(len(batch)):
            judged = [
                item.judge(column.values[int(column.codes[row])])
                for item, column in zip(key.items, batch.columns, strict=True)
            ]
            lines.append("; ".join(map(shown, judged)))
            lines += [f"  {judgement.finding.message}" for judgement in judged if judgement.finding]
    lines += [f"{finding.code}: {finding.message}" for finding in found]
    lines += [note for note in table.notes if note.startswith("Question")] if table else []
    return "".join(f"{line}\n" for line in lines)


def shown(judgement: Judgement) -> str:
    credit = "?" if judgement.credit is None else str(judgement.credit)
    return f"{judgement.status.value} {judgement.response or '-'} = {credit}"
