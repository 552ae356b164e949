"""Every statistic equals what R gives for classes that we generate: `reference/make.R` is script, seed and definitions."""

import csv
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from stemkey.analysis.distributions import f_probability, f_quantile

REFERENCE = Path(__file__).parent / "reference"
SETS = ("class200", "small12", "skewed", "weighted", "letters5")
ITEM_FIELDS = {
    "facility": "facility",
    "sd_item": "standard_deviation",
    "item_total": "item_total",
    "item_rest": "item_rest",
    "D27": "discrimination_index",
    "alpha_if_deleted": "alpha_if_deleted",
}
TEST_FIELDS = {
    "alpha": "alpha",
    "sem": "standard_error_of_measurement",
    "mean": "mean",
    "median": "median",
    "sd": "standard_deviation",
    "minimum": "minimum",
    "maximum": "maximum",
    "skewness": "skewness",
    "kurtosis": "kurtosis",
}
Values = dict[tuple[str, str, str], float | None]


def read_results() -> dict[str, Values]:
    results: dict[str, Values] = defaultdict(dict)
    with (REFERENCE / "results.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            value = None if row["value"] == "NA" else float(row["value"])
            results[row["set"]][row["statistic"], row["item"], row["choice"]] = value
    return results


RESULTS = read_results()


def read_class(name: str) -> tuple[list[list[str]], list[Fraction]]:
    with (REFERENCE / f"{name}.csv").open(newline="") as file:
        rows = [row[1:] for row in list(csv.reader(file))[1:]]
    with (REFERENCE / "points.csv").open(newline="") as file:
        points = [Fraction(row["points"]) for row in csv.DictReader(file) if row["set"] == name]
    return rows, points


@pytest.fixture(scope="module", params=SETS)
def compared(request: pytest.FixtureRequest, quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> Any:
    rows, points = read_class(request.param)
    quiz = quiz_of(["A"] * len(points), "ABCDE", points)
    return analysed(quiz, rows).analysis, RESULTS[request.param], rows


def agree(value: float | None, reference: float | None) -> bool:
    if value is None or reference is None:
        return value is None and reference is None
    return value == pytest.approx(reference, rel=1e-9, abs=1e-9)


def test_the_test_agrees(compared: Any) -> None:
    analysis, reference, rows = compared
    for name, field in TEST_FIELDS.items():
        assert agree(getattr(analysis.test, field), reference[name, "", ""]), name
    low, high = analysis.test.alpha_interval
    assert agree(low, reference["alpha_lower", "", ""])
    assert agree(high, reference["alpha_upper", "", ""])
    assert analysis.test.candidates == len(rows)


def test_the_items_agree(compared: Any) -> None:
    analysis, reference, _ = compared
    for item in analysis.items:
        for name, field in ITEM_FIELDS.items():
            expected = reference.get((name, item.number, ""))
            assert agree(getattr(item, field), expected), (name, item.number)


def test_the_choices_agree(compared: Any) -> None:
    analysis, reference, rows = compared
    for place, item in enumerate(analysis.items):
        assert item.omitted == sum(row[place] == "" for row in rows)
        for choice in item.choices:
            count = reference.get(("count", item.number, choice.label), 0)
            assert choice.count == count
            assert choice.proportion == count / len(rows)
            assert agree(choice.point_biserial, reference.get(("point_biserial", item.number, choice.label)))
            assert agree(choice.mean_score, reference.get(("mean_score", item.number, choice.label)))


@pytest.mark.parametrize(("case", "expected"), list(RESULTS["qf"].items()))
def test_quantiles_of_f_agree(case: tuple[str, str, str], expected: float) -> None:
    _, first, rest = case
    probability, second = map(float, rest.split())
    assert f_quantile(probability, float(first), second) == pytest.approx(expected, rel=1e-11)
    assert f_probability(expected, float(first), second) == pytest.approx(probability, rel=1e-9)
