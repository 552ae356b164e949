"""What a candidate types: the accepted texts and numbers of an item, and the blanks inside its text."""

import re
from collections.abc import Mapping
from fractions import Fraction
from html import escape, unescape

from stemkey.formats.qti12.choices import answer_feedback, earned_by, is_right
from stemkey.formats.qti12.item_parts import Condition, Label, Parts, Response, Test, feedback_field, joined
from stemkey.formats.qti12.kinds import Kind
from stemkey.formats.qti12.numeric import read_number
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Choice,
    Content,
    InlineChoiceInteraction,
    TextEntryInteraction,
    gap,
)
from stemkey.richtext.to_plain import to_plain

_RESPONSE = "response_"


def text_entry(parts: Parts, identifier: str) -> TextEntryInteraction:
    """Return what a short answer accepts."""
    return TextEntryInteraction(
        identifier=identifier,
        accepted=tuple(_texts(parts, None)),
        case_sensitive=any(test.case_matters for condition in parts.conditions for test in _equals(condition.tests)),
    )


def number_entry(parts: Parts, identifier: str) -> TextEntryInteraction:
    """Return what a numeric question accepts."""
    accepted = []
    for condition in parts.conditions:
        if not condition.scores and not is_right(condition, parts):
            continue
        credit = earned_by(condition, parts)
        told = next((ident for ident in condition.feedback if feedback_field(ident) is None), "")
        feedback = parts.feedback.get(told, EMPTY)
        # A wrong answer is worth naming where something is said to it.
        number = read_number(condition.tests, credit, feedback) if credit > 0 or (credit == 0 and feedback) else None
        if number is not None:
            accepted.append(number)
    return TextEntryInteraction(identifier=identifier, accepted=tuple(accepted))


def _texts(parts: Parts, respident: str | None) -> list[AcceptedText | AcceptedNumber]:
    """Return the texts that earn credit, in the file's order, each once."""
    credits_: dict[str, Fraction] = {}
    told: dict[str, str] = {}
    wrong: set[str] = set()
    for condition in parts.conditions:
        worth = earned_by(condition, parts) if is_right(condition, parts) else NO_CREDIT
        for test in _equals(condition.tests):
            if respident is not None and test.respident != respident:
                continue
            if worth > 0 and test.value.strip():
                credits_[test.value] = max(credits_.get(test.value, NO_CREDIT), worth)
            elif condition.scores and worth == 0:
                wrong.add(test.value)
        if len(condition.tests) == 1 and condition.tests[0].operator == "varequal":
            for ident in condition.feedback:
                if feedback_field(ident) is None and ident in parts.feedback:
                    told.setdefault(condition.tests[0].value, ident)
    for text in told:
        if text not in credits_ and text in wrong:
            credits_[text] = NO_CREDIT
    if not any(credits_.values()):
        credits_ = _worth_nothing(parts, respident)
    best = max(credits_.values(), default=FULL_CREDIT) or FULL_CREDIT
    return [
        # A gap's own best answer is worth the whole gap.
        AcceptedText(
            text=text,
            credit=credit / best if respident is not None else credit,
            feedback=parts.feedback[told[text]] if text in told else EMPTY,
        )
        for text, credit in credits_.items()
    ]


def _worth_nothing(parts: Parts, respident: str | None) -> dict[str, Fraction]:
    """Return the texts of an item of 0 points, where no condition gives any."""
    return {
        test.value: FULL_CREDIT
        for condition in parts.conditions
        if condition.scores and not any(feedback_field(ident) == "incorrect" for ident in condition.feedback)
        for test in _equals(condition.tests)
        if test.value.strip() and (respident is None or test.respident == respident)
    }


def _equals(tests: tuple[Test, ...]) -> list[Test]:
    found = []
    for test in tests:
        if test.operator == "varequal":
            found.append(test)
        elif test.operator in {"and", "or"}:
            found += _equals(test.parts)
    return found


def gaps(
    parts: Parts, kind: Kind, names: Mapping[str, str]
) -> tuple[Content, tuple[TextEntryInteraction | InlineChoiceInteraction, ...]]:
    """Return the text with its gaps, and what each gap accepts.

    Canvas and Blackboard name a gap in brackets in the text; others put the response where the gap is.
    """
    told = answer_feedback(parts)
    body = joined([part for part in parts.presented if isinstance(part, str)])
    interactions: list[TextEntryInteraction | InlineChoiceInteraction] = []
    marks: dict[int, Content] = {}
    for index, part in enumerate(parts.presented):
        if isinstance(part, str):
            continue
        written = _gap_name(part)
        identifier = names.get(written, written)
        interactions.append(_gap(parts, part, names, written, kind, told))
        bracketed = f"[{escape(written, quote=False)}]"
        if bracketed in body:
            body = Content(body.replace(bracketed, gap(identifier), 1))
        else:
            marks[index] = gap(identifier)
    if marks and len(marks) == len(interactions):
        body = _interleaved(parts, marks)
    elif marks:
        body = Content(f"{body}\n<p>{' '.join(marks.values())}</p>")
    return body, tuple(interactions)


