"""Shares in percent and numbers in decimals, as Moodle writes and accepts them."""

from fractions import Fraction

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
