"""The byte path for large letter sheets gives what the general reader gives, for any file."""

import csv
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sheets.sheet_cases import workbook

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.model import Choice, ChoiceInteraction, Content, Item, Quiz, Section
from stemkey.sheets import SheetOptions, grid, letters, open_sheet, wide
from stemkey.sheets import workbook as workbook_module

QUIZ = Quiz(
    identifier="q",
    sections=(
        Section(
            items=tuple(
                Item(
                    identifier=f"q{number}",
                    number=str(number),
                    body=Content(f"<p>Question {number}?</p>"),
                    interactions=(
                        ChoiceInteraction(
                            choices=tuple(
                                Choice(identifier=c, content=Content(f"option {c}"), credit=Fraction(c == "A"))
                                for c in "ABCD"
                            )
                        ),
                    ),
                )
                for number in range(1, 4)
            )
        ),
    ),
)

IDS = st.one_of(
    st.integers(1, 999).map(lambda number: f"s{number:04}"),
    st.sampled_from(
        ["", " s1", "#0012", "mailto:a@b.c", "ann@example.org", "-", "\u00a0x", "é1", "x y", "Key", "Mean"]
    ),
)
NAMES = st.sampled_from(
    ["Ann", "", '"Abara, Ada"', "José", "-", '"two\nlines"', " Bo ", '"say ""hi"""', "n", "Average"]
)
LETTER = st.sampled_from(["A", "B", "C", "D", "", "A", "B", "d"])
CELL = st.one_of(
    LETTER, LETTER, LETTER, st.sampled_from(["E", "X", "x", "AB", "A,B", '"A,C"', " ", "-", "?", "option C", "1", "é"])
)
ROW = st.tuples(IDS, NAMES, CELL, CELL, CELL).map(",".join)
CLEAN = st.tuples(st.integers(1000, 9999).map(str), st.just("Ann"), LETTER, LETTER, LETTER).map(",".join)
LINE = st.one_of(
    CLEAN, CLEAN, CLEAN, ROW, st.sampled_from(["", ",,,,", "s7,Ann,A", "s8,Ann,A,B,C,D", "s9,Ann,A,B,C,,"])
)


def read(data: bytes, quiz: Quiz = QUIZ) -> Any:
    """Return everything that can be seen of a sheet: rows, findings, counts."""
    found = Diagnostics()
    table = open_sheet(Source("class.csv", data), quiz, SheetOptions(), found)
    if table is None:
        return None, found.freeze(), None
    rows: list[Any] = []
    for batch in table.batches():
        columns = [[column.values[int(code)] for code in column.codes] for column in batch.columns]
        texts = (batch.rows.tolist(), batch.ids.tolist(), batch.names.tolist(), batch.emails.tolist())
        rows.extend(zip(*texts, zip(*columns, strict=True), strict=True))
    return rows, found.freeze(), (table.counts.read, table.counts.graded, table.counts.refused)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], tuple[Any, Any]]:
    def run(data: bytes) -> tuple[Any, Any]:
        monkeypatch.setattr(wide, "FAST_FROM", 1 << 60)
        general = read(data)
        monkeypatch.setattr(wide, "FAST_FROM", 0)
        monkeypatch.setattr(letters, "CHUNK", 64)
        monkeypatch.setattr(letters, "ROWS_A_BATCH", 7)
        return general, read(data)

    return run


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, min_size=1, max_size=30), end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_both_paths_say_the_same_of_any_sheet(both: Any, lines: list[str], end: str, last: bool) -> None:
    text = end.join(["id,name,Q1,Q2,Q3", "s0000,Zoe,A,B,C", *lines]) + (end if last else "")
    general, fast = both(text.encode())
    assert fast == general


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("byte_order_mark", [b"", b"\xef\xbb\xbf"])
def test_clean_rows_never_reach_the_general_reader(
    monkeypatch: pytest.MonkeyPatch, separator: str, byte_order_mark: bytes
) -> None:
    lines = [["id", "first name", "last name", "email", "Q3", "Q1", "Q2"]]
    lines += [[f"{number:05}", "Ann", f"Lee{number}", f"a{number}@b.c", "A", "B", ""] for number in range(500)]
    data = byte_order_mark + "\n".join(separator.join(line) for line in lines).encode()
    general = read(data)
    monkeypatch.setattr(wide, "FAST_FROM", 0)

    def refuse(*_: Any) -> None:
        raise AssertionError("a clean row was read one by one")

    monkeypatch.setattr(wide, "_attempt", refuse)
    assert read(data) == general
    assert general[0][499] == (501, b"00499", b"Ann Lee499", b"a499@b.c", ("B", "", "A"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.one_of(CLEAN, CLEAN, ROW), min_size=1, max_size=20), order=st.permutations(range(5)))
