"""Aiken: files of strangers, and what Moodle does with lines that are not quite Aiken."""

import csv
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.fitting import fit
from stemkey.formats.aiken.reader import read_aiken
from stemkey.formats.aiken.syntax import CARRIES, is_aiken
from stemkey.formats.aiken.writer import write_aiken
from stemkey.model import ChoiceInteraction, Quiz
from stemkey.options import NoOptions

WHOLE = "Capital of Peru?\nA) Quito\nB) Lima\nANSWER: B\n"


def read(text: str | bytes) -> tuple[Quiz, list[str]]:
    found = Diagnostics()
    data = text.encode() if isinstance(text, str) else text
    quiz = read_aiken(Source("week3.aiken.txt", data), NoOptions(), found)
    return quiz, [finding.code for finding in found]


def written(quiz: Quiz) -> str:
    (data,) = write_aiken(fit(quiz, CARRIES, "Aiken", Diagnostics()), NoOptions()).values()
    return data.decode()


def test_a_question_its_options_and_its_answer() -> None:
    quiz, codes = read(WHOLE)
    (item,) = quiz.items
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert (item.body, codes) == ("Capital of Peru?", [])
    assert [choice.content for choice in interaction.choices] == ["Quito", "Lima"]
    assert [choice.identifier for choice in interaction.keys] == ["B"]
    assert written(quiz) == WHOLE


@pytest.mark.parametrize(
    ("text", "codes", "count"),
    [
        ("Q?\nA. a\n\nB. b\n\nANSWER: B", [], 1),
        ("Q?\nA) a\nB) b\n\nR?\nA) a\nB) b\nANSWER: A", ["R450"], 1),
        ("Q?\nA) a\nB) b\nANSWER: C", ["R451"], 0),
        ("Read this.\nQ?\nA) a\nB) b\nANSWER: A", ["R452"], 1),
        ("Only words.\n\nQ?\nA) a\nB) b\nANSWER: A", ["R453"], 1),
        ("Q?\nA) a\nC) c\nANSWER: C", ["R454"], 1),
        ("Q?\na) a\nb) b\nAnswer: a", ["R455", "R455", "R455"], 1),
        ("Q?\nA) a\nB) b\nANSWER: A\nFEEDBACK: so", ["R456"], 1),
    ],
)
def test_what_moodle_drops_or_changes_is_a_finding(text: str, codes: list[str], count: int) -> None:
    quiz, found = read(text)
    assert (found, sum(1 for _ in quiz.items)) == (codes, count)


def test_files_of_strangers_hold_as_many_questions_as_their_source_says(shared: Path) -> None:
    folder = shared / "data" / "corpus" / "aiken"
    with (folder / "SOURCES.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            quiz, _ = read((folder / row["file"]).read_bytes())
            assert sum(1 for _ in quiz.items) == int(row["questions"]), row["file"]
            again, codes = read(written(quiz))
            assert sum(1 for _ in again.items) == int(row["questions"])
            assert codes == []


def test_a_sure_look_leaves_markdown_alone() -> None:
    assert is_aiken(Source("x.txt", WHOLE.encode()))
    assert not is_aiken(Source("x.md", WHOLE.encode()))
    assert not is_aiken(Source("x.txt", b"# Quiz\n\n1. Q?\nA) a\nB) b\n\nAnswer: B\n"))
