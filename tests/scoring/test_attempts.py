"""Which rows count."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from stemkey.diagnostics import CellSpan, Diagnostics
from stemkey.model import Choice, ChoiceInteraction, Content, Item, Quiz, Section
from stemkey.scoring import attempts
from stemkey.scoring.answer_key import AnswerKey, Status
from stemkey.scoring.attempts import GradingChoices, grade_tables
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.identities import hash_ids
from stemkey.scoring.score import score
from stemkey.sheets.table import Damaged


@pytest.fixture(scope="module")
def key() -> AnswerKey:
    """Four questions, the key of each is A; the last is worth 2."""
    items = tuple(
        Item(
            identifier=f"q{number}",
            number=str(number),
            body=Content("<p>?</p>"),
            points=Fraction(2 if number == 4 else 1),
            interactions=(
                ChoiceInteraction(
                    choices=tuple(
                        Choice(identifier=letter, content=Content(f"option {letter}"), credit=Fraction(letter == "A"))
                        for letter in "ABCD"
                    )
                ),
            ),
        )
        for number in range(1, 5)
    )
    return compile_key(Quiz(identifier="q", sections=(Section(items=items),)), Diagnostics())


class Written:
    """A sink that keeps what came."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def write(self, scored: Any) -> None:
        self.rows.extend(scored.batch.rows.tolist())

    def restart(self) -> None:
        self.rows = []


def run(key: AnswerKey, *tables: Any, **choices: Any) -> tuple[Any, Written, Diagnostics]:
    found, sink = Diagnostics(), Written()
    people = grade_tables(tables, key, GradingChoices(**choices), [sink], found)
    return people, sink, found


THREE = [("ann", "ABBB"), ("bob", "AAAA"), ("ann", "BBBA"), ("ann", "AABB")]  # ann: 1, 2, 2 points


@pytest.mark.parametrize(
    ("policy", "row", "number", "points"),
    [("best", 4, 2, 2), ("first", 2, 1, 1), ("last", 5, 3, 2), ("average", 2, None, Fraction(5, 3))],
)
def test_each_policy_counts_its_attempt(
    key: AnswerKey, table_of: Callable[..., Any], policy: str, row: int, number: int | None, points: Fraction
) -> None:
    people, sink, found = run(key, table_of(THREE, attempts=True), policy=policy)
    ann = next(person for person in people if person.id == "ann")
    assert (ann.row, ann.attempt, ann.score) == (row, number, points)
    assert sink.rows == sorted(sink.rows) == sorted([row, 3])
    assert [finding.code for finding in found] == ["G107"]


def test_numbers_of_attempts_go_before_the_order_of_rows(key: AnswerKey, batch_of: Any, table_of: Any) -> None:
    from dataclasses import replace

    batch = batch_of(THREE, attempts=[3, 1, 2, 1])
    table = replace(table_of(THREE, attempts=True), read=lambda: iter([batch]))
    people, _, _ = run(key, table, policy="first")
    assert [(person.id, person.row, person.attempt) for person in people] == [("bob", 3, 1), ("ann", 5, 1)]


def test_an_id_in_two_different_rows_is_listed_and_not_graded(key: AnswerKey, table_of: Any) -> None:
    table = table_of([("ann", "ABBB"), ("bob", "AAAA"), ("ann", "BBBA")])
    people, sink, found = run(key, table)
    assert [person.id for person in people] == ["bob"]
    assert sink.rows == [3]
    (finding,) = found
    assert (finding.code, finding.place) == ("G104", CellSpan("class.csv", None, 2))
    assert "rows 2, 4" in finding.message
    assert (table.counts.graded, table.counts.refused) == (1, 2)


def test_an_id_in_two_equal_rows_counts_once(key: AnswerKey, table_of: Any) -> None:
    people, sink, found = run(key, table_of([("ann", "ABBB"), ("bob", "AAAA"), ("ann", "ABBB")]))
    assert [person.id for person in people] == ["ann", "bob"]
    assert sink.rows == [2, 3]
    assert [finding.code for finding in found] == ["G103"]


def test_several_sheets_are_one_class(key: AnswerKey, table_of: Any) -> None:
    first = table_of([("ann", "ABBB"), ("bob", "AAAA")], name="a.csv")
    second = table_of([("ann", "AAAB"), ("cem", "AAAA")], name="b.csv")
    people, _, found = run(key, first, second)
    assert [person.id for person in people] == ["bob", "cem"]
    assert "a.csv:2, b.csv:2" in next(iter(found)).message


