"""Findings: one type for everything that stemkey has to say about an input.

A typo in a quiz, a loss in a target format, a cell that cannot be read and an item with negative
discrimination are all a `Diagnostic`. A *rule* is a small function that words one kind of finding:
its name says the pattern, its docstring is what `stemkey explain` prints.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import wraps
from typing import Generic, NamedTuple, ParamSpec, TypeVar

from stemkey.diagnostics.span import Place

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


class Severity(IntEnum):
    """How much a finding matters; an error means something could not be used as written."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word that users see: `info`, `warning`, `error`."""
        return self.name.lower()


class Text(NamedTuple):
    """What a rule says: one sentence that stands alone, and what to do about it."""

    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding."""

    code: str
    """Stable for ever; the letter is the stage: R read, Q quiz content, W write, S sheet, G grade, A analysis."""
    name: str
    severity: Severity
    message: str
    hint: str | None = None
    place: Place | None = None
    item: str | None = None
    """Number of the item it is about, as the quiz shows it."""

    def at(self, place: Place | None, *, item: str | None = None) -> "Diagnostic":
        """Return the finding with its place (and item)."""
        return replace(self, place=place, item=item if item is not None else self.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the catalogue knows of one kind of finding."""

    code: str
    name: str
    severity: Severity
    explanation: str
    module: str = ""
    """Where the rule is, so that a test can compare its code with its folder."""


RULES: dict[str, Rule] = {}
"""Every rule whose module has been imported, by code; `catalogue.load_rules` imports them all."""


def rule(code: str, severity: Severity) -> Callable[[Callable[P, Text]], Callable[P, Diagnostic]]:
    """Make a function that words a finding into one that returns the finding.

    The decorated function's name becomes the finding's name, its docstring the explanation.
    """

    def register(word: Callable[P, Text]) -> Callable[P, Diagnostic]:
        name = word.__name__.replace("_", "-")
        known = RULES.get(code)
        if known is not None and known.name != name:
            raise ValueError(f"rule code {code} is used twice: {known.name} and {name}")
        RULES[code] = Rule(
            code=code, name=name, severity=severity, explanation=word.__doc__ or "", module=word.__module__
        )

        @wraps(word)
        def build(*args: P.args, **kwargs: P.kwargs) -> Diagnostic:
            text = word(*args, **kwargs)
            return Diagnostic(code=code, name=name, severity=severity, message=text.message, hint=text.hint)

        return build

    return register


class Diagnostics:
    """The findings of one run, in the order they were made. Passed by hand from stage to stage."""

    __slots__ = ("_found",)

    def __init__(self, found: Iterable[Diagnostic] = ()) -> None:
        self._found: list[Diagnostic] = list(found)

    def add(self, diagnostic: Diagnostic, place: Place | None = None, *, item: str | None = None) -> None:
        """Add a finding, at a place and about an item where they are given."""
        if place is not None or item is not None:
            diagnostic = replace(
                diagnostic,
                place=place if place is not None else diagnostic.place,
                item=item if item is not None else diagnostic.item,
            )
        self._found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add several findings."""
        self._found.extend(diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def worst(self) -> Severity | None:
        """The highest severity found, None when nothing was found."""
        return max((found.severity for found in self._found), default=None)

    @property
    def has_errors(self) -> bool:
        """Whether anything could not be used as written."""
        return any(found.severity is Severity.ERROR for found in self._found)

    def cut(self, length: int) -> None:
        """Forget all but the first findings: a sheet that is read twice says everything once."""
        del self._found[length:]

    def freeze(self) -> tuple[Diagnostic, ...]:
        """Return what was found so far."""
        return tuple(self._found)


class QuizError(Exception):
    """Raised by `Outcome.unwrap` when the input holds errors; carries every finding."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [found.message for found in self.diagnostics if found.severity is Severity.ERROR]
        super().__init__("; ".join(errors) or "no value")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a public verb returns: a value as far as it could be made, and everything found on the way."""

    value: T
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether anything could not be used as written."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    def unwrap(self) -> T:
        """Return the value; raise `QuizError` with all findings where there are errors."""
        if self.has_errors:
            raise QuizError(self.diagnostics)
        return self.value
