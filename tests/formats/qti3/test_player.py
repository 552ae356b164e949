"""QTI 3.0 in a player that we did not write: qti-components of Citolab, in Chromium (tests/node/play.mjs)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.formats.qti21.samples import RESPONSES, every_kind

from stemkey.formats.qti3.vocabulary import Qti3Options
from stemkey.formats.qti3.writer import write_qti3

TAGS = {
    1: {"qti-choice-interaction", "qti-simple-choice"},
    2: {"qti-choice-interaction"},
    3: {"qti-inline-choice-interaction", "qti-text-entry-interaction"},
    4: {"qti-order-interaction"},
    5: {"qti-match-interaction", "qti-simple-associable-choice"},
    6: {"qti-text-entry-interaction"},
    9: {"qti-extended-text-interaction"},
    10: {"qti-upload-interaction"},
}


@pytest.fixture(scope="module")
def played(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    """What the player made of each item of the sample."""
    folder = repository / "tests" / "node"
    program = shutil.which("chromium")
    if program is None or shutil.which("node") is None:
        pytest.skip("no chromium or no node here")
    if not (folder / "node_modules" / "@citolab" / "qti-components").is_dir():
        pytest.skip("qti-components is not installed: .ci/tools installs it")
    files = write_qti3(every_kind(), Qti3Options())
    plays = [
        {
            "name": str(number),
            "xml": files[f"items/all-q{number}.xml"].decode(),
            "responses": [response for response, _ in RESPONSES.get(number, [])],
        }
        for number in range(1, 12)
    ]
    path = tmp_path_factory.mktemp("plays") / "plays.json"
    path.write_text(json.dumps(plays), encoding="utf-8")
    output = subprocess.run(
        ["node", folder / "play.mjs", path, program], check=True, capture_output=True, timeout=120, encoding="utf-8"
    )
    return {int(play["name"]): play for play in json.loads(output.stdout)}


def test_every_item_is_shown_without_an_error(played: dict[int, Any]) -> None:
    assert {number: play["errors"] for number, play in played.items() if play["errors"]} == {}
    for item in every_kind().items:
        words = item.body.split(">")[1].split("<")[0].split("\\")[0].strip()
        assert words in played[int(item.number)]["text"]


@pytest.mark.parametrize("number", sorted(TAGS))
def test_every_interaction_is_the_player_s_own_component(number: int, played: dict[int, Any]) -> None:
    assert set(played[number]["tags"]) >= TAGS[number]


@pytest.mark.parametrize("number", sorted(RESPONSES))
def test_the_player_gives_the_scores_that_the_quiz_says(number: int, played: dict[int, Any]) -> None:
    expected = [score for _, score in RESPONSES[number]]
    scores = [float(result["SCORE"] or 0) for result in played[number]["results"]]
    assert scores == pytest.approx(expected)


def test_the_player_shows_feedback_by_the_score(played: dict[int, Any]) -> None:
    shown = [(result["FEEDBACK_GENERAL"], result["FEEDBACK"]) for result in played[1]["results"]]
    assert shown == [("general", "correct"), ("general", "incorrect"), ("general", "partial")]


def test_the_player_shows_the_feedback_of_an_answer(played: dict[int, Any]) -> None:
    assert [result["FEEDBACK_RESPONSE"] for result in played[7]["results"]] == ["answer_1", None, "other_answer"]
