"""The only module that speaks openpyxl's dialect: cells that stay what they are, looks, charts, and reproducible bytes."""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from fractions import Fraction
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import quoteattr

from stemkey.diagnostics import column_letters
from stemkey.files import zip_files
from stemkey.reports.document import Verdict
from stemkey.reports.findings import MAXIMUM_CELL_TEXT

if TYPE_CHECKING:
    from openpyxl.chart import Reference
    from openpyxl.styles import NamedStyle

# A workbook says when it was made; one moment for all of them, so that the same results give the same bytes.
_MOMENT = datetime(2000, 1, 1)  # noqa: DTZ001 # openpyxl writes it as UTC and takes no zone

_A4 = 9
_INK = "1F3A5F"
_SHADES = (
    "1F3A5F",
    "5B86B5",
    "A9C5DE",
    "C9A227",
    "8C6D1F",
    "6B8E6B",
    "B5625B",
    "7A5C8E",
    "3F8F8B",
    "9C9C9C",
    "D98C5F",
    "4F4F4F",
)
_PALE = "D9D9D9"


class Look(Enum):
    """How a cell looks. The value is the name of a cell style of the workbook."""

    TEXT = "stemkey text"
    WRAPPED = "stemkey wrapped"
    NAME = "stemkey name"
    HEAD = "stemkey head"
    HEAD_RIGHT = "stemkey head of numbers"
    TITLE = "stemkey title"
    SUBTITLE = "stemkey subtitle"
    COUNT = "stemkey count"
    SCORE = "stemkey score"
    WHOLE = "stemkey whole score"
    SHARE = "stemkey share"
    PERCENT = "stemkey percent"
    COEFFICIENT = "stemkey coefficient"
    FLAG = "stemkey flag"
    KEY = "stemkey key"
    RIGHT = "stemkey right"
    PARTIAL = "stemkey partly right"
    WRONG = "stemkey wrong"
    OMITTED = "stemkey omitted"
    NOT_GRADED = "stemkey not graded"
    NOT_GIVEN = "stemkey not given"

    @staticmethod
    def of_verdict(verdict: Verdict) -> "Look":
        """Return the look of a response."""
        return _VERDICTS[verdict]


_VERDICTS: Mapping[Verdict, Look] = {
    Verdict.RIGHT: Look.RIGHT,
    Verdict.PARTIAL: Look.PARTIAL,
    Verdict.WRONG: Look.WRONG,
    Verdict.OMITTED: Look.OMITTED,
    Verdict.NOT_GRADED: Look.NOT_GRADED,
    Verdict.NOT_GIVEN: Look.NOT_GIVEN,
}


class _Style(NamedTuple):
    """What a look is made of."""

    number_format: str = "General"
    bold: bool = False
    colour: str | None = None
    fill: str | None = None
    size: int = 11
    align: str | None = None
    wrap: bool = False
    line: bool = True
    indent: int = 0


# The sign before a response says its result without colour; it belongs to the format, the cell holds the response.
_STYLES: Mapping[Look, _Style] = {
    Look.TEXT: _Style("@", align="left", indent=1),
    Look.WRAPPED: _Style("@", align="left", wrap=True, indent=1),
    Look.NAME: _Style("@", bold=True, align="left", indent=1),
    Look.HEAD: _Style("@", bold=True, colour="FFFFFF", fill=_INK, wrap=True, align="left", indent=1),
    Look.HEAD_RIGHT: _Style("@", bold=True, colour="FFFFFF", fill=_INK, wrap=True, align="right"),
    Look.TITLE: _Style("@", bold=True, colour=_INK, size=18, line=False),
    Look.SUBTITLE: _Style("@", colour="595959", size=12, line=False),
    Look.COUNT: _Style("#,##0"),
    Look.SCORE: _Style("#,##0.00"),
    Look.WHOLE: _Style("#,##0"),
    Look.SHARE: _Style("0%"),
    Look.PERCENT: _Style("0.0"),
    Look.COEFFICIENT: _Style("0.00"),
    Look.FLAG: _Style("@", align="left", wrap=True, indent=1),
    Look.KEY: _Style("@", bold=True, fill="E4ECF5", align="center"),
    Look.RIGHT: _Style('"✓ "@', fill="DDEFDF", align="center"),
    Look.PARTIAL: _Style('"◐ "@', fill="FFF3CD", align="center"),
    Look.WRONG: _Style('"✗ "@', fill="F6DEDC", align="center"),
    Look.OMITTED: _Style("@", fill="EFEFEF", align="center"),
    Look.NOT_GRADED: _Style('"? "@', bold=True, fill="FCE0B5", align="center"),
    Look.NOT_GIVEN: _Style('"· "@', fill="BFBFBF", align="center"),
}


