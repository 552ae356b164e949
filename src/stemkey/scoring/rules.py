"""Which rule scores which item: chosen in the quiz, for an item, or in a rules file.

A rule is written by its name, with parameters in parentheses where it has any: `rexams-false2(negative=1/4)`.
From weak to strong: stemkey's default, the quiz (`scoring:multiple`), the rules file, the item (`scoring:rule`), the rules
file's table of the item.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.model import (
    Cardinality,
    ChoiceInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
)
from stemkey.scoring.arrangement_rules import MATCH_RULES, ORDER_RULES
from stemkey.scoring.choice_rules import CHOICE_RULES, ChoiceRule
from stemkey.scoring.entry_scoring import NORMALISATIONS, TEXT_RULES

PREFIX = "scoring:"
KINDS = ("single", "multiple", "text", "matching", "ordering", "gaps")
"""What rules are chosen for, as quizzes and rules files name it."""

_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_CALL = re.compile(r"\s*([a-z0-9-]+)\s*(?:\(([^()]*)\))?\s*")
SINGLE = {row.name: row for row in CHOICE_RULES if row.single}
MULTIPLE = {row.name: row for row in CHOICE_RULES if not row.single}
ORDERING = {row.name: row for row in ORDER_RULES}
GAP_RULES: Mapping[str, str] = {
    "weighted": "the mean of the gaps' credits, by their weights",
    "all-gaps": "1 if every gap has its whole credit, else 0",
}
"""What an item with several gaps is worth."""
TITLES: Mapping[str, Mapping[str, str]] = {
    "single": {name: row.title for name, row in SINGLE.items()},
    "multiple": {name: row.title for name, row in MULTIPLE.items()},
    "text": TEXT_RULES,
    "matching": MATCH_RULES,
    "ordering": {name: row.title for name, row in ORDERING.items()},
    "gaps": GAP_RULES,
}
"""Every rule by what it is for, with its formula in words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its parameters."""

    name: str
    parameters: Mapping[str, Fraction] = field(default_factory=dict)

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.name}({given})" if given else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How items of each kind are scored."""

    single: Rule = field(default_factory=lambda: Rule("credit"))
    multiple: Rule | None = None
    """None: `sum` where a choice costs points, else `right-minus-wrong`."""
    text: Rule = field(default_factory=lambda: Rule("listed"))
    matching: Rule = field(default_factory=lambda: Rule("pairs-right"))
    ordering: Rule = field(default_factory=lambda: Rule("absolute-position"))
    gaps: Rule = field(default_factory=lambda: Rule("weighted"))
    normalise: tuple[str, ...] = ()
    """What texts may differ in besides; names of `NORMALISATIONS`."""
    distance: int = 0
    """How many letters of a text may be wrong, missing or too many (Levenshtein)."""
    floor: Fraction | None = None
    """No item is worth less, in points."""
    by_hand: bool = False
    """Whether answers wait for a person, although there is a key: it compares them in a way that nobody else can."""

    def choice_rule(self, choice: ChoiceInteraction) -> tuple[ChoiceRule, Mapping[str, Fraction]]:
        """Return the rule of a choice and its parameters."""
        if choice.cardinality is Cardinality.SINGLE:
            return SINGLE[self.single.name], self.single.parameters
        chosen = self.multiple
        if chosen is None:
            costs = any(option.credit < 0 for option in choice.choices)
            chosen = Rule("sum" if costs else "right-minus-wrong")
        return MULTIPLE[chosen.name], chosen.parameters


DEFAULT_SCORING = Scoring()
MOODLE_SCORING = Scoring(multiple=Rule("sum"), text=Rule("moodle"))
CANVAS_SCORING = Scoring(text=Rule("canvas"))


def scoring_of_format(name: str) -> Scoring:
    """Return how the program scores whose quiz it is: Moodle's and Canvas's own rules for their own files."""
    return {"moodle": MOODLE_SCORING, "gift": MOODLE_SCORING, "canvas": CANVAS_SCORING, "qti12": CANVAS_SCORING}.get(
        name, DEFAULT_SCORING
    )


def kind_of(interaction: Interaction) -> str | None:
    """Return which kind of rule an interaction takes; None for what people grade."""
    match interaction:
        case ChoiceInteraction(cardinality=Cardinality.MULTIPLE):
            return "multiple"
        case ChoiceInteraction() | InlineChoiceInteraction():
            return "single"
        case TextEntryInteraction():
            return "text"
        case MatchInteraction():
            return "matching"
        case OrderInteraction():
            return "ordering"
        case ForeignInteraction(clones=clones) if clones:
            return kind_of(clones[0].interaction)
        case _:
            return None


def scoring_of_quiz(quiz: Quiz, start: Scoring, found: Diagnostics) -> Scoring:
    """Return how a quiz's own settings change the scoring."""
    return changed(start, _own(quiz.extensions), quiz.span, None, found)


def scoring_of_item(item: Item, start: Scoring, found: Diagnostics) -> Scoring:
    """Return how an item's own settings change the scoring: `scoring:rule` is of the item's kind."""
    scoring = start
    grading = item.extensions.get("moodle:gradingtype")
    moodle = next((row.name for row in ORDER_RULES if grading and row.moodle == grading), None)
    if moodle:
        scoring = replace(scoring, ordering=Rule(moodle))
    return changed(scoring, own_settings(item, _own(item.extensions)), item.span, item.number, found)


