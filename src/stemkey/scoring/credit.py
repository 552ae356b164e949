"""What a reading is worth: for each kind of interaction, a function from what was said to a credit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from stemkey.model import (
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from stemkey.scoring.answer_key import Status
from stemkey.scoring.arrangement_rules import match_credit
from stemkey.scoring.choice_rules import IN_POINTS, Marks
from stemkey.scoring.entry_scoring import entry_credit
from stemkey.scoring.reading import Reading
from stemkey.scoring.rules import ORDERING, Scoring

NOTHING, ALL = Fraction(0), Fraction(1)

WITHOUT_CREDIT = frozenset({Status.UNREADABLE, Status.NEEDS_GRADING, Status.NOT_GIVEN})
"""A response with such a status has no credit, not even none."""


@dataclass(frozen=True, slots=True)
class Creditor:
    """Knows what any reading of one item is worth."""

    credit: Callable[[Reading], Fraction]
    """Of a reading with one of the statuses that have a credit."""
    units: tuple[Fraction, ...]
    """Every possible credit is a sum of whole multiples of these."""


def creditor_of(item: Item, scoring: Scoring) -> Creditor | None:
    """Return what knows the credits of an item; None where only people do."""
    if scoring.by_hand:
        return None
    parts = [_of_interaction(interaction, item.points, scoring) for interaction in item.interactions]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if len(known) == 1:
        return _with_floor(known[0], item, scoring)
    return _with_floor(_of_parts(item.interactions, known, scoring.gaps.name), item, scoring)


def own_maximum(item: Item, scoring: Scoring) -> Fraction | None:
    """Return what a perfect answer earns under a rule that gives points and not shares (AMC's); None under another rule."""
    only = item.interactions[0] if len(item.interactions) == 1 else None
    if not isinstance(only, ChoiceInteraction):
        return None
    row, parameters = scoring.choice_rule(only)
    if row.name not in IN_POINTS:
        return None
    keys = sum(1 for choice in only.choices if choice.credit > 0)
    perfect = Marks(1 if row.single else keys, 0, keys, len(only.choices) - keys)
    points = row.formula(perfect, parameters)
    return points if points > 0 else None


def _with_floor(creditor: Creditor, item: Item, scoring: Scoring) -> Creditor:
    if scoring.floor is None or not item.points:
        return creditor
    lowest = scoring.floor / item.points
    return Creditor(lambda reading: max(creditor.credit(reading), lowest), (*creditor.units, lowest))


def _of_parts(interactions: Iterable[Interaction], parts: list[Creditor], rule: str) -> Creditor:
    """Return the creditor of an item with several interactions: the weighted mean of their credits, or all or nothing."""
    weights = [_weight(interaction) for interaction in interactions]
    whole = sum(weights, NOTHING) or ALL
    shares = [weight / whole for weight in weights]

    def credit(reading: Reading) -> Fraction:
        if not reading.parts:
            return NOTHING
        credits_ = [part.credit(said) for part, said in zip(parts, reading.parts, strict=True)]
        if rule == "all-gaps":
            return ALL if min(credits_) >= ALL else NOTHING
        return sum((share * credit for share, credit in zip(shares, credits_, strict=True)), NOTHING)

    units = (share * unit for share, part in zip(shares, parts, strict=True) for unit in part.units)
    return Creditor(credit, (ALL, *units))


def _weight(interaction: Interaction) -> Fraction:
    if isinstance(interaction, ChoiceInteraction | InlineChoiceInteraction | TextEntryInteraction):
        return interaction.weight
    return ALL


def _of_interaction(interaction: Interaction, points: Fraction, scoring: Scoring) -> Creditor | None:
    match interaction:
        case ChoiceInteraction():
            return _of_choice(interaction, points, scoring)
        case InlineChoiceInteraction():
            return _of_dropdown(interaction.choices)
        case TextEntryInteraction():
            return _of_entry(interaction, scoring) if interaction.accepted else None
        case MatchInteraction():
            return _of_match(interaction, scoring.matching.name)
        case OrderInteraction():
            return _of_order(interaction, scoring.ordering.name)
        case ForeignInteraction():
            return _of_clones(interaction, points, scoring)
        case ExtendedTextInteraction() | UploadInteraction():
            return None
        case _ as never:
            assert_never(never)


def _of_clones(interaction: ForeignInteraction, points: Fraction, scoring: Scoring) -> Creditor | None:
    """Return the creditor of a question that is kept whole: that of the clone which was answered."""
    parts = [_of_interaction(clone.interaction, points, scoring) for clone in interaction.clones]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    units = dict.fromkeys(unit for part in known for unit in part.units)
    return Creditor(lambda reading: known[reading.clone].credit(reading), tuple(units))


def _of_choice(interaction: ChoiceInteraction, points: Fraction, scoring: Scoring) -> Creditor:
    row, parameters = scoring.choice_rule(interaction)
    in_points = row.name in IN_POINTS
    several = parameters.get("e", NOTHING)
    blank = parameters.get("v", NOTHING)

    def share(value: Fraction) -> Fraction:
        return value / points if in_points and points else value

    def credit(reading: Reading) -> Fraction:
        if reading.status is Status.SEVERAL_MARKS:
            return share(several)
        if reading.status in {Status.OMITTED, Status.NOT_REACHED} and _has_key(interaction.choices):
            return share(blank)
        if reading.status is Status.INVALID:
            return NOTHING
        return share(row.formula(count_marks(interaction.choices, reading.chosen), parameters))

    keys = sum(1 for choice in interaction.choices if choice.credit > 0)
    rest = len(interaction.choices) - keys
    grid = (Marks(right, wrong, keys, rest) for right in range(keys + 1) for wrong in range(rest + 1))
    counted = {share(row.formula(marks, parameters)) for marks in grid}
    written = {choice.credit for choice in interaction.choices}
    return Creditor(credit, tuple(sorted(counted | written | {share(several), share(blank), ALL})))


def count_marks(choices: Iterable[Choice], chosen: Iterable[int]) -> Marks:
    """Return what was marked, in numbers."""
    taken = set(chosen)
    right = wrong = keys = rest = 0
    credit = NOTHING
    for index, choice in enumerate(choices):
        is_key = choice.credit > 0
        keys += is_key
        rest += not is_key
        if index in taken:
            right += is_key
            wrong += not is_key
            credit += choice.credit
    return Marks(right, wrong, keys, rest, credit)


def _has_key(choices: Iterable[Choice]) -> bool:
    return any(choice.credit > 0 for choice in choices)


def _of_dropdown(choices: tuple[Choice, ...]) -> Creditor:
    def credit(reading: Reading) -> Fraction:
        return choices[reading.chosen[0]].credit if reading.status is Status.ANSWERED else NOTHING

    return Creditor(credit, (ALL, *(choice.credit for choice in choices)))


def _of_entry(interaction: TextEntryInteraction, scoring: Scoring) -> Creditor:
    def credit(reading: Reading) -> Fraction:
        if reading.status is not Status.ANSWERED:
            return NOTHING
        return entry_credit(interaction, reading, scoring.text.name, scoring.normalise, scoring.distance)

    credits_ = {entry.credit for entry in interaction.accepted}
    lowered = {value * (ALL - interaction.unit_penalty) for value in credits_}
    return Creditor(credit, tuple(sorted(credits_ | lowered | {ALL})))


def _of_match(interaction: MatchInteraction, rule: str) -> Creditor:
    def credit(reading: Reading) -> Fraction:
        return match_credit(interaction, reading.chosen, rule) if reading.status is Status.ANSWERED else NOTHING

    whole = sum((pair.credit for pair in interaction.pairs), NOTHING) or ALL
    return Creditor(credit, (ALL, *(pair.credit / whole for pair in interaction.pairs)))


def _of_order(interaction: OrderInteraction, rule: str) -> Creditor:
    row = ORDERING[rule]

    def credit(reading: Reading) -> Fraction:
        return row.formula(reading.chosen) if reading.status is Status.ANSWERED else NOTHING

    n = len(interaction.choices)
    # Every formula's denominator divides one of these.
    bottoms = (n, max(n - 1, 1), max(n * (n - 1) // 2, 1), max(n * (n - 1), 1))
    return Creditor(credit, tuple(Fraction(1, bottom) for bottom in bottoms))
