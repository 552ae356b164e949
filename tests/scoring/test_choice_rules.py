"""Rules for choices: the worked examples of the programs that use them, and R/exams' own scores."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.scoring.choice_rules import CHOICE_RULES, Marks

RULES = {rule.name: rule for rule in CHOICE_RULES}
F = Fraction


def credit(name: str, marks: Marks, **options: str) -> Fraction:
    rule = RULES[name]
    given_ = {name: Fraction(value) for name, value in {**rule.parameters, **options}.items()}
    return rule.formula(marks, given_)


# k = 5, R = 2, one point; two right ones and one wrong one are marked.
WORKED = Marks(right=2, wrong=1, keys=2, distractors=3, credit=F(1) - F(1, 3))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all-or-nothing", F(0)),
        ("right-minus-wrong", F(1, 2)),
        ("rexams-false2", F(2, 3)),
        ("rexams-false", F(2, 3)),
        ("rexams-true", F(1, 2)),
        ("rexams-all", F(0)),
        ("rexams-none", F(1)),
        ("per-option", F(4, 5)),
        ("balanced", F(5, 6)),
        ("ou", F(1, 2)),
        ("ripkey", F(0)),
        ("half-point", F(1, 2)),
        ("sum", F(2, 3)),
        ("d2l-right-minus-wrong", F(1, 5)),
        ("d2l-right-minus-wrong-decisions", F(3, 5)),
    ],
)
def test_the_worked_example(name: str, expected: Fraction) -> None:
    assert credit(name, WORKED) == expected


def test_amc_counts_every_box() -> None:
    # b=1, m=-1 over 5 boxes: 4 right decisions, 1 wrong: 3 points, here as a fifth each.
    assert credit("amc", WORKED, b="1/5", m="-1/5", p="0") == F(3, 5)
    assert credit("amc-haut", WORKED, haut="4") == 3
    assert credit("amc-mz", WORKED, mz="4") == 0


def test_d2l_example_of_its_documentation() -> None:
    # 3 of 3 right ones and 2 wrong ones marked, of 5 choices, 10 points: 2 of 10.
    assert credit("d2l-right-minus-wrong", Marks(right=3, wrong=2, keys=3, distractors=2)) * 10 == 2


@pytest.mark.parametrize(("choices", "expected"), [(2, F(-1)), (4, F(-1, 3)), (5, F(-1, 4))])
def test_correction_for_guessing_depends_on_the_number_of_choices(choices: int, expected: Fraction) -> None:
    wrong = Marks(right=0, wrong=1, keys=1, distractors=choices - 1)
    assert credit("formula", wrong) == expected
    assert credit("formula", wrong._replace(wrong=0)) == 0


def test_a_fixed_penalty() -> None:
    assert credit("penalty", Marks(0, 1, 1, 3), penalty="1/4") == F(-1, 4)  # JEE: +4, -1
    assert credit("penalty", Marks(1, 0, 1, 3), penalty="1/4") == 1


PER_CHOICE = {"credit", "d2l-right-minus-wrong"}
"""The latter divides by all choices, so that marking exactly the right ones earns R/k: the odd reading of D2L's text."""


@given(
    st.sampled_from([rule for rule in CHOICE_RULES if not rule.name.startswith("amc") and rule.name not in PER_CHOICE]),
    st.integers(1, 6),
    st.integers(0, 6),
)
def test_exactly_the_right_marks_earn_everything(rule: object, keys: int, distractors: int) -> None:
    marks = Marks(right=keys, wrong=0, keys=keys, distractors=distractors, credit=F(1))
    assert credit(rule.name, marks) == 1  # type: ignore[attr-defined]  # a ChoiceRule


@given(
    st.sampled_from([rule.name for rule in CHOICE_RULES if not rule.name.startswith("amc") and not rule.single]),
    st.integers(0, 5), st.integers(0, 5), st.integers(1, 5), st.integers(0, 5),
)  # fmt: skip
def test_credits_stay_between_nothing_and_all(name: str, right: int, wrong: int, keys: int, distractors: int) -> None:
    marks = Marks(min(right, keys), min(wrong, distractors), keys, distractors, F(min(right, keys), keys))
    assert 0 <= credit(name, marks) <= 1


def test_every_score_of_r_exams(shared: Path) -> None:
    checked = 0
    with (shared / "data" / "scoring" / "r_exams_pointsum.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            key, answer = row["key"], row["answer"]
            right = sum(k == a == "1" for k, a in zip(key, answer, strict=True))
            marks = Marks(right, answer.count("1") - right, key.count("1"), key.count("0"))
            name = f"rexams-{row['rule']}" if row["partial"] == "TRUE" else "rexams-exact"
            assert float(credit(name, marks, negative=row["negative"])) == pytest.approx(
                float(row["points"]), abs=1e-12
            ), row
            checked += 1
    assert checked == 14784
