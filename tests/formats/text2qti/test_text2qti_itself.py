"""text2qti itself reads what we write, and reads the same: questions, options, keys, points, texts."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics
from stemkey.fitting import fit
from stemkey.formats import find_format
from stemkey.formats.text2qti.syntax import CARRIES
from stemkey.model import (
    Cardinality,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Item,
    Quiz,
    TextEntryInteraction,
)
from stemkey.pipeline import broken_items, leave_out
from stemkey.richtext.to_plain import to_plain

ROW = find_format("text2qti")


def write(quiz: Quiz) -> tuple[Quiz, str]:
    broken = True
    while broken:
        found = Diagnostics()
        quiz = ROW.limit(fit(quiz, CARRIES, ROW.title, found), ROW.options_type(), found)
        broken = bool(broken_items(found.freeze()))
        quiz = leave_out(quiz, broken_items(found.freeze()), found)
    (data,) = ROW.writer(quiz, ROW.options_type()).values()
    return quiz, data.decode()


def text2qti_reads(text: str) -> Any:
    quiz = pytest.importorskip("text2qti.quiz", reason="text2qti is an optional test tool")
    config = pytest.importorskip("text2qti.config").Config()
    config["latex_render_url"] = "https://canvas.example/equation_images/"
    return quiz.Quiz(text, config=config)


def plain(content: Content) -> str:
    return _unified(to_plain(content))


def plain_xml(xml: str) -> str:
    """The text of text2qti's HTML; formulas as TeX again."""
    html = re.sub(r'<img class="equation_image" title="([^"]*)"[^>]*>', r"\\(\1\\)", unescape(xml))
    return _unified(to_plain(Content(html)))


# text2qti makes quotes and dashes typographic; that is its own style and no loss.
_TYPOGRAPHY = {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "—": "---", "–": "--"}


def _unified(text: str) -> str:
    for character, spelling in _TYPOGRAPHY.items():
        text = text.replace(character, spelling)
    return "".join(text.split())


def a_kind(item: Item) -> str:
    (interaction,) = item.interactions
    match interaction:
        case ChoiceInteraction(cardinality=Cardinality.MULTIPLE):
            return "multiple_answers_question"
        case ChoiceInteraction():
            texts = {to_plain(choice.content) for choice in interaction.choices}
            return "true_false_question" if texts <= {"true", "True", "false", "False"} else "multiple_choice_question"
        case TextEntryInteraction():
            return "numerical_question" if interaction.is_numeric else "short_answer_question"
        case _:
            is_essay = isinstance(interaction, ExtendedTextInteraction)
            return "essay_question" if is_essay else "file_upload_question"


@given(quizzes(CARRIES))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_it_reads_the_same_questions(quiz: Quiz) -> None:
    quiz, text = write(quiz)
    if not any(item.interactions for item in quiz.items):
        return
    theirs = text2qti_reads(text)
    assert _unified(unescape(theirs.title_xml)) == _unified(quiz.title)
    assert plain_xml(theirs.description_html_xml) == plain(quiz.instructions)
    questions = [part for part in theirs.questions_and_delims if type(part).__name__ == "Question"]
    ours = [item for item in quiz.items if item.interactions]
    assert len(questions) == len(ours)
    for question, item in zip(questions, ours, strict=True):
        assert question.type == a_kind(item)
        assert plain_xml(question.question_html_xml) == plain(item.body)
        assert question.points_possible == item.points
        assert plain_xml(question.feedback_html_xml or "") == plain(item.feedback.general)
        assert plain_xml(question.correct_feedback_html_xml or "") == plain(item.feedback.correct)
        assert plain_xml(question.incorrect_feedback_html_xml or "") == plain(item.feedback.incorrect)
        if isinstance(interaction := item.interactions[0], ChoiceInteraction):
            same_choices(question, interaction)
        elif isinstance(interaction, TextEntryInteraction) and not interaction.is_numeric:
            assert [choice.choice_raw for choice in question.choices] == [e.text for e in interaction.accepted]  # type: ignore[union-attr]  # only texts here


def same_choices(question: Any, interaction: ChoiceInteraction) -> None:
    assert [choice.correct for choice in question.choices] == [choice.credit > 0 for choice in interaction.choices]
    for theirs, choice in zip(question.choices, interaction.choices, strict=True):
        assert plain_xml(theirs.choice_html_xml) == plain(choice.content)
        assert plain_xml(theirs.feedback_html_xml or "") == plain(choice.feedback)
