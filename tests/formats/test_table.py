"""Laws over every row of the table of formats: a new format is tested before anyone writes a test for it."""

import os
import subprocess
import sys
import zipfile
from dataclasses import fields, replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Files, Source, zip_files
from stemkey.fitting import fit
from stemkey.formats import FORMATS, Format, detect_format, find_format
from stemkey.model import Quiz
from stemkey.pipeline import broken_items, leave_out
from stemkey.readback import compare

READABLE = [row for row in FORMATS if row.reads is not None]
WRITABLE = [row for row in FORMATS if row.writes is not None]
BOTH = [row for row in READABLE if row.writes is not None]
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def every(rows: list[Format]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def fitted(quiz: Quiz, row: Format) -> Quiz:
    """The quiz as the format carries it; what it cannot hold at all is left out, as `--keep-going` does."""
    while True:
        found = Diagnostics()
        quiz = row.limit(fit(quiz, row.capabilities, row.title, found), row.options_type(), found)
        broken = broken_items(found.freeze()) & {item.number for item in quiz.items}
        if not broken:
            return quiz
        quiz = leave_out(quiz, broken, found)  # and again: what is left of a group may be too small


def written(quiz: Quiz, row: Format) -> bytes:
    return packed(row.writer(quiz, row.options_type()), row)


def packed(files: Files, row: Format) -> bytes:
    if row.archive:
        return zip_files(files)
    (data,) = files.values()
    return data


def read(data: bytes, row: Format, found: Diagnostics, name: str = "week3") -> Quiz:
    return row.reader(Source(f"{name}{row.extensions[0]}", data), row.options_type(), found)


@every(BOTH)
@given(data=st.data())
@EXAMPLES
def test_what_it_writes_it_reads_back(row: Format, data: st.DataObject) -> None:
    quiz = fitted(data.draw(quizzes(row.capabilities)), row)
    found = Diagnostics()
    again = read(written(quiz, row), row, found, quiz.identifier)
    compare(quiz, again, row.capabilities, row.title, found)
    assert [finding.message for finding in found if finding.severity is Severity.ERROR] == []


@every(BOTH)
@given(data=st.data())
@EXAMPLES
def test_what_it_reads_it_writes_and_reads_the_same(row: Format, data: st.DataObject) -> None:
    first = read(written(fitted(data.draw(quizzes(row.capabilities)), row), row), row, Diagnostics())
    found = Diagnostics()
    second = read(written(fitted(first, row), row), row, found)
    assert not found.has_errors
    differences = Diagnostics()
    compare(first, second, row.capabilities, row.title, differences)
    assert [finding.message for finding in differences] == []


@every(WRITABLE)
@given(data=st.data())
@EXAMPLES
def test_it_writes_the_same_bytes_twice(row: Format, data: st.DataObject) -> None:
    quiz = fitted(data.draw(quizzes(row.capabilities, maximum_items=2)), row)
    assert written(quiz, row) == written(replace(quiz), row)


@every(WRITABLE)
@given(data=st.data())
@EXAMPLES
def test_it_takes_whatever_fit_leaves_of_any_quiz(row: Format, data: st.DataObject) -> None:
    quiz = fitted(data.draw(quizzes(maximum_items=2)), row)
    if any(True for _ in quiz.items):
        assert written(quiz, row)


def test_no_byte_depends_on_the_order_of_a_set(day51: Path) -> None:
    script = (
        "import sys, hashlib; from stemkey.pipeline import read_quiz, write_quiz; from stemkey.formats import FORMATS\n"
        "quiz = read_quiz(sys.argv[1]).value\n"
        "for row in FORMATS:\n"
        "    if row.writes:\n"
        "        data = write_quiz(quiz, format=row.name, keep_going=True).value.data\n"
        "        print(row.name, hashlib.sha256(data or b'').hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(day51)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@every(READABLE)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@EXAMPLES
def test_junk_gives_findings_and_no_traceback(row: Format, data: bytes) -> None:
    found = Diagnostics()
    quiz = read(data, row, found)
    assert_sound(quiz)


@every(BOTH)
@given(data=st.data())
@EXAMPLES
def test_its_own_output_damaged_gives_findings_and_no_traceback(row: Format, data: st.DataObject) -> None:
    quiz = fitted(data.draw(quizzes(row.capabilities, maximum_items=2)), row)
    damaged = data.draw(damages(written(quiz, row), is_archive=row.archive))
    found = Diagnostics()
    assert_sound(read(damaged, row, found))


def assert_sound(quiz: Quiz) -> None:
    """Whatever a reader returns keeps the model's promises: its JSON is read back as the equal quiz."""
    json = find_format("json")
    found = Diagnostics()
    again = read(written(quiz, json), json, found)
    assert [finding.message for finding in found] == []
    assert again == quiz


@st.composite
def damages(draw: st.DrawFn, data: bytes, *, is_archive: bool) -> bytes:
    """Return bytes with a piece cut out, doubled, changed or put in; in an archive also inside a member."""
    if is_archive and draw(st.booleans()):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = draw(st.sampled_from(sorted(members)))
        if draw(st.integers(0, 4)) == 0:
            del members[name]
        else:
            members[name] = draw(_damaged(members[name]))
        return zip_files(members)
    return draw(_damaged(data))


@st.composite
def _damaged(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = data[start:end]
        put = draw(
            st.sampled_from([b"", piece + piece, piece[::-1], b"<", b'"', b"&#0;", b"\x00", b"\xff", b"}", b"-1"])
        )
        data = data[:start] + put + data[end:]
    return data


@every(BOTH)
@given(data=st.data())
@settings(EXAMPLES, max_examples=4)
def test_its_own_output_is_recognised(row: Format, data: st.DataObject) -> None:
    quiz = fitted(data.draw(quizzes(row.capabilities, maximum_items=2)), row)
    if not any(True for _ in quiz.items):
        return  # nothing was left to write
    source = Source(f"{quiz.identifier}{row.extensions[0]}", written(quiz, row))
    assert detect_format(source) is row


@every(list(FORMATS))
def test_it_has_a_page_of_the_manual_that_names_every_option(row: Format, repository: Path) -> None:
    pages = [repository / "docs" / "formats" / f"{row.name}.md", repository / "docs" / f"{row.name}.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages if page.exists())
    assert text, f"docs/formats/{row.name}.md is missing"
    missing = [field.name for field in fields(row.options_type) if f"`{field.name}" not in text]
    assert not missing, f"docs/formats/{row.name}.md does not explain {missing}"


def test_names_and_extensions_are_said_once() -> None:
    names = [row.name for row in FORMATS]
    assert len(set(names)) == len(names)
    assert all(row.extensions and row.title and row.evidence for row in FORMATS)
    writing = [row.extensions[0] for row in WRITABLE]
    assert len(set(writing)) == len(writing), "two formats would write the same file"


@every(list(FORMATS))
def test_a_row_names_things_that_exist(row: Format) -> None:
    assert row.reads or row.writes
    assert callable(row.reader) if row.reads else row.reads is None
    assert callable(row.writer) if row.writes else row.writes is None
    assert row.capabilities.interactions
    assert row.options_type()
    assert row.is_sure_of(Source("empty", b"")) is False
