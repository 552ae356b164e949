"""Which texts and numbers a program asks for: the tests in its conditions, read as accepted answers.

What each is worth, running the program tells; here is only which answers there are, in the order of the program.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stemkey.formats.qti21.decimals import decimal_text, read_decimal
from stemkey.formats.qti21.declarations import Container, Declaration, NotReadable, Value, single_value
from stemkey.formats.qti21.patterns import from_pattern
from stemkey.formats.qti21.response_writer import NUMBER_OPERATOR
from stemkey.formats.qti21.tree import children, descendants, text_of
from stemkey.model import AcceptedNumber, AcceptedText, ToleranceKind

if TYPE_CHECKING:
    from lxml.etree import _Element

Accepted: TypeAlias = AcceptedText | AcceptedNumber


class Answer(NamedTuple):
    """One answer that a program asks for."""

    accepted: Accepted
    case_sensitive: bool | None = None
    """None: it makes no difference."""


_MIGRATED = {"vargte": "gte", "vargt": "gt", "varlte": "lte", "varlt": "lt"}
_COMPARISONS = frozenset({"gt", "gte", "lt", "lte"})
_TURNED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}


def answers_of(declaration: Declaration, program: "_Element | None", template: str) -> list[Answer]:
    """Return the answers that a program asks of a response."""
    found: list[Answer] = []
    uses_map = template == "map_response"
    if program is not None:
        uses_map = uses_map or any(
            element.get("identifier") == declaration.identifier for element in descendants(program, "mapResponse")
        )
    if uses_map and declaration.mapping is not None:
        found += [
            _typed(entry.key, declaration.base, case_sensitive=entry.case_sensitive)
            for entry in declaration.mapping.entries
        ]
    if template == "match_correct" or (uses_map and declaration.mapping is None):
        found += _correct(declaration)
    if program is not None:
        for test in _tests(program):
            found += _Tests(declaration).read(test) or []
    return _distinct(found)


def _tests(program: "_Element") -> "Iterator[_Element]":
    """Give the tests of the conditions, in order."""
    for branch in descendants(program, "responseIf", "responseElseIf"):
        if len(branch):
            yield branch[0]


def unread_tests(declaration: Declaration, program: "_Element") -> "Iterator[_Element]":
    """Give the tests that give points and ask something else of the response than an answer."""
    reader = _Tests(declaration)
    for branch in descendants(program, "responseIf", "responseElseIf"):
        scores = any(rule.get("identifier", "").endswith("SCORE") for rule in children(branch, "setOutcomeValue"))
        if scores and len(branch) and _names(branch[0], declaration.identifier) and reader.read(branch[0]) is None:
            yield branch[0]


def _names(test: "_Element", identifier: str) -> bool:
    return any(element.get("identifier") == identifier for element in test.iter() if element.tag in _REFERENCES)


_REFERENCES = frozenset({"variable", "mapResponse"})


class _Tests:
    """Reads tests of one response."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration

    def read(self, test: "_Element") -> list[Answer] | None:
        """Return the answers that make a test true; None where it asks something else."""
        match test.tag:
            case "and":
                return self._and(test)
            case "or":
                return self._or(test)
            case "match" | "stringMatch" | "equal" | "equalRounded" | "member" | "patternMatch":
                return self._compare(test)
            case "gt" | "gte" | "lt" | "lte":
                bound = self._bound(test)
                return None if bound is None else [Answer(bound)]
            case "customOperator":
                return self._custom(test)
            case _:
                return [] if self._is_about_nothing(test) else None

    def _is_about_nothing(self, test: "_Element") -> bool:
        """Whether a test only asks if there is an answer at all, or asks of something else."""
        if not _names(test, self._declaration.identifier):
            return True
        inner = test[0] if test.tag == "not" and len(test) == 1 else test
        return inner.tag == "isNull"

    def _and(self, test: "_Element") -> list[Answer] | None:
        parts = [part for part in test if not self._is_about_nothing(part)]
        if len(parts) == 1:
            return self.read(parts[0])
        bounds = [self._bound(part) for part in parts]
        if len(bounds) == 2 and bounds[0] is not None and bounds[1] is not None:
            merged = _merged(bounds[0], bounds[1])
            return None if merged is None else [Answer(merged)]
        return None if parts else []

    def _or(self, test: "_Element") -> list[Answer] | None:
        found: list[Answer] = []
        for part in test:
            answers = self.read(part)
            if answers is None:
                return None
            found += answers
        return _with_margin(found)

    def _bound(self, test: "_Element") -> AcceptedNumber | None:
        name = str(test.tag)
        if name == "customOperator":
            name = _MIGRATED.get(test.get("class", ""), "")
        if name not in _COMPARISONS or len(test) != 2:
            return None
        sides = [test[0], test[1]]
        if not self._is_variable(sides[0]):
            sides.reverse()
            name = _TURNED[name]
        if not self._is_variable(sides[0]):
            return None
        number = read_decimal(text_of(sides[1])) if sides[1].tag == "baseValue" else None
        if number is None:
            return None
        if name in {"gt", "gte"}:
            return AcceptedNumber(lower=number, lower_open=name == "gt")
        return AcceptedNumber(upper=number, upper_open=name == "lt")

    def _custom(self, test: "_Element") -> list[Answer] | None:
        if test.get("class") == NUMBER_OPERATOR and len(test) == 1:
            numbers = _Tests(replace(self._declaration, base="float"))
            return numbers.read(test[0])
        bound = self._bound(test)
        return None if bound is None else [Answer(bound)]

    def _is_variable(self, element: "_Element") -> bool:
        if element.tag == "index" and len(element) == 1:
            return self._is_variable(element[0])
        return element.tag == "variable" and element.get("identifier") == self._declaration.identifier

    def _compare(self, test: "_Element") -> list[Answer] | None:
        if not _names(test, self._declaration.identifier):
            return []
        others = [part for part in test if not self._is_variable(part)]
        if len(others) == len(test):
            return None
        if test.tag == "patternMatch":
            return self._pattern(test)
        if len(others) != 1:
            return None
        values = self._values(others[0])
        return None if values is None else [self._answer(test, value) for value in values]

    def _pattern(self, test: "_Element") -> list[Answer] | None:
        pattern = from_pattern(test.get("pattern", ""))
        if pattern is None:
            return None
        accepted = AcceptedText(text=pattern.text, wildcards=pattern.wildcards)
        return [Answer(accepted, pattern.case_sensitive)]

    def _values(self, element: "_Element") -> list[str] | None:
        match element.tag:
            case "baseValue":
                return [str(single_value("".join(str(part) for part in element.itertext()), "string"))]
            case "correct" if element.get("identifier") == self._declaration.identifier:
                return _texts(self._declaration.correct)
            case "multiple" | "ordered":
                found: list[str] = []
                for part in element:
                    values = self._values(part)
                    if values is None:
                        return None
                    found += values
                return found
            case _:
                return None

    def _answer(self, test: "_Element", text: str) -> Answer:
        match test.tag:
            case "stringMatch":
                exact = test.get("caseSensitive", "true").strip() in {"true", "1"}
                if test.get("substring", "false").strip() in {"true", "1"}:
                    return Answer(AcceptedText(text=f"*{text}*", wildcards=True), exact)
                return Answer(AcceptedText(text=text), exact)
            case "equal" | "equalRounded":
                return Answer(_number(test, text))
            case _:
                return _typed(text, self._declaration.base, case_sensitive=True)


