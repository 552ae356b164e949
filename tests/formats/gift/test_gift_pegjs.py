"""gift-pegjs, another program, parses the GIFT that we write and finds the same in it (`make tools` installs it)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.fitting import fit
from stemkey.formats.gift.syntax import CARRIES, GiftOptions
from stemkey.formats.gift.writer import write_gift
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.model import (
    Cardinality,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
)

HERE = Path(__file__).parent
MODULE = HERE.parent.parent / "node" / "node_modules" / "gift-pegjs"
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not MODULE.is_dir(), reason="gift-pegjs is not installed: make tools"
)


def assert_parsed(quiz: Quiz) -> None:
    fitted = fit(quiz, CARRIES, "GIFT", Diagnostics())
    (data,) = write_gift(fitted, GiftOptions()).values()
    out = subprocess.run(["node", HERE / "parse.cjs"], input=data, capture_output=True, check=True).stdout
    found: list[dict[str, Any]] = [row for row in json.loads(out) if row["type"] != "Category"]
    items = list(fitted.items)
    assert len(found) == len(items)
    for row, item in zip(found, items, strict=True):
        if item.interactions:
            assert_agrees(row, item)


def assert_agrees(row: dict[str, Any], item: Item) -> None:
    (interaction,) = item.interactions
    match interaction:
        case ChoiceInteraction() if row["type"] == "TF":
            assert row["isTrue"] is (interaction.keys[0].content == "True")
        case ChoiceInteraction():
            assert row["type"] == "MC"
            assert len(row["choices"]) == len(interaction.choices)
            if interaction.cardinality is Cardinality.SINGLE:
                keys = {choice.identifier for choice in interaction.keys}
                assert [choice["isCorrect"] for choice in row["choices"]] == [
                    choice.identifier in keys for choice in interaction.choices
                ]
        case MatchInteraction():
            assert row["type"] == "Matching"
            assert len([pair for pair in row["matchPairs"] if pair["subquestion"]["text"]]) == len(interaction.pairs)
        case TextEntryInteraction():
            assert row["type"] == ("Numerical" if interaction.is_numeric else "Short")
        case ExtendedTextInteraction():
            assert row["type"] == "Essay"
        case _:
            assert isinstance(interaction, OrderInteraction), "gift-pegjs does not know Moodle's ordering"


@pytest.mark.parametrize("name", ["core", "bio"])
def test_it_parses_what_we_make_of_moodles_exports(name: str) -> None:
    path = HERE.parent / "moodle" / "specimens" / "moodle-4.5" / f"export-{name}.xml"
    quiz = read_moodle(Source(path.name, path.read_bytes()), MoodleOptions(), Diagnostics())
    assert_parsed(quiz)


@given(quizzes(CARRIES, maximum_items=3))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_parses_texts_that_hurt(quiz: Quiz) -> None:
    assert_parsed(quiz)
