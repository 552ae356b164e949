"""QTI's expressions, computed: what a response-processing program says of one response.

A value is None (QTI's NULL), a single text, number or boolean, or a `Container`. Only what response processing of
declarative items uses is here; another expression raises `NotReadable`, and the item is kept as it stands.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.declarations import Container, Declaration, NotReadable, Single, Value, mapped, single_value

if TYPE_CHECKING:
    from lxml.etree import _Element

Expression: TypeAlias = Callable[["State"], Value]


@dataclass(slots=True)
class State:
    """The variables while a program runs."""

    responses: Mapping[str, Declaration]
    given: Mapping[str, Value]
    outcomes: dict[str, Value] = field(default_factory=dict)
    declared: Mapping[str, Declaration] = field(default_factory=dict)

    def variable(self, name: str) -> Value:
        """Return a variable's value: a response's, else an outcome's."""
        if name in self.given:
            return self.given[name]
        if name in self.responses:
            return None
        if name in self.outcomes:
            return self.outcomes[name]
        raise NotReadable(f"the variable '{name}', which nothing declares")


def compile_expression(element: "_Element") -> Expression:
    """Return an expression as a function of the variables."""
    name = str(element.tag)
    if name in _LEAVES:
        return _LEAVES[name](element)
    if name not in _OPERATORS:
        raise NotReadable(f"<{name}>")
    return _OPERATORS[name](element, [compile_expression(inner) for inner in element])


def _base_value(element: "_Element") -> Expression:
    text = "".join(str(part) for part in element.itertext())
    value = single_value(text, element.get("baseType", "string"))
    return lambda _: value


def _variable(element: "_Element") -> Expression:
    name = element.get("identifier", "")
    return lambda state: state.variable(name)


def _correct(element: "_Element") -> Expression:
    name = element.get("identifier", "")

    def correct(state: State) -> Value:
        declaration = state.responses.get(name)
        return declaration.correct if declaration else None

    return correct


def _default(element: "_Element") -> Expression:
    name = element.get("identifier", "")

    def default(state: State) -> Value:
        declaration = state.declared.get(name) or state.responses.get(name)
        return declaration.default if declaration else None

    return default


def _map_response(element: "_Element") -> Expression:
    name = element.get("identifier", "")

    def value(state: State) -> Value:
        if name not in state.responses:
            raise NotReadable(f"the variable '{name}', which nothing declares")
        return mapped(state.responses[name], state.variable(name))

    return value


_LEAVES: Mapping[str, Callable[["_Element"], Expression]] = {
    "baseValue": _base_value,
    "variable": _variable,
    "correct": _correct,
    "default": _default,
    "mapResponse": _map_response,
    "null": lambda _: lambda _: None,
}

Operator: TypeAlias = Callable[["_Element", list[Expression]], Expression]


def _single(value: Value) -> Single | None:
    """Return the one value of a container that holds one, as sloppy files mean it."""
    if isinstance(value, Container):
        return value.values[0] if len(value.values) == 1 else None
    return value


def _number(value: Value) -> Fraction | None:
    single = _single(value)
    if isinstance(single, bool):
        return None
    if isinstance(single, str):
        return read_decimal(single)
    return single


def _flatten(values: list[Value]) -> tuple[Single, ...]:
    flat: list[Single] = []
    for value in values:
        if isinstance(value, Container):
            flat.extend(value.values)
        elif value is not None:
            flat.append(value)
    return tuple(flat)


def equal_values(one: Value, other: Value) -> bool | None:
    """Return whether two values are the same in QTI's sense (`match`); None where one is missing."""
    if one is None or other is None:
        return None
    if isinstance(one, Container) and isinstance(other, Container):
        if one.ordered or other.ordered:
            return one.values == other.values
        return Counter(one.values) == Counter(other.values)
    if isinstance(one, Container) or isinstance(other, Container):
        left, right = _flatten([one]), _flatten([other])
        return Counter(left) == Counter(right)
    if isinstance(one, Fraction) or isinstance(other, Fraction):
        left_number, right_number = _number(one), _number(other)
        return left_number == right_number
    return one == other


