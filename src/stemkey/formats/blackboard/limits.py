"""What Blackboard's question upload cannot say, type by type: `fit` asks here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from stemkey.formats.blackboard.fields import as_block
from stemkey.model import (
    FULL_CREDIT,
    GAP,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
)

Lose = Callable[[str], object]


class NotHeldError(Exception):
    """Blackboard has no line for an item; the words say what it is."""


def adapt(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what a line can hold of an item, and words for what is lost; None and words where it can hold nothing."""
    losses: list[str] = []
    try:
        interactions = _interactions(item, losses.append)
        _refuse_image(item)
    except NotHeldError as reason:
        return None, (str(reason),)
    return replace(item, body=as_block(item.body), interactions=interactions), tuple(dict.fromkeys(losses))


def _interactions(item: Item, lose: Lose) -> tuple[Interaction, ...]:
    gaps = GAP.findall(item.body)
    if len(item.interactions) > 1 or gaps:
        return _blanks(item.interactions, gaps, lose)
    if not item.interactions:
        raise NotHeldError("text without a question")
    (interaction,) = item.interactions
    match interaction:
        case ChoiceInteraction():
            changed: Interaction = _choice(interaction, lose)
        case OrderInteraction():
            changed = interaction
        case MatchInteraction():
            changed = _matching(interaction, lose)
        case TextEntryInteraction():
            changed = _entry(interaction, lose)
        case ExtendedTextInteraction():
            if interaction.template or interaction.lines is not None:
                lose("an essay's template and number of lines")
            notes = as_block(interaction.grader_notes)
            changed = ExtendedTextInteraction(identifier=interaction.identifier, grader_notes=notes)
        case UploadInteraction():
            if interaction != UploadInteraction(identifier=interaction.identifier):
                lose("which files may be handed in")
            changed = UploadInteraction(identifier=interaction.identifier)
        case ForeignInteraction():
            changed = interaction
        case InlineChoiceInteraction():
            raise NotHeldError("a dropdown without a place in the text")
    return (changed,)


def _refuse_image(item: Item) -> None:
    for interaction in item.interactions:
        if isinstance(interaction, ChoiceInteraction | OrderInteraction) and any(
            "<img" in choice.content for choice in interaction.choices
        ):
            raise NotHeldError("images in answers")


def _choice(interaction: ChoiceInteraction, lose: Lose) -> ChoiceInteraction:
    is_multiple = interaction.cardinality is Cardinality.MULTIPLE
    keys = len(interaction.keys)
    if not keys or (keys > 1 and not is_multiple):
        raise NotHeldError(f"a choice question with {keys} right answers")
    if not all(choice.content for choice in interaction.choices):
        raise NotHeldError("an empty answer")
    if any(choice.fixed for choice in interaction.choices):
        lose("answers that keep their place")
    return replace(interaction, choices=tuple(replace(choice, fixed=False) for choice in interaction.choices))


def _matching(interaction: MatchInteraction, lose: Lose) -> MatchInteraction:
    used = [pair.target for pair in interaction.pairs]
    if len(set(used)) < len(used):
        raise NotHeldError("a matching question in which two pairs share a match")
    if len({pair.credit for pair in interaction.pairs}) > 1:
        lose("pairs of different weight")
    targets = {target.identifier: target for target in interaction.targets}
    if len(targets) > len(used):
        lose("matches that belong to nothing")
    return replace(
        interaction,
        pairs=tuple(replace(pair, credit=FULL_CREDIT) for pair in interaction.pairs),
        targets=tuple(targets[name] for name in used),
    )


def _entry(interaction: TextEntryInteraction, lose: Lose) -> TextEntryInteraction:
    if interaction.units:
        lose("units")
    if interaction.other_feedback:
        lose("feedback for other answers")
    accepted: Sequence[AcceptedText | AcceptedNumber]
    if interaction.is_numeric:
        if len(interaction.accepted) > 1:
            raise NotHeldError("several numbers as answers to one question")
        (number,) = interaction.accepted
        assert isinstance(number, AcceptedNumber)
        accepted = (_number(number, lose),)
    else:
        accepted = _texts([entry for entry in interaction.accepted if entry.credit > 0])
        if len(accepted) < len(interaction.accepted):
            lose("what is said to a wrong typed answer")
    return TextEntryInteraction(identifier=interaction.identifier, accepted=tuple(accepted))


