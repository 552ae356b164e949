"""Questions that only Moodle has, graded from its report: `clones/*.md`, files that a teacher could read.

A fence "moodle" is the quiz as Moodle XML, "sheet" the report, "credits" what each attempt is worth, question by question,
and the findings. `pytest --accept` rewrites the expectations; read the difference like code.
"""

import json
import re
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.grading import GradeOptions, grade_class
from stemkey.model import ForeignInteraction, Quiz
from stemkey.scoring.answer_key import Judgement
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.rules import scoring_of_format
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


def test_a_report_without_the_questions_leaves_what_was_drawn_to_people(tmp_path: Path) -> None:
    """The others are graded, and their statistics are those of everybody."""
    case = (HERE / "calculated.md").read_text(encoding="utf-8")
    calculated = next(fence[2] for fence in FENCE.finditer(case) if fence[1] == "moodle")
    plain = "<question type='truefalse'><name><text>sky</text></name><questiontext><text>Blue?</text></questiontext>"
    answers = "".join(
        f"<answer fraction='{share}'><text>{word}</text></answer>" for share, word in ((100, "true"), (0, "false"))
    )
    quiz, sheet = tmp_path / "quiz.xml", tmp_path / "quiz-responses.csv"
    quiz.write_text(f"<quiz>{plain}{answers}</question>{calculated}</quiz>", encoding="utf-8")
    sheet.write_bytes(
        report_of("Grade/2.00,Response 1,Response 2\n2.00,True,14.2 m2\n1.00,False,14.2 m2\n0.00,True,-\n")
    )
    outcome = grade_class(str(quiz), [str(sheet)], tmp_path / "out", GradeOptions(reports=("json",)))
    assert outcome.value is not None
    assert "G005" in {finding.code for finding in outcome.diagnostics}
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    sky, area = results["items"]
    assert (sky["n"], round(sky["facility"], 4)) == (3, 0.6667)
    assert (area["n"], area["facility"]) == (3, None)
    scores = [[entry["credit"] for entry in candidate["items"]] for candidate in results["candidates"]]
    assert scores == [[1, None], [0, None], [1, 0]]
    assert results["test"]["mean"] is not None


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
    key = compile_key(quiz, found, start=scoring_of_format("moodle"))
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


def test_a_file_of_formulas_without_end_is_read_all_the_same() -> None:
    """Each question says how often its formula is to be computed; beyond a bound people grade what is left."""
    sets = "".join(f"<dataset_item><number>{at}</number><value>{at}</value></dataset_item>" for at in range(1, 500))
    formula = "+".join(["{a}"] * 900)
    question = (
        '<question type="calculated"><name><text>a</text></name><questiontext><text>{a}?</text></questiontext>'
        f'<answer fraction="100"><text>{formula}</text><tolerance>0</tolerance><tolerancetype>2</tolerancetype></answer>'
        f"<dataset_definitions><dataset_definition><name><text>a</text></name><dataset_items>{sets}</dataset_items>"
        "</dataset_definition></dataset_definitions></question>"
    )
    counts = [
        len(only.clones)
        for item in quiz_of(question * 30).items
        for only in item.interactions
        if isinstance(only, ForeignInteraction)
    ]
    assert len(counts) == 30
    assert counts[0] == 499
    assert counts[-1] == 0
