"""Numbers as conditions: exact with a margin, precise to some digits, a range.

Canvas knows three shapes and nothing else; a bare `varequal` or a one-sided range is no answer there.
"""

from fractions import Fraction
from math import floor, log10

from stemkey.formats.qti12.item_parts import Test
from stemkey.formats.qti12.meta import fraction
from stemkey.model import EMPTY, AcceptedNumber, Content, ToleranceKind

# Further than any answer: what stands for a bound that the author did not give.
_FAR = Fraction(10) ** 15


def read_number(tests: tuple[Test, ...], credit: Fraction, feedback: Content = EMPTY) -> AcceptedNumber | None:
    """Return the number that a condition accepts; None where it accepts none that we can tell."""
    found: dict[str, list[str]] = {}
    _collect(tests, found)
    value = fraction(_first(found, "varequal"))
    lower = fraction(_first(found, "vargte", "vargt"))
    upper = fraction(_first(found, "varlte", "varlt"))
    if value is None and lower is None and upper is None:
        return None
    if value is None:
        return AcceptedNumber(
            lower=lower,
            upper=upper,
            lower_open="vargt" in found and "vargte" not in found,
            upper_open="varlt" in found and "varlte" not in found,
            credit=credit,
            feedback=feedback,
        )
    written = (_first(found, "varequal") or "").strip()
    written = written if _shows_zeros(written) else ""
    if lower is None or upper is None:
        return AcceptedNumber(value=value, credit=credit, feedback=feedback, written=written)
    digits = _digits(value, lower, upper) if "vargt" in found and "vargte" not in found else None
    if digits is not None:
        kind, tolerance = ToleranceKind.SIGNIFICANT, Fraction(digits)
    else:
        kind, tolerance = ToleranceKind.ABSOLUTE, max(upper - value, value - lower)
    return AcceptedNumber(
        value=value, tolerance=tolerance, kind=kind, credit=credit, feedback=feedback, written=written
    )


def _collect(tests: tuple[Test, ...], found: dict[str, list[str]]) -> None:
    for test in tests:
        if test.operator == "not":
            continue
        if test.parts:
            _collect(test.parts, found)
        else:
            found.setdefault(test.operator, []).append(test.value)


def _first(found: dict[str, list[str]], *operators: str) -> str | None:
    return next((found[operator][0] for operator in operators if operator in found), None)


def _shows_zeros(text: str) -> bool:
    """Whether a number ends in zeros that say how exact it is: `3.10`; not `3.0`, which Canvas writes for 3."""
    return "." in text and text.endswith("0") and not text.endswith(".0") and "e" not in text.lower()


def _digits(value: Fraction, lower: Fraction, upper: Fraction) -> int | None:
    """Return the number of significant digits that bounds around a value stand for; None where they stand for none."""
    width = upper - lower
    if width <= 0 or value == 0 or value - lower != upper - value:
        return None
    try:
        exponent = round(log10(width))
    except (ValueError, OverflowError):  # too small or too large for a float
        return None
    if Fraction(10) ** exponent != width:
        return None
    digits = floor(log10(abs(value))) - exponent + 1
    return digits if digits > 0 else None


def number_test(entry: AcceptedNumber, respident: str) -> str:
    """Return the condition for a number, in the shape that Canvas reads."""
    if entry.value is None:
        lower = entry.lower if entry.lower is not None else -_FAR
        upper = entry.upper if entry.upper is not None else _FAR
        low = "vargt" if entry.lower_open else "vargte"
        high = "varlt" if entry.upper_open else "varlte"
        return _bounds(low, lower, high, upper, respident)
    value = entry.value
    low = "vargte"
    match entry.kind:
        case ToleranceKind.SIGNIFICANT:
            margin, low = _half_width(value, int(entry.tolerance)), "vargt"
        case ToleranceKind.RELATIVE:
            margin = abs(value) * entry.tolerance
        case _:
            margin = entry.tolerance
    exact = entry.written if entry.written and fraction(entry.written) == value else number_text(value)
    bounds = _bounds(low, value - margin, "varlte", value + margin, respident)
    return f'<or><varequal respident="{respident}">{exact}</varequal><and>{bounds}</and></or>'


def _half_width(value: Fraction, digits: int) -> Fraction:
    magnitude = floor(log10(abs(value))) if value else 0
    return Fraction(10) ** (magnitude - digits + 1) / 2


def _bounds(low: str, lower: Fraction, high: str, upper: Fraction, respident: str) -> str:
    return (
        f'<{low} respident="{respident}">{number_text(lower)}</{low}>'
        f'<{high} respident="{respident}">{number_text(upper)}</{high}>'
    )


def number_text(value: Fraction) -> str:
    """Return a number with all its digits where it has finitely many, `1.0` for 1; else the nearest float."""
    rest = value.denominator
    places = 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    while rest % 2 == 0:
        rest, places = rest // 2, places + 1
    while rest % 5 == 0:
        rest, places = rest // 5, places + 1
    if rest != 1 or places > 30:
        return repr(float(value))
    scaled = abs(value.numerator) * 10**places // value.denominator
    whole, part = divmod(scaled, 10**places)
    digits = f"{part:0{places}d}".rstrip("0") if places else ""
    return f"{'-' if value < 0 else ''}{whole}.{digits or '0'}"
