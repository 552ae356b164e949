"""Grades: what a scale makes of a score. Curves first, then rounding, then the boundaries; each step is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt
from typing import Literal

HUNDRED = Fraction(100)
Curve = Literal["none", "add", "linear", "sqrt", "bavarian", "top", "mean-sd"]
Rounding = Literal["none", "half-up", "half-even", "down", "up"]
Divisor = Literal["n-1", "n"]
Quantile = Literal["linear", "lowest-of-best"]
Unit = Literal["percent", "points"]
OF_CLASS = frozenset({"top", "mean-sd"})
"""Curves that depend on the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohen:
    """A pass mark from the best of the class (Cohen-Schotanus and van der Vleuten, Medical Teacher 32, 2010, 154-160)."""

    share: Fraction = Fraction(60)
    """Per cent of the best candidates' score that passes."""
    percentile: Fraction = Fraction(95)
    """Whose score stands for the best."""
    guessing: bool = True
    """Whether what blind guessing earns is left out of both; Taylor's modified method (Medical Teacher 33, 2011) does not."""
    quantile: Quantile = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliding:
    """A pass mark that follows a hard exam down (German medical licensing, § 14 (6) ÄApprO: 22 per cent below the mean)."""

    below: Fraction
    """Per cent by which a score may stay below the mean."""
    anchor: Fraction = Fraction(0)
    """Per cent below which nobody passes."""
    repeaters: frozenset[str] = frozenset()
    """Ids of candidates who do not take it for the first time, so that their scores are not in the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeScale:
    """How a score becomes a grade."""

    bands: tuple[tuple[str, Fraction], ...] = ()
    """Name and lower boundary, the best first; exactly at a boundary is the better grade."""
    unit: Unit = "percent"
    """What the boundaries and the pass mark are in."""
    passing: Fraction | None = None
    """From which on the exam is passed, where there are no bands."""
    cohen: Cohen | None = None
    """Where the pass mark is found from the class instead."""
    sliding: Sliding | None = None
    above_pass: tuple[tuple[str, Fraction], ...] = ()
    """Names of grades with per cent of the way from the pass mark to 100, the best first."""
    failed: str = "fail"
    """What it is called not to pass."""
    curve: Curve = "none"
    add: Fraction = Fraction(0)
    """Per cent added by the curves `add` and `linear`."""
    factor: Fraction = Fraction(1)
    """What `linear` multiplies per cent with first."""
    best: Fraction = HUNDRED
    """`bavarian`: per cent of the grade 1."""
    worst: Fraction = Fraction(50)
    """`bavarian`: per cent of the grade 4, which is the last to pass."""
    mean: Fraction = Fraction(70)
    """`mean-sd`: per cent that the mean of the class becomes."""
    sd: Fraction = Fraction(10)
    """`mean-sd`: per cent that its standard deviation becomes."""
    divisor: Divisor = "n-1"
    """Which standard deviation that is."""
    rounding: Rounding = "none"
    places: int = 0
    cap: bool = True
    """Whether more than 100 per cent is 100."""
    found: tuple[str, ...] = field(default=(), compare=False)
    """What was found from the class, in sentences."""

    @property
    def needs_class(self) -> bool:
        """Whether nobody's grade is known before everybody's score is."""
        return self.curve in OF_CLASS or self.cohen is not None or self.sliding is not None

    def grade(self, score: Fraction, points: Fraction) -> str:
        """Return the grade of a score; empty where there are no points to earn."""
        if not points:
            return ""
        value = self.percent(score, points)
        if self.unit == "points":
            value = round_to(score, self.rounding, self.places)
        if self.bands:
            return next((name for name, lower in self.bands if value >= lower), self.bands[-1][0])
        if self.passing is not None:
            return self._passed(value, self.passing)
        if self.curve == "bavarian":
            return shown(round_to(self._bavarian(100 * score / points), self.rounding, self.places))
        return shown(value)

    def _passed(self, value: Fraction, passing: Fraction) -> str:
        if value < passing:
            return self.failed
        way = HUNDRED - passing
        return next((name for name, share in self.above_pass if value >= passing + way * share / 100), "pass")

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
        unit = "%" if self.unit == "percent" else "points"
        said = []
        if self.curve != "none":
            said.append(f"Curve {self.curve}: {self._curve_in_words()}.")
            said.append("More than 100 % is 100 %." if self.cap else "More than 100 % stays more than 100 %.")
        rounded = "Per cent" if self.unit == "percent" else "Points"
        if self.rounding != "none":
            said.append(f"{rounded} are rounded {self.rounding} to {self.places} places before the boundaries.")
        else:
            said.append(f"{rounded} are not rounded before the boundaries.")
        if self.bands:
            said.append(
                "Grades: " + ", ".join(f"{name} from {number(lower)} {unit}" for name, lower in self.bands) + "."
            )
        if self.passing is not None and self.sliding is None:
            said.append(f"Passed from {number(self.passing)} {unit}.")
        if self.above_pass:
            shares = ", ".join(f"{name} from {number(share)} %" for name, share in self.above_pass)
            said.append(f"Grades by the way from the pass mark to 100 %: {shares}.")
        if self.needs_class:
            said.append(
                "The class is everybody who was graded and whose score is final; absent candidates are not in it."
            )
        return said

    def _curve_in_words(self) -> str:
        return {
            "add": f"{number(self.add)} % added",
            "linear": f"per cent times {number(self.factor)} plus {number(self.add)}",
            "sqrt": "10 times the square root of per cent",
            "bavarian": f"1 + 3 (best − x)/(best − worst) with best = {number(self.best)} % and worst = {number(self.worst)} %",
            "top": "per cent divided by the highest per cent of the class, times 100",
            "mean-sd": f"{number(self.mean)} + {number(self.sd)} (x − mean)/SD, mean and SD of the class's per cent, SD with the"
            f" divisor {self.divisor}",
        }[self.curve]


def root(value: Fraction) -> Fraction:
    """Return the square root, exact where it is rational, else to 30 decimals, rounded down."""
    bottom, top = isqrt(value.denominator), isqrt(value.numerator)
    if bottom * bottom == value.denominator and top * top == value.numerator:
        return Fraction(top, bottom)
    scale = 10**30
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


def shown(value: Fraction) -> str:
    """Return a number as a table shows it."""
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def number(value: Fraction) -> str:
    """Return a number as a sentence says it: short, and exact where that is short."""
    return f"{float(value):.6g}"


WORDS: Mapping[str, str] = {
    "linear": "linear between neighbouring scores (R's type 7)",
    "lowest-of-best": "the lowest score of the best",
}
"""The definitions of a percentile."""
