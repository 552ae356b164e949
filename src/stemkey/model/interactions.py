"""Interactions: how a candidate answers, one class per QTI interaction; a closed union.

Credit lives where the author put it: on the choice, the accepted answer, the pair. It is an exact share of
the item's points (or, in an item with several interactions, of the interaction's weight).
A `match` over `Interaction` ends in `assert_never`, so mypy lists the places to change when one is added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from stemkey.diagnostics.span import Span
from stemkey.diagnostics.span import column_letters as letter_label
from stemkey.model.content import EMPTY, Content

NO_CREDIT = Fraction(0)
FULL_CREDIT = Fraction(1)


class Cardinality(StrEnum):
    """How many choices a candidate may take."""

    SINGLE = "single"
    MULTIPLE = "multiple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a choice interaction (QTI simpleChoice)."""

    identifier: str
    """The author's letter in Markdown (`A`), else the source's own ident; unique within the interaction."""
    content: Content
    credit: Fraction = NO_CREDIT
    """Share of the points: 1 for the key, 0 for a distractor, below 0 for a penalty. In a multiple-response
    item every key has its share, so that all keys together make 1."""
    feedback: Content = EMPTY
    fixed: bool = False
    """Keeps its place when choices are shuffled."""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceInteraction:
    """Choose one or several (QTI choiceInteraction). True/false is a choice of two."""

    identifier: str = "RESPONSE"
    choices: tuple[Choice, ...]
    cardinality: Cardinality = Cardinality.SINGLE
    shuffle: bool | None = None
    """None: as the quiz says."""
    weight: Fraction = FULL_CREDIT
    """Share of this interaction in an item that has several."""

    @property
    def keys(self) -> tuple[Choice, ...]:
        """The choices that are right: full credit where one may be chosen, any positive credit where several may."""
        if self.cardinality is Cardinality.MULTIPLE:
            return tuple(choice for choice in self.choices if choice.credit.numerator > 0)
        # Most credits are one of two objects: comparing fractions takes half the time of checking a large quiz.
        return tuple(
            choice
            for choice in self.choices
            if choice.credit is FULL_CREDIT or (choice.credit is not NO_CREDIT and choice.credit == FULL_CREDIT)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The letters that a reader sees: the author's own where all are single letters, else A, B, C by position."""
        own = tuple(choice.identifier for choice in self.choices)
        if len(set(own)) == len(own) and all(len(label) == 1 and "A" <= label <= "Z" for label in own):
            return own
        return tuple(letter_label(index) for index in range(len(own)))


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineChoiceInteraction:
    """A dropdown inside the text (QTI inlineChoiceInteraction); choices are plain text."""

    identifier: str
    choices: tuple[Choice, ...]
    shuffle: bool | None = None
    weight: Fraction = FULL_CREDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInteraction:
    """Put into the right order (QTI orderInteraction); choices stand in the right order."""

    identifier: str = "RESPONSE"
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPair:
    """One source of a matching item and the target that belongs to it."""

    identifier: str
    source: Content
    target: str
    """Identifier of the right target."""
    credit: Fraction = FULL_CREDIT
    """Weight of this pair among the pairs; they are scaled to make 1."""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTarget:
    """Something that a source may be matched with; one that no pair names is a distractor."""

    identifier: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchInteraction:
    """Match each source with a target (QTI matchInteraction)."""

    identifier: str = "RESPONSE"
    pairs: tuple[MatchPair, ...]
    targets: tuple[MatchTarget, ...]
    shuffle: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedText:
    """A text that earns credit (QTI mapEntry)."""

    text: str
    """As typed by the author; `*` stands for any run of characters where `wildcards` is true."""
    credit: Fraction = FULL_CREDIT
    feedback: Content = EMPTY
    wildcards: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


class ToleranceKind(StrEnum):
    """What a tolerance is measured in."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    GEOMETRIC = "geometric"
    SIGNIFICANT = "significant"
    """`tolerance` is a number of significant digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedNumber:
    """A number that earns credit: `value` within `tolerance`, or from `lower` to `upper`."""

    value: Fraction | None = None
    tolerance: Fraction = NO_CREDIT
    kind: ToleranceKind = ToleranceKind.ABSOLUTE
    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = False
    upper_open: bool = False
    credit: Fraction = FULL_CREDIT
    feedback: Content = EMPTY
    written: str = ""
    """The value as the author wrote it (`3.10`), so that trailing zeros survive; empty: written from the value."""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit that may follow a number, and how many of it make the answer's own unit."""

    name: str
    multiplier: Fraction = FULL_CREDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntryInteraction:
    """Type a short text or a number (QTI textEntryInteraction). The first accepted answer that fits counts."""

    identifier: str = "RESPONSE"
    accepted: tuple[AcceptedText | AcceptedNumber, ...]
    case_sensitive: bool = False
    units: tuple[Unit, ...] = ()
    unit_required: bool = False
    unit_penalty: Fraction = NO_CREDIT
    weight: Fraction = FULL_CREDIT
    other_feedback: Content = EMPTY
    """Feedback for an answer that none of the accepted ones fits (Moodle's `*` with no credit)."""

    @property
    def is_numeric(self) -> bool:
        """Whether the answer is a number."""
        return bool(self.accepted) and all(isinstance(entry, AcceptedNumber) for entry in self.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedTextInteraction:
    """Write at length (QTI extendedTextInteraction); graded by people."""

    identifier: str = "RESPONSE"
    lines: int | None = None
    template: Content = EMPTY
    grader_notes: Content = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadInteraction:
    """Hand in files (QTI uploadInteraction); graded by people."""

    identifier: str = "RESPONSE"
    file_types: tuple[str, ...] = ()
    maximum_files: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A number that was drawn for one form of an item (QTI template variable)."""

    name: str
    value: str
    """As it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """One form in which a candidate may have met a foreign item, and what answering that comes down to (QTI item clone)."""

    body: Content = EMPTY
    """The stem as that candidate saw it; empty where it is the item's own, with the variables in it."""
    variables: tuple[Variable, ...] = ()
    interaction: ChoiceInteraction | MatchInteraction | TextEntryInteraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignInteraction:
    """What we cannot write anywhere else, kept whole; only its own format can write it."""

    identifier: str = "RESPONSE"
    format: str
    kind: str
    """The source's own name of the type, `ddmarker`."""
    raw: str
    """The item as it stood in the source."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    clones: tuple[Clone, ...] = ()
    """What its responses are graded by, where the source says that: one for each form that a candidate may have met,
    all of one kind. Empty: people grade it."""

    @property
    def varies(self) -> bool:
        """Whether candidates may have met different forms: a response says nothing until its clone is known."""
        return len(self.clones) > 1 or any(clone.body or clone.variables for clone in self.clones)


Interaction: TypeAlias = (
    ChoiceInteraction
    | InlineChoiceInteraction
    | OrderInteraction
    | MatchInteraction
    | TextEntryInteraction
    | ExtendedTextInteraction
    | UploadInteraction
    | ForeignInteraction
)
