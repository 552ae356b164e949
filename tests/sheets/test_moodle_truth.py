"""Moodle's own reports against Moodle's own marks: what each attempt chose, as the LMS saw it."""

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import open_source
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.model import (
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
)
from stemkey.scoring.answer_key import AnswerKey, Judgement, Status
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.responses import Reading, read_response
from stemkey.scoring.rules import scoring_of_format
from stemkey.sheets import SheetOptions, open_sheet

EXPORTS = {"core30": "export-core.xml", "bio40": "export-bio.xml"}


def read_export(shared: Path, course: str) -> Quiz:
    return read_moodle(open_source(shared / "data" / "moodle" / EXPORTS[course]), MoodleOptions(), Diagnostics())


def truths(shared: Path, course: str) -> dict[tuple[str, int], dict[str, dict[str, Any]]]:
    """Return by e-mail and number of the attempt what Moodle says of each question, by the question's name."""
    truth = json.loads((shared / "data" / "moodle" / f"{course}-truth.json").read_text(encoding="utf-8"))
    emails = {user["id"]: user["email"] for user in truth["users"]}
    names = {entry["questionid"]: entry["name"] for slot in truth["slotinfo"].values() for entry in slot}
    finished = [attempt for attempt in truth["attempts"] if attempt["state"] == "finished"]
    return {
        (emails[attempt["userid"]], attempt["attempt"]): {
            names[question["questionid"]]: question
            for question in attempt["questions"]
            if question["questionid"] in names
        }
        for attempt in finished
    }


def judged(shared: Path, course: str, report: str) -> Iterator[tuple[str, int, Item, Judgement]]:
    """Grade a report; return for each attempt and item what it is worth."""
    quiz = read_export(shared, course)
    found = Diagnostics()
    key: AnswerKey = compile_key(quiz, Diagnostics(), start=scoring_of_format("moodle"))
    table = open_sheet(open_source(shared / "data" / "moodle" / "reports" / report), quiz, SheetOptions(), found)
    assert table, [finding.message for finding in found]
    for batch in table.batches():
        assert batch.attempts is not None
        for row in range(len(batch)):
            for item, column in zip(key.items, batch.columns, strict=True):
                response = column.values[int(column.codes[row])]
                yield batch.emails[row].decode(), int(batch.attempts[row]), item.item, item.judge(response)


@pytest.mark.parametrize(
    ("course", "report", "least"),
    [
        ("bio40", "bio40-responses.csv", 32 * 20),
        ("bio40", "bio40-responses.xlsx", 32 * 20),
        ("bio40", "bio40-responses.ods", 32 * 20),
        ("core30", "core30-responses.csv", 31 * 21),
        ("core30", "core30-responses.xlsx", 31 * 21),
    ],
)
def test_every_fraction_is_the_one_that_moodle_gave(shared: Path, course: str, report: str, least: int) -> None:
    """All of them but essays, and orders that were left as they stood; a blank essay is 0 in both."""
    truth = truths(shared, course)
    compared = 0
    for email, attempt, item, judgement in judged(shared, course, report):
        question = truth[email, attempt][item.title]
        waits = isinstance(item.interactions[0], ExtendedTextInteraction)
        if judgement.credit is None:
            is_order = isinstance(item.interactions[0], OrderInteraction)
            assert waits or (is_order and judgement.response == "-"), (item.title, question["response"], judgement)
        else:
            assert float(judgement.credit) == pytest.approx(question["fraction"] or 0, abs=1e-6), (
                item.title,
                question["response"],
                judgement,
            )
            compared += 1
    assert compared >= least


@pytest.mark.parametrize("report", ["core30-responses.csv", "core30-responses.xlsx"])
def test_questions_that_only_moodle_has_get_moodles_marks(shared: Path, report: str) -> None:
    """Each attempt's, with as many answered and right, in part right and wrong as Moodle counted."""
    truth = truths(shared, "core30")
    kinds = {"CALC sum", "CALC simple", "CALC multi", "DDIMAGE", "DDMARKER map", "RANDOM SA MATCH"}
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for email, attempt, item, judgement in judged(shared, "core30", report):
        if item.title not in kinds:
            continue
        question = truth[email, attempt][item.title]
        assert isinstance(item.interactions[0], ForeignInteraction)
        assert judgement.credit is not None
        assert float(judgement.credit) == pytest.approx(question["fraction"] or 0, abs=1e-6)
        assert (judgement.status is Status.OMITTED) == (question["response"] is None)
        counts[item.title]["wrong" if not judgement.credit else "right" if judgement.credit == 1 else "partly"] += 1
    assert {sum(count.values()) for count in counts.values()} == {31}
    assert all(count["right"] > 8 and count["wrong"] for count in counts.values())
    assert {kind for kind, count in counts.items() if count["partly"]} == {"DDIMAGE", "DDMARKER map", "RANDOM SA MATCH"}


