"""Which kind of question an item is: by the name that its tool gave it, else by what it asks for.

Each tool has words of its own for the same dozen kinds, in a metadata field of its own.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from stemkey.formats.qti12.item_parts import Parts, Response, Test


class Kind(Enum):
    """What a candidate does."""

    CHOICE = auto()
    SEVERAL_CHOICES = auto()
    TEXT = auto()
    NUMBER = auto()
    BLANKS = auto()
    DROPDOWNS = auto()
    MATCH = auto()
    ORDER = auto()
    ESSAY = auto()
    UPLOAD = auto()
    NOTHING = auto()
    """Text that only informs."""
    OTHER = auto()
    """A kind that no interaction of the model holds."""


_FIELDS = (
    "question_type",
    "cc_profile",
    "bbmd_questiontype",
    "wct_questiontype",
    "qmd_questiontype",
    "qmd_itemtype",
    "respondusapi_qtype",
)
_NAMES: Mapping[str, Kind] = MappingProxyType(
    {
        # Canvas
        "multiple_choice_question": Kind.CHOICE,
        "true_false_question": Kind.CHOICE,
        "multiple_answers_question": Kind.SEVERAL_CHOICES,
        "short_answer_question": Kind.TEXT,
        "fill_in_multiple_blanks_question": Kind.BLANKS,
        "multiple_dropdowns_question": Kind.DROPDOWNS,
        "matching_question": Kind.MATCH,
        "numerical_question": Kind.NUMBER,
        "essay_question": Kind.ESSAY,
        "file_upload_question": Kind.UPLOAD,
        "text_only_question": Kind.NOTHING,
        "ordering_question": Kind.ORDER,
        "calculated_question": Kind.OTHER,
        "hot_spot_question": Kind.OTHER,
        "categorization_question": Kind.OTHER,
        # Common Cartridge
        "cc.multiple_choice.v0p1": Kind.CHOICE,
        "cc.true_false.v0p1": Kind.CHOICE,
        "cc.multiple_response.v0p1": Kind.SEVERAL_CHOICES,
        "cc.fib.v0p1": Kind.TEXT,
        "cc.pattern_match.v0p1": Kind.TEXT,
        "cc.essay.v0p1": Kind.ESSAY,
        # Blackboard
        "multiple choice": Kind.CHOICE,
        "true/false": Kind.CHOICE,
        "either/or": Kind.CHOICE,
        "opinion scale": Kind.CHOICE,
        "multiple answer": Kind.SEVERAL_CHOICES,
        "fill in the blank": Kind.TEXT,
        "fill in the blank plus": Kind.BLANKS,
        "jumbled sentence": Kind.DROPDOWNS,
        "matching": Kind.MATCH,
        "ordering": Kind.ORDER,
        "numeric": Kind.NUMBER,
        "essay": Kind.ESSAY,
        "short response": Kind.ESSAY,
        "file upload": Kind.UPLOAD,
        "calculated": Kind.OTHER,
        "hot spot": Kind.OTHER,
        "quiz bowl": Kind.OTHER,
        # D2L
        "multi-select": Kind.SEVERAL_CHOICES,
        "short answer": Kind.TEXT,
        "fill in the blanks": Kind.BLANKS,
        "long answer": Kind.ESSAY,
        "text information": Kind.NOTHING,
        "image": Kind.NOTHING,
        "arithmetic": Kind.OTHER,
        "significant figures": Kind.OTHER,
        "multi-short answer": Kind.OTHER,
        # Respondus
        "multiplechoice": Kind.CHOICE,
        "truefalse": Kind.CHOICE,
        "multipleanswer": Kind.SEVERAL_CHOICES,
        "multipleresponse": Kind.SEVERAL_CHOICES,
        "fillinblank": Kind.TEXT,
        "fillinmultiple": Kind.BLANKS,
        # WebCT, Blackboard Vista
        "wct_multiplechoice": Kind.CHOICE,
        "wct_truefalse": Kind.CHOICE,
        "wct_paragraph": Kind.ESSAY,
        "wct_calculated": Kind.OTHER,
        "wct_combinationmultiplechoice": Kind.CHOICE,
        "wct_jumbledsentence": Kind.OTHER,
    }
)
_NUMERIC_TESTS = frozenset({"vargt", "vargte", "varlt", "varlte"})


def kind_name(parts: Parts) -> str:
    """Return what the item's tool calls its kind; empty where it does not say."""
    return next((text.strip() for label in _FIELDS if (text := parts.metadata.get(label, "")).strip()), "")


