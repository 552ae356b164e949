"""Groups of candidates by total score, of exactly the wanted size.

Candidates with the total at a group's border belong to both groups with the weight that makes the size exact, so the
order of the rows cannot matter and no tie needs a rule.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
TAIL = Fraction(27, 100)
SMALLEST_TAIL = 4
"""Below four candidates in each tail, the index says nothing; Kelley's 27 % needs 15 candidates."""


def weighted_sum(candidates: Counts, values: NDArray[np.int64], low: Fraction, high: Fraction) -> Fraction:
    """Return the sum of `values` over the candidates from rank `low` to rank `high`, by ascending total.

    `candidates[t]` candidates together have `values[t]`.
    """
    return _sum_below(candidates, values, high) - _sum_below(candidates, values, low)


def _sum_below(candidates: Counts, values: NDArray[np.int64], rank: Fraction) -> Fraction:
    ranks = np.cumsum(candidates)
    border = int(np.searchsorted(ranks, rank.__floor__(), side="right"))
    below = Fraction(int(values[:border].sum()))
    if border == len(ranks):
        return below
    left = rank - (int(ranks[border - 1]) if border else 0)
    return below + left * Fraction(int(values[border]), int(candidates[border])) if left else below


def discrimination_index(candidates: Counts, scores: NDArray[np.int64], maximum: int) -> float | None:
    """Return the mean score of the upper 27 % less that of the lower 27 %, over the item's points."""
    count = int(candidates.sum())
    size = TAIL * count
    if maximum <= 0 or size < SMALLEST_TAIL:
        return None
    upper = weighted_sum(candidates, scores, count - size, Fraction(count))
    lower = weighted_sum(candidates, scores, Fraction(0), size)
    return float((upper - lower) / (size * maximum))


def shares_by_fifth(candidates: Counts, values: Counts, groups: int = 5) -> tuple[float | None, ...]:
    """Return the share of the candidates of each fifth, lowest first, that `values` counts."""
    size = Fraction(int(candidates.sum()), groups)
    if not size:
        return (None,) * groups
    return tuple(
        float(weighted_sum(candidates, values, size * group, size * (group + 1)) / size) for group in range(groups)
    )
