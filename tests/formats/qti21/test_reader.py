"""Scoring by hand: items as people write them, and what is read of them."""

from fractions import Fraction
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source, zip_files
from stemkey.formats import detect_format
from stemkey.formats.qti21.reader import read_qti
from stemkey.formats.qti21.recognition import is_qti3, is_qti21
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    ChoiceInteraction,
    ExtendedTextInteraction,
    ForeignInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
)

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CHOICES = "".join(f'<simpleChoice identifier="{name}">{name} text</simpleChoice>' for name in "ABC")
SET_SCORE = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{}</baseValue></setOutcomeValue>'


def item_xml(declarations: str, body: str, processing: str, extra: str = "") -> str:
    return (
        f'<assessmentItem xmlns="{NAMESPACE}" identifier="i1" title="By hand" adaptive="false" timeDependent="false">'
        f'{declarations}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f'<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>'
        f"<itemBody>{body}</itemBody><responseProcessing>{processing}</responseProcessing>{extra}</assessmentItem>"
    )


def response(base: str, cardinality: str = "single", inner: str = "") -> str:
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">{inner}'
        "</responseDeclaration>"
    )


def condition(*branches: tuple[str, str], otherwise: str = "") -> str:
    parts = [
        f"<{name}>{test}{rules}</{name}>"
        for name, (test, rules) in zip(["responseIf", *["responseElseIf"] * len(branches)], branches, strict=False)
    ]
    last = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    return f"<responseCondition>{''.join(parts)}{last}</responseCondition>"


def read_one(xml: str, found: Diagnostics | None = None) -> Item:
    found = Diagnostics() if found is None else found
    (item,) = read_qti(Source("item.xml", xml.encode()), found, "qti21").items
    return item


def choice_body(maximum: int = 1) -> str:
    return (
        f'<p>Which?</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="{maximum}">'
        f"{CHOICES}</choiceInteraction>"
    )


def variable_is(value: str) -> str:
    return f'<match><variable identifier="RESPONSE"/><baseValue baseType="identifier">{value}</baseValue></match>'


def has(value: str) -> str:
    return f'<member><baseValue baseType="identifier">{value}</baseValue><variable identifier="RESPONSE"/></member>'


def test_a_chain_of_conditions_is_credits() -> None:
    program = condition(
        (variable_is("B"), SET_SCORE.format(4)), (variable_is("C"), SET_SCORE.format(1)), otherwise=SET_SCORE.format(0)
    )
    item = read_one(item_xml(response("identifier"), choice_body(), program))
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert item.points == 4
    assert [choice.credit for choice in interaction.choices] == [0, 1, Fraction(1, 4)]


def test_all_or_nothing_of_several_is_remembered() -> None:
    test = f"<and>{has('A')}{has('B')}<not>{has('C')}</not></and>"
    item = read_one(
        item_xml(response("identifier", "multiple"), choice_body(0), condition((test, SET_SCORE.format(1))))
    )
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [Fraction(1, 2), Fraction(1, 2), 0]
    assert item.extensions == {"qti:scoring": "exact"}


def test_sums_of_several_conditions_are_shares() -> None:
    rules = "".join(
        condition(
            (
                has(name),
                (
                    '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
                    f'<baseValue baseType="float">{value}</baseValue></sum></setOutcomeValue>'
                ),
            )
        )
        for name, value in (("A", 1), ("B", 1), ("C", -1))
    )
    item = read_one(item_xml(response("identifier", "multiple"), choice_body(0), rules))
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert item.points == 2
    assert [choice.credit for choice in interaction.choices] == [Fraction(1, 2), Fraction(1, 2), Fraction(-1, 2)]


