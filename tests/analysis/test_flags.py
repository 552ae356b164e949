"""Flags: what is found, at which item, and how sure it is."""

from collections.abc import Callable
from typing import Any

import pytest

from stemkey.analysis.flags import correlation_interval, proportion_interval
from stemkey.diagnostics import Severity


@pytest.fixture(scope="module")
def flags_of(quiz_of: Callable[..., Any], analysed: Callable[..., Any]) -> Callable[..., Any]:
    """Flags of item 1 in a class where items 2 to 9 rank the candidates."""

    def run(first: list[str], strong: int) -> dict[str, Any]:
        rows = []
        for place, given in enumerate(first):
            right = round(8 * place / (len(first) - 1))
            rows.append([given, *("A" if index < right else "B" for index in range(8))])
        result = analysed(quiz_of("A" * 9), rows)
        assert strong >= 0
        return {finding.code: finding for finding in result.findings if finding.item == "1" and finding.code > "A2"}

    return run


def test_a_wrong_key_is_found_and_is_clear(flags_of: Callable[..., Any]) -> None:
    first = ["A"] * 30 + ["B", "C"] * 15 + ["D"] * 40  # the strong take D, the weak the key A
    flags = flags_of(first, 40)
    assert flags["A203"].severity is Severity.WARNING
    assert "choice D, not the key A" in flags["A203"].message
    assert "clear" in flags["A203"].message
    assert flags["A205"].severity is Severity.WARNING
    assert "A207" in flags


def test_a_small_class_makes_every_flag_uncertain(flags_of: Callable[..., Any]) -> None:
    flags = flags_of(["A"] * 6 + ["B", "C"] * 3 + ["D"] * 8, 8)
    assert "A203" in flags
    assert {flag.severity for flag in flags.values()} == {Severity.INFO}
    assert all("uncertain: only 20 candidates" in flag.message for flag in flags.values())


def test_hard_and_easy_are_told_with_their_facility(flags_of: Callable[..., Any]) -> None:
    hard = flags_of(["B", "C", "D", "B"] * 24 + ["A"] * 4, 0)
    assert "facility 0.04" in hard["A201"].message
    assert hard["A201"].severity is Severity.WARNING
    easy = flags_of(["B"] * 2 + ["A"] * 198, 0)
    assert "facility 0.99" in easy["A202"].message
    assert "C (0), D (0)" in easy["A206"].message


def test_a_good_item_has_no_flag(flags_of: Callable[..., Any]) -> None:
    first = ["B", "C", "D"] * 20 + ["A", "B", "A", "C", "A", "D"] * 10 + ["A"] * 60
    assert flags_of(first, 0) == {}


def test_a_flag_stands_at_the_items_line(analysed: Callable[..., Any], quiz_of: Callable[..., Any]) -> None:
    from dataclasses import replace

    from stemkey.diagnostics import Span

    quiz = quiz_of("AB")
    (section,) = quiz.sections
    placed = tuple(replace(item, span=Span("week3.md", 10 * int(item.number))) for item in section.items)
    result = analysed(replace(quiz, sections=(replace(section, items=placed),)), [["B", "B"]] * 5 + [["A", "C"]])
    hard = next(finding for finding in result.findings if finding.code == "A201")
    assert hard.place == Span("week3.md", 10)
    assert result.analysis.items[0].flags[0] == "A201"


def test_intervals_are_those_of_the_books() -> None:
    low, high = correlation_interval(0.2, 30)
    assert (round(low, 2), round(high, 2)) == (-0.17, 0.52)
    low, high = proportion_interval(0.0, 10)
    assert (round(low, 3), round(high, 4)) == (0.0, 0.2775)  # R: prop.test(0, 10, correct = FALSE)
