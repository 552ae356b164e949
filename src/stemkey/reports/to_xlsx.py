"""report.xlsx: what an exam office opens. Tables with filters, conditional formats, native charts, ready to print.

Nothing in it is a formula, every text is a text whatever it looks like, and the same results give the same bytes:
the file is packed again by `files.zip_files`, and says nothing about when it was made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from stemkey.analysis.flags import WEAK
from stemkey.diagnostics import Diagnostic
from stemkey.diagnostics.render import describe_place
from stemkey.files import Files
from stemkey.reports.build import build_report
from stemkey.reports.decimals import counted
from stemkey.reports.document import (
    Chart,
    Column,
    Findings,
    Kind,
    Listing,
    OptionTable,
    Paragraph,
    Report,
    ResponseMatrix,
    Table,
    Value,
)
from stemkey.reports.results import Results
from stemkey.reports.workbook import Cell, Look, Sheet, Workbook

if TYPE_CHECKING:
    from openpyxl.chart import BarChart, ScatterChart

WIDEST_TEXT = 60
"""Characters; longer texts wrap."""

MAXIMUM_NAMED_POINTS = 80
"""Above this many questions their numbers beside the points of the picture would cover each other."""


def write_xlsx(results: Results) -> Files:
    """Return report.xlsx."""
    return {"report.xlsx": report_workbook(build_report(results))}


def report_workbook(report: Report) -> bytes:
    """Return a report as a workbook."""
    book = Workbook(report.title)
    questions = report.table("questions")
    options = tuple(report.all(OptionTable))
    labels = _labels(options)
    summary = book.add_sheet("Summary")
    _write_summary(summary, report)
    if (candidates := report.table("candidates")) is not None:
        _write_table(book.add_sheet("Students"), candidates, freeze="C2" if len(candidates.columns) > 2 else "A2")
    if questions is not None:
        sheet = book.add_sheet("Questions")
        shares = _with_shares(_with_flag_words(questions, report.flag_words), options, labels)
        _write_table(sheet, shares, freeze="C2")
        _add_difficulty_chart(summary, report, sheet, shares)
        sheet = book.add_sheet("Options")
        _write_table(sheet, _all_options(options), freeze="C2")
        _add_share_chart(sheet, shares, labels)
    for matrix in report.all(ResponseMatrix):
        _write_matrix(book.add_sheet("Responses"), matrix)
    _write_grading(book.add_sheet("Grading"), report)
    for findings in report.section("findings").all(Findings):
        _write_table(book.add_sheet("Findings"), _findings_table(findings.findings), freeze="A2")
    if (definitions := report.table("definitions")) is not None:
        _write_table(book.add_sheet("Definitions"), definitions, freeze="A2")
    return book.to_bytes()


# --- tables -------------------------------------------------------------------------------------------------------

_LOOKS = {
    Kind.TEXT: Look.TEXT,
    Kind.COUNT: Look.COUNT,
    Kind.SCORE: Look.SCORE,
    Kind.PROPORTION: Look.SHARE,
    Kind.PERCENT: Look.PERCENT,
    Kind.CORRELATION: Look.COEFFICIENT,
    Kind.NUMBER: Look.COEFFICIENT,
    Kind.FLAG: Look.FLAG,
}
_BARS = {Kind.PROPORTION: 1.0, Kind.PERCENT: 100.0}
_TEXTS = {Kind.TEXT, Kind.FLAG}


def _write_table(sheet: Sheet, table: Table, *, freeze: str) -> None:
    """Write a table from the sheet's first cell on, with a filter, a frozen head and what its kinds ask for."""
    values = list(_columns(table))
    widths = [_width(column, entries) for column, entries in zip(table.columns, values, strict=True)]
    looks = [
        _look(column, entries, width) for column, entries, width in zip(table.columns, values, widths, strict=True)
    ]
    sheet.set_up(widths=widths, freeze=freeze, repeat_rows="1:1")
    sheet.append([_head(column) for column in table.columns], height=33)
    for row in table.rows:
        sheet.append([_cell(value, look) for value, look in zip(row, looks, strict=True)])
    if table.rows:
        sheet.add_table([column.title for column in table.columns], rows=len(table.rows))
        _add_formats(sheet, table)


def _head(column: Column) -> Cell:
    return Cell(column.title, Look.HEAD if column.kind in _TEXTS else Look.HEAD_RIGHT)


def _look(column: Column, values: Iterable[Value], width: float = 0.0) -> Look:
    """Return how a column looks: scores without decimals where all are whole, long texts wrapped."""
    if column.kind is Kind.SCORE and all(value is None or value == int(value) for value in values):  # type: ignore[arg-type]  # scores are numbers
        return Look.WHOLE
    if column.kind is Kind.TEXT and width >= WIDEST_TEXT:
        return Look.WRAPPED
    return _LOOKS[column.kind]