def test_feedback_is_told_apart_by_when_it_is_shown() -> None:
    tell = '<setOutcomeValue identifier="FEEDBACK"><baseValue baseType="identifier">{}</baseValue></setOutcomeValue>'
    right = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
    program = condition((right, SET_SCORE.format(1) + tell.format("good")), otherwise=tell.format("bad"))
    modal = "".join(
        f'<modalFeedback outcomeIdentifier="FEEDBACK" showHide="show" identifier="{name}">{name} it is</modalFeedback>'
        for name in ("good", "bad")
    )
    correct = "<correctResponse><value>C</value></correctResponse>"
    item = read_one(item_xml(response("identifier", inner=correct), choice_body(), program, modal))
    assert item.feedback.correct == "good it is"
    assert item.feedback.incorrect == "bad it is"


@pytest.mark.parametrize(
    ("test", "accepted"),
    [
        (
            (
                '<equal toleranceMode="absolute" tolerance="0.5"><variable identifier="RESPONSE"/>'
                '<baseValue baseType="float">3.10</baseValue></equal>'
            ),
            AcceptedNumber(value=Fraction("3.1"), tolerance=Fraction(1, 2), written="3.10"),
        ),
        (
            (
                '<and><gt><variable identifier="RESPONSE"/><baseValue baseType="float">1</baseValue></gt>'
                '<lte><variable identifier="RESPONSE"/><baseValue baseType="float">2</baseValue></lte></and>'
            ),
            AcceptedNumber(lower=Fraction(1), upper=Fraction(2), lower_open=True),
        ),
        (
            '<gte><baseValue baseType="float">7</baseValue><variable identifier="RESPONSE"/></gte>',
            AcceptedNumber(upper=Fraction(7)),
        ),
    ],
)
def test_a_test_of_a_number_is_an_accepted_number(test: str, accepted: AcceptedNumber) -> None:
    body = '<p>How much? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    item = read_one(item_xml(response("float"), body, condition((test, SET_SCORE.format(1)))))
    (interaction,) = item.interactions
    assert isinstance(interaction, TextEntryInteraction)
    assert interaction.accepted == (accepted,)
    assert item.body == '<p>How much? <span data-gap="RESPONSE"></span></p>'


def test_a_part_of_a_text_is_a_text_with_wildcards() -> None:
    test = (
        '<stringMatch caseSensitive="false" substring="true"><variable identifier="RESPONSE"/>'
        '<baseValue baseType="string">osmo</baseValue></stringMatch>'
    )
    body = '<p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    (interaction,) = read_one(item_xml(response("string"), body, condition((test, SET_SCORE.format(1))))).interactions
    assert isinstance(interaction, TextEntryInteraction)
    assert interaction.accepted == (AcceptedText(text="*osmo*", wildcards=True),)
    assert not interaction.case_sensitive


def test_an_essay_that_a_program_scores_is_a_short_answer_and_else_an_essay() -> None:
    body = '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
    test = (
        '<stringMatch caseSensitive="true"><variable identifier="RESPONSE"/>'
        '<baseValue baseType="string">yes</baseValue></stringMatch>'
    )
    (scored,) = read_one(item_xml(response("string"), body, condition((test, SET_SCORE.format(1))))).interactions
    (essay,) = read_one(item_xml(response("string"), body, "")).interactions
    assert isinstance(scored, TextEntryInteraction)
    assert isinstance(essay, ExtendedTextInteraction)


def test_the_right_order_is_the_declared_one() -> None:
    correct = "<correctResponse><value>C</value><value>A</value><value>B</value></correctResponse>"
    body = f'<orderInteraction responseIdentifier="RESPONSE" shuffle="true">{CHOICES}</orderInteraction>'
    right = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
    item = read_one(item_xml(response("identifier", "ordered", correct), body, condition((right, SET_SCORE.format(2)))))
    (interaction,) = item.interactions
    assert isinstance(interaction, OrderInteraction)
    assert [choice.identifier for choice in interaction.choices] == ["C", "A", "B"]
    assert item.points == 2


