"""The late penalty as a law: it takes nobody below the floor, gives nobody anything, and never less for more lateness."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from stemkey.scoring.late import PERIODS, Base, Count, LateRule

DUE = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
SHARES = st.fractions(0, 1, max_denominator=20)
RULES = st.builds(
    LateRule,
    due=st.just(DUE),
    penalty=SHARES,
    per=st.sampled_from(sorted(PERIODS)),
    count=st.sampled_from(get_args(Count)),
    of=st.sampled_from(get_args(Base)),
    at_most=SHARES,
    floor=SHARES,
)
DELAYS = st.timedeltas(timedelta(days=-20), timedelta(days=60))


@given(RULES, DELAYS, DELAYS, st.fractions(-5, 12, max_denominator=6))
def test_the_penalty_is_between_nothing_and_the_way_to_the_floor(
    late: LateRule, one: timedelta, other: timedelta, score: Fraction
) -> None:
    points = Fraction(10)
    earlier, later = sorted((one, other))
    first, second = (late.after(score, points, late.periods(DUE + delay, DUE)) for delay in (earlier, later))
    assert min(score, late.floor * points) <= second <= first <= score
    if earlier <= timedelta(0):
        assert first == score


@given(RULES, DELAYS)
def test_started_periods_are_the_full_ones_and_at_most_one_more(late: LateRule, delay: timedelta) -> None:
    exact = Fraction(delay // timedelta(microseconds=1), PERIODS[late.per] // timedelta(microseconds=1))
    periods = late.periods(DUE + delay, DUE)
    match late.count:
        case "started":
            assert periods == 0 if exact <= 0 else periods - 1 < exact <= periods
        case "full":
            assert periods == 0 if exact <= 0 else periods <= exact < periods + 1
        case "exact":
            assert periods == max(exact, 0)


def test_canvas_own_example_of_a_floor() -> None:
    # 10 % a day, two days late, lowest grade 20: codio's documentation of the same rule has these five.
    late = LateRule(due=DUE, penalty=Fraction(1, 10), floor=Fraction(1, 5))
    after = [late.after(Fraction(score), Fraction(100), Fraction(2)) for score in (100, 30, 50, 10, 20)]
    assert after == [80, 20, 30, 10, 20]
