"""Doubts about points."""

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Quiz


@rule("Q110", Severity.ERROR)
def points_negative(number: str, points: str) -> Text:
    """A question is worth less than nothing, which no LMS accepts.

    A penalty for wrong answers is written at the options: `**3. A, B (-50 %)**`.
    """
    return Text(f"question {number} is worth {points} points", "give it points above 0")


@rule("Q111", Severity.INFO)
def points_zero(number: str) -> Text:
    """A question is worth no points: it counts for nothing, whatever is answered. In a survey that is meant."""
    return Text(f"question {number} is worth 0 points", "give it points, if it should count")


def check_points(quiz: Quiz, found: Diagnostics) -> None:
    """Report questions that are worth nothing or less."""
    for item in quiz.items:
        if item.points > 0 or not item.interactions:
            continue
        if item.points < 0:
            found.add(points_negative(item.number, str(item.points)), item.span, item=item.number)
        else:
            found.add(points_zero(item.number), item.span, item=item.number)