@pytest.mark.parametrize(
    ("course", "report"),
    [
        ("bio40", "bio40-responses.csv"),
        ("bio40", "bio40-responses.ods"),
        ("core30", "core30-responses.csv"),
        ("core30", "core30-responses.xlsx"),
    ],
)
def test_pairs_gaps_and_orders_are_read_as_moodle_read_them(shared: Path, course: str, report: str) -> None:
    """The share of what is right, counted here, is Moodle's fraction."""
    truth = truths(shared, course)
    compared: dict[str, int] = {}
    for email, attempt, item, reading in readings(shared, course, report):
        share = share_of(item, reading)
        question = truth[email, attempt][item.title]
        if share is None or question["fraction"] is None:
            continue
        assert float(share) == pytest.approx(question["fraction"], abs=1e-6), (
            item.title,
            question["response"],
            reading,
        )
        compared[item.title] = compared.get(item.title, 0) + 1
    assert sum(compared.values()) > 25
    if course == "core30":
        assert {"MATCH capitals", "MATCH with image stems", "GAPSELECT", "DDWTOS", "ORDER planets"} <= set(compared)


def share_of(item: Item, reading: Reading) -> Fraction | None:
    """Return the share of pairs, gaps or places that are right; None for what this does not judge."""
    if reading.status is not Status.ANSWERED:
        return None
    only = item.interactions[0]
    if isinstance(only, MatchInteraction):
        targets = [target.identifier for target in only.targets]
        right = [at >= 0 and targets[at] == pair.target for pair, at in zip(only.pairs, reading.chosen, strict=True)]
        return Fraction(sum(right), len(right))
    if isinstance(only, OrderInteraction):
        places = [index == at for index, at in enumerate(reading.chosen)]
        return Fraction(sum(places), len(places))
    if all(isinstance(interaction, InlineChoiceInteraction) for interaction in item.interactions):
        total = Fraction(0)
        for interaction, part in zip(item.interactions, reading.parts, strict=True):
            assert isinstance(interaction, InlineChoiceInteraction)
            total += interaction.choices[part.chosen[0]].credit if part.chosen else 0
        return total / len(item.interactions)
    return None


def readings(shared: Path, course: str, report: str) -> Iterator[tuple[str, int, Item, Reading]]:
    quiz = read_export(shared, course)
    found = Diagnostics()
    table = open_sheet(open_source(shared / "data" / "moodle" / "reports" / report), quiz, SheetOptions(), found)
    assert table, [finding.message for finding in found]
    items = [item for item in quiz.items if item.interactions]
    for batch in table.batches():
        assert batch.attempts is not None
        for row in range(len(batch)):
            for item, column in zip(items, batch.columns, strict=True):
                reading = read_response(item, column.values[int(column.codes[row])])
                yield batch.emails[row].decode(), int(batch.attempts[row]), item, reading


def test_an_order_that_was_left_as_it_stood_is_not_a_blank(shared: Path) -> None:
    """Moodle gives credit for the places in which things happened to stand, and does not show them."""
    truth = truths(shared, "core30")
    statuses = {
        reading.status
        for email, attempt, item, reading in readings(shared, "core30", "core30-responses.csv")
        if item.title == "ORDER planets" and truth[email, attempt][item.title]["fraction"] and reading.text == "-"
    }
    assert statuses == {Status.UNREADABLE}


@pytest.mark.parametrize("report", ["core30-responses-min.csv", "core30-responses-min.xlsx", "bio40-responses-min.csv"])
def test_numbers_are_not_trusted_where_the_export_is_in_another_order(shared: Path, report: str) -> None:
    found = Diagnostics()
    course = report.split("-", maxsplit=1)[0]
    source = open_source(shared / "data" / "moodle" / "reports" / report)
    assert open_sheet(source, read_export(shared, course), SheetOptions(), found) is None
    assert {finding.code for finding in found} <= {"S102", "S103", "S105"}
    assert found.has_errors


@pytest.mark.parametrize("report", ["core30-overview.csv", "bio40-overview.xlsx"])
def test_the_grades_report_is_refused_by_name(shared: Path, report: str) -> None:
    found = Diagnostics()
    source = open_source(shared / "data" / "moodle" / "reports" / report)
    assert open_sheet(source, read_export(shared, report.split("-", maxsplit=1)[0]), SheetOptions(), found) is None
    assert [finding.code for finding in found] == ["S106"]


def test_an_ods_that_moodle_broke_is_refused_as_damaged(shared: Path) -> None:
    found = Diagnostics()
    source = open_source(shared / "data" / "moodle" / "reports" / "core30-responses.ods")
    assert open_sheet(source, read_export(shared, "core30"), SheetOptions(), found) is None
    assert [finding.code for finding in found] == ["S009"]
