"""Canvas's formula questions: the answers that stand in the file are what candidates are graded by."""

from fractions import Fraction
from pathlib import Path

import pytest

from stemkey.files import Source, open_source
from stemkey.model import AcceptedNumber, Clone, ForeignInteraction, TextEntryInteraction
from stemkey.pipeline import read_source
from stemkey.scoring.responses import read_response
from stemkey.sheets.table import Drawn, Typed

FIXTURES = Path("data", "canvas", "instructure_qti_fixtures")


def clones_of(source: Source) -> tuple[Clone, ...]:
    items = read_source(source).value.quiz.items
    (kept,) = (only for item in items for only in item.interactions if isinstance(only, ForeignInteraction))
    return kept.clones


def shown(clone: Clone) -> str:
    assert isinstance(clone.interaction, TextEntryInteraction)
    (accepted,) = clone.interaction.accepted
    assert isinstance(accepted, AcceptedNumber)
    numbers = ", ".join(f"{variable.name} = {variable.value}" for variable in clone.variables)
    return f"{numbers} | {accepted.value} ± {accepted.tolerance} {accepted.kind.value}"


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("formula.xml", 4, "x = 9 | 9 ± 0 absolute"),
        ("formula_mvar.xml", 10, "x = 9, y = 7 | 16 ± 0 absolute"),
        (
            "formula_mform.xml",
            5,
            "y = 4.70, x = 4.70, n = 8.94, m = 8.63 | 4129/50 ± 1/10 relative",
        ),
    ],
)
def test_each_set_of_numbers_is_a_clone(shared: Path, name: str, count: int, first: str) -> None:
    clones = clones_of(open_source(shared / FIXTURES / "items_1.2" / name))
    assert len(clones) == count
    assert shown(clones[0]) == first


def test_answers_that_are_not_plain_numbers_are_left_to_people(shared: Path) -> None:
    assert clones_of(open_source(shared / FIXTURES / "items_1.2" / "formula_scientific.xml")) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<answer>", "<answer>about "),
        ('<var name="x">', '<var name="x">about '),
        ("<answer_tolerance>0<", "<answer_tolerance>some<"),
        ("<answer_tolerance>0<", "<answer_tolerance>-1<"),
        ("<answer_tolerance>", '<answer_tolerance margin_type="odd">'),
        ("var_sets", "sets"),
    ],
)
def test_what_is_not_understood_is_left_to_people(shared: Path, old: str, new: str) -> None:
    source = open_source(shared / FIXTURES / "items_1.2" / "formula.xml")
    changed = source.data.decode().replace(old, new)
    assert changed != source.data.decode()
    assert clones_of(Source(source.name, changed.encode())) == ()


def test_the_answer_is_read_with_the_numbers_that_the_candidate_had(shared: Path) -> None:
    source = open_source(shared / FIXTURES / "items_1.2" / "formula.xml")
    (item,) = read_source(source).value.quiz.items
    reading = read_response(item, Drawn(1, Typed("6.0000", ".")))
    assert (reading.clone, reading.value) == (1, Fraction(6))