def test_a_mapping_of_pairs_is_weights() -> None:
    mapping = '<mapping><mapEntry mapKey="a x" mappedValue="2"/><mapEntry mapKey="b y" mappedValue="1"/></mapping>'
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{name}" matchMax="1">{name}</simpleAssociableChoice>' for name in side
        )
        + "</simpleMatchSet>"
        for side in ("ab", "xyz")
    )
    body = f'<matchInteraction responseIdentifier="RESPONSE" shuffle="false" maxAssociations="2">{sides}</matchInteraction>'
    program = '<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>'
    item = read_one(item_xml(response("directedPair", "multiple", mapping), body, program))
    (interaction,) = item.interactions
    assert isinstance(interaction, MatchInteraction)
    assert [(pair.identifier, pair.target, pair.credit) for pair in interaction.pairs] == [
        ("a", "x", Fraction(2)),
        ("b", "y", Fraction(1)),
    ]
    assert item.points == 3


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (
            '<setOutcomeValue identifier="SCORE"><random><variable identifier="RESPONSE"/></random></setOutcomeValue>',
            "random",
        ),
        (condition(('<baseValue baseType="boolean">true</baseValue>', SET_SCORE.format(1))), "points for no answer"),
    ],
)
def test_a_program_beyond_the_model_keeps_the_item_whole(program: str, reason: str) -> None:
    found = Diagnostics()
    xml = item_xml(response("identifier"), choice_body(), program)
    item = read_one(xml, found)
    (interaction,) = item.interactions
    assert isinstance(interaction, ForeignInteraction)
    assert interaction.raw == xml
    assert [finding.code for finding in found] == ["R601"]
    assert any(reason in finding.message for finding in found)
    assert "Which?" in item.body


def test_a_declared_answer_without_a_program_is_the_key_and_said() -> None:
    found = Diagnostics()
    correct = "<correctResponse><value>B</value></correctResponse>"
    (interaction,) = read_one(item_xml(response("identifier", inner=correct), choice_body(), ""), found).interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.identifier for choice in interaction.keys] == ["B"]
    assert [finding.code for finding in found] == ["R602"]


def test_a_prompt_is_part_of_the_question() -> None:
    body = (
        choice_body()
        .replace("<p>Which?</p>", "")
        .replace("><simple", "><prompt>Which <em>one</em>?</prompt><simple", 1)
    )
    item = read_one(item_xml(response("identifier"), body, condition((variable_is("A"), SET_SCORE.format(1)))))
    assert item.body == "<p>Which <em>one</em>?</p>"


def test_pictures_beside_a_bare_item_are_its_assets(tmp_path: Path) -> None:
    from stemkey.files import open_source

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a b.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"no")
    body = '<p><img src="pictures/a%20b.png" alt="x"/><img src="../secret.png" alt="y"/></p>' + choice_body()
    path = tmp_path / "pictures" / ".." / "item.xml"
    path.write_text(item_xml(response("identifier"), body, ""), encoding="utf-8")
    found = Diagnostics()
    quiz = read_qti(open_source(tmp_path / "item.xml"), found, "qti21")
    assert {name: asset.data for name, asset in quiz.assets.items()} == {"pictures/a b.png": b"png"}
    assert [finding.code for finding in found] == ["R610"]


def test_a_format_is_recognised_by_its_namespace() -> None:
    xml = item_xml(response("identifier"), choice_body(), "").encode()
    assert is_qti21(Source("x", xml))
    assert not is_qti3(Source("x", xml))
    assert detect_format(Source("x.xml", xml)).name == "qti21"
    three = b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="a"/>'
    assert is_qti3(Source("x", three))
    assert not is_qti21(Source("x", b"<questestinterop/>"))
    assert not is_qti21(Source("x.zip", zip_files({"quiz.xml": b"<questestinterop/>", "item.xml": xml})))
    assert is_qti21(Source("x.zip", zip_files({"folder/item.xml": xml})))


