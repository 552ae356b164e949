"""What responses to choice items say."""

from fractions import Fraction

import pytest

from stemkey.model import Cardinality, Choice, ChoiceInteraction, Content, Item
from stemkey.scoring.answer_key import Status
from stemkey.scoring.responses import JOINER, could_be, read_response
from stemkey.sheets.table import Damaged


def item_of(*options: str, several: bool = False) -> Item:
    choices = tuple(
        Choice(identifier="ABCDEFGH"[index], content=Content(option), credit=Fraction(index == 0))
        for index, option in enumerate(options)
    )
    cardinality = Cardinality.MULTIPLE if several else Cardinality.SINGLE
    return Item(
        identifier="q1",
        number="1",
        body=Content("<p>Which?</p>"),
        interactions=(ChoiceInteraction(choices=choices, cardinality=cardinality),),
    )


METALS = item_of("iron", "gold, pure", "gold", "none of the above")


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("b", "B"), ("B)", "B"), ("(b)", "B"), ("[B]", "B"), ("Option B", "B"), ("**B**", "B"), ("Ｂ", "B"),
        ("- C", "C"), ("3", None), ("3.0", None), ("GOLD.", "C"), ("C) gold", "C"), ("- c. Gold", "C"), ("gold, pure", "B"),
        ("“gold”", None), ("None of the above", "D"), ("Answer: D", "D"),
    ],
)  # fmt: skip
def test_one_option_in_many_spellings(written: str, label: str | None) -> None:
    reading = read_response(METALS, written)
    assert (reading.response if reading.status is Status.ANSWERED else None) == label


@pytest.mark.parametrize("written", ["", "  ", "-", "—", "N/A", "(no answer)", "NULL", "<Unanswered>", "blank"])
def test_a_blank_is_omitted_and_not_wrong(written: str) -> None:
    assert read_response(METALS, written).status is Status.OMITTED


def test_an_option_called_like_a_blank_is_an_option() -> None:
    item = item_of("None", "N/A", "-", "7")
    assert [read_response(item, text).response for text in ("none", "N/A", "-")] == ["A", "B", "C"]


@pytest.mark.parametrize("written", ["E", "?", "9", "idk", "*", "AE", "I don't know"])
def test_a_mark_that_is_no_option_is_invalid(written: str) -> None:
    reading = read_response(METALS, written)
    assert reading.status is Status.INVALID
    assert reading.finding is not None
    assert not could_be(METALS, written)


@pytest.mark.parametrize("written", ["silver", "A) gold", "irn ore", "gold; silver"])
def test_a_text_that_is_no_option_is_unreadable_and_never_wrong(written: str) -> None:
    reading = read_response(METALS, written)
    assert reading.status is Status.UNREADABLE
    assert reading.finding is not None


@pytest.mark.parametrize("written", ["A,C", "AC", "A;C", "A C", "A/C", "A & C", "iron; gold", "(A, C)"])
def test_two_marks(written: str) -> None:
    assert read_response(METALS, written).status is Status.SEVERAL_MARKS
    both = read_response(item_of("iron", "gold, pure", "gold", "none", several=True), written)
    assert (both.status, both.response, both.chosen) == (Status.ANSWERED, "A,C", (0, 2))


def test_a_separator_inside_an_option_does_not_split_it() -> None:
    item = item_of("fish; chips", "fish", "peas, mushy", "peas", several=True)
    assert read_response(item, "fish; chips; peas, mushy").response == "A,C"
    assert read_response(item, "peas, mushy, fish").response == "B,C"


def test_what_can_be_split_in_two_ways_is_unreadable() -> None:
    item = item_of("a1", "b1", "a1; b1", several=True)
    assert read_response(item, "a1; b1").response == "C"
    item = item_of("x1; y1", "z1", "x1", "y1; z1", several=True)
    assert read_response(item, "x1; y1; z1").status is Status.UNREADABLE


def test_answers_that_the_sheet_has_taken_apart_are_not_taken_apart_again() -> None:
    item = item_of("fish", "chips", "fish, chips", several=True)
    assert read_response(item, f"fish, chips{JOINER}chips").response == "B,C"
    assert read_response(item, f"fish{JOINER}peas").status is Status.UNREADABLE


def test_an_lms_drops_math_and_markup() -> None:
    item = item_of(
        r"<p>\(x^2\)</p>", "<p>a &lt; b</p>", '<img src="dot.png" alt="a dot">', "<b>Bold</b> and <em>thin</em>"
    )
    assert [read_response(item, text).response for text in ("x2", r"\(x^2\)", "a < b", "[a dot]", "BOLD and _thin_")] == [
        "A", "A", "B", "C", "D",
    ]  # fmt: skip


def test_equal_options_are_told_apart_strictly_or_not_at_all() -> None:
    item = item_of("Gold", "gold", "iron", "iron")
    assert read_response(item, "Gold").response == "A"
    assert read_response(item, "gold").response == "B"
    assert read_response(item, "iron").status is Status.UNREADABLE


def test_number_like_options_are_texts_before_they_are_positions() -> None:
    item = item_of("4", "3", "2", "1")
    assert read_response(item, "3").response == "B"
    assert read_response(item, "9").status is Status.INVALID


@pytest.mark.parametrize(
    ("written", "label"), [("TRUE", "A"), ("wahr", "A"), ("0", "B"), ("Faux", "B"), ("1", "A"), ("F", "B")]
)
def test_true_and_false_in_the_words_of_the_sheet(written: str, label: str) -> None:
    assert read_response(item_of("True", "False"), written).response == label


def test_a_damaged_cell_is_unreadable_and_an_absent_one_not_given() -> None:
    damaged = read_response(METALS, Damaged("#N/A", "is an error value, not an answer"))
    assert damaged.status is Status.UNREADABLE
    assert damaged.finding is not None
    assert "'#N/A' is an error value" in damaged.finding.message
    assert read_response(METALS, None).status is Status.NOT_GIVEN


def test_letters_of_another_alphabet_are_read_and_said() -> None:
    reading = read_response(METALS, "В")
    assert reading.response == "B"
    assert reading.finding is not None


def test_a_text_that_was_cut_off_is_read_where_it_begins_only_one_option() -> None:
    item = item_of("the quick brown fox jumps over the lazy dog", "the quick brown bear jumps over it", "neither")
    assert read_response(item, "The quick brown fox jum").response == "A"
    assert read_response(item, "The quick brown").status is Status.UNREADABLE


def test_a_message_shows_what_stands_in_the_cell_on_one_line() -> None:
    finding = read_response(METALS, "gold\nand much more " + "x" * 100).finding
    assert finding is not None
    assert "\n" not in finding.message
    assert len(finding.message) < 200
