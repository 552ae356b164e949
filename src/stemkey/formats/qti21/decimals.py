"""Numbers as QTI's floats spell them, exactly where decimals end, and back: `0.3333333333333333` is a third."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

_DIGITS = 17
_LONG = 14
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_LARGEST_EXPONENT = 400
_SIMPLE = 10_000
_SMALL = 24


def decimal_text(value: Fraction) -> str:
    """Return a number as decimals: exactly where they end soon, else with more digits than a float holds."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    rest, twos, fives = denominator, 0, 0
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    places = max(twos, fives)
    if rest != 1 or places > _DIGITS:
        return f"{Decimal(numerator) / Decimal(denominator):.{_DIGITS}g}"
    digits = str(abs(numerator) * 10**places // denominator).rjust(places + 1, "0")
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@lru_cache(maxsize=4096)
def read_decimal(text: str | None) -> Fraction | None:
    """Return the number that a text says, None where it says none (NaN and infinity are none)."""
    if text is None:
        return None
    text = text.strip()
    if not _NUMBER.match(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if number and abs(number.adjusted()) > _LARGEST_EXPONENT:
        return None
    value = Fraction(number)
    if len(number.as_tuple().digits) >= _LONG:
        simple = value.limit_denominator(_SIMPLE)
        if abs(simple - value) <= abs(value) / 10**12:
            return simple
    return value


def exact_share(share: Fraction) -> Fraction:
    """Return the simple fraction that a share was rounded from: 0.33 of one point, written by hand, is a third."""
    if share.denominator <= _SMALL:
        return share
    simple = share.limit_denominator(_SMALL)
    return simple if abs(simple - share) <= Fraction(1, 10_000) else share
