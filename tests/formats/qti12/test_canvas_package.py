"""The shape of a Canvas package: what Canvas's importers look for, and the schemas that it claims."""

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Files, Source, zip_files
from stemkey.formats.qti12.profiles import CanvasOptions, is_canvas
from stemkey.formats.qti12.reader import read_qti12
from stemkey.formats.qti12.writer import write_canvas
from stemkey.model import (
    Asset,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    Feedback,
    Item,
    Quiz,
    Section,
    Settings,
)

if TYPE_CHECKING:
    from lxml.etree import XMLSchema

PIXEL = b"\x89PNG\r\n\x1a\n not really"


def choice_item(number: int, *choices: tuple[str, str], key: str = "A", **fields: object) -> Item:
    multiple = len(key) > 1
    interaction = ChoiceInteraction(
        choices=tuple(
            Choice(
                identifier=letter,
                content=Content(text),
                credit=Fraction(letter in key, len(key)),
                feedback=Content(f"<p>about {letter} &amp; more</p>") if letter == "A" else Content(""),
            )
            for letter, text in choices
        ),
        cardinality=Cardinality.MULTIPLE if multiple else Cardinality.SINGLE,
    )
    values: dict[str, object] = {"body": Content("<p>Which?</p>"), "interactions": (interaction,), **fields}
    return Item(identifier=f"week3-q{number}", number=str(number), **values)  # type: ignore[arg-type]  # field by field


@pytest.fixture
def quiz() -> Quiz:
    options = (("A", "one <em>1</em>"), ("B", "a &lt; b"), ("D", "three"))
    told = Feedback(
        general=Content("<p>x &lt; y</p>"), correct=Content("<p>Yes</p>"), incorrect=Content("<p>No, <b>no</b></p>")
    )
    picture = Content('<p><img src="my plots/fig 1+ü.png" alt="a plot"> <img src="images/b.png" alt=""></p>')
    return Quiz(
        identifier="week3",
        title='Week 3: "a < b" & more',
        instructions=Content("<p>Take your time &amp; think.</p>"),
        settings=Settings(shuffle_choices=True, time_limit=30, attempts=0),
        sections=(
            Section(
                items=(
                    choice_item(1, *options, feedback=told, points=Fraction(1, 3)),
                    choice_item(2, *options, key="AD", title="Both", feedback=told),
                    choice_item(3, ("A", "True"), ("B", "False"), key="B"),
                    choice_item(4, ("A", "Vrai"), ("B", "Faux"), body=picture),
                )
            ),
            Section(identifier="g", title="Two of three", items=(choice_item(5, *options),), select=1),
        ),
        assets={name: Asset(name=name, data=PIXEL) for name in ("my plots/fig 1+ü.png", "images/b.png")},
    )


@pytest.fixture
def files(quiz: Quiz) -> Files:
    return write_canvas(quiz, CanvasOptions())


def schema(path: Path) -> "XMLSchema":
    from lxml import etree

    # It names `xml.xsd` at its address in the web.
    local = (path.parent.parent / "cc11" / "xml.xsd").as_uri()
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2001/xml.xsd", local)
    return etree.XMLSchema(etree.fromstring(text.encode()))


def test_the_package_is_laid_out_as_both_importers_look_for_it(files: Files) -> None:
    manifest = files["imsmanifest.xml"].decode()
    assert set(files) == {
        "imsmanifest.xml",
        "week3/week3.xml",
        "week3/assessment_meta.xml",
        "images/fig_1.png",
        "images/b.png",
    }
    assert re.search(r'<resource identifier="week3" type="imsqti_xmlv1p2">\s*<file href="week3/week3.xml"/>', manifest)
    assert '<dependency identifierref="week3_meta"/>' in manifest
    assert 'identifier="week3_meta" type="associatedcontent/imscc_xmlv1p1/learning-application-resource"' in manifest


def test_every_file_that_the_manifest_names_is_there_and_every_file_is_named(files: Files) -> None:
    named = set(re.findall(r'<file href="([^"]+)"', files["imsmanifest.xml"].decode()))
    assert named == set(files) - {"imsmanifest.xml"}


