"""Files of strangers: the number of questions that SOURCES.tsv says, each of the right kind."""

from collections import Counter
from pathlib import Path

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import open_source
from stemkey.formats import detect_format
from stemkey.formats.text2qti.reader import read_text2qti
from stemkey.formats.text2qti.syntax import is_text2qti
from stemkey.model import Quiz
from stemkey.options import NoOptions


def read(path: Path) -> tuple[Quiz, Counter[str], Counter[str]]:
    found = Diagnostics()
    quiz = read_text2qti(open_source(path), NoOptions(), found)
    kinds = Counter(type(interaction).__name__ for item in quiz.items for interaction in item.interactions)
    return quiz, kinds, Counter(finding.code for finding in found if finding.severity is Severity.ERROR)


def test_a_quiz_of_a_stranger_is_whole(shared: Path) -> None:
    _, kinds, errors = read(shared / "data/corpus/text2qti/keefereuther__test-quiz.txt")
    assert kinds == {"ChoiceInteraction": 14, "ExtendedTextInteraction": 3}
    assert not errors


def test_questions_that_code_would_write_are_named_and_not_guessed(shared: Path) -> None:
    quiz, kinds, errors = read(shared / "data/corpus/text2qti/molpopgen__quiz.md")
    assert kinds == {"TextEntryInteraction": 1}
    assert errors == {"R509": 2}
    assert [section.select for section in quiz.sections] == [1]


def test_a_manual_is_no_quiz_but_its_examples_are_found(shared: Path) -> None:
    """Of 16 numbered lines 15 begin a question; the other is an example of a paragraph, without answers."""
    _, kinds, errors = read(shared / "data/corpus/text2qti/keefereuther__README.md")
    assert sum(kinds.values()) == 15
    assert errors["R501"] > 100


def test_the_examples_of_text2qti_are_whole(shared: Path) -> None:
    for name, count, texts in (("demo_quiz.txt", 7, 0), ("readme_example.txt", 11, 1)):
        quiz, kinds, errors = read(shared / "data/canvas/text2qti" / name)
        assert sum(kinds.values()) == count
        assert sum(not item.interactions for item in quiz.items) == texts
        assert not errors
        assert list(quiz.assets) == ["fig 1.png"] * texts


def test_they_are_recognised_and_nothing_else_is(shared: Path) -> None:
    for path in (shared / "data/corpus/text2qti").glob("*quiz.*"):
        assert detect_format(open_source(path)).name == "text2qti"
    others = [path for folder in ("md", "aiken", "gift") for path in (shared / "data/corpus" / folder).glob("*.*")]
    assert others
    assert not [path.name for path in others if is_text2qti(open_source(path))]
