"""What a response says: which options, which text, or why it cannot be told. No credit yet.

`read_response` is pure. `response_reader` prepares an item once for many responses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from stemkey.diagnostics import Diagnostic, Severity, Text, rule
from stemkey.model import AcceptedText, Cardinality, ChoiceInteraction, Item, TextEntryInteraction
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.spelling import fold, skeleton, spellings, tidy, without_marks
from stemkey.sheets.table import Damaged, Response

JOINER = "\x1f"
"""Stands between several answers where the sheet's reader has taken them apart already."""

SHORTEST_PREFIX = 20
"""A text cut off by some program is read as the option that begins so, from this length on."""


class Reading(NamedTuple):
    """What one response says."""

    status: Status
    response: str | None
    """The choice's label (`"B"`, several as `"B,D"`) or the text as typed; None when omitted."""
    chosen: tuple[int, ...] = ()
    """Indexes of the choices taken, ascending."""
    text: str = ""
    """What was written, without the blanks around it."""
    finding: Diagnostic | None = None
    """What the report must say about it; without a place."""


Reader: TypeAlias = Callable[[Response], Reading]

NOT_GIVEN = Reading(Status.NOT_GIVEN, None)
OMITTED = Reading(Status.OMITTED, None)


def read_response(item: Item, response: Response) -> Reading:
    """Return what a response to an item says."""
    return response_reader(item)(response)


def response_reader(item: Item) -> Reader:
    """Return the function that reads the responses to an item."""
    return _reader(_Identity(item))


def could_be(item: Item, text: str) -> bool:
    """Whether a text is a possible answer of an item: one of its options, a letter, anything where one may type."""
    return _recogniser(_Identity(item))(text.strip())


def expects(item: Item, text: str) -> bool:
    """Whether a text is one that the item itself names: an option's text, an accepted answer."""
    folded = fold(text)
    for interaction in item.interactions:
        if isinstance(interaction, ChoiceInteraction):
            return could_be(item, text)
        if isinstance(interaction, TextEntryInteraction):
            for accepted in interaction.accepted:
                written = accepted.text if isinstance(accepted, AcceptedText) else accepted.written
                if folded == fold(written):
                    return True
    return False


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
    item = key.item
    if len(item.interactions) == 1 and isinstance(item.interactions[0], ChoiceInteraction):
        return _guarded(_choice_reader(_Options.of(item.interactions[0])))
    return _guarded(_waiting)


@lru_cache(maxsize=1024)
def _recogniser(key: _Identity) -> Callable[[str], bool]:
    """Return the function behind `could_be`: it looks for no suggestion where a text is unknown."""
    item = key.item
    if len(item.interactions) != 1 or not isinstance(item.interactions[0], ChoiceInteraction):
        return lambda _: True
    options = _Options.of(item.interactions[0])

    def recognise(text: str) -> bool:
        reading = _known(options, text)
        return reading is not None and reading.status is not Status.UNREADABLE

    return recognise


def _guarded(read: Callable[[str], Reading]) -> Reader:
    """Return a reader that knows what is no text: a damaged cell, an item that was not given, a blank."""

    def guarded(response: Response) -> Reading:
        if response is None:
            return NOT_GIVEN
        if isinstance(response, Damaged):
            return Reading(Status.UNREADABLE, response.text, (), response.text, damaged_cell(response))
        text = response.strip()
        return read(text) if text else OMITTED

    return guarded