def test_columns_may_stand_in_any_order(both: Any, lines: list[str], order: list[int]) -> None:
    table = [line.split(",") for line in ["id,name,Q1,Q2,Q3", "s0000,Zoe,A,B,C", *lines]]
    text = "\n".join(",".join(row[place] for place in order) for row in table if len(row) == 5)
    general, fast = both(text.encode())
    assert fast == general


def test_one_odd_row_does_not_slow_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["id,Q1,Q2,Q3", *(f"s{number},A,B,C" for number in range(100))]
    lines[50] = "s49,A,BD,C"
    data = "\n".join(lines).encode()
    general = read(data)
    monkeypatch.setattr(wide, "FAST_FROM", 0)
    seen = []
    attempt = wide._attempt

    def watched(row: Any, *more: Any) -> Any:
        seen.append(row.number)
        return attempt(row, *more)

    monkeypatch.setattr(wide, "_attempt", watched)
    assert read(data) == general
    assert seen == [51]


@pytest.mark.parametrize("label", ["KEY", "Key.", "answer  key", "Schlüssel", "LÖSUNG", "Corrigé", "Ключ", "正解"])
@pytest.mark.parametrize("as_name", [False, True])
def test_a_key_row_below_the_rows_looked_at_first_is_no_candidate(
    both: Any, monkeypatch: pytest.MonkeyPatch, label: str, *, as_name: bool
) -> None:
    monkeypatch.setattr(grid, "SAMPLE", 5)
    who = f"7,{label}" if as_name else f"{label},Ann"
    lines = ["id,name,Q1,Q2,Q3", *(f"{number:04},Ann,A,B,C" for number in range(40))]
    lines[30] = f"{who},A,A,A"
    general, fast = both("\n".join(lines).encode())
    assert fast == general
    rows, found, counts = fast
    assert len(rows) == 39
    assert counts[0] == 39
    assert [finding.code for finding in found if finding.code.startswith("S21")] == ["S215"]
    lines[35] = f"{who},A,B,A"
    general, fast = both("\n".join(lines).encode())
    assert fast == general
    assert {"S215", "S216"} <= {finding.code for finding in fast[1]}
    assert len(fast[0]) == 38


CELLS = st.one_of(
    LETTER, LETTER, LETTER, st.sampled_from(["n:2", "n:1.5", "e:#N/A", "f:A1", "d:2026-01-02", "AB", "-"])
)
WORKBOOK_IDS = st.sampled_from(["n:1002", "0007", "x\ny", 'say "hi"', "é1", "", "n:202609170001234567", "Mean"])
WORKBOOK_ROW = st.one_of(
    st.tuples(st.integers(1000, 9999).map(str), st.just("Ann"), LETTER, LETTER, LETTER),
    st.tuples(WORKBOOK_IDS, st.sampled_from(["Ann", "", "n:5", "a\nb"]), CELLS, CELLS, CELLS),
    st.just(("",) * 5),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(WORKBOOK_ROW, min_size=1, max_size=25), indent=st.integers(0, 2))
def test_both_paths_say_the_same_of_any_workbook(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, ...]], indent: int
) -> None:
    buffer = io.StringIO()
    table = [("id", "name", "Q1", "Q2", "Q3"), ("s0000", "Zoe", "A", "B", "C"), *rows]
    csv.writer(buffer, lineterminator="\n").writerows([*[""] * indent, *row] for row in table)
    data = workbook("class.xlsx", buffer.getvalue()).data
    monkeypatch.setattr(wide, "FAST_FROM_CELLS", 1 << 60)
    general = read(data)
    monkeypatch.setattr(wide, "FAST_FROM_CELLS", 0)
    monkeypatch.setattr(letters, "ROWS_A_BATCH", 7)
    monkeypatch.setattr(workbook_module, "_ROWS_OF_BLOCK", 5)
    assert read(data) == general
