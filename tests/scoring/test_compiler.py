"""The answer key: what each kind of item is worth under each rule, and decisions after the exam."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    ToleranceKind,
    Unit,
)
from stemkey.scoring.answer_key import AnswerKey, Status
from stemkey.scoring.attempts import GradingChoices, grade_tables
from stemkey.scoring.compiler import common_unit, compile_key
from stemkey.scoring.regrade import Regrade
from stemkey.scoring.rule_file import NO_RULES, read_rules
from stemkey.scoring.rules import DEFAULT_SCORING, MOODLE_SCORING

F = Fraction


def choices(credits_: str, *, several: bool = False) -> ChoiceInteraction:
    """Choices A, B, C … with the credits of a text such as `1 0 0 -1/3`."""
    return ChoiceInteraction(
        cardinality=Cardinality.MULTIPLE if several else Cardinality.SINGLE,
        choices=tuple(
            Choice(identifier="ABCDEFG"[index], content=Content(f"option {'ABCDEFG'[index]}"), credit=F(credit))
            for index, credit in enumerate(credits_.split())
        ),
    )


def quiz_of(*interactions: Interaction | tuple[Interaction, ...], points: Any = 1, **more: Any) -> Quiz:
    items = tuple(
        Item(
            identifier=f"q{number}",
            number=str(number),
            body=Content("<p>?</p>"),
            points=F(points),
            interactions=only if isinstance(only, tuple) else (only,),
            **more,
        )
        for number, only in enumerate(interactions, 1)
    )
    return Quiz(identifier="q", sections=(Section(items=items),))


def key_of(quiz: Quiz, rules: str = "", start: Any = DEFAULT_SCORING) -> tuple[AnswerKey, list[str]]:
    found = Diagnostics()
    book = read_rules(Source("rules.toml", rules.encode()), quiz, found) if rules else NO_RULES
    key = compile_key(quiz, found, book, start)
    return key, [finding.code for finding in found]


def credit(interaction: Any, response: Any, *, rules: str = "", **more: Any) -> Fraction | None:
    key, codes = key_of(quiz_of(interaction, **more), rules)
    assert codes == []
    judgement = key.items[0].judge(response)
    if judgement.credit is not None:
        assert judgement.ticks * key.tick == judgement.credit * key.items[0].item.points
    return judgement.credit


def test_weighted_choices_and_blanks() -> None:
    only = choices("1 1/2 0 -1/4")
    assert [credit(only, letter) for letter in ["A", "B", "C", "D", "", "A,B", "E"]] == [
        1,
        F(1, 2),
        0,
        F(-1, 4),
        0,
        0,
        0,
    ]


def test_several_right_choices_default_to_right_minus_wrong() -> None:
    only = choices("1/2 1/2 0 0 0", several=True)
    assert [credit(only, response) for response in ["A,B", "A", "A,C", "A,B,C", "A,B,C,D,E", ""]] == [
        1, F(1, 2), 0, F(1, 2), 0, 0,
    ]  # fmt: skip


def test_penalties_of_the_author_make_it_a_sum() -> None:
    only = choices("1/2 1/2 -1/3 -1/3 -1/3", several=True)
    assert [credit(only, response) for response in ["A,B,C", "C", "A,B"]] == [F(2, 3), 0, 1]


def test_a_quiz_of_moodles_is_scored_as_moodle_does() -> None:
    key, _ = key_of(quiz_of(choices("1/2 1/2 0 0", several=True)), start=MOODLE_SCORING)
    assert key.items[0].judge("A,B,C,D").credit == 1


RULES = [
    ('multiple = "all-or-nothing"', F(0)),
    ('multiple = "right-minus-wrong"', F(1, 2)),
    ('multiple = "rexams-false2"', F(2, 3)),
    ('multiple = "rexams-all"', F(0)),
    ('multiple = "rexams-none"', F(1)),
    ('multiple = "per-option"', F(4, 5)),
    ('multiple = "balanced"', F(5, 6)),
    ('multiple = "amc(b=1, m=-1)"', F(3, 5)),
]


@pytest.mark.parametrize(("setting", "expected"), RULES)
def test_a_rule_of_the_rules_file_is_used(setting: str, expected: Fraction) -> None:
    only = choices("1/2 1/2 0 0 0", several=True)
    assert credit(only, "A,B,C", rules=f"[scoring]\n{setting}") == expected


def test_an_items_own_rule_is_stronger_than_the_files_and_weaker_than_its_table() -> None:
    only = choices("1/2 1/2 0 0 0", several=True)
    own = {"extensions": {"scoring:rule": "per-option"}}
    assert credit(only, "A,B,C", rules='[scoring]\nmultiple = "ripkey"', **own) == F(4, 5)
    assert credit(only, "A,B,C", rules='[items.1]\nrule = "rexams-none"', **own) == 1


def test_correction_for_guessing_and_a_floor() -> None:
    only = choices("1 0 0 0")
    assert credit(only, "B", rules='[scoring]\nsingle = "formula"') == F(-1, 3)
    assert credit(only, "B", rules='[scoring]\nsingle = "penalty(penalty=1/4)"', points=4) == F(-1, 4)
    assert credit(only, "B", rules='[scoring]\nsingle = "formula"\nfloor = 0') == 0
    assert credit(only, "", rules='[scoring]\nsingle = "amc-single(b=1,m=-0.5,v=-0.25,e=-1)"') == F(-1, 4)
    assert credit(only, "A,B", rules='[scoring]\nsingle = "amc-single(b=1,m=-0.5,v=-0.25,e=-1)"') == -1


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ('[scoring]\nmultiple = "all-or-noting"', "G201"),
        ('[scoring]\nmultiple = "rexams-false2(negativ=1)"', "G202"),
        ('[scoring]\nmultipel = "sum"', "G203"),
        ('[scoring]\nfloor = "low"', "G204"),
        ('[items.1]\naccept = ["Q"]', "G205"),
        ("[items.2]\naccept = ['2']", "G206"),
        ("items = [", "G207"),
        ("[itms.1]\ndrop = true", "G208"),
        ("[items.9]\ndrop = true", "G209"),
        ('[items.1]\ndrop = "yes"', "G210"),
        ('[grade]\nbands = [["A", 50], ["B", 90]]', "G211"),
    ],
)
def test_what_a_rules_file_gets_wrong_is_said(rules: str, code: str) -> None:
    order = OrderInteraction(choices=choices("0 0 0").choices)
    _, codes = key_of(quiz_of(choices("1 0 0"), order), rules)
    assert codes == [code]


def test_texts_compare_as_listed_as_moodle_and_as_canvas() -> None:
    only = TextEntryInteraction(
        accepted=(AcceptedText(text="New  York"), AcceptedText(text="NY*", credit=F(1, 2), wildcards=True))
    )
    assert credit(only, " new york ") == 1
    assert credit(only, "nyc") == F(1, 2)
    assert credit(only, "new york", rules='[scoring]\ntext = "moodle"') == 0
    assert credit(only, "new  york", rules='[scoring]\ntext = "moodle"') == 1
    assert credit(only, "Boston") == 0
    assert credit(only, "") == 0
    cased = TextEntryInteraction(accepted=(AcceptedText(text="pH"),), case_sensitive=True)
    assert [credit(cased, "pH"), credit(cased, "PH")] == [1, 0]


def test_what_may_be_overlooked_is_asked_for_by_name() -> None:
    only = TextEntryInteraction(accepted=(AcceptedText(text="naïve Bayes"),))
    assert credit(only, "the naive bayes.") == 0
    assert credit(only, "the naive bayes.", rules='[scoring]\nnormalise = ["articles", "accents", "punctuation"]') == 1
    assert credit(only, "naïve Beyes", rules="[scoring]\ndistance = 1") == 1
    assert credit(only, "naïve Beyez", rules="[scoring]\ndistance = 1") == 0


@given(st.text("a*", max_size=12), st.text("ab", max_size=20))
def test_wildcards_agree_with_the_shells(pattern: str, text: str) -> None:
    from fnmatch import fnmatchcase

    from stemkey.scoring.entry_scoring import fits_wildcards

    assert fits_wildcards(pattern, text) == (fnmatchcase(text, pattern) if "*" in pattern else text == pattern)


def test_no_pattern_can_hang() -> None:
    from stemkey.scoring.entry_scoring import fits_wildcards

    assert not fits_wildcards("*a" * 2000 + "*b", "a" * 100_000)
    assert fits_wildcards(r"2\*3*", "2*3 = 6")


NUMBERS = {
    "absolute": (AcceptedNumber(value=F("-11.7"), tolerance=F("0.02")), {"-11.72": 1, "-11.68": 1, "-11.73": 0}),
    "relative": (AcceptedNumber(value=F(200), tolerance=F("0.1"), kind=ToleranceKind.RELATIVE), {"180": 1, "220": 1, "179.9": 0}),
    "geometric": (AcceptedNumber(value=F(100), tolerance=F(1), kind=ToleranceKind.GEOMETRIC), {"50": 1, "200": 1, "49": 0}),
    "significant": (AcceptedNumber(value=F("3.14159"), tolerance=F(3), kind=ToleranceKind.SIGNIFICANT), {"3.14": 1, "3.1449": 1, "3.15": 0}),
    "range": (AcceptedNumber(lower=F(1), upper=F(2), upper_open=True), {"1": 1, "1.99": 1, "2": 0, "0.5": 0}),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_within_their_tolerance(name: str) -> None:
    accepted, cases = NUMBERS[name]
    only = TextEntryInteraction(accepted=(accepted,))
    assert {text: credit(only, text) for text in cases} == cases


def test_the_first_number_that_fits_counts_and_units_are_converted() -> None:
    only = TextEntryInteraction(
        accepted=(AcceptedNumber(value=F(5)), AcceptedNumber(value=F(5), tolerance=F(1), credit=F(1, 2))),
        units=(Unit(name="m"), Unit(name="cm", multiplier=F(100))),
        unit_required=True,
        unit_penalty=F(1, 10),
    )
    assert credit(only, "5 m") == 1
    assert credit(only, "500 cm") == 1
    assert credit(only, "5.5 m") == F(1, 2)
    assert credit(only, "5") == F(9, 10)
    assert credit(only, "7 m") == 0


@pytest.mark.parametrize(
    ("is_graded", "worth"),
    [
        (False, {"3.14 frogs": 1, "3.14": 1, "3.14 m": 1, "314cm": 1, "314000000x10^-8m": 1, "3.14 cm": 1, "314 m": 0}),
        (
            True,
            {
                "3.14 frogs": F(4, 5),
                "3.14": F(4, 5),
                "3.14 m": 1,
                "314cm": 1,
                "314000000x10^-8m": 1,
                "3.14 cm": F(4, 5),
                "314 m": 0,
                "314": 0,
            },
        ),
    ],
)
def test_units_are_worth_what_moodle_gives(is_graded: bool, worth: dict[str, Fraction | int]) -> None:
    """The cases of Moodle's own tests of numerical questions."""
    only = TextEntryInteraction(
        accepted=(AcceptedNumber(value=F("3.14")),),
        units=(Unit(name="m"), Unit(name="cm", multiplier=F(100))),
        unit_required=is_graded,
        unit_penalty=F(1, 5) if is_graded else F(0),
    )
    assert {text: credit(only, text, rules='[scoring]\ntext = "moodle"') for text in worth} == worth


