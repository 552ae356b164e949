"""Classes made in memory: a quiz of choices, and what candidates gave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from stemkey.analysis.analysis import analyse
from stemkey.analysis.item_analysis import ItemAnalysis
from stemkey.analysis.tally import tally
from stemkey.diagnostics import Diagnostic, Diagnostics
from stemkey.model import Choice, ChoiceInteraction, Content, Item, Quiz, Section
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.score import score
from stemkey.sheets.table import Response, ResponseBatch, ResponseColumn


@dataclass(frozen=True)
class Analysed:
    analysis: ItemAnalysis
    findings: tuple[Diagnostic, ...]

    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings]


def make_quiz(keys: Sequence[str], letters: str = "ABCD", points: Sequence[Fraction | int] | None = None) -> Quiz:
    """Return a quiz with one right letter an item."""
    items = tuple(
        Item(
            identifier=f"q{number}",
            number=str(number),
            body=Content(f"<p>Question {number}</p>"),
            points=Fraction(points[number - 1] if points else 1),
            interactions=(
                ChoiceInteraction(
                    choices=tuple(
                        Choice(
                            identifier=letter,
                            content=Content(f"option {letter} of {number}"),
                            credit=Fraction(letter == key),
                        )
                        for letter in letters
                    )
                ),
            ),
        )
        for number, key in enumerate(keys, 1)
    )
    return Quiz(identifier="made", sections=(Section(items=items),))


def make_batch(rows: Sequence[Sequence[Response]], ids: Sequence[str] | None = None) -> ResponseBatch:
    """Return rows of responses as a batch."""
    names = [name.encode() for name in ids or [f"s{number}" for number in range(len(rows))]]
    columns = []
    for column in zip(*rows, strict=True):
        values: dict[Response, int] = {}
        codes = [values.setdefault(value, len(values)) for value in column]
        columns.append(ResponseColumn(np.array(codes, np.int32), tuple(values)))
    return ResponseBatch(
        rows=np.arange(2, 2 + len(rows)),
        ids=np.array(names, dtype=bytes),
        names=np.array([b""] * len(rows), dtype="S1"),
        emails=np.array([b""] * len(rows), dtype="S1"),
        columns=tuple(columns),
    )


@pytest.fixture(scope="session")
def quiz_of() -> Callable[..., Quiz]:
    return make_quiz


@pytest.fixture(scope="session")
def batch_of() -> Callable[..., ResponseBatch]:
    return make_batch


@pytest.fixture(scope="session")
def key_of() -> Callable[[Quiz], AnswerKey]:
    return lambda quiz: compile_key(quiz, Diagnostics())


@pytest.fixture(scope="session")
def analysed() -> Callable[[Quiz, Sequence[Sequence[Response]]], Analysed]:
    def run(quiz: Quiz, rows: Sequence[Sequence[Response]]) -> Analysed:
        found = Diagnostics()
        key = compile_key(quiz, found)
        analysis = analyse(tally(score(make_batch(rows), key), key), key, found)
        return Analysed(analysis, found.freeze())

    return run
