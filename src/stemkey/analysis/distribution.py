"""The distribution of the total score, exactly from its frequencies."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm, sqrt
from typing import TypedDict

from stemkey.analysis.moments import root

Frequencies = Sequence[tuple[Fraction, int]]


class DistributionStatistics(TypedDict):
    """Fields of `TestStatistics`."""

    mean: float | None
    median: float | None
    standard_deviation: float | None
    minimum: float | None
    maximum: float | None
    skewness: float | None
    kurtosis: float | None


def distribution_statistics(frequencies: Frequencies) -> DistributionStatistics:
    """Return mean, median, standard deviation (n - 1), range, skewness and excess kurtosis (type 2)."""
    n = sum(count for _, count in frequencies)
    mean = sum((value * count for value, count in frequencies), Fraction(0)) / n if n else None
    second = _moment(frequencies, mean, n, 2)
    return DistributionStatistics(
        mean=None if mean is None else float(mean),
        median=_median(frequencies, n),
        standard_deviation=root(second * n / (n - 1)) if second is not None and n > 1 else None,
        minimum=float(frequencies[0][0]) if n else None,
        maximum=float(frequencies[-1][0]) if n else None,
        skewness=_skewness(second, _moment(frequencies, mean, n, 3), n),
        kurtosis=_kurtosis(second, _moment(frequencies, mean, n, 4), n),
    )


def _moment(frequencies: Frequencies, mean: Fraction | None, n: int, power: int) -> Fraction | None:
    """Return the central moment, with divisor n."""
    if mean is None:
        return None
    # Whole numbers of one denominator: sums of fractions would reduce each term.
    bottom = lcm(mean.denominator, *(value.denominator for value, _ in frequencies))
    centre = int(mean * bottom)
    total = sum(count * (int(value * bottom) - centre) ** power for value, count in frequencies)
    return Fraction(total, n * bottom**power)


def _median(frequencies: Frequencies, n: int) -> float | None:
    if not n:
        return None
    return float((_ranked(frequencies, (n - 1) // 2) + _ranked(frequencies, n // 2)) / 2)


def _ranked(frequencies: Frequencies, rank: int) -> Fraction:
    for value, count in frequencies:
        if rank < count:
            return value
        rank -= count
    raise IndexError(rank)


def _skewness(second: Fraction | None, third: Fraction | None, n: int) -> float | None:
    """Return the skewness of type 2, G1 (SAS, SPSS, Excel, Moodle; Joanes and Gill 1998)."""
    if second is None or third is None or n < 3 or second <= 0:
        return None
    g1 = sqrt(float(third * third / second**3))
    return sqrt(n * (n - 1)) / (n - 2) * (g1 if third >= 0 else -g1)


def _kurtosis(second: Fraction | None, fourth: Fraction | None, n: int) -> float | None:
    """Return the excess kurtosis of type 2, G2."""
    if second is None or fourth is None or n < 4 or second <= 0:
        return None
    excess = fourth / second**2 - 3
    return float(Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * excess + 6))
