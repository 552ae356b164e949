"""Numbers as text: whole for machines, rounded for people. The only place where a report rounds."""

from fractions import Fraction
from math import isfinite

from stemkey.reports.document import Kind, Value

MINUS = "\u2212"
UNDEFINED = "\u2013"
"""Shown where a number is not defined; a finding says why."""


def exact(value: float | Fraction) -> str:
    """Return a number in its shortest form that reads back as the same number: `3`, `0.1`, `0.3333333333333333`."""
    if isinstance(value, Fraction):
        value = value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, int):
        return str(value)
    if not isfinite(value):
        raise ValueError("an undefined number is None, not NaN")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def shown(value: Value, kind: Kind) -> str:
    """Return a value as people read it: `63 %`, `0.41`, `7.5`, `12,345`; a dash where it is not defined."""
    if value is None:
        return UNDEFINED
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    match kind:
        case Kind.COUNT:
            return _signed(f"{value:,}")
        case Kind.PROPORTION:
            return _signed(f"{_fixed(100 * value, 0)}\u202f%")
        case Kind.PERCENT:
            return _signed(f"{_fixed(value, 1)}\u202f%")
        case Kind.SCORE:
            return _signed(_trimmed(_fixed(value, 2)))
        case _:
            return _signed(_fixed(value, 2))


def _fixed(value: float | Fraction, places: int) -> str:
    # Halves go away from zero, as a reader with a pencil rounds, and exactly: 0.125 is no binary accident.
    scaled = abs(Fraction(value)) * 10**places
    rounded = int(scaled + Fraction(1, 2))
    digits = f"{rounded:0{places + 1}d}"
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    sign = "-" if value < 0 and rounded else ""
    return f"{sign}{int(whole):,}" + (f".{part}" if part else "")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(text: str) -> str:
    return text.replace("-", MINUS, 1)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: `1 question`, `1,200 questions`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
