"""What a response says: which options, which text, or why it cannot be told. No credit yet.

`read_response` is pure. `response_reader` prepares an item once for many responses.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, assert_never

from stemkey.diagnostics import Severity, Text, rule
from stemkey.model import (
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
    letter_label,
)
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.choice_reading import Options, options_of, read_choice, read_known_choice
from stemkey.scoring.entry_reading import expects_entry, read_entry
from stemkey.scoring.joined_reading import count_parts, gaps_not_understood, match_reader, order_reader, split_gaps
from stemkey.scoring.reading import (
    JOINER,
    NOT_GIVEN,
    OMITTED,
    UNMATCHED,
    Reading,
    damaged_cell,
    quoted,
    unreadable,
)
from stemkey.sheets.table import Damaged, Drawn, Response, Typed

IS_ERROR = "is an error value, not an answer"

Reader: TypeAlias = Callable[[Response], Reading]
_TextReader: TypeAlias = Callable[[str, str | None], Reading]
"""text, decimal sign of the sheet where it is known -> reading"""


def read_response(item: Item, response: Response) -> Reading:
    """Return what a response to an item says."""
    return response_reader(item)(response)


def response_reader(item: Item) -> Reader:
    """Return the function that reads the responses to an item."""
    return _reader(_Identity(item))


def could_be(item: Item, text: str) -> bool:
    """Whether a text is a possible answer of an item: one of its options, a letter, anything where one may type."""
    return _recogniser(_Identity(item))(text.strip()) is not None


def expects(item: Item, text: str) -> bool:
    """Whether a text is one that the item itself names: an option's text, an accepted answer."""
    if len(item.interactions) == 1:
        only = item.interactions[0]
        if isinstance(only, TextEntryInteraction):
            return expects_entry(only, text)
        if isinstance(only, ExtendedTextInteraction | UploadInteraction | ForeignInteraction):
            return False
    return could_be(item, text)


class _Identity:
    """An item as a key that costs nothing to hash."""

    __slots__ = ("item",)

    def __init__(self, item: Item) -> None:
        self.item = item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.item is other.item


@lru_cache(maxsize=1024)
def _reader(key: _Identity) -> Reader:
    """Return the item's reader, which knows what is no text: a damaged cell, an item not given, a blank, a clone."""
    read = _guarded(_item_reader(key.item))
    clones = [_guarded(reader) for reader in _clone_readers(key.item)]

    def read_drawn(response: Response) -> Reading:
        if not isinstance(response, Drawn):
            return read(response)
        if not clones:
            return read(response.response)
        return clones[response.clone](response.response)._replace(clone=response.clone)

    return read_drawn


def _clone_readers(item: Item) -> list[_TextReader]:
    only = item.interactions[0] if item.interactions else None
    clones = only.clones if isinstance(only, ForeignInteraction) else ()
    return [_interaction_reader(clone.interaction) for clone in clones]


def _guarded(read: _TextReader) -> Reader:
    def guarded(response: Response) -> Reading:
        if isinstance(response, str):
            text = response.strip()
            if text in marks.ERROR_VALUES:
                reading = read(text, None)
                is_option = bool(reading.chosen)
                return reading if is_option else unreadable(text, damaged_cell(Damaged(text, IS_ERROR)))
            return read(text, None) if text else OMITTED
        if isinstance(response, Damaged):
            return unreadable(response.text, damaged_cell(response))
        if isinstance(response, Typed):
            text = response.text.strip()
            return read(text, response.decimal) if text else OMITTED
        return NOT_GIVEN

    return guarded


@lru_cache(maxsize=1024)
def _recogniser(key: _Identity) -> Callable[[str], Reading | None]:
    """Return the reader behind `could_be`: for choices it looks for no suggestion where a text is unknown."""
    item = key.item
    if len(item.interactions) == 1 and isinstance(item.interactions[0], ChoiceInteraction):
        options = options_of(item.interactions[0])
        return lambda text: read_known_choice(options, text)
    if len(item.interactions) == 1 and isinstance(item.interactions[0], TextEntryInteraction):
        return _number_recogniser(item.interactions[0])
    if len(item.interactions) == 1 and isinstance(item.interactions[0], ForeignInteraction):
        return lambda text: _waiting(text, None)  # anything may be an answer: its own format writes them in its own way
    read = _item_reader(item)

    def recognise(text: str) -> Reading | None:
        reading = read(text, None)
        return None if reading.status is Status.UNREADABLE else reading

    return recognise


