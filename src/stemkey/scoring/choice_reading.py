"""Responses to choices: letters, numbers, texts in every spelling, several of them in one cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Severity, Text, rule
from stemkey.model import Cardinality, Choice, ChoiceInteraction
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.reading import JOINER, OMITTED, Reading, quoted, unreadable
from stemkey.scoring.spelling import fold, skeleton, spellings, tidy, without_marks

SHORTEST_PREFIX = 20
"""A text cut off by some program is read as the option that begins so, from this length on."""


@dataclass(frozen=True, slots=True)
class Options:
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
    credits: tuple[Fraction, ...]
    numeric: bool
    """Whether some option is itself a number, so that a digit may be its text."""

    @classmethod
    def of(cls, choices: Sequence[Choice], labels: tuple[str, ...], *, single: bool) -> "Options":
        """Return the options of some choices."""
        folded: dict[str, dict[int, None]] = {}
        strict: dict[str, dict[int, None]] = {}
        skeletons: dict[str, dict[int, None]] = {}
        texts = []
        for index, choice in enumerate(choices):
            forms = spellings(choice.content)
            texts.append(forms[0])
            for form in forms:
                folded.setdefault(fold(form), {})[index] = None
                strict.setdefault(tidy(form), {})[index] = None
            skeletons.setdefault(skeleton(forms[0]), {})[index] = None
        true, false = _truths(texts)
        return cls(
            labels=labels,
            single=single,
            texts=tuple(texts),
            folded={form: tuple(found) for form, found in folded.items() if form},
            strict={form: tuple(found) for form, found in strict.items() if form},
            skeletons={form: tuple(found) for form, found in skeletons.items() if form},
            true=true,
            false=false,
            credits=tuple(choice.credit for choice in choices),
            numeric=any(marks.number(text) is not None for text in texts),
        )

    def of_letter(self, letter: str | None) -> int | None:
        """Return the index of the option with a label."""
        return self.labels.index(letter) if letter in self.labels else None


def _truths(texts: list[str]) -> tuple[int | None, int | None]:
    """Return which option is true and which false, where the two options are just that."""
    values = [marks.truth(text) for text in texts]
    if len(texts) == 2 and set(values) == {True, False} and not any(text.strip().isdigit() for text in texts):
        return values.index(True), values.index(False)
    return None, None


def options_of(interaction: ChoiceInteraction) -> Options:
    """Return the options of a choice interaction."""
    single = interaction.cardinality is Cardinality.SINGLE
    return Options.of(interaction.choices, interaction.labels, single=single)


def read_choice(options: Options, text: str) -> Reading:
    """Return which options a text takes; a text that is none is invalid or unreadable, and said so."""
    return read_known_choice(options, text) or _unknown(options, text)


def read_known_choice(options: Options, text: str) -> Reading | None:
    """Return what the first way of reading that knows the text says."""
    for way in _WAYS:
        reading = way(options, text)
        if reading is not None:
            return reading
    return None


def _taken(options: Options, chosen: Iterable[int], text: str, finding: Diagnostic | None = None) -> Reading:
    indexes = tuple(sorted(set(chosen)))
    label = ",".join(options.labels[index] for index in indexes)
    if options.single and len(indexes) > 1:
        return Reading(Status.SEVERAL_MARKS, label, indexes, text, several_marks(text, label))
    return Reading(Status.ANSWERED, label, indexes, text, finding)


def _as_option(options: Options, text: str) -> Reading | None:
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


def _as_blank(options: Options, text: str) -> Reading | None:
    return OMITTED if marks.is_blank(text) else None


def _as_letter(options: Options, text: str) -> Reading | None:
    letter = marks.letter(text)
    if letter is None:
        return None
    index = options.of_letter(letter)
    if index is not None:
        return _taken(options, [index], text)
    return None


def _as_letter_and_text(options: Options, text: str) -> Reading | None:
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


def _as_truth(options: Options, text: str) -> Reading | None:
    if options.true is None or options.false is None:
        return None
    value = marks.truth(text)
    if value is None:
        return None
    return _taken(options, [options.true if value else options.false], text)


def _as_number(options: Options, text: str) -> Reading | None:
    number = marks.number(text)
    if number is None or options.numeric or not 1 <= number <= len(options.labels):
        return None
    return Reading(Status.UNREADABLE, text, (), text, number_among_texts(text, options.labels[number - 1]))


def _as_several(options: Options, text: str) -> Reading | None:
    if JOINER in text:
        return _as_joined(options, text)
    bare = text.strip().rstrip(";,").strip()
    if bare != text.strip():  # Microsoft Forms writes a `;` behind each choice, behind the only one too
        one = _as_option(options, bare) or _as_letter(options, bare)
        if one is not None:
            return one
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


def _as_joined(options: Options, text: str) -> Reading | None:
    """Read answers that the sheet's reader took apart: each must be an option, and none is taken twice."""
    chosen: list[int] = []
    shown = text.replace(JOINER, ", ")
    for part in filter(None, (part.strip() for part in text.split(JOINER))):
        reading = _as_equal_option(options, part, chosen) or _as_option(options, part)
        reading = reading or _as_letter(options, part) or _as_stripped(options, part)
        if reading is None or reading.status is not Status.ANSWERED:
            return unreadable(shown, unknown_option(part, _close(options, part)))
        chosen.extend(reading.chosen)
    return _taken(options, chosen, shown) if chosen else OMITTED


