"""Cloze questions: `{1:SHORTANSWER:=Rome#yes~%50%Roma}` inside the text."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape, unescape
from typing import TYPE_CHECKING, assert_never

from stemkey.diagnostics import Severity, Text, rule
from stemkey.formats.moodle.elements import NOTE, PREFIX, inline
from stemkey.formats.moodle.entries import (
    ANYTHING,
    Accepted,
    accepted_text,
    comma_in_number,
    noted_number,
    number_and_tolerance,
    number_note,
    numerical_answer_not_a_number,
    plain_number,
    split_other,
    wild_text,
    with_other,
)
from stemkey.formats.moodle.gaps import names_note, read_names
from stemkey.formats.moodle.reading import Parts, Question, Reading, parse_number
from stemkey.formats.moodle.shares import decimal_text, exact_share, percent_text
from stemkey.formats.moodle.written import Writing
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    GAP,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    InlineChoiceInteraction,
    Interaction,
    Item,
    TextEntryInteraction,
    gap,
    letter_label,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

Blank = ChoiceInteraction | InlineChoiceInteraction | TextEntryInteraction


@rule("R217", Severity.WARNING)
def no_blank() -> Text:
    """The text of a cloze question holds no `{1:SHORTANSWER:=…}` that Moodle understands, so Moodle refuses it.

    The type stands in capitals and without spaces: `{1:sa:=x}` and `{ 1:SA:=x}` stay words.
    """
    return Text("the cloze question has no blank", "write one as {1:SHORTANSWER:=answer}")


@rule("R218", Severity.WARNING)
def blank_not_understood(text: str) -> Text:
    """Something in the text looks like a blank of a cloze question, but Moodle takes it for words.

    The type must be one of Moodle's, in capitals, and there must be no space and no decimal weight before it.
    """
    return Text(f"{text!r} looks like a blank but is shown as words", "write it as {1:SHORTANSWER:=answer}")


@rule("R219", Severity.WARNING)
def mark_lost_to_space(text: str) -> Text:
    """A space stands before the `=` or `%` of an alternative, so Moodle takes the mark for a part of the answer.

    The alternative then earns nothing; where no other one is right, Moodle refuses the question.
    """
    return Text(f"the mark in {text!r} counts as a part of the answer", "remove the space before it")


# ---- types ---------------------------------------------------------------------------------------

_CHOICE_TYPES = {
    "MULTICHOICE": ("inline", False), "MULTICHOICE_S": ("inline", True),
    "MULTICHOICE_V": ("vertical", False), "MULTICHOICE_VS": ("vertical", True),
    "MULTICHOICE_H": ("horizontal", False), "MULTICHOICE_HS": ("horizontal", True),
    "MULTIRESPONSE": ("multiple", False), "MULTIRESPONSE_S": ("multiple", True),
    "MULTIRESPONSE_H": ("multiple horizontal", False), "MULTIRESPONSE_HS": ("multiple horizontal", True),
}  # fmt: skip
_SHORT_NAMES = {
    "MC": "MULTICHOICE", "MCS": "MULTICHOICE_S", "MCV": "MULTICHOICE_V", "MCVS": "MULTICHOICE_VS",
    "MCH": "MULTICHOICE_H", "MCHS": "MULTICHOICE_HS", "MR": "MULTIRESPONSE", "MRS": "MULTIRESPONSE_S",
    "MRH": "MULTIRESPONSE_H", "MRHS": "MULTIRESPONSE_HS", "NM": "NUMERICAL",
    "SA": "SHORTANSWER", "MW": "SHORTANSWER", "SAC": "SHORTANSWER_C", "MWC": "SHORTANSWER_C",
}  # fmt: skip
_NAMES = sorted({*_SHORT_NAMES, *_SHORT_NAMES.values(), *_CHOICE_TYPES}, key=lambda name: (-len(name), name))
_START = re.compile(rf"\{{([0-9]*):({'|'.join(_NAMES)}):")
_ALMOST = re.compile(r"\{\s*+[\d.]*+\s*+:\s*+[A-Za-z_]{2,}+\s*+:[^{}]*+\}")
_FRACTION = re.compile(r"=|%(-?[0-9]+(?:[.,][0-9]*)?)%")
_ANSWER_END = re.compile(r"(?<!\\)(?<!&)(?<!&amp;)[~#}]")
_FEEDBACK_END = re.compile(r"(?<!\\)[~}]")
_LOST_MARK = re.compile(r"\s+(?:=|%-?\d+(?:[.,]\d*)?%)")
HORIZONTAL = PREFIX + "horizontal"
"""Extension of an item: identifiers of the blanks whose choices stand in one row."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer of a blank, as it stands in the text."""

    fraction: Fraction | None
    """None: nothing is said, so it is wrong."""
    is_percent: bool
    text: str
    feedback: str