_WRAPS = frozenset(look for look, style in _STYLES.items() if style.wrap)
_LINE = 15.5
"""Height of a line of text, in points."""
_REMEMBERED = 4096
_MOST_LINES = 26
"""A row higher than Excel's 409 points is refused."""


class Cell(NamedTuple):
    """A value and its look."""

    value: str | float | Fraction | None
    look: Look


class Workbook:
    """A workbook that is written once, sheet after sheet."""

    def __init__(self, title: str) -> None:
        from openpyxl import Workbook as Book

        self.title = title
        self.sheets: dict[str, Sheet] = {}
        self._book = Book(write_only=True)
        for look, style in _STYLES.items():
            self._book.add_named_style(_named_style(look.value, style))
        properties = self._book.properties
        properties.title = _clean(title)[:255]
        properties.creator = "stemkey"
        properties.created = properties.modified = _MOMENT

    def add_sheet(self, name: str) -> "Sheet":
        """Return a new sheet."""
        sheet = Sheet(self, self._book.create_sheet(name), name)
        self.sheets[name] = sheet
        return sheet

    def to_bytes(self) -> bytes:
        """Return the file: the same bytes for the same cells."""
        from openpyxl.writer.excel import ExcelWriter

        buffer = BytesIO()
        # Stored, not compressed: it is taken apart again at once.
        ExcelWriter(self._book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)).save()
        with zipfile.ZipFile(buffer) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        drawings = 0
        for number, sheet in enumerate(self.sheets.values(), start=1):
            part = f"xl/worksheets/sheet{number}.xml"
            parts[part] = sheet.with_ignored_errors(parts[part])
            if sheet.descriptions:
                drawings += 1
                drawing = f"xl/drawings/drawing{drawings}.xml"
                parts[drawing] = _with_descriptions(parts[drawing], sheet.descriptions)
        return zip_files(parts)


