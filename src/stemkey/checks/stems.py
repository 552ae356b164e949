"""Doubts about stems: empty ones, and questions asked twice."""

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Content, Item, Quiz
from stemkey.richtext import to_plain


@rule("Q112", Severity.ERROR)
def stem_empty(number: str) -> Text:
    """A question has options or a key, but asks nothing.

    Its text may have been taken for something else: for a heading, or for the instructions.
    """
    return Text(f"question {number} has no text", "write what it asks")


@rule("Q113", Severity.WARNING)
def question_repeated(number: str, other: str) -> Text:
    """Two questions have the same text and the same ways to answer: one of them was probably copied and forgotten."""
    return Text(f"question {number} is the same as question {other}", "change or remove one of them")


def check_stems(quiz: Quiz, found: Diagnostics) -> None:
    """Report questions without text, and questions that are equal."""
    seen: dict[Content, Item] = {}
    for item in quiz.items:
        body = item.body
        if (not body or "<img" not in body) and not _says_something(body):
            found.add(stem_empty(item.number), item.span, item=item.number)
            continue
        first = seen.setdefault(body, item)
        if first is not item and first.interactions == item.interactions:
            found.add(question_repeated(item.number, first.number), item.span, item=item.number)


def _says_something(body: Content) -> bool:
    if body.startswith("<p>") and len(body) > 7 and body[3].isalnum():
        return True
    return bool(to_plain(body)) or "<audio" in body or "<video" in body or "<hr" in body
