"""`fit` keeps what the target carries and says every loss, with the item's place."""

from dataclasses import replace
from fractions import Fraction

from stemkey.diagnostics import Diagnostics, Severity, Span
from stemkey.fitting import fit
from stemkey.model import (
    Asset,
    Capabilities,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Hint,
    Item,
    Quiz,
    Section,
    Settings,
)

EVERYTHING = Capabilities(
    interactions=(ChoiceInteraction, ExtendedTextInteraction), text_only=True, multiple_response=True, partial_credit=True,
    negative_credit=True, feedback_general=True, feedback_by_result=True, feedback_partial=True, feedback_per_choice=True,
    hints=True, penalty=True, points=True, tags=True, categories=True, item_titles=True, item_identifiers=True,
    quiz_title=True, instructions=True, settings=True, sections=True, shuffle_per_item=True, markup=True,
    choice_markup=True, math=True, images=True,
)  # fmt: skip
POOR = Capabilities(interactions=(ChoiceInteraction,))


def item(**changes: object) -> Item:
    plain = Item(
        identifier="q-1",
        number="1",
        body=Content("<p>Which?</p>"),
        interactions=(choose(Fraction(1), Fraction(0)),),
        span=Span("quiz.md", 7),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # named fields


def choose(*credits_: Fraction, cardinality: Cardinality = Cardinality.SINGLE) -> ChoiceInteraction:
    choices = (
        Choice(identifier="ABCDEF"[i], content=Content(f"<em>{i}</em>"), credit=c) for i, c in enumerate(credits_)
    )
    return ChoiceInteraction(choices=tuple(choices), cardinality=cardinality)


def quiz(*items: Item, **changes: object) -> Quiz:
    return replace(Quiz(identifier="quiz", sections=(Section(items=items),)), **changes)  # type: ignore[arg-type]  # named fields


def codes(found: Diagnostics) -> list[str]:
    return [finding.code for finding in found]


def test_what_is_carried_stays_and_nothing_is_said() -> None:
    whole = quiz(
        item(feedback=Feedback(general=Content("g"), correct=Content("c"), partial=Content("p")), hints=(Hint(content=Content("h")),), tags=("a",), points=Fraction(2)),
        title="T", instructions=Content("<p>i</p>"), settings=Settings(shuffle_choices=True, time_limit=30),
    )  # fmt: skip
    found = Diagnostics()
    fitted = fit(whole, EVERYTHING, "Target", found)
    assert codes(found) == []
    (kept,) = fitted.items
    (interaction,) = kept.interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert interaction.shuffle is True, "a target that shuffles per item gets the quiz's word"
    assert replace(kept, interactions=item().interactions) == replace(
        next(whole.items), interactions=item().interactions
    )


def test_every_loss_is_said_with_the_items_place() -> None:
    rich = item(
        title="Name", points=Fraction(2), penalty=Fraction(1, 3), hints=(Hint(content=Content("h")),), tags=("a",), category=("X",),
        body=Content("<p>Which <code>x</code>?</p>"),
        feedback=Feedback(general=Content("g"), correct=Content("c"), partial=Content("p")),
    )  # fmt: skip
    found = Diagnostics()
    fitted = fit(quiz(rich), POOR, "Poor", found)
    assert all(finding.item == "1" and finding.place == Span("quiz.md", 7) for finding in found)
    said = " ".join(finding.message for finding in found)
    for loss in (
        "explanation",
        "right and wrong",
        "partly right",
        "points",
        "hints",
        "penalty",
        "tags",
        "category",
        "title",
        "markup in the question",
        "markup in an answer",
    ):
        assert loss in said, loss
    assert {finding.severity for finding in found} == {Severity.WARNING}
    (left,) = fitted.items
    assert (left.points, left.hints, left.tags, left.feedback) == (Fraction(1), (), (), Feedback())
    assert left.body == "Which x?"


def test_a_kind_that_cannot_be_carried_is_an_error_and_left_out() -> None:
    essay = item(number="2", interactions=(ExtendedTextInteraction(),))
    found = Diagnostics()
    fitted = fit(quiz(item(interactions=(choose(Fraction(1)),)), essay), POOR, "Poor", found)
    assert [kept.number for kept in fitted.items] == ["1"]
    assert ("W101", "2", Severity.ERROR) in [(f.code, f.item, f.severity) for f in found]


def test_a_question_that_needs_its_image_is_not_written_without_it() -> None:
    pictured = item(body=Content('<p><img src="a.png" alt="plot"></p>'))
    found = Diagnostics()
    fitted = fit(quiz(pictured, assets={"a.png": Asset(name="a.png", data=b"x")}), POOR, "Poor", found)
    assert list(fitted.items) == []
    assert "W109" in codes(found)


def test_a_share_that_the_target_refuses_is_an_error_that_names_the_nearest() -> None:
    legal = replace(EVERYTHING, credit_values=frozenset({Fraction(0), Fraction(1), Fraction(1, 10), Fraction(1, 5)}))
    found = Diagnostics()
    fit(quiz(item(interactions=(choose(Fraction(1), Fraction(15, 100)),))), legal, "Moodle", found)
    (finding,) = found
    assert finding.code == "W102"
    assert "15 %" in finding.message
    assert "10 %" in (finding.hint or "")


def test_partial_and_negative_credit_that_are_lost_are_said() -> None:
    poor = replace(EVERYTHING, partial_credit=False, negative_credit=False)
    found = Diagnostics()
    fitted = fit(
        quiz(item(interactions=(choose(Fraction(1), Fraction(1, 2), Fraction(-1, 4)),))), poor, "Canvas", found
    )
    assert codes(found) == ["W103", "W104"]
    (interaction,) = next(fitted.items).interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [1, 0, 0]


def test_equal_shares_of_several_right_answers_are_no_loss() -> None:
    poor = replace(EVERYTHING, partial_credit=False)
    several = choose(Fraction(1, 2), Fraction(1, 2), Fraction(0), cardinality=Cardinality.MULTIPLE)
    found = Diagnostics()
    fitted = fit(quiz(item(interactions=(several,))), poor, "Canvas", found)
    assert codes(found) == []
    (interaction,) = next(fitted.items).interactions
    assert isinstance(interaction, ChoiceInteraction)
    assert [choice.credit for choice in interaction.choices] == [Fraction(1, 2), Fraction(1, 2), 0]


def test_settings_that_a_target_has_no_place_for_are_said_one_by_one() -> None:
    found = Diagnostics()
    fitted = fit(
        quiz(item(), settings=Settings(time_limit=30, attempts=2)), replace(EVERYTHING, settings=False), "Moodle", found
    )
    assert codes(found) == ["W107", "W107"]
    assert fitted.settings == Settings()


def test_a_group_becomes_a_plain_list_where_there_are_no_groups_and_this_is_said() -> None:
    group = Quiz(identifier="q", sections=(Section(items=(item(), item(number="2", identifier="q-2")), select=1),))
    found = Diagnostics()
    fitted = fit(group, replace(EVERYTHING, sections=False), "Moodle", found)
    assert codes(found) == ["W110"]
    assert fitted.sections[0].select is None


def test_headings_of_sections_that_have_no_place_are_said() -> None:
    parts = Quiz(
        identifier="q", sections=(Section(title="Part A", instructions=Content("<p>Read.</p>"), items=(item(),)),)
    )
    found = Diagnostics()
    fitted = fit(parts, EVERYTHING, "Moodle", found)
    assert codes(found) == ["W107"]
    assert "the heading 'Part A' and its text" in next(iter(found)).message
    assert (fitted.sections[0].title, fitted.sections[0].instructions) == ("", "")
    kept = Diagnostics()
    assert fit(parts, replace(EVERYTHING, section_texts=True), "JSON", kept) == parts or not len(kept)
    assert not len(kept)


def test_a_repeated_identifier_becomes_an_own_one_and_this_is_said() -> None:
    found = Diagnostics()
    items = (item(), item(number="2"), item(number="3", identifier="q-1-2"), item(number="4"))
    fitted = fit(quiz(*items), EVERYTHING, "Moodle", found)
    assert [one.identifier for one in fitted.items] == ["q-1", "q-1-3", "q-1-2", "q-1-4"]
    assert [(finding.code, finding.item) for finding in found] == [("W111", "2"), ("W111", "4")]


def test_a_target_without_identifiers_says_nothing_of_repeated_ones() -> None:
    found = Diagnostics()
    fit(quiz(item(), item(number="2")), replace(EVERYTHING, item_identifiers=False), "Aiken", found)
    assert codes(found) == []
