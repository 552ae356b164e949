"""report.xlsx, read back by openpyxl, calamine and LibreOffice."""

import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.reports.classroom import HOSTILE_ANSWERS, HOSTILE_NAMES, make_regraded_results, make_results
from tests.reports.programs import soffice

from stemkey.reports.build import build_report
from stemkey.reports.document import ResponseMatrix
from stemkey.reports.findings import all_findings
from stemkey.reports.results import Results
from stemkey.reports.to_xlsx import write_xlsx
from stemkey.scoring.answer_key import Judgement, Status


def workbook(results: Results) -> bytes:
    return write_xlsx(results)["report.xlsx"]


def opened(results: Results) -> Any:
    return load_workbook(BytesIO(workbook(results)))


def parts(results: Results) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(workbook(results))) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def hostile() -> Results:
    """A class whose names and answers try to become formulas, errors, markup."""
    results = make_results(names=HOSTILE_NAMES)
    people = list(results.candidates or ())
    for index, answer in enumerate(HOSTILE_ANSWERS):
        judgements = [Judgement(Status.INVALID, answer, people[0].score * 0, 0), *people[index].items[1:]]
        people[index] = replace(people[index], items=tuple(judgements))
    return replace(results, candidates=tuple(people), title="=1+1 & <b>&P</b>")


def cells(book: Any) -> Iterator[Any]:
    for sheet in book:
        for row in sheet.iter_rows():
            yield from row


def test_the_sheets_are_those_that_the_manual_names() -> None:
    assert opened(make_results()).sheetnames == [
        "Summary", "Students", "Questions", "Options", "Responses", "Grading", "Findings", "Definitions",
    ]  # fmt: skip


def test_nothing_is_a_formula_and_nothing_an_error() -> None:
    assert {cell.data_type for cell in cells(opened(hostile()))} <= {"s", "n", "inlineStr"}


def test_names_and_answers_come_back_as_they_were() -> None:
    results = hostile()
    book = opened(results)
    names = [row[1].value for row in book["Students"].iter_rows(min_row=2)]
    expected = [person.name.replace("\x07", "\u2407") for person in results.candidates or ()]
    assert names == expected
    assert [book["Responses"].cell(row, 3).value for row in (3, 4, 5)] == list(HOSTILE_ANSWERS)


def test_a_text_that_begins_like_a_formula_stays_one_when_it_is_edited() -> None:
    sheet = opened(hostile())["Students"]
    assert [row[1].quotePrefix for row in sheet.iter_rows(min_row=2, max_row=5)] == [True, True, True, True]
    assert sheet["B7"].quotePrefix is False


def test_a_text_in_excels_own_escapes_stays_as_typed() -> None:
    sheet = parts(make_results(names=("_x0041_ and _x41_",)))["xl/worksheets/sheet2.xml"]
    assert "_x005F_x0041_ and _x41_" in sheet


def test_ids_keep_their_zeros_and_are_not_marked_as_mistakes() -> None:
    results = make_results()
    assert opened(results)["Students"]["A2"].value == "0002371"
    assert re.search(
        r'<ignoredError sqref="A1:I31" numberStoredAsText="1"/>', parts(results)["xl/worksheets/sheet2.xml"]
    )


def test_numbers_are_numbers_in_full_precision() -> None:
    results = make_results()
    sheet = opened(results)["Questions"]
    heads = [cell.value for cell in sheet[1]]
    for row, item in zip(sheet.iter_rows(min_row=2), results.analysis.items, strict=True):
        values = dict(zip(heads, row, strict=True))
        assert values["Facility"].value == pytest.approx(item.facility, abs=1e-15)
        assert values["Facility"].number_format == "0%"
        assert values["Item-rest r"].value == pytest.approx(item.item_rest, abs=1e-15)


def test_every_list_is_a_table_with_filter_frozen_head_and_repeated_rows_on_paper() -> None:
    book = opened(make_results())
    for name in ("Students", "Questions", "Options", "Responses", "Findings", "Definitions"):
        sheet = book[name]
        (table,) = sheet.tables.values()
        assert table.autoFilter.ref == table.ref
        head = sheet[table.ref][0]
        assert [cell.value for cell in head] == [column.name for column in table.tableColumns]
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows == ("$1:$2" if name == "Responses" else "$1:$1")
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_pages_carry_the_title_as_text_and_their_number() -> None:
    sheet = parts(hostile())["xl/worksheets/sheet2.xml"]
    assert "&amp;L=1+1 &amp;&amp; &lt;b&gt;&amp;&amp;P&lt;/b&gt;" in sheet
    assert "Page &amp;P of &amp;N" in sheet


