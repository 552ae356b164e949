"""The table `[grade]` of a rules file."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.scoring.grades import (
    OF_CLASS,
    Cohen,
    Curve,
    Divisor,
    GradeScale,
    Quantile,
    Rounding,
    Sliding,
    Unit,
)

KNOWN = (
    "bands", "of", "pass", "share", "percentile", "guessing", "quantile", "sliding", "anchor", "repeaters", "above-pass", "fail",
    "curve", "add", "factor", "best", "worst", "mean", "sd", "divisor", "round", "places", "cap",
)  # fmt: skip
_OF: Mapping[str, tuple[str, ...]] = {
    "share": ("cohen",), "percentile": ("cohen",), "guessing": ("cohen",), "quantile": ("cohen",),
    "anchor": ("sliding",), "repeaters": ("sliding",),
    "add": ("curve add", "curve linear"), "factor": ("curve linear",), "best": ("curve bavarian",), "worst": ("curve bavarian",),
    "mean": ("curve mean-sd",), "sd": ("curve mean-sd",), "divisor": ("curve mean-sd",),
    "above-pass": ("pass",), "fail": ("pass",), "sliding": ("pass",),
}  # fmt: skip
"""Settings that mean nothing without another one."""


def read_scale(table: Mapping[str, Any], place: Place, found: Diagnostics) -> GradeScale | None:
    """Return the scale of a rules file's `[grade]`; None, with findings, where it cannot be understood."""
    return _Reader(table, place, found).scale()


class _Reader:
    def __init__(self, table: Mapping[str, Any], place: Place, found: Diagnostics) -> None:
        self.table, self.place, self.found = table, place, found
        self.before = len(found)

    def scale(self) -> GradeScale | None:
        for name in sorted(self.table.keys() - set(KNOWN)):
            self._unclear(name, f"it is none of {', '.join(KNOWN)}")
        curve = self._one_of("curve", get_args(Curve), "none")
        by_cohen = self.table.get("pass") == "cohen"
        scale = GradeScale(
            bands=self._bands("bands"),
            unit=self._one_of("of", get_args(Unit), "percent"),
            passing=None if by_cohen else self._number("pass", None),
            cohen=self._cohen() if by_cohen else None,
            sliding=self._sliding() if "sliding" in self.table else None,
            above_pass=self._bands("above-pass"),
            failed=str(self.table.get("fail", "fail")),
            curve=curve,
            add=self._number("add", 0),
            factor=self._number("factor", 1),
            best=self._number("best", 100),
            worst=self._number("worst", 50),
            mean=self._number("mean", 70),
            sd=self._number("sd", 10),
            divisor=self._one_of("divisor", get_args(Divisor), "n-1"),
            rounding=self._one_of("round", get_args(Rounding), "none"),
            places=self._places(),
            cap=self._truth("cap", default=True),
        )
        if len(self.found) == self.before:
            self._check(scale)
        return scale if len(self.found) == self.before else None

    def _cohen(self) -> Cohen:
        return Cohen(
            share=self._percent("share", 60),
            percentile=self._percent("percentile", 95),
            guessing=self._truth("guessing", default=True),
            quantile=self._one_of("quantile", get_args(Quantile), "linear"),
        )

    def _sliding(self) -> Sliding:
        repeaters = self.table.get("repeaters", [])
        if not isinstance(repeaters, list):
            self._unclear("repeaters", "it is no list of ids")
            repeaters = []
        return Sliding(
            below=self._percent("sliding", 22),
            anchor=self._percent("anchor", 0),
            repeaters=frozenset(map(str, repeaters)),
        )

    def _check(self, scale: GradeScale) -> None:
        """Report settings that contradict each other, or that would do nothing."""
        has_pass = "pass" in self.table
        if scale.bands and has_pass:
            self._unclear("pass", "there are bands as well; which of the two counts?")
        if scale.sliding is not None and scale.passing is None:
            self._unclear("sliding", "it lowers a pass mark in per cent, and there is none")
        if scale.unit == "points" and (scale.curve != "none" or scale.sliding or scale.cohen or scale.above_pass):
            self._unclear("of", "curves, sliding and Cohen's pass marks, and above-pass are in per cent")
        if scale.curve == "bavarian" and (scale.best == scale.worst or scale.bands or has_pass):
            self._unclear("curve", "the Bavarian formula gives grades itself, and best and worst must differ")
        if scale.curve in OF_CLASS and scale.cohen is not None:
            self._unclear("pass", "a curve by the class and a pass mark by the class would each undo the other")
        given = {f"curve {scale.curve}", *(["pass"] if has_pass else []), *(["cohen"] if scale.cohen else [])}
        given |= {"sliding"} if scale.sliding else set()
        for name, wanted in _OF.items():
            if name in self.table and not given & set(wanted):
                self._unclear(name, f"it means nothing without {' or '.join(wanted)}")

    def _unclear(self, name: str, reason: str) -> None:
        self.found.add(grade_unclear(name, reason), self.place)

    def _number(self, name: str, default: "int | None") -> Any:
        if name not in self.table:
            return default if default is None else Fraction(default)
        value = self.table[name]
        try:
            return Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            self._unclear(name, f"'{value}' is no number")
            return Fraction(default or 0)

    def _percent(self, name: str, default: int) -> Fraction:
        value: Fraction = self._number(name, default)
        if not 0 <= value <= 100:
            self._unclear(name, f"{value} is no per cent from 0 to 100")
        return value

    def _places(self) -> int:
        places = self._number("places", 0)
        if places.denominator != 1 or not -3 <= places <= 12:
            self._unclear("places", f"'{self.table['places']}' is no number of decimals")
            return 0
        return int(places)

    def _one_of(self, name: str, known: tuple[Any, ...], default: str) -> Any:
        value = self.table.get(name, default)
        if value not in known:
            self._unclear(name, f"'{value}' is none of {', '.join(map(str, known))}")
            return default
        return value

    def _truth(self, name: str, *, default: bool) -> bool:
        value = self.table.get(name, default)
        if not isinstance(value, bool):
            self._unclear(name, f"'{value}' is neither true nor false")
            return default
        return value

    def _bands(self, name: str) -> tuple[tuple[str, Fraction], ...]:
        rows: Sequence[Sequence[Any]] = self.table.get(name, [])
        try:
            bands = tuple((str(title), Fraction(str(lower))) for title, lower in rows)
        except (ValueError, TypeError, ZeroDivisionError):
            self._unclear(name, "it is no list of [name, number]")
            return ()
        limits = [lower for _, lower in bands]
        if limits != sorted(set(limits), reverse=True):
            self._unclear(name, "the boundaries do not fall from the best grade to the worst")
        elif bands and limits[-1] > 0:
            title, lower = bands[-1]
            self._unclear(
                name,
                f"what is below {float(lower):g} has no grade; end with a grade from 0 (or let '{title}' begin there)",
            )
        return bands


@rule("G211", Severity.ERROR)
def grade_unclear(name: str, reason: str) -> Text:
    """The grade scale of the rules file cannot be understood, so no grades would be right.

    `docs/scoring.md` shows a scale with bands, one with a pass mark, and the curves.
    """
    return Text(f"the grade scale's '{name}' is not clear: {reason}", 'e.g. bands = [["A", 90], ["B", 80], ["F", 0]]')
