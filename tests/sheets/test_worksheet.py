"""XLSX sheets are read while they are unpacked, and shown as calamine and a search of the XML show them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sheets.test_containers import zipped

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.sheets import SheetOptions
from stemkey.sheets import workbook as workbook_module
from stemkey.sheets.cell_values import IS_DATE
from stemkey.sheets.grid import Cell
from stemkey.sheets.table import Damaged
from stemkey.sheets.workbook import open_workbook
from stemkey.sheets.workbook_parts import UnfamiliarError

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TEXTS = (
    "<si><t>A</t></si>"
    '<si><t xml:space="preserve"> B\n</t></si>'
    '<si><r><t>Zo</t></r><r><rPr><b/><sz val="11"/></rPr><t>ë</t></r></si>'
    '<si><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si>'
    "<si/><si><t/></si>"
    "<si><t>a &lt;b&gt; &amp;#233; &#233; _x000D__x005F_x000D_ _x12_</t></si>"
)
CODES = (
    "General",
    "m/d/yyyy h:mm:ss",
    "yyyy-mm-dd",
    "[$-409]d\\-mmm\\-yy",
    "0.00%",
    '#,##0 "days"',
    "[Red]0.0E+00",
    "h:mm AM/PM",
    "[h]:mm",
    "#0_);[Red](#0)",
    '"m"#',
)
BUILT_IN = (0, 1, 9, 14, 22, 30, 46, 49)


def styles() -> str:
    codes = "".join(
        f'<numFmt numFmtId="{164 + place}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for place, code in enumerate(CODES)
    )
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (*BUILT_IN, *range(164, 164 + len(CODES))))
    return f"<styleSheet {MAIN}><numFmts>{codes}</numFmts><cellXfs>{formats}</cellXfs></styleSheet>"


def style(number: int | str) -> int:
    """Return the place of the style with a built-in number format, or with a code."""
    return BUILT_IN.index(number) if isinstance(number, int) else len(BUILT_IN) + CODES.index(number)


def book(*sheets: str, root: str = f"<worksheet {MAIN}>", setting: str = "") -> bytes:
    """Return a workbook of sheets, each said as what stands in its `sheetData`."""
    entries = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}"/>' for number in range(1, len(sheets) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    relations = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    relations += [("rIdT", "sharedStrings", "sharedStrings.xml"), ("rIdS", "styles", "styles.xml")]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><workbookPr {setting}/><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{t}" Target="{target}"/>' for i, t, target in relations)
        + "</Relationships>",
        "xl/sharedStrings.xml": f"{DECLARATION}<sst {MAIN}>{TEXTS}</sst>",
        "xl/styles.xml": styles(),
    }
    for number, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{DECLARATION}{root}<sheetFormatPr defaultRowHeight="15"/><sheetData>{rows}</sheetData><pageMargins left="1"/></worksheet>'
        )
    return zipped({name: text.encode() for name, text in parts.items()})


def read(data: bytes) -> tuple[list[Any], list[str]]:
    """Return each sheet's rows by number without the blanks at their ends, and the findings."""
    found = Diagnostics()
    grids = open_workbook(Source("class.xlsx", data), "xlsx", SheetOptions(), found)
    shown = []
    for grid in grids or ():
        rows = [(row.number, _trimmed(list(row.cells))) for row in grid.read()]
        assert grid.raw_cells is not None
        in_blocks = [
            (row.number, _trimmed(list(row.cells)))
            for block in grid.raw_cells.blocks(1)
            for row in block.rows(range(len(block.lines)))
        ]
        assert in_blocks == rows
        shown.append((grid.sheet, rows))
    return shown, [f"{finding.code} {finding.message}" for finding in found.freeze()]


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def read_here(data: bytes) -> tuple[list[Any], list[str]]:
    """Read without calamine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_module, "_read_by_calamine", _never)
        return read(data)


def read_by_calamine(data: bytes) -> tuple[list[Any], list[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_module, "read_worksheet", _unfamiliar)
        return read(data)


def _never(*_: object) -> None:
    raise AssertionError("left to calamine")


def _unfamiliar(*_: object) -> None:
    raise UnfamiliarError


def row_of(data: bytes) -> list[Cell]:
    ((_, ((_, cells),)),), _ = read_here(data)
    return list(cells)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<c r="A1" t="inlineStr"><is><t>A</t></is></c>', ["A"]),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> A </t></is></c>', [" A "]),
        ('<c r="A1" t="inlineStr"><is><r><t>A</t></r><r><t>B</t></r></is></c>', ["AB"]),
        ('<c r="A1" t="s"><v>0</v></c><c r="C1" s="2" t="s"><v>1</v></c>', ["A", "", " B\n"]),
        ('<c r="A1" t="s"><v>2</v></c><c r="B1" t="s"><v>3</v></c>', ["Zoë", "課"]),
        ('<c r="A1" t="s"><v>6</v></c>', ["a <b> &#233; é \r_x000D_ _x12_"]),
        ('<c r="A1" t="s"><v>4</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>5</v></c>', ["", "A"]),
        ('<c r="A1" t="str"><f>LEFT("AB")</f><v>A</v></c><c r="B1" s="0"/><c r="C1"><v>2</v></c>', ["A", "", "2"]),
        ('<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f t="shared" ref="B1:B9" si="0">A1</f><v>3</v></c>', ["2", "3"]),
        ('<c r="A1" t="str"><f>IF(1,"")</f><v></v></c><c r="B1" t="n"><v>2.50</v></c>', ["", "2.5"]),
        ('<c><v>1</v></c><c t="s"><v>0</v></c><c/><c t="b"><v>1</v></c>', ["1", "A", "", "TRUE"]),
        ('\n  <c r="A1">\n <v>1</v>\n </c>\n <c r="B1" t="b">\n<v>0</v></c>\n', ["1", "FALSE"]),
        ('<c s="2" r="A1"><v>1</v></c><c t="s" r="B1"><v>0</v></c>', ["1", "A"]),
        ('<c r="A1" t="str"><v>he said 1"</v></c><c r="B1" s="1"><v>1</v></c>', ['he said 1"', "1"]),
        ('<c r="B1"><v>2</v></c><c r="A1"><v>1</v></c>', ["1", "2"]),
    ],
)
def test_what_spreadsheet_programs_write_is_read_without_calamine(written: str, shown: list[Cell]) -> None:
    data = book(f'<row r="1" spans="1:3" ht="15.75" customHeight="1">{written}</row>')
    assert row_of(data) == shown
    assert read(data) == read_by_calamine(data)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<c r="B1" t="e"><v>#N/A</v></c>', Damaged("#N/A", "is an error value, not an answer")),
        ('<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', Damaged("#DIV/0!", "is an error value, not an answer")),
        ('<c r="B1"><f>A1</f></c>', Damaged("=A1", "is a formula without its value, not an answer")),
        ('<c r="B1"><f>A1&amp;"x"</f><v></v></c>', Damaged('=A1&"x"', "is a formula without its value, not an answer")),
        ('<c r="B1" t="str"><f t="shared" si="0"/></c>', Damaged("=", "is a formula without its value, not an answer")),
    ],
)
def test_what_a_library_hides_is_seen(written: str, shown: Damaged) -> None:
    data = book(f'<row r="1"><c r="A1"><v>1</v></c>{written}<c r="C1" t="s"><v>0</v></c></row>')
    assert row_of(data) == ["1", shown, "A"]
    assert read(data) == read_by_calamine(data)


@pytest.mark.parametrize(
    ("format_", "number", "shown"),
    [
        (14, "45000", "2023-03-15"),
        (22, "45000.6", "2023-03-15 14:24:00"),
        ("m/d/yyyy h:mm:ss", "45000.123456789", "2023-03-15 02:57:46.667000"),
        ("[$-409]d\\-mmm\\-yy", "60", "1900-02-28"),
    ],
)
def test_dates_are_seen(format_: int | str, number: str, shown: str) -> None:
    data = book(f'<row r="1"><c r="A1" s="{style(format_)}"><v>{number}</v></c></row>')
    if number == "60":  # The 29th of February 1900, which never was.
        assert read(data) == read_by_calamine(data)
        return
    (cell,) = row_of(data)
    assert isinstance(cell, Damaged)
    assert cell.text == shown
    assert read(data) == read_by_calamine(data)


def test_days_counted_from_1904_are_left_to_calamine() -> None:
    data = book(f'<row r="1"><c r="A1" s="{style(14)}"><v>45000</v></c></row>', setting='date1904="1"')
    ((_, ((_, (cell,)),)),), _ = read(data)
    assert cell.text.startswith("2027-03-16")


def test_numbers_of_rows_and_gaps_between_them_are_kept() -> None:
    rows = '<row r="2"/><row r="3"><c r="B3"><v>1</v></c></row><row><c><v>2</v></c></row><row r="5000"><c r="A5000"><v>3</v></c></row>'
    data = book(rows + '<row r="5001" hidden="1"><c r="A5001" s="1"/></row><row r="5002" hidden="true"/>')
    ((_, read_rows),), findings = read_here(data)
    assert read_rows == [(3, ["", "1"]), (4, ["2"]), (5000, ["3"])]
    assert findings == ["S018 2 hidden or filtered rows are graded like the others"]
    assert read(data) == read_by_calamine(data)


@pytest.mark.parametrize(
    "written",
    [
        '<row r="1"><!-- <c r="A1"><v>9</v></c> --><c r="A1"><v>1</v></c><c r="B1"><f>1</f></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c><c r='B1'><f>1</f></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>1</f></c><extLst/></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>1</f><extLst/></c></row>',
    ],
)
def test_unusual_xml_is_left_to_calamine_whole(written: str) -> None:
    data = book(written)
    assert read(data) == read_by_calamine(data)
    with pytest.raises(AssertionError, match="left to calamine"):
        read_here(data)


def test_a_sheet_with_a_prefix_is_left_to_calamine() -> None:
    rows = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    data = book(rows, root=f"<worksheet {MAIN} {MAIN.replace('xmlns', 'xmlns:x')}>")
    with pytest.raises(AssertionError, match="left to calamine"):
        read_here(data)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="n"><v>abc</v></c></row>',
    ],
)
def test_damaged_xml_is_no_shorter_class(rows: str) -> None:
    grids, findings = read(book(rows))
    assert (grids, findings) == read_by_calamine(book(rows))


def test_the_sheet_has_to_end() -> None:
    data = book('<row r="1"><c r="A1"><v>1</v></c></row>')
    cut = zipped(
        {
            name: part.partition(b"</sheetData>")[0] if name.endswith("sheet1.xml") else part
            for name, part in _parts(data).items()
        }
    )
    with pytest.raises(AssertionError, match="left to calamine"):
        read_here(cut)


def _parts(data: bytes) -> dict[str, bytes]:
    from tests.sheets.test_containers import parts_of

    return parts_of(data)


MANY = 200_000


@pytest.mark.parametrize(
    "cells",
    [
        f'<c r="A1">{" " * MANY}x</c>',
        f'<c r="A1"{" " * MANY}<v>1</v></c>',
        f'<c r="A1">{"</c> " * (MANY // 10)}x',
        f'<c r="A1" t="inlineStr"><is>{"<rPh>" * (MANY // 10)}</is></c>',
        f'<c r="A1" t="inlineStr"><is>{"<r" * (MANY // 10)}</is></c>',
        f'<c r="A1" t="str"><v>{"&lt" * MANY}</v></c>',
        f'<c r="A1"><v>{"1" * MANY}x</v></c>',
        f"{' ' * MANY}<c",
    ],
    ids=["blanks", "attributes", "ends", "aids", "tags", "entities", "digits", "between"],
)
def test_xml_made_to_hang_a_pattern_ends(cells: str) -> None:
    assert read(book(f'<row r="1">{cells}</row>')) == read_by_calamine(book(f'<row r="1">{cells}</row>'))


def test_cells_too_far_apart_for_a_table_are_refused() -> None:
    rows = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 99))
    found = Diagnostics()
    options = SheetOptions(maximum_bytes=1 << 20)
    assert open_workbook(Source("class.xlsx", book(rows)), "xlsx", options, found) is None
    assert [finding.code for finding in found] == ["S015"]


def test_a_number_that_is_no_day_is_seen_where_a_day_should_be() -> None:
    for format_, number in ((14, "1e15"), (22, "-3"), (14, "2958466")):
        data = book(f'<row r="1"><c r="A1" s="{style(format_)}"><v>{number}</v></c></row>')
        assert row_of(data) == [Damaged(number, IS_DATE)]
    data = book(f'<row r="1"><c r="A1" s="{style("[h]:mm")}"><v>1e15</v></c></row>')
    assert read(data)[1] == ["S009 the spreadsheet file is damaged: days=2147483647; must have magnitude <= 999999999"]


CELL = st.one_of(
    st.sampled_from(range(7)).map(lambda place: ('t="s"', f"<v>{place}</v>")),
    st.sampled_from(["A", "B", "12", 'it is 3"', "x &amp; y", "é", " C ", ""]).map(
        lambda text: ('t="inlineStr"', f"<is><t>{text}</t></is>")
    ),
    st.sampled_from(["A", " 5 ", '7"', ""]).map(lambda text: ('t="str"', f"<v>{text}</v>")),
    st.tuples(
        st.sampled_from(range(len(BUILT_IN) + len(CODES))),
        st.one_of(
            st.integers(0, 60_000).map(str),
            st.floats(1, 60_000, allow_nan=False).map(repr),
            st.sampled_from(["0.5", "1E2", "2958465"]),
        ),
    ).map(lambda said: (f's="{said[0]}"', f"<v>{said[1]}</v>")),
    st.sampled_from(
        [
            ("", "<v>1e15</v>"),
            ('t="n"', "<v>-123456789012345678</v>"),
            ('t="e"', "<v>#N/A</v>"),
            ("", "<f>A1</f>"),
            ("", "<f>A1</f><v>7</v>"),
            ('t="b"', "<v>1</v>"),
            ('s="1"', None),
            ("", ""),
            ('t="str"', "<f>A1</f><v></v>"),
        ]
    ),
)


@st.composite
def sheets(draw: st.DrawFn) -> str:
    number = 1
    rows = ['<row r="1"><c r="A1"><v>1</v></c></row>']
    for _ in range(draw(st.integers(1, 6))):
        number += draw(st.sampled_from([1, 1, 1, 1, 3, 1200]))
        column = -1
        cells = []
        has_references = draw(st.sampled_from([True, True, True, False]))
        for attributes, inner in draw(st.lists(CELL, max_size=6)):
            column += draw(st.sampled_from([1, 1, 1, 2])) if has_references else 1
            reference = f' r="{"ABCDEFGHIJKLMNOP"[column]}{number}"' if has_references else ""
            start = f"<c{reference} {attributes}".rstrip()
            cells.append(f"{start}/>" if inner is None else f"{start}>{inner}</c>")
        hidden = draw(st.sampled_from(["", "", "", ' hidden="1"']))
        rows.append(f'<row r="{number}"{hidden}>{"".join(cells)}</row>' if cells else f'<row r="{number}"{hidden}/>')
    return draw(st.sampled_from(["", "\n"])).join(rows)


@given(sheets())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_sheet_is_read_as_calamine_and_a_search_of_the_xml_read_it(rows: str) -> None:
    data = book(rows)
    assert read(data) == read_by_calamine(data)
