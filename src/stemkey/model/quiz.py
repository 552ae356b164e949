"""What a quiz is, in QTI's vocabulary. Frozen values; equality ignores where things were written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from stemkey.diagnostics.span import Span
from stemkey.model.content import EMPTY, Content
from stemkey.model.interactions import Interaction

NO_ASSETS: Mapping[str, "Asset"] = MappingProxyType({})
NO_EXTENSIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that content names: an image, a sound."""

    name: str
    """Its key in `Quiz.assets` and in `src`: the path as the author wrote it, `images/plot.png`."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a candidate is told about the whole item afterwards."""

    general: Content = EMPTY
    """Always: the explanation."""
    correct: Content = EMPTY
    partial: Content = EMPTY
    incorrect: Content = EMPTY


NO_FEEDBACK = Feedback()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A hint between tries."""

    content: Content
    clears_wrong: bool = False
    shows_count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question (QTI assessmentItem)."""

    identifier: str
    """The author's own id, else the quiz's id and the number: `day51-llm-serving-q3`. Never made from content."""
    number: str
    """What people call it: `3`, `1a`; unique in the quiz."""
    title: str = ""
    """Its name in the source, where it has one of its own."""
    body: Content
    interactions: tuple[Interaction, ...] = ()
    """One as a rule, several for a cloze, none for text that only informs."""
    points: Fraction = Fraction(1)
    feedback: Feedback = NO_FEEDBACK
    penalty: Fraction | None = None
    """Share of the points lost per extra try; None: as the target's default."""
    hints: tuple[Hint, ...] = ()
    tags: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    """Path of the item's own category, where it differs from the quiz's; outermost first."""
    objective: str = ""
    extensions: Mapping[str, str] = field(default_factory=lambda: NO_EXTENSIONS)
    """What one format knows and others do not, under `format:name`; each format reads and writes only its own."""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a quiz; with `select` a group that draws some of its items (QTI assessmentSection)."""

    identifier: str = ""
    title: str = ""
    instructions: Content = EMPTY
    items: tuple[Item, ...] = ()
    select: int | None = None
    """How many of the items each candidate gets; None: all."""
    points_per_item: Fraction | None = None
    shuffle: bool | None = None
    bank: str = ""
    """Name of a question bank elsewhere that the items are drawn from, where the section only refers to one."""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the quiz is given; None where the source does not say."""

    shuffle_choices: bool | None = None
    shuffle_items: bool | None = None
    time_limit: int | None = None
    """Minutes."""
    attempts: int | None = None
    """Number of attempts allowed; 0 means unlimited."""


DEFAULT_SETTINGS = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A quiz or a bank of items (QTI assessmentTest)."""

    identifier: str
    """From the front matter's `id`, else the file's stem; letters, digits, `-`, `_` and `.` only."""
    title: str = ""
    instructions: Content = EMPTY
    settings: Settings = DEFAULT_SETTINGS
    tags: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    """Path of the category in a question bank, outermost first; empty: the title."""
    is_bank: bool = False
    """A collection of items that is not given as a whole."""
    sections: tuple[Section, ...] = ()
    assets: Mapping[str, Asset] = field(default_factory=lambda: NO_ASSETS)
    extensions: Mapping[str, str] = field(default_factory=lambda: NO_EXTENSIONS)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def items(self) -> Iterator[Item]:
        """Every item, in order."""
        for section in self.sections:
            yield from section.items

    @property
    def points(self) -> Fraction:
        """What a candidate can earn: a section that draws items counts only those drawn."""
        total = Fraction(0)
        for section in self.sections:
            values = [section.points_per_item or item.points for item in section.items]
            if section.select is not None and values:
                total += sum(sorted(values, reverse=True)[: section.select], Fraction(0))
            else:
                total += sum(values, Fraction(0))
        return total
