"""The user's own quiz, through everything."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from stemkey import read_quiz, write_quiz
from stemkey.model import Cardinality, ChoiceInteraction, Quiz

STEMKEY = Path(sys.executable).with_name("stemkey")


@pytest.fixture(scope="module")
def quiz(repository: Path) -> Quiz:
    return read_quiz(repository / "quizzes" / "day51-llm-serving.md").unwrap()


def test_the_quiz_is_the_users_byte_for_byte(day51: Path, shared: Path) -> None:
    assert day51.read_bytes() == (shared / "data" / "quizzes" / "day51-llm-serving.md").read_bytes()


def test_it_has_ten_questions_with_four_options_one_key_and_an_explanation(quiz: Quiz) -> None:
    items = list(quiz.items)
    assert [item.number for item in items] == [str(number) for number in range(1, 11)]
    assert [item.identifier for item in items] == [f"day51-llm-serving-q{number}" for number in range(1, 11)]
    keys = []
    for item in items:
        (interaction,) = item.interactions
        assert isinstance(interaction, ChoiceInteraction)
        assert interaction.cardinality is Cardinality.SINGLE
        assert interaction.labels == ("A", "B", "C", "D")
        keys += [choice.identifier for choice in interaction.keys]
        assert item.feedback.general.startswith("<p>")
        assert "Explanation" not in item.feedback.general
    assert keys == list("BBBABBBBBB")


def test_its_title_and_instructions_are_there(quiz: Quiz) -> None:
    assert quiz.title == "Day 51 Quiz: LLM Serving & Optimization - vLLM, TensorRT, Inference"
    assert "Choose the best answer for each question." in quiz.instructions


def test_every_choice_and_item_knows_its_line(quiz: Quiz, day51: Path) -> None:
    lines = day51.read_text(encoding="utf-8").splitlines()
    for item in quiz.items:
        assert item.span is not None
        assert lines[item.span.line - 1].startswith(f"{item.number}. ")
        (interaction,) = item.interactions
        assert isinstance(interaction, ChoiceInteraction)
        for choice in interaction.choices:
            assert choice.span is not None
            line = lines[choice.span.line - 1]
            assert line[choice.span.column - 1 :].startswith(f"{choice.identifier}) ")


@pytest.mark.parametrize("target", ["moodle", "canvas"])
def test_the_same_quiz_gives_the_same_bytes(quiz: Quiz, target: str) -> None:
    assert write_quiz(quiz, format=target).unwrap().data == write_quiz(quiz, format=target).unwrap().data


def test_an_edited_stem_changes_no_identifier(day51: Path, quiz: Quiz, tmp_path: Path) -> None:
    edited = tmp_path / day51.name
    text = day51.read_text(encoding="utf-8")
    edited.write_text(text.replace("What is continuous batching", "What does continuous batching do"), encoding="utf-8")
    again = read_quiz(edited).unwrap()
    assert [item.identifier for item in again.items] == [item.identifier for item in quiz.items]
    assert [item.body for item in again.items] != [item.body for item in quiz.items]


def _contents(name: str, data: bytes) -> dict[str, bytes]:
    if not name.endswith(".zip"):
        return {name: data}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


@pytest.mark.parametrize(
    ("target", "name"), [("moodle", "day51-llm-serving.moodle.xml"), ("canvas", "day51-llm-serving.canvas.zip")]
)
def test_the_packages_in_exports_are_fresh(quiz: Quiz, repository: Path, target: str, name: str) -> None:
    data = write_quiz(quiz, format=target).unwrap().data
    assert data is not None
    stored = (repository / "exports" / name).read_bytes()
    # Another build of zlib may pack the same files into other bytes, so the files are compared, not the zip.
    assert _contents(name, stored) == _contents(name, data), "refresh them: make exports"


def test_the_demo_class_is_graded_with_every_report(repository: Path, tmp_path: Path) -> None:
    command = [
        str(STEMKEY), "grade", "quizzes/day51-llm-serving.md", "quizzes/responses/day51-class.csv", "--out", str(tmp_path),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    names = {"students.csv", "questions.csv", "report.xlsx", "report.html", "results.json"}
    assert {path.name for path in tmp_path.iterdir()} == names
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["test"]["candidates"] == 30
    assert len(results["items"]) == 10
    assert len((tmp_path / "students.csv").read_text(encoding="utf-8").splitlines()) == 31
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    subprocess.run(command, cwd=repository, capture_output=True, check=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first, "same input, same bytes"
