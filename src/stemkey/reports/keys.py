"""The right answer in a few characters, as a key sheet has it."""

from fractions import Fraction
from typing import assert_never

from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
)
from stemkey.reports.decimals import exact
from stemkey.richtext.to_plain import to_plain


def describe_key(item: Item) -> str:
    """Return an item's key: labels of choices (`"B"`, `"B,D"`), accepted texts (`"Paris | Lutetia"`), pairs.

    Empty where a person decides. Several interactions are told apart by their identifiers.
    """
    parts = [(interaction.identifier, describe_interaction(interaction)) for interaction in item.interactions]
    if len(parts) == 1:
        return parts[0][1]
    return "; ".join(f"{identifier}: {text}" for identifier, text in parts if text)


def describe_interaction(interaction: Interaction) -> str:
    """Return the key of one interaction; empty where a person decides."""
    match interaction:
        case ChoiceInteraction():
            keys = {choice.identifier for choice in interaction.keys}
            pairs = zip(interaction.labels, interaction.choices, strict=True)
            return ",".join(label for label, choice in pairs if choice.identifier in keys)
        case InlineChoiceInteraction():
            return " | ".join(to_plain(choice.content) for choice in interaction.choices if choice.credit == 1)
        case OrderInteraction():
            return " > ".join(to_plain(choice.content) for choice in interaction.choices)
        case MatchInteraction():
            targets = {target.identifier: to_plain(target.content) for target in interaction.targets}
            return "; ".join(f"{to_plain(pair.source)} = {targets.get(pair.target, '')}" for pair in interaction.pairs)
        case TextEntryInteraction():
            return " | ".join(describe_accepted(entry) for entry in interaction.accepted if entry.credit == 1)
        case ForeignInteraction(clones=clones):
            keys = {describe_interaction(clone.interaction) for clone in clones}
            return keys.pop() if len(keys) == 1 else ""
        case ExtendedTextInteraction() | UploadInteraction():
            return ""
        case _:
            assert_never(interaction)


def describe_accepted(entry: AcceptedText | AcceptedNumber) -> str:
    """Return an accepted answer: `Paris`, `3.1 ± 0.1`, `[2, 3)`."""
    if isinstance(entry, AcceptedText):
        return entry.text
    if entry.value is None:
        lower = _number(entry.lower) if entry.lower is not None else "-∞"
        upper = _number(entry.upper) if entry.upper is not None else "∞"
        return f"{'(' if entry.lower_open else '['}{lower}, {upper}{')' if entry.upper_open else ']'}"
    value = entry.written or _number(entry.value)
    if not entry.tolerance:
        return value
    match entry.kind:
        case ToleranceKind.ABSOLUTE:
            return f"{value} ± {_number(entry.tolerance)}"
        case ToleranceKind.RELATIVE:
            return f"{value} ± {_number(100 * entry.tolerance)} %"
        case ToleranceKind.GEOMETRIC:
            return f"{value} ×÷ {_number(entry.tolerance)}"
        case ToleranceKind.SIGNIFICANT:
            return f"{value} to {_number(entry.tolerance)} significant digits"


def _number(value: Fraction) -> str:
    return exact(value)
