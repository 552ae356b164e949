"""Moodle's own reports against Moodle's own marks: what each attempt chose, as the LMS saw it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import open_source
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.model import ChoiceInteraction, Item, Quiz
from stemkey.scoring.answer_key import AnswerKey, Judgement
from stemkey.scoring.compiler import compile_key
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
    key: AnswerKey = compile_key(quiz, Diagnostics())
    table = open_sheet(open_source(shared / "data" / "moodle" / "reports" / report), quiz, SheetOptions(), found)
    assert table, [finding.message for finding in found]
    for batch in table.batches():
        assert batch.attempts is not None
        for row in range(len(batch)):
            for item, column in zip(key.items, batch.columns, strict=True):
                response = column.values[int(column.codes[row])]
                yield batch.emails[row].decode(), int(batch.attempts[row]), item.item, item.judge(response)


@pytest.mark.parametrize(
    ("course", "report"),
    [("bio40", "bio40-responses.csv"), ("bio40", "bio40-responses.xlsx"), ("bio40", "bio40-responses.ods")],
)
def test_every_fraction_is_the_one_that_moodle_gave(shared: Path, course: str, report: str) -> None:
    truth = truths(shared, course)
    compared = 0
    for email, attempt, item, judgement in judged(shared, course, report):
        if not isinstance(item.interactions[0], ChoiceInteraction):
            assert judgement.credit is None or judgement.response is None
            continue
        question = truth[email, attempt][item.title]
        assert judgement.credit is not None, (item.title, question["response"], judgement)
        assert float(judgement.credit) == pytest.approx(question["fraction"] or 0, abs=1e-6), (
            item.title,
            question["response"],
            judgement,
        )
        compared += 1
    assert compared > 400


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
