"""The law that matters most: no damage to any program's export changes a score in silence, and nobody vanishes."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sheets.classes import EXPORTS, TRUTH, grade, is_told
from tests.sheets.sheet_cases import workbook

from stemkey.files import Source

PUT = (
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\t",
    b"\x00",
    b"\xff",
    b"#N/A",
    b"#REF!",
    b"A",
    b"1",
    b"-",
    b"E+11",
    b" ",
    b"=",
    b"0",
)


@cache
def export(name: str) -> bytes:
    return EXPORTS[name]().encode()


@cache
def before(name: str) -> frozenset[str]:
    """Return what is said of the sheet as it was."""
    return frozenset(finding.message for finding in grade(Source("class.csv", export(name)))[1])


@st.composite
def damages(draw: st.DrawFn, data: bytes) -> tuple[bytes, bool]:
    """Damage a file once or twice; say whether it could have lost whole rows at its end without a trace."""
    cut = False
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["flip", "delete", "insert", "cut", "repeat", "swap"]))
        if kind == "repeat":
            data = _repeated(draw, data)
            continue
        if kind == "swap":
            data = _swapped(draw, data)
            continue
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        if kind == "flip":
            data = data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :] if data else data
        elif kind == "delete":
            data = data[:at] + data[at + draw(st.integers(1, 3)) :]
        elif kind == "insert":
            data = data[:at] + draw(st.sampled_from(PUT)) + data[at:]
        else:
            data, cut = data[:at], True
    return data, cut


def _repeated(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    line = draw(st.sampled_from(lines[1:]))
    return data + line.replace(b"Paris", b"Marseille")


def _swapped(draw: st.DrawFn, data: bytes) -> bytes:
    """Exchange two cells of the header, or two of a row that both hold something: a blank has no place of its own."""
    lines = data.split(b"\n")
    row = draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(b",")
    one, other = draw(st.integers(0, len(cells) - 1)), draw(st.integers(0, len(cells) - 1))
    if row == 0 or (cells[one].strip(b'"-') and cells[other].strip(b'"-')):
        cells[one], cells[other] = cells[other], cells[one]
    lines[row] = b",".join(cells)
    return b"\n".join(lines)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_undamaged_export_has_the_scores_of_the_class(name: str) -> None:
    graded, found = grade(Source("class.csv", export(name)))
    assert graded == TRUTH
    assert not found.has_errors


@pytest.mark.parametrize("name", EXPORTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_damage_changes_a_score_in_silence(name: str, data: st.DataObject) -> None:
    damaged, cut = data.draw(damages(export(name)))
    graded, found = grade(Source("class.csv", damaged))
    told = is_told(found, before(name))
    wrong = {who: score for who, score in graded.items() if who in TRUTH and score != TRUTH[who]}
    assert told or not wrong, (wrong, damaged.decode("utf-8", "replace"))
    assert told or cut or len(graded) >= len(TRUTH), (sorted(graded), damaged.decode("utf-8", "replace"))


BOOK = workbook("class.xlsx", EXPORTS["plain"]()).data


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(BOOK) - 1), st.integers(1, 255), st.sampled_from(["flip", "cut", "delete"]))
def test_no_damage_of_a_workbook_changes_a_score_in_silence(at: int, by: int, kind: str) -> None:
    data = {
        "flip": BOOK[:at] + bytes([BOOK[at] ^ by]) + BOOK[at + 1 :],
        "cut": BOOK[:at],
        "delete": BOOK[:at] + BOOK[at + by :],
    }
    graded, found = grade(Source("class.xlsx", data[kind]))
    wrong = {who: score for who, score in graded.items() if score != TRUTH.get(who)}
    assert is_told(found) or (not wrong and len(graded) == len(TRUTH)), (wrong, len(graded))
