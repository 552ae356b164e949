"""One item as Canvas writes it: metadata, presentation, response processing, feedback."""

from collections.abc import Sequence

from stemkey.formats.qti12.idents import MEMO, answer_idents, safe_ident, write_memo
from stemkey.formats.qti12.mattext import Outgoing, xml_attribute, xml_text
from stemkey.formats.qti12.meta import decimal
from stemkey.model import FULL_CREDIT, Cardinality, ChoiceInteraction, ForeignInteraction, Item

RESPONSE = "response1"
_TRUE_FALSE = frozenset({"true", "false"})
_OUTCOMES = '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
_SET_SCORE = '<setvar action="Set" varname="SCORE">100</setvar>'


def item_xml(item: Item, position: int, outgoing: Outgoing) -> str:
    """Return the `<item>` of an item; `position` counts from 1 over the whole quiz."""
    interaction = item.interactions[0] if item.interactions else None
    if isinstance(interaction, ChoiceInteraction):
        return _choice(item, interaction, position, outgoing)
    assert isinstance(interaction, ForeignInteraction), "fit leaves only what the profile carries"
    return interaction.raw + "\n"


def metadata_field(label: str, entry: str) -> str:
    """Return one `qtimetadatafield`; the entry is escaped already."""
    return f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"


def _choice(item: Item, interaction: ChoiceInteraction, position: int, outgoing: Outgoing) -> str:
    choices = interaction.choices
    html = outgoing.html
    names = [choice.identifier for choice in choices]
    idents = answer_idents(names)
    memo: dict[str, object] = {} if idents is names else {"choices": names}
    if interaction.identifier != "RESPONSE":
        memo["response"] = interaction.identifier
    multiple = interaction.cardinality is Cardinality.MULTIPLE
    labels = "".join(
        f'<response_label ident="{ident}"><material><mattext texttype="text/html">{html(choice.content)}</mattext>'
        "</material></response_label>\n"
        for ident, choice in zip(idents, choices, strict=True)
    )
    told = [(ident, choice.feedback) for ident, choice in zip(idents, choices, strict=True) if choice.feedback]
    # As `interaction.keys` has it, without comparing choices by value.
    keys = [
        ident
        for ident, choice in zip(idents, choices, strict=True)
        if (choice.credit > 0 if multiple else choice.credit == FULL_CREDIT)
    ]
    return "".join(
        (
            _start(item, position, _choice_type(interaction), idents, memo),
            '<presentation><material><mattext texttype="text/html">',
            html(item.body),
            f'</mattext></material>\n<response_lid ident="{RESPONSE}" rcardinality="',
            "Multiple" if multiple else "Single",
            '"><render_choice>\n',
            labels,
            "</render_choice></response_lid></presentation>\n<resprocessing>",
            _OUTCOMES,
            _general_link(item),
            *(
                f'\n<respcondition continue="Yes"><conditionvar><varequal respident="{RESPONSE}">{ident}</varequal>'
                f"</conditionvar>{_link(ident + '_fb')}</respcondition>"
                for ident, _ in told
            ),
            *_key_conditions(idents, keys, item, multiple=multiple),
            _incorrect_link(item),
            "\n</resprocessing>",
            _feedback(item, outgoing),
            *(_itemfeedback(ident + "_fb", outgoing.feedback(feedback)) for ident, feedback in told),
            "\n</item>\n",
        )
    )


def _choice_type(interaction: ChoiceInteraction) -> str:
    if interaction.cardinality is Cardinality.MULTIPLE:
        return "multiple_answers_question"
    if len(interaction.choices) == 2:
        texts = {choice.content.strip().lower() for choice in interaction.choices}
        if texts == _TRUE_FALSE:
            return "true_false_question"
    return "multiple_choice_question"


def _key_conditions(idents: Sequence[str], keys: Sequence[str], item: Item, *, multiple: bool) -> list[str]:
    told = _link("correct_fb") if item.feedback.correct else ""
    if not multiple:
        tests = [f'<varequal respident="{RESPONSE}">{ident}</varequal>' for ident in keys]
    else:
        right = frozenset(keys)
        tests = [
            "<and>"
            + "".join(
                f'<varequal respident="{RESPONSE}">{ident}</varequal>'
                if ident in right
                else f'<not><varequal respident="{RESPONSE}">{ident}</varequal></not>'
                for ident in idents
            )
            + "</and>"
        ]
    return [
        f'\n<respcondition continue="No"><conditionvar>{test}</conditionvar>{_SET_SCORE}{told}</respcondition>'
        for test in tests
    ]


def _start(item: Item, position: int, kind: str, idents: Sequence[str], memo: dict[str, object]) -> str:
    ident = safe_ident(item.identifier)
    if ident != item.identifier:
        memo["identifier"] = item.identifier
    if item.number != str(position):
        memo["number"] = item.number
    title = xml_attribute(item.title) if item.title else f"Question {xml_attribute(item.number)}"
    extra = metadata_field(MEMO, xml_text(write_memo(memo))) if memo else ""
    if idents:
        extra = metadata_field("original_answer_ids", ",".join(idents)) + extra
    return (
        f'<item ident="{ident}" title="{title}">\n<itemmetadata><qtimetadata>'
        f"{metadata_field('question_type', kind)}{metadata_field('points_possible', decimal(item.points))}{extra}"
        "</qtimetadata></itemmetadata>\n"
    )


def _link(ident: str) -> str:
    return f'<displayfeedback feedbacktype="Response" linkrefid="{ident}"/>'


def _general_link(item: Item) -> str:
    if not item.feedback.general:
        return ""
    return (
        '\n<respcondition continue="Yes"><conditionvar><other/></conditionvar>'
        '<displayfeedback feedbacktype="Response" linkrefid="general_fb"/></respcondition>'
    )


def _incorrect_link(item: Item) -> str:
    if not item.feedback.incorrect:
        return ""
    return (
        '\n<respcondition continue="Yes"><conditionvar><other/></conditionvar>'
        '<displayfeedback feedbacktype="Response" linkrefid="general_incorrect_fb"/></respcondition>'
    )


def _feedback(item: Item, outgoing: Outgoing) -> str:
    feedback = item.feedback
    texts = (
        ("general_fb", feedback.general),
        ("correct_fb", feedback.correct),
        ("general_incorrect_fb", feedback.incorrect),
    )
    return "".join(_itemfeedback(ident, outgoing.feedback(text)) for ident, text in texts if text)


def _itemfeedback(ident: str, html: str) -> str:
    return (
        f'\n<itemfeedback ident="{ident}"><flow_mat><material><mattext texttype="text/html">{html}</mattext>'
        "</material></flow_mat></itemfeedback>"
    )
