"""Grades: what a scale makes of a score. Curves first, then rounding, then the boundaries; each step is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any, Literal

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule

HUNDRED = Fraction(100)
Curve = Literal["none", "add", "linear", "sqrt", "bavarian"]
Rounding = Literal["none", "half-up", "half-even", "down", "up"]
KNOWN = ("bands", "pass", "curve", "add", "factor", "round", "places", "cap", "best", "worst")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeScale:
    """How a score becomes a grade."""

    bands: tuple[tuple[str, Fraction], ...] = ()
    """Name and lower boundary in per cent, the best first; exactly at a boundary is the better grade."""
    passing: Fraction | None = None
    """Per cent from which on the exam is passed, where there are no bands."""
    curve: Curve = "none"
    add: Fraction = Fraction(0)
    """Per cent added by the curves `add` and `linear`."""
    factor: Fraction = Fraction(1)
    """What `linear` multiplies per cent with first."""
    best: Fraction = HUNDRED
    """`bavarian`: per cent of the grade 1."""
    worst: Fraction = Fraction(50)
    """`bavarian`: per cent of the grade 4, which is the last to pass."""
    rounding: Rounding = "none"
    places: int = 0
    cap: bool = True
    """Whether more than 100 per cent is 100."""

    def grade(self, score: Fraction, points: Fraction) -> str:
        """Return the grade of a score; empty where there are no points to earn."""
        if not points:
            return ""
        percent = self.percent(score, points)
        if self.bands:
            return next((name for name, lower in self.bands if percent >= lower), self.bands[-1][0])
        if self.passing is not None:
            return "pass" if percent >= self.passing else "fail"
        if self.curve == "bavarian":
            return _shown(round_to(self._bavarian(100 * score / points), self.rounding, self.places))
        return _shown(percent)

    def percent(self, score: Fraction, points: Fraction) -> Fraction:
        """Return per cent after the curve and the rounding, in that order."""
        percent = 100 * score / points
        match self.curve:
            case "add":
                percent += self.add
            case "linear":
                percent = percent * self.factor + self.add
            case "sqrt":
                percent = 10 * root(max(percent, Fraction(0)))
            case _:
                pass
        if self.cap:
            percent = min(percent, HUNDRED)
        return round_to(percent, self.rounding, self.places) if self.curve != "bavarian" else percent

    def _bavarian(self, percent: Fraction) -> Fraction:
        """Return the modified Bavarian formula, 1 + 3 (best − x)/(best − worst), between 1 and 5."""
        return min(max(1 + 3 * (self.best - percent) / (self.best - self.worst), Fraction(1)), Fraction(5))

    @property
    def sentences(self) -> list[str]:
        """How grades are made, in words."""
        said = []
        if self.curve != "none":
            said.append(f"Curve {self.curve}: {_CURVES[self.curve]}.")
        if self.rounding != "none":
            said.append(f"Per cent are rounded {self.rounding} to {self.places} places before the boundaries.")
        else:
            said.append("Per cent are not rounded before the boundaries.")
        if self.bands:
            said.append("Grades: " + ", ".join(f"{name} from {float(lower):g} %" for name, lower in self.bands) + ".")
        if self.passing is not None:
            said.append(f"Passed from {float(self.passing):g} %.")
        return said


_CURVES = {
    "add": "points of per cent added",
    "linear": "per cent times a factor plus a constant",
    "sqrt": "10 times the square root of per cent",
    "bavarian": "1 + 3 (best − x)/(best − worst)",
}


def root(value: Fraction) -> Fraction:
    """Return the square root, exact where it is rational, else to 15 decimals, rounded down."""
    bottom, top = isqrt(value.denominator), isqrt(value.numerator)
    if bottom * bottom == value.denominator and top * top == value.numerator:
        return Fraction(top, bottom)
    scale = 10**15
    return Fraction(isqrt(value.numerator * scale * scale // value.denominator), scale)


def round_to(value: Fraction, rounding: Rounding, places: int) -> Fraction:
    """Return a number rounded to some decimals; halves as the rounding says."""
    if rounding == "none":
        return value
    scaled = value * 10**places
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    half = Fraction(1, 2)
    up = {
        "half-up": rest >= half,
        "half-even": rest > half or (rest == half and floor % 2 == 1),
        "down": False,
        "up": rest > 0,
    }[rounding]
    return Fraction(floor + up, 10**places)


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def read_scale(table: Mapping[str, Any], place: Place, found: Diagnostics) -> GradeScale | None:
    """Return the scale of a rules file's `[grade]`; None, with findings, where it cannot be understood."""
    before = len(found)
    for name in table.keys() - set(KNOWN):
        found.add(grade_unclear(name, f"it is none of {', '.join(KNOWN)}"), place)
    curve = table.get("curve", "none")
    rounding = table.get("round", "none")
    if curve not in {"none", *_CURVES}:
        found.add(grade_unclear("curve", f"'{curve}' is none of none, {', '.join(_CURVES)}"), place)
    if rounding not in {"none", "half-up", "half-even", "down", "up"}:
        found.add(grade_unclear("round", f"'{rounding}' is none of none, half-up, half-even, down, up"), place)
    bands = _bands(table.get("bands", []), place, found)
    numbers = {name: _number(table, name, place, found) for name in ("pass", "add", "factor", "best", "worst")}
    if len(found) > before:
        return None
    return GradeScale(
        bands=bands,
        passing=numbers["pass"],
        curve=curve,
        add=numbers["add"] or Fraction(0),
        factor=numbers["factor"] if numbers["factor"] is not None else Fraction(1),
        best=numbers["best"] if numbers["best"] is not None else HUNDRED,
        worst=numbers["worst"] if numbers["worst"] is not None else Fraction(50),
        rounding=rounding,
        places=int(table.get("places", 0)),
        cap=bool(table.get("cap", True)),
    )


def _number(table: Mapping[str, Any], name: str, place: Place, found: Diagnostics) -> Fraction | None:
    if name not in table:
        return None
    try:
        return Fraction(str(table[name]))
    except (ValueError, ZeroDivisionError):
        found.add(grade_unclear(name, f"'{table[name]}' is no number"), place)
        return None


def _bands(rows: Sequence[Sequence[Any]], place: Place, found: Diagnostics) -> tuple[tuple[str, Fraction], ...]:
    try:
        bands = [(str(name), Fraction(str(lower))) for name, lower in rows]
    except (ValueError, TypeError, ZeroDivisionError):
        found.add(grade_unclear("bands", "it is no list of [name, per cent]"), place)
        return ()
    limits = [lower for _, lower in bands]
    if limits != sorted(set(limits), reverse=True):
        found.add(grade_unclear("bands", "the boundaries do not fall from the best grade to the worst"), place)
    return tuple(bands)


@rule("G211", Severity.ERROR)
def grade_unclear(name: str, reason: str) -> Text:
    """The grade scale of the rules file cannot be understood, so no grades would be right.

    `docs/scoring.md` shows a scale with bands, one with a pass mark, and the curves.
    """
    return Text(f"the grade scale's '{name}' is not clear: {reason}", 'e.g. bands = [["A", 90], ["B", 80], ["F", 0]]')
