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
    ("google_forms/google_forms_sheets.csv", "plain", "text", 12),
    ("google_forms/google_forms_download_score_feedback.csv", "plain", "text", 12),
    ("microsoft_forms/ms_forms.xlsx", "plain", "text", 12),
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
