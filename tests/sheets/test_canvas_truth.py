"""Reports that Canvas's own code wrote, against the points that it gave."""

import csv
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, open_source
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Clone,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    Quiz,
    Section,
    TextEntryInteraction,
    UploadInteraction,
    Variable,
    gap,
    text_content,
)
from stemkey.model.content import Content
from stemkey.pipeline import read_source
from stemkey.scoring.answer_key import Status
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.responses import read_response
from stemkey.sheets import SheetOptions, open_sheet

REPORTS = ["s30_kept", "s30_alltypes_nosis"]


def quiz_of(shared: Path, name: str) -> Quiz:
    path = shared / "data" / "canvas" / "student_analysis" / f"{name}_key.json"
    key = json.loads(path.read_text(encoding="utf-8"))
    items = tuple(_item(number, question) for number, question in enumerate(key["questions"], 1))
    return Quiz(identifier=name, sections=(Section(items=items),))


def _item(number: int, question: dict[str, Any]) -> Item:
    kind = question["question_type"].removesuffix("_question")
    body, interactions = str(text_content(question["question_text"])), _interactions(kind, question)
    for interaction in interactions:
        body = body.replace(f"[{interaction.identifier}]", gap(interaction.identifier))
    return Item(
        identifier=f"q{number}",
        number=str(number),
        title=kind,
        body=Content(body),
        interactions=interactions,
        points=Fraction(str(question["points_possible"])),
    )


def _interactions(kind: str, question: dict[str, Any]) -> tuple[Interaction, ...]:
    answers = question["answers"]
    match kind:
        case "multiple_choice" | "true_false" | "multiple_answers":
            several = kind == "multiple_answers"
            right = sum(1 for answer in answers if answer["weight"])
            worth = Fraction(1, right) if several else Fraction(1)
            return (
                ChoiceInteraction(
                    choices=tuple(_choice(answer, worth) for answer in answers),
                    cardinality=Cardinality.MULTIPLE if several else Cardinality.SINGLE,
                ),
            )
        case "short_answer":
            return (TextEntryInteraction(accepted=tuple(AcceptedText(text=answer["text"]) for answer in answers)),)
        case "fill_in_multiple_blanks" | "multiple_dropdowns":
            blanks = dict.fromkeys(answer["blank_id"] for answer in answers)
            return tuple(
                _blank(kind, blank, [answer for answer in answers if answer["blank_id"] == blank]) for blank in blanks
            )
        case "numerical":
            return (TextEntryInteraction(accepted=tuple(map(_number, answers))),)
        case "matching":
            return (
                MatchInteraction(
                    pairs=tuple(
                        MatchPair(identifier=str(a["id"]), source=text_content(a["text"]), target=str(a["match_id"]))
                        for a in answers
                    ),
                    targets=tuple(
                        MatchTarget(identifier=str(match["match_id"]), content=text_content(match["text"]))
                        for match in question["matches"]
                    ),
                ),
            )
        case "essay":
            return (ExtendedTextInteraction(),)
        case "file_upload":
            return (UploadInteraction(),)
        case "calculated":
            clones = tuple(_clone(answer, Fraction(str(question["answer_tolerance"]))) for answer in answers)
            return (ForeignInteraction(format="canvas", kind=kind, raw="", clones=clones),)
        case _:
            return (ForeignInteraction(format="canvas", kind=kind, raw=""),)


def _clone(answer: dict[str, Any], tolerance: Fraction) -> Clone:
    accepted = AcceptedNumber(value=Fraction(str(answer["answer"])), tolerance=tolerance)
    return Clone(
        body=text_content(str(answer["variables"])),
        variables=tuple(Variable(name=one["name"], value=str(one["value"])) for one in answer["variables"]),
        interaction=TextEntryInteraction(accepted=(accepted,)),
    )


def _choice(answer: dict[str, Any], worth: Fraction) -> Choice:
    credit = worth if answer["weight"] else Fraction(0)
    return Choice(identifier=str(answer["id"]), content=text_content(answer["text"]), credit=credit)


def _blank(kind: str, blank: str, answers: list[dict[str, Any]]) -> Interaction:
    if kind == "multiple_dropdowns":
        return InlineChoiceInteraction(identifier=blank, choices=tuple(_choice(a, Fraction(1)) for a in answers))
    return TextEntryInteraction(identifier=blank, accepted=tuple(AcceptedText(text=a["text"]) for a in answers))


def _number(answer: dict[str, Any]) -> AcceptedNumber:
    if answer["numerical_answer_type"] == "exact_answer":
        return AcceptedNumber(value=Fraction(str(answer["exact"])), tolerance=Fraction(str(answer["margin"])))
    if answer["numerical_answer_type"] == "range_answer":
        return AcceptedNumber(lower=Fraction(str(answer["start"])), upper=Fraction(str(answer["end"])))
    return AcceptedNumber(value=Fraction(str(answer["approximate"])))


