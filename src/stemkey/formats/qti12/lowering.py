"""What Canvas's Classic Quizzes cannot hold of an item, kind by kind, and what is left of it then."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from stemkey.formats.qti12.numeric import number_text
from stemkey.model import (
    EMPTY,
    GAP,
    NO_CREDIT,
    NO_FEEDBACK,
    AcceptedNumber,
    AcceptedText,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
    text_content,
)
from stemkey.richtext.sanitise import sanitise
from stemkey.richtext.to_plain import to_plain

LONGEST_STEM = 16 * 1024
"""Bytes: "The imported question text for this question was too long."."""

# What stands for a bound that a range has not: Canvas reads no one-sided range.
_FAR = Fraction(10) ** 15
_BLANK = Content("_____")

Lose = Callable[[str], object]


class _NotHeld(Exception):  # noqa: N818 # not an error: how far down the item was given up
    """The item cannot be held at all."""


def adapt(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what Canvas can hold of an item, and words for what is lost; None where it can hold nothing."""
    return _adapted(item, _canvas)


def adapt_plain(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what QTI 1.2 can hold of an item, whoever reads it."""
    return _adapted(item, _common)


def _adapted(item: Item, reduce: Callable[[Item, Lose], Item]) -> tuple[Item | None, tuple[str, ...]]:
    losses: list[str] = []
    try:
        adapted = reduce(item, losses.append)
    except _NotHeld as reason:
        return None, (str(reason),)
    return adapted, tuple(dict.fromkeys(losses))


def _canvas(item: Item, lose: Lose) -> Item:
    if len(item.body) > LONGEST_STEM // 4 and len(item.body.encode()) > LONGEST_STEM:
        raise _NotHeld("a stem of more than 16 KB")
    if not item.interactions:
        if item.feedback != NO_FEEDBACK:
            lose("feedback on a text without a question")
            return replace(item, feedback=NO_FEEDBACK)
        return item
    first = item.interactions[0]
    if isinstance(first, ChoiceInteraction) and not first.keys:
        # Canvas would mark the first of several answers as right, and none of a single choice.
        raise _NotHeld("a question of which no answer is right")
    if isinstance(first, MatchInteraction):
        item = replace(item, interactions=(_matching(first, lose),))
    item = replace(item, interactions=tuple(_without_wrong(interaction, lose) for interaction in item.interactions))
    return _common(item, lose)


def _without_wrong(interaction: Interaction, lose: Lose) -> Interaction:
    """Canvas takes every typed answer that a question names for a right one."""
    if not isinstance(interaction, TextEntryInteraction) or all(entry.credit > 0 for entry in interaction.accepted):
        return interaction
    lose("what is said to a wrong typed answer")
    return replace(interaction, accepted=tuple(entry for entry in interaction.accepted if entry.credit > 0))


def _common(item: Item, lose: Lose) -> Item:
    first = item.interactions[0] if item.interactions else None
    if isinstance(first, ChoiceInteraction) and not any(choice.credit > 0 for choice in first.choices):
        raise _NotHeld("a question of which no answer is right")
    if any(
        isinstance(interaction, TextEntryInteraction) and not interaction.accepted for interaction in item.interactions
    ):
        raise _NotHeld("a question of which no answer is right")
    interactions = item.interactions
    if len(interactions) > 1:
        interactions = _blanks(item, lose)
    elif isinstance(first, TextEntryInteraction) and not first.is_numeric and GAP.search(item.body):
        interactions = (_any_case(_right_or_wrong(first, lose), lose),)
    interactions = tuple(_interaction(interaction, lose) for interaction in interactions)
    if interactions != item.interactions:
        item = replace(item, interactions=interactions)
    return _without_gaps(item, lose) if GAP.search(item.body) else item


def _blanks(item: Item, lose: Lose) -> tuple[Interaction, ...]:
    """Several blanks are all typed texts, or all dropdowns."""
    kinds = {type(interaction) for interaction in item.interactions}
    if not kinds <= {TextEntryInteraction, InlineChoiceInteraction}:
        raise _NotHeld("a question with parts of different kinds")
    if len(kinds) > 1:
        raise _NotHeld("a question that has typed blanks and dropdowns")
    weights = {getattr(interaction, "weight", None) for interaction in item.interactions}
    if len(weights) > 1:
        lose("the different weights of the blanks")
    found: list[Interaction] = []
    for one in item.interactions:
        interaction = _any_case(_right_or_wrong(one, lose), lose)
        if isinstance(interaction, TextEntryInteraction) and not all(
            isinstance(entry, AcceptedText) for entry in interaction.accepted
        ):
            accepted = tuple(_typed(entry, lose) for entry in interaction.accepted)
            found.append(replace(interaction, accepted=accepted, units=(), unit_required=False))
        else:
            found.append(interaction)
    return tuple(found)


def _right_or_wrong(interaction: Interaction, lose: Lose) -> Interaction:
    """Answers in a blank are right or wrong."""
    match interaction:
        case TextEntryInteraction() if any(entry.credit < 1 for entry in interaction.accepted):
            lose("part of the points for an answer in a blank")
            return replace(interaction, accepted=tuple(e for e in interaction.accepted if e.credit >= 1))
        case InlineChoiceInteraction() if any(0 != choice.credit < 1 for choice in interaction.choices):
            lose("part of the points for an answer in a blank")
            choices = (replace(c, credit=Fraction(c.credit >= 1)) for c in interaction.choices)
            return replace(interaction, choices=tuple(choices))
        case _:
            return interaction


def _any_case(interaction: Interaction, lose: Lose) -> Interaction:
    """Blanks have no word for upper and lower case."""
    if not isinstance(interaction, TextEntryInteraction) or not interaction.case_sensitive:
        return interaction
    lose("that upper and lower case differ in a blank")
    return replace(interaction, case_sensitive=False)


def _typed(entry: AcceptedText | AcceptedNumber, lose: Lose) -> AcceptedText:
    """Return a number as the text that a candidate would type: Canvas's blanks compare texts."""
    if isinstance(entry, AcceptedText):
        return entry
    if entry.value is None:
        raise _NotHeld("a blank that accepts a range of numbers")
    lose("that a number in a blank may be written in another way, or be near enough")
    text = entry.written or number_text(entry.value).removesuffix(".0")
    return AcceptedText(text=text, credit=entry.credit, feedback=entry.feedback, span=entry.span)


def _interaction(interaction: Interaction, lose: Lose) -> Interaction:
    match interaction:
        case ChoiceInteraction():
            return _choice(interaction, lose)
        case TextEntryInteraction():
            return _text_entry(interaction, lose)
        case MatchInteraction():
            return _pairs(interaction, lose)
        case InlineChoiceInteraction() if any("<" in choice.content for choice in interaction.choices):
            lose("the markup in a dropdown")
            choices = (replace(choice, content=_plain(choice.content)) for choice in interaction.choices)
            return replace(interaction, choices=tuple(choices))
        case ExtendedTextInteraction():
            if interaction.template:
                lose("the text that an essay's answer begins with")
            return replace(interaction, template=EMPTY, lines=None)
        case UploadInteraction():
            if interaction.file_types or interaction.maximum_files is not None:
                lose("which files may be uploaded, and how many")
            return replace(interaction, file_types=(), maximum_files=None)
        case _:
            return interaction


def _choice(interaction: ChoiceInteraction, lose: Lose) -> ChoiceInteraction:
    if not any(choice.fixed for choice in interaction.choices):
        return interaction
    lose("the fixed place of an answer")
    return replace(interaction, choices=tuple(replace(choice, fixed=False) for choice in interaction.choices))


def _text_entry(interaction: TextEntryInteraction, lose: Lose) -> TextEntryInteraction:
    changes: dict[str, object] = {}
    if interaction.units:
        lose("the units")
        changes.update(units=(), unit_required=False, unit_penalty=NO_CREDIT)
    if interaction.other_feedback:
        lose("feedback for any other answer")
        changes["other_feedback"] = EMPTY
    accepted = tuple(
        kept
        for entry in interaction.accepted
        if (kept := _without_wildcards(entry, lose) if isinstance(entry, AcceptedText) else _closed(entry, lose))
    )
    if accepted != interaction.accepted:
        changes["accepted"] = accepted
    return replace(interaction, **changes) if changes else interaction  # type: ignore[arg-type]  # field by field above


def _without_wildcards(entry: AcceptedText, lose: Lose) -> AcceptedText | None:
    if not entry.wildcards:
        return replace(entry, text=" ".join(entry.text.split())) if "\n" in entry.text else entry
    if "*" in entry.text:
        lose("wildcards in an accepted answer")
    text = " ".join(entry.text.replace("*", " ").split())
    return replace(entry, text=text, wildcards=False) if text else None


def _closed(entry: AcceptedNumber, lose: Lose) -> AcceptedNumber:
    """Return a number in one of the three shapes that Canvas knows."""
    if entry.value is None:
        if entry.lower is None or entry.upper is None:
            lose("that a range has no end; 10^15 stands for it")
        if entry.lower_open or entry.upper_open:
            lose("that the end of a range does not belong to it")
        return replace(
            entry,
            lower=entry.lower if entry.lower is not None else -_FAR,
            upper=entry.upper if entry.upper is not None else _FAR,
            lower_open=False,
            upper_open=False,
        )
    value = entry.value
    match entry.kind:
        case ToleranceKind.RELATIVE:
            return replace(entry, kind=ToleranceKind.ABSOLUTE, tolerance=abs(value) * entry.tolerance)
        case ToleranceKind.GEOMETRIC:
            ends = sorted((value / (1 + entry.tolerance), value * (1 + entry.tolerance)))
            return replace(
                entry,
                value=None,
                lower=ends[0],
                upper=ends[1],
                kind=ToleranceKind.ABSOLUTE,
                tolerance=NO_CREDIT,
                written="",
            )
        case ToleranceKind.SIGNIFICANT if value == 0 or entry.tolerance < 1:
            return replace(entry, kind=ToleranceKind.ABSOLUTE, tolerance=NO_CREDIT)
        case _:
            return entry


def _pairs(interaction: MatchInteraction, lose: Lose) -> MatchInteraction:
    """Every pair counts the same."""
    if len({pair.credit for pair in interaction.pairs}) > 1:
        lose("the different weights of the pairs")
    return replace(interaction, pairs=tuple(replace(pair, credit=Fraction(1)) for pair in interaction.pairs))


def _matching(interaction: MatchInteraction, lose: Lose) -> MatchInteraction:
    """Both sides are plain text."""
    contents = [*(pair.source for pair in interaction.pairs), *(target.content for target in interaction.targets)]
    if any("<" in content for content in contents):
        lose("the markup in what is matched")
    return replace(
        interaction,
        pairs=tuple(replace(pair, source=_line(pair.source)) for pair in interaction.pairs),
        targets=tuple(replace(target, content=_line(target.content)) for target in interaction.targets),
    )


def _line(content: Content) -> Content:
    return Content(" ".join(_plain(content).split()))


def _plain(content: Content) -> Content:
    return text_content(to_plain(content)) if "<" in content else content


def _without_gaps(item: Item, lose: Lose) -> Item:
    """Only typed texts and dropdowns have a place inside the text."""
    first = item.interactions[0]
    if len(item.interactions) > 1 or isinstance(first, InlineChoiceInteraction):
        return item
    if isinstance(first, TextEntryInteraction) and not first.is_numeric:
        return item
    mark = ""
    if isinstance(first, TextEntryInteraction):
        lose("the place of the answer inside the text")
        mark = _BLANK
    return replace(item, body=sanitise(GAP.sub(mark, item.body))[0])  # no empty line stays where the gap was
