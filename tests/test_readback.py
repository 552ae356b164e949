"""The read-back sees every difference between what was written and what was read again."""

from dataclasses import replace
from fractions import Fraction

import pytest

from stemkey.diagnostics import Diagnostics, Span
from stemkey.model import (
    Asset,
    Capabilities,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    Feedback,
    ForeignInteraction,
    Item,
    Quiz,
    Section,
    Settings,
)
from stemkey.readback import compare

CARRIES = Capabilities(
    interactions=(ChoiceInteraction,), points=True, tags=True, hints=True, penalty=True, item_titles=True,
    item_identifiers=True, quiz_title=True, instructions=True, settings=True, images=True, shuffle_per_item=True,
)  # fmt: skip

CHOICES = (
    Choice(identifier="A", content=Content("one"), credit=Fraction(1), feedback=Content("yes")),
    Choice(identifier="B", content=Content("two")),
)
INTERACTION = ChoiceInteraction(choices=CHOICES, shuffle=False)
ITEM = Item(
    identifier="q1", number="1", title="First", body=Content('<p>s<img src="a.png" alt="a"></p>'), interactions=(INTERACTION,), points=Fraction(2),
    feedback=Feedback(general=Content("g"), correct=Content("c"), incorrect=Content("i")), tags=("t",), span=Span("a.md", 3),
)  # fmt: skip
QUIZ = Quiz(
    identifier="q", title="T", instructions=Content("<p>i</p>"), settings=Settings(time_limit=10, attempts=1),
    sections=(Section(items=(ITEM,)),), assets={"a.png": Asset(name="a.png", data=b"1")},
)  # fmt: skip


def with_item(item: Item) -> Quiz:
    return replace(QUIZ, sections=(Section(items=(item,)),))


def with_choices(*choices: Choice) -> Quiz:
    return with_item(replace(ITEM, interactions=(replace(INTERACTION, choices=choices),)))


def test_equal_quizzes_have_no_difference() -> None:
    found = Diagnostics()
    compare(QUIZ, QUIZ, CARRIES, "Target", found)
    assert not len(found)


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (replace(QUIZ, title="U"), "the title"),
        (replace(QUIZ, instructions=Content("")), "the instructions"),
        (replace(QUIZ, settings=Settings(time_limit=11, attempts=1)), "time limit"),
        (replace(QUIZ, assets={}), "the image 'a.png'"),
        (replace(QUIZ, sections=()), "0 questions read back"),
        (with_item(replace(ITEM, body=Content("<p>S</p>"))), "the stem"),
        (with_item(replace(ITEM, points=Fraction(1))), "the points"),
        (with_item(replace(ITEM, identifier="q2")), "the identifier"),
        (with_item(replace(ITEM, tags=())), "the tags"),
        (with_item(replace(ITEM, feedback=replace(ITEM.feedback, general=Content("")))), "the explanation"),
        (with_item(replace(ITEM, feedback=replace(ITEM.feedback, incorrect=Content("x")))), "wrong answers"),
        (with_item(replace(ITEM, interactions=())), "the number of answers"),
        (
            with_item(replace(ITEM, interactions=(replace(INTERACTION, cardinality=Cardinality.MULTIPLE),))),
            "several answers",
        ),
        (with_item(replace(ITEM, interactions=(replace(INTERACTION, shuffle=True),))), "shuffling"),
        (with_choices(CHOICES[0]), "the number of options"),
        (with_choices(CHOICES[1], CHOICES[0]), "option 1"),
        (with_choices(replace(CHOICES[0], credit=Fraction(1, 2)), CHOICES[1]), "the credit of option 1"),
        (with_choices(replace(CHOICES[0], feedback=Content("")), CHOICES[1]), "the feedback of option 1"),
    ],
)
def test_each_difference_is_an_error_that_names_it(read: Quiz, what: str) -> None:
    found = Diagnostics()
    compare(QUIZ, read, CARRIES, "Target", found)
    assert found.has_errors
    assert what in " ".join(finding.message for finding in found)


def test_what_the_target_does_not_carry_is_not_compared() -> None:
    found = Diagnostics()
    compare(QUIZ, with_item(replace(ITEM, points=Fraction(1), tags=())), Capabilities(), "Poor", found)
    assert not len(found)


def test_a_file_that_no_question_shows_is_not_missed() -> None:
    silent = with_item(replace(ITEM, body=Content("<p>s</p>")))
    found = Diagnostics()
    compare(silent, replace(silent, assets={}), CARRIES, "Target", found)
    assert not len(found)


def test_a_file_that_a_kept_question_needs_is_missed() -> None:
    kept = ForeignInteraction(format="qti21", kind="hotspotInteraction", raw="<x/>", attributes={"files": '["a.png"]'})
    quiz = with_item(replace(ITEM, body=Content("<p>s</p>"), interactions=(kept,)))
    found = Diagnostics()
    compare(quiz, replace(quiz, assets={}), CARRIES, "Target", found)
    assert [finding.code for finding in found] == ["W201"]