@pytest.mark.parametrize("deep", [400, 20_000])
def test_a_file_nested_beyond_reason_is_refused(deep: int) -> None:
    found = Diagnostics()
    body = "<div>" * deep + "</div>" * deep
    quiz = read_qti(Source("item.xml", item_xml("", body, "").encode()), found, "qti21")
    assert not list(quiz.items)
    assert found.has_errors


TWO = (
    '<responseDeclaration identifier="R1" cardinality="single" baseType="identifier"><correctResponse><value>A</value>'
    "</correctResponse></responseDeclaration>"
    '<responseDeclaration identifier="R2" cardinality="multiple" baseType="identifier"><correctResponse><value>B</value>'
    "<value>C</value></correctResponse></responseDeclaration>"
)


def asked(name: str, maximum: int) -> str:
    return f'<choiceInteraction responseIdentifier="{name}" maxChoices="{maximum}">{CHOICES}</choiceInteraction>'


def test_two_questions_that_count_only_together_have_a_key_each() -> None:
    right = "".join(
        f'<match><variable identifier="{name}"/><correct identifier="{name}"/></match>' for name in ("R1", "R2")
    )
    program = condition((f"<and>{right}</and>", SET_SCORE.format(2)))
    item = read_one(item_xml(TWO, asked("R1", 1) + asked("R2", 0), program))
    first, second = item.interactions
    assert isinstance(first, ChoiceInteraction)
    assert isinstance(second, ChoiceInteraction)
    assert [choice.credit for choice in first.choices] == [1, 0, 0]
    assert [choice.credit for choice in second.choices] == [0, Fraction(1, 2), Fraction(1, 2)]
    assert item.points == 2
    assert item.extensions == {"qti:scoring": "exact"}


def test_all_or_nothing_is_seen_beside_an_answer_that_is_mapped() -> None:
    mapping = '<mapping defaultValue="0"><mapEntry mapKey="York" mappedValue="1"/></mapping>'
    typed = (
        f'<responseDeclaration identifier="R3" cardinality="single" baseType="string">{mapping}</responseDeclaration>'
    )
    exact = '<match><variable identifier="R2"/><correct identifier="R2"/></match>'
    more = (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/><baseValue baseType="float">1</baseValue>'
        "</sum></setOutcomeValue>"
    )
    program = '<setOutcomeValue identifier="SCORE"><mapResponse identifier="R3"/></setOutcomeValue>' + condition(
        (exact, more)
    )
    body = asked("R2", 0) + '<p>This sun of <textEntryInteraction responseIdentifier="R3"/></p>'
    choice, entry = read_one(item_xml(TWO + typed, body, program)).interactions
    assert isinstance(choice, ChoiceInteraction)
    assert [one.credit for one in choice.choices] == [0, Fraction(1, 2), Fraction(1, 2)]
    assert isinstance(entry, TextEntryInteraction)
    assert entry.accepted == (AcceptedText(text="York"),)


def test_the_prompt_of_a_blank_stays_in_the_text() -> None:
    body = '<div><textEntryInteraction responseIdentifier="RESPONSE"><prompt>In metres:</prompt></textEntryInteraction></div>'
    item = read_one(item_xml(response("string"), body, ""))
    assert item.body == '<div><span>In metres:</span><span data-gap="RESPONSE"></span></div>'


def test_true_and_false_without_words_are_called_so() -> None:
    choices = "".join(f'<simpleChoice identifier="{name}"><p></p></simpleChoice>' for name in ("true", "false"))
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{choices}</choiceInteraction>'
    (interaction,) = read_one(item_xml(response("identifier"), body, "")).interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.content for choice in interaction.choices] == ["True", "False"]


def test_blanks_around_a_title_are_no_part_of_it() -> None:
    xml = item_xml(response("identifier"), choice_body(), "").replace('title="By hand"', 'title=" By  hand "')
    assert read_one(xml).title == "By hand"