def _texts(value: Value) -> list[str]:
    values = () if value is None else value.values if isinstance(value, Container) else (value,)
    return [decimal_text(single) if isinstance(single, Fraction) else str(single) for single in values]


def _correct(declaration: Declaration) -> list[Answer]:
    return [_typed(text, declaration.base, case_sensitive=True) for text in _texts(declaration.correct)]


def _typed(text: str, base: str, *, case_sensitive: bool) -> Answer:
    if base in {"float", "integer"}:
        value = read_decimal(text)
        if value is None:
            raise NotReadable(f"the number '{text}'")
        return Answer(AcceptedNumber(value=value, written=_written(text, value)))
    return Answer(AcceptedText(text=text), case_sensitive)


def _written(text: str, value: Fraction) -> str:
    """Return how an author wrote a number, where it is not how we would."""
    text = text.strip()
    return "" if text == decimal_text(value) else text


def _number(test: "_Element", text: str) -> AcceptedNumber:
    value = read_decimal(text)
    if value is None:
        raise NotReadable(f"the number '{text.strip()}'")
    written = _written(text, value)
    if test.tag == "equalRounded":
        figures = read_decimal(test.get("figures"))
        if test.get("roundingMode", "significantFigures") != "significantFigures" or figures is None:
            raise NotReadable("rounding to decimal places")
        return AcceptedNumber(value=value, kind=ToleranceKind.SIGNIFICANT, tolerance=figures, written=written)
    mode = test.get("toleranceMode", "exact")
    tolerances = [read_decimal(part) for part in test.get("tolerance", "").split()]
    sides = [side for side in tolerances if side is not None]
    if mode == "exact" or not sides or len(sides) != len(tolerances):
        return AcceptedNumber(value=value, written=written)
    below, above = sides[0], sides[-1]
    return _with_tolerance(value, mode, below, above, written)