def _waiting(text: str) -> Reading:
    if marks.is_blank(text):
        return OMITTED
    return Reading(Status.NEEDS_GRADING, text, (), text)


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a choice interaction as responses may spell them."""

    labels: tuple[str, ...]
    single: bool
    texts: tuple[str, ...]
    """The plainest spelling of each."""
    folded: dict[str, tuple[int, ...]]
    strict: dict[str, tuple[int, ...]]
    skeletons: dict[str, tuple[int, ...]]
    """Only of options that an LMS may have stripped of math or markup."""
    true: int | None
    false: int | None
    numeric: bool
    """Whether some option is itself a number, so that a digit may be its text."""

    @classmethod
    def of(cls, interaction: ChoiceInteraction) -> "_Options":
        folded: dict[str, dict[int, None]] = {}
        strict: dict[str, dict[int, None]] = {}
        skeletons: dict[str, dict[int, None]] = {}
        texts = []
        for index, choice in enumerate(interaction.choices):
            forms = spellings(choice.content)
            texts.append(forms[0])
            for form in forms:
                folded.setdefault(fold(form), {})[index] = None
                strict.setdefault(tidy(form), {})[index] = None
            skeletons.setdefault(skeleton(forms[0]), {})[index] = None
        true, false = _truths(texts)
        return cls(
            labels=interaction.labels,
            single=interaction.cardinality is Cardinality.SINGLE,
            texts=tuple(texts),
            folded={form: tuple(found) for form, found in folded.items() if form},
            strict={form: tuple(found) for form, found in strict.items() if form},
            skeletons={form: tuple(found) for form, found in skeletons.items() if form},
            true=true,
            false=false,
            numeric=any(marks.number(text) is not None for text in texts),
        )

    def of_letter(self, letter: str | None) -> int | None:
        return self.labels.index(letter) if letter in self.labels else None


def _truths(texts: list[str]) -> tuple[int | None, int | None]:
    """Return which option is true and which false, where the two options are just that."""
    values = [marks.truth(text) for text in texts]
    if len(texts) == 2 and set(values) == {True, False} and not any(text.strip().isdigit() for text in texts):
        return values.index(True), values.index(False)
    return None, None


def _choice_reader(options: _Options) -> Callable[[str], Reading]:
    return lambda text: _known(options, text) or _unknown(options, text)


def _known(options: _Options, text: str) -> Reading | None:
    """Return what the first way of reading that knows the text says."""
    for way in _WAYS:
        reading = way(options, text)
        if reading is not None:
            return reading
    return None


def _taken(options: _Options, chosen: Iterable[int], text: str, finding: Diagnostic | None = None) -> Reading:
    indexes = tuple(sorted(set(chosen)))
    label = ",".join(options.labels[index] for index in indexes)
    if options.single and len(indexes) > 1:
        return Reading(Status.SEVERAL_MARKS, label, indexes, text, several_marks(text, label))
    return Reading(Status.ANSWERED, label, indexes, text, finding)


def _as_option(options: _Options, text: str) -> Reading | None:
    if JOINER in text:
        return None
    found = options.folded.get(fold(text)) or options.folded.get(fold(without_marks(text)))
    if found is None:
        return None
    if len(found) > 1:
        exact = options.strict.get(tidy(text), ())
        if len(exact) != 1:
            labels = ", ".join(options.labels[index] for index in found)
            return Reading(Status.UNREADABLE, text, (), text, equal_options(text, labels))
        found = exact
    return _taken(options, found, text)


def _as_blank(options: _Options, text: str) -> Reading | None:
    return OMITTED if marks.is_blank(text) else None


def _as_letter(options: _Options, text: str) -> Reading | None:
    letter = marks.letter(text)
    if letter is None:
        return None
    index = options.of_letter(letter)
    if index is not None:
        return _taken(options, [index], text)
    return None


def _as_letter_and_text(options: _Options, text: str) -> Reading | None:
    parts = marks.letter_and_text(text)
    if parts is None:
        return None
    letter, rest = parts
    found = options.folded.get(fold(rest)) or options.folded.get(fold(without_marks(rest)))
    index = options.of_letter(letter)
    if found is None:
        cut = [at for at, full in enumerate(options.texts) if fold(full).startswith(fold(rest))]
        if index in cut and len(fold(rest)) >= SHORTEST_PREFIX // 2:
            return _taken(options, [cut[cut.index(index)]], text, text_cut_off(text, options.labels[cut[0]]))
        return None
    if index in found:
        return _taken(options, [index], text)
    says = options.labels[found[0]]
    return Reading(Status.UNREADABLE, text, (), text, letter_and_text_disagree(text, letter, says))


def _as_truth(options: _Options, text: str) -> Reading | None:
    if options.true is None or options.false is None:
        return None
    value = marks.truth(text)
    if value is None:
        return None
    return _taken(options, [options.true if value else options.false], text)


def _as_number(options: _Options, text: str) -> Reading | None:
    number = marks.number(text)
    if number is None or options.numeric or not 1 <= number <= len(options.labels):
        return None
    return _taken(options, [number - 1], text)


def _as_several(options: _Options, text: str) -> Reading | None:
    if JOINER in text:
        return _as_joined(options, text)
    letters = marks.several_letters(text)
    if letters and len(set(letters)) == len(letters):
        indexes = [options.of_letter(letter) for letter in letters]
        known = [index for index in indexes if index is not None]
        if len(known) == len(indexes):
            return _taken(options, known, text)
    sets = _splits(fold(text.strip().rstrip(";,")), tuple(options.folded.items()))
    if len(sets) == 1:
        return _taken(options, next(iter(sets)), text)
    if len(sets) > 1:
        first, second, *_ = sorted(",".join(options.labels[index] for index in sorted(chosen)) for chosen in sets)
        return Reading(Status.UNREADABLE, text, (), text, joined_two_ways(text, first, second))
    return None


def _as_joined(options: _Options, text: str) -> Reading | None:
    """Read answers that the sheet's reader took apart: each must be an option."""
    chosen: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(JOINER))):
        reading = _as_option(options, part) or _as_letter(options, part) or _as_stripped(options, part)
        if reading is None or reading.status is not Status.ANSWERED:
            shown = text.replace(JOINER, ", ")
            return Reading(Status.UNREADABLE, shown, (), shown, unknown_option(part, _close(options, part)))
        chosen.extend(reading.chosen)
    return _taken(options, chosen, text.replace(JOINER, ", ")) if chosen else OMITTED


