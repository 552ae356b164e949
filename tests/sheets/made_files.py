"""Files that no text can show: workbooks as some program, some accident or somebody with bad intentions makes them."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from tests.sheets.sheet_cases import HERE, workbook

from stemkey.files import Source

CLASS = "id,Q1,Q2,Q3\n0001,A,B,C\n0002,B,B,D\n"
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
}
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"


def book() -> bytes:
    """Return the class as a workbook."""
    return workbook("class.xlsx", CLASS).data


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return parts as an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(part: str, change: Callable[[bytes], bytes], data: bytes | None = None) -> Source:
    """Return the class's workbook with one part rewritten."""
    parts = parts_of(data or book())
    before = parts.get(part, b"")
    parts[part] = change(before)
    assert parts[part] != before, part
    return Source("class.xlsx", zipped(parts))


def dressed(dress: Callable[[Any], None]) -> Source:
    """Return the class's workbook after something was done to its sheet."""
    import openpyxl

    loaded = openpyxl.load_workbook(io.BytesIO(book()))
    dress(loaded.active)
    data = io.BytesIO()
    loaded.save(data)
    return Source("class.xlsx", data.getvalue())


def replaced(pattern: bytes, by: bytes) -> Callable[[bytes], bytes]:
    """Return a change: the first match of a pattern becomes something else."""
    return lambda data: re.sub(pattern, by, data, count=1, flags=re.DOTALL)


def strict() -> Source:
    """Return the workbook as programs save it in the variant ISO Strict."""
    parts = parts_of(book())
    for before, after in STRICT.items():
        parts = {name: data.replace(before, after) for name, data in parts.items()}
    parts[BOOK] = parts[BOOK].replace(b"<workbook ", b'<workbook conformance="strict" ', 1)
    return Source("class.xlsx", zipped(parts))


def merged(sheet: Any) -> None:
    """Give a merged title, and a merged cell beside the table."""
    sheet.insert_rows(1, 2)
    sheet.insert_cols(1)
    sheet["A1"] = "Midterm"
    sheet.merge_cells("A1:E1")
    sheet["A4"] = "Group 1"
    sheet.merge_cells("A4:A5")


def ghosts(sheet: Any) -> None:
    """Format cells far away from the table."""
    from openpyxl.styles import PatternFill

    for cell in ("C400", "Z2", "AZ900"):
        sheet[cell].fill = PatternFill("solid", fgColor="FFFF00")


def filtered(sheet: Any) -> None:
    """Set a filter that hides a row."""
    sheet.auto_filter.ref = "A1:D3"
    sheet.auto_filter.add_filter_column(1, ["A"])
    sheet.row_dimensions[3].hidden = True


def frozen(sheet: Any) -> None:
    """Freeze the header."""
    sheet.freeze_panes = "B2"


def protected(sheet: Any) -> None:
    """Protect the sheet against changes, with a password."""
    sheet.protection.sheet = True
    sheet.protection.password = "secret"  # it protects nothing


def linked(sheet: Any) -> None:
    """Link a cell to an address."""
    sheet["A2"].hyperlink = "mailto:ada@x.example"


def very_hidden() -> Source:
    """Return a workbook whose only table is on a sheet that no menu shows."""
    data = workbook("class.xlsx", f"# Answers\n{CLASS}# Notes\n").data
    return changed(BOOK, replaced(rb'(name="Answers"[^>]*?)state="visible"', rb'\1state="veryHidden"'), data)


def full() -> Source:
    """Return a workbook whose last row is the last that there is."""
    return changed(SHEET, lambda sheet: sheet.replace(b'r="3"', b'r="1048576"').replace(b'3"', b'1048576"'))


def moodle(cell: str, column: str, quiz_answers: bool) -> Source:
    """Return Moodle's report as XLSX, with a formula where a text begins with `=`."""
    head = "Last name,First name,ID number,Status,Started,Completed,Duration,Grade/1.00,Response 1"
    head += "" if quiz_answers else ",Response 2,Response 3"
    answers = "=A1+B1" if quiz_answers else "A,B,C"
    row = f"Abara,Ada,0001,Finished,x,x,20 mins,1.00,{answers}"
    second = f"Ek,Bo,0002,Finished,x,x,20 mins,0.00,{'=A1-B1' if quiz_answers else 'Paris,Tōkyō,Berlin'}"
    cells = row.split(",")
    cells[ord(column) - 65] = cell
    text = f"{head}\n{','.join(cells)}\n{second}\n"
    lines = [[f"f:{one[1:]}" if one.startswith("=") else one for one in line.split(",")] for line in text.splitlines()]
    return workbook("report.xlsx", "\n".join(",".join(line) for line in lines))


