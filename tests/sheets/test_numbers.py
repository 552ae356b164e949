"""Numbers in the locale of the sheet: another number of the same sheet shows the decimal sign."""

from fractions import Fraction

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.model import AcceptedNumber, Item, Quiz, Section, TextEntryInteraction
from stemkey.model.content import Content
from stemkey.scoring.number_reading import AmbiguousError, parse_number
from stemkey.scoring.responses import read_response
from stemkey.sheets import SheetOptions, open_sheet

ITEM = Item(
    identifier="n1",
    number="1",
    body=Content("<p>How heavy?</p>"),
    interactions=(TextEntryInteraction(accepted=(AcceptedNumber(value=Fraction("1.234")),)),),
)


def values(text: str) -> list[Fraction | None]:
    quiz = Quiz(identifier="q", sections=(Section(items=(ITEM,)),))
    table = open_sheet(Source("class.csv", text.encode()), quiz, SheetOptions(), Diagnostics())
    assert table
    return [
        read_response(ITEM, batch.columns[0].values[int(code)]).value
        for batch in table.batches()
        for code in batch.columns[0].codes
    ]


def test_a_comma_is_what_other_numbers_of_the_sheet_show() -> None:
    assert values("id;Q1\n1;1,234\n2;1,5\n3;2\n") == [Fraction("1.234"), Fraction("1.5"), 2]
    assert values("id;Q1\n1;1,234\n2;1.5\n3;2\n") == [1234, Fraction("1.5"), 2]


def test_where_nothing_shows_it_the_number_is_not_guessed() -> None:
    assert values("id;Q1\n1;1,234\n2;7\n") == [None, 7]


@pytest.mark.parametrize(
    ("text", "value", "digits", "unit"),
    [
        ("1,5", "1.5", 2, ""), ("1.5", "1.5", 2, ""), ("1.234,5", "1234.5", 5, ""), ("1,234.5", "1234.5", 5, ""),
        ("1,234,567", "1234567", 7, ""), ("−3", "-3", 1, ""), ("3e2", "300", 1, ""), ("1.5×10^3", "1500", 2, ""),
        ("2·10⁻³ m", "1/500", 1, "m"), ("5 %", "5", 1, "%"), ("½", "1/2", 15, ""), ("9.81 m/s^2", "9.81", 3, "m/s^2"),
        ("1.50", "1.5", 3, ""), ("10 000", "10000", 5, ""), (".5", "0.5", 1, ""), ("+7", "7", 1, ""),
    ],
)  # fmt: skip
def test_a_number_however_it_is_typed(text: str, value: str, digits: int, unit: str) -> None:
    number = parse_number(text)
    assert number is not None
    assert (number.value, number.unit) == (Fraction(value), unit)
    assert number.digits == digits


@pytest.mark.parametrize("text", ["abc", "", "1.2.3", "--4", "1e999999999", "NaN", "1,23,4"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_a_number_with_two_meanings_is_said_to_have_two() -> None:
    with pytest.raises(AmbiguousError):
        parse_number("1,234")
    assert parse_number("0,123") == (Fraction("0.123"), 3, "")
