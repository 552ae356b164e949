"""What the reports themselves have to say, after everything that reading, grading and analysis found."""

from collections.abc import Iterator

from stemkey.diagnostics import Diagnostic, Severity, Text, rule
from stemkey.reports.results import Results


@rule("P101", Severity.WARNING)
def text_cut_in_workbook(length: int) -> Text:
    """A cell of a workbook holds 32,767 characters, so a longer text is cut there.

    report.html, results.json and the CSV files have it whole.
    """
    return Text(
        f"a text of {length:,} characters is cut in report.xlsx, where a cell holds {MAXIMUM_CELL_TEXT:,}",
        "read it in report.html or results.json",
    )


@rule("P102", Severity.INFO)
def matrix_left_out(items: int) -> Text:
    """A sheet of a workbook has 16,384 columns, so the matrix of responses has no room for so many questions.

    students.csv and results.json have every response.
    """
    return Text(
        f"report.xlsx has no sheet of responses: {items:,} questions are more than a sheet has columns",
        "open students.csv",
    )


MAXIMUM_CELL_TEXT = 32_767
MAXIMUM_MATRIX_ITEMS = 16_384 - 2
"""Excel's limits."""


def all_findings(results: Results) -> tuple[Diagnostic, ...]:
    """Return every finding that the reports show: those of the run, then the reports' own."""
    return (*results.diagnostics, *(found for found in _own(results) if found not in results.diagnostics))


def _own(results: Results) -> Iterator[Diagnostic]:
    longest = max((len(text) for text in _texts(results)), default=0)
    if longest > MAXIMUM_CELL_TEXT:
        yield text_cut_in_workbook(longest)
    if results.candidates is not None and len(results.key.items) > MAXIMUM_MATRIX_ITEMS:
        yield matrix_left_out(len(results.key.items))


def _texts(results: Results) -> Iterator[str]:
    """Every text from outside that the workbook holds."""
    for item in results.analysis.items:
        yield item.title
        yield from (choice.text for choice in item.choices)
    for found in results.diagnostics:
        yield found.message
    for person in results.candidates or ():
        yield from (person.id, person.name, person.email)
        yield from (judgement.response for judgement in person.items if judgement.response)
