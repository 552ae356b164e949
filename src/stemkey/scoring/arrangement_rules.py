"""What an arrangement is worth: matching and ordering."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from stemkey.model import MatchInteraction
from stemkey.scoring.reading import UNMATCHED

NOTHING, ALL = Fraction(0), Fraction(1)
Order = Sequence[int]
"""The things in the order given, each by its place in the right order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRule:
    """One row."""

    name: str
    title: str
    formula: Callable[[Order], Fraction]
    moodle: str = ""
    """Moodle's name of its grading type."""


def _exact(order: Order) -> Fraction:
    return ALL if list(order) == sorted(order) else NOTHING


def _absolute(order: Order) -> Fraction:
    return Fraction(sum(place == thing for place, thing in enumerate(order)), len(order))


def _followers(order: Order) -> int:
    return sum(b == a + 1 for a, b in pairwise(order))


def _next(order: Order) -> Fraction:
    return Fraction(_followers(order), len(order) - 1) if len(order) > 1 else ALL


def _next_with_last(order: Order) -> Fraction:
    last = order[-1] == len(order) - 1
    return Fraction(_followers(order) + last, len(order))


def _kendall(order: Order) -> Fraction:
    pairs = len(order) * (len(order) - 1) // 2
    right = sum(a < b for place, a in enumerate(order) for b in order[place + 1 :])
    return Fraction(right, pairs) if pairs else ALL


def _longest(order: Order) -> Fraction:
    """The longest ordered subset (longest increasing subsequence), in n log n steps."""
    ends: list[int] = []
    for thing in order:
        place = bisect_left(ends, thing)
        ends[place : place + 1] = [thing]
    return Fraction(len(ends), len(order)) if len(ends) > 1 or len(order) == 1 else NOTHING


def _longest_run(order: Order) -> Fraction:
    best = run = 1
    for a, b in pairwise(order):
        run = run + 1 if b == a + 1 else 1
        best = max(best, run)
    return Fraction(best, len(order)) if best > 1 or len(order) == 1 else NOTHING


def _displacement(order: Order) -> Fraction:
    most = len(order) - 1
    if not most:
        return ALL
    return Fraction(sum(most - abs(place - thing) for place, thing in enumerate(order)), most * len(order))


ORDER_RULES: tuple[OrderRule, ...] = (
    OrderRule(name="absolute-position", title="things at their place / n", formula=_absolute, moodle="ABSOLUTE_POSITION"),
    OrderRule(name="exact", title="1 if the order is right, else 0", formula=_exact, moodle="ALL_OR_NOTHING"),
    OrderRule(name="next", title="right neighbours / (n − 1)", formula=_next, moodle="RELATIVE_NEXT_EXCLUDE_LAST"),
    OrderRule(name="next-and-last", title="right followers, the end being one / n", formula=_next_with_last, moodle="RELATIVE_NEXT_INCLUDE_LAST"),
    OrderRule(name="previous-and-next", title="right neighbours on both sides / (2n − 2)", formula=_next, moodle="RELATIVE_ONE_PREVIOUS_AND_NEXT"),
    OrderRule(name="pairs", title="pairs in the right order / all pairs (Kendall)", formula=_kendall, moodle="RELATIVE_ALL_PREVIOUS_AND_NEXT"),
    OrderRule(name="longest", title="longest ordered subset / n; a single thing is none", formula=_longest, moodle="LONGEST_ORDERED_SUBSET"),
    OrderRule(name="longest-run", title="longest contiguous ordered run / n; a single thing is none", formula=_longest_run, moodle="LONGEST_CONTIGUOUS_SUBSET"),
    OrderRule(name="displacement", title="1 − places off / (n − 1), on average", formula=_displacement, moodle="RELATIVE_TO_CORRECT"),
)  # fmt: skip

MATCH_RULES = {
    "pairs-right": "right pairs / pairs, by weight",
    "all-or-nothing": "1 if every pair is right, else 0",
}


def match_credit(interaction: MatchInteraction, chosen: Sequence[int], rule: str) -> Fraction:
    """Return the credit of a matching: what the right pairs weigh among all pairs; surplus targets cost nothing."""
    weights = [pair.credit for pair in interaction.pairs]
    right = [taken != UNMATCHED and _is_right(interaction, place, taken) for place, taken in enumerate(chosen)]
    if rule == "all-or-nothing":
        return ALL if all(right) else NOTHING
    earned = sum((weight for weight, is_right in zip(weights, right, strict=True) if is_right), NOTHING)
    return earned / (sum(weights, NOTHING) or ALL)


def _is_right(interaction: MatchInteraction, place: int, taken: int) -> bool:
    """Whether a target is right; one with the same text as the right one is."""
    wanted = interaction.pairs[place].target
    contents = {target.identifier: target.content for target in interaction.targets}
    target = interaction.targets[taken]
    return target.identifier == wanted or target.content == contents.get(wanted)
