"""QTI 1.2 as tools of strangers write it: R/exams, IMS's own examples, Blackboard."""

from fractions import Fraction

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti12.profiles import Qti12Options
from stemkey.formats.qti12.reader import read_qti12
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    ChoiceInteraction,
    InlineChoiceInteraction,
    Item,
    TextEntryInteraction,
)


def words(text: str) -> str:
    return f"<material><mattext>{text}</mattext></material>"


def when(test: str, *rules: str) -> str:
    return f"<respcondition><conditionvar>{test}</conditionvar>{''.join(rules)}</respcondition>"


def score(action: str, value: str) -> str:
    return f'<setvar varname="SCORE" action="{action}">{value}</setvar>'


def shows(ident: str) -> str:
    return f'<displayfeedback feedbacktype="Response" linkrefid="{ident}"/>'


def read_one(
    asked: str, *conditions: str, maximum: str = "", after: str = "", found: Diagnostics | None = None
) -> Item:
    outcome = f'<outcomes><decvar varname="SCORE" vartype="Decimal"{maximum and f" maxvalue={maximum!r}"}/></outcomes>'
    xml = (
        f'<questestinterop><item ident="i1" title="One"><presentation>{words("Which?")}{asked}</presentation>'
        f"<resprocessing>{outcome}{''.join(conditions)}</resprocessing>{after}</item></questestinterop>"
    )
    quiz = read_qti12(Source("strange.xml", xml.encode()), Qti12Options(), Diagnostics() if found is None else found)
    (item,) = quiz.items
    return item


def choose(cardinality: str) -> str:
    labels = "".join(f'<response_label ident="{name}">{words(name)}</response_label>' for name in "ABCD")
    return (
        f'<response_lid ident="R" rcardinality="{cardinality}"><render_choice>{labels}</render_choice></response_lid>'
    )


def is_chosen(name: str) -> str:
    return f'<varequal respident="R">{name}</varequal>'


def test_percentages_that_add_up_beyond_the_maximum_are_shares_of_the_whole() -> None:
    rules = [when(is_chosen(name), score("Add", "25.00")) for name in "ABC"]
    item = read_one(choose("Multiple"), *rules, when(is_chosen("D"), score("Add", "-10.00")), maximum="10.00")
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    third = Fraction(1, 3)
    assert [choice.credit for choice in interaction.choices] == [third, third, third, Fraction(-2, 15)]


def test_what_is_given_and_taken_at_once_is_no_credit() -> None:
    """R/exams marks the right number of a range so, for OLAT to show it."""
    typed = '<response_str ident="R" rcardinality="Single"><render_fib fibtype="Decimal"/></response_str>'
    between = '<and><vargte respident="R">36.58</vargte><varlte respident="R">36.6</varlte></and>'
    exact = '<varequal respident="R">36.59</varequal>'
    nothing = when(exact, score("Add", "0.001"), score("Add", "-0.001"))
    item = read_one(typed, when(between, score("Set", "1")), nothing, maximum="1")
    (interaction,) = item.interactions
    assert isinstance(interaction, TextEntryInteraction)
    assert interaction.accepted == (AcceptedNumber(lower=Fraction("36.58"), upper=Fraction("36.6")),)


def test_a_solution_is_the_explanation_whatever_shows_it() -> None:
    solution = f'<itemfeedback ident="Solution"><solution><solutionmaterial>{words("B, because.")}</solutionmaterial>'
    wrong = [when(is_chosen(name), score("Add", "0"), shows("Solution")) for name in "AC"]
    item = read_one(
        choose("Single"),
        when(is_chosen("B"), score("Set", "1")),
        *wrong,
        maximum="1",
        after=f"{solution}</solution></itemfeedback>",
    )
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert not any(choice.feedback for choice in interaction.choices)
    assert item.feedback.general == "B, because."


def test_two_feedbacks_of_one_name_are_both_kept() -> None:
    told = "".join(
        f'<itemfeedback ident="Incorrect" view="{view}">{words(text)}</itemfeedback>'
        for view, text in (("Candidate", "No."), ("Tutor", "Ask again."))
    )
    item = read_one(choose("Single"), when(is_chosen("B"), score("Set", "1")), after=told)
    assert "No." in item.feedback.incorrect
    assert "Ask again." in item.feedback.incorrect


