"""What Moodle's question types cannot say, type by type: `fit` asks here, so that the writer never drops anything."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm
from typing import TypeVar

from stemkey.formats.moodle.elements import inline
from stemkey.formats.moodle.entries import ANYTHING, bounds
from stemkey.formats.moodle.essays import DEFAULT_LINES
from stemkey.formats.moodle.gaps import is_gap_item
from stemkey.model import (
    FULL_CREDIT,
    GAP,
    NO_CREDIT,
    NO_FEEDBACK,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
    gap,
    text_content,
)
from stemkey.richtext.to_plain import to_plain

Blank = ChoiceInteraction | InlineChoiceInteraction | TextEntryInteraction
BLANKS = (ChoiceInteraction, InlineChoiceInteraction, TextEntryInteraction)


class NotHeldError(Exception):
    """Moodle has no type for an item; the words say what it is."""


def adapt(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what Moodle can hold of an item, and words for what is lost; None and words where it can hold nothing."""
    losses: list[str] = []
    try:
        adapted = _adapt(item, losses.append)
    except NotHeldError as reason:
        return None, (str(reason),)
    return adapted, tuple(dict.fromkeys(losses))


Lose = Callable[[str], object]


def _adapt(item: Item, lose: Lose) -> Item:
    interactions = item.interactions
    if not interactions:
        return _without_results(_without_hints(replace(item, points=NO_CREDIT), lose), lose)
    if len(interactions) > 1 or is_blank_item(item):
        return _blanks(item, lose)
    (interaction,) = interactions
    match interaction:
        case ChoiceInteraction():
            changed: Interaction = _choice(interaction, lose)
        case MatchInteraction():
            changed = _matching(interaction, lose)
        case OrderInteraction():
            changed = _ordering(interaction, lose)
        case TextEntryInteraction():
            item, entry = _with_results(item, interaction, lose)
            changed = _entry(entry, lose)
        case ExtendedTextInteraction():
            item = _without_results(_without_hints(item, lose), lose)
            changed = replace(interaction, lines=None) if interaction.lines == DEFAULT_LINES else interaction
        case UploadInteraction():
            item = _without_results(_without_hints(item, lose), lose)
            changed = interaction
        case ForeignInteraction():
            return item
        case InlineChoiceInteraction():
            raise AssertionError("a dropdown is a blank")
    return item if changed == interaction else replace(item, interactions=(changed,))


def is_blank_item(item: Item) -> bool:
    """Whether an item's only interaction stands in its text."""
    (interaction,) = item.interactions
    if isinstance(interaction, InlineChoiceInteraction):
        return True
    return isinstance(interaction, BLANKS) and interaction.identifier in GAP.findall(item.body)


# ---- feedback and hints --------------------------------------------------------------------------


def _without_hints(item: Item, lose: Lose) -> Item:
    if not item.hints:
        return item
    lose("hints for this type of question")
    return replace(item, hints=())


def _without_results(item: Item, lose: Lose) -> Item:
    feedback = item.feedback
    if not (feedback.correct or feedback.partial or feedback.incorrect):
        return item
    lose("feedback by result for this type of question")
    return replace(item, feedback=Feedback(general=feedback.general) if feedback.general else NO_FEEDBACK)


def _with_results(item: Item, interaction: TextEntryInteraction, lose: Lose) -> tuple[Item, TextEntryInteraction]:
    """Moodle's typed answers have feedback only for each answer: feedback by result goes there where it is free."""
    feedback = item.feedback
    if not (feedback.correct or feedback.partial or feedback.incorrect):
        return item, interaction
    is_lost = bool(feedback.incorrect and interaction.other_feedback)
    accepted: list[AcceptedText | AcceptedNumber] = []
    for entry in interaction.accepted:
        result = _result(feedback, entry.credit)
        is_lost |= bool(result and entry.feedback)
        accepted.append(replace(entry, feedback=result) if result and not entry.feedback else entry)
    if is_lost:
        lose("feedback by result beside feedback for single answers")
    if feedback.partial and not any(NO_CREDIT < entry.credit < FULL_CREDIT for entry in accepted):
        lose("feedback for partly right answers, because no answer is partly right")
    changed = replace(
        interaction, accepted=tuple(accepted), other_feedback=interaction.other_feedback or feedback.incorrect
    )
    kept = Feedback(general=feedback.general) if feedback.general else NO_FEEDBACK
    return replace(item, feedback=kept), changed


