"""Choice items in exactly the form that our own writer gives them, read without a tree of elements.

A package of 10,000 questions is read back after every export; a tree of its half a million elements would cost most of
the time. What deviates from the form by one character is left for the general reader; a law compares the two.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from stemkey.diagnostics import Span
from stemkey.formats.qti12.mattext import Incoming, Where
from stemkey.formats.qti12.meta import fraction
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    NO_FEEDBACK,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Feedback,
    Item,
)

PLACE = "stemkey-place"
"""Attribute of the mark that an item leaves in the XML; its value is the item's index."""

_MATTEXT = r'<mattext texttype="text/html">([^<]*+)</mattext>'
_FIELD = r"<qtimetadatafield><fieldlabel>{}</fieldlabel><fieldentry>({})</fieldentry></qtimetadatafield>"
_ITEM = re.compile(
    r'<item ident="([^"<&]++)" title="([^"<]*+)">\n<itemmetadata><qtimetadata>'
    + _FIELD.format("question_type", "multiple_choice_question|true_false_question|multiple_answers_question")
    + _FIELD.format("points_possible", r"[0-9.]++")
    + _FIELD.format("original_answer_ids", r"[^<]*+")
    + r"</qtimetadata></itemmetadata>\n"
    + rf"<presentation><material>{_MATTEXT}</material>\n"
    + r'<response_lid ident="response1" rcardinality="(?:Single|Multiple)"><render_choice>\n'
    + r'((?:<response_label ident="[^"<&]++"><material><mattext texttype="text/html">[^<]*+</mattext></material>'
    + r"</response_label>\n)++)</render_choice></response_lid></presentation>\n"
    + r'<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
    + r"((?:\n<respcondition [^\n]*+)*+)\n</resprocessing>"
    + r'((?:\n<itemfeedback ident="[^"<&]++"><flow_mat><material><mattext texttype="text/html">[^<]*+</mattext>'
    + r"</material></flow_mat></itemfeedback>)*+)\n</item>"
)
_LABEL = re.compile(rf'ident="([^"]++)"><material>{_MATTEXT}')
_TOLD = re.compile(rf'ident="([^"]++)"><flow_mat><material>{_MATTEXT}')
_EQUAL = r'<varequal respident="response1">([^<&]++)</varequal>'
_SCORE = r'<setvar action="Set" varname="SCORE">100</setvar>'
_CORRECT = r'(?:<displayfeedback feedbacktype="Response" linkrefid="correct_fb"/>)?'
_KEY = re.compile(
    rf'<respcondition continue="No"><conditionvar>{_EQUAL}</conditionvar>{_SCORE}{_CORRECT}</respcondition>'
)
_TEST = re.compile(rf"(<not>)?{_EQUAL}(?(1)</not>)")
_KEYS = re.compile(
    rf'<respcondition continue="No"><conditionvar><and>((?:(?:<not>)?{_EQUAL}(?:</not>)?)++)</and></conditionvar>'
    rf"{_SCORE}{_CORRECT}</respcondition>"
)
_SHOWN = re.compile(
    rf'<respcondition continue="Yes"><conditionvar>(?:<other/>|{_EQUAL})</conditionvar>'
    r'<displayfeedback feedbacktype="Response" linkrefid="([^"<&]++)"/></respcondition>'
)
_ITEM_FEEDBACK = {"general_fb": "general", "correct_fb": "correct", "general_incorrect_fb": "incorrect"}
_OTHER_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#10;|#9;|#13;)")
_END = b"\n</item>\n"
_CHUNK = 1 << 20
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32)])


class OwnItem(NamedTuple):
    """What an item in our own form says, still escaped."""

    ident: str
    title: str
    is_multiple: bool
    points: str
    stem: str
    labels: list[tuple[str, str]]
    right: frozenset[str]
    feedback: dict[str, str]
    line: int


def take_out(data: bytes) -> tuple[bytes, list[OwnItem]]:
    """Return a document with a mark in place of each item that is in our own form, and those items.

    Lines keep their numbers. The document is returned as it is where it holds what only an XML parser may judge.
    """
    if len(data.translate(None, _CONTROL)) != len(data) or b"<!" in data:
        return data, []
    items: list[OwnItem] = []
    pieces: list[bytes] = []
    line = 1
    for chunk in _chunks(data):
        try:
            text = chunk.decode()
        except UnicodeDecodeError:
            return data, []
        if _OTHER_ENTITY.search(text) or "\ufffe" in text or "\uffff" in text:
            return data, []
        pieces.append(_marked(text, line, items).encode())
        line += text.count("\n")
    return (b"".join(pieces), items) if items else (data, [])


