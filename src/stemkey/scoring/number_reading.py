"""Numbers as people type them: decimal comma or point, thousands, powers of ten, fractions, units."""

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "＋": "+", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"}
)  # what keyboards type
_BODY = r"\d+(?:[.,' ]\d+)*[.,]?|[.,]\d+"
_NUMBER = re.compile(
    rf"^(?P<sign>[+-]?)\s*(?P<body>{_BODY})(?:\s*(?:[eE]|(?:[x×*·]\s*10\s*(?:\^|\*\*)?\s*))(?P<exponent>[+-]?\s*\d+))?\s*(?P<unit>.*)$",  # same
    re.DOTALL,
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_VULGAR = {
    chr(code): Fraction(unicodedata.numeric(chr(code))).limit_denominator(1000)
    for code in (*range(0xBC, 0xBF), *range(0x2150, 0x215F))
}
_MIXED = re.compile(rf"^(?P<sign>[+-]?)\s*(?P<whole>\d*)\s*(?P<part>[{''.join(_VULGAR)}])\s*(?P<unit>.*)$", re.DOTALL)
LARGEST_EXPONENT = 400


class Number(NamedTuple):
    """A number as it was typed."""

    value: Fraction
    digits: int
    """Significant digits."""
    unit: str
    """What follows it, without blanks around."""


class AmbiguousError(ValueError):
    """A number that means one thing with a decimal comma and another with a decimal point."""


def parse_number(text: str, decimal: str | None = None) -> Number | None:
    """Return the number that a text begins with; None where it begins with none.

    `decimal` is the sheet's decimal sign where it is known; the other sign then only groups thousands. Where it is
    not, `1,234` raises `AmbiguousError`, `1,5`, `1.5` and `1.234,5` do not.
    """
    clean = _POWER.sub(lambda power: "^" + power[0].translate(_SUPERSCRIPTS), text.strip().translate(_SIGNS))
    mixed = _MIXED.match(clean)
    if mixed:
        value = int(mixed["whole"] or 0) + _VULGAR[mixed["part"]]
        return Number(-value if mixed["sign"] == "-" else value, 15, mixed["unit"].strip())
    found = _NUMBER.match(clean)
    if found is None:
        return None
    body = _plain_decimal(found["body"], decimal)
    if body is None:
        return None
    exponent = int((found["exponent"] or "0").replace(" ", ""))
    if abs(exponent) > LARGEST_EXPONENT or len(body) > 500:
        return None
    value = Fraction(body) * Fraction(10) ** exponent
    significant = body.replace(".", "").lstrip("0")
    return Number(-value if found["sign"] == "-" else value, len(significant), found["unit"].strip())


def _plain_decimal(body: str, decimal: str | None) -> str | None:
    """Return digits with a point for the decimal sign and nothing else."""
    body = body.replace(" ", "").replace("'", "")
    if decimal is not None:
        other = "," if decimal == "." else "."
        plain = body.replace(other, "").replace(decimal, ".")
        return plain if plain.count(".") <= 1 and plain != "." else None
    signs = [sign for sign in body if sign in ".,"]
    if not signs:
        return body
    last = body.rpartition(signs[-1])
    if len(set(signs)) == 2:
        return _grouped(last[0], signs[0], last[2]) if signs[:-1] == [signs[0]] * (len(signs) - 1) else None
    if len(signs) > 1:
        return _grouped(body, signs[0], "")
    if signs[0] == "," and len(last[2]) == 3 and last[0].lstrip("0"):
        raise AmbiguousError(body)
    return f"{last[0] or '0'}.{last[2]}" if last[2] else last[0]


def _grouped(whole: str, sign: str, fraction: str) -> str | None:
    """Return a number whose thousands are grouped; None where the groups are no groups of three."""
    first, *groups = whole.split(sign)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
        return None
    whole = first + "".join(groups)
    return f"{whole}.{fraction}" if fraction else whole
