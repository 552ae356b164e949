"""What a typed answer is worth: the first accepted answer that fits counts.

Nothing here is a regular expression of the author's, so nothing can hang: wildcards are matched in time proportional to
the lengths of pattern and text.
"""

import unicodedata
from collections.abc import Callable
from fractions import Fraction
from html import unescape

from stemkey.model import AcceptedNumber, AcceptedText, TextEntryInteraction, ToleranceKind, Unit
from stemkey.scoring.reading import Reading

NOTHING, ALL = Fraction(0), Fraction(1)
Normalise = Callable[[str], str]

TEXT_RULES = {
    "listed": "one of the accepted texts, but for blanks around and inside it and for case",
    "moodle": "one of the accepted texts as Moodle compares: blanks around it and case do not count, blanks inside it do",
    "contains": "an accepted text occurs in the answer, but for blanks and case",
    "canvas": "one of the accepted texts as Canvas compares: blanks around it and case do not count",
}
"""Names of the ways to compare texts."""

_ANYTHING, _ASTERISK = "\ue000", "\ue001"
"""Stand for `*` and `\\*` while a pattern is cleaned: characters of nobody's alphabet."""
_ARTICLES = ("the ", "a ", "an ")
_QUOTES = str.maketrans("’‘`“”„«»–—−", '\'\'\'"""""---')


def _without_article(text: str) -> str:
    start = next((article for article in _ARTICLES if text.casefold().startswith(article)), "")
    return text[len(start) :]


NORMALISATIONS: dict[str, Normalise] = {
    "case": str.casefold,
    "collapse-space": lambda text: " ".join(text.split()),
    "accents": lambda text: "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)),
    "punctuation": lambda text: "".join(c for c in text if not unicodedata.category(c).startswith("P")).strip(),
    "quotes": lambda text: text.translate(_QUOTES),
    "width": lambda text: unicodedata.normalize("NFKC", text),
    "articles": _without_article,
}
"""What may be overlooked besides; each is asked for by name."""


def entry_credit(
    interaction: TextEntryInteraction,
    reading: Reading,
    rule: str,
    normalisations: tuple[str, ...] = (),
    distance: int = 0,
) -> Fraction:
    """Return the credit of a typed answer."""
    for entry in interaction.accepted:
        if isinstance(entry, AcceptedText):
            if _fits_text(entry, reading.text, interaction, rule, normalisations, distance):
                return entry.credit
        else:
            number_credit = _moodle_number_credit if rule == "moodle" else _number_credit
            credit = number_credit(entry, reading, interaction)
            if credit is not None:
                return credit
    return NOTHING


def _fits_text(
    entry: AcceptedText,
    text: str,
    interaction: TextEntryInteraction,
    rule: str,
    normalisations: tuple[str, ...],
    distance: int,
) -> bool:
    clean = _cleaner(rule, normalisations, case_sensitive=interaction.case_sensitive)
    given = clean(text)
    if entry.wildcards and "*" in entry.text:
        asterisk = "" if "punctuation" in normalisations else "\\*"
        # What overlooks punctuation must not overlook the signs that stand for anything.
        hidden = clean(entry.text.replace("\\*", _ASTERISK).replace("*", _ANYTHING))
        return fits_wildcards(hidden.replace(_ANYTHING, "*").replace(_ASTERISK, asterisk), given)
    wanted = clean(entry.text)
    if rule == "contains":
        return bool(wanted) and wanted in given
    return wanted == given or (distance > 0 and _edit_distance(wanted, given, distance) <= distance)


def _cleaner(rule: str, normalisations: tuple[str, ...], *, case_sensitive: bool) -> Normalise:
    def clean(text: str) -> str:
        text = unicodedata.normalize("NFC", unescape(text) if rule == "canvas" else text).strip()
        if rule in {"listed", "contains"}:
            text = " ".join(text.split())
        for name in normalisations:
            text = NORMALISATIONS[name](text)
        if case_sensitive:
            return text
        return text.lower() if rule == "canvas" else text.casefold()

    return clean


