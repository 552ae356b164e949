"""Laws of QTI, for generated quizzes in 2.1, 2.2 and 3.0."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from tests.formats.qti21.samples import choices, every_kind
from tests.formats.qti21.schemas import Schemas
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, zip_files
from stemkey.fitting import fit
from stemkey.formats.qti21.limits import limit_to_qti3, limit_to_qti21
from stemkey.formats.qti21.reader import read_qti
from stemkey.formats.qti21.vocabulary import QTI_2_1, QTI_2_2, QTI_3_0, Dialect, carries
from stemkey.formats.qti21.writer import write_package
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Asset,
    ChoiceInteraction,
    Content,
    Feedback,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    gap,
)

DIALECTS = pytest.mark.parametrize("dialect", [QTI_2_1, QTI_2_2, QTI_3_0], ids=lambda dialect: dialect.version)
EXAMPLES = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def written(quiz: Quiz, dialect: Dialect) -> bytes:
    return zip_files(write_package(quiz, dialect))


def read(data: bytes, dialect: Dialect) -> tuple[Quiz, Diagnostics]:
    found = Diagnostics()
    return read_qti(Source("week3.zip", data), found, dialect.format), found


def fitted(quiz: Quiz, dialect: Dialect) -> Quiz:
    quiz = fit(quiz, carries(dialect.format), "QTI", Diagnostics())
    return (limit_to_qti3 if dialect.kebab else limit_to_qti21)(quiz, None, Diagnostics())


@DIALECTS
@given(quiz=quizzes(carries("qti21")))
@EXAMPLES
def test_what_is_written_is_read_back_equal(dialect: Dialect, quiz: Quiz) -> None:
    quiz = fitted(quiz, dialect)
    again, found = read(written(quiz, dialect), dialect)
    assert again == quiz
    assert list(found) == []


@DIALECTS
@given(quiz=quizzes(carries("qti21")) | quizzes())
@EXAMPLES
def test_what_is_written_is_valid(dialect: Dialect, quiz: Quiz, schemas: Schemas) -> None:
    assert schemas.complaints(write_package(fitted(quiz, dialect), dialect), dialect.version) == []


@DIALECTS
@given(quiz=quizzes(maximum_items=2))
@EXAMPLES
def test_any_quiz_is_stable_once_it_has_been_read(dialect: Dialect, quiz: Quiz) -> None:
    first, _ = read(written(fitted(quiz, dialect), dialect), dialect)
    again, found = read(written(fitted(first, dialect), dialect), dialect)
    assert again == fitted(first, dialect)
    assert not found.has_errors


@DIALECTS
def test_every_kind_survives_and_is_valid(dialect: Dialect, schemas: Schemas) -> None:
    quiz = every_kind()
    files = write_package(quiz, dialect)
    again, found = read(zip_files(files), dialect)
    assert list(found) == []
    for item, other in zip(quiz.items, again.items, strict=True):
        assert other == item
    assert schemas.complaints(files, dialect.version) == []


HTML = (
    "only text",
    "text with <em>emphasis</em> and <br> a break",
    '<p style="text-align:center">styled</p>',
    "<p><u>under</u> <s>struck</s> <mark>marked</mark> H<sub>2</sub>O</p>",
    "<div><p>in a box</p>text<ul><li>one<ol><li>two</li></ol></li></ul></div>",
    (
        '<table class="grid"><caption>Data</caption><thead><tr><th scope="col">a</th></tr></thead>'
        '<tbody><tr><td colspan="2" align="right">1</td></tr></tbody></table>'
    ),
    '<blockquote>quoted <b>words</b></blockquote><hr><h3 id="x">Head</h3>',
    '<pre><code class="language-c">if (a &lt; b) {\n\n  x("&amp;");\n}</code></pre>',
    '<p lang="de" title="t">Größe <abbr title="et cetera">etc.</abbr> <a href="https://example.org/a?b=c&amp;d#e">there</a></p>',
    '<p><img src="images/plot 1.png" alt="a &quot;plot&quot;" width="50%" style="float:left"><img src="https://example.org/ü.png"></p>',
    "<dl><dt>term</dt><dd>meaning</dd></dl><details><summary>more</summary><p>less</p></details>",
    '<p><audio src="sounds/a.mp3" controls="">no sound</audio></p>',
    "<p>before <strong><em>nested</em></strong> after</p>\n<p>next</p>",
    '<ul class="x">\n<li><p>block</p></li>\n</ul>',
    "<p><ruby>漢<rt>kan</rt></ruby> <kbd>Ctrl</kbd> <del>old</del> <ins>new</ins> <small>s</small></p>",
    '<p><font color="red">red</font> <span class="a b" data-x="1">data</span></p>',
)


@DIALECTS
@pytest.mark.parametrize("html", HTML)
def test_any_html_is_written_valid_and_comes_back(html: str, dialect: Dialect, schemas: Schemas) -> None:
    from stemkey.richtext import sanitise

    content, _ = sanitise(html)
    item = every_kind().sections[0].items[0]
    interaction = item.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    choices = (replace(interaction.choices[0], content=content, feedback=content), *interaction.choices[1:])
    item = replace(
        item,
        body=content,
        interactions=(replace(interaction, choices=choices),),
        feedback=replace(item.feedback, general=content),
    )
    assets = {name: Asset(name=name, data=name.encode()) for name in ("images/plot 1.png", "sounds/a.mp3")}
    quiz = Quiz(identifier="html", instructions=content, sections=(Section(items=(item,)),), assets=assets)
    files = write_package(quiz, dialect)
    assert schemas.complaints(files, dialect.version) == []
    again, found = read(zip_files(files), dialect)
    assert list(found) == []
    assert again == replace(quiz, assets=again.assets)
    assert {name: asset.data for name, asset in again.assets.items()}.items() <= {
        name: asset.data for name, asset in assets.items()
    }.items()


@DIALECTS
def test_names_that_no_file_can_hold_come_back(dialect: Dialect, schemas: Schemas) -> None:
    names = ("1.5", "a b", "Größe", "x:y")
    choices = every_kind().sections[0].items[0].interactions[0]
    assert isinstance(choices, ChoiceInteraction)
    items = tuple(
        Item(
            identifier=name,
            number=f"{position}a",
            title="" if position % 2 else f"Question {position}a",
            body=Content("<p>Which?</p>"),
            interactions=(
                ChoiceInteraction(
                    identifier=name,
                    choices=tuple(replace(choice, identifier=name + choice.identifier) for choice in choices.choices),
                    shuffle=False,
                ),
            ),
        )
        for position, name in enumerate(names, 1)
    )
    quiz = Quiz(identifier="2026-week1", title="a < b", sections=(Section(items=items),))
    files = write_package(quiz, dialect)
    again, found = read(zip_files(files), dialect)
    assert again == quiz
    assert list(found) == []
    assert schemas.complaints(files, dialect.version) == []


@DIALECTS
def test_the_same_quiz_gives_the_same_bytes(dialect: Dialect) -> None:
    assert written(every_kind(), dialect) == written(every_kind(), dialect)


def alone(body: str, *interactions: object, **fields: object) -> Quiz:
    item = Item(identifier="q-1", number="1", body=Content(body), interactions=interactions, **fields)  # type: ignore[arg-type]  # of the union; names of the model
    return Quiz(identifier="q", sections=(Section(items=(item,)),))


TOLD = Feedback(
    correct=Content("<p>Right.</p>"), incorrect=Content("<p>Wrong.</p>"), general=Content("<p>So it is.</p>")
)


@DIALECTS
def test_feedback_of_a_typed_answer_stays_with_the_answer(dialect: Dialect) -> None:
    accepted = (
        AcceptedText(text="York", feedback=Content("<p>The city.</p>")),
        AcceptedText(text="Yorkshire", credit=Fraction(1, 2), feedback=Content("<p>The county.</p>")),
        AcceptedText(text="Kent", credit=Fraction(0), feedback=Content("<p>Far away.</p>")),
    )
    quiz = alone("<p>This sun of</p>", TextEntryInteraction(accepted=accepted), feedback=TOLD)
    again, found = read(written(quiz, dialect), dialect)
    assert [item.interactions for item in again.items] == [item.interactions for item in quiz.items]
    assert [item.feedback for item in again.items] == [TOLD]
    assert list(found) == []


@DIALECTS
def test_feedback_that_nobody_would_see_is_lost_with_a_word(dialect: Dialect) -> None:
    accepted = (
        AcceptedText(text="Blank", feedback=Content("<p>one</p>")),
        AcceptedText(text="blank", feedback=Content("<p>two</p>")),
    )
    numbers = (
        AcceptedNumber(value=Fraction(42), tolerance=Fraction(1), feedback=Content("<p>near</p>")),
        AcceptedNumber(
            value=Fraction(42), kind=ToleranceKind.SIGNIFICANT, tolerance=Fraction(2), feedback=Content("<p>four</p>")
        ),
    )
    for answers in (accepted, numbers):
        quiz = alone("<p>Which?</p>", TextEntryInteraction(accepted=answers), feedback=TOLD)
        found = Diagnostics()
        limited = (limit_to_qti3 if dialect.kebab else limit_to_qti21)(quiz, None, found)
        assert [(finding.code, finding.item) for finding in found] == [("W163", "1")]
        again, _ = read(written(limited, dialect), dialect)
        assert [item.interactions for item in again.items] == [item.interactions for item in limited.items]
        assert [item.feedback for item in again.items] == [TOLD]


@DIALECTS
def test_blanks_with_names_that_no_file_can_hold_come_back_in_the_order_of_the_text(dialect: Dialect) -> None:
    blanks = [
        InlineChoiceInteraction(identifier=name, choices=choices("a", "b", shares="1 0")) for name in ("2", "a b")
    ]
    quiz = alone(f"<p>{gap('a b')} then {gap('2')}</p>", *blanks)
    limited = fitted(quiz, dialect)
    assert [one.identifier for item in limited.items for one in item.interactions] == ["a b", "2"]
    again, found = read(written(limited, dialect), dialect)
    assert again == limited
    assert list(found) == []


@DIALECTS
def test_a_film_with_several_files_keeps_them(dialect: Dialect) -> None:
    body = '<p>Watch.</p>\n<video controls=""><source src="media/a.mp4"><source src="media/a.ogg"></video>'
    assets = {name: Asset(name=name, data=name.encode()) for name in ("media/a.mp4", "media/a.ogg")}
    quiz = replace(alone(body), assets=assets)
    again, _ = read(written(quiz, dialect), dialect)
    assert dict(again.assets) == assets


@DIALECTS
def test_a_kept_question_keeps_the_points_that_a_test_gives_it(dialect: Dialect) -> None:
    raw = (
        f'<assessmentItem xmlns="{QTI_2_1.namespace}" identifier="hot" title="Spot" adaptive="true" timeDependent="false">'
        '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float"><defaultValue><value>100</value>'
        "</defaultValue></outcomeDeclaration><itemBody><p>Where?</p></itemBody></assessmentItem>"
    )
    kept = ForeignInteraction(
        format=dialect.format, kind="assessmentItem", raw=raw, attributes={"href": "items/hot.xml"}
    )
    quiz = alone("<p>Where?</p>", kept, points=Fraction(200))
    again, _ = read(written(quiz, dialect), dialect)
    assert [item.points for item in again.items] == [200]