def test_rows_without_an_id_are_not_one_candidate(key: AnswerKey, table_of: Any) -> None:
    people, _, found = run(key, table_of([("", "ABBB"), ("", "AAAA")]))
    assert [person.score for person in people] == [1, 5]
    assert len(found) == 0


def test_a_class_too_large_to_keep_is_read_again_with_the_same_result(
    key: AnswerKey, table_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"s{number}", "ABZA") for number in range(20)] + [("s3", "AAAA"), ("s5", "ABZA")]
    small = run(key, table_of(rows))
    monkeypatch.setattr(attempts, "KEPT_ROWS", 5)
    table = table_of(rows)
    large = run(key, table)
    assert large[0] == small[0]
    assert large[1].rows == small[1].rows
    assert large[2].freeze() == small[2].freeze()
    assert (table.counts.graded, table.counts.refused) == (19, 2)


def test_above_the_limit_candidates_are_in_the_sink_only(key: AnswerKey, table_of: Any) -> None:
    people, sink, _ = run(key, table_of([(f"s{number}", "AAAA") for number in range(9)]), listed=8)
    assert people is None
    assert len(sink.rows) == 9


def test_every_cell_with_a_finding_is_listed_at_its_place(key: AnswerKey, table_of: Any) -> None:
    damaged = Damaged("#REF!", "is an error value, not an answer")
    table = table_of([("ann", ("A", "E", "A", "A")), ("bob", ("A", "A", damaged, "A,B"))])
    people, _, found = run(key, table)
    assert [(finding.place.cell, finding.item) for finding in found] == [("C2", "2"), ("D3", "3"), ("E3", "4")]  # type: ignore[union-attr]  # all are places in a sheet
    ann, bob = people
    assert (ann.items[1].status, ann.items[1].credit, ann.provisional) == (Status.INVALID, 0, False)
    assert (bob.items[2].status, bob.items[2].credit, bob.provisional) == (Status.UNREADABLE, None, True)
    assert (bob.items[3].status, bob.score, bob.points) == (Status.SEVERAL_MARKS, 2, 5)


def test_beyond_thousands_of_cells_the_rest_is_counted(
    key: AnswerKey, table_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_CELLS", 2)
    _, _, found = run(key, table_of([(f"s{number}", "AEAA") for number in range(6)]))
    assert [finding.code for finding in found] == ["S302", "S302", "G105"]
    assert "4 more cells like those listed (question 2: 4)" in found.freeze()[-1].message


def test_blanks_at_the_end_are_not_reached_where_asked(key: AnswerKey, table_of: Any) -> None:
    rows = [("ann", ("A", "", "B", "")), ("bob", ("", "", "", "")), ("cem", ("A", "A", "", None))]
    people, _, _ = run(key, table_of(rows), not_reached=True)
    statuses = [[judgement.status.value for judgement in person.items] for person in people]
    assert statuses == [
        ["answered", "omitted", "answered", "not_reached"],
        ["not_reached"] * 4,
        ["answered", "answered", "not_reached", "not_given"],
    ]
    plain, _, _ = run(key, table_of(rows))
    assert plain[1].items[0].status is Status.OMITTED
    assert [person.score for person in plain] == [person.score for person in people]
    assert [person.points for person in plain] == [5, 5, 3]


def test_anonymous_leaves_no_name_and_no_address(key: AnswerKey, table_of: Any) -> None:
    people, _, _ = run(key, table_of([("ann@example.org", "AAAA"), ("17", "AAAA")]), anonymous=True)
    assert [(person.id, person.name, person.email) for person in people] == [("row 2", "", ""), ("17", "", "")]


def test_anonymous_leaves_no_name_that_stands_for_an_id(key: AnswerKey, batch_of: Any) -> None:
    batch = batch_of([("Ann", "AAAA"), ("17", "AAAA")])
    names = np.array([b"Ann", b"Bob"], dtype=bytes)
    hidden = attempts.anonymised(score(replace(batch, names=names), key))
    assert hidden.batch.ids.tolist() == [b"row 2", b"17"]


def test_anonymous_findings_name_rows(key: AnswerKey, table_of: Any) -> None:
    _, _, found = run(key, table_of([("ann@example.org", "AAAA"), ("ann@example.org", "AAAB")]), anonymous=True)
    (finding,) = found
    assert "ann" not in finding.message


def test_a_hash_does_not_depend_on_the_width_of_the_array() -> None:
    names = [b"", b"a", b"12345678", b"123456789", b"x" * 33]
    narrow = np.array(names, dtype=bytes)
    assert hash_ids(narrow).tolist() == hash_ids(narrow.astype("S80")).tolist()
    assert len(set(hash_ids(narrow).tolist())) == len(names)