_OPTION_JOINERS = ("; ", ";", ", ", ",", " | ", "|", " ; ", " , ", " / ", " & ", " ")
_MOST_SPLITS = 2000


def _splits(text: str, forms: tuple[tuple[str, tuple[int, ...]], ...]) -> set[frozenset[int]]:
    """Return each set of options whose texts, joined, make the text; an option is taken at most once."""
    found: set[frozenset[int]] = set()
    steps = 0
    # What one joiner makes is believed before a mixture of joiners is tried.
    for joiners in (("; ", ";", " ; "), (", ", ",", " , "), ("|", " | "), _OPTION_JOINERS[:-1]):
        waiting: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
        while waiting and steps < _MOST_SPLITS:
            steps += 1
            start, taken = waiting.pop()
            for form, indexes in forms:
                if len(indexes) > 1 or indexes[0] in taken or not text.startswith(form, start):
                    continue
                end = start + len(form)
                chosen = taken | {indexes[0]}
                if end == len(text) and len(chosen) > 1:
                    found.add(chosen)
                waiting.extend(
                    (end + len(joiner), chosen) for joiner in joiners if text.startswith(joiner, end) and end > start
                )
        if found:
            return found
    return found


def _as_look_alike(options: _Options, text: str) -> Reading | None:
    if text.isascii() or len(text) > 4:
        return None
    latin = text.translate(marks.LOOK_ALIKES)
    if latin == text:
        return None
    reading = _as_letter(options, latin)
    if reading is None:
        return None
    return reading._replace(text=text, finding=look_alike_letter(text, reading.response or ""))


def _as_stripped(options: _Options, text: str) -> Reading | None:
    found = options.skeletons.get(skeleton(text), ())
    if len(found) != 1 or len(skeleton(text)) < 2 or options.texts[found[0]] == text:
        return None
    index = found[0]
    if not any(mark in options.texts[index] + text for mark in "\\$`*_^{}[]<&"):
        return None
    return _taken(options, [index], text, text_stripped(text, options.labels[index]))


def _as_cut_off(options: _Options, text: str) -> Reading | None:
    folded = fold(text.rstrip("…").rstrip("."))
    if len(folded) < SHORTEST_PREFIX:
        return None
    found = {indexes[0] for form, indexes in options.folded.items() if form.startswith(folded) and len(indexes) == 1}
    if len(found) != 1:
        return None
    index = found.pop()
    return _taken(options, [index], text, text_cut_off(text, options.labels[index]))


_WAYS: tuple[Callable[[_Options, str], Reading | None], ...] = (
    _as_option,
    _as_blank,
    _as_letter,
    _as_letter_and_text,
    _as_truth,
    _as_number,
    _as_several,
    _as_look_alike,
    _as_stripped,
    _as_cut_off,
)


def _unknown(options: _Options, text: str) -> Reading:
    """A mark that is no option is wrong and listed; a text that is no option may be damage, and is never wrong."""
    labels = ", ".join(options.labels)
    several = marks.several_letters(text)
    is_mark = (
        len(text) == 1
        or marks.letter(text) is not None
        or marks.number(text) is not None
        or fold(text) in marks.IDLE
        or not any(character.isalnum() for character in text)
        or (several is not None and len(several) <= len(options.labels) and text == text.upper())
    )
    if is_mark:
        return Reading(Status.INVALID, text, (), text, mark_is_no_option(text, labels))
    return Reading(Status.UNREADABLE, text, (), text, unknown_option(text, _close(options, text)))


