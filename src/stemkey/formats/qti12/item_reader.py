"""From an item's parts to the item: which kind of question it is, what is right, which feedback belongs where."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti12.calculated import calculated_clones
from stemkey.formats.qti12.choices import choice, matching, ordering, right_idents
from stemkey.formats.qti12.entries import gaps, loosely_matched, number_entry, text_entry
from stemkey.formats.qti12.idents import MEMO, memo_names, memo_text, read_memo
from stemkey.formats.qti12.item_parts import Parts, Reading, feedback_field, item_parts, joined
from stemkey.formats.qti12.kinds import Kind, kind_name, kind_of
from stemkey.formats.qti12.meta import fraction
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    NO_EXTENSIONS,
    NO_FEEDBACK,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    ForeignInteraction,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_OF_BLACKBOARD = "qmd_absolutescore_max"
_POINTS = ("points_possible", "qmd_weighting", "cc_weighting", "respondusapi_qpoints", _OF_BLACKBOARD)
_DEFAULT_TITLE = "Question"
CALCULATED = "calculated_question"
_OF_CANVAS = frozenset({CALCULATED, "missing_word_question"})


@rule("R320", Severity.ERROR)
def no_key_in_item(kind: str) -> Text:
    """The question says what may be answered and not what is right: no condition gives points.

    Canvas imports such a question with the message that it could not determine the correct answers.
    """
    return Text(f"this {kind} question says nowhere which answer is right", "add the key in the LMS and export again")


@rule("R321", Severity.WARNING)
def qti12_item_kept(kind: str) -> Text:
    """The question is of a kind that no other format holds (a formula, a picture to click on).

    Its text is read; the rest is kept as it stands, and only QTI 1.2 can write it again.
    """
    return Text(f"a question of the kind '{kind}' is kept as it stands", "write it as QTI 1.2, or rewrite it by hand")


@rule("R322", Severity.WARNING)
def qti12_points_unreadable(text: str) -> Text:
    """The points are no number, so the worth of the question would have to be guessed.

    Canvas counts such a question with 0 or 1 points, depending on the field. A decimal comma (`1,5`) is one cause.
    """
    return Text(f"the points are {text!r}, which is no number; 1 is used", "set the points in the LMS")


@rule("R326", Severity.WARNING)
def blank_matched_loosely(how: str) -> Text:
    """New Quizzes compares the answer of a blank in a way that an accepted text cannot say; the text is kept as it stands.

    `TextCloseEnough` forgives typing mistakes, `TextRegex` takes the text for a pattern. Elsewhere only the text itself
    would be right.
    """
    return Text(f"New Quizzes compares an answer by '{how}', which is not carried over", "list the answers one by one")


@rule("R325", Severity.WARNING)
def qti12_points_negative(text: str) -> Text:
    """The points are less than 0, which no right answer can be worth; Canvas counts such a question with 0.

    Some tools write -1 for points that nobody has set.
    """
    return Text(f"the points are {text!r}, less than none; 0 is used", "set the points in the LMS")


@rule("R324", Severity.WARNING)
def empty_answers_left_out(count: int) -> Text:
    """Rows for answers that the author left empty are in the file, as Canvas and Blackboard keep them.

    None of them is right, and nobody can read them. Canvas shows "No answer text provided." for each.
    """
    return Text(f"{count} empty answers are left out", "write their text in the LMS, or leave it so")


@rule("R323", Severity.WARNING)
def feedback_has_no_place(ident: str) -> Text:
    """A feedback is linked to nothing that an item of ours has a place for, for example to one pair of a matching.

    Its text is read as part of the general feedback, so that it is not lost.
    """
    return Text(f"the feedback '{ident}' belongs to no single answer; it is added to the explanation", "check the text")


def read_item(element: "_Element", reading: Reading, position: int, quiz: str, found: Diagnostics) -> Item:
    """Return the item of an `<item>`; what cannot be read is kept whole."""
    parts = item_parts(element, reading)
    span = Span(reading.where.source, parts.line)
    memo = read_memo(parts.metadata.get(MEMO))
    number = memo_text(memo, "number") or str(position)
    kind = kind_of(parts)
    is_own = reading.incoming.is_own
    if not is_own and kind in {Kind.CHOICE, Kind.SEVERAL_CHOICES}:
        _tidy_labels(parts, span, number, found)
    body, interactions = _body(parts, kind, memo, reading.where.source)
    is_kept = interactions is None
    if body.startswith("<div>") and (is_kept or not is_own):
        body = _without_div(body)
    if interactions is None:
        name = kind_name(parts) or "unknown"
        found.add(qti12_item_kept(name), span, item=number)
        # Canvas breaks off the whole import at shapes that it does not know; its own it takes back.
        home = "canvas" if name in _OF_CANVAS else "qti12"
        clones = calculated_clones(parts) if name == CALCULATED else ()
        interactions = (ForeignInteraction(format=home, kind=name, raw=_raw(element), clones=clones),)
    elif any(_has_no_key(interaction) for interaction in interactions) and kind_name(parts) != "Opinion Scale":
        found.add(no_key_in_item(_words(kind)), span, item=number)
    loosely = loosely_matched(parts) if kind is Kind.BLANKS and not is_kept else ()
    for how in loosely:
        found.add(blank_matched_loosely(how), span, item=number)
    return Item(
        identifier=memo_text(memo, "identifier") or parts.ident or f"{quiz}-q{position}",
        number=number,
        title=memo_text(memo, "title")
        or _title(parts.title if is_own and not is_kept else " ".join(parts.title.split()), number),
        body=body,
        interactions=interactions,
        points=_points(parts, memo, span, number, found),
        feedback=_feedback(parts, interactions, span, number, found) if parts.feedback else NO_FEEDBACK,
        hints=tuple(Hint(content=content) for content in parts.hints),
        span=span,
        # Compared as texts, answers that New Quizzes accepts would earn nothing.
        extensions={"scoring:by-hand": "yes"} if loosely else NO_EXTENSIONS,
    )


def _body(
    parts: Parts, kind: Kind, memo: dict[str, object], source: str
) -> tuple[Content, tuple[Interaction, ...] | None]:
    """Return the stem and what is asked for; None for what is asked where no interaction holds it."""
    texts = [part for part in parts.presented if isinstance(part, str)]
    body = texts[0] if len(texts) == 1 else joined(texts)
    identifier = (memo_text(memo, "response") if memo else None) or "RESPONSE"
    match kind:
        case Kind.CHOICE | Kind.SEVERAL_CHOICES:
            names = memo_names(memo, "choices", len(parts.responses[0].labels)) if memo else None
            multiple = kind is Kind.SEVERAL_CHOICES
            return body, (choice(parts, multiple=multiple, names=names, identifier=identifier, source=source),)
        case Kind.TEXT:
            return body, (text_entry(parts, identifier),)
        case Kind.NUMBER:
            return body, (number_entry(parts, identifier),)
        case Kind.BLANKS | Kind.DROPDOWNS:
            return gaps(parts, kind, _names(memo))
        case Kind.MATCH:
            return body, (matching(parts, _names(memo), identifier),)
        case Kind.ORDER:
            order = ordering(parts, identifier)
            return body, None if order is None else (order,)
        case Kind.ESSAY:
            notes = parts.metadata.get("grading_notes", "")
            return body, (ExtendedTextInteraction(identifier=identifier, grader_notes=Content(notes)),)
        case Kind.UPLOAD:
            return body, (UploadInteraction(identifier=identifier),)
        case Kind.NOTHING:
            return body, ()
        case Kind.OTHER:
            return body, None


def _tidy_labels(parts: Parts, span: Span, number: str, found: Diagnostics) -> None:
    """Take a choice of one line out of its paragraph, and leave out what Canvas and Blackboard keep of empty rows."""
    response = parts.responses[0]
    right = right_idents(parts)
    kept = []
    for label in response.labels:
        content = label.content
        if content.startswith("<p>") and content.endswith("</p>") and content.count("<p") == 1:
            content = Content(content[3:-4])
        if content or label.ident in right:
            kept.append(label._replace(content=content))
    if len(kept) < len(response.labels) and kept:
        found.add(empty_answers_left_out(len(response.labels) - len(kept)), span, item=number)
        response.labels = kept
    elif kept:
        response.labels = kept


_BLOCK = re.compile(r"<(?:p|div|ul|ol|dl|table|pre|blockquote|h[1-6]|hr|figure|details|center)\b")


def _without_div(body: Content) -> Content:
    """Return a stem without the `<div>` that Canvas's exporter puts around each."""
    inner = body[5:-6].strip()
    if not body.endswith("</div>") or "<div" in inner:
        return body
    return Content(inner if not inner or _BLOCK.search(inner) else f"<p>{inner}</p>")