def _result(feedback: Feedback, credit: Fraction) -> Content:
    if credit >= FULL_CREDIT:
        return feedback.correct
    return feedback.partial if credit > 0 else feedback.incorrect


# ---- single types --------------------------------------------------------------------------------

C = TypeVar("C", ChoiceInteraction, InlineChoiceInteraction)


def _choice(interaction: C, lose: Lose) -> C:
    if len(interaction.choices) < 2:
        raise NotHeldError("a choice question with fewer than two choices")
    if interaction.shuffle and any(choice.fixed for choice in interaction.choices):
        lose("that a choice keeps its place when the others are shuffled")
    if not any(choice.fixed or choice.content.startswith("<p>") for choice in interaction.choices):
        return interaction
    choices = tuple(replace(choice, content=inline(choice.content), fixed=False) for choice in interaction.choices)
    return replace(interaction, choices=choices)


def _ordering(interaction: OrderInteraction, lose: Lose) -> OrderInteraction:
    if any(choice.feedback for choice in interaction.choices):
        lose("feedback for single answers of an ordering question")
    return replace(
        interaction,
        choices=tuple(
            Choice(identifier=choice.identifier, content=inline(choice.content), span=choice.span)
            for choice in interaction.choices
        ),
    )


def _matching(interaction: MatchInteraction, lose: Lose) -> MatchInteraction:
    if any(pair.credit != FULL_CREDIT for pair in interaction.pairs):
        lose("different weights of pairs")
    same: dict[str, str] = {}
    kept: dict[str, str] = {}
    targets = []
    for target in interaction.targets:
        words = to_plain(target.content)
        content = text_content(words)
        if "<" in target.content:
            lose("markup in the answers of a matching question")
        kept[target.identifier] = same.setdefault(words, target.identifier)
        if kept[target.identifier] == target.identifier:
            targets.append(replace(target, content=content))
    pairs = tuple(
        replace(pair, source=inline(pair.source), target=kept[pair.target], credit=FULL_CREDIT)
        for pair in interaction.pairs
    )
    return replace(interaction, pairs=pairs, targets=tuple(targets))


def _entry(interaction: TextEntryInteraction, lose: Lose) -> TextEntryInteraction:
    accepted = tuple(_accepted(entry, lose) for entry in interaction.accepted)
    is_numeric = any(isinstance(entry, AcceptedNumber) for entry in accepted)
    if is_numeric and any(isinstance(entry, AcceptedText) and entry.text != ANYTHING for entry in accepted):
        raise NotHeldError("an answer that may be a number or a word")
    if not any(entry.credit == FULL_CREDIT for entry in accepted):
        raise NotHeldError("a typed answer of which none earns all points")
    if not is_numeric and interaction.units:
        lose("units of an answer that is no number")
    return replace(
        interaction,
        accepted=accepted,
        case_sensitive=interaction.case_sensitive and not is_numeric,
        units=interaction.units if is_numeric else (),
        unit_required=interaction.unit_required and is_numeric,
        unit_penalty=interaction.unit_penalty if interaction.unit_required and is_numeric else NO_CREDIT,
        weight=FULL_CREDIT,
    )


def _accepted(entry: AcceptedText | AcceptedNumber, lose: Lose) -> AcceptedText | AcceptedNumber:
    if isinstance(entry, AcceptedText):
        if not entry.text.strip():
            raise NotHeldError("an answer that is nothing but space")
        return replace(entry, wildcards=entry.wildcards and "*" in entry.text)
    if bounds(entry) is None:
        raise NotHeldError("a number without a lowest or a highest value")
    if entry.lower_open or entry.upper_open:
        lose("that the bound of a range is itself wrong")
    if entry.value is not None and entry.kind is ToleranceKind.SIGNIFICANT:
        lose("significant digits; it accepts half a unit of the last digit")
    return entry


