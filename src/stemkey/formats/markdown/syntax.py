"""What the Markdown language can say, and what its reader may be told."""

from dataclasses import dataclass

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
        ExtendedTextInteraction,
        ForeignInteraction,
        InlineChoiceInteraction,
        MatchInteraction,
        OrderInteraction,
        TextEntryInteraction,
        UploadInteraction,
    ),
    foreign=("*",),
    text_only=True,
    case_sensitive=True,
    multiple_response=True,
    several_interactions=True,
    partial_credit=True,
    negative_credit=True,
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
    settings=True,
    sections=True,
    section_texts=True,
    banks=True,
    shuffle_per_item=True,
    markup=True,
    choice_markup=True,
    math=True,
    images=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownOptions:
    """What may be said with `-O` when Markdown is read or written."""

    key: str | None = None
    """A second file that holds the answer key."""
    layout: str | None = None
    """The name of the layout to read the questions by, where the file leaves a choice."""
