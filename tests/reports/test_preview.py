"""The preview: a quiz as a candidate sees it; the key only on request."""

import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from tests.reports.classroom import make_quiz
from tests.reports.programs import look, pdf_text, print_pdf

from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    ForeignInteraction,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    Settings,
    TextEntryInteraction,
    UploadInteraction,
    gap,
    text_content,
)
from stemkey.reports import formulas
from stemkey.reports.formulas import with_formulas
from stemkey.reports.preview import preview_html

SECRET = "Geheimnis"
"""Stands only where a candidate must not look."""


def choices(*texts: str, key: int = 0, feedback: str = "") -> tuple[Choice, ...]:
    return tuple(
        Choice(
            identifier=chr(65 + index),
            content=text_content(text),
            credit=Fraction(index == key),
            feedback=Content(feedback),
        )
        for index, text in enumerate(texts)
    )


def item(number: int, body: str, *interactions: Interaction) -> Item:
    return Item(
        identifier=f"every-{number}",
        number=str(number),
        body=Content(body),
        interactions=interactions,
        feedback=Feedback(
            general=Content(f"<p>{SECRET}</p>"),
            correct=Content(f"<p>{SECRET}</p>"),
            incorrect=Content(f"<p>{SECRET}</p>"),
        ),
        hints=(Hint(content=Content(f"<p>{SECRET}</p>")),),
    )


def every_type() -> Quiz:
    """One item of every type that the model has."""
    capital = InlineChoiceInteraction(identifier="1", choices=choices("Bern", "Zürich", "<b>Genf</b>"))
    river = TextEntryInteraction(identifier="2", accepted=(AcceptedText(text=SECRET),))
    return Quiz(
        identifier="every",
        title="Every type & <title>",
        instructions=Content("<p>Take your time.</p>"),
        settings=Settings(time_limit=30, attempts=2, shuffle_choices=True),
        sections=(
            Section(
                title="Choosing",
                items=(
                    item(
                        1, "<p>One?</p>", ChoiceInteraction(choices=choices("yes", "no", feedback=f"<p>{SECRET}</p>"))
                    ),
                    item(
                        2,
                        "<p>Several?</p>",
                        ChoiceInteraction(
                            cardinality=Cardinality.MULTIPLE,
                            choices=(
                                Choice(identifier="A", content=text_content("half"), credit=Fraction(1, 2)),
                                Choice(identifier="B", content=text_content("half too"), credit=Fraction(1, 2)),
                                Choice(identifier="C", content=text_content("minus"), credit=Fraction(-1, 3)),
                            ),
                        ),
                    ),
                    item(3, f"<p>The capital is {gap('1')} on the river {gap('2')}.</p>", capital, river),
                ),
            ),
            Section(
                title="Writing",
                select=3,
                instructions=Content("<p>Answer three.</p>"),
                items=(
                    item(4, "<p>Order?</p>", OrderInteraction(choices=choices("egg", "larva", "pupa", "adult"))),
                    item(
                        5,
                        "<p>Match?</p>",
                        MatchInteraction(
                            pairs=(
                                MatchPair(identifier="a", source=text_content("one"), target="x"),
                                MatchPair(identifier="b", source=text_content("two"), target="y"),
                            ),
                            targets=(
                                MatchTarget(identifier="x", content=text_content("eins")),
                                MatchTarget(identifier="y", content=text_content("zwei")),
                                MatchTarget(identifier="z", content=text_content("drei")),
                            ),
                        ),
                    ),
                    item(
                        6,
                        "<p>How long is \\(\\sqrt{2}\\)?</p>",
                        TextEntryInteraction(accepted=(number("1.41", "0.01"),)),
                    ),
                    item(7, "<p>Why?</p>", ExtendedTextInteraction(lines=4, grader_notes=Content(f"<p>{SECRET}</p>"))),
                    item(8, "<p>Hand in.</p>", UploadInteraction(file_types=(".pdf",), maximum_files=1)),
                    item(
                        9, "<p>Drag.</p>", ForeignInteraction(format="moodle", kind="ddmarker", raw=f"<x>{SECRET}</x>")
                    ),
                    item(10, "<p>Read this.</p><pre>code</pre>"),
                ),
            ),
        ),
    )


def number(value: str, tolerance: str) -> AcceptedNumber:
    return AcceptedNumber(value=Fraction(value), tolerance=Fraction(tolerance), feedback=Content(SECRET))


def page(quiz: Quiz, *, with_key: bool) -> str:
    return preview_html(quiz, with_key=with_key).decode("utf-8")


def test_every_type_has_something_to_answer_with() -> None:
    text = page(every_type(), with_key=False)
    assert text.count('type="radio"') == 2
    assert text.count('type="checkbox"') == 3
    assert text.count("<select") == 3
    assert text.count('inputmode="numeric"') == 4
    assert text.count("<textarea") == 1
    assert text.count('type="file"') == 1
    assert "kept whole" in text
    assert 'aria-label="Gap 1"' in text
    assert "<option>&lt;b&gt;Genf&lt;/b&gt;</option>" in text
    assert "Each candidate gets 3 of these 7 questions." in text
    assert "30 minutes" in text