def _is_pattern(parts: Parts) -> bool:
    """Whether an answer is a regular expression (D2L); as a text it would make right answers wrong."""
    return any(
        part.operator == "answer_is_regexp" and part.value.strip().lower() in {"yes", "true", "1"}
        for condition in parts.conditions
        for test in condition.tests
        if test.operator == "var_extension"
        for part in test.parts
    )


def kind_of(parts: Parts) -> Kind:
    """Return the kind of an item: as named, where what it asks for agrees, else by what it asks for."""
    declared = _NAMES.get(kind_name(parts).lower())
    if declared is Kind.OTHER or parts.too_deep or _is_pattern(parts):
        return Kind.OTHER
    responses = parts.responses
    if declared is not None and _agrees(declared, responses):
        # Canvas goes by the name alone; others say how many may be chosen.
        if declared is Kind.CHOICE and responses[0].cardinality.lower() == "multiple":
            is_canvas = "question_type" in parts.metadata
            return Kind.CHOICE if is_canvas else Kind.SEVERAL_CHOICES
        return declared
    if parts.extension is not None and any(child.tag for child in parts.extension if "calculated" in str(child.tag)):
        return Kind.OTHER
    return _by_structure(parts, responses)


def _agrees(kind: Kind, responses: list[Response]) -> bool:
    """Whether an item asks for what its kind needs."""
    lists = [response for response in responses if response.labels and response.kind in {"lid", "grp"}]
    texts = [response for response in responses if response.kind in {"str", "num"}]
    match kind:
        case Kind.CHOICE | Kind.SEVERAL_CHOICES:
            return len(lists) == len(responses) == 1
        case Kind.TEXT | Kind.NUMBER:
            return len(texts) == len(responses) == 1
        case Kind.BLANKS:
            return bool(responses) and len(texts) + len(lists) == len(responses)
        case Kind.DROPDOWNS | Kind.MATCH:
            return bool(lists) and len(lists) == len(responses)
        case Kind.ORDER:
            return len(lists) == len(responses) == 1
        case Kind.ESSAY:
            return len(responses) <= 1 and len(texts) == len(responses)
        case _:
            return not [response for response in responses if response.labels and response.kind != "str"]


def _by_structure(parts: Parts, responses: list[Response]) -> Kind:
    if not responses:
        return Kind.NOTHING if parts.presented else Kind.OTHER
    kinds = {response.kind for response in responses}
    if kinds <= {"lid", "grp"} and all(response.labels for response in responses):
        if any(response.render in {"render_hotspot", "render_slider"} for response in responses):
            return Kind.OTHER
        if len(responses) == 1:
            return _one_list(parts, responses[0])
        idents = [{label.ident for label in response.labels} for response in responses]
        shared = any(one & other for index, one in enumerate(idents) for other in idents[:index])
        return Kind.MATCH if shared else Kind.DROPDOWNS
    if kinds <= {"str", "num"}:
        if len(responses) > 1:
            return Kind.BLANKS
        if any(is_numeric(test) for condition in parts.conditions for test in condition.tests):
            return Kind.NUMBER
        said = any(_says_text(test) for condition in parts.conditions for test in condition.tests)
        return Kind.TEXT if said else Kind.ESSAY
    return Kind.OTHER


def _one_list(parts: Parts, response: Response) -> Kind:
    if response.cardinality.lower() == "ordered":
        return Kind.ORDER
    wanted = [
        sum(part.operator == "varequal" for part in (test.parts if test.operator == "and" else condition.tests))
        for condition in parts.conditions
        if condition.scores
        for test in condition.tests
    ]
    several = response.cardinality.lower() == "multiple" or any(count > 1 for count in wanted)
    return Kind.SEVERAL_CHOICES if several else Kind.CHOICE


def is_numeric(test: Test) -> bool:
    """Whether a condition compares numbers."""
    return test.operator in _NUMERIC_TESTS or any(is_numeric(part) for part in test.parts)


def _says_text(test: Test) -> bool:
    return (test.operator in {"varequal", "varsubstring"} and bool(test.value.strip())) or any(
        _says_text(part) for part in test.parts
    )
