"""Response processing, run: what an item's program makes of a response, without asking how it is written.

The reader tries the possible responses of an item and looks at the score and at the feedback that is shown. So a
standard template, a mapping and a hand-written chain of conditions are read by the same few lines.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.declarations import Container, Declaration, NotReadable, Value, mapped, single_value
from stemkey.formats.qti21.expressions import Expression, State, compile_expression, equal_values
from stemkey.formats.qti21.tree import descendants

if TYPE_CHECKING:
    from lxml.etree import _Element

SCORE = "SCORE"
MAXSCORE = "MAXSCORE"
ATTEMPTS = "numAttempts"

_FIRST, _MINUTE = Fraction(1), Fraction(60)

Statement: TypeAlias = Callable[[State], None]
Responses: TypeAlias = Mapping[str, Value]


class _Exit(Exception):  # noqa: N818 # the program's own way out
    """`exitResponse`."""


class Result(NamedTuple):
    """What a program made of one response."""

    score: Fraction | None
    outcomes: Mapping[str, Value]

    def shows(self, outcome: str, identifier: str) -> bool:
        """Whether an outcome holds an identifier."""
        value = self.outcomes.get(outcome)
        if value is None:
            return False
        values = value.values if isinstance(value, Container) else (value,)
        return identifier in values


class Program:
    """An item's response processing, ready to run."""

    def __init__(
        self, element: "_Element | None", responses: Mapping[str, Declaration], outcomes: Mapping[str, Declaration]
    ) -> None:
        self.responses = responses
        self.outcomes = outcomes
        self.element = element
        self.rules: Sequence[_Element] = () if element is None else list(element)
        self._known: dict[tuple[object, int, Fraction | None], Result] = {}
        self.mapped: set[str] = set()
        """Responses whose mapping gives points."""
        self._statements: list[Statement] = [] if element is None else self._compile(element)
        start = {name: _start(declaration) for name, declaration in outcomes.items()}
        start.setdefault(SCORE, Fraction(0))
        self._score = SCORE if element is None else _score_name(element, outcomes)
        self._start: Mapping[str, Value] = start

    def part(self, rules: "Sequence[_Element]") -> "Program":
        """Return a program of some of the rules, with the same variables."""
        part = Program(None, self.responses, self.outcomes)
        part.rules = rules
        part._statements = [_statement(rule) for rule in rules]
        return part

    def add(self, statement: Statement) -> None:
        """Let the program end with a statement."""
        self._statements.append(statement)

    def base_values(self) -> "Iterator[_Element]":
        """Give the constants that the rules name."""
        return (value for rule in self.rules for value in descendants(rule, "baseValue"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is computed, so that people give the score."""
        return not self._statements

    def run(self, given: Responses, attempt: int = 1, score: Fraction | None = None) -> Result:
        """Return what the program makes of responses; `score` is what a person gave before it runs."""
        key = (tuple(given.items()), attempt, score)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._run(given, attempt, score)
        return known

    def _run(self, given: Responses, attempt: int, score: Fraction | None) -> Result:
        outcomes = dict(self._start)
        if score is not None:
            outcomes[SCORE] = score
        responses = {ATTEMPTS: _FIRST if attempt == 1 else Fraction(attempt), "duration": _MINUTE, **given}
        state = State(responses=self.responses, given=responses, outcomes=outcomes, declared=self.outcomes)
        try:
            for statement in self._statements:
                statement(state)
        except _Exit:
            pass
        final = outcomes.get(self._score)
        return Result(final if isinstance(final, Fraction) else None, outcomes)

    def _compile(self, element: "_Element") -> list[Statement]:
        template = posixpath.basename(element.get("template", "")).removesuffix(".xml")
        if len(element) == 0 and template:
            return [self._template(template)]
        self.mapped = {rule.get("identifier", "") for rule in descendants(element, "mapResponse")}
        return [_statement(child) for child in element]

    def _template(self, name: str) -> Statement:
        response = "RESPONSE" if "RESPONSE" in self.responses else next(iter(self.responses), "RESPONSE")
        match name:
            case "match_correct":
                return _match_correct(response)
            case "map_response":
                self.mapped = {response}
                return _map_response(response)
            case _:
                raise NotReadable(f"the response-processing template '{name}'")


def _score_name(element: "_Element", outcomes: Mapping[str, Declaration]) -> str:
    """Return the outcome that is the score: SCORE, else the one that is called like it and is computed."""
    names = {rule.get("identifier", "") for rule in descendants(element, "setOutcomeValue", "lookupOutcomeValue")}
    others = [name for name in names if name in outcomes and name.upper().endswith(SCORE) and name != MAXSCORE]
    return others[0] if SCORE not in names and len(others) == 1 else SCORE


def declared_scoring(responses: Mapping[str, Declaration], outcomes: Mapping[str, Declaration]) -> Program:
    """Return the program that the declared answers suggest, for an item whose own program gives no score."""
    program = Program(None, responses, outcomes)

    def score(state: State) -> None:
        total = Fraction(0)
        for name, declaration in responses.items():
            value = state.variable(name)
            if declaration.mapping is not None and value is not None:
                total += mapped(declaration, value)
            elif declaration.correct is not None:
                total += Fraction(bool(equal_values(value, declaration.correct)))
        state.outcomes[SCORE] = total

    program.mapped = {name for name, declaration in responses.items() if declaration.mapping is not None}
    program.add(score)
    return program


def _start(declaration: Declaration) -> Value:
    if declaration.default is None and declaration.base in {"float", "integer"}:
        return Fraction(0) if declaration.cardinality == "single" else None
    return declaration.default


def _match_correct(response: str) -> Statement:
    def run(state: State) -> None:
        declaration = state.responses.get(response)
        correct = declaration.correct if declaration else None
        state.outcomes[SCORE] = Fraction(bool(equal_values(state.variable(response), correct)))

    return run


def _map_response(response: str) -> Statement:
    def run(state: State) -> None:
        value = state.variable(response)
        declaration = state.responses.get(response)
        if declaration is None:
            raise NotReadable(f"the variable '{response}', which nothing declares")
        state.outcomes[SCORE] = Fraction(0) if value is None else mapped(declaration, value)

    return run


def _statement(element: "_Element") -> Statement:
    match element.tag:
        case "setOutcomeValue":
            return _set_outcome(element)
        case "lookupOutcomeValue":
            return _look_up(element)
        case "responseCondition":
            return _condition(element)
        case "responseProcessingFragment":
            return _block([_statement(child) for child in element])
        case "exitResponse":
            return _exit
        case _:
            raise NotReadable(f"<{element.tag}>")


def _exit(_: State) -> None:
    raise _Exit


def _block(statements: list[Statement]) -> Statement:
    def run(state: State) -> None:
        for statement in statements:
            statement(state)

    return run


def _set_outcome(element: "_Element") -> Statement:
    name = element.get("identifier", "")
    if len(element) != 1:
        raise NotReadable("<setOutcomeValue> without one value")
    expression = compile_expression(element[0])

    def run(state: State) -> None:
        value = expression(state)
        declaration = state.declared.get(name)
        is_several = declaration is not None and declaration.cardinality != "single"
        if is_several and value is not None and not isinstance(value, Container):
            value = Container((value,))
        state.outcomes[name] = value

    return run


def _look_up(element: "_Element") -> Statement:
    """Return the rule that sets an outcome to what its table makes of a number."""
    name = element.get("identifier", "")
    if len(element) != 1:
        raise NotReadable("<lookupOutcomeValue> without one value")
    expression = compile_expression(element[0])

    def run(state: State) -> None:
        declaration = state.declared.get(name)
        if declaration is None or declaration.table is None:
            raise NotReadable("<lookupOutcomeValue> without a table")
        value = expression(state)
        state.outcomes[name] = _looked_up(declaration, value) if isinstance(value, Fraction) else None

    return run


def _looked_up(declaration: Declaration, value: Fraction) -> Value:
    """Return what a table has for a number: of a `matchTable` the same, of the other the first that is not above it."""
    table = declaration.table
    assert table is not None
    for entry in table:
        source = read_decimal(entry.get("sourceValue"))
        if source is None:
            continue
        includes = entry.get("includeBoundary", "true").strip() in {"true", "1"}
        if value == source if table.tag == "matchTable" else value > source or (includes and value == source):
            return single_value(entry.get("targetValue", ""), declaration.base)
    default = table.get("defaultValue")
    return single_value(default, declaration.base) if default is not None else None


def _condition(element: "_Element") -> Statement:
    branches: list[tuple[Expression | None, Statement]] = []
    for child in element:
        match child.tag:
            case "responseIf" | "responseElseIf":
                if len(child) == 0:
                    raise NotReadable(f"<{child.tag}> without a condition")
                branches.append((compile_expression(child[0]), _block([_statement(part) for part in list(child)[1:]])))
            case "responseElse":
                branches.append((None, _block([_statement(part) for part in child])))
            case _:
                raise NotReadable(f"<{child.tag}>")

    def run(state: State) -> None:
        for test, block in branches:
            if test is None or test(state) is True:
                block(state)
                return

    return run
