"""A quiz as Blackboard's question upload: UTF-8, one question a line, no header, no blank line."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from stemkey.files import Files
from stemkey.formats.blackboard.fields import write_block, write_inline
from stemkey.model import (
    GAP,
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
    TextEntryInteraction,
    UploadInteraction,
)
from stemkey.options import NoOptions

TRUE_FALSE = ("True", "False")


def write_blackboard(quiz: Quiz, options: NoOptions) -> Files:
    """Return the questions as one text file."""
    lines = "".join("\t".join(_fields(item)) + "\n" for item in quiz.items)
    return {f"{quiz.identifier}.blackboard.txt": lines.encode()}


def _fields(item: Item) -> list[str]:
    """Return the fields of a question's line; `adapt` has left only what has one."""
    first = item.interactions[0]
    if isinstance(first, ForeignInteraction):
        return first.raw.split("\t")
    if GAP.search(item.body):
        return _blanks(item)
    kind, rest = _answers(first)
    return [kind, write_block(item.body), *rest]


def _answers(interaction: Interaction) -> tuple[str, list[str]]:
    match interaction:
        case ChoiceInteraction(cardinality=Cardinality.MULTIPLE):
            return "MA", _choices(interaction)
        case ChoiceInteraction():
            if tuple(choice.content for choice in interaction.choices) == TRUE_FALSE:
                return "TF", ["true" if interaction.choices[0].credit else "false"]
            return "MC", _choices(interaction)
        case OrderInteraction():
            return "ORD", [write_inline(choice.content) for choice in interaction.choices]
        case MatchInteraction():
            targets = {target.identifier: target.content for target in interaction.targets}
            pairs = [(pair.source, targets[pair.target]) for pair in interaction.pairs]
            return "MAT", [write_inline(content) for pair in pairs for content in pair]
        case TextEntryInteraction():
            return _entry(interaction)
        case ExtendedTextInteraction():
            return "ESS", [write_block(interaction.grader_notes)] if interaction.grader_notes else []
        case UploadInteraction():
            return "FIL", []
        case _:
            raise TypeError("adapt leaves no such interaction")


def _choices(interaction: ChoiceInteraction) -> list[str]:
    fields = []
    for choice in interaction.choices:
        fields += [write_inline(choice.content), "correct" if choice.credit > 0 else "incorrect"]
    return fields


def _entry(interaction: TextEntryInteraction) -> tuple[str, list[str]]:
    number = interaction.accepted[0]
    if isinstance(number, AcceptedNumber):
        margin = [_decimal(number.tolerance)] if number.tolerance else []
        return "NUM", [_decimal(number.value or Fraction(0)), *margin]
    return "FIB", _texts(interaction)


def _texts(interaction: TextEntryInteraction) -> list[str]:
    return [entry.text for entry in interaction.accepted if isinstance(entry, AcceptedText)]


def _blanks(item: Item) -> list[str]:
    body = Content(GAP.sub(r"<[\1]>", item.body.replace("[", "&#91;")).replace("<[", "[").replace("]>", "]"))
    question = write_block(body)
    dropdowns = [one for one in item.interactions if isinstance(one, InlineChoiceInteraction)]
    if dropdowns:
        return ["JUMBLED_SENTENCE", question, *_jumbled(dropdowns)]
    fields = []
    for interaction in item.interactions:
        assert isinstance(interaction, TextEntryInteraction)
        fields += [interaction.identifier, *_texts(interaction), ""]
    return ["FIB_PLUS", question, *fields[:-1]]


def _jumbled(dropdowns: Sequence[InlineChoiceInteraction]) -> list[str]:
    """Each choice, the blanks that it is right for, and an empty field."""
    fields = []
    for position, choice in enumerate(dropdowns[0].choices):
        blanks = [one.identifier for one in dropdowns if one.choices[position].credit > 0]
        fields += [write_inline(choice.content), *blanks, ""]
    return fields[:-1] if fields[-2:] != ["", ""] else fields


def _decimal(value: Fraction) -> str:
    with localcontext() as context:
        context.prec = 200
        text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