def own_settings(item: Item, settings: Mapping[str, str]) -> Mapping[str, str]:
    """Return an item's settings with `rule` under the name of the item's kind."""
    kind = kind_of(item.interactions[0]) if item.interactions else None
    return {kind if name == "rule" and kind else name: value for name, value in settings.items()}


def _own(extensions: Mapping[str, str]) -> Mapping[str, str]:
    return {name.removeprefix(PREFIX): value for name, value in extensions.items() if name.startswith(PREFIX)}


def changed(
    scoring: Scoring, settings: Mapping[str, str], place: Place | None, item: str | None, found: Diagnostics
) -> Scoring:
    """Return the scoring with some settings changed; what cannot be understood is a finding and changes nothing."""
    for name, value in settings.items():
        if name in KINDS:
            chosen = parse_rule(value, name, place, item, found)
            if chosen is not None:
                scoring = _with_rule(scoring, name, chosen)
        elif name == "normalise":
            scoring = replace(scoring, normalise=_normalisations(value, place, item, found))
        elif name in {"distance", "floor"}:
            number = _number(value)
            if number is None or (name == "distance" and (number < 0 or number.denominator != 1)):
                found.add(setting_unclear(name, value), place, item=item)
            elif name == "distance":
                scoring = replace(scoring, distance=int(number))
            else:
                scoring = replace(scoring, floor=number)
        elif name == "by-hand" and value.lower() in _TRUTHS:
            scoring = replace(scoring, by_hand=_TRUTHS[value.lower()])
        else:
            known = (*KINDS, "rule", "normalise", "distance", "floor", "by-hand")
            found.add(unknown_setting(name, _close(name, known), ", ".join(known)), place, item=item)
    return scoring


def _with_rule(scoring: Scoring, kind: str, chosen: Rule) -> Scoring:
    match kind:
        case "single":
            return replace(scoring, single=chosen)
        case "multiple":
            return replace(scoring, multiple=chosen)
        case "text":
            return replace(scoring, text=chosen)
        case "matching":
            return replace(scoring, matching=chosen)
        case "gaps":
            return replace(scoring, gaps=chosen)
        case _:
            return replace(scoring, ordering=chosen)


def parse_rule(text: str, kind: str, place: Place | None, item: str | None, found: Diagnostics) -> Rule | None:
    """Return a rule that is written by its name and parameters; None, with a finding, where it is none."""
    names = TITLES[kind]
    call = _CALL.fullmatch(text)
    if call is None or call[1] not in names:
        close = _close(call[1] if call else text, names)
        found.add(unknown_rule(text, kind, close, ", ".join(names)), place, item=item)
        return None
    row = {**SINGLE, **MULTIPLE}.get(call[1]) if kind in {"single", "multiple"} else None
    parameters = {name: Fraction(value) for name, value in row.parameters.items()} if row else {}
    for part in filter(None, (part.strip() for part in (call[2] or "").split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        number = _number(value)
        if name not in parameters or number is None:
            found.add(unknown_parameter(part, call[1], ", ".join(parameters) or "none"), place, item=item)
            return None
        parameters[name] = number
    return Rule(call[1], parameters)


def _normalisations(value: str, place: Place | None, item: str | None, found: Diagnostics) -> tuple[str, ...]:
    names = [name for name in re.split(r"[\s,+]+", value.strip()) if name]
    for name in names:
        if name not in NORMALISATIONS:
            found.add(unknown_setting(name, _close(name, NORMALISATIONS), ", ".join(NORMALISATIONS)), place, item=item)
    return tuple(name for name in names if name in NORMALISATIONS)


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None


def _close(name: str, names: "Mapping[str, object] | tuple[str, ...]") -> str | None:
    return next(iter(get_close_matches(name, list(names), n=1)), None)


@rule("G201", Severity.ERROR)
def unknown_rule(text: str, kind: str, close: str | None, names: str) -> Text:
    """A scoring rule is named that stemkey does not have for this kind of question.

    Nothing is graded by a rule that was not asked for. `docs/scoring.md` lists the rules with their formulas.
    """
    hint = f"did you mean '{close}'?" if close else f"it is one of: {names}"
    return Text(f"there is no scoring rule '{text}' for {kind} questions", hint)


@rule("G202", Severity.ERROR)
def unknown_parameter(part: str, name: str, names: str) -> Text:
    """A parameter of a scoring rule has a name that the rule does not know, or is no number.

    Numbers are exact: `1/3`, `0.25`, `-1`.
    """
    return Text(f"'{part}' is no parameter of the rule '{name}'", f"its parameters are: {names}")


@rule("G203", Severity.ERROR)
def unknown_setting(name: str, close: str | None, names: str) -> Text:
    """A setting of the scoring has a name that stemkey does not know, so it would change nothing.

    Nothing is graded by settings that were misspelt; `docs/scoring.md` lists them.
    """
    return Text(f"there is no scoring setting '{name}'", f"did you mean '{close}'?" if close else f"known are: {names}")


@rule("G204", Severity.ERROR)
def setting_unclear(name: str, value: str) -> Text:
    """A setting of the scoring has a value that it cannot have.

    Numbers are written as `2`, `0.25`, `-1` or `1/3`, which are all exact.
    """
    return Text(f"the scoring setting '{name}' cannot be '{value}'", "write a number, such as 0, 2 or -1/4")
