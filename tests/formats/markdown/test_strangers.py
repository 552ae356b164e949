"""Quizzes that other people wrote, in shapes of their own: the number of questions, and a word about every missing key."""

import csv
import re
from html import unescape
from pathlib import Path

import pytest

from stemkey.checks import check
from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import open_source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.model import ChoiceInteraction, InlineChoiceInteraction, Interaction, Quiz, TextEntryInteraction

# Where our count is not the human one. The files were looked at again; the reason is what is in them.
DIFFERENT = {
    "brunomnsilva__example.md": (10, "ten questions between the rules"),
    "jhoyland__exampleQuiz.md": (6, "six headings; the last one is a cloze with two gaps, which is one question"),
    "jhoyland__sampleQuiz.md": (5, "five headings with an answer"),
    "nutthakorn7__quizzes-quiz1.md": (15, "10 + 3 + 2 questions in three parts"),
    "nutthakorn7__quizzes-quiz2.md": (15, "10 + 3 + 2 questions in three parts"),
    "nutthakorn7__weekly-week10.md": (5, "the file ends after the fifth"),
    "steliosot__quizzes-general-science-quiz.md": (5, "five headings with options"),
}


def read(path: Path, *, key: Path | None = None) -> tuple[Quiz, Diagnostics]:
    found = Diagnostics()
    quiz = read_markdown(open_source(path), MarkdownOptions(key=str(key) if key else None), found)
    check(quiz, found)
    return quiz, found


@pytest.fixture(scope="module")
def corpus(shared: Path) -> Path:
    return shared / "data" / "corpus" / "md"


def test_the_questions_are_as_many_as_a_human_counts(corpus: Path) -> None:
    wrong = {}
    with (corpus / "SOURCES.tsv").open(encoding="utf-8") as sources:
        for row in csv.DictReader(sources, delimiter="\t"):
            quiz, _ = read(corpus / row["file"])
            count = sum(1 for _ in quiz.items)
            expected = DIFFERENT.get(row["file"], (int(row["questions"]), ""))[0]
            if count != expected:
                wrong[row["file"]] = (count, expected)
    assert wrong == {}


def test_every_question_without_a_key_is_a_finding(corpus: Path) -> None:
    for path in sorted(corpus.glob("*.md")):
        quiz, found = read(path)
        named = {finding.item for finding in found}
        for item in quiz.items:
            keyed = bool(item.interactions) and all(_is_keyed(answer) for answer in item.interactions)
            assert keyed or item.number in named, f"{path.name}: question {item.number}"


def _is_keyed(answer: Interaction) -> bool:
    match answer:
        case ChoiceInteraction():
            return bool(answer.keys)
        case InlineChoiceInteraction():
            return any(choice.credit == 1 for choice in answer.choices)
        case TextEntryInteraction():
            return bool(answer.accepted)
        case _:
            return bool(getattr(answer, "grader_notes", ""))


_WORD = re.compile(r"[^\W\d_]{2,}")
# What says what a line is; `??? question` and `success` are kinds of box in MkDocs.
_SIGNS = frozenset(
    re.findall(
        r"\w+",
        "answer answers correct explanation key question questions quiz rationale solution solutions marking model"
        " multiple choice type single table contents time show success brief reason javascript txt",
    )
)


def test_no_word_vanishes_without_a_finding(corpus: Path) -> None:
    """Every word of every line is in the quiz, or in a finding, or on lines that a finding names."""
    lost = {}
    for path in sorted(corpus.glob("*.md")):
        quiz, found = read(path)
        if not any(True for _ in quiz.items):
            continue  # "holds no question" says all of it
        known = _words(repr(quiz)) | _SIGNS
        named: set[int] = set()
        for finding in found:
            assert isinstance(finding.place, Span)
            known |= _words(finding.message)
            if finding.code in ("R108", "R135"):
                more = re.search(r"and (\d+) more line", finding.message)
                named |= set(range(finding.place.line, finding.place.line + (int(more[1]) if more else 0) + 1))
            if through := re.search(r"lines (\d+) to (\d+)", finding.message):
                named |= set(range(int(through[1]), int(through[2]) + 1))
        for number, line in enumerate(_without_comments(path.read_text(encoding="utf-8")).split("\n"), start=1):
            missing = _words(re.sub(r"</?[A-Za-z][^<>]*>|\]\(#[^)]*\)", " ", line)) - known
            if missing and number not in named:
                lost[f"{path.name}:{number}"] = sorted(missing)
    assert lost == {}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(unescape(text.replace("\\n", " ")).lower()))


def _without_comments(text: str) -> str:
    """The text with comments and front matter as empty lines."""
    text = re.sub(r"<!--.*?-->", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    front = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
    return "\n" * front[0].count("\n") + text[front.end() :] if front else text


def test_every_finding_has_a_place_inside_its_file(corpus: Path) -> None:
    for path in sorted(corpus.glob("*.md")):
        lines = path.read_text(encoding="utf-8").count("\n") + 1
        for finding in read(path)[1]:
            assert isinstance(finding.place, Span), finding
            assert 1 <= finding.place.line <= lines, finding


def test_a_key_may_be_in_a_file_of_its_own(corpus: Path) -> None:
    quiz, _ = read(corpus / "agmo-karseng__mock-exam.md", key=corpus / "agmo-karseng__mock-exam-answer-key.md")
    keys = [
        interaction.keys
        for item in quiz.items
        for interaction in item.interactions
        if isinstance(interaction, ChoiceInteraction)
    ]
    assert len(keys) == 60
    assert all(keys)


def test_no_mark_of_an_option_stays_in_its_text(corpus: Path) -> None:
    quiz, _ = read(corpus / "moeinfatehi__quiz-quiz.md")
    for item in quiz.items:
        for interaction in item.interactions:
            assert isinstance(interaction, ChoiceInteraction)
            assert all("**" not in choice.content for choice in interaction.choices)