def _number_recogniser(interaction: TextEntryInteraction) -> Callable[[str], Reading | None]:
    def recognise(text: str) -> Reading | None:
        reading = read_entry(interaction, text)
        if reading.status is Status.UNREADABLE:
            return reading._replace(status=Status.ANSWERED)  # a number of which only the decimal sign is unknown
        is_text = reading.value is None and reading.status is Status.ANSWERED
        return None if interaction.is_numeric and is_text else reading

    return recognise


def _item_reader(item: Item) -> _TextReader:
    readers = [_interaction_reader(interaction) for interaction in item.interactions]
    if len(readers) == 1:
        return readers[0]
    return _gaps_reader(readers)


def _interaction_reader(interaction: Interaction) -> _TextReader:
    match interaction:
        case ChoiceInteraction():
            options = options_of(interaction)
            return lambda text, _: read_choice(options, text)
        case InlineChoiceInteraction():
            labels = tuple(letter_label(index) for index in range(len(interaction.choices)))
            inline = Options.of(interaction.choices, labels, single=True)
            return lambda text, _: read_choice(inline, text)
        case TextEntryInteraction():
            return lambda text, decimal: read_entry(interaction, text, decimal)
        case MatchInteraction():
            read_match = match_reader(interaction)
            return lambda text, _: read_match(text)
        case OrderInteraction():
            read_order = order_reader(interaction)
            return lambda text, _: read_order(text)
        case ForeignInteraction(clones=clones) if clones:
            # One for everybody: then it is as if it were the item's own interaction.
            return _interaction_reader(clones[0].interaction) if not interaction.varies else _without_clone
        case ExtendedTextInteraction() | UploadInteraction() | ForeignInteraction():
            return _waiting
        case _ as never:
            assert_never(never)


@rule("S316", Severity.ERROR)
def clone_not_known(text: str) -> Text:
    """The question was drawn for each candidate, with other numbers or other pairs, and this row does not say which.

    Moodle's report says it in the question's text. Where that text fits nothing that the quiz can draw, the quiz was
    changed or exported without its data sets after the exam.
    """
    return Text(
        f"{quoted(text)} answers a question that is drawn for each candidate, and which form this one had is not known; "
        "the score counts the other items and is provisional",
        "export the quiz that was answered, with its data sets, and download the report with the question text",
    )


def _without_clone(text: str, decimal: str | None) -> Reading:
    return OMITTED if marks.is_blank(text) else unreadable(text, clone_not_known(text))


def _waiting(text: str, decimal: str | None) -> Reading:
    """Return what waits for a person."""
    return OMITTED if marks.is_blank(text) else Reading(Status.NEEDS_GRADING, text, (), text)


def _gaps_reader(readers: list[_TextReader]) -> _TextReader:
    """Return the reader of an item with several interactions, whose answers stand in one cell."""

    def read(text: str, decimal: str | None) -> Reading:
        if marks.is_blank(text):
            return OMITTED
        texts = split_gaps(text, len(readers))
        shown = text.replace(JOINER, "; ")
        if texts is None:
            return unreadable(text, gaps_not_understood(shown, count_parts(text), len(readers)))
        parts = tuple(reader(part, decimal) if part else OMITTED for reader, part in zip(readers, texts, strict=True))
        return _together(parts, shown)

    return read


def _together(parts: tuple[Reading, ...], shown: str) -> Reading:
    """Return the reading of all gaps: as doubtful as the most doubtful of them."""
    for status in (Status.UNREADABLE, Status.NEEDS_GRADING):
        doubtful = [part for part in parts if part.status is status]
        if doubtful:
            return Reading(status, shown, (), shown, doubtful[0].finding, parts=parts)
    if all(part.status is Status.OMITTED for part in parts):
        return Reading(Status.OMITTED, None, parts=parts)
    finding = next((part.finding for part in parts if part.finding), None)
    return Reading(Status.ANSWERED, shown, (), shown, finding, parts=parts)


__all__ = [
    "JOINER",
    "NOT_GIVEN",
    "OMITTED",
    "UNMATCHED",
    "Reading",
    "could_be",
    "expects",
    "quoted",
    "read_response",
    "response_reader",
]
