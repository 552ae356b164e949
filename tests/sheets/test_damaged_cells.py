"""Errors in ODS, XLS and XLSB files are no blanks; XLSM and XLSB are read; a full sheet is said to be full."""

import struct

import pytest
from tests.sheets.sheet_cases import HERE, Case, default_quiz, graded, workbook
from tests.sheets.test_containers import parts_of, zipped

from stemkey.files import Source
from stemkey.sheets import workbook as workbook_module

CSV = "id,name,Q1,Q2,Q3\n0001,Ada,A,B,C\n"


def opened(data: bytes, name: str) -> list[str]:
    return graded(Case(default_quiz(), Source(name, data))).splitlines()


@pytest.mark.parametrize("name", ["errors.xls", "errors.ods"])
def test_errors_are_not_blanks(name: str) -> None:
    lines = opened((HERE / "specimens" / name).read_bytes(), name)
    assert "row 2: 0001 | Ada: A B C" in lines
    assert any(line.startswith("row 3: 0002 | Bo: unreadable(#N/A) unreadable(") for line in lines)


def test_a_workbook_with_macros_is_read_and_its_macros_are_not() -> None:
    parts = parts_of(workbook("class.xlsm", CSV).data)
    lines = opened(zipped({**parts, "xl/vbaProject.bin": b"macros"}), "class.xlsm")
    assert lines[0] == "plain xlsm Sheet1"
    assert "row 2: 0001 | Ada: A B C" in lines


def test_a_binary_workbook_is_read_with_its_errors() -> None:
    rows: list[list[str | None]] = [
        ["id", "name", "Q1", "Q2", "Q3"],
        ["0001", "Ada", "A", "B", "C"],
        ["0002", "Bo", None, "B", "C"],
    ]
    lines = opened(_xlsb(rows), "class.xlsb")
    assert lines[0] == "plain xlsb Answers"
    assert "row 2: 0001 | Ada: A B C" in lines
    assert "row 3: 0002 | Bo: unreadable(#N/A) B C" in lines


def test_a_sheet_that_is_full_to_the_last_row_may_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "LAST_ROW", 2)
    assert any(line.startswith("warning S016") for line in opened(workbook("class.xlsx", CSV).data, "class.xlsx"))


def _xlsb(rows: list[list[str | None]]) -> bytes:
    """Return a binary workbook (MS-XLSB) of texts; None is the error #N/A."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + _record(145)
    for at, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", at) + bytes(13))
        for column, text in enumerate(row):
            start = struct.pack("<II", column, 0)
            sheet += _record(3, start + b"\x2a") if text is None else _record(6, start + _wide(text))
    sheet += _record(146) + _record(130)
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Answers"))
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
        "</Relationships>"
    )
    return zipped(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "xl/workbook.bin": _record(131) + _record(143) + bundle + _record(144) + _record(132),
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(body)]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
