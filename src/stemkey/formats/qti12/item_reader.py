"""From an item's parts to the item: which kind of question it is, what is right, which feedback belongs where."""

from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti12.idents import MEMO, memo_names, memo_text, read_memo
from stemkey.formats.qti12.item_parts import Condition, Parts, Reading, Response, Test, item_parts, joined
from stemkey.formats.qti12.meta import fraction
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    NO_FEEDBACK,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    Feedback,
    ForeignInteraction,
    Interaction,
    Item,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_POINTS = ("points_possible", "qmd_weighting", "cc_weighting")
_DEFAULT_TITLE = "Question"


@rule("R320", Severity.ERROR)
def no_key_in_item(kind: str) -> Text:
    """The question says what may be answered and not what is right: no condition gives points.

    Canvas imports such a question with the message that it could not determine the correct answers.
    """
    return Text(f"this {kind} question says nowhere which answer is right", "add the key in the LMS and export again")


@rule("R321", Severity.WARNING)
def item_kept_whole(kind: str) -> Text:
    """The question is of a kind that is not read yet; it is kept as it stands and only QTI 1.2 can write it again."""
    return Text(f"a question of the kind '{kind}' is kept as it stands", "write it as QTI 1.2, or rewrite it by hand")


@rule("R322", Severity.WARNING)
def points_unreadable(text: str) -> Text:
    """The points are no number that Canvas would read; Canvas counts such a question with 0 or 1 points."""
    return Text(f"the points are {text!r}, which is no number; 1 is used", "set the points in the LMS")


def read_item(element: "_Element", reading: Reading, position: int, quiz: str, found: Diagnostics) -> Item:
    """Return the item of an `<item>`; what cannot be read is kept whole."""
    parts = item_parts(element, reading)
    span = Span(reading.where.source, parts.line)
    memo = read_memo(parts.metadata.get(MEMO))
    number = memo_text(memo, "number") or str(position)
    interaction = _interaction(parts, memo, reading, found, number)
    if interaction is None:
        kind = _kind(parts) or "unknown"
        found.add(item_kept_whole(kind), span, item=number)
        interaction = ForeignInteraction(format="qti12", kind=kind, raw=_raw(element))
    texts = [part for part in parts.presented if isinstance(part, str)]
    return Item(
        identifier=memo_text(memo, "identifier") or parts.ident or f"{quiz}-q{position}",
        number=number,
        title=_title(parts.title, number),
        body=texts[0] if len(texts) == 1 else joined(texts),
        interactions=(interaction,),
        points=_points(parts, span, number, found),
        feedback=_feedback(parts),
        span=span,
    )


def _interaction(
    parts: Parts, memo: dict[str, object], reading: Reading, found: Diagnostics, number: str
) -> Interaction | None:
    responses = parts.responses
    if len(responses) == 1 and responses[0].kind == "lid" and responses[0].labels and not parts.too_deep:
        return _choice(parts, responses[0], memo, reading, found, number)
    return None


def _choice(
    parts: Parts, response: Response, memo: dict[str, object], reading: Reading, found: Diagnostics, number: str
) -> ChoiceInteraction:
    multiple = parts.metadata.get("question_type") == "multiple_answers_question" or response.cardinality == "Multiple"
    earned = _multiple_credits(parts, response) if multiple else _single_credits(parts)
    if not any(credit > 0 for credit in earned.values()):
        found.add(no_key_in_item(_kind(parts) or "choice"), Span(reading.where.source, parts.line), item=number)
    told = _answer_feedback(parts)
    names = memo_names(memo, "choices", len(response.labels)) if memo else None
    source = reading.where.source
    feedback = parts.feedback
    choices = tuple(
        Choice(
            identifier=names[index] if names else label.ident,
            content=label.content,
            credit=earned.get(label.ident, NO_CREDIT),
            feedback=feedback.get(told[label.ident], EMPTY) if label.ident in told else EMPTY,
            span=Span(source, label.line),
        )
        for index, label in enumerate(response.labels)
    )
    return ChoiceInteraction(
        identifier=memo_text(memo, "response") or "RESPONSE" if memo else "RESPONSE",
        choices=choices,
        cardinality=Cardinality.MULTIPLE if multiple else Cardinality.SINGLE,
    )