def test_pictures_are_named_in_plain_ascii_and_referred_to_by_the_file_base(files: Files) -> None:
    text = files["week3/week3.xml"].decode()
    assert 'src="$IMS-CC-FILEBASE$/images/fig_1.png"' in text
    assert 'src="$IMS-CC-FILEBASE$/images/b.png"' in text


def test_question_types_are_said_and_true_false_only_where_canvas_knows_the_words(files: Files) -> None:
    kinds = re.findall(r"<fieldlabel>question_type</fieldlabel><fieldentry>(\w+)<", files["week3/week3.xml"].decode())
    assert kinds == [
        "multiple_choice_question",
        "multiple_answers_question",
        "true_false_question",
        "multiple_choice_question",
        "multiple_choice_question",
    ]


def test_feedback_that_is_only_text_gets_an_attribute_so_that_students_see_no_entity(files: Files) -> None:
    text = files["week3/week3.xml"].decode()
    assert '&lt;p class="stemkey"&gt;x &amp;lt; y&lt;/p&gt;' in text
    assert "&lt;p&gt;No, &lt;b&gt;no&lt;/b&gt;&lt;/p&gt;" in text


def test_several_right_answers_are_one_condition_that_names_the_wrong_ones_too(files: Files) -> None:
    text = files["week3/week3.xml"].decode()
    assert (
        '<and><varequal respident="response1">A</varequal><not><varequal respident="response1">B</varequal></not>'
        '<varequal respident="response1">D</varequal></and>'
    ) in text


def test_the_meta_file_says_title_instructions_and_settings(files: Files) -> None:
    meta = files["week3/assessment_meta.xml"].decode()
    assert '<title>Week 3: "a &lt; b" &amp; more</title>' in meta
    assert "<description>&lt;p&gt;Take your time &amp;amp; think.&lt;/p&gt;</description>" in meta
    for tag in ("shuffle_answers>true", "time_limit>30", "allowed_attempts>-1", "available>false"):
        assert f"<{tag}<" in meta


def test_what_is_written_is_read_back_equal_with_its_files(quiz: Quiz, files: Files) -> None:
    found = Diagnostics()
    data = zip_files(files)
    assert is_canvas(Source("week3.zip", data))
    assert read_qti12(Source("week3.zip", data), CanvasOptions(), found) == quiz
    assert not list(found)


def test_math_becomes_equation_images_where_asked_and_comes_back_as_tex(quiz: Quiz) -> None:
    body = Content("<p>If \\(a &lt; b^2\\) then \\[\\frac{1}{x}\\] but not <code>\\(x\\)</code></p>")
    item = choice_item(1, ("A", "\\(x\\)"), ("B", "2"), body=body)
    quiz = Quiz(identifier="m", sections=(Section(items=(item,)),))
    files = write_canvas(quiz, CanvasOptions(math="equation_image"))
    text = files["m/m.xml"].decode()
    assert "/equation_images/a%2520%253C%2520b%255E2" in text
    assert "&lt;code&gt;\\(x\\)&lt;/code&gt;" in text
    again = read_qti12(Source("m.zip", zip_files(files)), CanvasOptions(), Diagnostics())
    assert next(again.items) == item


def test_the_assessment_is_valid_by_the_schema_that_it_names(files: Files, shared: Path) -> None:
    from lxml import etree

    xsd = schema(shared / "data/canvas/schemas/qti12/ims_qtiasiv1p2p1.xsd")
    xsd.assertValid(etree.fromstring(files["week3/week3.xml"]))


def test_the_meta_file_is_valid_by_the_schema_of_canvas(files: Files, shared: Path) -> None:
    from lxml import etree

    xsd = schema(shared / "data/canvas/schemas/canvas_cc/cccv1p0_canvas2019.xsd")
    xsd.assertValid(etree.fromstring(files["week3/assessment_meta.xml"]))