def colours() -> Source:
    """Return the summary of a live quiz in which only the fill shows who was right."""
    import openpyxl
    from openpyxl.styles import PatternFill

    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Kahoot! Summary"
    questions = [
        "What is the capital of France?",
        "What is the capital of Japan?",
        "Which of these cities lies on the river Danube?",
    ]
    header = ["Rank", "Player", "Total Score (points)", *questions]
    for line in (["Capitals"], [], header, ["1", "cat77", "1000"], ["2", "dog", "0"]):
        sheet.append(line)
    for number, colour in ((4, "66BF39"), (5, "FF3355")):
        for column in (4, 5, 6):
            sheet.cell(number, column).fill = PatternFill("solid", fgColor=colour)
    data = io.BytesIO()
    made.save(data)
    return Source("kahoot.xlsx", data.getvalue())


def encrypted() -> Source:
    """Return what a workbook with a password begins with."""
    name = "EncryptedPackage".encode("utf-16-le")
    return Source("class.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + name + bytes(1000))


def external_links() -> Source:
    """Return a workbook that takes a value from another one."""
    parts = parts_of(book())
    parts["xl/externalLinks/externalLink1.xml"] = (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><externalBook r:id="rId1"/></externalLink>'
    )
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
        b'Target="http://192.0.2.1/other.xlsx" TargetMode="External"/></Relationships>'
    )
    return Source("class.xlsx", zipped(parts))


def xlsb() -> Source:
    """Return a binary workbook (MS-XLSB) of texts."""
    rows = [line.split(",") for line in CLASS.splitlines()]
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + _record(145)
    for at, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", at) + bytes(13))
        for column, text in enumerate(row):
            sheet += _record(6, struct.pack("<II", column, 0) + _wide(text))
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
        b"</Relationships>"
    )
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Answers"))
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": _record(131) + _record(143) + bundle + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": relations,
        "xl/worksheets/sheet1.bin": sheet + _record(146) + _record(130),
    }
    return Source("class.xlsb", zipped(parts))


def _record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(body)]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _bad_checksum() -> Source:
    data = book()
    at = data.index(SHEET.encode()) + 60
    return Source("class.xlsx", data[:at] + bytes(255 - byte for byte in data[at : at + 8]) + data[at + 8 :])


def _entities() -> bytes:
    declared = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10) for at in range(1, 10)
    )
    return b"<!DOCTYPE x [" + declared + b"]>"


def _declaring(declaration: bytes) -> Source:
    return changed(SHEET, replaced(rb"<worksheet", declaration + rb"<worksheet"))


def _specimen(name: str) -> Source:
    return Source(name, (HERE / "specimens" / name).read_bytes())


MADE: dict[str, Callable[[], Source]] = {
    "moodle-name-formula": lambda: moodle("=Ada", "B", quiz_answers=False),
    "moodle-answer-formula": lambda: moodle("=A1+B1", "I", quiz_answers=True),
    "dimension-a1": lambda: changed(SHEET, replaced(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"')),
    "dimension-all": lambda: changed(SHEET, replaced(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"')),
    "styled-last-cell": lambda: changed(
        SHEET, replaced(rb"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    ),
    "iso-strict": strict,
    "120000-columns": lambda: Source("class.csv", b",".join([b"x"] * 120_000) + b"\n1\n"),
    "truncated": lambda: Source("class.xlsx", book()[: len(book()) // 2]),
    "bad-checksum": _bad_checksum,
    "missing-part": lambda: Source(
        "class.xlsx", zipped({name: data for name, data in parts_of(book()).items() if name != SHEET})
    ),
    "cut-xml": lambda: changed(SHEET, lambda sheet: sheet[: sheet.index(b'r="3"')]),
    "garbage": lambda: Source("class.csv", bytes(range(256)) * 8),
    "docx": lambda: Source("class.docx", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})),
    "encrypted": encrypted,
    "sheet-protection": lambda: dressed(protected),
    "zip-bomb": lambda: changed(SHEET, replaced(rb"</sheetData>", b" " * (60 << 20) + b"</sheetData>")),
    "external-entity": lambda: _declaring(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'),
    "billion-laughs": lambda: _declaring(_entities()),
    "outside": lambda: Source("class.xlsx", zipped({**parts_of(book()), "../evil.xml": b"<a/>"})),
    "external-links": external_links,
    "hyperlinks": lambda: dressed(linked),
    "two-encodings": lambda: Source("class.csv", "id,name,Q1,Q2,Q3\n0001,山田,A,B,C\n".encode("cp932")),
    "full-sheet": full,
    "xlsb": xlsb,
    "xls": lambda: _specimen("class.xls"),
    "ods": lambda: _specimen("class.ods"),
    "numbers": lambda: Source(
        "class.numbers", zipped({"Index/Document.iwa": b"x", "Index/Tables/DataList.iwa": b"x", "Data/p.jpg": b"x"})
    ),
    "merged-cells": lambda: dressed(merged),
    "ghost-formatting": lambda: dressed(ghosts),
    "freeze-panes": lambda: dressed(frozen),
    "very-hidden": very_hidden,
    "filtered-rows": lambda: dressed(filtered),
    "kahoot-colours": colours,
}
