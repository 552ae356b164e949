"""XML from anywhere: no entities, no document types, no network; a place for what is damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.files.safe_xml import parse_xml


def test_elements_keep_their_line() -> None:
    root = parse_xml(Source("a.xml", b"<a>\n\n<b/></a>"), Diagnostics())
    assert root is not None
    assert [str(child.sourceline) for child in root] == ["3"]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a>&m;</a>',
        b'<!doctype a SYSTEM "http://example.invalid/x.dtd"><a/>',
    ],
)
def test_entities_and_document_types_are_refused_unread(data: bytes) -> None:
    found = Diagnostics()
    assert parse_xml(Source("a.xml", data), found) is None
    assert [finding.code for finding in found] == ["R021"]


def test_text_about_a_doctype_is_only_text() -> None:
    found = Diagnostics()
    root = parse_xml(Source("a.xml", b"<a><![CDATA[Every page begins with <!DOCTYPE html>.]]></a>"), found)
    assert root is not None
    assert root.text == "Every page begins with <!DOCTYPE html>."
    assert not len(found)


def test_damaged_xml_is_named_with_its_line() -> None:
    found = Diagnostics()
    assert parse_xml(Source("a.xml", b"<a>\n<b>\n</a>"), found) is None
    (finding,) = found
    assert finding.code == "R020"
    assert finding.place is not None
    assert finding.place[1] == 3


def test_a_large_embedded_file_is_read() -> None:
    data = b"<a>" + b"QUJD" * 3_000_000 + b"</a>"
    root = parse_xml(Source("a.xml", data), Diagnostics())
    assert root is not None
    assert len(root.text or "") == 12_000_000


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_junk_gives_a_finding_and_never_a_traceback(junk: bytes) -> None:
    found = Diagnostics()
    assert (parse_xml(Source("a.xml", b"<quiz>" + junk), found) is None) == bool(len(found))
