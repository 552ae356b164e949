"""What GIFT's question types cannot say, type by type: `fit` asks here, so that the writer never drops anything."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from stemkey.formats.moodle.entries import bounds, moodle_number
from stemkey.formats.moodle.lowering import NotHeldError
from stemkey.formats.moodle.lowering import adapt as adapt_to_moodle
from stemkey.formats.moodle.shares import decimal_text
from stemkey.model import (
    GAP,
    NO_CREDIT,
    NO_FEEDBACK,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    ToleranceKind,
    gap,
)
from stemkey.richtext.sanitise import sanitise

Lose = Callable[[str], object]
BLANK = "_____"


def adapt(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what GIFT can hold of an item, and words for what is lost: what Moodle's types hold, and less."""
    fitted, words = adapt_to_moodle(_without_blanks(item))
    if fitted is None:
        return None, words
    losses = list(words)
    try:
        adapted = _adapt(fitted, losses.append)
    except NotHeldError as reason:
        return None, (str(reason),)
    return adapted, tuple(dict.fromkeys(losses))


def _texts(interactions: tuple[Interaction, ...]) -> Iterator[str]:
    """Return every text of the answers."""
    for interaction in interactions:
        match interaction:
            case ChoiceInteraction() | OrderInteraction():
                for choice in interaction.choices:
                    yield choice.content
                    yield choice.feedback
            case MatchInteraction():
                yield from (pair.source for pair in interaction.pairs)
            case TextEntryInteraction():
                yield from (entry.feedback for entry in interaction.accepted)
                yield interaction.other_feedback
            case _:
                pass


def _without_blanks(item: Item) -> Item:
    """Moodle's cloze has no GIFT: only one typed answer may stand in the text, any other gap is a line there."""
    if "data-gap" not in item.body or len(item.interactions) != 1:
        return item
    (interaction,) = item.interactions
    if isinstance(interaction, TextEntryInteraction) and is_missing_word(item):
        mark = gap(interaction.identifier)
        if not item.body.endswith(f"\n{mark}"):
            return item
        return replace(item, body=Content(item.body.removesuffix(mark).rstrip()))  # where an answer stands anyway
    return replace(item, body=sanitise(GAP.sub(BLANK, item.body))[0])


def is_missing_word(item: Item) -> bool:
    """Whether the answer is typed in the middle of the text."""
    return len(item.interactions) == 1 and GAP.findall(item.body) == [item.interactions[0].identifier]


_EMBEDDED = re.compile(r'<(?:img|audio|video|source)[^>]* src="(?!https?:|data:|//)')


def _adapt(item: Item, lose: Lose) -> Item:
    if _EMBEDDED.search(" ".join(_texts(item.interactions))):
        raise NotHeldError("a question with images in its answers")
    if _EMBEDDED.search(item.feedback.general):
        lose("images in the explanation")
    if not item.interactions:
        if not item.feedback.general:
            return item
        lose("the explanation of a text without a question")
        return replace(item, feedback=NO_FEEDBACK)
    (interaction,) = item.interactions
    match interaction:
        case ChoiceInteraction():
            changed: object = _choice(interaction)
        case TextEntryInteraction():
            changed = _entry(interaction, lose)
        case MatchInteraction() if len(interaction.pairs) < 2:
            raise NotHeldError("a matching question with one pair")
        case ExtendedTextInteraction():
            if interaction.template or interaction.grader_notes or interaction.lines:
                lose("size, template and grading notes of an essay")
            changed = ExtendedTextInteraction(identifier=interaction.identifier)
        case _:
            return item
    return replace(item, interactions=(changed,), points=item.points)  # type: ignore[arg-type]  # an interaction, by the cases


def _choice(interaction: ChoiceInteraction) -> ChoiceInteraction:
    if interaction.cardinality is Cardinality.SINGLE:
        if not interaction.keys:
            raise NotHeldError("a single-choice question without a choice that earns all points")
        if len(interaction.keys) == len(interaction.choices):
            raise NotHeldError("a single-choice question without a wrong choice, which GIFT takes for a short answer")
        if [choice.content for choice in interaction.choices] == ["False", "True"]:
            # GIFT's true/false has no order, and Moodle always shows True first.
            return replace(interaction, choices=interaction.choices[::-1])
    return interaction


def _entry(interaction: TextEntryInteraction, lose: Lose) -> TextEntryInteraction:
    if interaction.units:
        lose("units")
    accepted: list[AcceptedText | AcceptedNumber] = []
    for entry in interaction.accepted:
        if isinstance(entry, AcceptedText):
            if "->" in entry.text:
                raise NotHeldError("a short answer with '->', which makes it a matching question")
            accepted.append(entry)
        else:
            accepted.append(_number(entry, lose))
    return replace(interaction, accepted=tuple(accepted), units=(), unit_required=False, unit_penalty=NO_CREDIT)


def _number(entry: AcceptedNumber, lose: Lose) -> AcceptedNumber:
    """GIFT has a number with a tolerance, and a range."""
    limits = bounds(entry)
    assert limits is not None, "adapt_to_moodle leaves only numbers with both bounds"
    if entry.value is None or entry.kind is ToleranceKind.GEOMETRIC:
        changed = AcceptedNumber(lower=_ended(limits[0], lose), upper=_ended(limits[1], lose))
    else:
        value = _ended(entry.value, lose)
        written = entry.written if moodle_number(entry.written) == value and entry.written.strip() else ""
        margin = _ended((limits[1] - limits[0]) / 2, lose)
        changed = AcceptedNumber(value=value, tolerance=margin, written=written)
    return replace(changed, credit=entry.credit, feedback=entry.feedback, span=entry.span)


def _ended(value: Fraction, lose: Lose) -> Fraction:
    """Return a number whose decimals end."""
    ended = Fraction(decimal_text(value))
    if ended != value:
        lose("decimals without end")
    return ended
