"""Laws of QTI, for generated quizzes in 2.1, 2.2 and 3.0."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from tests.formats.qti21.samples import every_kind
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
    Asset,
    ChoiceInteraction,
    Content,
    Item,
    Quiz,
    Section,
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
