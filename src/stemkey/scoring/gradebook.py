"""What grading leaves: who got what, and everything a report must say about how it was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemkey.scoring.answer_key import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate's counted attempt."""

    id: str
    name: str
    email: str
    attempt: int | None
    row: int
    answered: int
    correct: int
    score: Fraction
    points: Fraction
    """The maximum: points of the items that were given and could be graded or wait to be."""
    provisional: bool
    """Some item is unreadable or waits for a person, `score` counts the others; or when it was handed in is not known."""
    submitted: str = ""
    """ISO time of handing in, where points are taken off for being late; empty where it is not known."""
    due: str = ""
    """ISO time until which the candidate could hand in without a penalty."""
    late: Fraction | None = None
    """Days or hours late, as the rule counts them; 0 in time, None where it is not known or not asked."""
    score_before_late: Fraction | None = None
    """Score without the late penalty; None without such a rule."""
    items: Sequence[Judgement]
    """One for each item of the key; judgements are shared between candidates."""

    @property
    def percent(self) -> float | None:
        """Score over points, 0 to 100; None where there are no points."""
        return float(100 * self.score / self.points) if self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """One file that was graded."""

    name: str
    source: str
    kind: str
    sheet: str | None
    encoding: str | None
    rows_read: int
    rows_graded: int
    rows_refused: int

    @property
    def rows_left_out(self) -> int:
        """Rows of people who were absent or never finished, and rows that say the same as another."""
        return self.rows_read - self.rows_graded - self.rows_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One line of the mapping that was used."""

    column: str
    number: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingRecord:
    """How the scores were found: what a committee asks first."""

    quiz_source: str
    quiz_digest: str
    """SHA-256 of the quiz file."""
    files: tuple[SheetFile, ...]
    mapping: tuple[MappedColumn, ...]
    attempts: str
    """The policy: best, first, last, average."""
    rules: tuple[str, ...] = ()
    """Scoring rules in force, in sentences."""
    assumptions: tuple[str, ...] = ()
