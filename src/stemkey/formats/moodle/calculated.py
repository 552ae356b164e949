"""Calculated questions: what each set of numbers that a candidate may have drawn makes of them.

Moodle draws one of the sets that stand in the file, puts its numbers into text and formulas, and grades by what comes
out. So a question of ten sets has ten clones, each with its own text and its own key.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.formats.moodle.elements import inline
from stemkey.formats.moodle.entries import ANYTHING, Accepted, with_units
from stemkey.formats.moodle.formulas import FormulaError, evaluate, fill_in
from stemkey.formats.moodle.reading import Question, Reading, parse_number
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Clone,
    Content,
    TextEntryInteraction,
    Variable,
    letter_label,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_CLONES = 500
_LARGEST = 1 << 21
"""Letters that the texts of all clones may have: a text is repeated for each of them."""
_LARGEST_FILE = 1 << 24
"""The same for all questions of a file: seconds."""
_LONGEST_ANSWER = 40
_FUZZ = 1e-14
"""Moodle widens every tolerance by 10 to the power of minus PHP's precision."""

Values = Mapping[str, str]


def calculated_clones(question: Question, body: Content, reading: Reading) -> Iterator[Clone]:
    """Give the clones of a calculated question. Raises `FormulaError` where one of them cannot be computed."""
    _refuse_odd_units(question, reading)
    for values in _value_sets(question, body, reading):
        accepted = [_accepted(answer, values, reading) for answer in question.answers]
        interaction = with_units([entry for entry in accepted if entry is not None], question, reading)
        yield _clone(values, body, _unexplained(interaction))


def calculated_choice_clones(question: Question, body: Content, reading: Reading) -> Iterator[Clone]:
    """Give the clones of a calculated multiple-choice question, whose options hold formulas."""
    single = question.is_true("single", default=True)
    options = [(inline(reading.content(answer)), reading.credit(answer), answer) for answer in question.answers]
    for values in _value_sets(question, body, reading):
        choices = tuple(
            Choice(
                identifier=letter_label(index),
                content=Content(fill_in(content, values, _decimals(answer))),
                credit=credit,
            )
            for index, (content, credit, answer) in enumerate(options)
        )
        cardinality = Cardinality.SINGLE if single else Cardinality.MULTIPLE
        yield _clone(values, body, ChoiceInteraction(choices=choices, cardinality=cardinality))


def _clone(values: Values, body: Content, interaction: ChoiceInteraction | TextEntryInteraction) -> Clone:
    return Clone(
        body=Content(fill_in(body, values)),
        variables=tuple(Variable(name=name, value=value) for name, value in values.items()),
        interaction=interaction,
    )


# ---- the numbers ---------------------------------------------------------------------------------


def _value_sets(question: Question, body: Content, reading: Reading) -> list[Values]:
    """Return the sets of numbers of which each candidate gets one: the items of all variables with one number."""
    element = question.fields.get("dataset_definitions")
    variables = [_variable(definition, reading) for definition in (element if element is not None else ())]
    if not variables or len({name for name, _ in variables}) < len(variables):
        raise FormulaError("has no numbers in the file, or two kinds of one name")
    numbers = set.intersection(*(set(items) for _, items in variables))
    size = len(body) + sum(len(reading.text(answer)) for answer in question.answers)
    letters = len(numbers) * size
    if len(numbers) > _MOST_CLONES or letters > _LARGEST or reading.filled_in + letters > _LARGEST_FILE:
        raise FormulaError("has too many sets of numbers")
    reading.filled_in += letters
    sets: list[Values] = [{name: items[number] for name, items in variables} for number in sorted(numbers)]
    if not all(parse_number(value) is not None for values in sets for value in values.values()):
        raise FormulaError("has values that are no numbers")
    return sets


def _variable(definition: "_Element", reading: Reading) -> tuple[str, dict[int, str]]:
    """Return the name of a variable and its values by the number of their set."""
    items: dict[int, str] = {}
    fields = {str(child.tag): child for child in definition}
    for item in fields.get("dataset_items", ()):
        texts = {child.tag: (child.text or "").strip() for child in item}
        number, value = texts.get("number", ""), texts.get("value", "")
        if not (number.isascii() and number.isdigit() and len(number) < 9) or int(number) in items:
            raise FormulaError("has numbers in an order that is not known")
        items[int(number)] = value
    return reading.text(fields.get("name")), items


# ---- the answers ---------------------------------------------------------------------------------


def _settings(answer: "_Element") -> dict[str, str]:
    return {str(child.tag): (child.text or "").strip() for child in answer if not len(child)}


def _decimals(answer: "_Element") -> tuple[int, str]:
    settings = _settings(answer)
    length, form = settings.get("correctanswerlength", ""), settings.get("correctanswerformat", "")
    if not (length.isascii() and length.isdigit()) or int(length) > _LONGEST_ANSWER or form not in {"1", "2"}:
        raise FormulaError("does not say how its answers are rounded")
    return int(length), form


def _accepted(answer: "_Element", values: Values, reading: Reading) -> Accepted | None:
    formula, credit = reading.text(answer), reading.credit(answer)
    if formula == ANYTHING:
        return AcceptedText(text=ANYTHING, credit=credit, wildcards=True)
    if not formula:
        return None  # Moodle drops such answers
    lower, upper = _limits(evaluate(formula, values), _settings(answer))
    return AcceptedNumber(lower=Fraction(lower), upper=Fraction(upper), credit=credit)


def _refuse_odd_units(question: Question, reading: Reading) -> None:
    """Refuse what no clone can say: units before the number, and a penalty out of the maximum for answers worth a part."""
    shares = {reading.credit(answer) for answer in question.answers}
    if question.fields.get("units") is not None and question.text("unitsleft") == "1":
        raise FormulaError("has its units before the number")
    if question.text("unitgradingtype") == "2" and shares - {Fraction(0), Fraction(1)}:
        raise FormulaError("has a penalty out of the maximum")


def _limits(answer: float, settings: Mapping[str, str]) -> tuple[float, float]:
    """Return the lowest and the highest number that Moodle takes, computed in the floats that it computes in."""
    text = settings.get("tolerance") or "0"
    if parse_number(text) is None:
        raise FormulaError("has a tolerance that is no number")
    tolerance = abs(float(text))
    match settings.get("tolerancetype", ""):
        case "1" | "relative":
            margin = abs(answer) * (tolerance + _FUZZ)
            limits = answer - margin, answer + margin
        case "2" | "nominal":
            margin = tolerance + _FUZZ * max(1.0, abs(answer))
            limits = answer - margin, answer + margin
        case "3" | "geometric":
            quotient = 1 + tolerance + _FUZZ
            low, high = sorted((answer / quotient, answer * quotient))
            limits = low, high
        case _:
            raise FormulaError("has a tolerance of a kind that is not known")
    if not all(abs(limit) < 1e300 for limit in limits):
        raise FormulaError("has answers that are too large")
    return limits


def _unexplained(interaction: TextEntryInteraction) -> TextEntryInteraction:
    """Return an entry that Moodle grades, without feedback."""
    return TextEntryInteraction(
        accepted=interaction.accepted,
        units=interaction.units,
        unit_required=interaction.unit_required,
        unit_penalty=interaction.unit_penalty,
    )