def _close(options: _Options, text: str) -> str | None:
    close = get_close_matches(fold(text), options.folded, n=1, cutoff=0.8) if len(text) < 1000 else []
    return options.labels[options.folded[close[0]][0]] if close else None


def quoted(text: str, length: int = 60) -> str:
    """Return user's text in quotes, cut and with control characters escaped, so that it fits a message."""
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return f"'{shown[: length - 1]}…'" if len(shown) > length else f"'{shown}'"


@rule("S301", Severity.ERROR)
def damaged_cell(cell: Damaged) -> Text:
    """The cell holds something, but not what the candidate answered.

    An error value such as `#N/A`, a formula without its value, a date that Excel made of `1-2`. It is neither a blank nor a wrong answer, so no credit is given or taken: the candidate's score counts the
    other items and is marked provisional. Put the answer back into the sheet and grade again.
    """
    return Text(
        f"{quoted(cell.text)} {cell.reason}; the score counts the other items and is provisional",
        "fix the cell, or use --errors-as blank",
    )


@rule("S302", Severity.WARNING)
def mark_is_no_option(text: str, labels: str) -> Text:
    """The answer is a mark that the item does not have: `E` where there are four options, `?`, `idk`.

    It earns nothing and is counted apart from blanks and from wrong options.
    """
    return Text(
        f"{quoted(text)} is none of the options {labels}; it earns nothing",
        "correct the cell if the mark was read wrongly",
    )


@rule("S303", Severity.ERROR)
def unknown_option(text: str, close: str | None) -> Text:
    """The answer is a text, but not the text of any option.

    A typing error, another version of the quiz, or a text damaged on its way. It is not counted as wrong: the candidate's score counts the other items and is provisional.
    """
    return Text(
        f"{quoted(text)} is the text of no option; the score counts the other items and is provisional",
        f"if option {close} is meant, write {close} into the cell"
        if close
        else "write the option's letter into the cell, or give the version of the quiz that was answered",
    )


@rule("S304", Severity.ERROR)
def letter_and_text_disagree(text: str, letter: str, says: str) -> Text:
    """The answer names one option by its letter and another by its text, so which was meant cannot be told.

    This happens where options were shuffled, or where letters were added to another version of the quiz.
    """
    return Text(
        f"{quoted(text)} has the letter {letter} and the text of option {says}; the score counts the other items "
        "and is provisional",
        "write only the letter, or only the text, into the cell",
    )


@rule("S305", Severity.WARNING)
def several_marks(text: str, labels: str) -> Text:
    """Several options are marked where one may be taken. The answer earns nothing, whatever is among them."""
    return Text(
        f"{quoted(text)} marks {labels} where one option may be taken; it earns nothing",
        "correct the cell if one of the marks was erased",
    )


@rule("S306", Severity.WARNING)
def text_cut_off(text: str, label: str) -> Text:
    """The answer is only the beginning of an option's text, and of no other option's. It is read as that option."""
    return Text(f"{quoted(text)} is cut off; it is read as option {label}", None)


@rule("S307", Severity.WARNING)
def look_alike_letter(text: str, label: str) -> Text:
    """The answer is a Cyrillic or Greek letter that looks like a Latin one. It is read as the Latin one."""
    return Text(f"{quoted(text)} is a letter of another alphabet; it is read as {label}", None)


@rule("S308", Severity.INFO)
def text_stripped(text: str, label: str) -> Text:
    """The answer is an option's text without its math, Markdown or markup, as an LMS exports it."""
    return Text(f"{quoted(text)} is read as option {label}, whose math or markup the export has dropped", None)


@rule("S309", Severity.ERROR)
def equal_options(text: str, labels: str) -> Text:
    """Two options have the same text, so the answer's text does not tell which was taken."""
    return Text(
        f"{quoted(text)} is the text of several options ({labels}); the score counts the other items and is provisional",
        "write the option's letter into the cell",
    )


@rule("S310", Severity.ERROR)
def joined_two_ways(text: str, first: str, second: str) -> Text:
    """Several answers stand in one cell, and it can be taken apart in more than one way.

    The sign between the answers also occurs inside the options, or one option's text is another's with more behind it.
    """
    return Text(
        f"{quoted(text)} can be read as {first} and as {second}; the score counts the other items and is provisional",
        "write the options' letters into the cell, `A, C`",
    )