def split_blank(text: str, start: int) -> tuple[list[Alternative], int] | None:
    r"""Return the alternatives that begin at a place of the text, and where the blank ends; None where it never does.

    As Moodle: an answer has at least one letter and ends before `~`, `#` or `}`, unless `\` or `&` stands
    before that; feedback ends before `~` or `}`, unless `\` stands before that.
    """
    alternatives = []
    while True:
        mark = _FRACTION.match(text, start)
        fraction = percent = None
        if mark is not None:
            start = mark.end()
            percent = mark[1]
            fraction = FULL_CREDIT if percent is None else Fraction(percent.replace(",", ".").rstrip(".")) / 100
        end = _end(text, start + 1, _ANSWER_END)
        if end is None:
            return None
        answer, feedback = text[start:end], ""
        if text[end] == "#":
            stop = _end(text, end + 1, _FEEDBACK_END)
            if stop is None:
                return None
            feedback, end = text[end + 1 : stop], stop
        alternatives.append(Alternative(fraction, percent is not None and percent != "0", answer, feedback))
        start = end + 1
        if text[end] == "}":
            return alternatives, start


def _end(text: str, start: int, marks: re.Pattern[str]) -> int | None:
    found = marks.search(text, start)
    return found.start() if found is not None else None


def _plain(text: str) -> str:
    r"""Undo what stands in an alternative: entities once, then `\}` and `\#`."""
    return unescape(text).replace(r"\}", "}").replace(r"\#", "#")


# ---- reading -------------------------------------------------------------------------------------


def read_cloze(question: Question, reading: Reading) -> Parts | None:
    """Read a cloze question; None where it has no blank."""
    element = question.fields.get("questiontext")
    if element is None:
        reading.report(no_blank(), question.element)
        return None
    raw = reading.raw(element, "questiontext")
    names = read_names(element.get(NOTE))
    pieces: list[str] = []
    blanks: list[Blank] = []
    horizontal: list[str] = []
    position = 0
    for start in _START.finditer(raw):
        if start.start() < position:
            continue
        split = split_blank(raw, start.end())
        if split is None:
            break  # nothing after this place ends a blank
        number = len(blanks)
        identifier = names[number] if number < len(names) else str(number + 1)
        kind = _SHORT_NAMES.get(start[2], start[2])
        note = element.get(f"{NOTE}-{number + 1}")
        blank = _blank(identifier, kind, split[0], note, reading, element)
        blanks.append(_weighted(blank, Fraction(start[1] or 1)))
        if kind.endswith(("_H", "_HS")):
            horizontal.append(identifier)
        pieces += [raw[position : start.start()], gap(identifier)]
        position = split[1]
    if not blanks:
        reading.report(no_blank(), element)
        return None
    pieces.append(raw[position:])
    html = "".join(pieces)
    for almost in _ALMOST.findall(html):
        reading.report(blank_not_understood(almost), element)
    extensions = {HORIZONTAL: " ".join(horizontal)} if horizontal else {}
    if all(isinstance(blank, InlineChoiceInteraction) for blank in blanks):
        extensions[PREFIX + "type"] = "cloze"
    return Parts(
        body=reading.clean(html, element.get("format") or "html", element),
        interactions=tuple(blanks),
        points=sum((blank.weight for blank in blanks), NO_CREDIT),
        extensions=extensions,
    )


def _weighted(blank: Blank, weight: Fraction) -> Blank:
    return blank if weight == blank.weight else replace(blank, weight=weight)