def _chunks(data: bytes) -> Iterator[bytes]:
    """Give a document in pieces that end with an item: its text is never in memory as a whole."""
    start = 0
    while start < len(data):
        end = data.find(_END, start + _CHUNK)
        end = len(data) if end < 0 else end + len(_END)
        yield data[start:end]
        start = end


def _marked(text: str, line: int, items: list[OwnItem]) -> str:
    """Return text with a mark in place of each item in our own form; those items are added."""
    pieces: list[str] = []
    end = 0
    for match in _ITEM.finditer(text):
        between = text[end : match.start()]
        line += between.count("\n")
        height = match[0].count("\n")
        item = _own_item(match, line)
        if item is None:
            pieces += (between, match[0])
        else:
            pieces += (between, f'<item {PLACE}="{len(items)}">', "\n" * height, "</item>")
            items.append(item)
        line += height
        end = match.end()
    pieces.append(text[end:])
    return "".join(pieces)


def _own_item(match: re.Match[str], line: int) -> OwnItem | None:
    ident, title, kind, points, _, stem, labels, conditions, feedback = match.groups()
    right: list[str] = []
    for condition in conditions.split("\n")[1:]:
        if key := _KEY.fullmatch(condition):
            right.append(key[1])
        elif keys := _KEYS.fullmatch(condition):
            right += [name for negation, name in _TEST.findall(keys[1]) if not negation]
        elif not (shown := _SHOWN.fullmatch(condition)) or (shown[1] and shown[2] != f"{shown[1]}_fb"):
            return None
    options = _LABEL.findall(labels)
    names = {name for name, _ in options}
    told = dict(_TOLD.findall(feedback)) if feedback else {}
    known = all(name in _ITEM_FEEDBACK or name.removesuffix("_fb") in names for name in told)
    if len(names) < len(options) or not known or not right or not names.issuperset(right):
        return None
    return OwnItem(
        ident, title, kind == "multiple_answers_question", points, stem, options, frozenset(right), told, line
    )


def read_own_item(own: OwnItem, position: int, incoming: Incoming, where: Where) -> Item:
    """Return the item."""
    number = where.item = str(position)
    where.line = own.line
    share = Fraction(1, len(own.right)) if own.is_multiple else FULL_CREDIT
    feedback = own.feedback
    source = where.source
    lines = _label_lines(own)
    content = incoming.content
    title = _unescaped(own.title)
    points = FULL_CREDIT if own.points == "1.0" else fraction(own.points)
    return Item(
        identifier=own.ident,
        number=number,
        title="" if title in {"Question", f"Question {number}"} else title,
        body=content(_unescaped(own.stem), None, where),
        interactions=(
            ChoiceInteraction(
                choices=tuple(
                    Choice(
                        identifier=ident,
                        content=content(_unescaped(text), None, where),
                        credit=share if ident in own.right else NO_CREDIT,
                        feedback=content(_unescaped(feedback[f"{ident}_fb"]), None, where)
                        if len(feedback) and f"{ident}_fb" in feedback
                        else EMPTY,
                        span=Span(source, lines[place]),
                    )
                    for place, (ident, text) in enumerate(own.labels)
                ),
                cardinality=Cardinality.MULTIPLE if own.is_multiple else Cardinality.SINGLE,
            ),
        ),
        points=points if points is not None else FULL_CREDIT,
        feedback=_feedback(feedback, incoming, where) if feedback else NO_FEEDBACK,
        span=Span(source, own.line),
    )


def _label_lines(own: OwnItem) -> list[int]:
    """Return the line of each label: one after the other, unless texts have several lines."""
    line = own.line + 4 + own.stem.count("\n")
    lines = []
    for _, text in own.labels:
        lines.append(line)
        line += 1 + text.count("\n")
    return lines


def _feedback(feedback: Mapping[str, str], incoming: Incoming, where: Where) -> Feedback:
    texts = {
        field: incoming.content(_unescaped(feedback[ident]), None, where)
        for ident, field in _ITEM_FEEDBACK.items()
        if ident in feedback
    }
    return Feedback(**texts) if texts else NO_FEEDBACK


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">")
    if "&quot;" in text or "&#" in text:
        text = text.replace("&quot;", '"').replace("&#10;", "\n").replace("&#9;", "\t").replace("&#13;", "\r")
    return text.replace("&amp;", "&")