def _as_equal_option(options: Options, text: str, taken: Sequence[int]) -> Reading | None:
    """Read the text of several options that are worth the same: it does not matter which of them is meant."""
    found = options.folded.get(fold(text), ())
    if len(found) < 2 or len({options.credits[index] for index in found}) > 1:
        return None
    left = [index for index in found if index not in taken]
    return _taken(options, left[:1], text) if left else None


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


def _as_look_alike(options: Options, text: str) -> Reading | None:
    if text.isascii() or len(text) > 4:
        return None
    latin = text.translate(marks.LOOK_ALIKES)
    if latin == text:
        return None
    reading = _as_letter(options, latin)
    if reading is None:
        return None
    return reading._replace(text=text, finding=look_alike_letter(text, reading.response or ""))


def _as_stripped(options: Options, text: str) -> Reading | None:
    found = options.skeletons.get(skeleton(text), ())
    if len(found) != 1 or len(skeleton(text)) < 2 or options.texts[found[0]] == text:
        return None
    index = found[0]
    if not any(mark in options.texts[index] + text for mark in "\\$`*_^{}[]<&"):
        return None
    return _taken(options, [index], text, text_stripped(text, options.labels[index]))


def _as_cut_off(options: Options, text: str) -> Reading | None:
    folded = fold(text.rstrip("…").rstrip("."))
    if len(folded) < SHORTEST_PREFIX:
        return None
    found = {indexes[0] for form, indexes in options.folded.items() if form.startswith(folded) and len(indexes) == 1}
    if len(found) != 1:
        return None
    index = found.pop()
    return _taken(options, [index], text, text_cut_off(text, options.labels[index]))


_WAYS: tuple[Callable[[Options, str], Reading | None], ...] = (
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


def _unknown(options: Options, text: str) -> Reading:
    """A mark that is no option is wrong and listed; a text that is no option may be damage, and is never wrong."""
    labels = ", ".join(options.labels)
    several = marks.several_letters(text)
    is_mark = (
        len(text) == 1
        or marks.letter(text) is not None
        or marks.number(text) is not None
        or fold(text) in marks.IDLE
        or not any(character.isalnum() for character in text)
        or (
            several is not None and len(several) <= len(options.labels) and text.isupper() and marks.truth(text) is None
        )
    )
    if is_mark:
        return Reading(Status.INVALID, text, (), text, mark_is_no_option(text, labels))
    return Reading(Status.UNREADABLE, text, (), text, unknown_option(text, _close(options, text)))


def _close(options: Options, text: str) -> str | None:
    close = get_close_matches(fold(text), options.folded, n=1, cutoff=0.8) if len(text) < 1000 else []
    return options.labels[options.folded[close[0]][0]] if close else None


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


@rule("S323", Severity.ERROR)
def number_among_texts(text: str, label: str) -> Text:
    """The answer is a number, and others to the same question are letters or texts, so what the number says is not known.

    It may be the option's place (1 for A), a mark that a program gave (1 for right), or a slip. Where all answers to a
    question are numbers, they are read as the options' places.
    """
    return Text(
        f"{quoted(text)} is a number among letters or texts; the score counts the other items and is provisional",
        f"write {label} into the cell if it means the option's place, or say --numbers-from 1",
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


@rule("S308", Severity.WARNING)
def text_stripped(text: str, label: str) -> Text:
    """The answer is an option's text without its math, Markdown or markup, as an LMS exports it.

    No other option has the same letters, digits and signs, so the reading is safe.
    """
    return Text(f"{quoted(text)} is read as option {label}, whose math or markup the export has dropped", None)


@rule("S309", Severity.ERROR)
def equal_options(text: str, labels: str) -> Text:
    """Two options have the same text, so the answer's text does not tell which was taken.

    If the options are worth the same it would not matter, but the statistics of each would be wrong.
    """
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