def _with_tolerance(value: Fraction, mode: str, below: Fraction, above: Fraction, written: str) -> AcceptedNumber:
    if mode == "absolute":
        if below == above:
            return AcceptedNumber(value=value, tolerance=below, written=written)
        return AcceptedNumber(lower=value - below, upper=value + above)
    if below == above:
        return AcceptedNumber(value=value, tolerance=below / 100, kind=ToleranceKind.RELATIVE, written=written)
    factor = 1 + above / 100
    if factor > 0 and abs((1 - below / 100) * factor - 1) < Fraction(1, 10**9):
        return AcceptedNumber(value=value, tolerance=above / 100, kind=ToleranceKind.GEOMETRIC, written=written)
    ends = sorted((value * (1 - below / 100), value * factor))
    return AcceptedNumber(lower=ends[0], upper=ends[1])


def _merged(one: AcceptedNumber, other: AcceptedNumber) -> AcceptedNumber | None:
    """Return the range between two bounds."""
    low, high = (one, other) if one.lower is not None else (other, one)
    if low.lower is None or high.upper is None or low.upper is not None or high.lower is not None:
        return None
    return AcceptedNumber(lower=low.lower, upper=high.upper, lower_open=low.lower_open, upper_open=high.upper_open)


def _with_margin(answers: list[Answer]) -> list[Answer]:
    """Return a number and the range around it as one answer: we write both, so does the migration from QTI 1.2."""
    if len(answers) != 2:
        return answers
    exact, wide = answers[0].accepted, answers[1].accepted
    if not isinstance(wide, AcceptedNumber) or wide.lower is None or wide.upper is None:
        return answers
    if wide.value is not None or wide.lower_open or wide.upper_open:
        return answers
    if isinstance(exact, AcceptedNumber) and exact.value is not None and exact.tolerance:
        is_same = all(_is_near(end, other) for end, other in zip(bounds(exact), (wide.lower, wide.upper), strict=True))
        return answers[:1] if is_same else answers
    text = exact.text if isinstance(exact, AcceptedText) else exact.written or decimal_text(exact.value or Fraction(0))
    value = read_decimal(text)
    if value is None or value - wide.lower != wide.upper - value:
        return answers
    return [Answer(AcceptedNumber(value=value, tolerance=wide.upper - value, written=_written(text, value)))]


def _is_near(one: Fraction | None, other: Fraction) -> bool:
    return one is not None and abs(one - other) <= abs(other) / 10**9


def _distinct(answers: list[Answer]) -> list[Answer]:
    """Return each answer once; where numbers are asked for, a text that is a number is one."""
    has_number = any(isinstance(answer.accepted, AcceptedNumber) for answer in answers)
    seen: dict[Accepted, Answer] = {}
    for answer in answers:
        accepted = answer.accepted
        if has_number and isinstance(accepted, AcceptedText) and not accepted.wildcards:
            value = read_decimal(accepted.text)
            if value is not None:
                accepted = AcceptedNumber(value=value, written=_written(accepted.text, value))
        seen.setdefault(accepted, answer._replace(accepted=accepted))
    return list(seen.values())


def fits(accepted: Accepted, response: str | Fraction, *, case_sensitive: bool) -> bool:
    """Whether an answer accepts a response; bounds count as the model says."""
    import re

    if isinstance(accepted, AcceptedText):
        if isinstance(response, Fraction):
            return False
        one, other = (accepted.text, response) if case_sensitive else (accepted.text.casefold(), response.casefold())
        if not accepted.wildcards:
            return one == other
        return re.fullmatch(".*".join(map(re.escape, one.split("*"))), other, re.DOTALL) is not None
    number = read_decimal(response) if isinstance(response, str) else response
    if number is None:
        return False
    low, high = bounds(accepted)
    above = low is None or number > low or (number == low and not accepted.lower_open)
    return above and (high is None or number < high or (number == high and not accepted.upper_open))


