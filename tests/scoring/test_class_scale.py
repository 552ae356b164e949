"""What a class makes of a scale, against worked examples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics, Span
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.class_scale import Result, cohen_mark, quantile, settled, sliding_mark, standard_deviation
from stemkey.scoring.grades import Cohen, GradeScale, Sliding

F = Fraction
PLACE = Span("rules.toml", 1)


def test_cohens_worked_example() -> None:
    # 30 questions of 5 options, 80 candidates; the best four have 27, 26, 26 and 24 points, so the pass mark is 16.8.
    scores = [F(27), F(26), F(26), F(24), *(F(23 - n % 20) for n in range(76))]
    top = quantile(scores, F(95, 100), "lowest-of-best")
    assert top == 24
    assert cohen_mark(Cohen(), top, F(30, 5)) == F("16.8")


def test_percentiles_are_those_of_r() -> None:
    # R: quantile(c(20, 40, 60, 80, 90), c(.95, .5), type = 7) is 88 and 60.
    values = [F(value) for value in (90, 20, 60, 40, 80)]
    assert [quantile(values, share, "linear") for share in (F(95, 100), F(1, 2))] == [88, 60]


@given(st.lists(st.fractions(0, 100, max_denominator=12), min_size=1, max_size=12))
def test_a_percentile_is_between_the_lowest_and_the_highest(values: list[Fraction]) -> None:
    for found in (quantile(values, F(95, 100), "linear"), quantile(values, F(95, 100), "lowest-of-best")):
        assert min(values) <= found <= max(values)


@pytest.mark.parametrize(
    ("mean", "anchor", "mark"), [(50, 0, 39), (50, 50, 50), (90, 0, 60), (F("76.9"), 0, F("59.982")), (10, 0, F("7.8"))]
)
def test_the_sliding_mark_is_never_above_the_fixed_one_nor_below_its_anchor(
    mean: Fraction, anchor: int, mark: Fraction
) -> None:
    assert sliding_mark(Sliding(below=F(22), anchor=F(anchor)), F(60), F(mean)) == mark


def test_the_standard_deviation_says_its_divisor() -> None:
    values = [F(value) for value in (2, 4, 4, 4, 5, 5, 7, 9)]
    assert standard_deviation(values, at_least_two=False) == 2
    assert standard_deviation(values, at_least_two=True) ** 2 == pytest.approx(32 / 7)


@given(
    st.lists(st.fractions(0, 10, max_denominator=6), min_size=2, max_size=8).filter(lambda scores: len(set(scores)) > 1)
)
def test_a_class_scaled_to_a_mean_and_a_deviation_has_them(scores: list[Fraction]) -> None:
    scale = GradeScale(curve="mean-sd", mean=F(70), sd=F(10), cap=False)
    class_ = [Result(str(n), score, F(10)) for n, score in enumerate(scores)]
    found = Diagnostics()
    made = settled(scale, class_, AnswerKey(items=(), tick=F(1)), PLACE, found)
    assert made is not None
    scaled = [made.percent(score, F(10)) for score in scores]
    assert float(sum(scaled)) / len(scaled) == pytest.approx(70)
    assert float(standard_deviation(scaled, at_least_two=True)) == pytest.approx(10)
    assert found.freeze() == ()


@pytest.mark.parametrize("curve", ["top", "mean-sd"])
def test_a_class_of_nobody_has_no_grades(curve: str) -> None:
    found = Diagnostics()
    scale = GradeScale(curve=curve)  # type: ignore[arg-type]  # two of its literals
    assert settled(scale, [], AnswerKey(items=(), tick=F(1)), PLACE, found) is None
    assert [finding.code for finding in found] == ["G261"]