def _names(memo: dict[str, object]) -> Mapping[str, str]:
    """Return the authors' names of what has another ident in the file."""
    names = memo.get("names")
    if not isinstance(names, dict):
        return {}
    return {ident: name for ident, name in names.items() if isinstance(name, str)}


def _has_no_key(interaction: Interaction) -> bool:
    match interaction:
        case ChoiceInteraction() | InlineChoiceInteraction():
            return not any(option.credit > 0 for option in interaction.choices)
        case TextEntryInteraction():
            return not interaction.accepted
        case MatchInteraction():
            return not interaction.pairs
        case _:
            return False


def _words(kind: Kind) -> str:
    return {
        Kind.CHOICE: "multiple-choice",
        Kind.SEVERAL_CHOICES: "multiple-answers",
        Kind.TEXT: "short-answer",
        Kind.NUMBER: "numeric",
        Kind.BLANKS: "fill-in",
        Kind.DROPDOWNS: "dropdown",
    }.get(kind, "matching")


def _feedback(
    parts: Parts, interactions: tuple[Interaction, ...], span: Span, number: str, found: Diagnostics
) -> Feedback:
    texts: dict[str, Content] = {}
    unplaced: list[Content] = []
    placed = _answers_feedback(interactions)
    for ident, content in parts.feedback.items():
        name = feedback_field(ident)
        if not content:
            continue
        if name is not None:
            texts[name] = joined([texts.get(name, EMPTY), content])
        elif content not in placed:
            if ident.endswith("_fb"):
                found.add(feedback_has_no_place(ident), span, item=number)
            unplaced.append(content)
    if unplaced:
        texts["general"] = joined([texts.get("general", EMPTY), *unplaced])
    return Feedback(**texts) if texts else NO_FEEDBACK


