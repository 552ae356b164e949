"""Statistics of one item, from its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from stemkey.analysis.groups import discrimination_index, shares_by_fifth
from stemkey.analysis.item_analysis import ChoiceStatistics, ItemStatistics
from stemkey.analysis.moments import Pair, Row, correlation, root, variance
from stemkey.model import Choice, ChoiceInteraction, Item
from stemkey.richtext.to_plain import to_plain
from stemkey.scoring.answer_key import ItemKey, Status

FIFTHS = 5


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """What was counted of one item, with the sums that its statistics share."""

    key: ItemKey
    rows: tuple[Row, ...]
    """Every category that was given to somebody."""
    known: tuple[Row, ...]
    """The categories with a credit, as far as the total is known."""
    pair: Pair
    """Score on the item (x) and total score (y), in ticks, of those whose total is known."""

    @property
    def item(self) -> Item:
        """The item."""
        return self.key.item

    @property
    def in_statistics(self) -> bool:
        """Whether a program can grade the item."""
        return self.key.gradable


def item_counts(key: ItemKey, rows: Sequence[Row]) -> ItemCounts:
    """Return an item's counts, without the candidates who were not given it."""
    given = tuple(row for row in rows if row.category.status != Status.NOT_GIVEN.value)
    known = tuple(row for row in given if row.category.graded)
    pair = Pair(
        n=sum(row.count for row in known),
        x=sum(row.count * row.category.ticks for row in known),
        y=sum(row.sum_total for row in known),
        xx=sum(row.count * row.category.ticks**2 for row in known),
        yy=sum(row.sum_total_squared for row in known),
        xy=sum(row.sum_total * row.category.ticks for row in known),
    )
    return ItemCounts(key=key, rows=given, known=known, pair=pair)


def item_statistics(
    counts: ItemCounts, totals: NDArray[np.int64], tick: Fraction, alpha_if_deleted: float | None
) -> ItemStatistics:
    """Return the statistics of one item; what cannot be computed is None."""
    item, key = counts.item, counts.key
    graded = counts.in_statistics
    pair = counts.pair
    candidates, scores = _by_total(counts, totals)
    return ItemStatistics(
        number=item.number,
        identifier=item.identifier,
        title=item.title or to_plain(item.body),
        points=item.points,
        n=sum(row.everybody for row in counts.rows),
        answered=_number_with(counts, Status.ANSWERED, Status.NEEDS_GRADING),
        omitted=_number_with(counts, Status.OMITTED),
        not_reached=_number_with(counts, Status.NOT_REACHED),
        invalid=_number_with(counts, Status.INVALID),
        several_marks=_number_with(counts, Status.SEVERAL_MARKS),
        unreadable=_number_with(counts, Status.UNREADABLE),
        needs_grading=_number_with(counts, Status.NEEDS_GRADING),
        facility=_facility(counts) if graded else None,
        standard_deviation=_standard_deviation(counts, tick) if graded else None,
        item_total=pair.correlation() if graded else None,
        item_rest=_item_rest(pair) if graded else None,
        discrimination_index=discrimination_index(candidates, scores, key.ticks) if graded else None,
        alpha_if_deleted=alpha_if_deleted,
        choices=_choices(counts, tick),
        trace=_trace(counts, candidates),
        span=item.span,
    )


def _number_with(counts: ItemCounts, *statuses: Status) -> int:
    return sum(row.everybody for row in counts.rows if row.category.status in {status.value for status in statuses})


def _everybody(counts: ItemCounts) -> tuple[int, int, int]:
    """Return n and the sums of score and squared score of everybody with a credit, in ticks."""
    graded = [row for row in counts.rows if row.category.graded]
    return (
        sum(row.everybody for row in graded),
        sum(row.everybody * row.category.ticks for row in graded),
        sum(row.everybody * row.category.ticks**2 for row in graded),
    )


