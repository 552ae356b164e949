"""What an exercise of R/exams can hold, and how it is recognised."""

import re

from stemkey.files import Source
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

FORMAT = "rexams"

CARRIES = Capabilities(
    interactions=(
        ChoiceInteraction,
        InlineChoiceInteraction,
        TextEntryInteraction,
        ExtendedTextInteraction,
        UploadInteraction,
        ForeignInteraction,
    ),
    foreign=(FORMAT,),
    multiple_response=True,
    several_interactions=True,
    case_sensitive=True,
    feedback_general=True,
    feedback_per_choice=True,
    points=True,
    tags=True,
    categories=True,
    item_titles=True,
    shuffle_per_item=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
)

_MARKDOWN = re.compile(
    r"^(?:Meta-?information[ \t]*\n=+|#[ \t]+Meta-?information)[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_TYPE = re.compile(r"^extype[ \t]*:|^[% \t]*\\extype\{", re.MULTILINE)


def is_rexams(source: Source) -> bool:
    """Whether a file is certainly an exercise of R/exams: it has the parts, and says its type."""
    if not (b"extype" in source.data and (b"question" in source.data or b"Question" in source.data)):
        return False
    text = source.data.decode("utf-8-sig", "ignore").replace("\r\n", "\n")
    return bool(_TYPE.search(text)) and (bool(_MARKDOWN.search(text)) or "\\begin{question}" in text)
