"""Moodle XML that is read and written again means the same to Moodle; every file holds as many questions as its source says."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.formats.moodle.meaning import Meaning, meaning_of

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.moodle.questions import MoodleOptions, is_moodle
from stemkey.formats.moodle.reader import read_moodle
from stemkey.formats.moodle.writer import write_moodle
from stemkey.model import ForeignInteraction, Quiz

SPECIMENS = sorted((Path(__file__).parent / "specimens").glob("*/*.xml"))


def read(path: Path, data: bytes | None = None) -> Quiz:
    return read_moodle(Source(path.name, data or path.read_bytes()), MoodleOptions(), Diagnostics())


def written(quiz: Quiz) -> bytes:
    (data,) = write_moodle(quiz, MoodleOptions()).values()
    return data


def assert_means_the_same(path: Path) -> None:
    quiz = read(path)
    data = written(quiz)
    before, after = meaning_of(path.read_bytes()), meaning_of(data)
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert allowed(old, new) == new
    assert read(path, data) == quiz
    assert written(read(path, data)) == data


def allowed(old: Meaning, new: Meaning) -> Meaning:
    """Fill in what a file without it gets: an idnumber, a name for a cloze, a category."""
    filled = dict(old)
    if not old.get("idnumber") and "idnumber" in new:
        filled["idnumber"] = new["idnumber"]
    if not old.get("name") and old.get("kind") == "cloze":
        filled["name"] = new["name"]
    if not old["category"]:
        filled["category"] = new["category"]
    return filled


@pytest.mark.parametrize("path", SPECIMENS, ids=lambda path: path.name)
def test_an_export_of_moodle_means_the_same_when_written_again(path: Path) -> None:
    assert_means_the_same(path)


def test_what_is_kept_whole_is_graded_by_the_same_after_it_was_written_again(shared: Path) -> None:
    """The clones are what the file says, not what was remembered."""
    path = shared / "data" / "moodle" / "export-core.xml"
    quiz = read(path)
    again = read(path, written(quiz))
    clones = [kept.clones for kept in foreign_of(quiz)]
    assert clones == [kept.clones for kept in foreign_of(again)]
    assert [len(forms) for forms in clones] == [9, 9, 9, 1, 1, 1]


def foreign_of(quiz: Quiz) -> list[ForeignInteraction]:
    return [only for item in quiz.items for only in item.interactions if isinstance(only, ForeignInteraction)]


def shared_rows(shared: Path) -> Iterator[tuple[Path, int]]:
    folder = shared / "data" / "corpus" / "moodlexml"
    with (folder / "SOURCES.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield folder / row["file"], int(row["questions"])


def test_files_of_strangers_mean_the_same_when_written_again(shared: Path) -> None:
    for path, count in shared_rows(shared):
        if count:
            assert_means_the_same(path)


def test_files_of_strangers_hold_as_many_questions_as_their_source_says(shared: Path) -> None:
    found = {path.name: sum(1 for _ in read(path).items) for path, _ in shared_rows(shared)}
    assert found == {path.name: count for path, count in shared_rows(shared)}
    assert all(is_moodle(Source(path.name, path.read_bytes())) for path, _ in shared_rows(shared))
