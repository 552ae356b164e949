"""A law: however a class is written down, its scores are the same. (What damage does is in `test_damage.py`.)"""

import csv
import io
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sheets.classes import CLASS, ITEMS, STEMS, TRUTH, grade, option_text
from tests.sheets.sheet_cases import workbook

from stemkey.files import Source

NOTATIONS: dict[str, Callable[[int, str], str]] = {
    "letter": lambda _, letter: letter,
    "small": lambda _, letter: letter.lower(),
    "bracket": lambda _, letter: f"({letter.lower()})",
    "word": lambda _, letter: f"Option {letter}",
    "text": option_text,
    "loud text": lambda index, letter: f" {option_text(index, letter).upper()}. ",
    "letter and text": lambda index, letter: f"{letter}) {option_text(index, letter)}",
}
HEADERS: dict[str, Callable[[int], str]] = {
    "Q": lambda index: f"Q{index + 1}",
    "Question": lambda index: f"Question {index + 1:02}",
    "number": lambda index: str(index + 1),
    "text": lambda index: STEMS[index],
    "number and text": lambda index: f"{index + 7}. {STEMS[index]}",
    "identifier": lambda index: ITEMS[index].identifier,
}


@st.composite
def sheets(draw: st.DrawFn) -> Source:
    """Write the class down in one of the many ways in which programs and people do."""
    header = HEADERS[draw(st.sampled_from(sorted(HEADERS)))]
    candidates = draw(st.permutations(sorted(CLASS)))
    columns: list[int | str] = draw(st.permutations(["id", "name", 0, 1, 2]))
    by_number = draw(st.booleans()) and draw(st.booleans())
    rows: list[list[str]] = [
        [
            {"id": "Student ID", "name": "Name"}[column] if isinstance(column, str) else header(column)
            for column in columns
        ]
    ]
    for candidate in candidates:
        name, answers = CLASS[candidate]
        cells = []
        for column in columns:
            if isinstance(column, str):
                cells.append(candidate if column == "id" else name)
            elif answers[column] == " ":
                cells.append("")
            elif by_number:
                cells.append(str(ord(answers[column]) - 64))
            else:
                cells.append(NOTATIONS[draw(st.sampled_from(sorted(NOTATIONS)))](column, answers[column]))
        rows.append(cells)
    if draw(st.booleans()):
        return _as_workbook(rows)
    return _as_text(draw, rows)


def _as_workbook(rows: list[list[str]]) -> Source:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return workbook("class.xlsx", buffer.getvalue())


def _as_text(draw: st.DrawFn, rows: list[list[str]]) -> Source:
    buffer = io.StringIO()
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    title = draw(st.booleans())
    if title:
        buffer.write(f"Midterm{separator}{separator}{end}")
    csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    return Source("class.csv", buffer.getvalue().encode(encoding))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sheets())
def test_the_scores_do_not_depend_on_how_the_class_is_written_down(source: Source) -> None:
    graded, found = grade(source)
    assert graded == TRUTH, [finding.message for finding in found]
    assert not found.has_errors
