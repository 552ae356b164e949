"""The result of an analysis: one type, from which every report is made.

Undefined numbers are None, never NaN, and a finding (A1xx) says why. Nothing is rounded here.
Definitions: `docs/statistics.md`; which reference value each equals: `tests/analysis/`.
"""

from dataclasses import dataclass
from fractions import Fraction

from stemkey.diagnostics import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceStatistics:
    """One option of an item."""

    label: str
    identifier: str
    text: str
    """The option as plain text."""
    key: bool
    count: int
    proportion: float | None
    """count / n."""
    point_biserial: float | None
    """Correlation of choosing it with the rest score (total minus this item)."""
    mean_score: float | None
    """Mean total score of those who chose it, in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics:
    """One item."""

    number: str
    identifier: str
    title: str
    points: Fraction
    n: int
    """Candidates who were given the item."""
    answered: int
    omitted: int
    not_reached: int
    invalid: int = 0
    several_marks: int = 0
    unreadable: int = 0
    needs_grading: int = 0
    facility: float | None
    standard_deviation: float | None
    item_total: float | None
    item_rest: float | None
    discrimination_index: float | None
    alpha_if_deleted: float | None
    choices: tuple[ChoiceStatistics, ...] = ()
    trace: tuple[tuple[float | None, ...], ...] = ()
    """For each choice, the share of it in each fifth of the candidates by total score, lowest fifth first;
    last row: omitted. Empty where there are fewer than five distinct groups."""
    flags: tuple[str, ...] = ()
    """Codes of the A2xx findings about it."""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestStatistics:
    """The test as a whole; scores in points."""

    candidates: int
    items: int
    points: Fraction
    mean: float | None
    median: float | None
    standard_deviation: float | None
    minimum: float | None
    maximum: float | None
    skewness: float | None
    kurtosis: float | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    standard_error_of_measurement: float | None
    distribution: tuple[tuple[Fraction, int], ...] = ()
    """Each total score that occurred, ascending, and how many candidates have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnalysis:
    """Statistics of one administration of one quiz."""

    items: tuple[ItemStatistics, ...]
    test: TestStatistics