def test_the_templates_of_common_cartridge_are_known() -> None:
    points = (
        '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float"><defaultValue><value>100</value>'
        '</defaultValue></outcomeDeclaration><outcomeDeclaration identifier="FEEDBACKBASIC" cardinality="single"'
        ' baseType="identifier"/>'
    )
    key = response("identifier", inner="<correctResponse><value>B</value></correctResponse>")
    told = (
        '<modalFeedback outcomeIdentifier="FEEDBACKBASIC" identifier="correct" showHide="show">Right!</modalFeedback>'
    )
    xml = item_xml(key + points, choice_body(), "", told).replace(
        "<responseProcessing>", '<responseProcessing template="https://example.org/rptemplates/CC2_match.xml">'
    )
    item = read_one(xml)
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [0, 1, 0]
    assert item.points == 100
    assert item.feedback.correct == "Right!"


def test_a_template_in_the_package_is_the_program() -> None:
    program = f"<responseProcessing>{condition((variable_is('C'), SET_SCORE.format(3)))}</responseProcessing>"
    xml = item_xml(response("identifier"), choice_body(), "").replace(
        "<responseProcessing>", '<responseProcessing template="../rptemplates/ours.xml">'
    )
    files = {"items/i1.xml": xml.encode(), "rptemplates/ours.xml": program.encode()}
    (item,) = read_qti(Source("bank.zip", zip_files(files)), Diagnostics(), "qti21").items
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [0, 0, 1]
    assert item.points == 3


@pytest.mark.parametrize(
    ("table", "points"),
    [
        (
            '<matchTable defaultValue="0"><matchTableEntry sourceValue="2" targetValue="5"/></matchTable>',
            5,
        ),
        (
            (
                '<interpolationTable><interpolationTableEntry sourceValue="2" includeBoundary="false" targetValue="9"/>'
                '<interpolationTableEntry sourceValue="1" targetValue="4"/></interpolationTable>'
            ),
            4,
        ),
    ],
)
def test_a_raw_score_that_a_table_turns_into_points_is_read(table: str, points: int) -> None:
    raw = '<outcomeDeclaration identifier="RAW_SCORE" cardinality="single" baseType="integer"/>'
    rules = condition((variable_is("A"), SET_SCORE.format(2).replace("SCORE", "RAW_SCORE", 1)))
    rules += '<lookupOutcomeValue identifier="SCORE"><variable identifier="RAW_SCORE"/></lookupOutcomeValue>'
    xml = item_xml(response("identifier") + raw, choice_body(), rules).replace(
        'identifier="SCORE" cardinality="single" baseType="float"/>',
        f'identifier="SCORE" cardinality="single" baseType="float">{table}</outcomeDeclaration>',
    )
    item = read_one(xml)
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [1, 0, 0]
    assert item.points == points


PASSAGE = (
    '<qti-assessment-stimulus xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="p1" title="Passage">'
    '<qti-stimulus-body><p>Crows roost.</p><img src="../media/crow.png" alt="a crow"/></qti-stimulus-body>'
    "</qti-assessment-stimulus>"
)


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("", '<div>\n<p>Crows roost.</p>\n<img src="media/crow.png" alt="a crow"></div>\n<p>Where?</p>'),
        (
            '<div data-stimulus-idref="here"></div>',
            (
                '<p>Where?</p>\n<div data-stimulus-idref="here">\n<div>\n<p>Crows roost.</p>\n'
                '<img src="media/crow.png" alt="a crow"></div>\n</div>'
            ),
        ),
    ],
)
def test_a_passage_in_another_file_is_part_of_the_question(place: str, body: str) -> None:
    item = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i1" title="Crows"'
        ' adaptive="false" time-dependent="false">'
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"/>'
        '<qti-assessment-stimulus-ref identifier="here" href="../passages/p1.xml" title="Passage"/>'
        f"<qti-item-body><p>Where?</p>{place}"
        '<qti-extended-text-interaction response-identifier="RESPONSE"/></qti-item-body></qti-assessment-item>'
    )
    files = {"items/i1.xml": item.encode(), "passages/p1.xml": PASSAGE.encode(), "media/crow.png": b"png"}
    quiz = read_qti(Source("bank.zip", zip_files(files)), Diagnostics(), "qti3")
    assert [one.body for one in quiz.items] == [body]
    assert set(quiz.assets) == {"media/crow.png"}
    del files["passages/p1.xml"]
    (kept,) = read_qti(Source("bank.zip", zip_files(files)), Diagnostics(), "qti3").items
    assert isinstance(kept.interactions[0], ForeignInteraction)


