"""Groups of candidates by total score, of exactly the wanted size.

Candidates with the total at a group's border belong to both groups with the weight that makes the size exact, so the
order of the rows cannot matter and no tie needs a rule.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
NOTHING = Fraction(0)
TAIL = Fraction(27, 100)
SMALLEST_TAIL = 4
"""Below four candidates in each tail, the index says nothing; Kelley's 27 % needs 15 candidates."""


class Border(NamedTuple):
    """A rank among the candidates, ascending by total: all of the first totals, and some of the candidates of the next."""

    totals: int
    some: Fraction
    """How many candidates of the next total, as a share of them."""


def border(candidates: Counts, rank: Fraction) -> Border:
    """Return where a rank lies; `candidates[t]` candidates have the t-th total."""
    ranks = np.cumsum(candidates)
    totals = int(np.searchsorted(ranks, rank.__floor__(), side="right"))
    left = rank - (int(ranks[totals - 1]) if totals else 0)
    return Border(totals, left / int(candidates[totals]) if left else NOTHING)


def sum_between(values: NDArray[np.int64], low: Border, high: Border) -> Fraction:
    """Return the sum of values of the candidates between two ranks; those with one total have `values[t]` together."""
    return _sum_below(values, high) - _sum_below(values, low)


def _sum_below(values: NDArray[np.int64], at: Border) -> Fraction:
    below = Fraction(int(values[: at.totals].sum()))
    return below + at.some * int(values[at.totals]) if at.some else below


def weighted_sum(candidates: Counts, values: NDArray[np.int64], low: Fraction, high: Fraction) -> Fraction:
    """Return the sum of `values` over the candidates from rank `low` to rank `high`."""
    return sum_between(values, border(candidates, low), border(candidates, high))


def discrimination_index(candidates: Counts, scores: NDArray[np.int64], maximum: int) -> float | None:
    """Return the mean score of the upper 27 % less that of the lower 27 %, over the item's points."""
    count = int(candidates.sum())
    size = TAIL * count
    if maximum <= 0 or size < SMALLEST_TAIL:
        return None
    upper = weighted_sum(candidates, scores, count - size, Fraction(count))
    lower = weighted_sum(candidates, scores, Fraction(0), size)
    return float((upper - lower) / (size * maximum))


def shares_by_fifth(
    candidates: Counts, rows: Sequence[Counts], groups: int = 5
) -> tuple[tuple[float | None, ...], ...]:
    """Return, for each row of values, the share of each fifth of the candidates, lowest first, that it counts."""
    size = Fraction(int(candidates.sum()), groups)
    if not size:
        return tuple((None,) * groups for _ in rows)
    borders = [border(candidates, size * group) for group in range(groups + 1)]
    return tuple(
        tuple(float(sum_between(values, low, high) / size) for low, high in pairwise(borders)) for values in rows
    )