def _logic(combine: Callable[[list[bool | None]], bool | None]) -> Operator:
    def build(_: "_Element", parts: list[Expression]) -> Expression:
        def value(state: State) -> Value:
            results = [_single(part(state)) for part in parts]
            return combine([result if isinstance(result, bool) else None for result in results])

        return value

    return build


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _compare(test: Callable[[Fraction, Fraction], bool]) -> Operator:
    def build(_: "_Element", parts: list[Expression]) -> Expression:
        one, other = _two(parts)

        def value(state: State) -> Value:
            left, right = _number(one(state)), _number(other(state))
            return None if left is None or right is None else test(left, right)

        return value

    return build


def _two(parts: list[Expression]) -> tuple[Expression, Expression]:
    if len(parts) != 2:
        raise NotReadable("a comparison that is not of two values")
    return parts[0], parts[1]


def _arithmetic(compute: Callable[[list[Fraction]], Fraction | None]) -> Operator:
    def build(_: "_Element", parts: list[Expression]) -> Expression:
        def value(state: State) -> Value:
            numbers: list[Fraction] = []
            for single in _flatten([part(state) for part in parts]):
                number = _number(single)
                if number is None:
                    return None
                numbers.append(number)
            return compute(numbers) if numbers else None

        return value

    return build


def _product(numbers: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for number in numbers:
        total *= number
    return total


def _quotient(numbers: list[Fraction]) -> Fraction | None:
    return numbers[0] / numbers[1] if len(numbers) == 2 and numbers[1] else None


def _difference(numbers: list[Fraction]) -> Fraction | None:
    return numbers[0] - numbers[1] if len(numbers) == 2 else None


def _match(_: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)
    return lambda state: equal_values(one(state), other(state))


def _member(_: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)

    def value(state: State) -> Value:
        single, holder = one(state), other(state)
        if single is None or holder is None:
            return None
        return any(equal_values(single, inner) for inner in _flatten([holder]))

    return value


def _contains(_: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)

    def value(state: State) -> Value:
        whole, part = one(state), other(state)
        if whole is None or part is None:
            return None
        return not Counter(_flatten([part])) - Counter(_flatten([whole]))

    return value


def _is_null(_: "_Element", parts: list[Expression]) -> Expression:
    def value(state: State) -> Value:
        inner = parts[0](state) if parts else None
        return inner is None or inner == "" or inner == Container(()) or inner == Container((), ordered=True)

    return value


def _not(_: "_Element", parts: list[Expression]) -> Expression:
    def value(state: State) -> Value:
        inner = _single(parts[0](state)) if parts else None
        return not inner if isinstance(inner, bool) else None

    return value


def _string_match(element: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)
    is_exact = element.get("caseSensitive", "true").strip() in {"true", "1"}
    is_part = element.get("substring", "false").strip() in {"true", "1"}

    def value(state: State) -> Value:
        left, right = _single(one(state)), _single(other(state))
        if left is None or right is None:
            return None
        texts = [str(left), str(right)] if is_exact else [str(left).casefold(), str(right).casefold()]
        return texts[1] in texts[0] if is_part else texts[0] == texts[1]

    return value


def _pattern_match(element: "_Element", parts: list[Expression]) -> Expression:
    from stemkey.formats.qti21.patterns import from_pattern

    pattern = element.get("pattern", "")
    if from_pattern(pattern) is None:
        raise NotReadable(f"the pattern '{pattern}'")

    def value(state: State) -> Value:
        text = _single(parts[0](state)) if parts else None
        return None if text is None else re.fullmatch(pattern, str(text), re.DOTALL) is not None

    return value


class Bounds(NamedTuple):
    """From where to where a number is taken for another one."""

    lower: Fraction
    upper: Fraction


def equal_bounds(element: "_Element", value: Fraction) -> Bounds:
    """Return what `equal` takes for a value. QTI 2.1: relative tolerances are percentages; two are lower and upper."""
    mode = element.get("toleranceMode", "exact")
    tolerances = [read_decimal(text) for text in element.get("tolerance", "").split()]
    if mode == "exact" or not tolerances:
        return Bounds(value, value)
    low, high = tolerances[0], tolerances[-1]
    if low is None or high is None:
        raise NotReadable("a tolerance that is not a number")
    if mode == "absolute":
        return Bounds(value - low, value + high)
    ends = (value * (1 - low / 100), value * (1 + high / 100))
    return Bounds(min(ends), max(ends))


def _equal(element: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)
    has_lower = element.get("includeLowerBound", "true").strip() in {"true", "1"}
    has_upper = element.get("includeUpperBound", "true").strip() in {"true", "1"}

    def value(state: State) -> Value:
        left, right = _number(one(state)), _number(other(state))
        if left is None or right is None:
            return None
        # QTI: the second is tolerated around the first; files write the response first, so either way round.
        bounds = equal_bounds(element, right)
        if bounds.lower == bounds.upper:
            return left == right
        above = left > bounds.lower or (has_lower and left == bounds.lower)
        return above and (left < bounds.upper or (has_upper and left == bounds.upper))

    return value


def rounded(value: Fraction, mode: str, figures: int) -> Fraction:
    """Return a number rounded to significant figures or decimal places, halves away from zero."""
    if mode == "significantFigures":
        if not value:
            return value
        size, places = abs(value), figures - 1
        while size >= 10:
            size /= 10
            places -= 1
        while size < 1:
            size *= 10
            places += 1
    else:
        places = figures
    scale = Fraction(10) ** places
    scaled = abs(value) * scale
    whole = (scaled + Fraction(1, 2)).__floor__()
    return (whole if value >= 0 else -whole) / scale


def _equal_rounded(element: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)
    mode = element.get("roundingMode", "significantFigures")
    figures = read_decimal(element.get("figures"))
    if figures is None or figures.denominator != 1 or not 0 <= figures <= 40:
        raise NotReadable("rounding to figures that are no number")

    def value(state: State) -> Value:
        left, right = _number(one(state)), _number(other(state))
        if left is None or right is None or any(side and not -400 < _size(side) < 400 for side in (left, right)):
            return None
        return rounded(left, mode, int(figures)) == rounded(right, mode, int(figures))

    return value


def _size(value: Fraction) -> int:
    return len(str(abs(value.numerator))) - len(str(value.denominator))


def _gather(*, ordered: bool) -> Operator:
    def build(_: "_Element", parts: list[Expression]) -> Expression:
        def value(state: State) -> Value:
            values = _flatten([part(state) for part in parts])
            return Container(values, ordered) if values else None

        return value

    return build


def _container_size(_: "_Element", parts: list[Expression]) -> Expression:
    return lambda state: Fraction(len(_flatten([part(state) for part in parts])))


def _index(element: "_Element", parts: list[Expression]) -> Expression:
    position = read_decimal(element.get("n"))
    if position is None or len(parts) != 1:
        raise NotReadable("an index that is no number")

    def value(state: State) -> Value:
        values = _flatten([parts[0](state)])
        return values[int(position) - 1] if 1 <= position <= len(values) else None

    return value


def _delete(_: "_Element", parts: list[Expression]) -> Expression:
    one, other = _two(parts)

    def value(state: State) -> Value:
        holder, single = other(state), one(state)
        if not isinstance(holder, Container):
            return None
        left = tuple(inner for inner in holder.values if not equal_values(inner, single))
        return Container(left, holder.ordered) if left else None

    return value


_MIGRATED: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "vargte": lambda left, right: left >= right,
    "vargt": lambda left, right: left > right,
    "varlte": lambda left, right: left <= right,
    "varlt": lambda left, right: left < right,
}
"""Comparisons of numbers in texts, as the migration from QTI 1.2 writes them."""