# ---- blanks --------------------------------------------------------------------------------------


def _blanks(item: Item, lose: Lose) -> Item:
    blanks: list[Blank] = []
    for interaction in item.interactions:
        if not isinstance(interaction, BLANKS):
            raise NotHeldError("a question with several parts that are not all blanks, dropdowns or choices")
        blanks.append(interaction)
    item = _with_every_gap(item, blanks)
    plain = (_choice(blank, lose) if isinstance(blank, InlineChoiceInteraction) else blank for blank in blanks)
    as_gaps = replace(item, interactions=tuple(replace(blank, weight=FULL_CREDIT) for blank in plain))
    if is_gap_item(as_gaps) and len({blank.weight for blank in blanks}) == 1:
        return as_gaps
    item = _without_results(item, lose)
    own = {blank.identifier: _blank(blank, lose) for blank in blanks}
    ordered = tuple(own[identifier] for identifier in dict.fromkeys(GAP.findall(item.body)) if identifier in own)
    weights, points = _whole_weights([blank.weight for blank in ordered], item.points)
    if points != item.points:
        lose(f"the points: a blank is worth a whole number of points, so the question has {points}")
    interactions = tuple(replace(blank, weight=weight) for blank, weight in zip(ordered, weights, strict=True))
    return replace(item, interactions=interactions, points=points)


def _with_every_gap(item: Item, blanks: list[Blank]) -> Item:
    """A blank without a place in the text gets one at its end."""
    places = set(GAP.findall(item.body))
    missing = [gap(blank.identifier) for blank in blanks if blank.identifier not in places]
    return replace(item, body=Content(f"{item.body}\n<p>{' '.join(missing)}</p>".strip())) if missing else item


def _blank(blank: Blank, lose: Lose) -> Blank:
    if isinstance(blank, TextEntryInteraction):
        changed = replace(_entry(blank, lose), weight=blank.weight)
        if changed.units:
            lose("units in a question with several blanks")
        return replace(changed, units=(), unit_required=False, unit_penalty=NO_CREDIT)
    if isinstance(blank, ChoiceInteraction) and blank.cardinality is Cardinality.MULTIPLE:
        return _shared(_choice(blank, lose), lose)
    if not any(choice.credit == FULL_CREDIT for choice in blank.choices):
        raise NotHeldError("a dropdown of which no choice earns all points")
    if isinstance(blank, InlineChoiceInteraction):
        return _choice(blank, lose)
    return _choice(blank, lose)


def _shared(interaction: ChoiceInteraction, lose: Lose) -> ChoiceInteraction:
    total = sum((choice.credit for choice in interaction.choices if choice.credit > 0), NO_CREDIT)
    if total == FULL_CREDIT:
        return interaction
    if not total:
        raise NotHeldError("a blank of which no choice earns points")
    lose("shares of the right choices that do not make 1 together")
    return replace(
        interaction,
        choices=tuple(
            replace(choice, credit=choice.credit / total) if choice.credit > 0 else choice
            for choice in interaction.choices
        ),
    )


def _whole_weights(weights: list[Fraction], points: Fraction) -> tuple[list[Fraction], Fraction]:
    """Return whole weights in the same proportion, so that they make the points where that is possible."""
    total = sum(weights, NO_CREDIT)
    if not total:
        return weights, NO_CREDIT
    shares = [weight * points / total for weight in weights]
    if all(share.denominator == 1 for share in shares):
        return shares, points
    scale = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * scale) for weight in weights]
    divisor = gcd(*whole)
    smallest = [Fraction(weight // divisor) for weight in whole]
    return smallest, sum(smallest, NO_CREDIT)
