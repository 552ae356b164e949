"""Grading candidates x 50 items from XLSX, against python-calamine merely reading the same sheet into lists.

    python benchmarks/sheets.py [--sizes 20000,100000] [--repeat 3]

Whole processes: CPU seconds (user and system) and peak memory of `stemkey grade QUIZ SHEET.xlsx --report csv`, and of a Python that
imports python-calamine and reads every row, by turns. The sheet is generated from a seed, as in `grading.py`, and written in both
ways that there are: cells that name shared texts (Excel, LibreOffice, Google, XlsxWriter), and texts inside the cells (openpyxl).
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from grading import ITEMS, answers, compare

READ = (
    "import python_calamine, sys\n"
    "for row in python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).iter_rows(): pass"
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="Responses" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def main() -> None:
    for kind, write in (("shared texts", write_shared), ("texts inside the cells", write_inline)):
        print(kind)
        compare(__doc__ or "", "20000,100000", ".xlsx", write, ("python-calamine", READ))


def table(rows: int) -> Iterator[list[str]]:
    """Return a header and candidates; blocks of rows are made once and used again, with ids of their own."""
    random = Random(rows)
    block = [answers(random) for _ in range(min(rows, 9973))]
    yield ["id", *(f"Q{number}" for number in range(1, ITEMS + 1))]
    for row in range(rows):
        yield [f"s{row:07}", *block[row % len(block)]]


def write_shared(path: Path, rows: int) -> None:
    """Write a workbook as Excel does; blank cells are left out."""
    columns = [letter if index < 26 else f"A{letter}" for index, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 2)]
    places: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"<worksheet {MAIN}><sheetData>".encode())
            for number, cells in enumerate(table(rows), 1):
                written = "".join(
                    f'<c r="{column}{number}" t="s"><v>{places.setdefault(cell, len(places))}</v></c>'
                    for column, cell in zip(columns, cells, strict=False)
                    if cell
                )
                sheet.write(f'<row r="{number}" spans="1:{ITEMS + 1}">{written}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        texts = "".join(f"<si><t>{text}</t></si>" for text in places)
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{texts}</sst>")


def write_inline(path: Path, rows: int) -> None:
    """Write a workbook as openpyxl does."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Responses")
    for cells in table(rows):
        sheet.append([cell or None for cell in cells])
    book.save(path)


if __name__ == "__main__":
    main()
