"""Sheets of many systems for the Day 51 quiz: each is read, and by the source that it comes from."""

from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics
from stemkey.files import open_source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.sheets import SheetOptions, open_sheet

SPECIMENS = [
    ("plain/csv_plain.csv", "plain", "number", 12),
    ("google_forms/google_forms_sheets.csv", "google-forms", "text", 12),
    ("google_forms/google_forms_download_score_feedback.csv", "google-forms", "text", 12),
    ("microsoft_forms/ms_forms.xlsx", "microsoft-forms", "text", 12),
    ("blackboard/blackboard_by_user_shuffled.csv", "blackboard", "text", 12),
    ("blackboard/blackboard_by_question_and_user_utf16.csv", "blackboard", "text", 12),
    ("brightspace/d2l_attempt_details_choice_rows.csv", "brightspace", "text", 8),
    ("qualtrics/qualtrics_three_headers.csv", "qualtrics", "text", 12),
    ("surveymonkey/surveymonkey_two_headers.csv", "surveymonkey", "text", 12),
    ("limesurvey/limesurvey_code_and_text.csv", "limesurvey", "text", 12),
    ("plain/long_shuffled.csv", "plain-long", "text", 12),
    ("canvas_classic/canvas_student_analysis.csv", "canvas", "text", 12),
    ("canvas_classic/attempts_canvas_all_versions.csv", "canvas", "text", 11),
    ("moodle/moodle_responses_en.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_en_old_right_footer.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_en_never_attempted.xlsx", "moodle", "number", 11),
    ("moodle/moodle_responses_de.xlsx", "moodle", "number", 12),
    ("moodle/moodle_responses_es.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_fr.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_ja.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_pt_br.csv", "moodle", "number", 12),
    ("moodle/moodle_responses_ru.csv", "moodle", "number", 12),
]


@pytest.mark.parametrize(("name", "source", "by", "rows"), SPECIMENS, ids=[name for name, *_ in SPECIMENS])
def test_a_specimen_is_read_as_what_it_is(
    shared: Path, day51: Path, name: str, source: str, by: str, rows: int
) -> None:
    quiz = read_markdown(open_source(day51), MarkdownOptions(), Diagnostics())
    found = Diagnostics()
    table = open_sheet(open_source(shared / "data" / "sheets" / name), quiz, SheetOptions(), found)
    assert table, [finding.message for finding in found]
    assert table.source == source
    assert [match.number for match in table.mapping] == [str(number) for number in range(1, 11)]
    assert {match.by for match in table.mapping} == {by}
    assert sum(len(batch) for batch in table.batches()) == rows
    assert not found.has_errors


@pytest.mark.parametrize(
    "name",
    [
        "gradescope/scores.csv",
        "gradebooks/canvas_gradebook.csv",
        "gradebooks/blackboard_upload.csv",
        "gradebooks/brightspace_import.csv",
        "gradebooks/moodle_grade_import.csv",
        "gradebooks/oneroster_results.csv",
        "gradebooks/sakai_gradebook.csv",
        "amc/out.ods",
    ],
)
def test_a_file_of_marks_is_called_by_its_name(shared: Path, day51: Path, name: str) -> None:
    quiz = read_markdown(open_source(day51), MarkdownOptions(), Diagnostics())
    found = Diagnostics()
    assert open_sheet(open_source(shared / "data" / "sheets" / name), quiz, SheetOptions(), found) is None
    assert [finding.code for finding in found] == ["S115"]


def test_scanner_lines_are_cut_where_the_user_says(shared: Path, day51: Path) -> None:
    quiz = read_markdown(open_source(day51), MarkdownOptions(), Diagnostics())
    options = SheetOptions(fixed="id=1-7,name=8-27,answers=28-37")
    source = open_source(shared / "data" / "sheets" / "scantron_fixed" / "fixed_width_scantron.dat")
    found = Diagnostics()
    assert open_sheet(source, quiz, SheetOptions(), found) is None
    assert [finding.code for finding in found] == ["S137"]
    table = open_sheet(source, quiz, options, Diagnostics())
    assert table
    (batch,) = table.batches()
    assert len(batch) == 12
    assert batch.ids[0] == b"0005997"


def test_scanned_sheets_of_several_exams_need_the_keys_of_each(shared: Path, day51: Path) -> None:
    quiz = read_markdown(open_source(day51), MarkdownOptions(), Diagnostics())
    source = open_source(shared / "data" / "sheets" / "r_exams_nops" / "Daten.txt")
    found = Diagnostics()
    assert open_sheet(source, quiz, SheetOptions(), found) is None
    assert [finding.code for finding in found] == ["S123"]
    table = open_sheet(source, quiz, SheetOptions(form_column="exam"), Diagnostics())
    assert table
    (batch,) = table.batches()
    assert batch.forms is not None
    assert batch.forms.tolist() == [b"15072900001", b"15072900002"]
