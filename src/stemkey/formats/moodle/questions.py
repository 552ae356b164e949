"""What Moodle XML is and can hold: the shares that Moodle accepts, its options, what survives in it."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from stemkey.files import Source
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
)

FORMAT = "moodle"
PREFIX = "moodle:"
"""Before the name of everything in `extensions` that only Moodle has a word for."""
NOTE = "stemkey"
"""Name of an attribute that Moodle ignores and our reader understands: what the model knows and Moodle does not."""

# Moodle refuses a whole file for one share that is not on its list (question_bank::fraction_options_full).
_LEGAL_PERCENTS: dict[str, Fraction] = {
    "100": Fraction(1),
    "90": Fraction(9, 10),
    "83.33333": Fraction(5, 6),
    "80": Fraction(4, 5),
    "75": Fraction(3, 4),
    "70": Fraction(7, 10),
    "66.66667": Fraction(2, 3),
    "60": Fraction(3, 5),
    "50": Fraction(1, 2),
    "40": Fraction(2, 5),
    "33.33333": Fraction(1, 3),
    "30": Fraction(3, 10),
    "25": Fraction(1, 4),
    "20": Fraction(1, 5),
    "16.66667": Fraction(1, 6),
    "14.28571": Fraction(1, 7),
    "12.5": Fraction(1, 8),
    "11.11111": Fraction(1, 9),
    "10": Fraction(1, 10),
    "5": Fraction(1, 20),
    "0": Fraction(0),
}
LEGAL_CREDITS = frozenset(_LEGAL_PERCENTS.values())
"""The shares that Moodle accepts for an answer; their negatives too."""

CREDIT_OF_PERCENT: dict[str, Fraction] = {
    **_LEGAL_PERCENTS,
    **{f"-{text}": -credit for text, credit in _LEGAL_PERCENTS.items() if credit},
}
_PERCENT_OF_CREDIT = {(credit.numerator, credit.denominator): text for text, credit in CREDIT_OF_PERCENT.items()}
_TOLERANCE = Fraction(1, 100_000)

CARRIES = Capabilities(
    interactions=(ChoiceInteraction,),
    foreign=(FORMAT,),
    multiple_response=True,
    partial_credit=True,
    negative_credit=True,
    credit_values=LEGAL_CREDITS,
    feedback_general=True,
    feedback_by_result=True,
    feedback_partial=True,
    feedback_per_choice=True,
    hints=True,
    penalty=True,
    points=True,
    tags=True,
    categories=True,
    item_titles=True,
    item_identifiers=True,
    quiz_title=True,
    instructions=True,
    shuffle_per_item=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
)
"""A Moodle question file holds questions and categories, but no quiz: no time limit, no attempts, no random draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodleOptions:
    """What can be chosen when Moodle XML is written."""

    category: str = ""
    """Path of the category in the question bank, `Biology/Week 3`; empty: the quiz's own, else its title."""
    numbering: Literal["abc", "ABCD", "123", "iii", "IIII", "none"] = "abc"
    """How Moodle labels the choices."""
    instruction: bool = False
    """Whether Moodle shows its own "Select one:" above the choices."""


_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w.:-]*)([^>]*)")


def is_moodle(source: Source) -> bool:
    """Whether the source is certainly Moodle XML: its first element is `<quiz>` without a namespace of others."""
    head = source.data[:8192]
    if b"<quiz" not in head:
        return False
    element = _FIRST_ELEMENT.search(_COMMENT.sub(b"", head))
    return element is not None and element[1] == b"quiz" and b"xmlns" not in element[2]


def percent_text(credit: Fraction) -> str:
    """Return a share as Moodle writes it: a third is `33.33333`."""
    known = _PERCENT_OF_CREDIT.get((credit.numerator, credit.denominator))
    return known if known is not None else decimal_text(credit * 100)


def nearest_legal(credit: Fraction) -> Fraction | None:
    """Return the share of Moodle's list that Moodle takes this one for, None where it would refuse it."""
    size = abs(credit)
    for legal in LEGAL_CREDITS:
        if abs(size - legal) <= _TOLERANCE:
            return legal if credit >= 0 else -legal
    return None


def decimal_text(value: Fraction) -> str:
    """Return a number as decimals: exactly where they end, else to 7 places."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    places, rest = 0, denominator
    while rest % 10 == 0:
        rest //= 10
        places += 1
    twos = fives = 0
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return f"{float(value):.7f}"
    places += max(twos, fives)
    digits = str(abs(numerator) * 10**places // denominator).rjust(places + 1, "0")
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def exact_share(value: Fraction) -> Fraction:
    """Return the simple fraction that decimals were cut from: `0.3333333` is a third. Others stay as they are."""
    if value.denominator < 10_000:
        return value
    simple = value.limit_denominator(24)
    return simple if abs(simple - value) <= Fraction(1, 2_000_000) else value
