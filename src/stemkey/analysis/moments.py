"""Sums of integers over candidates, and the few numbers that are divided out of them.

All sums are exact; every function divides once, at its end.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from stemkey.analysis.tally import Category, Tally

Counts = NDArray[np.int64]
SAFE = 1 << 62


@dataclass(frozen=True, slots=True)
class Row:
    """One category of an item, with its sums over the candidates whose total is known."""

    category: Category
    counts: Counts
    """Candidates by total."""
    count: int
    sum_total: int
    sum_total_squared: int
    apart: int
    """Candidates whose total is unknown."""

    @property
    def everybody(self) -> int:
        """Candidates in this category, whether their total is known or not."""
        return self.count + self.apart


@dataclass(frozen=True, slots=True)
class Pair:
    """Sums of two variables over the same candidates."""

    n: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int

    @property
    def scatter_x(self) -> int:
        """Sum of squared deviations of x, times n."""
        return self.n * self.xx - self.x * self.x

    @property
    def scatter_y(self) -> int:
        """Sum of squared deviations of y, times n."""
        return self.n * self.yy - self.y * self.y

    @property
    def scatter(self) -> int:
        """Sum of products of deviations, times n."""
        return self.n * self.xy - self.x * self.y

    def correlation(self) -> float | None:
        """Return Pearson's correlation, None where one of the two does not vary."""
        return correlation(self.scatter, self.scatter_x, self.scatter_y)


def item_rows(tally: Tally, items: int) -> tuple[tuple[Row, ...], ...]:
    """Return the rows of every item with their sums."""
    rows: list[list[Row]] = [[] for _ in range(items)]
    squares = tally.totals.astype(object) ** 2 if _large(tally, power=2) else tally.totals * tally.totals
    for index, category in enumerate(tally.categories):
        counts = tally.counts[index]
        row = Row(
            category=category,
            counts=counts,
            count=int(counts.sum()),
            sum_total=_dot(counts, tally.totals, large=_large(tally, power=1)),
            sum_total_squared=_dot(counts, squares, large=_large(tally, power=2)),
            apart=int(tally.apart[index]),
        )
        rows[category.item].append(row)
    return tuple(tuple(of_item) for of_item in rows)


def _large(tally: Tally, power: int) -> bool:
    """Whether a sum of totals to this power could leave 64 bits."""
    if len(tally.totals) == 0:
        return False
    largest = max(abs(int(tally.totals[0])), abs(int(tally.totals[-1])))
    return bool(largest**power * max(tally.candidates, 1) >= SAFE)


def _dot(counts: Counts, values: NDArray[np.generic], *, large: bool) -> int:
    if large:
        return sum(int(count) * int(value) for count, value in zip(counts, values, strict=True) if count)
    return int(np.dot(counts, values))


def correlation(scatter: int, scatter_x: int, scatter_y: int) -> float | None:
    """Return a correlation from n-fold sums of squares and products, None where one of the two does not vary."""
    if scatter_x <= 0 or scatter_y <= 0:
        return None
    # The limits catch the last bit of the root, never more.
    return max(-1.0, min(1.0, scatter / sqrt(scatter_x * scatter_y)))


def variance(n: int, scatter: int) -> Fraction | None:
    """Return the variance with divisor n - 1 from n times the sum of squared deviations."""
    return Fraction(scatter, n * (n - 1)) if n > 1 else None


def root(value: Fraction) -> float:
    """Return the square root of an exact number."""
    return sqrt(value.numerator / value.denominator)
