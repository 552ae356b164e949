"""The types of Blackboard's question upload, and what it can carry."""

from stemkey.files import Source
from stemkey.formats.blackboard.limits import adapt
from stemkey.model import (
    Capabilities,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

FORMAT = "blackboard"

KINDS = {
    "MC": "multiple choice",
    "MA": "multiple answer",
    "TF": "true/false",
    "ESS": "essay",
    "SR": "short response",
    "ORD": "ordering",
    "MAT": "matching",
    "FIB": "fill in the blank",
    "FIB_PLUS": "fill in multiple blanks",
    "NUM": "numeric response",
    "FIL": "file response",
    "JUMBLED_SENTENCE": "jumbled sentence",
    "OP": "opinion scale",
    "QUIZ_BOWL": "quiz bowl",
}
"""What the first field of a line may be."""

CARRIES = Capabilities(
    interactions=(
        ChoiceInteraction,
        InlineChoiceInteraction,
        OrderInteraction,
        MatchInteraction,
        TextEntryInteraction,
        ExtendedTextInteraction,
        UploadInteraction,
        ForeignInteraction,
    ),
    foreign=(FORMAT,),
    multiple_response=True,
    several_interactions=True,
    markup=True,
    choice_markup=True,
    adapt=adapt,
)


def is_blackboard(source: Source) -> bool:
    """Whether a file is certainly Blackboard's: its first line is a type, a tab and a question."""
    data = source.data[:4096]
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    head = data[: len(data) // 2 * 2].decode(encoding, "ignore")
    first = next((line for line in head.splitlines() if line.strip()), "")
    kind, tab, rest = first.partition("\t")
    return bool(tab) and kind.strip().upper() in KINDS and bool(rest.strip())
