"""A tally is a sum: neither the order of the candidates nor the size of the batches changes a bit."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.analysis.analysis import analyse
from stemkey.analysis.tally import RunningTally, Tally, tally, tally_all
from stemkey.diagnostics import Diagnostics
from stemkey.scoring.score import score
from stemkey.sheets.table import Damaged

DAMAGED = Damaged("#N/A", "is an error value, not an answer")
CELLS = st.sampled_from(["A", "B", "C", "D", "", "E", "A, B", None, DAMAGED])
CLASSES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def tools(quiz_of: Callable[..., Any], key_of: Callable[..., Any], batch_of: Callable[..., Any]) -> Any:
    key = key_of(quiz_of("ABC", points=[1, Fraction(1, 3), 2]))

    def count(rows: Any) -> Tally:
        return tally(score(batch_of(rows), key), key) if rows else Tally.empty(key)

    return key, count, batch_of


@settings(max_examples=60, deadline=None)
@given(rows=CLASSES, data=st.data())
def test_order_and_partition_do_not_matter(tools: Any, rows: Any, data: st.DataObject) -> None:
    _, count, _ = tools
    whole = count(rows)
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    parts = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    counted = [count(part) for part in parts]
    assert sum(counted[1:], counted[0]) == whole
    assert sum(reversed(counted[1:]), counted[0]) == whole


@settings(max_examples=40, deadline=None)
@given(a=CLASSES, b=CLASSES, c=CLASSES)
def test_merge_is_exact_commutative_and_associative(tools: Any, a: Any, b: Any, c: Any) -> None:
    key, count, _ = tools
    x, y, z = count(a), count(b), count(c)
    assert x + y == y + x == count([*a, *b])
    assert (x + y) + z == x + (y + z)
    assert x + Tally.empty(key) == x == Tally.empty(key) + x


@settings(max_examples=40, deadline=None)
@given(rows=CLASSES, data=st.data())
def test_the_analysis_of_a_shuffled_class_is_the_same(tools: Any, rows: Any, data: st.DataObject) -> None:
    key, count, _ = tools
    found, again = Diagnostics(), Diagnostics()
    assert analyse(count(rows), key, found) == analyse(count(data.draw(st.permutations(rows))), key, again)
    assert found.freeze() == again.freeze()


@settings(max_examples=60, deadline=None)
@given(rows=CLASSES)
def test_the_analysis_of_any_class_is_finite_and_in_range(tools: Any, rows: Any) -> None:
    key, count, _ = tools
    analysis = analyse(count(rows), key, Diagnostics())
    for item in analysis.items:
        assert item.n == sum(row[int(item.number) - 1] is not None for row in rows)
        counted = (
            item.answered, item.omitted, item.not_reached, item.invalid, item.several_marks, item.unreadable,
        )  # fmt: skip
        assert sum(counted) == item.n
        for value in (item.item_total, item.item_rest, item.discrimination_index):
            assert value is None or -1 - 1e-12 <= value <= 1 + 1e-12
        assert item.facility is None or 0 <= item.facility <= 1
        for row in item.trace:
            assert all(share is None or -1e-12 <= share <= 1 + 1e-12 for share in row)


def test_totals_far_apart_are_counted_as_well(quiz_of: Any, key_of: Any, batch_of: Any) -> None:
    key = key_of(quiz_of("AAA", points=[Fraction(1, 99991), 1000, 1]))
    rows = [["A", "B", "A"], ["A", "A", "A"], ["B", "A", "B"], ["B", "B", "B"]]
    counted = tally(score(batch_of(rows), key), key)
    assert list(counted.totals) == [0, 99991 + 1, 1000 * 99991, 1001 * 99991 + 1]
    analysis = analyse(counted, key, Diagnostics())
    assert analysis.test.mean == pytest.approx(500.5 + 0.5 / 99991)
    totals = np.array([1001 + 1 / 99991, 1000, 1 + 1 / 99991, 0])
    assert analysis.test.standard_deviation == pytest.approx(totals.std(ddof=1), rel=1e-12)


def test_batches_and_a_running_tally_give_the_same(quiz_of: Any, key_of: Any, batch_of: Any) -> None:
    key = key_of(quiz_of("AB"))
    parts = [score(batch_of(rows), key) for rows in ([["A", "B"], ["", "C"]], [["D", "B"]])]
    running = RunningTally(key)
    for part in parts:
        running.write(part)
    assert running.tally == tally_all(parts, key)
    running.restart()
    assert running.tally == Tally.empty(key)


def test_a_candidate_with_a_damaged_cell_counts_where_nothing_is_guessed(
    quiz_of: Any, analysed: Callable[..., Any]
) -> None:
    rows = [["A", "B"], ["B", "B"], ["A", "C"], [DAMAGED, "B"]]
    result = analysed(quiz_of("AB"), rows)
    first, second = result.analysis.items
    assert (first.n, first.unreadable, second.n, second.answered) == (4, 1, 4, 4)
    assert first.facility == pytest.approx(2 / 3)  # of those whose response can be read
    assert second.facility == pytest.approx(3 / 4)
    assert result.analysis.test.candidates == 4
    assert sum(count for _, count in result.analysis.test.distribution) == 3
    assert "A106" in result.codes()


def test_an_item_not_given_is_no_blank(quiz_of: Any, analysed: Callable[..., Any]) -> None:
    rows = [["A", None], ["A", "B"], ["B", "B"], [None, "A"]]
    result = analysed(quiz_of("AB"), rows)
    first, second = result.analysis.items
    assert (first.n, first.omitted, second.n, second.omitted) == (3, 0, 3, 0)
    assert result.analysis.test.alpha is None
    assert "A105" in result.codes()
