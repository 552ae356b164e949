"""What comes in is decoded without a silent guess."""

from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, decode_text, file_stem, open_source


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("week3.md", "week3"),
        ("dir/week3.moodle.xml", "week3"),
        ("week3.canvas.zip", "week3"),
        ("v1.2 final.md", "v1.2 final"),
        ("-", "stdin"),
        ("README", "README"),
    ],
)
def test_a_stem_is_the_name_without_known_suffixes(name: str, stem: str) -> None:
    assert file_stem(name) == stem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read_whatever_their_mark(encoding: str) -> None:
    found = Diagnostics()
    assert decode_text(Source("a.md", "Zoë\r\n日本\rx".encode(encoding)), found) == "Zoë\n日本\nx"
    assert not len(found)


def test_bytes_that_are_not_utf8_are_named_with_their_place_and_nothing_is_guessed() -> None:
    found = Diagnostics()
    assert decode_text(Source("a.md", b"one\ntwo \xe9"), found) is None
    (finding,) = found
    assert (finding.code, finding.place) == ("R001", ("a.md", 2, 5, 1))


@pytest.mark.parametrize(
    ("head", "kind"), [(b"%PDF-1.7", "a PDF"), (b"PK\x03\x04x", "a zip archive"), (b"a\x00b", "binary")]
)
def test_a_file_that_is_no_text_is_named_for_what_it_is(head: bytes, kind: str) -> None:
    found = Diagnostics()
    assert decode_text(Source("quiz.md", head), found) is None
    assert kind in next(iter(found)).message


def test_a_source_is_read_when_asked_and_its_head_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"0123456789")
    source = open_source(path)
    assert source.head(4) == b"0123"
    assert source.size == 10
    assert source.data == b"0123456789"


def test_a_folder_and_a_missing_file_are_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_source(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "none.md")