def bounds(accepted: AcceptedNumber) -> tuple[Fraction | None, Fraction | None]:
    """Return from where to where a number is accepted."""
    value, tolerance = accepted.value, accepted.tolerance
    if value is None:
        return accepted.lower, accepted.upper
    match accepted.kind:
        case ToleranceKind.ABSOLUTE:
            return value - tolerance, value + tolerance
        case ToleranceKind.RELATIVE:
            ends = sorted((value * (1 - tolerance), value * (1 + tolerance)))
        case ToleranceKind.GEOMETRIC:
            ends = sorted((value / (1 + tolerance), value * (1 + tolerance))) if tolerance > -1 else [value, value]
        case ToleranceKind.SIGNIFICANT:
            half = _last_figure(value, int(tolerance)) / 2
            ends = [value - half, value + half]
    return ends[0], ends[1]


_MOST_FIGURES = 100


def _last_figure(value: Fraction, figures: int) -> Fraction:
    """Return what one step of the last significant figure is: 0.1 for three figures of 12.3."""
    if value == 0 or not 0 < figures < _MOST_FIGURES:
        return Fraction(0)
    leading = 0
    while abs(value) >= Fraction(10) ** (leading + 1):
        leading += 1
    while abs(value) < Fraction(10) ** leading:
        leading -= 1
    return Fraction(10) ** (leading - figures + 1)


def example(accepted: Accepted, earlier: list[Accepted], *, numeric: bool, case_sensitive: bool) -> Value:
    """Return a response that an answer accepts and no earlier one; the plainest where there is none."""
    candidates = list(_candidates(accepted))
    for candidate in candidates:
        if not any(fits(other, candidate, case_sensitive=case_sensitive) for other in earlier):
            return _as_given(candidate, numeric=numeric)
    return _as_given(candidates[0], numeric=numeric)


def is_covered(accepted: Accepted, earlier: list[Accepted], *, case_sensitive: bool) -> bool:
    """Whether an earlier answer accepts whatever this one does, as far as examples tell."""
    return all(
        any(fits(other, candidate, case_sensitive=case_sensitive) for other in earlier)
        for candidate in _candidates(accepted)
    )


def spoken(accepted: Accepted) -> str:
    """Return an answer as a message names it."""
    if isinstance(accepted, AcceptedText):
        return accepted.text
    if accepted.value is not None:
        return accepted.written or decimal_text(accepted.value)
    ends = ("" if end is None else decimal_text(end) for end in (accepted.lower, accepted.upper))
    return "..".join(ends)


def _candidates(accepted: Accepted) -> Iterator[str | Fraction]:
    if isinstance(accepted, AcceptedText):
        yield from (
            (accepted.text.replace("*", filler) for filler in ("x", "", "zz9"))
            if accepted.wildcards
            else (accepted.text,)
        )
        return
    if accepted.value is not None:
        yield accepted.value
    low, high = bounds(accepted)
    if low is None or high is None:
        end = low if low is not None else high
        assert end is not None or accepted.value is not None or (low is None and high is None)
        yield (end or Fraction(0)) + (1 if low is not None else -1)
        yield (end or Fraction(0)) + (12345 if low is not None else -12345)
        return
    for part in (Fraction(1, 2), Fraction(1, 1000), Fraction(999, 1000), Fraction(1, 4), Fraction(3, 4)):
        yield low + (high - low) * part
    yield from (low, high)


def _as_given(candidate: str | Fraction, *, numeric: bool) -> Value:
    if numeric:
        return candidate if isinstance(candidate, Fraction) else read_decimal(candidate)
    return decimal_text(candidate) if isinstance(candidate, Fraction) else candidate


def no_answer(answers: list[Answer], *, numeric: bool) -> Value:
    """Return a response that none of the answers accepts."""
    if not numeric and not any(isinstance(answer.accepted, AcceptedNumber) for answer in answers):
        return "\u2603 no such answer \u2603"
    ends = [
        end
        for answer in answers
        if isinstance(answer.accepted, AcceptedNumber)
        for end in bounds(answer.accepted)
        if end is not None
    ]
    number = max(ends, default=Fraction(0)) + Fraction(98765, 1000)
    return number if numeric else decimal_text(number)
