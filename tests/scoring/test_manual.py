"""Points that people gave."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from stemkey.analysis.analysis import analyse
from stemkey.analysis.tally import RunningTally
from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.model import Choice, ChoiceInteraction, Content, ExtendedTextInteraction, Item, Quiz, Section
from stemkey.scoring.attempts import GradingChoices, grade_tables
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.manual import read_manual_scores

CHOICES = tuple(Choice(identifier=c, content=Content(f"option {c}"), credit=Fraction(c == "A")) for c in "ABCD")
QUIZ = Quiz(
    identifier="q",
    sections=(
        Section(
            items=(
                Item(identifier="q1", number="1", body=Content("?"), interactions=(ChoiceInteraction(choices=CHOICES),)),
                Item(
                    identifier="q2", number="2", body=Content("?"), points=Fraction(4),
                    interactions=(ExtendedTextInteraction(),),
                ),
            )
        ),
    ),
)  # fmt: skip
CLASS = [("ann", ("A", "My essay")), ("bob", ("B", "Mine")), ("cem", ("A", "")), ("dee", ("B", "Yes"))]


def grade(table_of: Callable[..., Any], text: str) -> tuple[Any, Any, list[str]]:
    found = Diagnostics()
    manual = read_manual_scores(Source("points.csv", text.encode()), QUIZ, found)
    assert manual is not None
    key = compile_key(QUIZ, found, manual=manual)
    tally = RunningTally(key)
    people = grade_tables([table_of(CLASS)], key, GradingChoices(), [tally], found)
    analysis = analyse(tally.tally, key, Diagnostics())
    return people, analysis, [finding.code for finding in found]


def test_points_given_by_hand_complete_the_total(table_of: Callable[..., Any]) -> None:
    people, analysis, codes = grade(table_of, "student,question,points\nann,2,2.5\nbob,2,1/3\ndee,2,4\n")
    assert codes == []
    assert [person.score for person in people] == [Fraction(7, 2), Fraction(1, 3), 1, 4]
    assert not any(person.provisional for person in people)
    essay = analysis.items[1]
    assert essay.facility == pytest.approx((2.5 + 1 / 3 + 0 + 4) / 16)
    assert essay.omitted == 1
    assert analysis.test.alpha is not None


def test_who_is_not_graded_yet_still_waits(table_of: Callable[..., Any]) -> None:
    people, analysis, codes = grade(table_of, "Student;Question;Points\nann;2;3\nbob;2;\n")
    assert codes == []
    assert [person.provisional for person in people] == [False, True, False, True]
    assert analysis.items[1].facility == pytest.approx(3 / 8)  # of ann and of cem, who left it blank
    assert sum(count for _, count in analysis.test.distribution) == 2


def test_a_single_answer_can_be_corrected(table_of: Callable[..., Any]) -> None:
    people, _, codes = grade(table_of, "student,question,points\nbob,1,1\n")
    assert codes == ["G102"]  # the essays still wait
    assert people[1].score == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ann,2,5", "G224"),
        ("ann,2,-1", "G224"),
        ("ann,9,1", "G222"),
        ("ann,2,good", "G223"),
        ("ann,2,1\nann,2,2", "G225"),
    ],
)
def test_points_that_cannot_be_used_are_listed_and_give_nothing(
    line: str, code: str, table_of: Callable[..., Any]
) -> None:
    people, _, codes = grade(table_of, f"student,question,points\n{line}\n")
    assert code in codes
    assert people[0].provisional


def test_points_for_somebody_in_no_sheet_are_said(table_of: Callable[..., Any]) -> None:
    _, _, codes = grade(table_of, "student,question,points\nann,2,1\nanne,2,1\n")
    assert codes == ["G226"]


def test_another_table_is_refused() -> None:
    found = Diagnostics()
    assert read_manual_scores(Source("points.csv", b"name,score\nann,3\n"), QUIZ, found) is None
    assert [finding.code for finding in found] == ["G221"]