def _blank(
    identifier: str, kind: str, alternatives: list[Alternative], note: str | None, reading: Reading, element: "_Element"
) -> Blank:
    for alternative in alternatives:
        if alternative.fraction is None and _LOST_MARK.match(alternative.text):
            reading.report(mark_lost_to_space(alternative.text), element)
    if kind == "NUMERICAL":
        return _number_blank(identifier, alternatives, note, reading, element)
    if kind.startswith("SHORTANSWER"):
        entries: list[Accepted] = []
        for alternative in alternatives:
            credit, feedback = _credit(alternative), _html(alternative.feedback, reading, element)
            entries.append(accepted_text(_plain(alternative.text).strip(), credit, feedback))
        accepted, other = split_other(entries)
        return TextEntryInteraction(
            identifier=identifier,
            accepted=accepted,
            case_sensitive=kind == "SHORTANSWER_C",
            other_feedback=other,
        )
    return _choice_blank(identifier, kind, alternatives, reading, element)


def _credit(alternative: Alternative) -> Fraction:
    return NO_CREDIT if alternative.fraction is None else exact_share(alternative.fraction)


def _html(text: str, reading: Reading, element: "_Element") -> Content:
    return reading.clean(_plain(text), "html", element) if text else EMPTY


def _number_blank(
    identifier: str, alternatives: list[Alternative], note: str | None, reading: Reading, element: "_Element"
) -> TextEntryInteraction:
    notes = (note or "").split(";")
    entries: list[Accepted] = []
    for position, alternative in enumerate(alternatives):
        credit, feedback = _credit(alternative), _html(alternative.feedback, reading, element)
        text, _, tolerance = alternative.text.strip().partition(":")
        if text == ANYTHING:
            entries.append(AcceptedText(text=ANYTHING, credit=credit, feedback=feedback, wildcards=True))
            continue
        plain = plain_number(text, tolerance, credit, feedback)
        if plain is None:
            reading.report(numerical_answer_not_a_number(text), element)
            continue
        assert plain.value is not None
        if parse_number(text) is None:
            reading.report(comma_in_number(text, decimal_text(plain.value)), element)
        entries.append(noted_number(notes[position] if position < len(notes) else None, text, tolerance or "0", plain))
    accepted, other = split_other(entries)
    return TextEntryInteraction(identifier=identifier, accepted=accepted, other_feedback=other)


def _choice_blank(
    identifier: str, kind: str, alternatives: list[Alternative], reading: Reading, element: "_Element"
) -> ChoiceInteraction | InlineChoiceInteraction:
    layout, shuffle = _CHOICE_TYPES[kind]
    shares = [_credit(alternative) for alternative in alternatives]
    is_multiple = layout.startswith("multiple")
    if is_multiple:
        shares = _shares(shares, is_explicit=any(alternative.is_percent for alternative in alternatives))
    choices = tuple(
        Choice(
            identifier=letter_label(position),
            content=inline(_html(alternative.text, reading, element)),
            credit=credit,
            feedback=_html(alternative.feedback, reading, element),
        )
        for position, (alternative, credit) in enumerate(zip(alternatives, shares, strict=True))
    )
    if layout == "inline":
        return InlineChoiceInteraction(identifier=identifier, choices=choices, shuffle=shuffle)
    cardinality = Cardinality.MULTIPLE if is_multiple else Cardinality.SINGLE
    return ChoiceInteraction(identifier=identifier, choices=choices, cardinality=cardinality, shuffle=shuffle)


def _shares(shares: list[Fraction], *, is_explicit: bool) -> list[Fraction]:
    """Scale as Moodle does: right ones make 1 together; where no percentage is said, a wrong one undoes a right one."""
    total = sum((share for share in shares if share > 0), NO_CREDIT)
    if not total:
        return shares
    wrong = None if is_explicit else -1 / total
    return [exact_share(share / total) if share > 0 else share if wrong is None else wrong for share in shares]


# ---- writing -------------------------------------------------------------------------------------

_BRACE = re.compile(r"\{(?=[0-9]*:|#[0-9])")