def _texts(entries: Sequence[AcceptedText | AcceptedNumber]) -> list[AcceptedText]:
    texts = []
    for entry in entries:
        if isinstance(entry, AcceptedNumber):
            raise NotHeldError("numbers and texts as answers to one question")
        if entry.wildcards and "*" in entry.text:
            raise NotHeldError("wildcards in an answer")
        text = " ".join(entry.text.split())
        if not text:
            raise NotHeldError("an empty answer")
        texts.append(AcceptedText(text=text, credit=entry.credit))
    if not texts:
        raise NotHeldError("a question without an answer")
    return texts


def _number(entry: AcceptedNumber, lose: Lose) -> AcceptedNumber:
    """Any range is a number and what may be added or taken away."""
    if entry.lower_open or entry.upper_open:
        lose("a range without its ends")
    if entry.value is None:
        if entry.lower is None or entry.upper is None:
            raise NotHeldError("a range with one end")
        value, margin = (entry.lower + entry.upper) / 2, (entry.upper - entry.lower) / 2
    elif entry.kind is ToleranceKind.ABSOLUTE or not entry.tolerance:
        value, margin = entry.value, entry.tolerance
    elif entry.kind is ToleranceKind.RELATIVE:
        value, margin = entry.value, entry.tolerance * abs(entry.value)
    else:
        raise NotHeldError(f"a {entry.kind} tolerance")
    if not _is_decimal(value) or not _is_decimal(margin):
        raise NotHeldError("a number that is no decimal")
    return AcceptedNumber(value=value, tolerance=margin)


def _is_decimal(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _blanks(interactions: Sequence[Interaction], gaps: Sequence[str], lose: Lose) -> tuple[Interaction, ...]:
    """Several blanks are `[name]` in the text: all typed, or all dropdowns with the same choices."""
    names = [interaction.identifier for interaction in interactions]
    if sorted(names) != sorted(gaps) or not all(name and name.isascii() and name.isalnum() for name in names):
        raise NotHeldError("blanks without a place in the text, or with unusual names")
    interactions = sorted(interactions, key=lambda one: gaps.index(one.identifier))
    if any(getattr(interaction, "weight", FULL_CREDIT) != FULL_CREDIT for interaction in interactions):
        lose("blanks of different weight")
    if all(isinstance(interaction, TextEntryInteraction) for interaction in interactions):
        return tuple(_blank(interaction, lose) for interaction in interactions)
    if not all(isinstance(interaction, InlineChoiceInteraction) for interaction in interactions):
        raise NotHeldError("blanks of different kinds in one question")
    return _dropdowns([one for one in interactions if isinstance(one, InlineChoiceInteraction)])


def _blank(interaction: Interaction, lose: Lose) -> TextEntryInteraction:
    assert isinstance(interaction, TextEntryInteraction)
    if interaction.is_numeric:
        raise NotHeldError("a number as one of several blanks")
    return replace(_entry(interaction, lose), weight=FULL_CREDIT)


def _dropdowns(interactions: Sequence[InlineChoiceInteraction]) -> tuple[Interaction, ...]:
    contents = [[choice.content for choice in interaction.choices] for interaction in interactions]
    if any(sorted(one) != sorted(contents[0]) for one in contents) or len(set(contents[0])) < len(contents[0]):
        raise NotHeldError("dropdowns with different choices in one question")
    order = contents[0]
    limited = []
    for interaction in interactions:
        keys = [choice.content for choice in interaction.choices if choice.credit == FULL_CREDIT]
        if len(keys) != 1:
            raise NotHeldError(f"a dropdown with {len(keys)} right choices")
        by_content = {choice.content: choice for choice in interaction.choices}
        choices = tuple(
            replace(by_content[content], credit=FULL_CREDIT if content == keys[0] else NO_CREDIT) for content in order
        )
        limited.append(replace(interaction, choices=choices, weight=FULL_CREDIT, shuffle=None))
    return tuple(limited)