def test_what_a_tool_put_on_a_line_of_its_own_is_meant_without_its_blanks() -> None:
    right = "<correctResponse><value>\n\t\tYork\n</value></correctResponse>"
    program = condition(
        (
            '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>',
            SET_SCORE.format(1),
        )
    )
    body = '<p>This sun of <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    (interaction,) = read_one(item_xml(response("string", inner=right), body, program)).interactions
    assert isinstance(interaction, TextEntryInteraction)
    assert interaction.accepted == (AcceptedText(text="York"),)


def test_several_blanks_without_a_program_have_their_declared_answers() -> None:
    declarations = "".join(
        f'<responseDeclaration identifier="R{n}" cardinality="single" baseType="string"><correctResponse><value>{city}'
        "</value></correctResponse></responseDeclaration>"
        for n, city in ((1, "Paris"), (2, "London"))
    )
    body = "".join(f'<p><textEntryInteraction responseIdentifier="R{n}"/></p>' for n in (1, 2))
    found = Diagnostics()
    item = read_one(item_xml(declarations, body, ""), found)
    assert [one.accepted for one in item.interactions if isinstance(one, TextEntryInteraction)] == [
        (AcceptedText(text="Paris"),),
        (AcceptedText(text="London"),),
    ]
    assert [finding.code for finding in found] == ["R602"]


def test_a_document_type_that_declares_nothing_is_passed_over_and_entities_are_refused() -> None:
    xml = item_xml(response("identifier"), choice_body(), "")
    assert read_one(f"<?xml version='1.0'?>\n<!DOCTYPE assessmentItem>\n{xml}").title == "By hand"
    found = Diagnostics()
    hostile = f'<!DOCTYPE assessmentItem [<!ENTITY a "b">]>{xml}'
    assert not list(read_qti(Source("item.xml", hostile.encode()), found, "qti21").items)
    assert [finding.code for finding in found] == ["R021"]


def test_the_namespace_of_moodles_old_export_is_qti() -> None:
    xml = item_xml(response("identifier"), choice_body(), "").replace("imsqti_v2p1", "imsqti_item_v2p0")
    assert detect_format(Source("item.xml", xml.encode())).name == "qti21"
    assert read_one(xml).title == "By hand"


def test_a_resource_type_without_a_kind_says_nothing_of_the_file() -> None:
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><resources>'
        '<resource identifier="i1" type="imsqti_v2p1" href="i1.xml"><file href="i1.xml"/></resource></resources></manifest>'
    )
    files = {
        "imsmanifest.xml": manifest.encode(),
        "i1.xml": item_xml(response("identifier"), choice_body(), "").encode(),
    }
    quiz = read_qti(Source("bank.zip", zip_files(files)), Diagnostics(), "qti21")
    assert [item.identifier for item in quiz.items] == ["i1"]


def test_a_package_of_qti_3_with_a_learning_application_is_no_qti_1_2() -> None:
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="m"><resources>'
        '<resource identifier="i1" type="imsqti_item_xmlv3p0" href="i1.xml"/>'
        '<resource identifier="a" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="a.xml"/>'
        "</resources></manifest>"
    )
    package = zip_files({"imsmanifest.xml": manifest.encode(), "i1.xml": b"<x/>", "a.xml": b"<x/>"})
    assert detect_format(Source("bank.zip", package)).name == "qti3"
