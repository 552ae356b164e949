"""The table of question types: what reads each, what only it has, and which one says what an item says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from stemkey.formats.moodle.choices import (
    ORDERING_DEFAULTS,
    TRUTH_PENALTY,
    read_multichoice,
    read_ordering,
    read_truefalse,
    write_choice,
    write_ordering,
)
from stemkey.formats.moodle.cloze import read_cloze, write_cloze
from stemkey.formats.moodle.entries import read_numerical, read_shortanswer, unit_extensions, write_entry
from stemkey.formats.moodle.essays import (
    ESSAY_SETTINGS,
    UPLOAD_SETTINGS,
    read_description,
    read_essay,
    read_upload,
    write_description,
    write_essay,
    write_upload,
)
from stemkey.formats.moodle.foreign import write_foreign
from stemkey.formats.moodle.gaps import is_gap_item, read_gaps, write_gaps
from stemkey.formats.moodle.matching import read_matching, write_matching
from stemkey.formats.moodle.reading import Parts, Question, Reading
from stemkey.formats.moodle.written import DEFAULT_PENALTY, Writing
from stemkey.model import (
    GAP,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

ReadsType: TypeAlias = Callable[[Question, Reading], Parts | None]
"""question, reading -> what this type adds; None where it cannot be understood and is kept as foreign."""

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

    def reads(question: Question, reading: Reading) -> Parts:
        body = reading.content(question.fields.get("questiontext"), "questiontext")
        return Parts(body=body, interactions=(read(question, reading),))

    return reads


def _read_numerical(question: Question, reading: Reading) -> Parts:
    body = reading.content(question.fields.get("questiontext"), "questiontext")
    interaction = read_numerical(question, reading)
    return Parts(body=body, interactions=(interaction,), extensions=unit_extensions(question, interaction))


def _same(settings: Mapping[str, str], **moodles: str) -> dict[str, tuple[str, str]]:
    """Return settings whose default is Moodle's own, but for some."""
    return {tag: (value, moodles.get(tag, value)) for tag, value in settings.items()}


_MATCHING = Type(read=_one(read_matching), fields=frozenset({"shuffleanswers"}), counts=True)
_GAPS = Type(read=read_gaps, fields=frozenset({"shuffleanswers"}), counts=True)

TYPES: Mapping[str, Type] = {
    "multichoice": Type(
        read=read_multichoice,
        settings={"answernumbering": ("abc", "abc"), "showstandardinstruction": ("0", "1")},
        fields=frozenset({"single", "shuffleanswers"}),
        counts=True,
    ),
    "truefalse": Type(read=_one(read_truefalse), fields=frozenset({"shuffleanswers"}), penalty=TRUTH_PENALTY),
    "shortanswer": Type(read=_one(read_shortanswer), fields=frozenset({"usecase"})),
    "numerical": Type(
        read=_read_numerical,
        fields=frozenset({"units", "unitgradingtype", "unitpenalty", "showunits", "unitsleft"}),
    ),
    "matching": _MATCHING,
    "match": _MATCHING,
    "ordering": Type(read=_one(read_ordering), settings=_same(ORDERING_DEFAULTS)),
    "cloze": Type(read=read_cloze),
    "gapselect": _GAPS,
    "ddwtos": _GAPS,
    "essay": Type(
        read=_one(read_essay),
        settings=_same(ESSAY_SETTINGS),
        fields=frozenset({"responsefieldlines", "graderinfo", "responsetemplate"}),
    ),
    "description": Type(read=read_description),
}

UPLOAD = Type(
    read=_one(read_upload),
    settings=_same(UPLOAD_SETTINGS, responserequired="1", attachmentsrequired="0"),
    fields=frozenset({"responseformat", "attachments", "filetypeslist", "graderinfo", "responsetemplate"}),
)
"""An essay that is answered with files only."""


def find_type(question: Question, reading: Reading) -> Type | None:
    """Return the row of a question's type, None where it is not known."""
    if question.kind == "essay" and question.text("responseformat") == "noinline":
        texts = (question.fields.get(tag) for tag in ("graderinfo", "responsetemplate"))
        if not any(reading.text(element) for element in texts):
            return UPLOAD
    return TYPES.get(question.kind)


_UNDERSTOOD = {
    id(row): COMMON | COMBINED | row.fields | frozenset(row.settings) | {"shownumcorrect"}
    for row in (*TYPES.values(), UPLOAD)
}


def understood(row: Type) -> frozenset[str]:
    """Return the names of every child that is read."""
    return _UNDERSTOOD[id(row)]


def write_item(item: Item, writing: Writing) -> str:
    """Return an item as the question type that says all of it. `fit` left nothing else."""
    if is_cloze(item):
        return write_gaps(item, writing) if is_gap_item(item) else write_cloze(item, writing)
    match item.interactions:
        case ():
            return write_description(item, writing)
        case (ChoiceInteraction() as interaction,):
            return write_choice(item, interaction, writing)
        case (TextEntryInteraction() as interaction,):
            return write_entry(item, interaction, writing)
        case (MatchInteraction() as interaction,):
            return write_matching(item, interaction, writing)
        case (OrderInteraction() as interaction,):
            return write_ordering(item, interaction, writing)
        case (ExtendedTextInteraction() as interaction,):
            return write_essay(item, interaction, writing)
        case (UploadInteraction() as interaction,):
            return write_upload(item, interaction, writing)
        case (ForeignInteraction() as interaction,):
            return write_foreign(interaction)
        case _:
            raise AssertionError("fit leaves only what CARRIES names")


_BLANKS = (ChoiceInteraction, InlineChoiceInteraction, TextEntryInteraction)


def is_cloze(item: Item) -> bool:
    """Whether an item's interactions stand in its text."""
    if "data-gap" not in item.body or not item.interactions:
        return False
    places = set(GAP.findall(item.body))
    return all(isinstance(blank, _BLANKS) and blank.identifier in places for blank in item.interactions)
