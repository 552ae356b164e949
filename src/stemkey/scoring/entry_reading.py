"""Responses that were typed: texts and numbers."""

from stemkey.diagnostics import Severity, Text, rule
from stemkey.model import AcceptedNumber, AcceptedText, TextEntryInteraction
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.number_reading import AmbiguousError, parse_number
from stemkey.scoring.reading import OMITTED, Reading, quoted, unreadable
from stemkey.scoring.spelling import fold


@rule("S311", Severity.ERROR)
def number_read_two_ways(text: str) -> Text:
    """The number means one thing with a decimal comma and another with a decimal point: `1,234`.

    Where another number of the sheet shows which is meant, that is used; here none does.
    """
    return Text(
        f"{quoted(text)} is one number with a decimal comma and another with a decimal point; the score counts the "
        "other items and is provisional",
        "write the number without thousands, with a decimal point",
    )


@rule("S324", Severity.WARNING)
def unit_not_expected(text: str, unit: str) -> Text:
    """The answer is a number with a unit, a per cent sign or more words behind it, and the key names no units.

    It earns nothing, as in Moodle. If the unit is right or does not matter, name it in the quiz.
    """
    return Text(
        f"{quoted(text)} has {quoted(unit)} behind the number, and the key has no units; it earns nothing",
        "accept the unit in the quiz, or correct the cell",
    )


def read_entry(interaction: TextEntryInteraction, text: str, decimal: str | None = None) -> Reading:
    """Return the text, and the number that it is where the item takes one."""
    if marks.is_blank(text) and not _is_accepted_text(interaction, text):
        return OMITTED
    if not any(isinstance(entry, AcceptedNumber) for entry in interaction.accepted):
        return Reading(Status.ANSWERED, text, (), text)
    try:
        number = parse_number(text, decimal)
    except AmbiguousError:
        return unreadable(text, number_read_two_ways(text))
    if number is None:
        return Reading(Status.ANSWERED, text, (), text)
    only_numbers = all(isinstance(entry, AcceptedNumber) for entry in interaction.accepted)
    is_unexpected = bool(number.unit) and not interaction.units and only_numbers
    found = unit_not_expected(text, number.unit) if is_unexpected else None
    return Reading(Status.ANSWERED, text, (), text, found, number.value, number.digits, number.unit)


def expects_entry(interaction: TextEntryInteraction, text: str) -> bool:
    """Whether a text is one that the item's author named, or a number near one."""
    return _is_accepted_text(interaction, text) or _is_near(interaction, text)


def _is_accepted_text(interaction: TextEntryInteraction, text: str) -> bool:
    folded = fold(text)
    return any(isinstance(entry, AcceptedText) and fold(entry.text) == folded for entry in interaction.accepted)


def _is_near(interaction: TextEntryInteraction, text: str) -> bool:
    reading = read_entry(interaction, text)
    if reading.value is None:
        return False
    for entry in interaction.accepted:
        if not isinstance(entry, AcceptedNumber):
            continue
        if entry.value is not None and abs(reading.value - entry.value) <= max(entry.tolerance, abs(entry.value) / 100):
            return True
        if entry.lower is not None and entry.upper is not None and entry.lower <= reading.value <= entry.upper:
            return True
    return False
