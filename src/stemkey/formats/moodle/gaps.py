"""Gaps with a list of options: gapselect (dropdowns), ddwtos (words to drag into the text)."""

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from stemkey.diagnostics import Severity, Text, rule
from stemkey.formats.moodle.elements import NOTE, PREFIX, bare, inline
from stemkey.formats.moodle.reading import Parts, Question, Reading
from stemkey.formats.moodle.written import Writing
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    GAP,
    NO_CREDIT,
    Choice,
    Content,
    InlineChoiceInteraction,
    Item,
    gap,
    letter_label,
)

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R220", Severity.WARNING)
def gap_without_option(gap_text: str) -> Text:
    """A gap such as `[[3]]` names an option that the question does not have, or the text has no gap at all.

    Moodle imports such a question and then cannot show it. Stemkey keeps it as it is.
    """
    return Text(f"the gap {gap_text!r} has no option", "number the gaps as the options are numbered")


def names_note(identifiers: list[str]) -> str:
    """Return an attribute that names the gaps for our reader, where they are not called 1, 2, 3."""
    if identifiers == [str(number + 1) for number in range(len(identifiers))]:
        return ""
    return f' {NOTE}="{" ".join(quote(identifier) for identifier in identifiers)}"'


def read_names(note: str | None) -> list[str]:
    """Undo `names_note`."""
    names = [unquote(name) for name in (note or "").split()]
    return names if len(set(names)) == len(names) else []


# Each gap has a list of its options; beyond this nobody has written the question by hand.
_MOST_OPTIONS = 200
_MOST_GAPS = 500
GROUPS = 20
"""How many groups of options Moodle has."""
_PLACE = re.compile(r"\[\[(\d{1,4})\]\]")
_BRACKETS = re.compile(r"\[\[(?=\d+\]\])")
_OPTIONS = PREFIX + "options"


def read_gaps(question: Question, reading: Reading) -> Parts | None:
    """Read gapselect and ddwtos; None where a gap has no option."""
    element = question.fields.get("questiontext")
    options = [_option(part, reading) for part in question.parts if part.tag in {"selectoption", "dragbox"}]
    raw = reading.raw(element, "questiontext") if element is not None else ""
    places = [int(number) for number in _PLACE.findall(raw)]
    if element is None or not places or not all(1 <= place <= len(options) for place in places):
        missing = next((place for place in places if not 1 <= place <= len(options)), None)
        reading.report(gap_without_option(f"[[{missing}]]" if missing is not None else "[[1]]"), question.element)
        return None
    if len(options) > _MOST_OPTIONS or len(places) > _MOST_GAPS:
        return None
    names = read_names(element.get(NOTE))
    identifiers = [names[index] if index < len(names) else str(index + 1) for index in range(len(places))]
    if len(set(identifiers)) < len(identifiers):  # names of some gaps are others' numbers
        identifiers = [str(index + 1) for index in range(len(places))]
    marks = iter(identifiers)
    body = _PLACE.sub(lambda _: gap(next(marks)), raw)
    shuffle = question.is_true("shuffleanswers", default=False) or question.text("shuffleanswers") == ""
    interactions = tuple(
        InlineChoiceInteraction(identifier=identifier, choices=_choices(options, place), shuffle=shuffle)
        for identifier, place in zip(identifiers, places, strict=True)
    )
    extensions = {}
    if question.kind == "ddwtos":
        extensions[PREFIX + "type"] = "ddwtos"
    if _regular(interactions) != (options, places):
        extensions[_OPTIONS] = json.dumps([list(option) for option in options], ensure_ascii=False)
    body_content = reading.clean(body, element.get("format") or "html", element)
    return Parts(body=body_content, interactions=interactions, extensions=extensions)


Option = tuple[str, str, bool]
"""Text, group, and whether it may be used without end."""


def _option(part: "_Element", reading: Reading) -> Option:
    fields = {child.tag: (child.text or "").strip() for child in part}
    return inline(reading.content(part)), fields.get("group", "1") or "1", "infinite" in fields


