"""One item as Canvas writes it: metadata, presentation, response processing, feedback."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from stemkey.formats.qti12.idents import MEMO, answer_idents, safe_ident, write_memo
from stemkey.formats.qti12.mattext import Outgoing, xml_attribute, xml_text
from stemkey.formats.qti12.meta import decimal
from stemkey.formats.qti12.numeric import number_test, number_text
from stemkey.formats.qti12.written_gaps import WrittenGaps
from stemkey.model import (
    FULL_CREDIT,
    GAP,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
    text_content,
)
from stemkey.richtext.to_plain import to_plain

RESPONSE = "response1"
Profile = Literal["classic", "new", "plain"]
"""Canvas's Classic Quizzes, its New Quizzes, and QTI 1.2 by the book."""

_TRUE_FALSE = frozenset({"true", "false"})
_OUTCOMES = '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
_FIB = '<render_fib><response_label ident="answer1" rshuffle="No"/></render_fib>'
_NUMBER_FIB = '<render_fib fibtype="Decimal"><response_label ident="answer1"/></render_fib>'


@dataclass(slots=True)
class Written:
    """The parts of an item that differ between kinds."""

    kind: str
    body: Content
    responses: str = ""
    conditions: list[str] = field(default_factory=list)
    """What is right; the conditions that show feedback come around them."""
    told: list[tuple[str, str, Content]] = field(default_factory=list)
    """Feedback of answers: ident, the test that shows it (empty where a condition shows it already), text."""
    idents: Sequence[str] = ()
    memo: dict[str, object] = field(default_factory=dict)
    fields: str = ""
    """Further metadata fields."""
    is_judged: bool = True
    """Whether the LMS can tell right from wrong."""


def item_xml(item: Item, position: int, outgoing: Outgoing, profile: Profile = "classic") -> str:
    """Return the `<item>` of an item; `position` counts from 1 over the whole quiz."""
    interactions = item.interactions
    first = interactions[0] if interactions else None
    if isinstance(first, ForeignInteraction):
        return outgoing.raw(first.raw) + "\n"
    written: Written
    if isinstance(first, ChoiceInteraction):
        written = _choice(item, first, outgoing, profile)
    elif first is None:
        written = Written(kind="text_only_question", body=item.body, is_judged=False)
        if item.points:
            # Canvas would add the points of a text to those of the quiz, and nobody can earn them.
            written.memo["points"] = str(item.points)
    elif len(interactions) > 1 or GAP.search(item.body) or isinstance(first, InlineChoiceInteraction):
        written = _gaps(item, outgoing, profile)
    else:
        written = _single(item, first, outgoing, profile)
    if first is not None and len(interactions) == 1 and first.identifier != "RESPONSE":
        written.memo.setdefault("response", first.identifier)
    return _item(item, written, position, outgoing)


def metadata_field(label: str, entry: str) -> str:
    """Return one `qtimetadatafield`; the entry is escaped already."""
    return f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"


def _single(item: Item, interaction: object, outgoing: Outgoing, profile: Profile) -> Written:
    match interaction:
        case TextEntryInteraction():
            return _number(item, interaction) if interaction.is_numeric else _text(item, interaction)
        case MatchInteraction():
            return _matching(item, interaction, outgoing, profile)
        case OrderInteraction():
            return _ordering(item, interaction, outgoing)
        case ExtendedTextInteraction():
            notes = interaction.grader_notes
            return Written(
                kind="essay_question",
                body=item.body,
                responses=_string_response(_FIB),
                conditions=['\n<respcondition continue="No"><conditionvar><other/></conditionvar></respcondition>'],
                fields=metadata_field("grading_notes", outgoing.html(notes)) if notes else "",
                is_judged=False,
            )
        case UploadInteraction():
            return Written(kind="file_upload_question", body=item.body, is_judged=False)
        case _:
            raise AssertionError("fit leaves only what the profile carries")


