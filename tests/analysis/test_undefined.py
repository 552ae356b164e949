"""A number that is not defined is None, and a finding says why; one finding a reason, not one an item."""

from collections.abc import Callable
from typing import Any

import pytest

CASES = {
    "one candidate": ("AB", [["A", "B"]], {"A101"}),
    "one item": ("A", [["A"], ["B"]], {"A104", "A108"}),
    "two items": ("AB", [["A", "B"], ["B", "B"], ["A", "C"]], {"A109"}),
    "all the same": ("AB", [["A", "B"]] * 20, {"A103", "A102"}),
    "an item without variance": ("ABC", [["A", "B", "C"], ["A", "C", "C"], ["A", "B", "D"]], {"A102"}),
}


@pytest.mark.parametrize("name", CASES)
def test_reasons_are_said(name: str, quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> None:
    keys, rows, expected = CASES[name]
    result = analysed(quiz_of(keys), rows)
    assert expected <= set(result.codes())
    reasons = [code for code in result.codes() if code.startswith("A1")]
    assert len(reasons) == len(set(reasons))


def test_one_candidate_has_counts_and_facility_only(quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> None:
    result = analysed(quiz_of("AB"), [["A", "C"]])
    first, second = result.analysis.items
    assert (first.facility, second.facility) == (1.0, 0.0)
    assert (first.standard_deviation, first.item_rest, first.discrimination_index) == (None, None, None)
    assert result.analysis.test.mean == 1.0
    assert result.analysis.test.standard_deviation is None


def test_an_item_that_all_have_right_stays_in_alpha(quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> None:
    rows = [["A", "A", "A"], ["A", "A", "B"], ["A", "B", "A"], ["A", "B", "B"], ["A", "A", "A"]]
    test = analysed(quiz_of("AAA"), rows).analysis.test
    # k = 3 with variances 0, .3, .3 and total variance .7: 3/2 (1 - .6/.7)
    assert test.alpha == pytest.approx(1.5 * (1 - 0.6 / 0.7))


def test_the_discrimination_index_needs_fifteen(quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> None:
    rows = [["A", "A"]] * 7 + [["B", "B"]] * 7
    assert analysed(quiz_of("AA"), rows).analysis.items[0].discrimination_index is None
    assert analysed(quiz_of("AA"), [*rows, ["A", "B"]]).analysis.items[0].discrimination_index == pytest.approx(1.0)
