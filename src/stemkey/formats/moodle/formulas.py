"""The formulas of Moodle's calculated questions, as PHP computes them: `{a} + {b}`, `round({x} * pi(), 2)`.

Moodle hands a formula to PHP's `eval`. Here it is read by a small parser: numbers, variables, `+ - * / % **`, parentheses
and the functions that Moodle allows. What else PHP would understand (comparisons, bits, octal numbers) is refused, and
the question is then left to people.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

Number = int | float
"""PHP's two kinds of numbers."""

Values = Mapping[str, str]
"""The numbers of the variables, as they are written."""
_Node = Callable[[Mapping[str, Number]], Number]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)|(?P<name>[A-Za-z]\w*)|(?P<variable>\{[^{}]*\})"
    r"|(?P<mark>\*\*|[-+*/%(),]))",
    re.ASCII,
)
_OCTAL = re.compile(r"0\d")
_EMBEDDED = re.compile(r"\{=([^{}]*(?:\{[^{}]+\}[^{}]*)*)\}")
_LONGEST = 4000
_DEEPEST = 60
_LARGEST_INT = 1 << 63
_MOST_PLACES = 330
_EXACTLY = Context(prec=700)
SHOWN_DIGITS = 14
"""Moodle sets PHP to show so many significant digits."""


class FormulaError(ValueError):
    """A formula that is not understood, or has no finite value."""


def evaluate(formula: str, values: Values) -> float:
    """Return what a formula comes to with the numbers of its variables."""
    return float(_computed(formula, values))


def fill_in(text: str, values: Values, decimals: tuple[int, str] | None = None) -> str:
    """Return a text with its formulas `{={a} * 2}` and variables `{a}` replaced by numbers, as candidates see it.

    `decimals` are Moodle's length and format of an answer; without them numbers are not rounded.
    """

    def computed(found: re.Match[str]) -> str:
        number = _computed(found[1], values)
        return shown(number) if decimals is None else rounded(number, *decimals)

    text = _EMBEDDED.sub(computed, text)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _computed(formula: str, values: Values) -> Number:
    numbers = {name: _value(value) for name, value in values.items()}
    try:
        return _parsed(formula)(numbers)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise FormulaError(str(error)) from error


@lru_cache(maxsize=256)
def _parsed(formula: str) -> _Node:
    """Return a formula as a function of its variables: one formula is computed for each set of numbers."""
    return _Parser(formula).formula()


def _value(text: str) -> Number:
    sign = -1 if text.startswith("-") else 1
    return sign * _literal(text.lstrip("+-"))


# ---- numbers as PHP shows them -------------------------------------------------------------------


def shown(number: Number) -> str:
    """Return a number as PHP turns it into text."""
    if isinstance(number, int):
        return str(number)
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    mantissa, _, exponent = f"{number:.{SHOWN_DIGITS - 1}e}".partition("e")
    power = int(exponent)
    digits = mantissa.rstrip("0").rstrip(".")
    if -5 < power < SHOWN_DIGITS:
        return f"{Decimal(digits).scaleb(power):f}"
    return f"{digits if '.' in digits else digits + '.0'}E{power:+d}"


def rounded(number: Number, length: int, form: str) -> str:
    """Return a number as Moodle shows a computed answer: with so many decimals (form 1) or significant digits (form 2)."""
    if form == "1":
        return f"{number:.{length}f}"
    if not number:
        return "0"
    return ("-" if number < 0 else "") + _significant(abs(number), length)


def _significant(answer: Number, length: int) -> str:
    """Return Moodle's own way to so many significant digits, step by step: its float errors are part of it."""
    power = 0
    while answer < 1:
        power -= 1
        answer *= 10
    while answer >= 1:
        power += 1
        answer /= 10
    answer = _php_round(answer, length)
    if answer >= 1:
        power += 1
        answer /= 10
    if power < -2 or power > 4:
        answer *= 10
        exponent = f"e{power - 1}"
        text = shown(answer)
        if length == 1:
            return text + exponent
        return (text + ("." if len(text) == 1 else "") + "0" * 41)[: length + 1] + exponent
    answer *= float(f"1e{power}")
    text = shown(answer)
    if answer / float(f"1e{length}") >= 0.1:
        return text
    return (text + ("." if text.isdigit() else "") + "0" * 41)[: length + (2 - power if power < 1 else 1)]


def _php_round(number: Number, places: int) -> float:
    """Return a number rounded as PHP does: halves away from zero, on its first 15 significant digits."""
    if abs(places) > _MOST_PLACES:
        return float(number) if places > 0 else 0.0
    exact = Decimal(f"{number:.15g}")
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACTLY))


# ---- arithmetic as PHP does it -------------------------------------------------------------------


def _fitted(number: Number) -> Number:
    """Return an integer that is too large for PHP as a float; refuse what is not finite."""
    if isinstance(number, float) and not math.isfinite(number):
        raise FormulaError("has no finite value")
    return number if isinstance(number, float) or -_LARGEST_INT <= number < _LARGEST_INT else float(number)


def _divided(one: Number, other: Number) -> Number:
    if not other:
        raise FormulaError("divides by zero")
    both_int = isinstance(one, int) and isinstance(other, int)
    return one // other if both_int and one % other == 0 else one / other


def _remainder(one: Number, other: Number) -> Number:
    a, b = int(one), int(other)
    if not b:
        raise FormulaError("divides by zero")
    return int(math.copysign(1, a)) * (abs(a) % abs(b))