def _gap_name(response: Response) -> str:
    prompt = unescape(to_plain(response.prompt)).strip() if response.prompt else ""
    name = response.ident.removeprefix(_RESPONSE)
    if name.startswith("[") and name.endswith("]"):
        return name[1:-1]
    # Canvas writes the gap's name as the prompt; New Quizzes writes the answer there.
    return prompt if prompt and (re.sub(r"\W", "_", prompt) == re.sub(r"\W", "_", name) or not name) else name


def _gap(
    parts: Parts, response: Response, names: Mapping[str, str], written: str, kind: Kind, told: Mapping[str, str]
) -> TextEntryInteraction | InlineChoiceInteraction:
    identifier = names.get(written, written)
    if not response.labels or response.kind in {"str", "num"}:
        places = {response.ident, *(label.ident for label in response.labels)}
        accepted = [entry for place in sorted(places) for entry in _texts(parts, place)]
        return TextEntryInteraction(identifier=identifier, accepted=tuple(accepted))
    if kind is Kind.BLANKS and not response.is_dropdown:
        # Every label is right, whatever the conditions say: Canvas names only the first of them there.
        return TextEntryInteraction(
            identifier=identifier,
            accepted=tuple(_accepted(label, _told(parts, told, label)) for label in response.labels),
            case_sensitive=all(label.ignores_case is False for label in response.labels),
        )
    right = {
        test.value.strip()
        for condition in parts.conditions
        if is_right(condition, parts)
        for test in _equals(condition.tests)
        if test.respident == response.ident
    }
    return InlineChoiceInteraction(
        identifier=identifier,
        choices=tuple(
            Choice(
                identifier=names.get(label.ident) or label.ident.removeprefix(f"{written}-"),
                content=label.content,
                credit=FULL_CREDIT if label.ident in right else NO_CREDIT,
                feedback=_told(parts, told, label),
            )
            for label in response.labels
        ),
    )


def _accepted(label: Label, feedback: Content) -> AcceptedText:
    text = _text(label)
    if label.matching == CONTAINS and text and "*" not in text:
        return AcceptedText(text=f"*{text}*", feedback=feedback, wildcards=True)
    return AcceptedText(text=text, feedback=feedback)


CONTAINS = "TextContainsAnswer"
"""New Quizzes: whatever holds the answer is right."""
PLAIN = frozenset({"", "TextEquivalence", "TextInChoices", "Equivalence"})
"""How New Quizzes compares: the answer, or one of them."""


def loosely_matched(parts: Parts) -> tuple[str, ...]:
    """Return how New Quizzes compares answers of blanks where an accepted text cannot say it."""
    labels = [label for response in parts.responses if not response.is_dropdown for label in response.labels]
    odd = [label for label in labels if label.matching not in PLAIN]
    return tuple(dict.fromkeys(label.matching for label in odd if label.matching != CONTAINS or "*" in _text(label)))


def _told(parts: Parts, told: Mapping[str, str], label: Label) -> Content:
    ident = told.get(label.ident)
    return parts.feedback.get(ident, EMPTY) if ident is not None else EMPTY


def _text(label: Label) -> str:
    return unescape(to_plain(label.content)) if "<" in label.content or "&" in label.content else label.content


def _interleaved(parts: Parts, marks: Mapping[int, Content]) -> Content:
    pieces = []
    for index, part in enumerate(parts.presented):
        text = part if isinstance(part, str) else marks[index]
        # A sentence that was cut at its gaps into paragraphs is one sentence.
        if text.startswith("<p>") and text.endswith("</p>") and text.count("<p>") == 1:
            text = Content(text[3:-4])
        pieces.append(text)
    whole = " ".join(piece for piece in pieces if piece)
    return Content(whole if re.match(r"<(?:p|div|ul|ol|table|pre|h\d)\b", whole) else f"<p>{whole}</p>")


__all__ = ["Condition", "gaps", "number_entry", "text_entry"]
