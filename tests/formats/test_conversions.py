"""Every stranger's package becomes every format: what is written reads back equal, or the loss is named before."""

from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import open_source
from stemkey.formats import FORMATS
from stemkey.model import Quiz
from stemkey.pipeline import broken_items, leave_out, read_source, write_quiz

TARGETS = [row.name for row in FORMATS if row.reads and row.writes]
FOLDERS = ("canvas/canvas_lms_fixtures", "canvas/instructure_qti_fixtures", "canvas/golden_exports", "canvas/packages")
PACKAGES = (".zip", ".imscc", ".xml", ".qti")


@pytest.fixture(scope="module")
def quizzes(shared: Path) -> list[tuple[str, Quiz]]:
    """What can be read in the packages of Canvas, its test fixtures and other tools, without what is broken in it."""
    paths = [path for folder in FOLDERS for path in sorted((shared / "data" / folder).rglob("*"))]
    read: list[tuple[str, Quiz]] = []
    for path in paths:
        if path.suffix not in PACKAGES:
            continue
        try:
            outcome = read_source(open_source(path))
        except ValueError:
            continue  # a part of an unpacked package that is no quiz
        quiz = leave_out(outcome.value.quiz, broken_items(outcome.diagnostics), Diagnostics())
        if any(True for _ in quiz.items):
            read.append((path.name, quiz))
    return read


@pytest.mark.parametrize("target", TARGETS)
def test_a_package_of_strangers_survives_or_its_losses_are_named(target: str, quizzes: list[tuple[str, Quiz]]) -> None:
    assert sum(1 for _, quiz in quizzes for _ in quiz.items) > 500
    differences = [
        f"{name}: {finding.message}"
        for name, quiz in quizzes
        for finding in write_quiz(quiz, format=target, keep_going=True).diagnostics
        if finding.code.startswith("W2")
    ]
    assert differences == []