def _answers_feedback(interactions: tuple[Interaction, ...]) -> frozenset[Content]:
    found: set[Content] = set()
    for interaction in interactions:
        match interaction:
            case ChoiceInteraction() | InlineChoiceInteraction():
                found.update(option.feedback for option in interaction.choices)
            case TextEntryInteraction():
                found.update(entry.feedback for entry in interaction.accepted)
            case _:
                pass
    return frozenset(found)


def _points(parts: Parts, memo: dict[str, object], span: Span, number: str, found: Diagnostics) -> Fraction:
    if memo and (value := fraction(memo_text(memo, "points"))) is not None:
        return value
    for label in _POINTS:
        text = parts.metadata.get(label)
        if text is None or not text.strip():
            continue
        if text == "1.0":
            return FULL_CREDIT
        value = fraction(text)
        if value is None:
            found.add(qti12_points_unreadable(text), span, item=number)
        elif value < 0:
            if label == _OF_BLACKBOARD:
                continue  # Blackboard's word for points that are not set
            found.add(qti12_points_negative(text), span, item=number)
            return NO_CREDIT
        elif value or label == "points_possible":
            return value
    return FULL_CREDIT


def _title(title: str, number: str) -> str:
    """Return the item's own title; Canvas calls every question `Question` that has none."""
    return "" if title in {_DEFAULT_TITLE, f"{_DEFAULT_TITLE} {number}"} else title


def _raw(element: "_Element") -> str:
    from lxml import etree

    return etree.tostring(element, encoding="unicode", with_tail=False)
