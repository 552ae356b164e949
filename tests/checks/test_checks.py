"""Doubts about content, whatever format it came in."""

from dataclasses import replace
from fractions import Fraction

import pytest

from stemkey.checks import CHECKS, check
from stemkey.diagnostics import Diagnostics, Span
from stemkey.formats.markdown.findings import key_letter_not_an_option
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    Item,
    Quiz,
    Section,
    Settings,
    TextEntryInteraction,
)

HALF = Fraction(1, 2)


def choices(*texts: str, key: str = "A", cardinality: Cardinality = Cardinality.SINGLE) -> ChoiceInteraction:
    """Return options A, B, C…, of which those in `key` share the credit."""
    return ChoiceInteraction(
        choices=tuple(
            Choice(
                identifier=letter,
                content=Content(text),
                credit=Fraction(1, max(len(key), 1)) if letter in key else Fraction(0),
            )
            for letter, text in zip("ABCDEFGH", texts, strict=False)
        ),
        cardinality=cardinality,
    )


def item(interaction: object, number: str = "1", body: str = "<p>Stem</p>", points: Fraction = Fraction(1)) -> Item:
    return Item(
        identifier=f"q{number}",
        number=number,
        body=Content(body),
        interactions=(interaction,),  # type: ignore[arg-type]  # tests pass interactions only
        points=points,
        span=Span("quiz.md", int(number)),
    )


def codes(*items: Item, settings: Settings | None = None) -> list[tuple[str, str | None]]:
    found = Diagnostics()
    check(Quiz(identifier="q", sections=(Section(items=items),), settings=settings or Settings()), found)
    return [(finding.code, finding.item) for finding in found]


def test_a_sound_question_raises_no_doubt() -> None:
    assert codes(item(choices("one", "two", "three"))) == []


@pytest.mark.parametrize(
    ("interaction", "code"),
    [
        (choices("one", "two", key=""), "Q101"),
        (
            replace(choices("one", "two"), choices=(Choice(identifier="A", content=Content("x"), credit=HALF),) * 2),
            "Q101",
        ),
        (TextEntryInteraction(accepted=()), "Q101"),
        (TextEntryInteraction(accepted=(AcceptedNumber(lower=Fraction(2), upper=Fraction(1)),)), "Q107"),
        (TextEntryInteraction(accepted=(AcceptedNumber(lower=HALF, upper=HALF, upper_open=True),)), "Q107"),
        (TextEntryInteraction(accepted=(AcceptedNumber(value=Fraction(2), tolerance=-HALF),)), "Q107"),
        (TextEntryInteraction(accepted=(AcceptedText(text="x", credit=Fraction(0)),)), "Q101"),
        (choices("one", "", "three"), "Q102"),
        (choices("one", "two", " one"), "Q103"),
        (choices("<code>one</code>", "two", "one"), "Q103"),
        (choices("one"), "Q104"),
        (choices("one", "two", key="AB", cardinality=Cardinality.MULTIPLE), "Q105"),
    ],
)
def test_doubts_about_options_and_keys(interaction: object, code: str) -> None:
    assert (code, "1") in codes(item(interaction))


def test_pictures_with_equal_descriptions_are_not_equal_options() -> None:
    assert codes(item(choices('<img src="a.png" alt="a curve">', '<img src="b.png" alt="a curve">'))) == []


def test_shares_must_add_up() -> None:
    several = choices("one", "two", "three", key="AB", cardinality=Cardinality.MULTIPLE)
    first = replace(several.choices[0], credit=Fraction(1, 3))
    assert codes(item(replace(several, choices=(first, *several.choices[1:])))) == [("Q106", "1")]


@pytest.mark.parametrize(("points", "code"), [(Fraction(-1), "Q110"), (Fraction(0), "Q111")])
def test_points_should_be_positive(points: Fraction, code: str) -> None:
    assert codes(item(choices("one", "two"), points=points)) == [(code, "1")]


def test_a_stem_should_say_something() -> None:
    assert codes(item(choices("one", "two"), body="<p></p>")) == [("Q112", "1")]
    assert codes(item(choices("one", "two"), body='<p><img src="a.png" alt="x"></p>')) == []


def test_equal_questions_are_named() -> None:
    assert codes(item(choices("one", "two")), item(choices("one", "two"), "2")) == [("Q113", "2")]


def test_a_picture_wants_a_description() -> None:
    assert codes(item(choices("one", "two"), body='<p>x <img src="a.png" alt=" "></p>')) == [("Q120", "1")]


def test_a_key_that_is_always_the_same_letter_is_noticed() -> None:
    items = tuple(item(choices("one", "two", "six"), str(n), f"<p>Stem {n}</p>") for n in range(1, 11))
    assert codes(*items) == [("Q108", None)]
    assert codes(*items[:9]) == []
    assert codes(*items, settings=Settings(shuffle_choices=True)) == []


def test_a_key_that_is_always_the_longest_option_is_noticed() -> None:
    texts = ("the longest option of all", "two", "six")
    items = [
        item(choices(*texts[-shift:], *texts[:-shift], key="ABC"[shift % 3]), str(n), f"<p>Stem {n}</p>")
        for n, shift in enumerate((0, 1, 2, 0, 1, 2, 0, 1, 2, 0), start=1)
    ]
    assert codes(*items) == [("Q109", None)]


def test_what_the_reader_has_reported_is_not_said_again() -> None:
    found = Diagnostics()
    found.add(key_letter_not_an_option("E", "A and B"), item="1")
    check(Quiz(identifier="q", sections=(Section(items=(item(choices("one", "two", key="")),)),)), found)
    assert len(found) == 1


def test_every_check_is_a_row_of_the_table() -> None:
    assert len(set(CHECKS)) == len(CHECKS)
