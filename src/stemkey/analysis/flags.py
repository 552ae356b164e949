"""Statistics that are worth a human's look, each with how sure it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import NDArray

from stemkey.analysis.groups import SMALLEST_TAIL, TAIL, weighted_sum
from stemkey.analysis.item_analysis import ChoiceStatistics, ItemStatistics
from stemkey.analysis.item_statistics import ItemCounts
from stemkey.analysis.undefined import SMALL_CLASS
from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Text, rule

HARD = 0.30
EASY = 0.90
WEAK = 0.20
RARE = 0.05
FEWEST_TAKERS = 10
"""A choice's correlation is looked at from this many takers on; below, only where chance is excluded."""
Z95 = 1.959963984540054

Finder = Callable[[ItemStatistics, ItemCounts, NDArray[np.int64]], Iterator[Diagnostic]]


def flag_items(
    items: Sequence[ItemStatistics], counts: Sequence[ItemCounts], totals: NDArray[np.int64], found: Diagnostics
) -> tuple[ItemStatistics, ...]:
    """Return the items with the codes of their flags; report each flag at the item's place in the quiz."""
    flagged = []
    for item, of_item in zip(items, counts, strict=True):
        codes = []
        for flag in _flags(item, of_item, totals):
            found.add(flag, item.span, item=item.number)
            codes.append(flag.code)
        flagged.append(replace(item, flags=tuple(dict.fromkeys(codes))))
    return tuple(flagged)


