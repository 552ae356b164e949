"""QTI 1.2 as tools of strangers write it: R/exams, IMS's own examples, Blackboard."""

from fractions import Fraction

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti12.profiles import Qti12Options
from stemkey.formats.qti12.reader import read_qti12
from stemkey.model import AcceptedNumber, ChoiceInteraction, Item, TextEntryInteraction


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
