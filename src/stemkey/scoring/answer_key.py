"""The quiz as the kernel sees it: for each item, what a response is worth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from stemkey.diagnostics import Diagnostic
from stemkey.model import Item
from stemkey.sheets.table import Response

if TYPE_CHECKING:
    from stemkey.scoring.forms import Forms
    from stemkey.scoring.late import LateRule


class Status(StrEnum):
    """What became of one candidate's response to one item (contract, "Grading")."""

    ANSWERED = "answered"
    OMITTED = "omitted"
    """A blank: credit 0, but told apart from a wrong answer."""
    NOT_REACHED = "not_reached"
    """One of the blanks at the end, where the user asked for the distinction."""
    INVALID = "invalid"
    """A mark that is no option of the item: credit 0, listed."""
    SEVERAL_MARKS = "several_marks"
    """Two marks where one is allowed: credit 0, listed."""
    UNREADABLE = "unreadable"
    """A damaged cell: credit null; the candidate's score counts the other items and is provisional."""
    NEEDS_GRADING = "needs_grading"
    """Waits for a person: credit null."""
    NOT_GIVEN = "not_given"
    """The candidate was not given the item."""


class Judgement(NamedTuple):
    """What one response is worth."""

    status: Status
    response: str | None
    """The choice's label (`"B"`, several as `"B,D"`) or the text as typed; None when omitted."""
    credit: Fraction | None
    """Share of the item's points; None where not graded."""
    ticks: int
    """The score in units of `AnswerKey.tick`; 0 where not graded."""
    chosen: int = 0
    """Bit i is set where choice i was chosen."""
    finding: Diagnostic | None = None
    """What must be said about every cell that holds this response; without a place, because cells share judgements."""


@dataclass(frozen=True, slots=True)
class ItemKey:
    """One item of the key."""

    item: Item
    labels: tuple[str, ...]
    """Labels of its choices; empty where it has none."""
    key_mask: int
    """Bit i is set where choice i is (part of) the key."""
    ticks: int
    """The item's points in units of `AnswerKey.tick`."""
    gradable: bool
    """Whether a program can grade it; essays and foreign items wait for a person."""
    judge: "Callable[[Response], Judgement]" = field(compare=False, repr=False)
    """What a response is worth; cached by the key for items with choices."""
    bonus: bool = False
    """Adds to the score, not to the maximum."""
    dropped: bool = False
    """Counts neither in the score nor in the maximum."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """A quiz compiled for grading."""

    items: tuple[ItemKey, ...]
    tick: Fraction
    """The largest unit of which every possible score is a whole multiple."""
    rules: tuple[str, ...] = ()
    """The scoring rules in force, in sentences, for the report."""
    floor: Fraction | None = None
    """No candidate has a lower score, in points."""
    cap: bool = False
    """No candidate has more than the maximum."""
    cancel_blanks: int = 0
    """So many blanks of each candidate are taken out of the maximum."""
    sufficient: Fraction | None = None
    """What counts as the maximum, in points, whatever the items add up to."""
    manual: Mapping[bytes, Mapping[int, Fraction]] = field(default_factory=dict, compare=False, repr=False)
    """Points that people gave, by the candidate's id (UTF-8) and the item's index."""
    forms: "Forms | None" = field(default=None, compare=False, repr=False)
    """How the forms of the test differ from the quiz; None where there is one form only."""
    late: "LateRule | None" = field(default=None, compare=False)
    """What handing in late costs; None where it costs nothing."""
    before: "AnswerKey | None" = field(default=None, compare=False, repr=False)
    """The key as the quiz has it, where it was changed after the exam."""
