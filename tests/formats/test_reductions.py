"""What poorer formats leave of a question is said, and never another key."""

from dataclasses import replace
from fractions import Fraction

import pytest

from stemkey.model import (
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    Quiz,
    Section,
    TextEntryInteraction,
    gap,
)
from stemkey.pipeline import write_quiz


def quiz(body: str, *interactions: Interaction) -> Quiz:
    item = Item(identifier="q-1", number="1", body=Content(body), interactions=interactions)
    return Quiz(identifier="q", title="Q", sections=(Section(items=(item,)),))


def choices(*texts: str, key: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(identifier=letter, content=Content(text), credit=Fraction(letter in key))
        for letter, text in zip("ABCD", texts, strict=False)
    )


def accepted(*texts: str, wrong: tuple[str, ...] = ()) -> TextEntryInteraction:
    entries = [AcceptedText(text=text) for text in texts] + [
        AcceptedText(text=text, credit=Fraction(0)) for text in wrong
    ]
    return TextEntryInteraction(identifier="1", accepted=tuple(entries))


RIGHT_AND_WRONG = quiz("<p>Animal?</p>", accepted("frog", wrong=("cat",)))
IN_THE_TEXT = quiz(f"<p>This sun of {gap('1')}.</p>", accepted("York"))
AT_THE_END = quiz(f"<p>This sun of</p>\n{gap('1')}", accepted("York"))
ESSAY_WITH_A_PLACE = quiz(
    f"<p>Write.</p>\n{gap('RESPONSE')}\n<p>Twenty words.</p>", ExtendedTextInteraction(identifier="RESPONSE")
)
ALL_RIGHT = quiz("<p>Which?</p>", ChoiceInteraction(choices=choices("one", "two", key="AB")))
TWICE = quiz("<p>Which?</p>", accepted("York", "York"))
EXACT_CASE = quiz(
    f"<p>The lake {gap('1')}.</p>",
    TextEntryInteraction(identifier="1", accepted=(AcceptedText(text="Huron"),), case_sensitive=True),
)
SEVERAL_LINES = quiz("<p>Count.</p>", accepted("1\n2\n3"))
BACKWARDS = quiz(
    f"<p>{gap('2')} then {gap('1')}</p>",
    InlineChoiceInteraction(identifier="1", choices=choices("a", "b", key="A")),
    InlineChoiceInteraction(identifier="2", choices=choices("a", "b", key="B")),
)


@pytest.mark.parametrize(
    ("source", "target", "loss"),
    [
        (RIGHT_AND_WRONG, "blackboard", "what is said to a wrong typed answer"),
        (RIGHT_AND_WRONG, "text2qti", ""),
        (RIGHT_AND_WRONG, "qti21", ""),
        (IN_THE_TEXT, "text2qti", "the place of an answer inside the text"),
        (IN_THE_TEXT, "gift", ""),
        (AT_THE_END, "gift", ""),
        (AT_THE_END, "moodle", ""),
        (ESSAY_WITH_A_PLACE, "canvas", ""),
        (ESSAY_WITH_A_PLACE, "gift", ""),
        (ESSAY_WITH_A_PLACE, "text2qti", ""),
        (ALL_RIGHT, "gift", "a single-choice question without a wrong choice"),
        (TWICE, "qti21", ""),
        (TWICE, "qti3", ""),
        (EXACT_CASE, "qti12", "upper and lower case differ in a blank"),
        (EXACT_CASE, "markdown", ""),
        (SEVERAL_LINES, "canvas", ""),
        (BACKWARDS, "blackboard", ""),
        (BACKWARDS, "qti21", ""),
    ],
)
def test_what_is_left_reads_back_and_what_is_lost_is_named(source: Quiz, target: str, loss: str) -> None:
    messages = [f"{finding.code} {finding.message}" for finding in write_quiz(source, format=target).diagnostics]
    assert [message for message in messages if message.startswith("W2")] == []
    assert not loss or any(loss in message for message in messages)


def test_a_choice_with_several_keys_of_which_one_is_taken_keeps_them() -> None:
    several = quiz(
        "<p>Which?</p>", ChoiceInteraction(choices=choices("a", "b", "c", key="AB"), cardinality=Cardinality.SINGLE)
    )
    for target in ("moodle", "gift", "qti21", "json", "markdown"):
        assert write_quiz(several, format=target).value.data is not None


@pytest.mark.parametrize("title", ["ANSWER: B", "Explanation: none", "Answer Key", "a #"])
def test_a_title_that_looks_like_a_key_is_a_title_in_markdown(title: str) -> None:
    source = replace(quiz("<p>Which?</p>", ChoiceInteraction(choices=choices("a", "b", key="A"))), title=title)
    assert [finding.code for finding in write_quiz(source, format="markdown").diagnostics] == []


def test_a_break_on_a_line_of_its_own_survives_in_markdown() -> None:
    source = quiz("<p>Which?</p>", ChoiceInteraction(choices=choices("<p>a</p>\n<br>", "b", key="A")))
    assert [finding.code for finding in write_quiz(source, format="markdown").diagnostics] == []