def _single_credits(parts: Parts) -> dict[str, Fraction]:
    """Return what each answer earns: a condition that sets the score pays each answer that it names."""
    scale = _scale(parts)
    earned: dict[str, Fraction] = {}
    for condition in parts.conditions:
        if not condition.scores:
            continue
        value = _score(condition, scale)
        for test in condition.tests:
            for ident in _chosen(test):
                earned[ident] = max(earned.get(ident, NO_CREDIT), value) if value >= 0 else value
    return earned


def _multiple_credits(parts: Parts, response: Response) -> dict[str, Fraction]:
    """Return each right answer's share: equal shares, as Canvas has them."""
    right: list[str] = []
    for condition in parts.conditions:
        if condition.scores and _score(condition, _scale(parts)) > 0:
            for test in condition.tests:
                right += [ident for ident in _chosen(test) if ident not in right]
    share = Fraction(1, len(right)) if right else NO_CREDIT
    return dict.fromkeys(right, share)


def _chosen(test: Test) -> list[str]:
    """Return the idents that a condition wants chosen."""
    if test.operator == "varequal":
        return [test.value]
    if test.operator in {"and", "or"}:
        return [ident for part in test.parts for ident in _chosen(part)]
    return []


def _scale(parts: Parts) -> Fraction:
    """Return the score that is worth the whole item."""
    if parts.maximum == "100":
        return _HUNDRED
    declared = fraction(parts.maximum)
    return declared if declared is not None and declared > 0 else _HUNDRED


_HUNDRED = Fraction(100)


def _score(condition: Condition, scale: Fraction) -> Fraction:
    for _, action, text in condition.scores:
        if action in {"Set", "Add"} and text == "100" and scale is _HUNDRED:
            return FULL_CREDIT
        value = fraction(text)
        if value is not None:
            return (-value if action == "Subtract" else value) / scale
    return NO_CREDIT


def _answer_feedback(parts: Parts) -> dict[str, str]:
    """Return which feedback is shown for which answer."""
    told: dict[str, str] = {}
    for condition in parts.conditions:
        if condition.feedback and len(condition.tests) == 1 and condition.tests[0].operator == "varequal":
            for ident in condition.feedback:
                if ident in parts.feedback and ident not in _ITEM_FEEDBACK:
                    told[condition.tests[0].value] = ident
    if len(parts.feedback) > len(told):
        for ident in parts.feedback:
            # Canvas takes an answer's feedback by its name alone, too.
            if ident.endswith("_fb") and ident not in _ITEM_FEEDBACK:
                told.setdefault(ident.removesuffix("_fb"), ident)
    return told


_ITEM_FEEDBACK = {"general_fb": "general", "correct_fb": "correct", "general_incorrect_fb": "incorrect"}


def _feedback(parts: Parts) -> Feedback:
    texts = {
        _ITEM_FEEDBACK[ident]: content
        for ident, content in parts.feedback.items()
        if content and ident in _ITEM_FEEDBACK
    }
    return Feedback(**texts) if texts else NO_FEEDBACK


def _points(parts: Parts, span: Span, number: str, found: Diagnostics) -> Fraction:
    for label in _POINTS:
        text = parts.metadata.get(label)
        if text is None or not text.strip():
            continue
        if text == "1.0":
            return FULL_CREDIT
        value = fraction(text)
        if value is not None:
            return value
        found.add(points_unreadable(text), span, item=number)
    return FULL_CREDIT


def _title(title: str, number: str) -> str:
    """Return the item's own title; Canvas calls every question `Question` that has none."""
    return "" if title in {_DEFAULT_TITLE, f"{_DEFAULT_TITLE} {number}"} else title


def _kind(parts: Parts) -> str:
    return parts.metadata.get("question_type", "")


def _raw(element: "_Element") -> str:
    from lxml import etree

    return etree.tostring(element, encoding="unicode", with_tail=False)


__all__ = ["Content", "read_item"]