def _item(item: Item, written: Written, position: int, outgoing: Outgoing) -> str:
    feedback = item.feedback
    html = outgoing.html(written.body)
    stem = f'<material><mattext texttype="text/html">{html}</mattext></material>\n'
    processing = "".join(
        (
            _shown("<other/>", "general_fb") if feedback.general else "",
            *(_shown(test, f"{ident}_fb") for ident, test, _ in written.told if test),
            *written.conditions,
            _shown("<other/>", "general_incorrect_fb") if feedback.incorrect else "",
            _shown("<other/>", "correct_fb") if feedback.correct and not written.is_judged else "",
        )
    )
    if processing:
        processing = f"<resprocessing>{_OUTCOMES}{processing}\n</resprocessing>"
    return "".join(
        (
            _start(item, position, written),
            f"<presentation>{stem}{written.responses}</presentation>\n",
            processing,
            _itemfeedback("general_fb", feedback.general, outgoing),
            _itemfeedback("correct_fb", feedback.correct, outgoing),
            _itemfeedback("general_incorrect_fb", feedback.incorrect, outgoing),
            *(_itemfeedback(f"{ident}_fb", text, outgoing) for ident, _, text in written.told),
            "\n</item>\n",
        )
    )


def _start(item: Item, position: int, written: Written) -> str:
    memo = written.memo
    ident = safe_ident(item.identifier)
    if ident != item.identifier:
        memo["identifier"] = item.identifier
    if item.number != str(position):
        memo["number"] = item.number
    if item.title in {"Question", f"Question {item.number}"}:
        memo["title"] = item.title
    title = xml_attribute(item.title) if item.title else f"Question {xml_attribute(item.number)}"
    points = decimal(item.points) if item.interactions else "0.0"
    extra = written.fields
    if memo:
        extra += metadata_field(MEMO, xml_text(write_memo(memo)))
    if written.idents:
        extra = metadata_field("original_answer_ids", ",".join(written.idents)) + extra
    return (
        f'<item ident="{ident}" title="{title}">\n<itemmetadata><qtimetadata>'
        f"{metadata_field('question_type', written.kind)}{metadata_field('points_possible', points)}{extra}"
        "</qtimetadata></itemmetadata>\n"
    )


def _link(ident: str) -> str:
    return f'<displayfeedback feedbacktype="Response" linkrefid="{ident}"/>'


def _shown(test: str, ident: str) -> str:
    return f'\n<respcondition continue="Yes"><conditionvar>{test}</conditionvar>{_link(ident)}</respcondition>'


def _itemfeedback(ident: str, text: Content, outgoing: Outgoing) -> str:
    if not text:
        return ""
    return (
        f'\n<itemfeedback ident="{ident}"><flow_mat><material><mattext texttype="text/html">{outgoing.feedback(text)}'
        "</mattext></material></flow_mat></itemfeedback>"
    )


def _right(test: str, item: Item, score: str = "100", *, action: str = "Set", shows: str = "") -> str:
    told = _link("correct_fb") if item.feedback.correct else ""
    return (
        f'\n<respcondition continue="No"><conditionvar>{test}</conditionvar>'
        f'<setvar action="{action}" varname="SCORE">{score}</setvar>{shows}{told}</respcondition>'
    )


def _equals(ident: str, respident: str = RESPONSE) -> str:
    return f'<varequal respident="{respident}">{ident}</varequal>'


def _label(ident: str, html: str, kind: str = "text/html") -> str:
    return (
        f'<response_label ident="{ident}"><material><mattext texttype="{kind}">{html}</mattext></material>'
        "</response_label>\n"
    )


def _string_response(fib: str) -> str:
    return f'<response_str ident="{RESPONSE}" rcardinality="Single">{fib}</response_str>'


def _choice(item: Item, interaction: ChoiceInteraction, outgoing: Outgoing, profile: Profile) -> Written:
    choices = interaction.choices
    html = outgoing.html
    names = [choice.identifier for choice in choices]
    idents = answer_idents(names)
    multiple = interaction.cardinality is Cardinality.MULTIPLE
    labels = "".join(
        f'<response_label ident="{ident}"><material><mattext texttype="text/html">{html(choice.content)}</mattext>'
        "</material></response_label>\n"
        for ident, choice in zip(idents, choices, strict=True)
    )
    return Written(
        kind=_choice_type(interaction),
        body=item.body,
        responses=(
            f'<response_lid ident="{RESPONSE}" rcardinality="{"Multiple" if multiple else "Single"}"><render_choice>\n'
            f"{labels}</render_choice></response_lid>"
        ),
        conditions=_keys(item, interaction, idents, profile),
        told=[
            (ident, _equals(ident), choice.feedback)
            for ident, choice in zip(idents, choices, strict=True)
            if choice.feedback
        ],
        idents=idents,
        memo={} if idents is names else {"choices": names},
    )