def fits_wildcards(pattern: str, text: str) -> bool:
    r"""Whether a text fits a pattern in which `*` is any run of characters and `\*` an asterisk.

    Each piece between asterisks is looked for from where the one before it ended; the leftmost place is always good enough.
    """
    pieces = pattern.replace("\\*", "\0").split("*")
    if len(pieces) == 1:
        return pieces[0].replace("\0", "*") == text
    first, *middle, last = (piece.replace("\0", "*") for piece in pieces)
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    start, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True


def _edit_distance(a: str, b: str, most: int) -> int:
    """Return the Levenshtein distance, or more than `most` where it is more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def _number_credit(entry: AcceptedNumber, reading: Reading, interaction: TextEntryInteraction) -> Fraction | None:
    """Return the credit where the number fits, in the right unit or against the penalty; else None."""
    if reading.value is None:
        return None
    unit = _unit(interaction, reading.unit)
    if not interaction.units:
        return entry.credit if not reading.unit and fits_number(entry, reading.value, reading.digits) else None
    if unit is not None:
        return entry.credit if fits_number(entry, reading.value / unit.multiplier, reading.digits) else None
    if not reading.unit and not interaction.unit_required:
        return entry.credit if fits_number(entry, reading.value, reading.digits) else None
    # A wrong or missing unit: the number may still be right in any of the units (Moodle's unit penalty).
    multipliers = [known.multiplier for known in interaction.units if known.multiplier]
    if any(fits_number(entry, reading.value / multiplier, reading.digits) for multiplier in multipliers):
        return max(entry.credit * (ALL - interaction.unit_penalty), NOTHING) if interaction.unit_penalty else None
    return None


def _moodle_number_credit(
    entry: AcceptedNumber, reading: Reading, interaction: TextEntryInteraction
) -> Fraction | None:
    """Return the credit where the number fits as Moodle compares, else None.

    A number in one of the units is converted. If that does not fit, or the unit is not known or missing, the number
    counts as it stands, against the unit penalty: `3.14 frogs` is right where units are not graded.
    """
    if reading.value is None:
        return None
    unit = _unit(interaction, reading.unit, blank="")
    if unit is not None and fits_number(entry, reading.value / unit.multiplier, reading.digits):
        return entry.credit
    if not fits_number(entry, reading.value, reading.digits):
        return None
    return max(entry.credit * (ALL - interaction.unit_penalty), NOTHING)


def _unit(interaction: TextEntryInteraction, name: str, blank: str = " ") -> Unit | None:
    wanted = blank.join(name.split())
    units = (unit for unit in interaction.units if unit.multiplier)
    return next((unit for unit in units if wanted and blank.join(unit.name.split()) == wanted), None)


def fits_number(entry: AcceptedNumber, number: Fraction, digits: int | None = None) -> bool:
    """Whether a number lies within what is accepted; limits belong to it unless they are open."""
    if entry.value is None:
        return _is_between(entry, number)
    match entry.kind:
        case ToleranceKind.ABSOLUTE:
            return abs(number - entry.value) <= entry.tolerance
        case ToleranceKind.RELATIVE:
            return abs(number - entry.value) <= entry.tolerance * abs(entry.value)
        case ToleranceKind.GEOMETRIC:
            low, high = sorted((entry.value / (1 + entry.tolerance), entry.value * (1 + entry.tolerance)))
            return low <= number <= high
        case ToleranceKind.SIGNIFICANT:
            return rounded(number, int(entry.tolerance)) == rounded(entry.value, int(entry.tolerance))


def _is_between(entry: AcceptedNumber, number: Fraction) -> bool:
    if entry.lower is not None and (number < entry.lower or (entry.lower_open and number == entry.lower)):
        return False
    return not (entry.upper is not None and (number > entry.upper or (entry.upper_open and number == entry.upper)))


def rounded(number: Fraction, digits: int) -> Fraction:
    """Return a number rounded to so many significant digits, halves away from zero; exactly."""
    if not number or digits < 1:
        return number
    size = abs(number)
    # The power of ten of the first digit, from the lengths of numerator and denominator, corrected by at most one.
    power = len(str(size.numerator)) - len(str(size.denominator))
    power -= size < Fraction(10) ** power
    unit = Fraction(10) ** (power - digits + 1)
    steps = size / unit + Fraction(1, 2)
    whole = steps.numerator // steps.denominator
    return (whole if number > 0 else -whole) * unit
