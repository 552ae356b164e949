"""Questions whose answer is typed: shortanswer, numerical."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import floor, log10
from typing import TYPE_CHECKING

from stemkey.diagnostics import Severity, Text, rule
from stemkey.formats.moodle.elements import NOTE, PREFIX, attribute, bare, cdata
from stemkey.formats.moodle.reading import Question, Reading, parse_number
from stemkey.formats.moodle.shares import decimal_text, percent_text
from stemkey.formats.moodle.written import Writing
from stemkey.model import (
    EMPTY,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Content,
    Item,
    TextEntryInteraction,
    ToleranceKind,
    Unit,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

Accepted = AcceptedText | AcceptedNumber
ANYTHING = "*"


@rule("R210", Severity.WARNING)
def comma_in_number(text: str, taken: str) -> Text:
    """Moodle's importer takes a comma for a thousands separator, so `1,5` becomes 15, and stops at other marks.

    Stemkey reads the number that Moodle would read, because that is the number its candidates were graded by.
    """
    return Text(f"Moodle reads {text!r} as {taken}", "write the number with a decimal point")


@rule("R215", Severity.ERROR)
def numerical_answer_not_a_number(text: str) -> Text:
    """The answer of a numerical question is neither a number nor `*`. Moodle's importer stops at it.

    The answer is left out; the others of the question are read.
    """
    return Text(f"answer {text!r} is not a number", "write digits and a decimal point, such as -1.234 or 3e8")


# ---- what is accepted ----------------------------------------------------------------------------

_WILD = re.compile(r"(?<!\\)\*")


def accepted_text(text: str, credit: Fraction, feedback: Content) -> AcceptedText:
    r"""Return a short answer as Moodle takes it: `*` is any run of characters, `\*` an asterisk."""
    if "*" not in text:
        return AcceptedText(text=text, credit=credit, feedback=feedback)
    if _WILD.search(text):
        return AcceptedText(text=text, credit=credit, feedback=feedback, wildcards=True)
    return AcceptedText(text=text.replace(r"\*", "*"), credit=credit, feedback=feedback)


def wild_text(entry: AcceptedText) -> str:
    """Return a short answer as Moodle writes it."""
    return entry.text if entry.wildcards else entry.text.replace("*", r"\*")


def split_other(accepted: Sequence[Accepted]) -> tuple[tuple[Accepted, ...], Content]:
    """Return the accepted answers, and the feedback for anything else: a last `*` that earns nothing."""
    last = accepted[-1] if len(accepted) > 1 else None
    if isinstance(last, AcceptedText) and _is_other(last):
        return tuple(accepted[:-1]), last.feedback
    return tuple(accepted), EMPTY


def _is_other(entry: AcceptedText) -> bool:
    return entry.text == ANYTHING and entry.wildcards and bool(entry.feedback) and not entry.credit


def with_other(interaction: TextEntryInteraction) -> tuple[Accepted, ...]:
    """Return the accepted answers with the `*` that `split_other` takes away."""
    if not interaction.other_feedback:
        return interaction.accepted
    other = AcceptedText(text=ANYTHING, credit=NO_CREDIT, feedback=interaction.other_feedback, wildcards=True)
    return (*interaction.accepted, other)


_START = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"[,\s](?=\d)")


def moodle_number(text: str) -> Fraction | None:
    """Return the number that Moodle reads: a comma or a space before a digit separates thousands, a rest is a unit."""
    start = _START.match(_THOUSANDS.sub("", text))
    return parse_number(start[0]) if start is not None else None


# ---- numbers -------------------------------------------------------------------------------------


def bounds(number: AcceptedNumber) -> tuple[Fraction, Fraction] | None:
    """Return the lowest and the highest number that is accepted; None where there is none."""
    if number.value is None:
        if number.lower is None or number.upper is None:
            return None
        return number.lower, number.upper
    value, tolerance = number.value, number.tolerance
    match number.kind:
        case ToleranceKind.ABSOLUTE:
            margin = tolerance
        case ToleranceKind.RELATIVE:
            margin = abs(value) * tolerance
        case ToleranceKind.GEOMETRIC:
            low, high = sorted((value / (1 + tolerance), value * (1 + tolerance)))
            return low, high
        case ToleranceKind.SIGNIFICANT:
            margin = _half_of_last_digit(value, int(tolerance))
    return value - margin, value + margin


def _half_of_last_digit(value: Fraction, digits: int) -> Fraction:
    if not value:
        return NO_CREDIT
    exponent = floor(log10(abs(value))) - digits + 1
    return Fraction(10) ** exponent / 2


def number_and_tolerance(number: AcceptedNumber) -> tuple[str, str]:
    """Return a number as Moodle has it: the middle, and how far from it is still right."""
    if number.value is not None and number.kind is not ToleranceKind.GEOMETRIC:
        limits = bounds(number)
        assert limits is not None
        written = number.written if parse_number(number.written) == number.value else ""
        return written or decimal_text(number.value), decimal_text((limits[1] - limits[0]) / 2)
    limits = bounds(number)
    assert limits is not None, "adapt leaves only numbers with both bounds"
    return decimal_text((limits[0] + limits[1]) / 2), decimal_text((limits[1] - limits[0]) / 2)


def number_note(number: AcceptedNumber) -> str:
    """Return what Moodle's two numbers do not say, for our reader: a range, a relative tolerance; else nothing."""
    text, tolerance = number_and_tolerance(number)
    if number == plain_number(text, tolerance, number.credit, number.feedback):
        return ""
    facts = (
        number.value, number.tolerance, number.kind.value, number.lower, number.upper,
        int(number.lower_open), int(number.upper_open), number.written,
    )  # fmt: skip
    return "number " + " ".join("-" if fact is None else str(fact) for fact in facts)