def test_without_the_key_nothing_gives_it_away() -> None:
    text = page(every_type(), with_key=False)
    assert SECRET not in text
    body = text.partition("</style>")[2]
    assert "checked" not in body
    assert "is-key" not in body
    assert "1.41" not in text
    places = [text.index(f">{word}</span>") for word in ("egg", "larva", "pupa", "adult")]
    assert places != sorted(places)


def test_with_the_key_everything_is_said() -> None:
    text = page(every_type(), with_key=True)
    assert text.count("✓ key") == 3
    assert "1.41 ± 0.01" in text
    assert "egg &gt; larva &gt; pupa &gt; adult" in text
    assert "one = eins; two = zwei" in text
    assert "50.0\u202f%" in text
    assert "\u221233.3\u202f%" in text
    for title in ("Explanation", "If right", "If wrong", "Hint 1", "For the grader", "As moodle has it"):
        assert f"<dt>{title}</dt>" in text
    assert f"&lt;x&gt;{SECRET}&lt;/x&gt;" in text


def test_the_title_is_text() -> None:
    assert "<title>Every type &amp; &lt;title&gt;</title>" in page(every_type(), with_key=False)


def test_an_image_and_code_of_the_quiz_are_shown() -> None:
    text = page(make_quiz(), with_key=False)
    assert '<img src="data:image/png;base64,' in text
    assert "<code>a &lt; b &amp;&amp; c</code>" in text


def test_a_formula_becomes_mathml_and_an_unknown_command_stays_tex() -> None:
    pytest.importorskip("math_core", reason="the extra 'math' is not installed")
    assert with_formulas("<p>\\(x &lt; 2\\)</p>").startswith("<p><math><semantics><mrow><mi>x</mi><mo>&lt;</mo>")
    assert 'display="block"' in with_formulas("\\[\\frac12\\]")
    assert with_formulas("\\(\\ce{H2O &lt; x}\\)") == '<code class="tex">\\ce{H2O &lt; x}</code>'
    assert with_formulas("\\(\\sin x\\)").count("&ApplyFunction;") == 0


def test_a_root_is_seen_without_a_font_for_mathematics() -> None:
    pytest.importorskip("math_core", reason="the extra 'math' is not installed")
    square = with_formulas("\\(\\sqrt{2}\\)")
    assert "msqrt" not in square
    assert '>√</mo><mrow class="root"><mn>2</mn></mrow>' in square
    nested = with_formulas("\\(\\sqrt[3]{1+\\sqrt[n]{x}}\\)")
    assert "mroot" not in nested
    assert nested.count("√</mo>") == 2
    assert "<mprescripts/><mrow></mrow><mn>3</mn></mmultiscripts>" in nested
    assert with_formulas("\\(\\cancel{x}\\)") == '<code class="tex">\\cancel{x}</code>'


def test_without_the_extra_formulas_stay_tex_and_the_page_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "math_core", None)
    formulas._converter.cache_clear()
    try:
        text = page(every_type(), with_key=False)
    finally:
        formulas._converter.cache_clear()
    assert '<code class="tex">\\sqrt{2}</code>' in text
    assert "stemkey[math]" in text


def test_a_formula_in_code_or_in_an_attribute_is_left_alone() -> None:
    for text in ("<code>\\(x\\)</code>", "<pre><b>\\(x\\)</b></pre>", '<img alt="\\(x\\)">', "costs \\( 5"):
        assert with_formulas(text) == text


def test_the_same_quiz_gives_the_same_bytes() -> None:
    assert preview_html(every_type(), with_key=True) == preview_html(every_type(), with_key=True)


@pytest.mark.parametrize("with_key", [False, True], ids=["quiz", "with key"])
def test_a_browser_finds_nothing_to_complain_about(tmp_path: Path, repository: Path, *, with_key: bool) -> None:
    target = tmp_path / "preview.html"
    target.write_bytes(preview_html(every_type(), with_key=with_key))
    said = look(target, repository)
    assert said["errors"] == []
    assert said["requests"] == []
    assert said["violations"] == []
    assert set(said["overflow"].values()) == {0}, "the page scrolls sideways"
    assert said["focus"][0] == "Skip to the questions"


def test_on_paper_every_question_is_there(tmp_path: Path) -> None:
    target = tmp_path / "preview.html"
    target.write_bytes(preview_html(every_type(), with_key=False))
    words = "\n".join(pdf_text(print_pdf(target, tmp_path)))
    assert all(f"Question {number}" in words for number in range(1, 10))
    assert re.search(r"1 ?/ ?[0-9]", words), "pages are numbered"
