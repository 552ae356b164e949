"""What a quiz as a whole may not have in QTI 1.2 and in Canvas, beyond what single items may not."""

from dataclasses import replace

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.formats.qti12.profiles import CanvasOptions
from stemkey.model import EMPTY, Quiz, Section

LONGEST_TITLE = 255


@rule("W171", Severity.WARNING)
def canvas_title_cut(length: int) -> Text:
    """Canvas loses a quiz whose title has more than 255 characters: its questions land in a bank, the quiz is gone.

    The title is cut in the package. The quiz itself keeps it.
    """
    return Text(f"the title has {length} characters and is cut to {LONGEST_TITLE} for Canvas", "shorten the title")


@rule("W172", Severity.WARNING)
def qti12_part_property_lost(what: str, title: str) -> Text:
    """A part of the quiz says something about itself that the target has no place for.

    Instructions of a part can be written as a text without a question, before the part's first question.
    """
    return Text(
        f"{what} of the part '{title}' have no place in QTI 1.2",
        "put them into the instructions, or a text of their own",
    )


@rule("W173", Severity.WARNING)
def new_quizzes_may_lose_text() -> Text:
    """New Quizzes has no text between questions: it makes a stimulus of it, and users have seen it disappear.

    What candidates must read belongs into the stem of the question that it is about, or into the instructions.
    """
    return Text("New Quizzes may drop a text without a question", "put it into the next question's stem")


@rule("W174", Severity.ERROR)
def new_quizzes_drops_bank_group(bank: str) -> Text:
    """A group draws its questions from a bank elsewhere, and New Quizzes drops such a group without a word.

    Nothing is written while a part of the quiz would vanish. Import the bank into New Quizzes and make the draw there.
    """
    return Text(f"New Quizzes drops the group that draws from the bank '{bank}'", "write the questions into the quiz")


def limit_to_canvas(quiz: Quiz, options: CanvasOptions, found: Diagnostics) -> Quiz:
    """Return the quiz as Canvas takes it."""
    quiz = limit_to_qti12(quiz, options, found)
    if options.quizzes == "new":
        _report_new(quiz, found)
    if len(quiz.title) <= LONGEST_TITLE:
        return quiz
    found.add(canvas_title_cut(len(quiz.title)), quiz.span)
    return replace(quiz, title=f"{quiz.title[: LONGEST_TITLE - 1].rstrip()}…")


def _report_new(quiz: Quiz, found: Diagnostics) -> None:
    for item in quiz.items:
        if not item.interactions:
            found.add(new_quizzes_may_lose_text(), item.span, item=item.number)
    for section in quiz.sections:
        if section.bank and not section.items:
            found.add(new_quizzes_drops_bank_group(section.bank), section.span or quiz.span)


def limit_to_qti12(quiz: Quiz, options: object, found: Diagnostics) -> Quiz:
    """Return the quiz with the parts that QTI 1.2 knows."""
    if not any(section.instructions or section.shuffle is not None for section in quiz.sections):
        return quiz
    return replace(quiz, sections=tuple(_limited(section, quiz, found) for section in quiz.sections))


def _limited(section: Section, quiz: Quiz, found: Diagnostics) -> Section:
    place = section.span or quiz.span
    if section.instructions:
        found.add(qti12_part_property_lost("the instructions", section.title or section.identifier), place)
    if section.shuffle:
        found.add(qti12_part_property_lost("the shuffled questions", section.title or section.identifier), place)
    return replace(section, instructions=EMPTY, shuffle=None)
