"""Reliability of the total score: Cronbach's alpha, its interval, the standard error of measurement."""

from collections.abc import Sequence
from fractions import Fraction

from stemkey.analysis.distributions import f_quantile
from stemkey.analysis.moments import root

LEVEL = 0.95


def coefficient_alpha(item_variances: Sequence[Fraction], total_variance: Fraction) -> Fraction | None:
    """Return Cronbach's alpha, exactly (CTT::itemAnalysis; Moodle's coefficient of internal consistency / 100).

    Items without variance stay in, unlike in psych::alpha, which would change the number of items.
    """
    items = len(item_variances)
    if items < 2 or total_variance <= 0:
        return None
    return Fraction(items, items - 1) * (1 - sum(item_variances, Fraction(0)) / total_variance)


def feldt_interval(alpha: Fraction, candidates: int, items: int) -> tuple[float, float] | None:
    """Return Feldt's 95 % interval (cocron::cronbach.alpha.CI)."""
    if candidates < 2 or items < 2:
        return None
    tail = (1 - LEVEL) / 2
    first, second = candidates - 1, (candidates - 1) * (items - 1)
    error = float(1 - alpha)
    return 1 - error * f_quantile(1 - tail, first, second), 1 - error * f_quantile(tail, first, second)


def standard_error_of_measurement(alpha: Fraction, total_variance: Fraction) -> float:
    """Return s sqrt(1 - alpha), in the unit of the variance's root."""
    return root(max(total_variance * (1 - alpha), Fraction(0)))
