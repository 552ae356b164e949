"""What the reports themselves have to say, after everything that reading, grading and analysis found."""

from stemkey.diagnostics import Diagnostic, Severity, Text, rule
from stemkey.reports.results import MAXIMUM_LISTED, Results


@rule("P101", Severity.INFO)
def candidates_not_listed(candidates: int) -> Text:
    """The class is too large for a list that people read, so only students.csv has every candidate.

    results.json has null in the place of its candidates; the workbook and the page have the statistics only.
    students.csv is written row by row and always has everybody.
    """
    return Text(
        f"the {candidates:,} candidates are listed in students.csv only; the other reports list up to {MAXIMUM_LISTED:,}",
        "open students.csv, or grade each group on its own",
    )


def all_findings(results: Results) -> tuple[Diagnostic, ...]:
    """Return every finding that the reports show: those of the run, then the reports' own."""
    own = [] if results.candidates is not None else [candidates_not_listed(results.analysis.test.candidates)]
    return (*results.diagnostics, *(found for found in own if found not in results.diagnostics))
