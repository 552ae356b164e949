"""Two laws: however a class is written down its scores are the same, and no damage changes a score in silence."""

import csv
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sheets.sheet_cases import default_quiz, workbook

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.model import ChoiceInteraction
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.spelling import plain_text
from stemkey.sheets import SheetOptions, open_sheet

QUIZ = default_quiz()
KEY = compile_key(QUIZ, Diagnostics())
ITEMS = [entry.item for entry in KEY.items]
# Every option of every question occurs, and every candidate has another score or other answers.
CLASS = {
    "0001": ("Ada Abara", "ABC"),
    "0020": ("Bo Ek", "B D"),
    "0300": ("Cy Öztürk", "CDA"),
    "4000": ("Dy Ng", "DAB"),
    "0005": ("Ey Ito", "A C"),
    "0060": ("Fy Sørensen", " CB"),
}


def scores(source: Source) -> tuple[dict[str, Fraction | None], Diagnostics, bool]:
    """Return each id's score (None where it is listed as unreadable), what was found, and whether anything was said."""
    found = Diagnostics()
    table = open_sheet(source, QUIZ, SheetOptions(), found)
    graded: dict[str, Fraction | None] = {}
    said = False
    for batch in table.batches() if table else ():
        for row in range(len(batch)):
            candidate = batch.ids[row].decode()
            said = said or candidate in graded  # the kernel says that an id stands in the sheet twice
            total: Fraction | None = Fraction(0)
            for entry, column in zip(KEY.items, batch.columns, strict=True):
                judgement = entry.judge(column.values[int(column.codes[row])])
                said = said or judgement.finding is not None
                total = None if total is None or judgement.credit is None else total + judgement.credit
            graded[candidate] = total
    return graded, found, said or len(found) > 0


TRUTH = {
    candidate: Fraction(sum(answer == right for answer, right in zip(answers, "ABC", strict=True)))
    for candidate, (_, answers) in CLASS.items()
}


def option_text(index: int, letter: str) -> str:
    choice = ITEMS[index].interactions[0]
    assert isinstance(choice, ChoiceInteraction)
    return plain_text(choice.choices[choice.labels.index(letter)].content)


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
    "text": lambda index: plain_text(ITEMS[index].body),
    "number and text": lambda index: f"{index + 7}. {plain_text(ITEMS[index].body)}",
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
    graded, found, _ = scores(source)
    assert graded == TRUTH, [finding.message for finding in found]
    assert not found.has_errors


def valid_text() -> bytes:
    rows = [["id", "name", *(plain_text(item.body) for item in ITEMS)]]
    rows += [
        [
            candidate,
            name,
            *("" if answer == " " else option_text(index, answer) for index, answer in enumerate(answers)),
        ]
        for candidate, (name, answers) in CLASS.items()
    ]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


VALID = valid_text()


@st.composite
def damages(draw: st.DrawFn) -> bytes:
    """Damage the file somewhere: a byte changed, some deleted or put in, the end cut off."""
    at = draw(st.integers(0, len(VALID) - 1))
    kind = draw(st.sampled_from(["flip", "delete", "insert", "cut", "repeat"]))
    if kind == "flip":
        return VALID[:at] + bytes([VALID[at] ^ (1 << draw(st.integers(0, 7)))]) + VALID[at + 1 :]
    if kind == "delete":
        return VALID[:at] + VALID[at + draw(st.integers(1, 3)) :]
    if kind == "insert":
        put = draw(st.sampled_from([b",", b";", b'"', b"\n", b"\x00", b"\xff", b"#N/A", b"A", b"1", b"E+11"]))
        return VALID[:at] + put + VALID[at:]
    if kind == "repeat":
        lines = VALID.splitlines(keepends=True)
        line = draw(st.sampled_from(lines[1:]))
        return VALID + line.replace(b"Paris", b"Marseille")
    return VALID[:at]


@settings(max_examples=200, deadline=None)
@given(damages())
def test_no_damage_changes_a_score_in_silence(data: bytes) -> None:
    graded, _, said = scores(Source("class.csv", data))
    wrong = {
        candidate: score for candidate, score in graded.items() if candidate in TRUTH and score != TRUTH[candidate]
    }
    assert said or not wrong, wrong


BOOK = workbook("class.xlsx", VALID.decode()).data


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(BOOK) - 1), st.integers(1, 255), st.sampled_from(["flip", "cut", "delete"]))
def test_no_damage_of_a_workbook_changes_a_score_in_silence(at: int, by: int, kind: str) -> None:
    data = {
        "flip": BOOK[:at] + bytes([BOOK[at] ^ by]) + BOOK[at + 1 :],
        "cut": BOOK[:at],
        "delete": BOOK[:at] + BOOK[at + by :],
    }
    graded, _, said = scores(Source("class.xlsx", data[kind]))
    wrong = {candidate: score for candidate, score in graded.items() if score != TRUTH.get(candidate)}
    assert said or not wrong, wrong