def _cell(value: Value, look: Look) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "", look)
    if isinstance(value, tuple):
        return Cell("\n".join(value), look)
    return Cell(value, look)


def _columns(table: Table) -> Iterator[tuple[Value, ...]]:
    for position in range(len(table.columns)):
        yield tuple(row[position] for row in table.rows)


def _width(column: Column, values: Sequence[Value]) -> float:
    """Return a width in characters: the head on at most two lines, the texts whole up to a limit."""
    head = max(*(len(word) for word in column.title.split()), (len(column.title) + 1) // 2) + 3
    texts = max((_length(value) for value in values), default=0)
    return min(max(head, texts + 3, 8), WIDEST_TEXT)


def _length(value: Value) -> int:
    if isinstance(value, tuple):
        return max(map(len, value), default=0)
    return len(value) if isinstance(value, str) else 0


def _add_formats(sheet: Sheet, table: Table) -> None:
    last = len(table.rows) + 1
    for position, column in enumerate(table.columns):
        if column.kind in _BARS:
            sheet.add_bars(position, 2, last, maximum=_BARS[column.kind])
        if column.kind is Kind.FLAG:
            sheet.add_flags(position, 2, last)
        if column.name in {"item_rest", "item_total", "discrimination_index"}:
            sheet.add_low_marks(position, 2, last, weak=WEAK)


# --- summary ------------------------------------------------------------------------------------------------------


def _write_summary(sheet: Sheet, report: Report) -> None:
    paragraphs = [block.text for block in report.section("glance").all(Paragraph)]
    sheet.set_up(widths=[34, 14, 62], freeze=None, repeat_rows=None, grid=False)
    sheet.append([Cell(report.title, Look.TITLE)], height=30)
    sheet.append([Cell(report.subtitle, Look.SUBTITLE)], height=20)
    for text in paragraphs:
        sheet.append_wide(text, columns=3)
    for listing in report.section("glance").all(Listing):
        sheet.append([Cell(listing.title, Look.NAME)])
        for entry in listing.entries:
            sheet.append_wide(entry, columns=3)
    sheet.append([])
    test = report.table("test")
    if test is not None:
        heads = (Cell(test.title, Look.HEAD), Cell("Value", Look.HEAD_RIGHT), Cell("Definition", Look.HEAD))
        sheet.append(heads)
        for column, value in zip(test.columns, test.rows[0], strict=True):
            sheet.append(
                [
                    Cell(column.title, Look.NAME),
                    _cell(value, _look(column, [value])),
                    Cell(column.definition, Look.WRAPPED),
                ]
            )
    histogram = report.chart("scores")
    if histogram is not None:
        sheet.append([])
        _write_histogram(sheet, histogram)


def _write_histogram(sheet: Sheet, chart: Chart) -> None:
    """Write the counts of the scores, and the chart that shows them beside the statistics."""
    sheet.append([Cell(chart.x.title, Look.HEAD), Cell(chart.y.title, Look.HEAD_RIGHT)])
    first = sheet.row + 1
    for point in chart.series[0].points:
        sheet.append([Cell(point.label, Look.NAME), Cell(int(point.y or 0), Look.COUNT)])
    sheet.add_chart(_bar_chart(sheet, chart, first, sheet.row), "E3", chart.description)


def _bar_chart(sheet: Sheet, chart: Chart, first: int, last: int) -> "BarChart":
    from openpyxl.chart import BarChart

    bars = BarChart()
    bars.title = chart.title
    bars.gapWidth = 8
    bars.legend = None
    bars.add_data(sheet.reference(1, first - 1, 1, last), titles_from_data=True)
    bars.set_categories(sheet.reference(0, first, 0, last))
    sheet.dress(bars, chart.x.title, chart.y.title, width=17.5, height=9)
    bars.series[0].graphicalProperties.solidFill = sheet.INK
    bars.y_axis.number_format = "0"
    return bars


def _add_difficulty_chart(summary: Sheet, report: Report, sheet: Sheet, questions: Table) -> None:
    chart = report.chart("difficulty")
    if chart is not None:
        summary.add_chart(_scatter_chart(sheet, chart, questions), "E22", chart.description)


def _scatter_chart(sheet: Sheet, chart: Chart, questions: Table) -> "ScatterChart":
    from openpyxl.chart import ScatterChart, Series
    from openpyxl.chart.label import DataLabelList

    names = [column.name for column in questions.columns]
    facility, rest, number = (names.index(name) for name in ("facility", "item_rest", "number"))
    plot = ScatterChart()
    plot.title = chart.title
    plot.style = 13
    plot.scatterStyle = "lineMarker"
    plot.legend = None
    rows = len(questions.rows)
    # A point of its own for each question: only so can a point carry its question's number.
    named = rows <= MAXIMUM_NAMED_POINTS
    for first, last in ((row, row) for row in range(2, rows + 2)) if named else ((2, rows + 1),):
        series = Series(
            sheet.reference(rest, first, rest, last), sheet.reference(facility, first, facility, last), title=None
        )
        series.graphicalProperties.line.noFill = True
        series.marker.symbol = "circle"
        series.marker.size = 7
        series.marker.graphicalProperties.solidFill = sheet.INK
        series.marker.graphicalProperties.line.solidFill = "FFFFFF"
        if named:
            series.tx = sheet.series_name(number, first)
            series.dLbls = DataLabelList()
            series.dLbls.showSerName = True
            series.dLbls.showVal = series.dLbls.showCatName = series.dLbls.showLegendKey = False
            series.dLbls.position = "r"
        plot.series.append(series)
    sheet.dress(plot, chart.x.title, chart.y.title, width=17.5, height=10.5)
    plot.x_axis.scaling.min, plot.x_axis.scaling.max = chart.x.low, chart.x.high
    plot.y_axis.scaling.min, plot.y_axis.scaling.max = chart.y.low, chart.y.high
    plot.x_axis.number_format, plot.y_axis.number_format = "0%", "0.0"
    for axis in (plot.x_axis, plot.y_axis):
        axis.majorUnit = 0.2  # type: ignore[union-attr]  # a scatter chart's axes are both numeric
    plot.x_axis.crosses = plot.y_axis.crosses = "min"
    return plot


# --- options ------------------------------------------------------------------------------------------------------

_MAXIMUM_SHARES = 12


def _labels(options: Sequence[OptionTable]) -> tuple[str, ...]:
    """Return the labels of all options, A to Z, then whatever else a row of the option tables is about."""
    keys = {label for table in options for label in map(str, table.options.column("label"))}
    letters = sorted((label for label in keys if label.isupper()), key=lambda label: (len(label), label))
    return tuple(letters[:_MAXIMUM_SHARES]) + (("omitted",) if "omitted" in keys else ())


def _with_shares(questions: Table, options: Sequence[OptionTable], labels: Sequence[str]) -> Table:
    """Return the questions with the share of each option beside them: what the chart of options shows."""
    kept = [index for index, column in enumerate(questions.columns) if _says_something(questions, column)]
    kept.sort(key=lambda index: questions.columns[index].name == "identifier")
    shares = tuple(
        Column(name=f"{label}_proportion", title=f"{label} share", kind=Kind.PROPORTION, definition="")
        for label in labels
    )
    rows = []
    for row, table in zip(questions.rows, options, strict=True):
        known = dict(zip(map(str, table.options.column("label")), table.options.column("proportion"), strict=True))
        rows.append((*(row[index] for index in kept), *(known.get(label) for label in labels)))
    columns = (*(questions.columns[index] for index in kept), *shares)
    return Table(name=questions.name, title=questions.title, columns=columns, rows=tuple(rows))


def _with_flag_words(questions: Table, words: Mapping[str, str]) -> Table:
    """Return the questions with what each flag says beside its code."""
    position = [column.name for column in questions.columns].index("flags")
    rows = []
    for row in questions.rows:
        codes = row[position]
        assert isinstance(codes, tuple)
        flags = tuple(f"{words[code]} ({code})" for code in codes)
        rows.append((*row[:position], flags, *row[position + 1 :]))
    return Table(name=questions.name, title=questions.title, columns=questions.columns, rows=tuple(rows))


_RARE = {"not_reached", "invalid", "several_marks", "unreadable", "needs_grading"}


def _says_something(table: Table, column: Column) -> bool:
    """Whether a column is worth its room on paper: a rare count that is 0 everywhere is not."""
    return column.name not in _RARE or any(table.column(column.name))


def _all_options(options: Sequence[OptionTable]) -> Table:
    first = options[0].options.columns if options else ()
    number = Column(name="number", title="No.", kind=Kind.TEXT, definition="")
    rows = tuple((table.number, *row) for table in options for row in table.options.rows)
    return Table(name="options", title="Options", columns=(number, *first), rows=rows)


def _add_share_chart(sheet: Sheet, questions: Table, labels: Sequence[str]) -> None:
    """Add bars that show how the candidates spread over the options of each question."""
    from openpyxl.chart import BarChart

    rows = len(questions.rows)
    if not labels or not rows or rows > MAXIMUM_NAMED_POINTS:
        return
    source = sheet.book.sheets["Questions"]
    first = len(questions.columns) - len(labels)
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "percentStacked", 100
    chart.gapWidth = 40
    chart.title = "Which option was chosen"
    for offset in range(len(labels)):
        chart.add_data(source.reference(first + offset, 1, first + offset, rows + 1), titles_from_data=True)
    chart.set_categories(source.reference(0, 2, 0, rows + 1))
    sheet.dress(chart, "Question", "Share of the candidates", width=17, height=max(8.0, min(24.0, 2.5 + 0.75 * rows)))
    for series, fill in zip(chart.series, sheet.shades(len(labels)), strict=True):
        series.graphicalProperties.solidFill = fill
        series.graphicalProperties.line.solidFill = "FFFFFF"
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.number_format = "0%"
    chart.y_axis.crosses = "max"  # below, though the questions run from the top down
    chart.legend.position = "b"
    description = (
        f"For each of {counted(rows, 'question')} the share of the candidates who chose each option; the numbers stand in"
        " the columns of shares on the sheet Questions."
    )
    sheet.add_chart(chart, "K2", description)


# --- responses ----------------------------------------------------------------------------------------------------


def _write_matrix(sheet: Sheet, matrix: ResponseMatrix) -> None:
    """Write who gave which response; the key stands above, the result shows as a fill and as a sign."""
    widest = [
        max([len(key), 6, *(len(row[2][index].text) for row in matrix.rows)]) + 4
        for index, key in enumerate(matrix.keys)
    ]
    ids = max([4, *(len(row[0]) for row in matrix.rows)]) + 3
    names = max([6, *(len(row[1]) for row in matrix.rows)]) + 3
    widths = [min(width, 40) for width in (ids, names, *widest)]
    sheet.set_up(widths=widths, freeze="C3", repeat_rows="1:2")
    sheet.append([Cell("", Look.KEY), Cell("Key", Look.KEY), *(Cell(key, Look.KEY) for key in matrix.keys)])
    heads = ["Id", "Name", *(f"Q{number}" for number in matrix.numbers)]
    sheet.append([Cell(head, Look.HEAD) for head in heads])
    for identifier, name, marks in matrix.rows:
        sheet.append(
            [
                Cell(identifier, Look.TEXT),
                Cell(name, Look.TEXT),
                *(Cell(mark.text, Look.of_verdict(mark.verdict)) for mark in marks),
            ]
        )
    if matrix.rows:
        sheet.add_table(heads, rows=len(matrix.rows), first=2)


# --- grading and findings -----------------------------------------------------------------------------------------


def _write_grading(sheet: Sheet, report: Report) -> None:
    """Write the record: one small table below the other."""
    section = report.section("grading")
    tables = [block for block in section.blocks if isinstance(block, Table)]
    width = max([3, *(len(table.columns) for table in tables if not table.record)])
    sheet.set_up(widths=[26, 22, 30, *([18] * (width - 3))], freeze=None, repeat_rows=None, grid=False)
    sheet.append([Cell(section.title, Look.TITLE)], height=30)
    for block in section.blocks:
        if isinstance(block, Listing):
            sheet.append([])
            sheet.append([Cell(block.title, Look.NAME)])
            for entry in block.entries:
                sheet.append_wide(entry, columns=width)
        elif isinstance(block, Table):
            sheet.append([])
            sheet.append([Cell(block.title, Look.NAME)])
            for row in _grading_rows(block):
                sheet.append(row)


def _grading_rows(table: Table) -> Iterator[list[Cell]]:
    if table.record:
        for column, value in zip(table.columns, table.rows[0], strict=True):
            yield [Cell(column.title, Look.HEAD), _cell(value, _LOOKS[column.kind])]
        return
    looks = [_look(column, values) for column, values in zip(table.columns, _columns(table), strict=True)]
    yield [_head(column) for column in table.columns]
    for row in table.rows:
        yield [
            _cell(value, Look.WRAPPED if look is Look.TEXT else look) for value, look in zip(row, looks, strict=True)
        ]


def _findings_table(findings: Iterable[Diagnostic]) -> Table:
    titles = ("Severity", "Code", "Name", "Question", "What was found", "What to do", "Where")
    return Table(
        name="findings",
        title="Findings",
        columns=tuple(Column(name=title.lower(), title=title, kind=Kind.TEXT, definition="") for title in titles),
        rows=tuple(
            (
                finding.severity.word,
                finding.code,
                finding.name.replace("-", " "),
                finding.item or "",
                finding.message,
                finding.hint or "",
                describe_place(finding.place),
            )
            for finding in findings
        ),
    )
