"""results.json: everything, for programs; `results.schema.json` beside this module says what is in it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from importlib.resources import files
from typing import Any

from stemkey.analysis.item_analysis import ItemAnalysis
from stemkey.diagnostics.render import to_json as finding_json
from stemkey.files import Files
from stemkey.reports.columns import (
    CANDIDATE_FIELDS,
    CHOICE_FIELDS,
    FURTHER_ITEM_FIELDS,
    ITEM_FIELDS,
    LATE_FIELDS,
    TEST_FIELDS,
    Field,
    Subject,
    T,
    subjects,
)
from stemkey.reports.findings import all_findings
from stemkey.reports.results import Results
from stemkey.scoring.answer_key import Judgement
from stemkey.scoring.gradebook import Candidate

SCHEMA_VERSION = 1
SCHEMA_FILE = "results.schema.json"

BOUNDS = ("alpha_low", "alpha_high")
"""Columns of a table; here they are the two ends of `alpha_interval`."""


def write_json(results: Results) -> Files:
    """Return results.json: one line a candidate, an item, a finding, so that two of them can be compared."""
    return {"results.json": "".join(_lines(results)).encode("utf-8", "backslashreplace")}


def results_schema() -> dict[str, Any]:
    """Return the JSON Schema of results.json that ships with the package."""
    schema: dict[str, Any] = json.loads(files(__package__).joinpath(SCHEMA_FILE).read_text("utf-8"))
    return schema


def _lines(results: Results) -> Iterator[str]:
    yield f'{{\n"schema": {SCHEMA_VERSION},\n'
    yield f'"quiz": {_dump(_quiz(results))},\n'
    yield f'"source": {_dump(_source(results))},\n'
    if results.candidates is None:
        yield '"candidates": null,\n'
    else:
        yield from _array("candidates", _candidates(results, results.candidates))
    yield from _array("items", (_dump(_item(subject)) for subject in subjects(results)))
    yield f'"test": {_dump(_test(results.analysis))},\n'
    yield from _array("diagnostics", (_dump(finding_json(found)) for found in all_findings(results)), end="\n}\n")


def _array(name: str, entries: Iterable[str], *, end: str = ",\n") -> Iterator[str]:
    yield f'"{name}": ['
    separator = "\n"
    for entry in entries:
        yield separator + entry
        separator = ",\n"
    yield f"\n]{end}" if separator == ",\n" else f"]{end}"


def _quiz(results: Results) -> dict[str, Any]:
    return {
        "title": results.quiz.title,
        "identifier": results.quiz.identifier,
        "items": results.analysis.test.items,
        "points": results.analysis.test.points,
    }


def _source(results: Results) -> dict[str, Any]:
    record = results.record
    return {
        "files": [
            {
                "name": file.name,
                "kind": file.kind,
                "source": file.source,
                "sheet": file.sheet,
                "encoding": file.encoding,
                "rows_read": file.rows_read,
                "rows_graded": file.rows_graded,
                "rows_refused": file.rows_refused,
                "rows_left_out": file.rows_left_out,
            }
            for file in record.files
        ],
        "attempts": record.attempts,
        "mapping": [{"column": column.column, "number": column.number, "by": column.by} for column in record.mapping],
        "quiz": {"name": record.quiz_source, "sha256": record.quiz_digest},
        "rules": list(record.rules),
        "assumptions": list(record.assumptions),
        "changes": [change._asdict() for change in results.changed],
    }


def _candidates(results: Results, candidates: Sequence[Candidate]) -> Iterator[str]:
    # Judgements are shared between candidates: each is written once and pasted where it occurs again.
    written: dict[tuple[int, int], str] = {}

    def judged(position: int, judgement: Judgement) -> str:
        known = written.get((position, id(judgement)))
        if known is None:
            known = written[position, id(judgement)] = _judgement(position, judgement)
        return known

    def _judgement(position: int, judgement: Judgement) -> str:
        key = results.key.items[position]
        return _dump(
            {
                "number": key.item.number,
                "identifier": key.item.identifier,
                "response": judgement.response,
                "credit": judgement.credit,
                "score": None if judgement.credit is None else judgement.ticks * results.key.tick,
                "status": judgement.status.value,
            }
        )

    def late(candidate: Candidate) -> dict[str, Any]:
        return {name: None if value == "" else value for name, value in _values(LATE_FIELDS, candidate).items()}

    grades = results.grades or (None,) * len(candidates)
    for candidate, grade in zip(candidates, grades, strict=True):
        head = _dump(_values(CANDIDATE_FIELDS, candidate) | {"grade": grade} | late(candidate))
        items = ", ".join(judged(position, judgement) for position, judgement in enumerate(candidate.items))
        yield f'{head[:-1]}, "items": [{items}]}}'


def _item(subject: Subject) -> dict[str, Any]:
    return {
        **_values(ITEM_FIELDS, subject),
        **_values(FURTHER_ITEM_FIELDS, subject),
        "choices": [_values(CHOICE_FIELDS, choice) for choice in subject.statistics.choices],
    }


def _test(analysis: ItemAnalysis) -> dict[str, Any]:
    test = analysis.test
    values = {name: value for name, value in _values(TEST_FIELDS, test).items() if name not in BOUNDS}
    return values | {"alpha_interval": test.alpha_interval}


def _values(fields: Iterable[Field[T]], thing: T) -> dict[str, Any]:
    return {field.column.name: field.value(thing) for field in fields}


def _dump(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """Return the value with exact numbers as JSON numbers, in their shortest form: 1 and not 1.0."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