def _facility(counts: ItemCounts) -> float | None:
    n, total, _ = _everybody(counts)
    return total / (n * counts.key.ticks) if n and counts.key.ticks else None


def _standard_deviation(counts: ItemCounts, tick: Fraction) -> float | None:
    n, total, squares = _everybody(counts)
    spread = variance(n, n * squares - total * total)
    return root(spread * tick * tick) if spread is not None else None


def _item_rest(pair: Pair) -> float | None:
    """Correlate the item with the total less the item, without another pass over the candidates."""
    return correlation(
        pair.scatter - pair.scatter_x, pair.scatter_x, pair.scatter_y - 2 * pair.scatter + pair.scatter_x
    )


def _by_total(counts: ItemCounts, totals: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each total, the candidates who have it and the ticks that they earned on the item together."""
    candidates = np.zeros(len(totals), np.int64)
    scores: NDArray[np.int64] = np.zeros(len(totals), np.int64)
    for row in counts.known:
        candidates += row.counts
        scores = scores + row.counts * row.category.ticks
    return candidates, scores


def _choices(counts: ItemCounts, tick: Fraction) -> tuple[ChoiceStatistics, ...]:
    interaction = counts.item.interactions[0]
    if not counts.key.labels or not isinstance(interaction, ChoiceInteraction):
        return ()
    return tuple(
        _choice(counts, index, label, choice, tick)
        for index, (label, choice) in enumerate(zip(counts.key.labels, interaction.choices, strict=True))
    )


def _choice(counts: ItemCounts, index: int, label: str, choice: Choice, tick: Fraction) -> ChoiceStatistics:
    taken = _rows_with_choice(counts.rows, index)
    known = _rows_with_choice(counts.known, index)
    n = sum(row.everybody for row in counts.rows)
    count = sum(row.everybody for row in taken)
    count_known = sum(row.count for row in known)
    total = sum(row.sum_total for row in known)
    return ChoiceStatistics(
        label=label,
        identifier=choice.identifier,
        text=to_plain(choice.content),
        key=bool(counts.key.key_mask >> index & 1),
        count=count,
        proportion=count / n if n else None,
        point_biserial=_point_biserial(counts.pair, known, count_known, total),
        mean_score=float(total * tick / count_known) if count_known else None,
    )


def _rows_with_choice(rows: Sequence[Row], index: int) -> tuple[Row, ...]:
    """Return the categories in which a choice was taken and counts: one of two marks where one may be taken does not."""
    return tuple(
        row for row in rows if row.category.chosen >> index & 1 and row.category.status == Status.ANSWERED.value
    )


def _point_biserial(pair: Pair, known: Sequence[Row], count: int, total: int) -> float | None:
    """Correlate taking the choice with the rest score (jMetrik's and Iteman's corrected form)."""
    score = sum(row.count * row.category.ticks for row in known)
    with_rest = pair.n * (total - score) - count * (pair.y - pair.x)
    rest = pair.scatter_y - 2 * pair.scatter + pair.scatter_x
    return correlation(with_rest, pair.n * count - count * count, rest)


def _trace(counts: ItemCounts, candidates: NDArray[np.int64]) -> tuple[tuple[float | None, ...], ...]:
    """Return each choice's share in each fifth of the candidates by total score; last those who omitted."""
    if not counts.key.labels or int((candidates > 0).sum()) < FIFTHS:
        return ()
    rows = [_rows_with_choice(counts.known, index) for index in range(len(counts.key.labels))]
    omitted = {Status.OMITTED.value, Status.NOT_REACHED.value}
    rows.append(tuple(row for row in counts.known if row.category.status in omitted))
    return shares_by_fifth(candidates, [_sum_counts(of_choice, len(candidates)) for of_choice in rows])


def _sum_counts(rows: Sequence[Row], length: int) -> NDArray[np.int64]:
    total = np.zeros(length, np.int64)
    for row in rows:
        total += row.counts
    return total


__all__ = ["ItemCounts", "item_counts", "item_statistics"]
