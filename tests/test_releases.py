"""What changed since an earlier release."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.fitting import fit
from stemkey.formats import find_format
from stemkey.model import (
    AcceptedNumber,
    Asset,
    Choice,
    ChoiceInteraction,
    Content,
    Item,
    Quiz,
    Section,
    TextEntryInteraction,
    Unit,
)
from stemkey.releases import Release, changes_since

MOODLE = find_format("moodle")


def item(number: int, stem: str = "", identifier: str = "") -> Item:
    choices = tuple(
        Choice(identifier=letter, content=Content(f"{letter}{number}"), credit=Fraction(letter == "B"))
        for letter in "ABC"
    )
    return Item(
        identifier=identifier or f"week3-q{number}",
        number=str(number),
        body=Content(f"<p>{stem or f'Stem {number}'}</p>"),
        interactions=(ChoiceInteraction(choices=choices),),
    )


def quiz(*items: Item) -> Quiz:
    return Quiz(identifier="week3", title="Week 3", sections=(Section(items=items),))


def release(previous: Quiz, current: Quiz) -> Release:
    return changes_since(previous, current, MOODLE.capabilities, MOODLE.title)


def through_moodle(source: Quiz) -> Quiz:
    (data,) = MOODLE.writer(fit(source, MOODLE.capabilities, "", Diagnostics()), MOODLE.options_type()).values()
    return MOODLE.reader(Source("old.moodle.xml", data), MOODLE.options_type(), Diagnostics())


def test_new_changed_unchanged_and_removed_items_are_told_apart() -> None:
    found = release(quiz(item(1), item(2), item(3)), quiz(item(1), item(2, "Other words"), item(4)))
    assert (found.new, found.changed, found.unchanged, found.removed) == (
        ("week3-q4",),
        ("week3-q2",),
        ("week3-q1",),
        ("week3-q3",),
    )
    assert [kept.number for kept in found.quiz.items] == ["2", "4"]
    assert found.summary == (
        "1 new: week3-q4",
        "1 changed: week3-q2",
        "1 unchanged",
        "1 removed (delete them in the LMS): week3-q3",
    )


def test_the_previous_release_may_be_the_package_that_was_imported() -> None:
    old = quiz(item(1), item(2))
    assert release(through_moodle(old), old).is_empty
    assert release(through_moodle(old), quiz(item(1), item(2, "Other"))).changed == ("week3-q2",)


def test_another_place_or_category_is_no_change() -> None:
    moved = quiz(item(1), replace(item(2), number="7", category=("Elsewhere",)))
    assert release(quiz(item(1), item(2)), moved).is_empty


def test_another_key_feedback_tag_or_image_is_a_change() -> None:
    old = replace(item(1, '<img src="a.png" alt="">'), tags=("a",))
    (interaction,) = old.interactions
    assert isinstance(interaction, ChoiceInteraction)
    first, *rest = interaction.choices
    key = replace(old, interactions=(replace(interaction, choices=(replace(first, credit=Fraction(1)), *rest)),))
    told = replace(old, interactions=(replace(interaction, choices=(replace(first, feedback=Content("no")), *rest)),))

    def with_image(one: Item, data: bytes) -> Quiz:
        return replace(quiz(one), assets={"a.png": Asset(name="a.png", data=data)})

    before = with_image(old, b"1")
    assert release(before, before).is_empty
    for after in (key, told, replace(old, tags=()), replace(old, tags=("a", "b"))):
        assert release(before, with_image(after, b"1")).changed == ("week3-q1",)
    assert release(before, with_image(old, b"2")).changed == ("week3-q1",)


def test_questions_that_only_got_another_number_are_named_as_such() -> None:
    old = quiz(item(1, "first"), item(2, "second"))
    new = quiz(item(1, "first"), item(2, "put in"), replace(item(2, "second"), identifier="week3-q3", number="3"))
    found = release(old, new)
    assert dict(found.renamed) == {"week3-q3": "week3-q2"}
    assert any("only renumbered" in line for line in found.summary)


def test_only_the_files_of_the_packaged_questions_are_packaged() -> None:
    assets = {name: Asset(name=name, data=b"x") for name in ("a.png", "b.png")}
    items = [item(n, f'<img src="{name}" alt="">') for n, name in ((1, "a.png"), (2, "b.png"))]
    old, new = replace(quiz(items[0]), assets=assets), replace(quiz(*items), assets=assets)
    assert set(release(old, new).quiz.assets) == {"b.png"}


@given(quizzes(MOODLE.capabilities, maximum_items=2))
@settings(max_examples=15, deadline=None)
def test_nothing_changed_since_itself_nor_since_its_own_package(source: Quiz) -> None:
    assert release(source, source).is_empty
    assert release(through_moodle(source), source).is_empty


def test_of_two_questions_with_one_identifier_each_is_compared_with_its_own() -> None:
    before, after = quiz(item(1), item(2, identifier="week3-q1")), quiz(item(1), item(2, "Else", identifier="week3-q1"))
    found = release(before, after)
    assert (found.changed, found.unchanged) == (("week3-q1-2",), ("week3-q1",))


def test_what_the_target_never_gets_is_no_change() -> None:
    qti = find_format("qti21")
    answer = TextEntryInteraction(accepted=(AcceptedNumber(value=Fraction(2)),), units=(Unit(name="kg"),))
    after = quiz(replace(item(1), interactions=(answer,)))
    before = quiz(replace(item(1), interactions=(replace(answer, units=()),)))  # as its package was read

    def limit(fitted: Quiz) -> Quiz:
        return qti.limit(fitted, qti.options_type(), Diagnostics())

    assert changes_since(before, after, qti.capabilities, qti.title).changed == ("week3-q1",)
    assert changes_since(before, after, qti.capabilities, qti.title, limit).is_empty
