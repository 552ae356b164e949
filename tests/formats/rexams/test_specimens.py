"""Exercises of strangers: one question each, static ones read, computed ones named; other documents hold none."""

import csv
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import open_source
from stemkey.formats import detect_format
from stemkey.formats.rexams.reader import read_rexams
from stemkey.formats.rexams.syntax import is_rexams
from stemkey.model import ChoiceInteraction, ForeignInteraction
from stemkey.options import NoOptions

# SOURCES.tsv counts the marker `extype`; these four are manuals that show it and have no question of their own.
MANUALS = {
    "cran__exams2.Rnw",
    "cran__exams2moodle.Rmd",
    "sigbertklinke__exams2moodle.Rmd",
    "sigbertklinke__exams2moodle-34.Rmd",
}


def rows(shared: Path) -> list[dict[str, str]]:
    with (shared / "data/corpus/rexams/SOURCES.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_each_exercise_is_one_question_of_its_type(shared: Path) -> None:
    for row in rows(shared):
        if row["file"] in MANUALS:
            continue
        found = Diagnostics()
        (item,) = read_rexams(open_source(shared / "data/corpus/rexams" / row["file"]), NoOptions(), found).items
        (interaction,) = item.interactions
        _, kind, _, state = row["notes"].split()
        if state == "code":
            assert isinstance(interaction, ForeignInteraction)
            assert interaction.kind == kind
            assert [finding.code for finding in found] == ["R801"]
        else:
            assert isinstance(interaction, ChoiceInteraction)
            assert len(interaction.keys) == 1
            assert item.feedback.general
            assert not list(found)


@pytest.mark.parametrize("name", sorted(MANUALS))
def test_a_manual_is_no_exercise_and_says_so(shared: Path, name: str) -> None:
    found = Diagnostics()
    quiz = read_rexams(open_source(shared / "data/corpus/rexams" / name), NoOptions(), found)
    assert not list(quiz.items)
    assert [finding.code for finding in found] == ["R802"]


def test_they_are_recognised_and_nothing_else_is(shared: Path) -> None:
    corpus = shared / "data/corpus"
    for row in rows(shared):
        assert detect_format(open_source(corpus / "rexams" / row["file"])).name == "rexams"
    others = [path for folder in ("md", "aiken", "gift", "text2qti") for path in (corpus / folder).glob("*.*")]
    assert others
    assert not [path.name for path in others if is_rexams(open_source(path))]
