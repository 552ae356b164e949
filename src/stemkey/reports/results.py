"""What every report is made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from stemkey.analysis.item_analysis import ItemAnalysis
from stemkey.diagnostics import Diagnostic
from stemkey.model import Quiz
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.baseline import Kept
from stemkey.scoring.gradebook import Candidate, GradingRecord

MAXIMUM_LISTED = 20_000
"""Above this many candidates only students.csv lists them (contract)."""


class ChangedScore(NamedTuple):
    """A candidate whom decisions after the exam affect; in points."""

    id: str
    score_before: Fraction
    points_before: Fraction
    score: Fraction
    points: Fraction


def changed_scores(affected: Iterable[tuple[str, int, int, int, int]], tick: Fraction) -> tuple[ChangedScore, ...]:
    """Return candidates with their scores in points, from scores in ticks."""
    return tuple(ChangedScore(identifier, *(number * tick for number in numbers)) for identifier, *numbers in affected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A graded class."""

    quiz: Quiz
    key: AnswerKey
    title: str
    """Of the reports: `--title`, else the quiz's."""
    record: GradingRecord
    candidates: tuple[Candidate, ...] | None
    """In the order of the sheet; None above `MAXIMUM_LISTED`."""
    analysis: ItemAnalysis
    diagnostics: tuple[Diagnostic, ...]
    changed: tuple[ChangedScore, ...] = ()
    """Whom decisions after the exam affect, in the order of the sheet."""
    kept: tuple[Kept, ...] = ()
    """Who keeps the score of an earlier run."""
    grades: tuple[str, ...] | None = None
    """Of each candidate, where a grading scale was given."""
