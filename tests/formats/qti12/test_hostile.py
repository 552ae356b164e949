"""Damaged and random input gives findings, never a traceback."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, zip_files
from stemkey.formats.qti12.profiles import CanvasOptions, is_canvas
from stemkey.formats.qti12.reader import read_qti12

TAGS = (
    "item", "presentation", "material", "mattext", "response_lid", "response_str", "render_choice", "response_label",
    "resprocessing", "respcondition", "conditionvar", "varequal", "and", "or", "not", "other", "setvar", "vargte",
    "itemfeedback", "flow", "section", "selection_ordering", "selection_number", "points_per_item", "itemmetadata",
    "qtimetadatafield", "fieldlabel", "fieldentry", "displayfeedback", "outcomes", "decvar", "itemproc_extension",
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "",
        "100",
        "-1",
        "1e999",
        "1e999999999",
        "1e-99",
        "9" * 5000,
        "NaN",
        "1/0",
        "numerical_question",
        "response1",
        "A",
        "multiple_answers_question",
        "question_type",
        "[x]",
        "∞",
    ]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    tag = draw(st.sampled_from(TAGS))
    names = draw(
        st.lists(st.sampled_from(["ident", "respident", "texttype", "rcardinality", "linkrefid"]), unique=True)
    )
    attributes = "".join(f' {name}="{draw(WORDS)}"' for name in names)
    inner = draw(WORDS)
    if depth < 4:
        inner += "".join(draw(st.lists(elements(depth + 1), max_size=3)))
    return f"<{tag}{attributes}>{inner}</{tag}>"


def read(data: bytes) -> Diagnostics:
    found = Diagnostics()
    source = Source("x.zip", data)
    is_canvas(source)
    read_qti12(source, CanvasOptions(), found)
    return found


@given(st.lists(elements(), max_size=6))
@settings(max_examples=120, deadline=None)
def test_elements_in_any_place_are_read_or_reported(parts: list[str]) -> None:
    body = "".join(parts)
    read(f'<questestinterop><assessment ident="a"><section>{body}</section></assessment></questestinterop>'.encode())
    read(f"<questestinterop><item><presentation>{body}</presentation>{body}</item></questestinterop>".encode())


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_reported(data: bytes) -> None:
    assert read(data).has_errors
    assert read(b"PK\x03\x04" + data).has_errors


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_package_is_read_or_reported(data: st.DataObject) -> None:
    whole = zip_files(
        {
            "imsmanifest.xml": b'<manifest><resource type="imsqti_xmlv1p2"><file href="a/a.xml"/></resource></manifest>',
            "a/a.xml": b'<questestinterop><assessment ident="a"><section><item ident="q"/></section></assessment>'
            b"</questestinterop>",
            "a/assessment_meta.xml": b"<quiz><title>T</title><time_limit>x</time_limit></quiz>",
        }
    )
    place = data.draw(st.integers(0, len(whole) - 1))
    read(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 3)) :])


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE questestinterop [<!ENTITY a "b">]><questestinterop>&a;</questestinterop>',
        b'<!DOCTYPE questestinterop [<!ENTITY % p SYSTEM "file:///etc/passwd">]><questestinterop/>',
    ],
)
def test_entities_are_refused(xml: bytes) -> None:
    assert [finding.code for finding in read(xml)] == ["R021"]


def test_a_document_type_of_an_old_tool_is_no_reason_to_refuse_its_questions() -> None:
    xml = b"""<?xml version="1.0"?>
<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd">
<questestinterop><item ident="q"><presentation><material><mattext>Hello</mattext></material></presentation></item>
</questestinterop>"""
    found = Diagnostics()
    quiz = read_qti12(Source("old.xml", xml), CanvasOptions(), found)
    assert [item.body for item in quiz.items] == ["Hello"]
    assert not list(found)


def test_deep_nesting_is_no_danger() -> None:
    deep = b"<flow>" * 3000 + b"</flow>" * 3000
    read(b"<questestinterop><item><presentation>" + deep + b"</presentation></item></questestinterop>")
    tests = b"<and>" * 1500 + b"</and>" * 1500
    read(
        b"<questestinterop><item><resprocessing><respcondition><conditionvar>"
        + tests
        + b"</conditionvar></respcondition></resprocessing></item></questestinterop>"
    )


def test_a_package_without_questions_says_what_it_lacks() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert [finding.code for finding in read(buffer.getvalue())] == ["R301"]


def test_numbers_of_a_billion_digits_are_no_numbers() -> None:
    xml = b"""<questestinterop><assessment ident="a"><qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel>
<fieldentry>NINES</fieldentry></qtimetadatafield></qtimetadata><section><selection_ordering><selection>
<selection_number>NINES</selection_number></selection></selection_ordering><item ident="q"><itemmetadata><qtimetadata>
<qtimetadatafield><fieldlabel>points_possible</fieldlabel><fieldentry>1e999999999</fieldentry></qtimetadatafield>
</qtimetadata></itemmetadata><presentation><response_str ident="r"><render_fib/></response_str></presentation>
<resprocessing><respcondition><conditionvar><vargte respident="r">1e-999999999</vargte></conditionvar>
<setvar>1e999999999</setvar></respcondition></resprocessing></item></section></assessment></questestinterop>"""
    assert "R322" in [finding.code for finding in read(xml.replace(b"NINES", b"9" * 5000))]
