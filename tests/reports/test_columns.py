"""The columns of all reports, and the manual's page about them."""

from pathlib import Path

import pytest
from tests.reports.classroom import make_results

from stemkey.reports import REPORT_FORMATS, UnknownReportError, find_report
from stemkey.reports.columns import (
    CANDIDATE_FIELDS,
    CHOICE_FIELDS,
    FURTHER_ITEM_FIELDS,
    ITEM_FIELDS,
    LATE_FIELDS,
    TEST_FIELDS,
)
from stemkey.reports.document import Column
from stemkey.reports.students import COLUMNS, LATE_COLUMNS

GROUPS: dict[str, list[Column]] = {
    "candidate": [field.column for field in CANDIDATE_FIELDS],
    "late": [field.column for field in LATE_FIELDS],
    "choice": [field.column for field in CHOICE_FIELDS],
    "item": [field.column for field in (*ITEM_FIELDS, *FURTHER_ITEM_FIELDS)],
    "test": [field.column for field in TEST_FIELDS],
}
BY_COLUMN = pytest.mark.parametrize(
    "column", [column for group in GROUPS.values() for column in group], ids=lambda column: column.name
)


@BY_COLUMN
def test_a_column_is_in_the_manual_with_its_definition(column: Column, repository: Path) -> None:
    page = (repository / "docs" / "reports.md").read_text("utf-8")
    assert f"| `{column.name}` | {column.kind.value} | {column.definition} |" in page


@BY_COLUMN
def test_a_definition_is_a_line_that_ends(column: Column) -> None:
    assert column.definition.endswith(".")
    assert "\n" not in column.definition


def test_students_csv_has_the_columns_of_the_other_reports() -> None:
    assert list(COLUMNS) == [column.name for column in GROUPS["candidate"]]
    assert list(LATE_COLUMNS) == [column.name for column in GROUPS["late"]]


def test_names_are_unique_within_a_group() -> None:
    for columns in GROUPS.values():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", REPORT_FORMATS, ids=lambda row: row.name)
def test_a_report_writes_the_files_that_its_row_names(row: object, repository: Path) -> None:
    known = find_report(getattr(row, "name", ""))
    assert tuple(known.writer(make_results())) == known.files
    page = (repository / "docs" / "reports.md").read_text("utf-8")
    assert all(f"## {name}" in page for name in known.files)


def test_an_unknown_report_is_answered_with_a_suggestion() -> None:
    with pytest.raises(UnknownReportError, match="did you mean 'xlsx'"):
        find_report("xls")