def _choices(options: list[Option], place: int) -> tuple[Choice, ...]:
    """Return the options of a gap: those of the group of its own."""
    group = options[place - 1][1]
    members = [(number, option) for number, option in enumerate(options, 1) if option[1] == group]
    return tuple(
        Choice(
            identifier=letter_label(index),
            content=Content(option[0]),
            credit=FULL_CREDIT if number == place else NO_CREDIT,
        )
        for index, (number, option) in enumerate(members)
    )


def _regular(interactions: tuple[InlineChoiceInteraction, ...]) -> tuple[list[Option], list[int]]:
    """Return options and gaps as we number them: one group for each list of texts, in order of the gaps."""
    groups: dict[tuple[str, ...], int] = {}
    options: list[Option] = []
    places: list[int] = []
    starts: list[int] = []
    for interaction in interactions:
        texts = tuple(choice.content for choice in interaction.choices)
        if texts not in groups:
            groups[texts] = len(groups)
            starts.append(len(options))
            options += [(text, str(len(groups)), False) for text in texts]
        key = next(index for index, choice in enumerate(interaction.choices) if choice.credit)
        places.append(starts[groups[texts]] + key + 1)
    return options, places


def _kept(text: str, interactions: tuple[InlineChoiceInteraction, ...]) -> tuple[list[Option], list[int]] | None:
    """Return options and gaps as the source had them, if they still say what the interactions say."""
    try:
        options: list[Option] = [(str(text), str(group), bool(endless)) for text, group, endless in json.loads(text)]
    except (ValueError, TypeError):
        return None
    places = []
    for interaction in interactions:
        place = next(
            (place for place in range(1, len(options) + 1) if _choices(options, place) == interaction.choices), None
        )
        if place is None:
            return None
        places.append(place)
    return options, places


def is_gap_item(item: Item) -> bool:
    """Whether gapselect (or ddwtos) says all that the item says: one right option for each gap, nothing else."""
    if item.extensions.get(PREFIX + "type") == "cloze":
        return False
    texts = set()
    for blank in item.interactions:
        if not isinstance(blank, InlineChoiceInteraction) or blank.weight != FULL_CREDIT:
            return False
        credits = sorted(choice.credit for choice in blank.choices)  # noqa: A001 # the field's word
        if not credits or credits[-1] != FULL_CREDIT or any(credits[:-1]):
            return False
        if any(choice.feedback != EMPTY or not choice.content for choice in blank.choices):
            return False
        texts.add(tuple(choice.content for choice in blank.choices))
    shuffles = {blank.shuffle for blank in item.interactions if isinstance(blank, InlineChoiceInteraction)}
    places = GAP.findall(item.body)
    own = [blank.identifier for blank in item.interactions]
    return bool(own) and places == own and len(set(own)) == len(own) and len(texts) <= GROUPS and len(shuffles) == 1


def write_gaps(item: Item, writing: Writing) -> str:
    """Write gaps with their options."""
    blanks = tuple(blank for blank in item.interactions if isinstance(blank, InlineChoiceInteraction))
    kind = "ddwtos" if item.extensions.get(PREFIX + "type") == "ddwtos" else "gapselect"
    kept = _kept(item.extensions[_OPTIONS], blanks) if _OPTIONS in item.extensions else None
    options, places = kept or _regular(blanks)
    numbers = iter(places)
    body = GAP.sub(lambda _: f"[[{next(numbers)}]]", _BRACKETS.sub("&#91;[", item.body))
    note = names_note([blank.identifier for blank in blanks])
    tag = "dragbox" if kind == "ddwtos" else "selectoption"
    parts = "".join(
        f"<{tag}>{writing.text(text)}<group>{bare(group)}</group>{'<infinite/>' if endless else ''}</{tag}>\n"
        for text, group, endless in options
    )
    shuffle = int(writing.shuffles(blanks[0].shuffle))
    shows = "" if item.extensions.get(PREFIX + "shownumcorrect") == "0" else "<shownumcorrect/>\n"
    settings = writing.settings(item, {}) if item.extensions else ""
    text = writing.text(body, item, "questiontext")
    own_elements = (
        f"<shuffleanswers>{shuffle}</shuffleanswers>\n{settings}{writing.combined_feedback(item)}{shows}{parts}"
    )
    return writing.question(kind, item, text, own_elements, note=note)
