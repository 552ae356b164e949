"""Which feedback is whose: told by when the program shows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.formats.qti21.credits import Asked, Trial
from stemkey.formats.qti21.declarations import NotReadable
from stemkey.formats.qti21.processing import SCORE, Program, Result
from stemkey.formats.qti21.tree import descendants
from stemkey.model import EMPTY, Content, Feedback, Hint

if TYPE_CHECKING:
    from lxml.etree import _Element

_HINT = re.compile(r"hint_\d+(_clears_wrong)?(_shows_count)?\Z")
_ENOUGH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One feedback of an item."""

    outcome: str
    identifier: str
    content: Content
    hides: bool = False
    element: "_Element | None" = None


@dataclass(slots=True)
class Sorted:
    """The feedback of an item, each where it belongs."""

    result: dict[str, Content] = field(default_factory=dict)
    hints: list[Hint] = field(default_factory=list)
    options: dict[tuple[int, int], Content] = field(default_factory=dict)
    """By interaction and choice (or answer; behind the last: any other answer)."""
    left: list[Told] = field(default_factory=list)
    """What is shown in a case that the model has no place for."""

    def feedback(self) -> Feedback:
        """Return the feedback on the whole item."""
        return Feedback(**self.result)


def sort_feedback(told: Sequence[Told], program: Program, trials: Sequence[Trial], asked: Sequence[Asked]) -> Sorted:
    """Return every feedback where it belongs."""
    found = Sorted()
    if not told:
        return found
    by_score = _score_program(program)
    hints: list[tuple[int, Hint]] = []
    for one in told:
        place = _by_score(one, by_score, len(told) + 1) if by_score is not None else None
        if isinstance(place, int):
            match = _HINT.match(one.identifier)
            flags = match.groups() if match else (None, None)
            hints.append((place, Hint(content=one.content, clears_wrong=bool(flags[0]), shows_count=bool(flags[1]))))
            continue
        where = place or _by_trial(one, program, trials, asked)
        if isinstance(where, str):
            found.result[where] = _joined(found.result.get(where, EMPTY), one.content)
        elif where is not None:
            found.options[where] = _joined(found.options.get(where, EMPTY), one.content)
        elif one.content:
            found.left.append(one)
    found.hints = [hint for _, hint in sorted(hints, key=lambda row: row[0])]
    return found


def _joined(one: Content, other: Content) -> Content:
    return Content(f"{one}\n{other}") if one and other else one or other


def _score_program(program: Program) -> Program | None:
    """Return the rules that ask for the score alone: what they show can be tried for every score."""
    if program.element is None:
        return None
    rules = [rule for rule in program.element if _asks_score_only(rule, program)]
    if not rules:
        return None
    try:
        return program.part(rules)
    except NotReadable:
        return None


def _asks_score_only(rule: "_Element", program: Program) -> bool:
    for element in rule.iter():
        name = element.get("identifier", "")
        if element.tag in {"variable", "correct", "mapResponse"} and name in program.responses:
            return False
        if element.tag == "setOutcomeValue" and name == SCORE:
            return False
    return True


def _by_score(told: Told, program: Program, attempts: int) -> str | int | None:
    """Return the kind of feedback on the result, the number of the try for a hint; None where neither tells."""
    declaration = program.outcomes.get("MAXSCORE")
    most = declaration.default if declaration and isinstance(declaration.default, Fraction) else Fraction(1)
    scores = (Fraction(0), most / 2, most)
    if not any(value.text == told.identifier for value in program.base_values()):
        return None
    grid = [
        [_shows(told, program.run({}, attempt=attempt, score=score)) for score in scores]
        for attempt in range(1, min(attempts, _ENOUGH) + 1)
    ]
    if any(row != grid[0] for row in grid):
        return next((attempt for attempt, row in enumerate(grid, 1) if any(row)), None)
    return _kind(grid[0], most)


def _kind(shown: list[bool], most: Fraction) -> str | None:
    if not most:
        return "general" if shown[0] else None
    match shown:
        case [True, True, True]:
            return "general"
        case [False, False, True]:
            return "correct"
        case [False, True, False]:
            return "partial"
        case [True, _, False]:
            return "incorrect"
        case _:
            return None


def _shows(told: Told, result: Result) -> bool:
    return result.shows(told.outcome, told.identifier) != told.hides


def _by_trial(
    told: Told, program: Program, trials: Sequence[Trial], asked: Sequence[Asked]
) -> str | tuple[int, int] | None:
    """Return the kind of feedback, or the choice it is about, from what the tried responses show."""
    answered = [trial for trial in trials if trial.asked is not None or trial.ratio >= 1]
    shown = [trial for trial in answered if _shows(told, trial.result)]
    if not shown:
        return None
    if len(shown) == len(answered):
        return "general"
    options: set[tuple[int, int | None]] = {(trial.asked, trial.option) for trial in shown if trial.asked is not None}
    if len(options) == 1 and _names_option(told, program, asked):
        index, option = next(iter(options))
        if option is not None:
            return index, option
    hidden = [trial for trial in answered if not _shows(told, trial.result)]
    full = {trial.ratio >= 1 for trial in shown}
    if full == {True} and not any(trial.ratio >= 1 for trial in hidden):
        return "correct"
    if full == {False} and not any(trial.ratio <= 0 for trial in hidden):
        return "incorrect"
    if all(0 < trial.ratio < 1 for trial in shown) and not any(0 < trial.ratio < 1 for trial in hidden):
        return "partial"
    if len(options) == 1 and next(iter(options))[1] is not None:
        index, option = next(iter(options))
        return None if option is None else (index, option)
    return None


def _names_option(told: Told, program: Program, asked: Sequence[Asked]) -> bool:
    """Whether the rule that shows it asks for a choice or an answer by name, not for the result."""
    if program.element is None:
        return False
    names = {name for part in asked for name in part.options}
    responses = {part.response.identifier for part in asked}
    for rule in descendants(program.element, "setOutcomeValue"):
        if rule.get("identifier") != told.outcome:
            continue
        values = [(value.text or "").strip() for value in descendants(rule, "baseValue")]
        if not values and any(variable.get("identifier") in responses for variable in descendants(rule, "variable")):
            return told.identifier in names
        branch = rule.getparent()
        if told.identifier not in values or branch is None or not len(branch):
            continue
        test = branch[0]
        if any((value.text or "").strip() in names for value in descendants(test, "baseValue")):
            return True
        typed = any(part.kind in {"textEntryInteraction", "extendedTextInteraction"} for part in asked)
        if typed and any(variable.get("identifier") in responses for variable in descendants(test, "variable")):
            return not any(True for _ in descendants(test, "correct"))
    return False