def write_cloze(item: Item, writing: Writing) -> str:
    """Write an item whose interactions stand in its text."""
    blanks = {blank.identifier: blank for blank in item.interactions}
    order = [identifier for identifier in GAP.findall(item.body) if identifier in blanks]
    horizontal = set(item.extensions.get(HORIZONTAL, "").split())

    def put(found: re.Match[str]) -> str:
        blank = blanks.get(found[1])
        return found[0] if blank is None else _blank_text(blank, is_horizontal=found[1] in horizontal, writing=writing)

    # Words of the author that look like a blank must not become one.
    body = GAP.sub(put, _BRACE.sub("&#123;", item.body))
    notes = names_note(order)
    for number, identifier in enumerate(order, 1):
        notes += _number_notes(blanks[identifier], number)
    text = writing.text(body, item, "questiontext")
    settings = writing.settings(item, {}) if item.extensions else ""
    return writing.question("cloze", item, text, settings, note=notes)


def _number_notes(blank: Interaction, number: int) -> str:
    if not isinstance(blank, TextEntryInteraction):
        return ""
    notes = [number_note(entry) if isinstance(entry, AcceptedNumber) else "" for entry in blank.accepted]
    return f' {NOTE}-{number}="{";".join(notes)}"' if any(notes) else ""


def _blank_text(blank: Interaction, *, is_horizontal: bool, writing: Writing) -> str:
    match blank:
        case InlineChoiceInteraction():
            kind = "MULTICHOICE_S" if writing.shuffles(blank.shuffle) else "MULTICHOICE"
            alternatives = [_choice(choice, is_explicit=False) for choice in blank.choices]
        case ChoiceInteraction():
            is_multiple = blank.cardinality is Cardinality.MULTIPLE
            letters = ("H" if is_horizontal else "" if is_multiple else "V") + (
                "S" if writing.shuffles(blank.shuffle) else ""
            )
            kind = ("MULTIRESPONSE" if is_multiple else "MULTICHOICE") + (f"_{letters}" if letters else "")
            alternatives = [_choice(choice, is_explicit=is_multiple) for choice in blank.choices]
        case TextEntryInteraction():
            accepted = with_other(blank)
            is_number = any(isinstance(entry, AcceptedNumber) for entry in accepted)
            kind = "NUMERICAL" if is_number else "SHORTANSWER_C" if blank.case_sensitive else "SHORTANSWER"
            alternatives = [_entry(entry) for entry in accepted]
        case _:
            raise AssertionError("adapt leaves only blanks that a cloze can hold")
    return f"{{{decimal_text(blank.weight)}:{kind}:{'~'.join(alternatives)}}}"


def _mark(credit: Fraction, text: str, *, is_explicit: bool) -> str:
    if credit == FULL_CREDIT and not is_explicit:
        return "="
    if credit or is_explicit or text[:1] in {"=", "%"}:
        return f"%{percent_text(credit)}%"
    return ""


def _choice(choice: Choice, *, is_explicit: bool) -> str:
    text = _escaped(choice.content)
    return _mark(choice.credit, text, is_explicit=is_explicit) + text + _feedback(choice.feedback)


def _entry(entry: Accepted) -> str:
    match entry:
        case AcceptedText():
            text = _escaped(escape(wild_text(entry), quote=False), is_html=False)
        case AcceptedNumber():
            number, tolerance = number_and_tolerance(entry)
            text = f"{number}:{tolerance}"
        case _:
            assert_never(entry)
    return _mark(entry.credit, text, is_explicit=False) + text + _feedback(entry.feedback)


def _escaped(text: str, *, is_html: bool = True) -> str:
    """Return an answer so that Moodle, which decodes entities once, gets it back."""
    if is_html:
        text = text.replace("&", "&amp;")
    return _guarded(text.replace("}", r"\}").replace("#", r"\#").replace("~", "&#126;"))


def _feedback(feedback: Content) -> str:
    if not feedback:
        return ""
    return "#" + _guarded(feedback.replace("&", "&amp;").replace("}", r"\}").replace("~", "&#126;"))


def _guarded(text: str) -> str:
    r"""A last `\` or `&` would keep the mark after it from ending the answer."""
    if text.endswith("\\"):
        return text[:-1] + "&#92;"
    if text.endswith("&amp;"):
        return text[:-5] + "&#38;"
    return text
