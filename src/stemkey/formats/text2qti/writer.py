"""A quiz as text2qti's text, laid out as its own documentation does: marks four columns wide, texts below each other."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import assert_never

from stemkey.files import Files
from stemkey.formats.text2qti.markup import write_blocks, write_line
from stemkey.formats.text2qti.syntax import FORMAT, QUIZ_OPTIONS
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
)
from stemkey.options import NoOptions

_WIDTH = 4


def write_text2qti(quiz: Quiz, options: NoOptions) -> Files:
    """Return the quiz as one text file."""
    blocks = [_head(quiz)]
    for section in quiz.sections:
        blocks.extend(_section(section))
    text = "\n\n".join(block for block in blocks if block)
    return {f"{quiz.identifier}.text2qti.txt": f"{text}\n".encode()}


def _head(quiz: Quiz) -> str:
    rows = [f"Quiz title: {quiz.title}"]
    if quiz.instructions:
        rows.append(_worded("Quiz description:", write_blocks(quiz.instructions)))
    if quiz.settings.shuffle_choices is not None:
        rows.append(f"shuffle answers: {str(quiz.settings.shuffle_choices).lower()}")
    for name, words in QUIZ_OPTIONS.items():
        if (value := quiz.extensions.get(f"{FORMAT}:{name}")) is not None:
            rows.append(f"{words}: {value}")
    return "\n".join(rows)


def _section(section: Section) -> Iterator[str]:
    if section.select is None or not section.items:
        yield from (_item(item, in_group=False) for item in section.items)
        return
    points = section.points_per_item if section.points_per_item is not None else Fraction(1)
    yield f"GROUP\npick: {section.select}\npoints per question: {_decimal(points)}"
    yield from (_item(item, in_group=True) for item in section.items)
    yield "END_GROUP"


def _item(item: Item, *, in_group: bool) -> str:
    if not item.interactions:
        rows = [f"Text title: {item.title}"] if item.title else []
        rows += [_worded("Text:", write_blocks(item.body))] if item.body else []
        return "\n".join(rows)
    rows = [f"Title: {item.title}"] if item.title else []
    if item.points != 1:
        rows.append(f"Points: {_decimal(item.points)}")
    number = item.number if item.number.isascii() and item.number.isdigit() else "1"
    rows.append(_marked(f"{number}.", write_blocks(item.body)))
    for mark, content in (
        ("...", item.feedback.general),
        ("+", item.feedback.correct),
        ("-", item.feedback.incorrect),
    ):
        rows += _feedback(mark, content)
    if solution := item.extensions.get(f"{FORMAT}:solution"):
        rows.append(_marked("!", solution))
    rows += _answers(item.interactions[0])
    return "\n".join(rows)


def _answers(interaction: Interaction) -> Iterator[str]:
    match interaction:
        case ChoiceInteraction():
            yield from _options(interaction)
        case TextEntryInteraction():
            for entry in interaction.accepted:
                match entry:
                    case AcceptedText():
                        yield _marked("*", entry.text)
                    case AcceptedNumber():
                        yield _marked("=", _number(entry))
        case ExtendedTextInteraction():
            yield "____"
        case UploadInteraction():
            yield "^^^^"
        case InlineChoiceInteraction() | OrderInteraction() | MatchInteraction() | ForeignInteraction():
            raise TypeError("fit leaves no such interaction")
        case _:
            assert_never(interaction)


def _options(interaction: ChoiceInteraction) -> Iterator[str]:
    is_multiple = interaction.cardinality is Cardinality.MULTIPLE
    for choice, label in zip(interaction.choices, interaction.labels, strict=True):
        is_key = choice.credit > 0
        yield _marked(_option_mark(label, is_key=is_key, is_multiple=is_multiple), write_line(choice.content))
        yield from _feedback("...", choice.feedback)


def _option_mark(label: str, *, is_key: bool, is_multiple: bool) -> str:
    if is_multiple:
        return "[*]" if is_key else "[ ]"
    letter = label.lower() if len(label) == 1 else "z"  # letters mean nothing to text2qti, and need not differ
    return f"{'*' if is_key else ''}{letter})"


def _feedback(mark: str, content: Content) -> list[str]:
    return [_marked(mark, write_blocks(content))] if content else []


def _number(entry: AcceptedNumber) -> str:
    if entry.value is None:
        return f"[{_decimal(entry.lower or Fraction(0))}, {_decimal(entry.upper or Fraction(0))}]"
    if entry.kind is ToleranceKind.RELATIVE:
        return f"{_decimal(entry.value)} +- {_decimal(entry.tolerance * 100)}%"
    if entry.tolerance or entry.value.denominator != 1:
        return f"{_decimal(entry.value)} +- {_decimal(entry.tolerance)}"
    return _decimal(entry.value)


def _decimal(value: Fraction) -> str:
    """Return an exact decimal without an exponent; `limits` has refused what has none."""
    with localcontext() as context:
        context.prec = 200
        text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _marked(mark: str, text: str) -> str:
    """Return a text behind a mark, its further lines below its first."""
    head = f"{mark:<{_WIDTH}}" if len(mark) < _WIDTH else f"{mark} "
    return head + _indented(text, len(head))


def _worded(word: str, text: str) -> str:
    """Return a text behind a word; further lines are indented by any two blanks."""
    return f"{word} {_indented(text, _WIDTH)}"


def _indented(text: str, width: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(f"{' ' * width}{line}" if line.strip() else "" for line in rest)])