def plain_number(text: str, tolerance: str, credit: Fraction, feedback: Content) -> AcceptedNumber | None:
    """Return the accepted number that Moodle's two texts say; None where they are no numbers."""
    value = moodle_number(text)
    margin = moodle_number(tolerance) if tolerance else NO_CREDIT
    if value is None:
        return None
    return AcceptedNumber(
        value=value,
        tolerance=abs(margin) if margin is not None else NO_CREDIT,
        credit=credit,
        feedback=feedback,
        written="" if text == decimal_text(value) or parse_number(text) is None else text,
    )


_NOTE = re.compile(
    r"number (-|-?\d+(?:/\d+)?) (-?\d+(?:/\d+)?) (absolute|relative|geometric|significant) "
    r"(-|-?\d+(?:/\d+)?) (-|-?\d+(?:/\d+)?) ([01]) ([01]) (.*)\Z"
)


def noted_number(note: str | None, text: str, tolerance: str, plain: AcceptedNumber) -> AcceptedNumber:
    """Return the number that `number_note` described, if it still says the same as Moodle's own two numbers."""
    found = _NOTE.match(note) if note and len(note) < 1000 else None
    if found is None:
        return plain

    def number(group: int) -> Fraction | None:
        return None if found[group] == "-" else Fraction(found[group])

    try:
        noted = AcceptedNumber(
            value=number(1),
            tolerance=number(2) or NO_CREDIT,
            kind=ToleranceKind(found[3]),
            lower=number(4),
            upper=number(5),
            lower_open=found[6] == "1",
            upper_open=found[7] == "1",
            credit=plain.credit,
            feedback=plain.feedback,
            written=found[8],
        )
        is_same = number_and_tolerance(noted) == (text, tolerance)
    except (ZeroDivisionError, OverflowError, AssertionError):
        return plain
    return noted if is_same else plain


# ---- reading -------------------------------------------------------------------------------------


def read_shortanswer(question: Question, reading: Reading) -> TextEntryInteraction:
    """Read a short answer."""
    entries: list[Accepted] = []
    for position, answer in enumerate(question.answers, 1):
        text, feedback = reading.text(answer), _feedback(answer, position, reading)
        if text or feedback:
            entries.append(accepted_text(text, reading.credit(answer), feedback))
    accepted, other = split_other(entries)
    return TextEntryInteraction(
        accepted=accepted, case_sensitive=question.is_true("usecase", default=False), other_feedback=other
    )


def read_numerical(question: Question, reading: Reading) -> TextEntryInteraction:
    """Read a numerical question with its units."""
    entries: list[Accepted] = []
    for position, answer in enumerate(question.answers, 1):
        feedback = _feedback(answer, position, reading)
        entry = _read_number(answer, feedback, reading)
        if entry is not None:
            entries.append(entry)
    return with_units(entries, question, reading)


def with_units(entries: Sequence[Accepted], question: Question, reading: Reading) -> TextEntryInteraction:
    """Return a question that accepts some numbers, in the units that it names."""
    accepted, other = split_other(entries)
    units = _read_units(question, reading)
    grading = question.text("unitgradingtype") or "0"
    penalty = reading.amount(question.fields.get("unitpenalty"), _UNIT_PENALTY, "unitpenalty")
    required = grading in {"1", "2"}
    return TextEntryInteraction(
        accepted=accepted,
        units=units,
        unit_required=required,
        unit_penalty=penalty if required else NO_CREDIT,
        other_feedback=other,
    )


def unit_extensions(question: Question, interaction: TextEntryInteraction) -> dict[str, str]:
    """Return what Moodle says about units and the model does not."""
    extensions = {}
    ours = _unit_settings(interaction)
    for tag in _UNIT_TAGS:
        value = question.text(tag)
        if value is not None and value != ours[tag] and parse_number(value) != parse_number(ours[tag]):
            extensions[PREFIX + tag] = value
    return extensions


