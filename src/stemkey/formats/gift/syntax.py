r"""GIFT's marks and escapes: `~ = # { } :` and `\n` after a backslash are letters."""

import re
from dataclasses import dataclass
from typing import Literal

from stemkey.files import Source
from stemkey.formats.gift.lowering import adapt
from stemkey.formats.moodle.shares import LEGAL_CREDITS
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
)

CARRIES = Capabilities(
    interactions=(
        ChoiceInteraction,
        TextEntryInteraction,
        MatchInteraction,
        OrderInteraction,
        ExtendedTextInteraction,
    ),
    text_only=True,
    multiple_response=True,
    partial_credit=True,
    negative_credit=True,
    credit_values=LEGAL_CREDITS,
    feedback_general=True,
    feedback_per_choice=True,
    tags=True,
    categories=True,
    item_titles=True,
    item_identifiers=True,
    quiz_title=True,
    markup=True,
    choice_markup=True,
    math=True,
    adapt=adapt,
)
"""GIFT has no points, no images of its own, no hints, no settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftOptions:
    """What can be chosen when GIFT is written or read."""

    category: str = ""
    """Path of the category in the question bank, `Biology/Week 3`; empty: the quiz's own, else its title."""
    text: Literal["moodle_auto_format", "html", "plain_text", "markdown"] = "moodle_auto_format"
    """Format of texts that do not say theirs with `[html]`, `[plain]`, `[markdown]`, `[moodle]`."""


FORMAT_NAMES = {"html": "html", "moodle": "moodle_auto_format", "plain": "plain_text", "markdown": "markdown"}
"""Words in brackets before a text, and Moodle's names."""
FORMAT_MARK = re.compile(rf"\s*\[({'|'.join(FORMAT_NAMES)})\]")

_SURE = re.compile(r"^\s*(?:\$CATEGORY:|// question: \d+ |::(?:[^:\n\\]|\\.)+::)", re.MULTILINE)


def is_gift(source: Source) -> bool:
    """Whether the source is certainly GIFT: a category or a named question, and an answer in braces."""
    head = source.data[:16384]
    if head.lstrip()[:1] == b"<" or b"{" not in head:
        return False
    text = head.decode("utf-8", "replace")
    return _SURE.search(text) is not None and re.search(r"\{\s*(?:[=~#>]|T|F|\}|####)", text) is not None


# ---- escapes -------------------------------------------------------------------------------------

_ESCAPED = re.compile(r"\\([\\:#={}~n])")
_SPECIAL = re.compile(r"[\\:#={}~\n]")


def unescape(text: str) -> str:
    r"""Return what an escaped text says: `\=` is `=`, `\n` a new line; a backslash before another letter stays."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def escape(text: str) -> str:
    """Return a text in which nothing is a mark."""
    return _SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else "\\" + found[0], text)


_MARKS = {marks: re.compile(rf"\\.|[{re.escape(marks)}]", re.DOTALL) for marks in ("{", "}", "#", "~", "=", "~=")}


def find_mark(text: str, marks: str, start: int = 0) -> int:
    """Return where one of the marks stands that no backslash escapes, -1 where none does."""
    for found in _MARKS[marks].finditer(text, start):
        if found[0][0] != "\\":
            return found.start()
    return -1


def split_at(text: str, marks: str) -> list[tuple[int, str]]:
    """Return the pieces between unescaped marks, each with where it begins."""
    ends = [found.start() for found in _MARKS[marks].finditer(text) if found[0][0] != "\\"]
    starts = [0, *(end + 1 for end in ends)]
    return [(start, text[start:end]) for start, end in zip(starts, [*ends, len(text)], strict=True)]