class Sheet:
    """One sheet, written from the top down."""

    INK = _INK

    def __init__(self, book: Workbook, sheet: Any, name: str) -> None:
        self.book = book
        self.name = name
        self.row = 0
        self.descriptions: list[str] = []
        self._sheet = sheet
        self._widths: Sequence[float] = ()
        self._cells: dict[Cell, Any] = {}

    def set_up(
        self, *, widths: Sequence[float], freeze: str | None, repeat_rows: str | None, grid: bool = True
    ) -> None:
        """Say what must be known before the first row: widths, frozen panes, how it prints."""
        sheet = self._sheet
        self._widths = widths
        for position, width in enumerate(widths):
            sheet.column_dimensions[column_letters(position)].width = width
        sheet.freeze_panes = freeze
        sheet.sheet_view.showGridLines = grid
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = _fit_to_page()
        sheet.print_title_rows = repeat_rows
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.oddHeader.left.text = _print_text(self.book.title)
        sheet.oddHeader.right.text = "&A"
        sheet.oddFooter.right.text = "Page &P of &N"
        sheet.oddFooter.left.text = "stemkey"

    def append(self, cells: Sequence[Cell], *, height: float | None = None) -> None:
        """Write a row, as high as its longest wrapped text needs: not every program works that out when it opens."""
        self.row += 1
        lines = max((self._lines(cell, width) for cell, width in zip(cells, self._widths, strict=False)), default=1)
        if height is not None or lines > 1:
            self._sheet.row_dimensions[self.row].height = height or _LINE * min(lines, _MOST_LINES)
        self._sheet.append([self._cells.get(cell) or self._remember(cell) for cell in cells])

    def append_wide(self, text: str, *, columns: int) -> None:
        """Write a text over several columns, in a row as high as it needs."""
        cell = Cell(text, Look.WRAPPED)
        self.append([cell], height=_LINE * self._lines(cell, sum(self._widths[:columns])))
        self._sheet.merged_cells.add(f"A{self.row}:{column_letters(columns - 1)}{self.row}")

    @staticmethod
    def _lines(cell: Cell, width: float) -> int:
        if cell.look not in _WRAPS or not isinstance(cell.value, str):
            return 1
        # Words do not break, so a line is rarely full; a heavy hand is better than a cut line.
        return sum(ceil(len(line) * 1.02 / max(width - 1, 1)) or 1 for line in cell.value.split("\n"))

    def _remember(self, cell: Cell) -> Any:
        # A row is written before the next one comes, so a cell can be written again and again: the matrix of a
        # large class has a million cells and a few hundred different ones.
        written = self._cell(cell)
        if len(self._cells) < _REMEMBERED:
            self._cells[cell] = written
        return written

    def _cell(self, cell: Cell) -> Any:
        from openpyxl.cell import WriteOnlyCell

        value = cell.value
        if isinstance(value, str):
            written = WriteOnlyCell(self._sheet, _clean(value))
            # openpyxl takes `=…` for a formula and `#N/A` for an error; here a text is a text.
            written.data_type = "s"
            written.style = cell.look.value
            if value.startswith(("=", "+", "-", "@", "'", "\t", "\r")):
                written.quotePrefix = True  # it stays a text when somebody edits the cell
            return written
        if isinstance(value, Fraction):
            value = value.numerator if value.denominator == 1 else float(value)
        written = WriteOnlyCell(self._sheet, value)
        written.style = cell.look.value
        return written

    def add_table(self, heads: Sequence[str], *, rows: int, first: int = 1) -> None:
        """Make what was written a table with a filter; `first` is the row of its head."""
        from openpyxl.worksheet.filters import AutoFilter
        from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

        last = f"{column_letters(len(heads) - 1)}{first + rows}"
        table = Table(displayName=f"{self.name}Table", ref=f"A{first}:{last}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        table.autoFilter = AutoFilter(ref=table.ref)
        table.tableColumns = [
            TableColumn(id=number, name=_clean(head)) for number, head in enumerate(_different(heads), start=1)
        ]
        self._sheet.tables.add(table)  # `add_table` warns about columns even where they are there

    def add_bars(self, column: int, first: int, last: int, *, maximum: float) -> None:
        """Draw a bar behind each number of a column, as long as its share."""
        from openpyxl.formatting.rule import DataBarRule

        rule = DataBarRule("num", 0, "num", maximum, color="FF7FA8D1", showValue=True, minLength=0, maxLength=100)  # type: ignore[no-untyped-call]  # its stubs leave it so
        self._sheet.conditional_formatting.add(_cells(column, first, last), rule)

    def add_flags(self, column: int, first: int, last: int) -> None:
        """Fill the cells of a column that say something."""
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles import Font, PatternFill
        from openpyxl.styles.differential import DifferentialStyle

        style = DifferentialStyle(font=Font(bold=True), fill=PatternFill(bgColor="FFF3CD", fill_type="solid"))
        rule = Rule(type="expression", dxf=style, formula=[f"LEN({column_letters(column)}{first})>0"])
        self._sheet.conditional_formatting.add(_cells(column, first, last), rule)

    def add_low_marks(self, column: int, first: int, last: int, *, weak: float) -> None:
        """Mark numbers below zero and weak ones, by a sign and a fill."""
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles import Font, PatternFill
        from openpyxl.styles.differential import DifferentialStyle
        from openpyxl.styles.numbers import NumberFormat

        start = f"{column_letters(column)}{first}"
        levels = (
            (f"AND(ISNUMBER({start}),{start}<0)", "▼ ", "F6DEDC", 180),
            (f"AND(ISNUMBER({start}),{start}<{weak})", "▽ ", "FFF3CD", 181),
        )
        for formula, sign, fill, number in levels:
            style = DifferentialStyle(
                font=Font(bold=True),
                fill=PatternFill(bgColor=fill, fill_type="solid"),
                numFmt=NumberFormat(numFmtId=number, formatCode=f'"{sign}"0.00;"{sign}"-0.00'),
            )
            rule = Rule(type="expression", dxf=style, formula=[formula], stopIfTrue=True)
            self._sheet.conditional_formatting.add(_cells(column, first, last), rule)

    def reference(self, left: int, top: int, right: int, bottom: int) -> "Reference":
        """Return a range for a chart; columns from 0, rows from 1."""
        from openpyxl.chart import Reference

        return Reference(self._sheet, min_col=left + 1, min_row=top, max_col=right + 1, max_row=bottom)

    def series_name(self, column: int, row: int) -> Any:
        """Return a cell as the name of a chart's series."""
        from openpyxl.chart.data_source import StrRef
        from openpyxl.chart.series import SeriesLabel

        return SeriesLabel(strRef=StrRef(f"'{self.name}'!${column_letters(column)}${row}"))

    @staticmethod
    def dress(chart: Any, x_title: str, y_title: str, *, width: float, height: float) -> None:
        """Give a chart its axis titles, its size in centimetres, and axes that every program shows."""
        chart.x_axis.title, chart.y_axis.title = x_title, y_title
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.title.overlay = False
        chart.width, chart.height = width, height

    @staticmethod
    def shades(count: int) -> tuple[str, ...]:
        """Return fills for the options and, last, a pale one for blanks."""
        return (*(_SHADES * (count // len(_SHADES) + 1))[: count - 1], _PALE)

    def add_chart(self, chart: Any, anchor: str, description: str) -> None:
        """Place a chart; the description is what a reader who cannot see it is told."""
        chart.anchor = anchor
        self._sheet.add_chart(chart)
        self.descriptions.append(description)

    def with_ignored_errors(self, xml: bytes) -> bytes:
        """Return the sheet's part without green corners: ids are numbers kept as texts on purpose."""
        if not self.row or not self._widths:
            return xml
        where = f"A1:{column_letters(max(len(self._widths), 1) - 1)}{self.row}"
        mark = f'<ignoredErrors><ignoredError sqref="{where}" numberStoredAsText="1"/></ignoredErrors>'.encode()
        place = re.search(rb"<drawing |<legacyDrawing |<tableParts|</worksheet>", xml)
        assert place is not None
        return xml[: place.start()] + mark + xml[place.start() :]


def _named_style(name: str, style: _Style) -> "NamedStyle":
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    return NamedStyle(
        name=name,
        number_format=style.number_format,
        font=Font(name="Calibri", size=style.size, bold=style.bold, color=style.colour),
        fill=PatternFill("solid", fgColor=style.fill) if style.fill else PatternFill(),
        alignment=Alignment(horizontal=style.align, vertical="top", wrap_text=style.wrap, indent=style.indent),
        border=Border(bottom=Side("hair", color="BFBFBF")) if style.line else Border(),
    )


def _fit_to_page() -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties

    return PageSetupProperties(fitToPage=True)


def _cells(column: int, first: int, last: int) -> str:
    letters = column_letters(column)
    return f"{letters}{first}:{letters}{last}"


# XML has no place for these; a reader sees that something was there.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Excel reads `_x0041_` as `A`; its first underline is written in the same notation, so that it stays.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def _clean(text: str) -> str:
    """Return a text that a workbook can hold and that Excel shows as it is."""
    text = _NOT_XML.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\ufffd", text)
    return _LOOKS_ESCAPED.sub("_x005F_", text[:MAXIMUM_CELL_TEXT])


def _different(heads: Iterable[str]) -> list[str]:
    """Return the heads of a table, which must differ from each other in more than their case."""
    seen: dict[str, int] = {}
    names = []
    for head in heads:
        seen[head.lower()] = count = seen.get(head.lower(), 0) + 1
        names.append(head if count == 1 else f"{head} ({count})")
    return names


def _print_text(text: str) -> str:
    """Return a text for a page's head: `&` begins a code there, and the whole line holds 255 characters."""
    return _clean(text)[:100].replace("&", "&&")


_FRAME = re.compile(rb'<((?:\w+:)?cNvPr) id="(\d+)" name="Chart \d+"')


def _with_descriptions(drawing: bytes, descriptions: Sequence[str]) -> bytes:
    """Return a drawing whose charts have a text for those who cannot see them; openpyxl has no means for it."""

    def describe(frame: re.Match[bytes]) -> bytes:
        number = int(frame[2])
        return frame[0] + f" descr={quoteattr(_clean(descriptions[number - 1]))}".encode()

    return _FRAME.sub(describe, drawing)
