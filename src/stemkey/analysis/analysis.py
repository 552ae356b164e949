"""From counts to the analysis of an administration."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from stemkey.analysis import undefined
from stemkey.analysis.distribution import distribution_statistics
from stemkey.analysis.flags import flag_items
from stemkey.analysis.item_analysis import ItemAnalysis, TestStatistics
from stemkey.analysis.item_statistics import ItemCounts, item_counts, item_statistics
from stemkey.analysis.moments import Pair, item_rows, variance
from stemkey.analysis.reliability import coefficient_alpha, feldt_interval, standard_error_of_measurement
from stemkey.analysis.tally import Tally
from stemkey.diagnostics import Diagnostics
from stemkey.scoring.answer_key import AnswerKey


def analyse(tally: Tally, key: AnswerKey, found: Diagnostics) -> ItemAnalysis:
    """Return every statistic of one administration; report why some are undefined, and what is worth a look."""
    counts = tuple(map(item_counts, key.items, item_rows(tally, len(key.items))))
    scored = tuple(item for item in counts if item.in_statistics)
    reliability = _Reliability(scored, tally)
    items = tuple(
        item_statistics(item, tally.totals, key.tick, reliability.alpha_if_deleted(item.pair, item.in_statistics))
        for item in counts
    )
    test = _test_statistics(tally, key, scored, reliability)
    undefined.explain(tally, items, test, scored, found)
    return ItemAnalysis(items=flag_items(items, counts, tally.totals, found), test=test)


class _Reliability:
    """Alpha and what follows from it; None where it is undefined."""

    def __init__(self, scored: Sequence[ItemCounts], tally: Tally) -> None:
        self.items = len(scored)
        self.alpha: Fraction | None = None
        self.total_variance: Fraction | None = None
        if tally.candidates_missed or not scored:
            return
        pair = scored[0].pair
        self.candidates = pair.n
        self.total_variance = variance(pair.n, pair.scatter_y)
        variances = [variance(item.pair.n, item.pair.scatter_x) for item in scored]
        self.sum_of_variances = sum((value for value in variances if value is not None), Fraction(0))
        if self.total_variance is not None:
            self.alpha = coefficient_alpha([value for value in variances if value is not None], self.total_variance)

    def alpha_if_deleted(self, pair: Pair, in_statistics: bool) -> float | None:
        """Return alpha of the other items: their variances and the rest's follow from the sums (psych, CTT)."""
        if self.alpha is None or self.total_variance is None or self.items < 3 or not in_statistics:
            return None
        divisor = pair.n * (pair.n - 1)
        own = Fraction(pair.scatter_x, divisor)
        rest = self.total_variance - 2 * Fraction(pair.scatter, divisor) + own
        if rest <= 0:
            return None
        others = self.items - 1
        return float(Fraction(others, others - 1) * (1 - (self.sum_of_variances - own) / rest))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Feldt's interval of alpha."""
        return None if self.alpha is None else feldt_interval(self.alpha, self.candidates, self.items)


def _test_statistics(
    tally: Tally, key: AnswerKey, scored: Sequence[ItemCounts], reliability: _Reliability
) -> TestStatistics:
    frequencies = tuple(
        (int(total) * key.tick, int(count)) for total, count in zip(tally.totals, tally.distribution, strict=True)
    )
    alpha, spread = reliability.alpha, reliability.total_variance
    statistics = TestStatistics(
        candidates=tally.candidates,
        items=len(scored),
        points=sum((item.item.points for item in scored), Fraction(0)),
        mean=None,
        median=None,
        standard_deviation=None,
        minimum=None,
        maximum=None,
        skewness=None,
        kurtosis=None,
        alpha=None if alpha is None else float(alpha),
        alpha_interval=reliability.interval,
        standard_error_of_measurement=None
        if alpha is None or spread is None
        else standard_error_of_measurement(alpha, spread * key.tick * key.tick),
        distribution=frequencies,
    )
    return replace(statistics, **distribution_statistics(frequencies))
