"""What the Markdown language can say, and what its reader may be told."""

from dataclasses import dataclass

from stemkey.model import EVERYTHING

CARRIES = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownOptions:
    """What may be said with `-O` when Markdown is read or written."""

    key: str | None = None
    """A second file that holds the answer key."""
    layout: str | None = None
    """The name of the layout to read the questions by, where the file leaves a choice."""
