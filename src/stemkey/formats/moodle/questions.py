"""What Moodle XML is and can hold: the shares that Moodle accepts, its options, what survives in it."""

import re
from dataclasses import dataclass
from typing import Literal

from stemkey.files import Source
from stemkey.formats.moodle.elements import FORMAT
from stemkey.formats.moodle.lowering import adapt
from stemkey.formats.moodle.shares import LEGAL_CREDITS
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

CARRIES = Capabilities(
    interactions=(
        ChoiceInteraction,
        InlineChoiceInteraction,
        OrderInteraction,
        MatchInteraction,
        TextEntryInteraction,
        ExtendedTextInteraction,
        UploadInteraction,
        ForeignInteraction,
    ),
    text_only=True,
    foreign=(FORMAT,),
    several_interactions=True,
    case_sensitive=True,
    multiple_response=True,
    partial_credit=True,
    negative_credit=True,
    credit_values=LEGAL_CREDITS,
    feedback_general=True,
    feedback_by_result=True,
    feedback_partial=True,
    feedback_per_choice=True,
    hints=True,
    penalty=True,
    points=True,
    tags=True,
    categories=True,
    item_titles=True,
    item_identifiers=True,
    quiz_title=True,
    instructions=True,
    shuffle_per_item=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
    adapt=adapt,
)
"""A Moodle question file holds questions and categories, but no quiz: no time limit, no attempts, no random draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodleOptions:
    """What can be chosen when Moodle XML is written."""

    category: str = ""
    """Path of the category in the question bank, `Biology/Week 3`; empty: the quiz's own, else its title."""
    numbering: Literal["abc", "ABCD", "123", "iii", "IIII", "none"] = "abc"
    """How Moodle labels the choices."""
    instruction: bool = False
    """Whether Moodle shows its own "Select one:" above the choices."""


_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w.:-]*)([^>]*)")


def is_moodle(source: Source) -> bool:
    """Whether the source is certainly Moodle XML: its first element is `<quiz>` without a namespace of others."""
    head = source.data[:8192]
    if b"<quiz" not in head:
        return False
    element = _FIRST_ELEMENT.search(_COMMENT.sub(b"", head))
    return element is not None and element[1] == b"quiz" and b"xmlns" not in element[2]
