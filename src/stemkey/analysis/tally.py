"""The only kernel: how many candidates, for each item, by what they gave and by their total score.

Every statistic of an administration follows from these counts. They are integers, and adding two tallies adds
them, so the order of the rows, the size of the batches and the number of machines change no bit of any result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stemkey.scoring.answer_key import AnswerKey, Judgement
from stemkey.scoring.score import ScoredBatch, ScoredColumn

Counts = NDArray[np.int64]
NO_COUNTS = np.zeros(0, np.int64)
DENSE_TOTALS = 1 << 14
"""Totals that span fewer ticks than this are counted by position, others are sorted first."""


class Category(NamedTuple):
    """What a candidate can give to an item, as far as statistics tell it apart."""

    item: int
    """Index of the item in the key."""
    status: str
    chosen: int
    ticks: int
    graded: bool
    """Whether it has a credit."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of one administration; `+` adds them, exactly. Canonical: only what occurred has a row or a column."""

    categories: tuple[Category, ...] = ()
    totals: Counts = field(default_factory=lambda: NO_COUNTS)
    """The total scores that occurred, ascending, in ticks; of the candidates whose total is known."""
    counts: Counts = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    """`counts[c, t]`: candidates with category c and total t."""
    distribution: Counts = field(default_factory=lambda: NO_COUNTS)
    """`distribution[t]`: candidates with total t."""
    apart: Counts = field(default_factory=lambda: NO_COUNTS)
    """`apart[c]`: candidates with category c whose total is unknown, because a response of theirs is damaged."""
    candidates: int = 0
    candidates_apart: int = 0
    candidates_missed: int = 0
    """Candidates who were not given every item."""

    @classmethod
    def empty(cls, key: AnswerKey) -> "Tally":  # noqa: ARG003 # the monoid of a key; categories appear as they occur
        """Return the zero of addition."""
        return cls()

    def __add__(self, other: "Tally") -> "Tally":
        categories = tuple(sorted({*self.categories, *other.categories}))
        totals = _union(self.totals, other.totals)
        return Tally(
            categories=categories,
            totals=totals,
            counts=self._counts_at(categories, totals) + other._counts_at(categories, totals),
            distribution=_spread(self.distribution, self.totals, totals)
            + _spread(other.distribution, other.totals, totals),
            apart=self._apart_at(categories) + other._apart_at(categories),
            candidates=self.candidates + other.candidates,
            candidates_apart=self.candidates_apart + other.candidates_apart,
            candidates_missed=self.candidates_missed + other.candidates_missed,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return (
            self.categories == other.categories
            and (self.candidates, self.candidates_apart, self.candidates_missed)
            == (other.candidates, other.candidates_apart, other.candidates_missed)
            and np.array_equal(self.totals, other.totals)
            and np.array_equal(self.counts, other.counts)
            and np.array_equal(self.distribution, other.distribution)
            and np.array_equal(self.apart, other.apart)
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def _counts_at(self, categories: Sequence[Category], totals: Counts) -> Counts:
        if len(categories) == len(self.categories) and len(totals) == len(self.totals):
            return self.counts
        spread = np.zeros((len(categories), len(totals)), np.int64)
        spread[np.ix_(_places(self.categories, categories), np.searchsorted(totals, self.totals))] = self.counts
        return spread

    def _apart_at(self, categories: Sequence[Category]) -> Counts:
        spread = np.zeros(len(categories), np.int64)
        spread[_places(self.categories, categories)] = self.apart
        return spread


def tally(scored: ScoredBatch, key: AnswerKey) -> Tally:
    """Return the counts of one batch."""
    known = ~scored.apart
    everybody = bool(known.all())
    totals, places, distribution = _by_total(scored.totals if everybody else scored.totals[known])
    rows: dict[Category, tuple[Counts, int]] = {}
    for index, column in enumerate(scored.columns):
        categories, of_code = _categories(index, column)
        codes = column.codes if everybody else column.codes[known]
        counts = _joint(codes, of_code, len(categories), places, len(totals))
        damaged = _count(column.codes[scored.apart], of_code, len(categories)) if not everybody else None
        sizes = np.asarray(counts.sum(axis=1))
        for row, category in enumerate(categories):
            outside = int(damaged[row]) if damaged is not None else 0
            if outside or sizes[row]:
                rows[category] = counts[row], outside
    ordered = sorted(rows)
    return Tally(
        categories=tuple(ordered),
        totals=totals,
        counts=np.stack([rows[category][0] for category in ordered])
        if ordered
        else np.zeros((0, len(totals)), np.int64),
        distribution=distribution,
        apart=np.array([rows[category][1] for category in ordered], np.int64),
        candidates=len(scored),
        candidates_apart=int(scored.apart.sum()),
        candidates_missed=int(scored.missed.sum()),
    )


def tally_all(batches: Iterable[ScoredBatch], key: AnswerKey) -> Tally:
    """Return the counts of several batches."""
    return reduce(Tally.__add__, (tally(scored, key) for scored in batches), Tally.empty(key))


class RunningTally:
    """The counts of the batches written so far."""

    def __init__(self, key: AnswerKey) -> None:
        self.key = key
        self.tally = Tally.empty(key)

    def write(self, scored: ScoredBatch) -> None:
        """Count some candidates."""
        self.tally += tally(scored, self.key)

    def restart(self) -> None:
        """Forget everything."""
        self.tally = Tally.empty(self.key)


def category_of(index: int, judgement: Judgement) -> Category:
    """Return the category that a judgement falls into."""
    return Category(
        index, judgement.status.value, judgement.chosen, judgement.ticks, graded=judgement.credit is not None
    )


def _categories(index: int, column: ScoredColumn) -> tuple[list[Category], Counts]:
    """Return the distinct categories of a column, and which of them each code is."""
    row_of: dict[Category, int] = {}
    of_code = [row_of.setdefault(category_of(index, judgement), len(row_of)) for judgement in column.judgements]
    return list(row_of), np.array(of_code, np.int64)


def _by_total(totals: Counts) -> tuple[Counts, Counts, Counts]:
    """Return the totals that occur, for each candidate the place of its total among them, and how many have each."""
    if len(totals) == 0:
        return NO_COUNTS, NO_COUNTS, NO_COUNTS
    lowest = int(totals.min())
    if int(totals.max()) - lowest >= DENSE_TOTALS:
        distinct, places = np.unique(totals, return_inverse=True)
        return distinct, places.astype(np.int64), np.bincount(places, minlength=len(distinct)).astype(np.int64)
    frequency = np.bincount(totals - lowest)
    occurring = np.flatnonzero(frequency)
    place_of = np.zeros(len(frequency), np.int64)
    place_of[occurring] = np.arange(len(occurring))
    return occurring + lowest, place_of[totals - lowest], frequency[occurring].astype(np.int64)


def _joint(codes: NDArray[np.integer], of_code: Counts, rows: int, places: Counts, columns: int) -> Counts:
    if rows == 0 or columns == 0:
        return np.zeros((rows, columns), np.int64)
    joint = (of_code * columns).take(codes)
    joint += places
    return np.bincount(joint, minlength=rows * columns).reshape(rows, columns).astype(np.int64, copy=False)


def _count(codes: NDArray[np.integer], of_code: Counts, rows: int) -> Counts:
    return np.bincount(of_code[codes], minlength=rows).astype(np.int64, copy=False)


def _places(categories: Sequence[Category], among: Sequence[Category]) -> Counts:
    place_of = {category: place for place, category in enumerate(among)}
    return np.array([place_of[category] for category in categories], np.int64)


def _union(a: Counts, b: Counts) -> Counts:
    """Return the values of both, ascending; `numpy.union1d` would import masked arrays, a tenth of a second."""
    if np.array_equal(a, b):
        return a
    both = np.sort(np.concatenate((a, b)))
    return both[np.concatenate(([True], both[1:] != both[:-1]))]


def _spread(values: Counts, totals: Counts, onto: Counts) -> Counts:
    spread = np.zeros(len(onto), np.int64)
    spread[np.searchsorted(onto, totals)] = values
    return spread


__all__ = ["Category", "RunningTally", "Tally", "category_of", "tally", "tally_all"]