def test_matching_by_pairs_or_all_or_nothing() -> None:
    only = MatchInteraction(
        pairs=tuple(MatchPair(identifier=f"p{i}", source=Content(s), target=f"t{i}") for i, s in enumerate(("frog", "cat", "ant"))),
        targets=tuple(MatchTarget(identifier=f"t{i}", content=Content(t)) for i, t in enumerate(("amphibian", "mammal", "insect", "fish"))),
    )  # fmt: skip
    response = "frog -> amphibian; cat -> fish; ant -> insect"
    assert credit(only, response) == F(2, 3)
    assert credit(only, response, rules='[scoring]\nmatching = "all-or-nothing"') == 0


ORDERS = {
    "absolute-position": F(1, 4),
    "exact": F(0),
    "next": F(1, 3),
    "next-and-last": F(2, 4),
    "pairs": F(4, 6),
    "longest": F(3, 4),
    "longest-run": F(2, 4),
    "displacement": F(8, 12),
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders_under_each_rule(name: str) -> None:
    # Given B, C, A, D: D is at its place; B-C follow each other; 4 of 6 pairs are in order; B, C, D is the longest subset.
    only = OrderInteraction(choices=choices("0 0 0 0").choices)
    assert credit(only, "B, C, A, D", rules=f'[scoring]\nordering = "{name}"') == ORDERS[name]
    assert credit(only, "A, B, C, D", rules=f'[scoring]\nordering = "{name}"') == 1


def test_gaps_count_by_weight_and_an_essay_waits() -> None:
    gaps = (
        TextEntryInteraction(identifier="1", accepted=(AcceptedText(text="Rome"),), weight=F(2)),
        InlineChoiceInteraction(identifier="2", choices=choices("1 0").choices),
    )
    assert credit(gaps, "Rome; option B") == F(2, 3)
    assert credit(gaps, "Paris; option A") == F(1, 3)
    key, codes = key_of(quiz_of(ExtendedTextInteraction()))
    assert codes == ["G102"]
    judgement = key.items[0].judge("My essay")
    assert (judgement.status, judgement.credit) == (Status.NEEDS_GRADING, None)


def test_an_item_without_a_right_answer_is_an_error() -> None:
    assert key_of(quiz_of(choices("0 0 0")))[1] == ["G101"]
    nothing_right = quiz_of(choices("0 0 0", several=True), extensions={"scoring:rule": "all-or-nothing"})
    key, codes = key_of(nothing_right)
    assert codes == []
    assert [key.items[0].judge("").credit, key.items[0].judge("A").credit] == [1, 0]


@given(st.lists(st.fractions(-5, 5, max_denominator=60), min_size=1, max_size=6))
def test_the_common_unit_is_the_largest(values: Sequence[Fraction]) -> None:
    unit = common_unit(values)
    assert all((value / unit).denominator == 1 for value in values)
    counts = [abs(value / unit) for value in values if value]
    if counts:
        from math import gcd

        assert gcd(*(int(count) for count in counts)) == 1


CLASS = [("ann", ("A", "A")), ("bob", ("B", "A")), ("cem", ("C", "B")), ("dee", ("", ""))]


@pytest.mark.parametrize(
    ("rules", "scores", "points"),
    [
        ('[items.1]\naccept = ["B"]', [2, 2, 0, 0], 2),
        ('[items.1]\nkey = ["B"]', [1, 2, 0, 0], 2),
        ('never-lower = true\n[items.1]\nkey = ["B"]', [2, 2, 0, 0], 2),
        ("[items.1]\ndrop = true", [1, 1, 0, 0], 1),
        ("[items.1]\nbonus = true", [2, 1, 0, 0], 1),
        ('[items.1]\nfull-credit = "all"', [2, 2, 1, 1], 2),
        ('[items.1]\nfull-credit = "answered"', [2, 2, 1, 0], 2),
        ("[items.1]\npoints = 3", [4, 1, 0, 0], 4),
    ],
)
def test_decisions_after_the_exam(rules: str, scores: list[int], points: int, table_of: Callable[..., Any]) -> None:
    key, codes = key_of(quiz_of(choices("1 0 0 0"), choices("1 0 0 0")), rules)
    assert codes == []
    regrade, found = Regrade(key), Diagnostics()
    people = grade_tables([table_of(CLASS)], key, GradingChoices(), [regrade], found)
    assert people is not None
    assert [person.score for person in people] == scores
    assert {person.points for person in people} == {points}
    assert not any(person.provisional for person in people)
    before = {"ann": 2, "bob": 1, "cem": 0, "dee": 0}
    changed = {person.id for person in people if person.score != before[person.id] or person.points != 2}
    assert {candidate.id for candidate in regrade.affected} == changed
    assert all("decided after the exam" in sentence for sentence in key.rules[1:-1])
    assert "rounded" in key.rules[-1]


def test_another_set_of_choices_can_be_accepted() -> None:
    key, codes = key_of(quiz_of(choices("1/2 1/2 0 0", several=True)), '[items.1]\naccept = ["A,C"]')
    assert codes == []
    assert [key.items[0].judge(response).credit for response in ("A,B", "A,C", "A,D")] == [1, 1, 0]


def test_typed_answers_can_be_accepted_afterwards() -> None:
    text = TextEntryInteraction(accepted=(AcceptedText(text="colour"),))
    assert credit(text, "color", rules='[items.1]\naccept = ["color"]') == 1
    number = TextEntryInteraction(accepted=(AcceptedNumber(value=F(5), tolerance=F("0.1")),))
    assert credit(number, "6.05", rules='[items.1]\naccept = ["6"]') == 1


def test_a_floor_holds_for_the_whole_test(table_of: Callable[..., Any]) -> None:
    key, _ = key_of(
        quiz_of(choices("1 0 0 0"), choices("1 0 0 0")), 'floor = 0\n[scoring]\nsingle = "penalty(penalty=1)"'
    )
    people = grade_tables([table_of(CLASS)], key, GradingChoices(), [], Diagnostics())
    assert people is not None
    assert [person.score for person in people] == [2, 0, 0, 0]
    assert any("Statistics are of the totals as their items add up" in sentence for sentence in key.rules)
