"""What every report is made from."""

from dataclasses import dataclass

from stemkey.analysis.item_analysis import ItemAnalysis
from stemkey.diagnostics import Diagnostic
from stemkey.model import Quiz
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.gradebook import Candidate, GradingRecord

MAXIMUM_LISTED = 20_000
"""Above this many candidates only students.csv lists them (contract)."""


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