def _custom(element: "_Element", parts: list[Expression]) -> Expression:
    test = _MIGRATED.get(element.get("class", ""))
    if test is None:
        raise NotReadable(f"the operator '{element.get('class', '')}'")
    return _compare(test)(element, parts)


_OPERATORS: Mapping[str, Operator] = {
    "and": _logic(_all),
    "or": _logic(_any),
    "not": _not,
    "match": _match,
    "member": _member,
    "contains": _contains,
    "isNull": _is_null,
    "stringMatch": _string_match,
    "patternMatch": _pattern_match,
    "equal": _equal,
    "equalRounded": _equal_rounded,
    "gt": _compare(lambda left, right: left > right),
    "gte": _compare(lambda left, right: left >= right),
    "lt": _compare(lambda left, right: left < right),
    "lte": _compare(lambda left, right: left <= right),
    "sum": _arithmetic(lambda numbers: sum(numbers, Fraction(0))),
    "subtract": _arithmetic(_difference),
    "product": _arithmetic(_product),
    "divide": _arithmetic(_quotient),
    "min": _arithmetic(min),
    "max": _arithmetic(max),
    "multiple": _gather(ordered=False),
    "ordered": _gather(ordered=True),
    "containerSize": _container_size,
    "index": _index,
    "delete": _delete,
    "customOperator": _custom,
}
