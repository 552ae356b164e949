"""What is written: as Moodle's importer keeps it."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.fitting import fit
from stemkey.formats.moodle.elements import cdata, name_text, read_name
from stemkey.formats.moodle.questions import CARRIES, MoodleOptions
from stemkey.formats.moodle.reader import read_moodle
from stemkey.formats.moodle.shares import LEGAL_CREDITS, decimal_text, percent_text
from stemkey.formats.moodle.writer import write_moodle
from stemkey.model import (
    FULL_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Asset,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    Unit,
    gap,
)


def choice_of(*texts: str, key: int = 0) -> ChoiceInteraction:
    return ChoiceInteraction(
        choices=tuple(
            Choice(identifier="ABCDEF"[i], content=Content(text), credit=Fraction(i == key))
            for i, text in enumerate(texts)
        )
    )


def item_of(*interactions: Interaction, body: str = "<p>Why?</p>", number: str = "1") -> Item:
    return Item(identifier=f"week3-q{number}", number=number, body=Content(body), interactions=interactions)


def quiz_of(*items: Item) -> Quiz:
    return Quiz(identifier="week3", title="Week 3", sections=(Section(items=items),))


def written(quiz: Quiz, options: MoodleOptions | None = None) -> str:
    (data,) = write_moodle(quiz, options or MoodleOptions()).values()
    return data.decode()


def texts(xml: str, path: str) -> list[str]:
    root = etree.fromstring(xml.encode())
    return [element.text or "" for element in root.iterfind(path)]


def read(xml: str) -> Quiz:
    found = Diagnostics()
    quiz = read_moodle(Source("week3.moodle.xml", xml.encode()), MoodleOptions(), found)
    assert [finding.message for finding in found] == []
    return quiz


def fitted(item: Item) -> tuple[Item, list[str]]:
    found = Diagnostics()
    quiz = fit(quiz_of(item), CARRIES, "Moodle XML", found)
    return next(quiz.items, item), [finding.message for finding in found]


# ---- texts --------------------------------------------------------------------------------------------


def test_every_text_is_cdata_so_that_white_space_around_entities_stays() -> None:
    item = replace(
        item_of(choice_of("<em>a</em> <b>b</b>", "é ü"), body="<p>A &amp; B</p>"),
        title="A & B",
        tags=("é è",),
        feedback=Feedback(general=Content("<p>x</p>\n\n<p>y</p>")),
    )
    for inner in re.findall(r"<text>(.*?)</text>", written(quiz_of(item)), re.DOTALL):
        assert not inner or inner.startswith("<![CDATA[")


@given(st.text(st.sampled_from("]]>> \n<a")))
def test_a_text_survives_cdata_and_no_piece_of_it_is_blank(text: str) -> None:
    piece = cdata(text)
    assert (etree.fromstring(f"<t>{piece}</t>").text or "") == text
    parts = re.findall(r"<!\[CDATA\[(.*?)\]\]>", piece, re.DOTALL)
    assert len(parts) < 2 or all(part.strip() for part in parts)


@given(st.text(st.sampled_from("<>&;ltamp /b !")))
def test_a_name_keeps_its_angles_from_moodles_tag_stripper(name: str) -> None:
    assert read_name(name_text(name)) == name
    assert not re.search(r"<[A-Za-z/!?]", name_text(name))


def test_an_item_without_a_title_is_named_so_that_moodle_sorts_it_as_the_quiz_does() -> None:
    items = [item_of(choice_of("a", "b"), body=f"<p>What is {n}?</p>", number=str(n)) for n in range(1, 11)]
    names = texts(written(quiz_of(*items)), "question/name/text")
    assert names[0] == "Q01 What is 1?"
    assert names == sorted(names)
    assert [item.title for item in read(written(quiz_of(*items))).items] == [""] * 10


def test_a_long_stem_is_cut_at_a_word() -> None:
    item = item_of(choice_of("a", "b"), body=f"<p>{'word ' * 300}<b>x</b></p>")
    (name,) = texts(written(quiz_of(item)), "question/name/text")
    assert name.endswith("word…")
    assert len(name) < 80


# ---- shares -------------------------------------------------------------------------------------------


def test_shares_are_written_from_moodles_own_list() -> None:
    assert percent_text(Fraction(1, 3)) == "33.33333"
    assert percent_text(Fraction(-1, 7)) == "-14.28571"
    assert len(LEGAL_CREDITS) == 21


@given(st.fractions(max_denominator=10**6).filter(lambda n: 10**9 % n.denominator == 0))
def test_a_number_with_an_end_is_written_exactly(number: Fraction) -> None:
    assert Fraction(decimal_text(number)) == number


# ---- what every question has --------------------------------------------------------------------------


def test_an_identifier_is_unique_and_fits_into_moodles_database() -> None:
    long = replace(item_of(choice_of("a", "b")), identifier="x" * 200)
    twice = [replace(item_of(choice_of("a", "b"), number=str(n)), identifier="same") for n in (2, 3)]
    numbers = texts(written(quiz_of(long, *twice)), "question/idnumber")
    assert len(set(numbers)) == 3
    assert all(len(number) <= 100 for number in numbers)


@pytest.mark.parametrize("penalty", [None, Fraction(0), Fraction(1, 3), Fraction(1, 10), Fraction(1)])
@pytest.mark.parametrize("words", [("True", "False"), ("a", "b")])
def test_a_penalty_of_the_authors_is_told_from_moodles_own(penalty: Fraction | None, words: tuple[str, str]) -> None:
    item = replace(item_of(choice_of(*words)), penalty=penalty)
    (again,) = read(written(quiz_of(item))).items
    assert again.penalty == penalty


def test_a_choice_of_true_and_false_is_moodles_own_type() -> None:
    assert '<question type="truefalse">' in written(quiz_of(item_of(choice_of("False", "True"))))
    assert '<question type="multichoice">' in written(quiz_of(item_of(choice_of("Vrai", "Faux"))))
    hinted = replace(item_of(choice_of("True", "False")), hints=(Hint(content=Content("h")),))
    assert '<question type="multichoice">' in written(quiz_of(hinted))


def test_a_title_with_a_slash_and_instructions_make_one_category() -> None:
    quiz = replace(quiz_of(item_of(choice_of("a", "b"))), title="TCP/IP", instructions=Content("<p>Read.</p>"))
    xml = written(quiz)
    assert texts(xml, "question/category/text") == ["$course$/top/TCP//IP"]
    assert texts(xml, "question/info/text") == ["<p>Read.</p>"]
    again = read(xml)
    assert (again.title, again.category, again.instructions) == ("TCP/IP", (), quiz.instructions)


@pytest.mark.parametrize(
    ("title", "category"), [("", ()), ("T", ("A", "B")), ("", ("A",)), ("A", ("X", "A")), ("/x/", ())]
)
def test_title_and_category_come_back(title: str, category: tuple[str, ...]) -> None:
    quiz = replace(quiz_of(item_of(choice_of("a", "b"))), title=title, category=category)
    again = read(written(quiz))
    assert (again.title, again.category) == (title, category)


def test_an_item_may_have_a_category_of_its_own() -> None:
    items = [item_of(choice_of("a", "b"), number=n) for n in "123"]
    quiz = quiz_of(items[0], replace(items[1], category=("Extra",)), items[2])
    xml = written(quiz)
    paths = ["$course$/top/Week 3", "$course$/top/Extra", "$course$/top/Week 3"]
    assert texts(xml, "question/category/text") == paths
    assert [item.category for item in read(xml).items] == [(), ("Extra",), ()]


def test_options_choose_category_and_numbering() -> None:
    options = MoodleOptions(category="Bio/Week 3", numbering="123", instruction=True)
    xml = written(quiz_of(item_of(choice_of("a", "b"))), options)
    assert texts(xml, "question/category/text") == ["$course$/top/Bio/Week 3"]
    assert texts(xml, "question/answernumbering") == ["123"]
    assert texts(xml, "question/showstandardinstruction") == ["1"]


def test_tags_of_the_quiz_are_on_each_question_and_come_back_as_the_quizs() -> None:
    item = replace(item_of(choice_of("a", "b")), tags=("own",), objective="LO 1")
    quiz = replace(quiz_of(item), tags=("week3",))
    xml = written(quiz)
    assert texts(xml, "question/tags/tag/text") == ["own", "LO 1", "week3"]
    again = read(xml)
    (read_item,) = again.items
    assert (again.tags, read_item.tags, read_item.objective) == (("week3",), ("own",), "LO 1")


# ---- files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["plot.png", "images/plot 1.png", '../pics/é&".png', "a/b/c.svg", "100%.png"])
def test_an_image_stands_beside_its_text_and_keeps_its_key(key: str) -> None:
    from html import escape

    body = f'<p><img src="{escape(key)}" alt="x"></p>'
    quiz = replace(quiz_of(item_of(choice_of("a", "b"), body=body)), assets={key: Asset(name=key, data=b"\x89PNG")})
    xml = written(quiz)
    assert "@@PLUGINFILE@@/" in xml
    assert "../" not in texts(xml, "question/questiontext/text")[1 - 1]
    again = read(xml)
    assert dict(again.assets) == dict(quiz.assets)
    assert next(again.items).body == body


def test_two_images_of_one_name_in_two_folders_stay_two() -> None:
    assets = {key: Asset(name=key, data=key.encode()) for key in ("a/x.png", "b/x.png", "../x.png", "x.png")}
    body = "".join(f'<img src="{key}" alt="">' for key in assets)
    quiz = replace(quiz_of(item_of(choice_of("a", "b"), body=body)), assets=assets)
    again = read(written(quiz))
    assert dict(again.assets) == assets
    assert next(again.items).body == body


# ---- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text", "tolerance"),
    [
        (AcceptedNumber(value=Fraction(314, 100), written="3.140"), "3.140", "0"),
        (AcceptedNumber(lower=Fraction(5), upper=Fraction(8)), "6.5", "1.5"),
        (AcceptedNumber(value=Fraction(200), tolerance=Fraction(1, 20), kind=ToleranceKind.RELATIVE), "200", "10"),
        (AcceptedNumber(value=Fraction(1, 3), tolerance=Fraction(1, 100)), "0.3333333", "0.01"),
        (AcceptedNumber(value=Fraction(1234), tolerance=Fraction(3), kind=ToleranceKind.SIGNIFICANT), "1234", "5"),
        (AcceptedNumber(value=Fraction(-2), written="-2,0"), "-2", "0"),
    ],
)
@pytest.mark.parametrize("in_text", [False, True])
def test_a_number_is_a_middle_and_a_tolerance_and_reads_back_as_the_author_said_it(
    number: AcceptedNumber, text: str, tolerance: str, *, in_text: bool
) -> None:
    body = f"<p>{gap('RESPONSE')}</p>" if in_text else "<p>How much?</p>"
    item = item_of(TextEntryInteraction(accepted=(number,)), body=body)
    xml = written(quiz_of(item))
    if in_text:
        assert f"{{1:NUMERICAL:={text}:{tolerance}}}" in xml
    else:
        assert texts(xml, "question/answer/text") == [text]
        assert texts(xml, "question/answer/tolerance") == [tolerance]
    assert next(read(xml).items).interactions == item.interactions


# ---- what fit takes away ------------------------------------------------------------------------------


def test_weights_become_whole_and_make_the_points_where_they_can() -> None:
    blanks = tuple(
        TextEntryInteraction(identifier=name, accepted=(AcceptedText(text=name),), weight=Fraction(1, 2))
        for name in ("a", "b")
    )
    body = f"<p>{gap('a')} {gap('b')}</p>"
    item, losses = fitted(replace(item_of(*blanks, body=body), points=Fraction(4)))
    assert item.points == 4
    assert all(isinstance(blank, TextEntryInteraction) and blank.weight == 2 for blank in item.interactions)
    assert losses == []
    item, losses = fitted(item_of(*blanks, body=body))
    assert item.points == 2
    assert len(losses) == 1
    assert "the question has 2" in losses[0]


def test_feedback_by_result_goes_to_the_answers_of_a_typed_one() -> None:
    feedback = Feedback(correct=Content("yes"), incorrect=Content("no"))
    item, losses = fitted(replace(item_of(TextEntryInteraction(accepted=(AcceptedText(text="x"),))), feedback=feedback))
    assert losses == []
    (entry,) = item.interactions
    assert isinstance(entry, TextEntryInteraction)
    assert (entry.accepted[0].feedback, entry.other_feedback) == ("yes", "no")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (replace(item_of(ExtendedTextInteraction()), hints=(Hint(content=Content("h")),)), "hints"),
        (replace(item_of(ExtendedTextInteraction()), feedback=Feedback(correct=Content("c"))), "feedback by result"),
        (
            item_of(
                MatchInteraction(
                    pairs=(MatchPair(identifier="1", source=Content("a"), target="t", credit=Fraction(2)),),
                    targets=(MatchTarget(identifier="t", content=Content("<b>x</b>")),),
                )
            ),
            "weights of pairs",
        ),
        (
            item_of(
                TextEntryInteraction(
                    identifier="a", accepted=(AcceptedNumber(value=FULL_CREDIT),), units=(Unit(name="m"),)
                ),
                InlineChoiceInteraction(identifier="b", choices=choice_of("x", "y").choices),
                body=f"{gap('a')} {gap('b')}",
            ),
            "units",
        ),
        (
            item_of(
                TextEntryInteraction(accepted=(AcceptedNumber(lower=Fraction(0), upper=Fraction(1), upper_open=True),))
            ),
            "bound of a range",
        ),
        (item_of(TextEntryInteraction(accepted=(AcceptedText(text="x", credit=Fraction(1, 2)),))), "cannot hold"),
        (item_of(TextEntryInteraction(accepted=(AcceptedNumber(lower=Fraction(0)),))), "cannot hold"),
    ],
)
def test_what_a_type_of_moodle_cannot_say_is_reported(item: Item, words: str) -> None:
    assert any(words in message for message in fitted(item)[1])


def test_a_dropdown_question_is_gapselect_and_its_words_are_no_gaps() -> None:
    blank = InlineChoiceInteraction(identifier="b1", choices=choice_of("x", "y").choices)
    xml = written(quiz_of(item_of(blank, body=f"<p>[[1]] {gap('b1')}</p>")))
    assert texts(xml, "question/questiontext/text") == ["<p>&#91;[1]] [[1]]</p>"]
    assert next(read(xml).items).body == f"<p>[[1]] {gap('b1')}</p>"


def test_a_blank_may_earn_any_share_and_keeps_its_weight() -> None:
    entry = TextEntryInteraction(
        identifier="a", accepted=(AcceptedText(text="x"), AcceptedText(text="y", credit=Fraction(33, 50)))
    )
    choice = replace(choice_of("<p>one</p>", "two"), identifier="b", weight=Fraction(2))
    item = replace(item_of(entry, choice, body=f"<p>{gap('a')} {gap('b')}</p>"), points=Fraction(3))
    adapted, losses = fitted(item)
    assert losses == []
    xml = written(quiz_of(adapted))
    assert "{1:SHORTANSWER:=x~%66%y}" in xml
    assert "{2:MULTICHOICE_V:=one~two}" in xml
    assert next(read(xml).items).interactions == adapted.interactions
