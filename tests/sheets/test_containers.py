"""Containers: other kinds of workbooks, encodings, and files made to harm."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sheets.sheet_cases import HERE, Case, default_quiz, graded, workbook

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.sheets import SheetOptions, open_sheet

CSV = "id,name,Q1,Q2,Q3\n0001,Ada,A,B,C\n"


def opened(data: bytes, name: str = "class.xlsx", **options: object) -> str:
    """Return what becomes of some bytes, as in the case files."""
    return graded(Case(default_quiz(), Source(name, data), SheetOptions(**options)))  # type: ignore[arg-type]  # options by name


def codes_of(data: bytes, name: str = "class.xlsx") -> list[str]:
    found = Diagnostics()
    assert open_sheet(Source(name, data), default_quiz(), SheetOptions(), found) is None
    return [finding.code for finding in found]


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def book() -> bytes:
    return workbook("class.xlsx", CSV).data


@pytest.mark.parametrize(("name", "kind"), [("class.xls", "xls"), ("class.ods", "ods"), ("page.xls", "html")])
def test_a_table_is_read_from_any_container(name: str, kind: str) -> None:
    shown = opened((HERE / "specimens" / name).read_bytes(), name)
    assert shown.startswith(f"plain {kind}")
    assert "0001 | Ada Abara: A B C" in shown
    assert "0002 | Bo Ek: B · D" in shown


def test_a_parquet_file_is_read_where_the_extra_is_installed() -> None:
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"id": ["0001"], "Q1": ["A"], "Q2": [2], "Q3": [None]}, strict=False)
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    assert "row 2: 0001: A B ·" in opened(buffer.getvalue(), "class.parquet")


def test_the_only_file_of_a_zip_is_read() -> None:
    assert "0001 | Ada: A B C" in opened(zipped({"Quiz.csv": CSV.encode()}), "Quiz.csv.zip")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "Zoë Müller"), ("cp1251", "Анна Смирнова"), ("cp932", "山田 ハナコ"), ("gb18030", "王小明")],
)
def test_an_encoding_is_found_and_said(encoding: str, name: str) -> None:
    shown = opened(f"id,name,Q1,Q2,Q3\n0001,{name},A,B,C\n".encode(encoding), "class.csv")
    assert shown.startswith(f"plain csv {encoding}")
    assert f"0001 | {name}: A B C" in shown
    assert f"S003: the file is not UTF-8; it was read as {encoding}" in shown


def test_two_encodings_that_both_make_words_are_a_question() -> None:
    data = b"id,name,Q1,Q2,Q3\n0001,\xc0\xe0,A,B,C\n"
    shown = opened(data, "class.csv")
    assert "S025: the file is not UTF-8, and could be cp1251 ('Аа') or gb18030 ('类')" in shown
    assert "row 2: 0001 | Аа: A B C" in opened(data, "class.csv", encoding="cp1251")


def _cut(book: bytes) -> bytes:
    return book[: len(book) // 2]


def _bad_checksum(book: bytes) -> bytes:
    at = book.index(b"xl/worksheets/sheet1.xml") + 60
    return book[:at] + bytes(255 - byte for byte in book[at : at + 8]) + book[at + 8 :]


def _without(part: str) -> Callable[[bytes], bytes]:
    return lambda book: zipped({name: data for name, data in parts_of(book).items() if name != part})


@pytest.mark.parametrize(
    "damage", [_cut, _bad_checksum, _without("xl/worksheets/sheet1.xml")], ids=["cut", "checksum", "missing"]
)
def test_a_damaged_workbook_is_not_half_graded(book: bytes, damage: Callable[[bytes], bytes]) -> None:
    (code,) = codes_of(damage(book))
    assert code in {"S009", "S001"}


def test_an_encrypted_workbook_is_called_that() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 1000
    assert codes_of(ole) == ["S010"]


@pytest.mark.parametrize(
    "declaration", [b'<!DOCTYPE x [<!ENTITY a "b">]>', b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd">']
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_a_document_type_is_refused_wherever_it_stands(book: bytes, declaration: bytes, part: str) -> None:
    parts = parts_of(book)
    head, _, rest = parts.get(part, b"<a/>").partition(b">")
    parts[part] = head + b">" + declaration + rest
    assert codes_of(zipped(parts)) == ["S015"]


def test_a_bomb_is_refused_before_it_is_unpacked(book: bytes) -> None:
    parts = parts_of(book)
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData>" + b" " * (30 << 20) + b"</sheetData></worksheet>"
    assert codes_of(zipped(parts)) == ["S015"]


def test_a_part_outside_the_file_is_refused(book: bytes) -> None:
    assert codes_of(zipped({**parts_of(book), "../evil.xml": b"<a/>"})) == ["S015"]


def test_a_lying_dimension_hides_no_row(book: bytes) -> None:
    parts = parts_of(book)
    sheet = parts["xl/worksheets/sheet1.xml"]
    start, end = sheet.index(b"<dimension"), sheet.index(b"/>", sheet.index(b"<dimension")) + 2
    for reference in (b"A1", b"A1:XFD1048576"):
        parts["xl/worksheets/sheet1.xml"] = sheet[:start] + b'<dimension ref="' + reference + b'"/>' + sheet[end:]
        assert "row 2: 0001 | Ada: A B C" in opened(zipped(parts))


def test_more_columns_than_any_sheet_has_are_refused() -> None:
    assert codes_of(b",".join([b"x"] * 120_000) + b"\n1\n", "class.csv") == ["S007"]


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03" * 100, bytes(range(256)) * 8, b"\x1f\x8b\x08" + b"x" * 50])
def test_bytes_that_are_nothing_are_refused_in_one_finding(data: bytes) -> None:
    assert len(codes_of(data, "class.csv")) <= 2


def test_every_kind_of_file_of_the_specimens_ends_in_a_table_or_a_finding(shared: Path) -> None:
    quiz = default_quiz()
    for path in sorted((shared / "data" / "sheets").rglob("*.*")):
        found = Diagnostics()
        table = open_sheet(Source(path.name, path.read_bytes()), quiz, SheetOptions(), found)
        assert table is not None or found.has_errors, path