_UNIT_TAGS = ("unitgradingtype", "unitpenalty", "showunits", "unitsleft")
_UNIT_PENALTY = Fraction(1, 10)


def _feedback(answer: "_Element", position: int, reading: Reading) -> Content:
    for child in answer:
        if child.tag == "feedback":
            return reading.content(child, f"feedback {position}")
    return EMPTY


def _read_number(answer: "_Element", feedback: Content, reading: Reading) -> Accepted | None:
    text, credit = reading.text(answer), reading.credit(answer)
    if text == ANYTHING:
        return AcceptedText(text=ANYTHING, credit=credit, feedback=feedback, wildcards=True)
    tolerance, note = "0", answer.get(NOTE)
    for child in answer:
        if child.tag == "tolerance":
            tolerance = (child.text or "").strip()
    plain = plain_number(text, tolerance, credit, feedback)
    if plain is None:
        reading.report(numerical_answer_not_a_number(text), answer)
        return None
    assert plain.value is not None
    if parse_number(text) is None:
        reading.report(comma_in_number(text, decimal_text(plain.value)), answer)
    return noted_number(note, text, tolerance, plain)


def _read_units(question: Question, reading: Reading) -> tuple[Unit, ...]:
    element = question.fields.get("units")
    units = []
    for unit in element if element is not None else ():
        fields = {child.tag: child for child in unit}
        name = (fields["unit_name"].text or "").strip() if "unit_name" in fields else ""
        multiplier = reading.amount(fields.get("multiplier"), Fraction(1), "multiplier")
        if name:
            units.append(Unit(name=name, multiplier=multiplier))
    return tuple(units)


# ---- writing -------------------------------------------------------------------------------------


def write_entry(item: Item, interaction: TextEntryInteraction, writing: Writing) -> str:
    """Write a short answer, or a numerical question where every answer is a number (or `*`)."""
    accepted = with_other(interaction)
    if not any(isinstance(entry, AcceptedNumber) for entry in accepted):
        return _write_shortanswer(item, interaction, accepted, writing)
    return _write_numerical(item, interaction, accepted, writing)


def _write_shortanswer(
    item: Item, interaction: TextEntryInteraction, accepted: tuple[Accepted, ...], writing: Writing
) -> str:
    answers = []
    for position, entry in enumerate(accepted, 1):
        assert isinstance(entry, AcceptedText)
        answers.append(
            f'<answer fraction="{percent_text(entry.credit)}" format="moodle_auto_format">'
            f"<text>{cdata(wild_text(entry))}</text>{_feedback_element(item, entry, position, writing)}</answer>\n"
        )
    settings = writing.settings(item, {}) if item.extensions else ""
    own = f"<usecase>{int(interaction.case_sensitive)}</usecase>\n{settings}{''.join(answers)}"
    return writing.question("shortanswer", item, writing.text(item.body, item, "questiontext"), own)


def _write_numerical(
    item: Item, interaction: TextEntryInteraction, accepted: tuple[Accepted, ...], writing: Writing
) -> str:
    answers = []
    for position, entry in enumerate(accepted, 1):
        if isinstance(entry, AcceptedNumber):
            (text, tolerance), note = number_and_tolerance(entry), number_note(entry)
        else:
            text, tolerance, note = ANYTHING, "0", ""
        mark = f' {NOTE}="{attribute(note)}"' if note else ""
        answers.append(
            f'<answer fraction="{percent_text(entry.credit)}" format="moodle_auto_format"{mark}>'
            f"<text>{cdata(text)}</text>{_feedback_element(item, entry, position, writing)}"
            f"<tolerance>{tolerance}</tolerance></answer>\n"
        )
    units = "".join(
        f"<unit><multiplier>{decimal_text(unit.multiplier)}</multiplier><unit_name>{bare(unit.name)}</unit_name></unit>\n"
        for unit in interaction.units
    )
    units = f"<units>\n{units}</units>\n" if units else ""
    settings = writing.settings(item, _unit_settings(interaction))
    own = f"{''.join(answers)}{units}{settings}"
    return writing.question("numerical", item, writing.text(item.body, item, "questiontext"), own)


def _unit_settings(interaction: TextEntryInteraction) -> dict[str, str]:
    required = interaction.unit_required
    return {
        "unitgradingtype": "1" if required else "0",
        "unitpenalty": decimal_text(interaction.unit_penalty) if required else "0.1000000",
        "showunits": "0" if interaction.units else "3",
        "unitsleft": "0",
    }


def _feedback_element(item: Item, entry: Accepted, position: int, writing: Writing) -> str:
    text = writing.text(entry.feedback, item, f"feedback {position}")
    return f'<feedback format="html">{text}</feedback>'
