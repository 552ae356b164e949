"""The table of question types: what reads each, what only it has, and which one says what an item says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from stemkey.formats.moodle.choices import (
    TRUTH_PENALTY,
    read_multichoice,
    read_truefalse,
    write_choice,
)
from stemkey.formats.moodle.foreign import write_foreign
from stemkey.formats.moodle.reading import Parts, Question, Reading
from stemkey.formats.moodle.written import DEFAULT_PENALTY, Writing
from stemkey.model import ChoiceInteraction, Content, ForeignInteraction, Interaction, Item

ReadsType: TypeAlias = Callable[[Question, Content, Reading], Parts | None]
"""question, its stem, reading -> what this type adds; None where it cannot be understood and is kept as foreign."""

COMMON = frozenset({"name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber", "tags"})
COMBINED = frozenset({"correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"})
PARTS = frozenset({"subquestion", "selectoption", "dragbox", "drag", "drop"})
"""Children that may be several; the others are read once, as Moodle does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """One type of question."""

    read: ReadsType
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Simple elements: the value that we write, and the one that Moodle takes where the element is missing."""
    fields: frozenset[str] = frozenset()
    """Other children that its reader understands."""
    counts: bool = False
    """Whether `<shownumcorrect/>` belongs to it."""
    penalty: str = DEFAULT_PENALTY


def _one(read: Callable[[Question, Reading], Interaction]) -> ReadsType:
    """Return the reader of a type that has one interaction and its stem as it is."""

    def reads(question: Question, body: Content, reading: Reading) -> Parts:
        return Parts(body=body, interactions=(read(question, reading),))

    return reads


TYPES: Mapping[str, Type] = {
    "multichoice": Type(
        read=_one(read_multichoice),
        settings={"answernumbering": ("abc", "abc"), "showstandardinstruction": ("0", "1")},
        fields=frozenset({"single", "shuffleanswers"}),
        counts=True,
    ),
    "truefalse": Type(read=_one(read_truefalse), fields=frozenset({"shuffleanswers"}), penalty=TRUTH_PENALTY),
}

UNDERSTOOD: Mapping[str, frozenset[str]] = {
    kind: COMMON | COMBINED | row.fields | frozenset(row.settings) | {"shownumcorrect"} for kind, row in TYPES.items()
}
"""Every child that is read, by type."""


def write_item(item: Item, writing: Writing) -> str:
    """Return an item as the question type that says all of it. `fit` left nothing else."""
    match item.interactions:
        case (ChoiceInteraction() as interaction,):
            return write_choice(item, interaction, writing)
        case (ForeignInteraction() as interaction,):
            return write_foreign(interaction)
        case _:
            raise NotImplementedError("fit leaves only what CARRIES names")
