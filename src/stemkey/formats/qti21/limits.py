"""What QTI cannot hold beyond what `carries` can say: units of numbers, markup in the choices of a dropdown (2.x)."""

from dataclasses import replace
from html import unescape

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.formats.qti21.answers import is_covered, spoken
from stemkey.model import (
    EMPTY,
    GAP,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Choice,
    Content,
    InlineChoiceInteraction,
    Interaction,
    Item,
    Quiz,
    TextEntryInteraction,
    text_content,
)


@rule("W161", Severity.WARNING)
def units_lost() -> Text:
    """A number may or must have a unit, and QTI compares numbers only: the units are left out.

    Candidates type the bare number in the unit of the answer. Say the unit in the question, or ask for it in another.
    """
    return Text("QTI compares bare numbers; the units of the answer are lost", "say the unit in the question")


@rule("W162", Severity.WARNING)
def dropdown_markup_lost() -> Text:
    """A choice of a dropdown holds markup, and QTI 2.x has only text there: its words stay, its form is lost."""
    return Text("QTI 2.x has only text in a dropdown; the markup of its choices is lost", "use qti3, or plain words")


@rule("W163", Severity.WARNING)
def feedback_never_shown(answer: str) -> Text:
    """An answer has feedback, and an earlier one accepts all that it accepts: nobody would ever see it.

    The first answer that fits counts. `Blank` and `blank` are one answer unless upper and lower case differ, and
    so are 42 and 42 to four figures.
    """
    return Text(
        f"the feedback of the answer '{answer}' is lost: an earlier answer accepts it first",
        "put the narrower answer first, or let upper and lower case differ",
    )


def limit_to_qti21(quiz: Quiz, options: object, found: Diagnostics) -> Quiz:
    """Return what QTI 2.x can say of a quiz that `fit` has reduced; every further loss is a finding."""
    return _limited(quiz, found, has_markup=False)


def limit_to_qti3(quiz: Quiz, options: object, found: Diagnostics) -> Quiz:
    """Return what QTI 3.0 can say of a quiz that `fit` has reduced; every further loss is a finding."""
    return _limited(quiz, found, has_markup=True)


def _limited(quiz: Quiz, found: Diagnostics, *, has_markup: bool) -> Quiz:
    sections = tuple(
        replace(section, items=tuple(_item(item, found, has_markup=has_markup) for item in section.items))
        for section in quiz.sections
    )
    return replace(quiz, sections=sections) if sections != quiz.sections else quiz


def _item(item: Item, found: Diagnostics, *, has_markup: bool) -> Item:
    interactions = tuple(_interaction(one, item, found, has_markup=has_markup) for one in item.interactions)
    interactions = tuple(_told_once(_heard(one, item, found)) for one in _in_their_places(interactions, item.body))
    return replace(item, interactions=interactions) if interactions != item.interactions else item


def _in_their_places(interactions: tuple[Interaction, ...], body: Content) -> tuple[Interaction, ...]:
    """Return the interactions in the order of their gaps: in a file of QTI they stand in the text itself."""
    if len(interactions) < 2 or "data-gap" not in body:
        return interactions
    places = {unescape(found[1]): found.start() for found in GAP.finditer(body)}
    return tuple(sorted(interactions, key=lambda one: places.get(one.identifier, len(body))))


def _heard(interaction: Interaction, item: Item, found: Diagnostics) -> Interaction:
    """Return a typed answer without the feedback that nobody would see."""
    if not isinstance(interaction, TextEntryInteraction) or not any(one.feedback for one in interaction.accepted):
        return interaction
    accepted = list(interaction.accepted)
    for place, entry in enumerate(accepted):
        if entry.feedback and is_covered(entry, accepted[:place], case_sensitive=interaction.case_sensitive):
            found.add(feedback_never_shown(spoken(entry)), item.span, item=item.number)
            accepted[place] = replace(entry, feedback=EMPTY)
    return replace(interaction, accepted=tuple(accepted))


def _told_once(interaction: Interaction) -> Interaction:
    """Return a typed answer without texts that stand there twice: the first counts, whatever the second is worth."""
    if not isinstance(interaction, TextEntryInteraction):
        return interaction
    seen: dict[object, AcceptedText | AcceptedNumber] = {}
    for entry in interaction.accepted:
        seen.setdefault((entry.text, entry.wildcards) if isinstance(entry, AcceptedText) else entry, entry)
    if len(seen) == len(interaction.accepted):
        return interaction
    return replace(interaction, accepted=tuple(seen.values()))


def _interaction(interaction: Interaction, item: Item, found: Diagnostics, *, has_markup: bool) -> Interaction:
    match interaction:
        case TextEntryInteraction(units=units, unit_required=required, unit_penalty=penalty) if (
            units or required or penalty
        ):
            found.add(units_lost(), item.span, item=item.number)
            return replace(interaction, units=(), unit_required=False, unit_penalty=NO_CREDIT)
        case InlineChoiceInteraction(choices=choices) if not has_markup and any("<" in one.content for one in choices):
            found.add(dropdown_markup_lost(), item.span, item=item.number)
            return replace(interaction, choices=tuple(_plain(choice) for choice in choices))
        case _:
            return interaction


def _plain(choice: Choice) -> Choice:
    from stemkey.richtext import to_plain

    return replace(choice, content=text_content(to_plain(choice.content))) if "<" in choice.content else choice
