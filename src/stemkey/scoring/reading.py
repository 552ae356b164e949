"""What a response says, as a value: which options, which text, which number, or why it cannot be told."""

from fractions import Fraction
from typing import NamedTuple

from stemkey.diagnostics import Diagnostic, Severity, Text, rule
from stemkey.scoring.answer_key import Status
from stemkey.sheets.table import Damaged

JOINER = "\x1f"
"""Stands between several answers where the sheet's reader has taken them apart already."""

UNMATCHED = -1
"""Stands in `Reading.chosen` for a source of a matching item that was left without a target."""


class Reading(NamedTuple):
    """What one response says."""

    status: Status
    response: str | None
    """The choice's label (`"B"`, several as `"B,D"`) or the text as typed; None when omitted."""
    chosen: tuple[int, ...] = ()
    """Choices: indexes of those taken, ascending. A dropdown: its one choice. Matching: for each pair the index
    of the target taken, `UNMATCHED` for none. Ordering: indexes of the choices in the order given."""
    text: str = ""
    """What was written, without the blanks around it."""
    finding: Diagnostic | None = None
    """What the report must say about it; without a place."""
    value: Fraction | None = None
    """The number that was typed, where the item takes one and it is one."""
    digits: int | None = None
    """How many significant digits the number has as typed: 3 for `1.50`."""
    unit: str = ""
    """What follows the number."""
    parts: tuple["Reading", ...] = ()
    """For an item with several interactions, what was said to each, in their order."""
    clone: int = 0
    """For an item that varies, the index of the clone that was answered."""


NOT_GIVEN = Reading(Status.NOT_GIVEN, None)
OMITTED = Reading(Status.OMITTED, None)


def unreadable(text: str, finding: Diagnostic) -> Reading:
    """Return the reading of a response that nobody can tell: it is neither a blank nor wrong."""
    shown = text.replace(JOINER, "; ")
    return Reading(Status.UNREADABLE, shown, (), shown, finding)


def quoted(text: str, length: int = 60) -> str:
    """Return user's text in quotes, cut and with control characters escaped, so that it fits a message."""
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return f"'{shown[: length - 1]}…'" if len(shown) > length else f"'{shown}'"


@rule("S301", Severity.ERROR)
def damaged_cell(cell: Damaged) -> Text:
    """The cell holds something, but not what the candidate answered.

    An error value such as `#N/A`, a formula without its value, a date that Excel made of `1-2`. It is neither a blank nor a wrong answer, so no credit is given or taken: the candidate's score counts the
    other items and is marked provisional. Put the answer back into the sheet and grade again.
    """
    return Text(
        f"{quoted(cell.text)} {cell.reason}; the score counts the other items and is provisional",
        "fix the cell, or use --errors-as blank",
    )
