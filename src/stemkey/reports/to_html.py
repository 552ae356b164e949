"""report.html: one page, offline, for a screen of any width and for paper.

The page is a jinja2 template with autoescape: a name or an answer cannot become markup. Should it ever, the page's
own content security policy lets no script run but the one whose digest it names, and nothing load from anywhere.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from stemkey.diagnostics import Diagnostic
from stemkey.diagnostics.render import describe_place
from stemkey.files import Files
from stemkey.reports.build import build_report
from stemkey.reports.charts import MINOR_FLAGS
from stemkey.reports.decimals import exact, shown
from stemkey.reports.document import Block, Column, Kind, OptionTable, Report, Section, Table, Value, Verdict
from stemkey.reports.drawing import draw_histogram, draw_scatter, draw_trace
from stemkey.reports.page_content import page_content
from stemkey.reports.results import Results

if TYPE_CHECKING:
    from jinja2 import Environment

_MAXIMUM_MARKS = 40_000
"""A page with more cells in its matrix takes a phone's breath away."""

_NUMERIC = frozenset(set(Kind) - {Kind.TEXT, Kind.FLAG})
_CLASSES: Mapping[Verdict, str] = {
    Verdict.RIGHT: "right",
    Verdict.PARTIAL: "partial",
    Verdict.WRONG: "wrong",
    Verdict.OMITTED: "omitted",
    Verdict.NOT_GRADED: "not-graded",
    Verdict.NOT_GIVEN: "not-given",
}
_SIGNS: Mapping[Verdict, str] = {
    Verdict.RIGHT: "✓",
    Verdict.PARTIAL: "◐",
    Verdict.WRONG: "✗",
    Verdict.OMITTED: "–",
    Verdict.NOT_GRADED: "?",
    Verdict.NOT_GIVEN: "·",
}


def write_html(results: Results) -> Files:
    """Return report.html."""
    return {"report.html": report_page(build_report(results))}


def report_page(report: Report) -> bytes:
    """Return a report as a page."""
    from markupsafe import Markup

    script = part("report.js")
    numbers = {block.number: position for position, block in enumerate(report.all(OptionTable), start=1)}
    page = (
        environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            style=Markup(part("page.css") + part("report.css")),  # noqa: S704 # our own file
            script=Markup(script),  # noqa: S704 # our own file
            script_hash=script_digest(script),
            content=lambda content: Markup(page_content(content, report.assets)),  # noqa: S704 # sanitised when it was read
            anchor=lambda number: f"question-{numbers[number]}",
            row_number=lambda number: numbers[number],
            item_numbers=numbers,
            numeric=_NUMERIC,
            minor_flags=MINOR_FLAGS,
            shown=lambda value, kind: shown(value, Kind(kind)),
            raw=_raw,
            percent=lambda share: exact(round(100 * (share or 0.0), 2)),
            named=_named,
            named_record=_named_record,
            blocks=_blocks,
            kind=lambda block: type(block).__name__,
            place=_place,
            shown_columns=_shown_columns,
            fits=lambda matrix: len(matrix.rows) * len(matrix.numbers) <= _MAXIMUM_MARKS,
            mark_class=_CLASSES,
            mark_sign=_SIGNS,
            draw_histogram=draw_histogram,
            draw_scatter=draw_scatter,
            draw_trace=draw_trace,
        )
    )
    return page.encode("utf-8", "backslashreplace")


@cache
def environment() -> "Environment":
    """Return the templates: every text is escaped, a name that is not there is a mistake and not an empty text."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(part),
        trim_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def part(name: str) -> str:
    """Return a file of the folder `templates`."""
    return files(__package__).joinpath("templates", name).read_text("utf-8")


def script_digest(script: str) -> str:
    """Return how a content security policy names a script."""
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def _raw(value: Value) -> str:
    """Return a number as the page's script sorts it."""
    return "" if value is None or isinstance(value, str | tuple) else exact(value)


def _named(table: Table, row: Sequence[Value]) -> dict[str, Any]:
    return {column.name: value for column, value in zip(table.columns, row, strict=True)}


def _named_record(section: Section) -> SimpleNamespace:
    table = next(section.all(Table))
    return SimpleNamespace(**_named(table, table.rows[0]))


def _blocks(section: Section, kind: str) -> list[Block]:
    return [block for block in section.blocks if type(block).__name__ == kind]


def _place(finding: Diagnostic) -> str:
    return describe_place(finding.place)


_NOT_IN_THE_TABLE = {"identifier", "n", "answered"}
_IF_ANY = {"omitted", "not_reached", "invalid", "several_marks", "unreadable", "needs_grading"}


def _shown_columns(table: Table) -> list[Column]:
    """Return the columns that help to compare questions; the others stand with each question."""
    varied = len(set(table.column("points"))) > 1
    return [
        column
        for column in table.columns
        if column.name not in _NOT_IN_THE_TABLE
        and (column.name not in _IF_ANY or any(table.column(column.name)))
        and (column.name != "points" or varied)
    ]
