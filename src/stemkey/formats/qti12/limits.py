"""What a quiz as a whole may not have in QTI 1.2 and in Canvas, beyond what single items may not."""

from dataclasses import replace

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
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


def limit_to_canvas(quiz: Quiz, found: Diagnostics) -> Quiz:
    """Return the quiz as Canvas takes it."""
    quiz = limit_to_qti12(quiz, found)
    if len(quiz.title) <= LONGEST_TITLE:
        return quiz
    found.add(canvas_title_cut(len(quiz.title)), quiz.span)
    return replace(quiz, title=f"{quiz.title[: LONGEST_TITLE - 1].rstrip()}…")


def limit_to_qti12(quiz: Quiz, found: Diagnostics) -> Quiz:
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