def _power(one: Number, other: Number) -> Number:
    size = math.pow(one, other)
    is_int = isinstance(one, int) and isinstance(other, int) and other >= 0
    return int(one) ** int(other) if is_int and abs(size) < _LARGEST_INT else size


def _round(number: Number, places: Number = 0) -> float:
    return _php_round(number, int(places))


def _log(number: Number, base: Number = math.e) -> float:
    return math.log(number) if base == math.e else math.log(number) / math.log(base)


_FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Number]]] = {
    "pi": (0, 0, lambda: math.pi),
    **{
        name: (1, 1, getattr(math, name))
        for name in (
            "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1",
            "log10", "log1p", "sin", "sinh", "sqrt", "tan", "tanh",
        )
    },
    "abs": (1, 1, abs),
    "ceil": (1, 1, lambda number: float(math.ceil(number))),
    "floor": (1, 1, lambda number: float(math.floor(number))),
    "deg2rad": (1, 1, lambda number: number / 180 * math.pi),
    "rad2deg": (1, 1, lambda number: number / math.pi * 180),
    "log": (1, 2, _log),
    "round": (1, 2, _round),
    "atan2": (2, 2, math.atan2),
    "fmod": (2, 2, math.fmod),
    "pow": (2, 2, _power),
    "min": (2, 99, min),
    "max": (2, 99, max),
}  # fmt: skip
"""How many arguments each function takes at least and at most."""

_SUMS: Mapping[str, Callable[[Number, Number], Number]] = {"+": operator.add, "-": operator.sub}
_PRODUCTS: Mapping[str, Callable[[Number, Number], Number]] = {"*": operator.mul, "/": _divided, "%": _remainder}


class _Parser:
    """Recursive descent, one function for each level of precedence; what it gives is a function of the variables."""

    def __init__(self, formula: str) -> None:
        if len(formula) > _LONGEST:
            raise FormulaError("is too long")
        self._tokens = _tokens(formula)
        self._at = 0
        self._depth = 0

    def formula(self) -> _Node:
        """Return the whole formula."""
        node = self._sum()
        if self._at < len(self._tokens):
            raise FormulaError(f"does not go on with '{self._tokens[self._at]}'")
        return node

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if token not in wanted:
            return ""
        self._at += 1
        return token

    def _sum(self) -> _Node:
        return self._chain(self._product, _SUMS)

    def _product(self) -> _Node:
        return self._chain(self._signed, _PRODUCTS)

    def _chain(self, part: Callable[[], _Node], operators: Mapping[str, Callable[[Number, Number], Number]]) -> _Node:
        first = part()
        rest: list[tuple[Callable[[Number, Number], Number], _Node]] = []
        while mark := self._take(*operators):
            rest.append((operators[mark], part()))
        if not rest:
            return first

        def chain(values: Mapping[str, Number]) -> Number:
            number = first(values)
            for compute, node in rest:
                number = _fitted(compute(number, node(values)))
            return number

        return chain

    def _signed(self) -> _Node:
        """`-2 ** 2` is minus 4, `2 ** -1` a half."""
        signs = 0
        while mark := self._take("-", "+"):
            signs += mark == "-"
        node = self._raised()
        return (lambda values: _fitted(-node(values))) if signs % 2 else node

    def _raised(self) -> _Node:
        base = self._operand()
        if not self._take("**"):
            return base
        self._go_deeper()
        power = self._signed()  # to its right first: 2 ** 3 ** 2 is 2 ** 9
        self._depth -= 1
        return lambda values: _fitted(_power(base(values), power(values)))

    def _operand(self) -> _Node:
        begin = self._next()
        self._at += 1
        if begin == "(":
            return self._inside()[0]
        if begin.startswith("{"):
            name = begin[1:-1]
            return lambda values: _of_variable(name, values)
        if begin[:1].isdigit() or begin[:1] == ".":
            number = _literal(begin)
            return lambda _: number
        return self._call(begin)

    def _call(self, name: str) -> _Node:
        row = _FUNCTIONS.get(name.lower())
        if row is None or not self._take("("):
            raise FormulaError(f"has '{name}' where a number should be")
        least, most, function = row
        arguments = self._inside(least=least)
        if not least <= len(arguments) <= most:
            raise FormulaError(f"has {len(arguments)} arguments of {name}")
        return lambda values: _fitted(function(*(argument(values) for argument in arguments)))

    def _inside(self, least: int | None = None) -> Sequence[_Node]:
        """Return what stands in parentheses: one number, or a function's arguments."""
        self._go_deeper()
        nodes: list[_Node] = []
        if least is None or self._next() != ")":
            nodes.append(self._sum())
            while least is not None and self._take(","):
                nodes.append(self._sum())
        if not self._take(")"):
            raise FormulaError("has no closing parenthesis")
        self._depth -= 1
        return nodes

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaError("is nested too deeply")


def _of_variable(name: str, values: Mapping[str, Number]) -> Number:
    if name not in values:
        raise FormulaError(f"has {{{name}}}, of which no number is known")
    return values[name]


def _tokens(formula: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(formula.rstrip())
    while at < end:
        found = _TOKEN.match(formula, at)
        if found is None:
            raise FormulaError(f"has '{formula[at:].strip()[:1]}', which is not understood")
        tokens.append(found[found.lastgroup or 0])
        at = found.end()
    return tokens


def _literal(token: str) -> Number:
    if token.isdigit():
        if _OCTAL.match(token):
            raise FormulaError(f"has {token}, which PHP reads as an octal number")
        return _fitted(int(token))
    return _fitted(float(token))
