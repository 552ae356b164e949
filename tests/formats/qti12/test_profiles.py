"""The other profiles: New Quizzes, QTI 1.2 by the book, banks, sections that only refer to a bank."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source, zip_files
from stemkey.fitting import fit
from stemkey.formats.qti12.limits import limit_to_canvas
from stemkey.formats.qti12.profiles import CANVAS_CARRIES, QTI12_CARRIES, CanvasOptions, Qti12Options
from stemkey.formats.qti12.reader import read_qti12
from stemkey.formats.qti12.writer import write_canvas, write_qti12
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    gap,
)


def quiz_of(*interactions: Interaction, body: str = "<p>Which?</p>", **fields: object) -> Quiz:
    item = Item(identifier="w-q1", number="1", body=Content(body), interactions=interactions)
    values: dict[str, object] = {"identifier": "w", "sections": (Section(items=(item,)),), **fields}
    return Quiz(**values)  # type: ignore[arg-type]  # field by field


def choices(*credits_: Fraction) -> tuple[Choice, ...]:
    return tuple(
        Choice(identifier=letter, content=Content(f"option {letter}"), credit=credit)
        for letter, credit in zip("ABCDE", credits_, strict=False)
    )


MATCHING = MatchInteraction(
    pairs=(MatchPair(identifier="p1", source=Content("a &lt; <em>b</em>"), target="t1"),),
    targets=(
        MatchTarget(identifier="t1", content=Content("1 &amp; 2")),
        MatchTarget(identifier="t2", content=Content("x")),
    ),
)


def read_plain(quiz: Quiz) -> Quiz:
    found = Diagnostics()
    data = zip_files(write_qti12(quiz, Qti12Options()))
    again = read_qti12(Source("w.qti12.zip", data), Qti12Options(), found)
    assert not list(found)
    return again


def test_classic_gets_matching_as_plain_text_and_is_told_what_was_lost() -> None:
    found = Diagnostics()
    quiz = fit(quiz_of(MATCHING), CANVAS_CARRIES, "Canvas", found)
    assert [finding.message for finding in found] == ["Canvas does not carry the markup in what is matched"]
    text = write_canvas(quiz, CanvasOptions())["w/w.xml"].decode()
    assert '<mattext texttype="text/plain">a &lt; b</mattext>' in text
    assert '<mattext texttype="text/plain">1 &amp; 2</mattext>' in text


def test_new_quizzes_gets_matching_as_html_because_it_reads_everything_as_html() -> None:
    text = write_canvas(quiz_of(MATCHING), CanvasOptions(quizzes="new"))["w/w.xml"].decode()
    assert '<mattext texttype="text/html">1 &amp;amp; 2</mattext>' in text


def test_new_quizzes_gets_the_words_of_elements_that_it_would_drop() -> None:
    body = '<details><summary>More</summary><p><font color="red">words</font></p></details>'
    quiz = quiz_of(ChoiceInteraction(choices=choices(Fraction(1), Fraction(0))), body=body)
    text = write_canvas(quiz, CanvasOptions(quizzes="new"))["w/w.xml"].decode()
    assert "&lt;summary&gt;More&lt;/summary&gt;&lt;p&gt;words&lt;/p&gt;" in text


def test_qti12_keeps_what_canvas_cannot_hold() -> None:
    quiz = quiz_of(
        OrderInteraction(choices=choices(Fraction(0), Fraction(0), Fraction(0))),
        instructions=Content("<p>Read &amp; think.</p>"),
    )
    assert read_plain(quiz) == quiz
    single = quiz_of(ChoiceInteraction(choices=choices(Fraction(1), Fraction(1, 2), Fraction(-1, 4), Fraction(0))))
    assert read_plain(single) == single
    several = ChoiceInteraction(
        choices=choices(Fraction(7, 10), Fraction(3, 10), Fraction(-1, 2)), cardinality=Cardinality.MULTIPLE
    )
    assert read_plain(quiz_of(several)) == quiz_of(several)
    assert read_plain(quiz_of(MATCHING)) == quiz_of(MATCHING)


def test_qti12_keeps_typed_answers_in_their_order_and_what_is_said_to_wrong_ones() -> None:
    accepted = (
        AcceptedText(text="Paris", feedback=Content("Good")),
        AcceptedText(text="paree", credit=Fraction(1, 2)),
        AcceptedText(text="Ville de Paris"),
        AcceptedText(text="Lyon", credit=Fraction(0), feedback=Content("Near")),
    )
    quiz = quiz_of(TextEntryInteraction(accepted=accepted))
    assert read_plain(quiz) == quiz
    found = Diagnostics()
    canvas = fit(quiz, CANVAS_CARRIES, "Canvas", found)
    (interaction,) = next(canvas.items).interactions
    assert isinstance(interaction, TextEntryInteraction)
    assert [entry.text for entry in interaction.accepted if isinstance(entry, AcceptedText)] == [
        "Paris",
        "Ville de Paris",
    ]
    assert len(list(found)) == 2


def test_a_title_that_looks_like_none_is_kept() -> None:
    item = Item(identifier="q", number="1", title="Question 1", body=Content("<p>x</p>"))
    quiz = Quiz(identifier="w", sections=(Section(items=(item,)),))
    assert read_plain(quiz) == quiz


def test_a_number_in_a_blank_becomes_a_text_and_a_loss() -> None:
    found = Diagnostics()
    blanks = tuple(
        TextEntryInteraction(identifier=name, accepted=(AcceptedNumber(value=Fraction(5, 2)),)) for name in ("x", "y")
    )
    quiz = quiz_of(*blanks, body=f"<p>{gap('x')} and {gap('y')}</p>")
    fitted = fit(quiz, CANVAS_CARRIES, "Canvas", found)
    assert len(list(found)) == 1
    again = read_qti12(
        Source("w.zip", zip_files(write_canvas(fitted, CanvasOptions()))), CanvasOptions(), Diagnostics()
    )
    assert again == fitted
    assert "[x] and [y]" in write_canvas(fitted, CanvasOptions())["w/w.xml"].decode()


@pytest.mark.parametrize(
    ("entry", "shape"),
    [
        (AcceptedNumber(value=Fraction(3)), "<varequal>3.0 <vargte>3.0 <varlte>3.0"),
        (AcceptedNumber(value=Fraction(3), tolerance=Fraction(1, 2)), "<varequal>3.0 <vargte>2.5 <varlte>3.5"),
        (
            AcceptedNumber(value=Fraction("3.142"), tolerance=Fraction(4), kind=ToleranceKind.SIGNIFICANT),
            "<varequal>3.142 <vargt>3.1415 <varlte>3.1425",
        ),
        (AcceptedNumber(lower=Fraction(-2), upper=Fraction(1, 8)), "<vargte>-2.0 <varlte>0.125"),
        (
            AcceptedNumber(value=Fraction(200), tolerance=Fraction(1, 20), kind=ToleranceKind.RELATIVE),
            "<varequal>200.0 <vargte>190.0 <varlte>210.0",
        ),
    ],
)
def test_numbers_have_one_of_the_three_shapes_that_canvas_knows(entry: AcceptedNumber, shape: str) -> None:
    import re

    quiz = fit(quiz_of(TextEntryInteraction(accepted=(entry,))), CANVAS_CARRIES, "Canvas", Diagnostics())
    files = write_canvas(quiz, CanvasOptions())
    tests = re.findall(r'<(var\w+) respident="response1">([^<]*)<', files["w/w.xml"].decode())
    assert " ".join(f"<{name}>{value}" for name, value in tests) == shape
    assert read_qti12(Source("w.zip", zip_files(files)), CanvasOptions(), Diagnostics()) == quiz


def test_a_bank_is_written_as_a_bank_and_comes_back_as_one() -> None:
    for title in ("My bank", ""):
        quiz = quiz_of(ChoiceInteraction(choices=choices(Fraction(1), Fraction(0))), is_bank=True, title=title)
        files = write_canvas(quiz, CanvasOptions())
        assert b"<objectbank" in files["w/w.xml"]
        assert read_qti12(Source("w.zip", zip_files(files)), CanvasOptions(), Diagnostics()) == quiz


def test_a_group_that_refers_to_a_bank_elsewhere_stays_one() -> None:
    section = Section(
        identifier="g", title="From the bank", select=2, points_per_item=Fraction(3), bank="i38a17", items=()
    )
    quiz = Quiz(identifier="w", sections=(section,))
    found = Diagnostics()
    again = read_qti12(Source("w.zip", zip_files(write_canvas(quiz, CanvasOptions()))), CanvasOptions(), found)
    assert again == quiz
    assert [finding.name for finding in found] == ["bank-elsewhere"]


def test_what_qti12_writes_is_valid_by_its_schema(shared: Path) -> None:
    from lxml import etree

    path = shared / "data/canvas/schemas/qti12/ims_qtiasiv1p2p1.xsd"
    local = (shared / "data/canvas/schemas/cc11/xml.xsd").as_uri()
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2001/xml.xsd", local)
    xsd = etree.XMLSchema(etree.fromstring(text.encode()))
    quiz = quiz_of(
        OrderInteraction(choices=choices(Fraction(0), Fraction(0))), instructions=Content("<p>Read.</p>"), title="T"
    )
    xsd.assertValid(etree.fromstring(write_qti12(quiz, Qti12Options())["w.xml"]))
    bank = quiz_of(MATCHING, is_bank=True)
    xsd.assertValid(
        etree.fromstring(write_qti12(fit(bank, QTI12_CARRIES, "QTI 1.2", Diagnostics()), Qti12Options())["w.xml"])
    )


def test_a_title_that_would_cost_the_quiz_is_cut_and_parts_lose_what_has_no_place() -> None:
    found = Diagnostics()
    sections = (Section(title="Part", instructions=Content("<p>Read.</p>"), shuffle=True),)
    quiz = limit_to_canvas(Quiz(identifier="w", title="x" * 300, sections=sections), CanvasOptions(), found)
    assert len(quiz.title) == 255
    assert [finding.name for finding in found] == [
        "qti12-part-property-lost",
        "qti12-part-property-lost",
        "canvas-title-cut",
    ]
    assert quiz.sections == (Section(title="Part"),)


def test_new_quizzes_warns_of_texts_and_refuses_groups_it_would_drop() -> None:
    text = Item(identifier="t", number="1", body=Content("<p>Read this.</p>"), points=Fraction(0))
    sections = (Section(items=(text,)), Section(title="Draw", select=2, bank="Bank elsewhere"))
    quiz = Quiz(identifier="n", title="N", sections=sections)
    classic, new = Diagnostics(), Diagnostics()
    limit_to_canvas(quiz, CanvasOptions(), classic)
    limit_to_canvas(quiz, CanvasOptions(quizzes="new"), new)
    assert not len(classic)
    assert [(finding.code, finding.severity) for finding in new] == [
        ("W173", Severity.WARNING),
        ("W174", Severity.ERROR),
    ]


def new_quizzes(quiz: Quiz) -> str:
    return write_canvas(quiz, CanvasOptions(quizzes="new"))["w/w.xml"].decode()


@pytest.mark.parametrize(
    "interaction",
    [
        TextEntryInteraction(identifier="x", accepted=(AcceptedText(text="List<int> & co"),)),
        InlineChoiceInteraction(
            identifier="x",
            choices=(
                Choice(identifier="1", content=Content("List&lt;int&gt; &amp; co"), credit=Fraction(1)),
                Choice(identifier="2", content=Content("Set")),
            ),
        ),
    ],
)
def test_new_quizzes_gets_answers_of_blanks_as_html_where_plain_text_would_become_a_tag(
    interaction: TextEntryInteraction | InlineChoiceInteraction,
) -> None:
    quiz = quiz_of(interaction, body=f"<p>Type {gap('x')}</p>")
    text = new_quizzes(quiz)
    assert '<mattext texttype="text/html">List&amp;lt;int&amp;gt; &amp;amp; co</mattext>' in text
    assert "List<int>" not in text
    again = read_qti12(
        Source("w.zip", zip_files(write_canvas(quiz, CanvasOptions(quizzes="new")))), CanvasOptions(), Diagnostics()
    )
    assert [item.interactions for item in again.items] == [(interaction,)]


def test_new_quizzes_links_the_feedback_of_an_answer_and_never_gets_a_bare_number() -> None:
    told = replace(choices(Fraction(1), Fraction(0))[0], feedback=Content("<p>Yes.</p>"))
    text = new_quizzes(quiz_of(ChoiceInteraction(choices=(told, *choices(Fraction(0), Fraction(0))[1:]))))
    assert 'linkrefid="A_fb"' in text
    assert '<itemfeedback ident="A_fb">' in text
    number = new_quizzes(quiz_of(TextEntryInteraction(accepted=(AcceptedNumber(value=Fraction(3)),))))
    assert "<or><varequal" in number
    assert "<vargte" in number


def test_new_quizzes_gets_a_title_for_every_group_and_what_its_importer_asks_of_a_package() -> None:
    item = quiz_of(ChoiceInteraction(choices=choices(Fraction(1), Fraction(0)))).sections[0].items[0]
    group = Section(select=1, items=(item, replace(item, identifier="w-q2", number="2")))
    files = write_canvas(Quiz(identifier="w", title="W", sections=(group,)), CanvasOptions(quizzes="new"))
    assert '<section ident="w_section_1" title="' in files["w/w.xml"].decode()
    assert b'xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"' in files["w/w.xml"]
    manifest = files["imsmanifest.xml"].decode()
    assert 'type="imsqti_xmlv1p2"' in manifest
    assert "xmlns=" in manifest.partition("<resources>")[0]
    assert "<dependency" in manifest