def test_negative_points_are_named_and_blackboards_unset_points_are_not() -> None:
    def metadata(label: str, value: str) -> str:
        field = f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"
        return f"<itemmetadata><qtimetadata>{field}</qtimetadata></itemmetadata>"

    found = Diagnostics()
    negative = read_one(choose("Single"), after=metadata("points_possible", "-2"), found=found)
    assert negative.points == 0
    assert "R325" in [finding.code for finding in found]
    unset = read_one(choose("Single"), after=metadata("qmd_absolutescore_max", "-1.0"))
    assert unset.points == 1


def nq_blank(name: str, *labels: str) -> str:
    return (
        f'<response_lid ident="response_{name}"><material><mattext>{name}</mattext></material>'
        f"<render_choice>{''.join(labels)}</render_choice></response_lid>"
    )


def nq_label(ident: str, text: str, **attributes: str) -> str:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<response_label ident="{ident}"{said}>{words(text)}</response_label>'


BLANKS = (
    "<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>"
    "<fieldentry>fill_in_multiple_blanks_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
)


def in_blank(name: str, ident: str) -> str:
    return when(f'<varequal respident="response_{name}">{ident}</varequal>', score("Add", "50"))


def test_a_bank_of_words_of_new_quizzes_has_one_right_word_for_each_blank() -> None:
    bank = [nq_label(f"w{n}", word, answer_type="wordbank") for n, word in enumerate(("brown", "white"))]
    asked = nq_blank("a", *bank) + nq_blank("b", *bank)
    item = read_one(asked, in_blank("a", "w1"), in_blank("b", "w0"), maximum="100", after=BLANKS)
    keys = [
        [choice.content for choice in one.choices if choice.credit == 1]
        for one in item.interactions
        if isinstance(one, InlineChoiceInteraction)
    ]
    assert keys == [["white"], ["brown"]]


def test_how_new_quizzes_compares_a_typed_answer_is_carried_or_named() -> None:
    labels = {
        "a": nq_label("1", "red", scoring_algorithm="TextContainsAnswer"),
        "b": nq_label("2", "blue", scoring_algorithm="TextEquivalence", ignore_case="false"),
        "c": nq_label("3", "^orange$", scoring_algorithm="TextRegex"),
        "d": nq_label("4", "teal", scoring_algorithm="TextCloseEnough", levenshtein_distance="1"),
    }
    asked = "".join(nq_blank(name, label) for name, label in labels.items())
    found = Diagnostics()
    item = read_one(asked, *(in_blank(name, str(n)) for n, name in enumerate("abcd", 1)), after=BLANKS, found=found)
    entries = [one for one in item.interactions if isinstance(one, TextEntryInteraction)]
    assert [one.accepted for one in entries] == [
        (AcceptedText(text="*red*", wildcards=True),),
        (AcceptedText(text="blue"),),
        (AcceptedText(text="^orange$"),),
        (AcceptedText(text="teal"),),
    ]
    assert [one.case_sensitive for one in entries] == [False, True, False, False]
    assert [finding.code for finding in found] == ["R326", "R326"]


def test_points_that_vary_by_answer_are_points_of_the_question() -> None:
    points = (
        "<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>points_possible</fieldlabel>"
        "<fieldentry>10.0</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
    )
    rules = [when(is_chosen("A"), score("Set", "10.0")), when(is_chosen("B"), score("Set", "5.0"))]
    item = read_one(choose("Single"), *rules, maximum="100", after=points)
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [1, Fraction(1, 2), 0, 0]
    assert item.points == 10


def test_a_declaration_without_a_blank_is_read() -> None:
    xml = f'<?xml version="1.0"encoding="UTF-8"?><questestinterop><item ident="i"><presentation>{words("Which?")}'
    xml += f"{choose('Single')}</presentation></item></questestinterop>"
    quiz = read_qti12(Source("strange.xml", xml.encode()), Qti12Options(), Diagnostics())
    assert [item.body for item in quiz.items] == ["Which?"]