def responses(shared: Path, name: str) -> Iterator[tuple[dict[str, Any], Item, Any, Any]]:
    """Return Canvas' verdict on each answer, the item, what was written, and ours."""
    folder = shared / "data" / "canvas" / "student_analysis"
    attempts = json.loads((folder / f"{name}_truth.json").read_text(encoding="utf-8"))
    report = folder / f"{name}_student_analysis.csv"
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = Diagnostics()
    quiz = quiz_of(shared, name)
    table = open_sheet(open_source(report), quiz, SheetOptions(id_column="id"), found)
    assert table, [finding.message for finding in found]
    key = compile_key(quiz, Diagnostics())
    place = 0
    for batch in table.batches():
        for row in range(len(batch)):
            said, place = rows[place], place + 1
            assert batch.ids[row].decode() == said["id"]
            answers = _attempt_of(attempts, said)
            for number, (item, column) in enumerate(zip(key.items, batch.columns, strict=True), 1):
                response = column.values[int(column.codes[row])]
                yield answers[number], item.item, response, item.judge(response)


def _attempt_of(attempts: list[dict[str, Any]], said: dict[str, str]) -> dict[int, dict[str, Any]]:
    """Return Canvas' verdicts on the attempt of a row: its number where the report has it, else its score."""
    (found, *_) = [
        entry
        for entry in attempts
        if str(entry["user_id"]) == said["id"]
        and (str(entry["attempt"]) == said["attempt"] if "attempt" in said else str(entry["score"]) == said["score"])
    ]
    return {answer["question_id"]: answer for answer in found["answers"]}


@pytest.mark.parametrize("name", REPORTS)
def test_every_answer_gets_the_points_that_canvas_gave(shared: Path, name: str) -> None:
    compared: dict[str, int] = {}
    for truth, item, response, judgement in responses(shared, name):
        if judgement.credit is None:
            assert item.title in {"essay", "file_upload"}, (item.title, response, judgement)
            continue
        points = float(judgement.credit * item.points)
        assert points == pytest.approx(truth["points"], abs=1e-9), (item.title, response, judgement)
        compared[item.title] = compared.get(item.title, 0) + 1
    graded = {"multiple_choice", "short_answer", "multiple_answers"}
    own = {"matching", "fill_in_multiple_blanks", "multiple_dropdowns", "calculated"}
    graded |= {"numerical"} if name == "s30_kept" else own
    assert all(compared[kind] >= 30 for kind in graded)


def test_the_package_of_a_formula_says_what_canvas_graded_by(shared: Path) -> None:
    """The key of the tests above was made by hand from Canvas's own data; this is what our reader makes of its package."""
    package = shared / "data" / "canvas" / "instructure_qti_fixtures" / "all_canvas_simple_1.2.xml"
    items = read_source(open_source(package)).value.quiz.items
    (ours,) = (only for item in items for only in item.interactions if isinstance(only, ForeignInteraction))
    (canvass,) = (
        only
        for item in quiz_of(shared, "s30_alltypes_nosis").items
        for only in item.interactions
        if isinstance(only, ForeignInteraction)
    )
    assert facts(ours) == facts(canvass)
    assert len(facts(ours)) == 9


def facts(kept: ForeignInteraction) -> set[tuple[object, ...]]:
    return {
        (*((variable.name, Fraction(variable.value)) for variable in clone.variables), clone.interaction)
        for clone in kept.clones
    }


def test_a_formula_whose_numbers_are_not_in_the_quiz_is_nobodys_mistake(shared: Path) -> None:
    report = shared / "data" / "canvas" / "student_analysis" / "s30_alltypes_nosis_student_analysis.csv"
    changed = report.read_text(encoding="utf-8").replace('"x=>1.0,42.0000"', '"x=>1.5,42.0000"')
    quiz = quiz_of(shared, "s30_alltypes_nosis")
    table = open_sheet(Source(report.name, changed.encode()), quiz, SheetOptions(id_column="id"), Diagnostics())
    assert table
    assert table.tells_clones_of == {"9"}
    key = compile_key(quiz, Diagnostics())
    judged = [key.items[8].judge(value) for batch in table.batches() for value in batch.columns[8].values]
    assert [judgement.credit for judgement in judged if judgement.status is Status.UNREADABLE] == [None]


def test_numbers_are_numbers_and_essays_wait(shared: Path) -> None:
    statuses: dict[str, set[Status]] = {}
    for _, item, response, _ in responses(shared, "s30_kept"):
        reading = read_response(item, response)
        statuses.setdefault(item.title, set()).add(reading.status)
        if item.title == "numerical" and reading.status is Status.ANSWERED:
            assert reading.value is not None or not reading.text.replace(".", "").isdigit(), reading
    assert statuses["essay"] <= {Status.NEEDS_GRADING, Status.OMITTED}
    assert statuses["numerical"] <= {Status.ANSWERED, Status.OMITTED}
