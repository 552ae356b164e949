"""Files that other programs wrote: each is read with its number of questions and their kinds, and keeps its meaning."""

from fractions import Fraction
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source, zip_files
from stemkey.fitting import fit
from stemkey.formats.qti12.profiles import CANVAS_CARRIES, CanvasOptions
from stemkey.formats.qti12.reader import read_qti12
from stemkey.formats.qti12.writer import write_canvas
from stemkey.model import (
    GAP,
    Cardinality,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
    UploadInteraction,
)
from stemkey.readback import compare


def rows() -> list[tuple[str, int, list[str], set[str]]]:
    found = []
    for line in (Path(__file__).parent / "specimens.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[1].isdecimal():
            kinds = [kind for word in cells[2].split() for kind in _repeated(word)]
            found.append((cells[0], int(cells[1]), kinds, set(cells[3].split())))
    return found


def _repeated(word: str) -> list[str]:
    count, star, kind = word.partition("*")
    return [kind] * int(count) if star else [word]


def kind(item: Item) -> str:
    if not item.interactions:
        return "info"
    first = item.interactions[0]
    if len(item.interactions) > 1 or GAP.search(item.body):
        return "blanks" if isinstance(first, TextEntryInteraction) else "dropdowns"
    match first:
        case ChoiceInteraction():
            return "several" if first.cardinality is Cardinality.MULTIPLE else "choice"
        case TextEntryInteraction():
            return "number" if first.is_numeric else "text"
        case MatchInteraction():
            return "match"
        case OrderInteraction():
            return "order"
        case ExtendedTextInteraction():
            return "essay"
        case UploadInteraction():
            return "upload"
        case ForeignInteraction():
            return "foreign"
        case InlineChoiceInteraction():
            return "dropdowns"


def specimen(shared: Path, name: str) -> Source:
    path = shared / "data" / "canvas" / name
    if path.is_dir():
        files = {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}
        return Source(f"{name}.zip", zip_files(files))
    return Source(name, path.read_bytes())


def read(source: Source) -> tuple[Quiz, Diagnostics]:
    found = Diagnostics()
    return read_qti12(source, CanvasOptions(), found), found


@pytest.mark.parametrize(("name", "count", "kinds", "errors"), rows(), ids=[row[0] for row in rows()])
def test_it_is_read_as_its_source_says(shared: Path, name: str, count: int, kinds: list[str], errors: set[str]) -> None:
    quiz, found = read(specimen(shared, name))
    assert len(list(quiz.items)) == count
    assert [kind(item) for item in quiz.items] == kinds
    assert {finding.code for finding in found if finding.severity is Severity.ERROR} == errors


@pytest.mark.parametrize("name", [row[0] for row in rows() if row[1]])
def test_it_means_the_same_when_it_is_written_again(shared: Path, name: str) -> None:
    original, _ = read(specimen(shared, name))
    lost = Diagnostics()
    quiz = fit(original, CANVAS_CARRIES, "Canvas", lost)
    if not any(True for _ in quiz.items):
        # It holds only what Canvas does not know: each question is named instead of being written.
        assert {finding.item for finding in lost if finding.code == "W101"} == {item.number for item in original.items}
        return
    files = write_canvas(quiz, CanvasOptions())
    again, _ = read(Source("again.zip", zip_files(files)))
    differences = Diagnostics()
    compare(quiz, again, CANVAS_CARRIES, "Canvas", differences)
    assert [finding.message for finding in differences] == []
    assert write_canvas(fit(again, CANVAS_CARRIES, "Canvas", Diagnostics()), CanvasOptions()) == files


def test_a_course_export_says_which_quizzes_it_holds_and_gives_one_by_name(shared: Path) -> None:
    source = specimen(shared, "instructure_qti_fixtures/test_imscc_canvas/")
    quiz, found = read(source)
    assert [section.title for section in quiz.sections] == ["Quiz #1", "Quiz #2"]
    assert [finding.name for finding in found] == ["several-quizzes"]
    one = read_qti12(source, CanvasOptions(quiz="quiz #2"), Diagnostics())
    assert one.title == "Quiz #2"
    assert len(list(one.items)) == 1
    problems = Diagnostics()
    none = read_qti12(source, CanvasOptions(quiz="Quiz #3"), problems)
    assert not list(none.items)
    assert "did you mean 'Quiz #" in str(next(iter(problems)).hint)


def test_a_bank_beside_a_quiz_is_named_and_can_be_read(shared: Path) -> None:
    source = specimen(shared, "instructure_qti_fixtures/with_banks/")
    _, found = read(source)
    assert [finding.name for finding in found] == ["bank-beside-quiz", "bank-beside-quiz"]
    bank = read_qti12(source, CanvasOptions(quiz="First Bank"), Diagnostics())
    assert bank.is_bank
    assert len(list(bank.items)) == 3


def test_a_group_takes_its_questions_from_a_bank_of_the_package(shared: Path) -> None:
    quiz, found = read(specimen(shared, "golden_exports/bank_ref_export.imscc"))
    (section,) = quiz.sections
    assert (section.title, section.select, len(section.items)) == ("From bank", 1, 2)
    assert section.points_per_item == Fraction(3)
    assert not list(found)


def test_settings_that_only_canvas_knows_come_back_as_they_were(shared: Path) -> None:
    quiz, _ = read(specimen(shared, "golden_exports/meta_full_export.imscc"))
    assert (quiz.settings.shuffle_choices, quiz.settings.time_limit, quiz.settings.attempts) == (True, 30, 3)
    meta = write_canvas(quiz, CanvasOptions())[f"{quiz.identifier}/assessment_meta.xml"].decode()
    assert "<one_question_at_a_time>true<" in meta
    assert "<cant_go_back>true<" in meta