def _choice_type(interaction: ChoiceInteraction) -> str:
    if interaction.cardinality is Cardinality.MULTIPLE:
        return "multiple_answers_question"
    if len(interaction.choices) == 2:
        texts = {choice.content.strip().lower() for choice in interaction.choices}
        if texts == _TRUE_FALSE:
            return "true_false_question"
    return "multiple_choice_question"


def _keys(item: Item, interaction: ChoiceInteraction, idents: Sequence[str], profile: Profile) -> list[str]:
    pairs = list(zip(idents, interaction.choices, strict=True))
    if interaction.cardinality is Cardinality.MULTIPLE:
        keys = [choice.credit for choice in interaction.choices if choice.credit > 0]
        is_equal = all(credit * len(keys) == 1 for credit in keys)
        if profile == "plain" and (not is_equal or any(choice.credit < 0 for choice in interaction.choices)):
            return [
                _scored(_equals(ident), number_text(choice.credit * 100), "Add")
                for ident, choice in pairs
                if choice.credit
            ]
        tests = "".join(
            _equals(ident) if choice.credit > 0 else f"<not>{_equals(ident)}</not>" for ident, choice in pairs
        )
        return [_right(f"<and>{tests}</and>", item)]
    if profile != "plain":
        return [_right(_equals(ident), item) for ident, choice in pairs if choice.credit == FULL_CREDIT]
    return [
        _right(_equals(ident), item)
        if choice.credit == FULL_CREDIT
        else _scored(_equals(ident), number_text(choice.credit * 100))
        for ident, choice in pairs
        if choice.credit
    ]


def _scored(test: str, score: str, action: str = "Set", shows: str = "") -> str:
    return (
        f'\n<respcondition continue="{"Yes" if action == "Add" else "No"}"><conditionvar>{test}</conditionvar>'
        f'<setvar action="{action}" varname="SCORE">{score}</setvar>{shows}</respcondition>'
    )


def _text(item: Item, interaction: TextEntryInteraction) -> Written:
    entries = [(xml_text(_accepted_text(entry)), entry) for entry in interaction.accepted]
    case = ' case="Yes"' if interaction.case_sensitive else ""
    tests = [f'<varequal respident="{RESPONSE}"{case}>{text}</varequal>' for text, _ in entries]
    # Canvas wants its right answers side by side; answers that are worth something else keep their place among them.
    groups: list[tuple[Fraction, str]] = []
    for test, (_, entry) in zip(tests, entries, strict=True):
        if groups and groups[-1][0] == entry.credit:
            groups[-1] = (entry.credit, groups[-1][1] + test)
        else:
            groups.append((entry.credit, test))
    conditions = [
        _right(test, item) if credit == FULL_CREDIT else _scored(test, number_text(credit * 100))
        for credit, test in groups
    ]
    return Written(
        kind="short_answer_question",
        body=item.body,
        responses=_string_response(_FIB),
        conditions=conditions,
        told=[
            (f"a{place}", test, entry.feedback)
            for place, (test, (_, entry)) in enumerate(zip(tests, entries, strict=True), 1)
            if entry.feedback
        ],
    )


def _accepted_text(entry: AcceptedText | AcceptedNumber) -> str:
    if isinstance(entry, AcceptedText):
        return entry.text
    return entry.written or (number_text(entry.value).removesuffix(".0") if entry.value is not None else "")


def _number(item: Item, interaction: TextEntryInteraction) -> Written:
    conditions = []
    told = []
    for place, entry in enumerate(interaction.accepted, 1):
        assert isinstance(entry, AcceptedNumber)
        shows = ""
        if entry.feedback:
            told.append((f"a{place}", "", entry.feedback))
            shows = _link(f"a{place}_fb")
        test = number_test(entry, RESPONSE)
        if entry.credit == FULL_CREDIT:
            conditions.append(_right(test, item, shows=shows))
        else:
            conditions.append(_scored(test, number_text(entry.credit * 100), shows=shows))
    return Written(
        kind="numerical_question",
        body=item.body,
        responses=_string_response(_NUMBER_FIB),
        conditions=conditions,
        told=told,
    )


