"""Grades: curve, rounding, boundary, in that order."""

from fractions import Fraction
from typing import Any

import pytest

from stemkey.diagnostics import Diagnostics, Span
from stemkey.scoring.grade_table import read_scale
from stemkey.scoring.grades import GradeScale, root, round_to

F = Fraction
BANDS = (("A", F(90)), ("B", F(80)), ("F", F(0)))


def scale(**table: Any) -> GradeScale:
    found = Diagnostics()
    made = read_scale(table, Span("rules.toml", 1), found)
    assert made is not None, found.freeze()
    return made


def test_exactly_at_a_boundary_is_the_better_grade() -> None:
    letters = scale(bands=[["A", 90], ["B", 80], ["F", 0]])
    assert [letters.grade(F(score), F(10)) for score in ("9", "8.99", "8", "0", "-1")] == ["A", "B", "B", "F", "F"]


def test_rounding_before_the_boundary_is_said_and_matters() -> None:
    exact = scale(bands=[["D", 60], ["F", 0]])
    rounded = scale(bands=[["D", 60], ["F", 0]], round="half-up")
    assert (exact.grade(F("5.95"), F(10)), rounded.grade(F("5.95"), F(10))) == ("F", "D")
    assert any("not rounded" in sentence for sentence in exact.sentences)
    assert any("half-up" in sentence for sentence in rounded.sentences)


@pytest.mark.parametrize(
    ("rounding", "expected"), [("half-up", 3), ("half-even", 2), ("down", 2), ("up", 3), ("none", F(5, 2))]
)
def test_halves_go_as_the_rounding_says(rounding: Any, expected: Fraction) -> None:
    assert round_to(F(5, 2), rounding, 0) == expected


def test_curves() -> None:
    assert scale(curve="add", add=5, bands=[["A", 90], ["F", 0]]).percent(F(9), F(10)) == 95
    assert scale(curve="sqrt").percent(F(36), F(100)) == 60
    assert scale(curve="linear", factor="1.25").percent(F(9), F(10)) == 100  # capped
    assert scale(curve="linear", factor="1.25", cap=False).percent(F(9), F(10)) == F(225, 2)
    bavarian = scale(curve="bavarian", best=100, worst=50, round="down", places=1)
    assert [bavarian.grade(F(score), F(100)) for score in (100, 75, 50, 10)] == ["1", "2.5", "4", "5"]


def test_a_pass_mark() -> None:
    assert [scale(**{"pass": 60}).grade(F(score), F(10)) for score in (6, 5)] == ["pass", "fail"]
    assert scale(**{"pass": 60}).grade(F(0), F(0)) == ""


def test_roots_of_squares_are_exact() -> None:
    assert root(F(9, 4)) == F(3, 2)
    assert float(root(F(2))) == pytest.approx(2**0.5, abs=1e-14)


@pytest.mark.parametrize(
    "table", [{"bands": [["A"]]}, {"curve": "steep"}, {"round": "nearest"}, {"pass": "x"}, {"band": []}]
)
def test_what_is_unclear_makes_no_grades(table: Any) -> None:
    found = Diagnostics()
    assert read_scale(table, Span("rules.toml", 1), found) is None
    assert {finding.code for finding in found} == {"G211"}
