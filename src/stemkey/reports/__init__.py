"""From results to files: the table of report outputs.

To add one: a module `to_<name>.py` with a function from results to files, and a row below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from stemkey.files import Files

if TYPE_CHECKING:
    from stemkey.reports.results import Results

ReportWriter: TypeAlias = "Callable[[Results], Files]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """One row: what `--report` calls it, the files it makes, and where its writer is (imported when first used)."""

    name: str
    title: str
    files: tuple[str, ...]
    """Names of the files in the `--out` folder."""
    writes: str
    """`module:name` of a function from results to files."""

    @property
    def writer(self) -> "ReportWriter":
        """The function that writes it."""
        module, _, name = self.writes.partition(":")
        writer: ReportWriter = getattr(import_module(module), name)
        return writer


REPORT_FORMATS: tuple[ReportFormat, ...] = (
    ReportFormat(
        name="csv",
        title="CSV: one line a question; students.csv beside it is written while the sheet is read",
        files=("questions.csv",),
        writes="stemkey.reports.to_csv:write_csv",
    ),
    ReportFormat(
        name="xlsx",
        title="Workbook with tables, charts, definitions",
        files=("report.xlsx",),
        writes="stemkey.reports.to_xlsx:write_xlsx",
    ),
    ReportFormat(
        name="html",
        title="One page, offline, for screen and paper",
        files=("report.html",),
        writes="stemkey.reports.to_html:write_html",
    ),
    ReportFormat(
        name="json",
        title="JSON with a schema, for programs",
        files=("results.json",),
        writes="stemkey.reports.to_json:write_json",
    ),
)
"""What `grade` can write besides students.csv; all of it by default."""


class UnknownReportError(ValueError):
    """No report output of that name: says which one may have been meant."""

    def __init__(self, name: str) -> None:
        names = [row.name for row in REPORT_FORMATS]
        close = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"stemkey knows: {', '.join(names)}"
        super().__init__(f"there is no report {name!r}; {hint}")


def find_report(name: str) -> ReportFormat:
    """Return the report output of a name; raise `UnknownReportError` with a suggestion."""
    for row in REPORT_FORMATS:
        if row.name == name:
            return row
    raise UnknownReportError(name)