def _matching(item: Item, interaction: MatchInteraction, outgoing: Outgoing, profile: Profile) -> Written:
    """Canvas needs plain distinct integers for the right sides, and adds the score up pair by pair."""
    targets = {target.identifier: str(100 + place) for place, target in enumerate(interaction.targets, 1)}
    lefts = {pair.identifier: str(500 + place) for place, pair in enumerate(interaction.pairs, 1)}
    shown: Callable[[Content], tuple[str, str]]
    # Classic shows both sides as they are typed; New Quizzes reads them as HTML, whatever their type says.
    if profile == "classic":
        shown = lambda content: (xml_text(_plain(content)), "text/plain")  # noqa: E731 # one of two ways to write
    else:
        shown = lambda content: (outgoing.html(content), "text/html")  # noqa: E731 # see above
    labels = "".join(_label(targets[target.identifier], *shown(target.content)) for target in interaction.targets)
    share = f"{100 / max(len(interaction.pairs), 1):.2f}"
    responses = []
    conditions = []
    for pair in interaction.pairs:
        text, kind = shown(pair.source)
        respident = f"response_{lefts[pair.identifier]}"
        responses.append(
            f'<response_lid ident="{respident}"><material><mattext texttype="{kind}">{text}</mattext></material>'
            f"<render_choice>\n{labels}</render_choice></response_lid>\n"
        )
        conditions.append(
            f"\n<respcondition><conditionvar>{_equals(targets[pair.target], respident)}</conditionvar>"
            f'<setvar varname="SCORE" action="Add">{share}</setvar></respcondition>'
        )
    names = {ident: name for name, ident in (*targets.items(), *lefts.items()) if name != ident}
    return Written(
        kind="matching_question",
        body=item.body,
        responses="".join(responses),
        conditions=[*conditions, *_correct_shown(item)],
        idents=list(lefts.values()),
        memo={"names": names} if names else {},
    )


def _correct_shown(item: Item) -> list[str]:
    """Canvas takes the feedback by its name; where points add up, no one condition means that all is right."""
    return [_shown("<other/>", "correct_fb")] if item.feedback.correct else []


def _plain(content: Content) -> str:
    return to_plain(content) if "<" in content or "&" in content else content


def _ordering(item: Item, interaction: OrderInteraction, outgoing: Outgoing) -> Written:
    names = [choice.identifier for choice in interaction.choices]
    idents = answer_idents(names)
    labels = "".join(
        _label(ident, outgoing.html(choice.content)) for ident, choice in zip(idents, interaction.choices, strict=True)
    )
    return Written(
        kind="ordering_question",
        body=item.body,
        responses=(
            f'<response_lid ident="{RESPONSE}" rcardinality="Ordered"><render_choice shuffle="Yes">\n{labels}'
            "</render_choice></response_lid>"
        ),
        conditions=[_right("".join(_equals(ident) for ident in idents), item)],
        memo={} if idents is names else {"choices": names},
    )


def _gaps(item: Item, outgoing: Outgoing, profile: Profile) -> Written:
    """Canvas: one list for each gap; every text of a typed gap is right, and points add up."""
    written = WrittenGaps(item)
    is_typed = all(isinstance(interaction, TextEntryInteraction) for interaction in item.interactions)
    share = f"{100 / max(len(item.interactions), 1):.2f}"
    responses: list[str] = []
    conditions: list[str] = []
    told: list[tuple[str, str, Content]] = []
    idents: list[str] = []
    for interaction in item.interactions:
        assert isinstance(interaction, TextEntryInteraction | InlineChoiceInteraction)
        name = written.names[interaction.identifier]
        respident = f"response_{name}"
        labels = []
        key = ""
        for ident, text, is_key, feedback in written.answers(interaction):
            is_read_as_html = profile == "new" and not {"<", ">", "&"}.isdisjoint(text)  # New Quizzes reads all so
            shown = xml_text(text_content(text)) if is_read_as_html else xml_text(text)
            labels.append(_label(ident, shown, "text/html" if is_read_as_html else "text/plain"))
            idents.append(ident)
            key = key or (ident if is_key else "")
            if feedback:
                told.append((ident, _equals(ident, respident), feedback))
        responses.append(
            f'<response_lid ident="{respident}"><material><mattext>{name}</mattext></material>'
            f"<render_choice>\n{''.join(labels)}</render_choice></response_lid>\n"
        )
        if key:
            conditions.append(
                f"\n<respcondition><conditionvar>{_equals(key, respident)}</conditionvar>"
                f'<setvar varname="SCORE" action="Add">{share}</setvar></respcondition>'
            )
    return Written(
        kind="fill_in_multiple_blanks_question" if is_typed else "multiple_dropdowns_question",
        body=written.body,
        responses="".join(responses),
        conditions=[*conditions, *_correct_shown(item)],
        told=told,
        idents=idents,
        memo=written.memo,
    )