def test_charts_have_titles_axes_and_words_for_those_who_cannot_see_them() -> None:
    files = parts(make_results())
    charts = [text for name, text in sorted(files.items()) if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    for chart in charts:
        assert chart.count("<title>") == 3
        assert '<delete val="0"' in chart
    drawings = "".join(text for name, text in files.items() if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name))
    described = re.findall(r'cNvPr id="\d+" name="Chart \d+" descr="([^"]+)"', drawings)
    assert len(described) == 3
    assert described[0].startswith("Scores of 30 candidates")


def test_results_show_without_colour() -> None:
    book = opened(make_results())
    formats = {cell.number_format for row in book["Responses"].iter_rows(min_row=3, min_col=3) for cell in row}
    assert formats == {'"✓ "@', '"✗ "@', '"? "@', "@"}
    rules = [rule for area in book["Questions"].conditional_formatting for rule in area.rules]
    assert {rule.type for rule in rules} == {"dataBar", "expression"}
    signs = {rule.dxf.numFmt.formatCode[:3] for rule in rules if rule.dxf and rule.dxf.numFmt}
    assert signs == {'"▼ ', '"▽ '}


def test_decisions_and_grades_are_on_their_sheets() -> None:
    book = opened(make_regraded_results())
    texts = [cell.value for row in book["Grading"].iter_rows() for cell in row]
    assert "Decided after the exam" in texts
    assert "dropped: for nobody" in texts
    heads = [cell.value for cell in book["Students"][1]]
    assert heads[-1] == "Grade"


def test_the_same_results_give_the_same_bytes_and_the_file_tells_no_time() -> None:
    assert workbook(make_results()) == workbook(make_results())
    core = parts(make_results())["docProps/core.xml"]
    assert set(re.findall(r"\d{4}-\d\d-\d\d", core)) == {"2000-01-01"}


def test_a_class_too_large_to_list_has_the_summaries_only() -> None:
    book = opened(make_results(listed=False))
    assert "Students" not in book.sheetnames
    assert "Responses" not in book.sheetnames
    assert any("students.csv" in str(row[4].value) for row in book["Findings"].iter_rows(min_row=2))


@pytest.mark.parametrize("results", [make_results(candidates=1), make_results(items=1), make_results(items=130)])
def test_small_and_long_tests_have_a_workbook_too(results: Results) -> None:
    assert len(list(opened(results)["Questions"].iter_rows(min_row=2))) == len(results.key.items)


def test_a_very_long_text_is_cut_at_excels_limit() -> None:
    results = make_results(names=("x" * 40_000,))
    assert len(opened(results)["Students"]["B2"].value) == 32_767
    assert [found.code for found in all_findings(results)][-1] == "P101"
    assert "P101" not in {found.code for found in all_findings(make_results())}


def test_more_questions_than_a_sheet_has_columns_leave_out_the_matrix_and_say_so() -> None:
    one = make_results(candidates=2, items=1)
    results = replace(
        one,
        key=replace(one.key, items=one.key.items * 16_400),
        analysis=replace(one.analysis, items=one.analysis.items * 16_400),
        candidates=tuple(replace(person, items=tuple(person.items) * 16_400) for person in one.candidates or ()),
    )
    report = build_report(results)
    assert list(report.all(ResponseMatrix)) == []
    assert "P102" in {found.code for found in all_findings(results)}


def test_calamine_reads_the_same_texts() -> None:
    from python_calamine import CalamineWorkbook

    results = hostile()
    rows = CalamineWorkbook.from_filelike(BytesIO(workbook(results))).get_sheet_by_name("Students").to_python()
    assert [row[0] for row in rows[1:]] == [person.id for person in results.candidates or ()]
    assert rows[1][1] == HOSTILE_NAMES[0]


def test_libreoffice_shows_the_cells_and_prints_the_pages(tmp_path: Path) -> None:
    results = hostile()
    (tmp_path / "report.xlsx").write_bytes(workbook(results))
    # Sheet 2 as shown, UTF-8, every text quoted: the filter's own options.
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    soffice("--convert-to", options, "--outdir", tmp_path, tmp_path / "report.xlsx", home=tmp_path)
    with next(tmp_path.glob("*.csv")).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == [person.id for person in results.candidates or ()]
    assert rows[1][1] == HOSTILE_NAMES[0]
    assert rows[12][1] == "#N/A"
    soffice("--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "report.xlsx", home=tmp_path)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
