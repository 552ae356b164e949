"""students.csv: the contract's columns, written as candidates come."""

import csv
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics
from stemkey.model import Choice, ChoiceInteraction, Content, ExtendedTextInteraction, Item, Quiz, Section
from stemkey.reports.decimals import exact
from stemkey.reports.students import COLUMNS, StudentsFile
from stemkey.reports.to_csv import guarded
from stemkey.scoring.attempts import candidates
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.score import score
from stemkey.sheets.table import Damaged, ResponseBatch, ResponseColumn


def _quiz() -> Quiz:
    choices = tuple(Choice(identifier=c, content=Content(f"option {c}"), credit=Fraction(c == "A")) for c in "ABCD")
    items = (
        Item(identifier="a", number="1", body=Content("?"), interactions=(ChoiceInteraction(choices=choices),)),
        Item(
            identifier="b", number="2a", body=Content("?"), points=Fraction(1, 3),
            interactions=(ChoiceInteraction(choices=choices),),
        ),
        Item(identifier="c", number="3", body=Content("?"), interactions=(ExtendedTextInteraction(),)),
    )  # fmt: skip
    return Quiz(identifier="q", sections=(Section(items=items),))


KEY = compile_key(_quiz(), Diagnostics())


def _batch(rows: list[tuple[str, str, Any, Any, Any]]) -> ResponseBatch:
    columns = []
    for place in (2, 3, 4):
        values = list(dict.fromkeys(row[place] for row in rows))
        columns.append(ResponseColumn(np.array([values.index(row[place]) for row in rows]), values))
    encoded = [[text.encode() for text in column] for column in zip(*[row[:2] for row in rows], strict=True)]
    return ResponseBatch(
        rows=np.arange(2, 2 + len(rows)),
        ids=np.array(encoded[0], dtype=bytes),
        names=np.array(encoded[1], dtype=bytes),
        emails=np.zeros(len(rows), "S1"),
        columns=tuple(columns),
    )


def _write(*batches: ResponseBatch) -> str:
    file = BytesIO()
    sink = StudentsFile(file, KEY)
    for batch in batches:
        sink.write(score(batch, KEY))
    return file.getvalue().decode()


def test_a_class_reads_as_the_contract_says() -> None:
    text = _write(_batch([
        ("0012", "Ann", "A", "A", "My essay, in short"),
        ("s2", "=1+1", "B", "", ""),
        ("s3", 'Bo "B", jr.', Damaged("#N/A", "is an error value"), None, "@home"),
    ]))  # fmt: skip
    assert text == (
        "id,name,email,attempt,answered,correct,score,points,percent,provisional,"
        "1_response,1_score,2a_response,2a_score,3_response,3_score\n"
        '0012,Ann,,,3,2,1.3333333333333333,2.3333333333333335,57.142857142857146,true,A,1,A,0.3333333333333333,"My essay, in short",\n'
        "s2,'=1+1,,,1,0,0,2.3333333333333335,0,false,B,0,,0,,0\n"
        's3,"Bo ""B"", jr.",,,1,0,0,2,0,true,#N/A,,,,\'@home,\n'
    )


def test_restart_forgets_everything() -> None:
    file = BytesIO()
    sink = StudentsFile(file, KEY, lambda score, points: "pass" if score * 2 >= points else "fail")
    one = score(_batch([("a", "", "A", "A", "")]), KEY)
    sink.write(one)
    once = file.getvalue()
    sink.restart()
    sink.write(one)
    assert file.getvalue() == once
    assert (
        once.decode().splitlines()[1]
        == "a,,,,2,2,1.3333333333333333,2.3333333333333335,57.142857142857146,false,pass,A,1,A,0.3333333333333333,,0"
    )


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(
    st.tuples(TEXTS, TEXTS, st.sampled_from(["A", "B", "", "E", None]), st.sampled_from(["A", "C", ""]), TEXTS),
    min_size=1,
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(rows=ROWS)
def test_the_fast_writer_agrees_with_a_plain_one(rows: Any) -> None:
    batch = _batch(rows)
    expected = []
    for person in candidates(score(batch, KEY), KEY):
        cells = [person.id, guarded(person.name), guarded(person.email), "", person.answered, person.correct]
        cells += [exact(person.score), exact(person.points), exact(person.percent or 0.0) if person.points else ""]
        cells.append("true" if person.provisional else "false")
        for judgement, item in zip(person.items, KEY.items, strict=True):
            earned = "" if judgement.credit is None else exact(judgement.credit * item.item.points)
            cells += [guarded(judgement.response or ""), earned]
        expected.append([str(cell) for cell in cells])
    header, *found = csv.reader(StringIO(_write(batch), newline=""))
    assert header[: len(COLUMNS)] == list(COLUMNS)
    assert found == expected
