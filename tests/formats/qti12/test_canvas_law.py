"""Laws of the Canvas format, for generated quizzes."""

from dataclasses import fields, is_dataclass
from fractions import Fraction
from unittest.mock import patch

from hypothesis import given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source, zip_files
from stemkey.fitting import fit
from stemkey.formats.qti12.own_items import take_out
from stemkey.formats.qti12.profiles import CANVAS_CARRIES, CanvasOptions
from stemkey.formats.qti12.reader import read_qti12
from stemkey.formats.qti12.writer import write_canvas
from stemkey.model import Choice, ChoiceInteraction, Content, Item, Quiz, Section


def package(quiz: Quiz) -> bytes:
    return zip_files(write_canvas(quiz, CanvasOptions()))


def first_difference(one: object, other: object, path: str = "quiz") -> str | None:
    """Say where two values differ: pytest's own explanation of two quizzes takes minutes."""
    if one == other:
        return None
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return next(
            found
            for index, (left, right) in enumerate(zip(one, other, strict=True))
            if (found := first_difference(left, right, f"{path}[{index}]"))
        )
    if is_dataclass(one) and type(one) is type(other):
        return next(
            found
            for field in fields(one)
            if (found := first_difference(getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}"))
        )
    return f"{path}: {one!r} is not {other!r}"


def read(data: bytes) -> tuple[Quiz, Diagnostics]:
    found = Diagnostics()
    return read_qti12(Source("quiz.canvas.zip", data), CanvasOptions(), found), found


@given(quizzes(CANVAS_CARRIES))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back_equal(quiz: Quiz) -> None:
    quiz = fit(quiz, CANVAS_CARRIES, "Canvas", Diagnostics())
    again, found = read(package(quiz))
    assert first_difference(quiz, again) is None
    assert not list(found)


def places(quiz: Quiz) -> list[Span | None]:
    found: list[Span | None] = []
    for item in quiz.items:
        found.append(item.span)
        for interaction in item.interactions:
            if isinstance(interaction, ChoiceInteraction):
                found += [choice.span for choice in interaction.choices]
    return found


@given(quizzes(CANVAS_CARRIES))
@settings(max_examples=30, deadline=None)
def test_the_quick_way_through_our_own_packages_reads_what_the_general_one_reads(quiz: Quiz) -> None:
    data = package(fit(quiz, CANVAS_CARRIES, "Canvas", Diagnostics()))
    quick, _ = read(data)
    with patch("stemkey.formats.qti12.assessment.take_out", lambda xml: (xml, [])):
        general, _ = read(data)
    assert first_difference(general, quick) is None
    assert places(general) == places(quick)


def test_the_quick_way_leaves_alone_what_is_not_quite_our_own_form() -> None:
    choices = tuple(
        Choice(identifier=letter, content=Content(letter), credit=Fraction(letter == "A")) for letter in "ABC"
    )
    item = Item(
        identifier="q", number="1", body=Content("<p>x</p>"), interactions=(ChoiceInteraction(choices=choices),)
    )
    xml = write_canvas(Quiz(identifier="w", sections=(Section(items=(item,)),)), CanvasOptions())["w/w.xml"]
    assert len(take_out(xml)[1]) == 1
    for old, new in (
        (b'ident="B"', b'ident="A"'),
        (b">A</varequal>", b"> A</varequal>"),
        (b'<setvar action="Set"', b'<setvar action="Add"'),
        (b">100</setvar>", b">50</setvar>"),
        (b"&lt;p&gt;", b"&nbsp;"),
        (b"&lt;p&gt;", b"<![CDATA[<p>]]>"),
        (b"&lt;p&gt;", b"\x01"),
        (b"<presentation>", b"<presentation >"),
    ):
        assert old in xml
        changed = xml.replace(old, new, 1)
        assert take_out(changed) == (changed, [])


@given(quizzes(CANVAS_CARRIES))
@settings(max_examples=20, deadline=None)
def test_the_same_quiz_gives_the_same_bytes(quiz: Quiz) -> None:
    quiz = fit(quiz, CANVAS_CARRIES, "Canvas", Diagnostics())
    assert package(quiz) == package(quiz)


def test_names_that_canvas_would_change_or_misread_are_given_back() -> None:
    choices = tuple(
        Choice(identifier=name, content=Content(name), credit=Fraction(name == "is correct"))
        for name in ("1.5", "i:2", "is correct", "general_x")
    )
    items = tuple(
        Item(
            identifier=identifier,
            number=number,
            body=Content("<p>Which?</p>"),
            interactions=(ChoiceInteraction(identifier="R1", choices=choices),),
        )
        for identifier, number in (("1st", "1a"), ("ü:x", "7"), ("a" * 400, "3"))
    )
    quiz = Quiz(identifier="2026-week 1", title="a < b", sections=(Section(items=items),))
    again, found = read(package(quiz))
    assert again == quiz
    assert not list(found)
