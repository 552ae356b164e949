"""questions.csv: one line a question, every statistic in full precision. students.csv is streamed (`students`)."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from stemkey.analysis.item_analysis import ChoiceStatistics, ItemStatistics
from stemkey.files import Files
from stemkey.reports.columns import FURTHER_ITEM_FIELDS, ITEM_FIELDS, Field, Subject, subjects
from stemkey.reports.decimals import exact
from stemkey.reports.document import Value
from stemkey.reports.results import Results

_CHOICE_COLUMNS = ("count", "proportion", "point_biserial")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?[ \u00a0\u202f]?%?")


def write_csv(results: Results) -> Files:
    """Return questions.csv: UTF-8, LF, comma; shortest form of every number; empty where it is not defined."""
    return {"questions.csv": _text(_rows(results)).encode("utf-8", "backslashreplace")}


def guarded(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: `=1+1` becomes `'=1+1`, `-5` stays."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text) else text


def choice_labels(items: Iterable[ItemStatistics]) -> tuple[str, ...]:
    """Return the labels that any item has, in the order of the alphabet: A to Z, then AA."""
    return tuple(
        sorted({choice.label for item in items for choice in item.choices}, key=lambda label: (len(label), label))
    )


def _text(rows: Iterable[list[str]]) -> str:
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _rows(results: Results) -> Iterator[list[str]]:
    labels = choice_labels(results.analysis.items)
    yield [
        *(field.column.name for field in ITEM_FIELDS),
        *(f"{label}_{name}" for label in labels for name in _CHOICE_COLUMNS),
        *(field.column.name for field in FURTHER_ITEM_FIELDS),
    ]
    for subject in subjects(results):
        choices = {choice.label: choice for choice in subject.statistics.choices}
        yield [
            *_cells(ITEM_FIELDS, subject),
            *(cell for label in labels for cell in _choice_cells(choices.get(label))),
            *_cells(FURTHER_ITEM_FIELDS, subject),
        ]


def _cells(fields: Iterable[Field[Subject]], subject: Subject) -> list[str]:
    return [cell_text(field.value(subject), is_id=field.column.name == "identifier") for field in fields]


def _choice_cells(choice: ChoiceStatistics | None) -> list[str]:
    return [cell_text(getattr(choice, name)) if choice else "" for name in _CHOICE_COLUMNS]


def cell_text(value: Value, *, is_id: bool = False) -> str:
    """Return a value as a CSV file holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, str):
        return value if is_id else guarded(value)
    return exact(value)