def _flags(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    if item.facility is None or item.n < 2:
        return
    for finder in FINDERS:
        yield from finder(item, counts, totals)


def _difficulty(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    facility = item.facility or 0.0
    low, high = proportion_interval(facility, item.n)
    if facility < HARD:
        yield _weighed(too_hard(facility, _sureness(item.n, low <= HARD <= high)), item.n, low <= HARD <= high)
    if facility > EASY:
        yield _weighed(too_easy(facility, _sureness(item.n, low <= EASY <= high)), item.n, low <= EASY <= high)


def _discrimination(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    r = item.item_rest
    if r is None:
        return
    n = counts.pair.n
    low, high = correlation_interval(r, n)
    if r < 0:
        unsure = low <= 0 <= high
        yield _weighed(negative_discrimination(r, _sureness(n, unsure)), n, unsure)
    elif r < WEAK:
        unsure = low <= WEAK <= high
        yield _weighed(weak_discrimination(r, _sureness(n, unsure)), n, unsure)


def _rare_choices(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    rare = [choice for choice in item.choices if not choice.key and (choice.proportion or 0) < RARE]
    if rare:
        unsure = any(proportion_interval(choice.proportion or 0, item.n)[1] >= RARE for choice in rare)
        labels = ", ".join(f"{choice.label} ({choice.count})" for choice in rare)
        yield _weighed(distractor_hardly_taken(labels, item.n, _sureness(item.n, unsure)), item.n, unsure)


def _attractive_choices(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    for choice in item.choices:
        r = choice.point_biserial
        if choice.key or r is None or r <= 0:
            continue
        low, _ = correlation_interval(r, counts.pair.n)
        if choice.count >= FEWEST_TAKERS or low > 0:
            sureness = _sureness(counts.pair.n, low <= 0)
            yield _weighed(
                distractor_attracts_the_strong(choice.label, r, choice.count, sureness), counts.pair.n, low <= 0
            )


def _miskey(item: ItemStatistics, counts: ItemCounts, totals: NDArray[np.int64]) -> Iterator[Diagnostic]:
    """Look where one choice is the key: a distractor that the strong take more than the key, or that goes with strength."""
    keys = [choice for choice in item.choices if choice.key]
    if len(keys) != 1 or counts.pair.n * TAIL < SMALLEST_TAIL:
        return
    (key,) = keys
    upper = _upper_tail(counts, totals)
    for index, choice in enumerate(item.choices):
        if choice.key:
            continue
        stronger = _exceeds(choice, key)
        preferred = upper[index] > upper[item.choices.index(key)]
        if stronger or preferred:
            low, _ = correlation_interval(choice.point_biserial or 0.0, counts.pair.n)
            unsure = low <= 0 or not (stronger and preferred)
            found = possible_miskey(choice.label, key.label, preferred, _sureness(counts.pair.n, unsure))
            yield _weighed(found, counts.pair.n, unsure)


def _exceeds(choice: ChoiceStatistics, key: ChoiceStatistics) -> bool:
    """Whether a distractor goes with strength, and more so than the key."""
    if choice.point_biserial is None or choice.point_biserial <= 0:
        return False
    return key.point_biserial is None or choice.point_biserial > key.point_biserial


def _upper_tail(counts: ItemCounts, totals: NDArray[np.int64]) -> list[float]:
    """Return, for each choice, the candidates among the upper 27 % who took it."""
    everybody = sum((row.counts for row in counts.known), np.zeros(len(totals), np.int64))
    n = counts.pair.n
    sizes = []
    for index in range(len(counts.key.labels)):
        taken = sum(
            (row.counts for row in counts.known if row.category.chosen >> index & 1), np.zeros(len(totals), np.int64)
        )
        sizes.append(float(weighted_sum(everybody, taken, n - TAIL * n, n + 0 * TAIL)))
    return sizes


FINDERS: tuple[Finder, ...] = (_difficulty, _miskey, _discrimination, _attractive_choices, _rare_choices)


def proportion_interval(proportion: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval; on the safe side for scores between 0 and 1, which spread less than 0/1 scores."""
    if n < 1:
        return 0.0, 1.0
    z = Z95 * Z95 / n
    centre = (proportion + z / 2) / (1 + z)
    half = Z95 / (1 + z) * sqrt(max(proportion * (1 - proportion), 0.0) / n + z / (4 * n))
    return centre - half, centre + half


def correlation_interval(r: float, n: int) -> tuple[float, float]:
    """Return Fisher's 95 % interval of a correlation."""
    if n < 4:
        return -1.0, 1.0
    if abs(r) >= 1:
        return r, r
    half = Z95 / sqrt(n - 3)
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


def _sureness(n: int, unsure: bool) -> str:
    """Return how sure a flag is, in words."""
    if n < SMALL_CLASS:
        return f"uncertain: only {n} candidates"
    return f"uncertain: {n} candidates, chance is not excluded" if unsure else f"clear: {n} candidates"


def _weighed(flag: Diagnostic, n: int, unsure: bool) -> Diagnostic:
    """Return a flag that is a warning only where it is clear."""
    return replace(flag, severity=Severity.INFO) if unsure or n < SMALL_CLASS else flag


def _short(value: float) -> str:
    return f"{value:.2f}"


@rule("A201", Severity.WARNING)
def too_hard(facility: float, sureness: str) -> Text:
    """Fewer than 30 % of the points were earned.

    The item may be too hard, its key wrong, its topic not taught, or its wording misleading. Look at which distractors were
    taken, and by whom.
    """
    return Text(f"hard: facility {_short(facility)} ({sureness})", "see which distractors were taken, and by whom")


@rule("A202", Severity.INFO)
def too_easy(facility: float, sureness: str) -> Text:
    """More than 90 % of the points were earned, so the item tells candidates hardly apart.

    That can be as intended: a warm-up, or something that everybody must know.
    """
    return Text(f"easy: facility {_short(facility)} ({sureness})", "keep it if everybody should know this")


@rule("A203", Severity.WARNING)
def possible_miskey(label: str, key: str, preferred: bool, sureness: str) -> Text:
    """A choice that is not the key is taken by the strong as the key should be, so the key may be wrong.

    Either it correlates with the rest of the test more than the key does, or the upper 27 % take it more often than the
    key. `clear` needs both, and a correlation whose 95 % interval is above 0.
    """
    why = "the strongest candidates take it more often" if preferred else "it goes with strength more than the key"
    return Text(
        f"possibly miskeyed: choice {label}, not the key {key}; {why} ({sureness})",
        f"check that {key} is right and {label} is wrong, then correct the key and grade again",
    )


@rule("A204", Severity.WARNING)
def weak_discrimination(r: float, sureness: str) -> Text:
    """The item correlates less than .20 with the rest of the test, so it hardly tells strong from weak candidates.

    It may measure something else, be ambiguous, or be so easy or hard that nearly everybody scores the same.
    """
    return Text(
        f"weak discrimination: item-rest correlation {_short(r)} ({sureness})",
        "see whether it measures something else, is ambiguous, or is very easy or hard",
    )


@rule("A205", Severity.WARNING)
def negative_discrimination(r: float, sureness: str) -> Text:
    """The weaker candidates do better on the item than the stronger. The key may be wrong, or the wording misleads who knows."""
    return Text(
        f"negative discrimination: item-rest correlation {_short(r)} ({sureness})",
        "check the key first, then the wording",
    )


@rule("A206", Severity.INFO)
def distractor_hardly_taken(labels: str, n: int, sureness: str) -> Text:
    """Fewer than 5 % take the distractor, so it does no work: the item is easier to guess than it seems."""
    return Text(
        f"distractors that fewer than 5 % of {n} take: {labels} ({sureness})",
        "write a more plausible distractor, or drop it",
    )


@rule("A207", Severity.WARNING)
def distractor_attracts_the_strong(label: str, r: float, count: int, sureness: str) -> Text:
    """A distractor is taken more by candidates who do well on the rest of the test.

    It may be right too, or right under a reading of the stem that knowing candidates have.
    """
    return Text(
        f"distractor {label} attracts the strong: {count} took it, correlation with the rest {_short(r)} ({sureness})",
        f"see whether {label} can be defended as right",
    )
