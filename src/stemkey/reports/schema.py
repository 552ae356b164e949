"""The JSON Schema of results.json, made from the columns, so that a new statistic is in it at once.

`python -m stemkey.reports.schema > src/stemkey/reports/results.schema.json` refreshes the file that ships;
a test says when it is stale.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from stemkey.diagnostics import Severity
from stemkey.reports.columns import (
    CANDIDATE_FIELDS,
    CHOICE_FIELDS,
    FURTHER_ITEM_FIELDS,
    ITEM_FIELDS,
    LATE_FIELDS,
    TEST_FIELDS,
    Field,
    T,
)
from stemkey.reports.document import Kind
from stemkey.reports.to_json import BOUNDS, SCHEMA_VERSION
from stemkey.scoring.answer_key import Status

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
NUMBER: Schema = {"type": "number"}
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}

_BY_KIND: Mapping[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.COUNT: COUNT,
    Kind.SCORE: NUMBER_OR_NULL,
    Kind.PROPORTION: NUMBER_OR_NULL,
    Kind.PERCENT: NUMBER_OR_NULL,
    Kind.CORRELATION: {"type": ["number", "null"], "minimum": -1, "maximum": 1},
    Kind.NUMBER: NUMBER_OR_NULL,
    Kind.FLAG: YES_OR_NO,
}

_EXCEPTIONS: Mapping[str, Schema] = {
    "flags": {"type": "array", "items": {"type": "string", "pattern": "^A2[0-9]{2}$"}},
    "attempt": COUNT_OR_NULL,
    "submitted": TEXT_OR_NULL,
    "due": TEXT_OR_NULL,
    # Alpha may fall below -1 where questions contradict each other.
    "alpha": {"type": ["number", "null"], "maximum": 1},
    "alpha_if_deleted": {"type": ["number", "null"], "maximum": 1},
}


def build_schema() -> Schema:
    """Return the schema of results.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stemkey:results:{SCHEMA_VERSION}",
        "title": "Results of a graded class (stemkey grade, results.json)",
        "description": "Undefined numbers are null and a finding in `diagnostics` says why.",
        **_closed(
            schema={"const": SCHEMA_VERSION},
            quiz=_closed(title=TEXT, identifier=TEXT, items=COUNT, points=NUMBER),
            source=_source(),
            candidates={
                "description": "In the order of the sheet; null for a class too large to list: students.csv has everybody.",
                "type": ["array", "null"],
                "items": _closed(
                    **_properties(CANDIDATE_FIELDS),
                    grade={**TEXT_OR_NULL, "description": "What the grading scale makes of the score; null: no scale."},
                    **_properties(LATE_FIELDS),
                    items=_list_of(_judgement()),
                ),
            },
            items=_list_of(
                _closed(
                    **_properties(ITEM_FIELDS),
                    **_properties(FURTHER_ITEM_FIELDS),
                    choices=_list_of(_closed(**_properties(CHOICE_FIELDS))),
                )
            ),
            test=_closed(
                **{name: entry for name, entry in _properties(TEST_FIELDS).items() if name not in BOUNDS},
                alpha_interval={
                    "description": "95 % interval of alpha (Feldt): lower and upper end.",
                    "oneOf": [
                        {"type": "null"},
                        {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
                    ],
                },
            ),
            diagnostics=_list_of(_finding()),
        ),
    }


def schema_text() -> str:
    """Return the schema as the file that ships has it."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def _source() -> Schema:
    file = _closed(
        name=TEXT,
        kind={**TEXT, "description": "The container: csv, xlsx, …"},
        source={**TEXT, "description": "The kind of sheet: moodle, canvas, plain, …"},
        sheet=TEXT_OR_NULL,
        encoding=TEXT_OR_NULL,
        rows_read=COUNT,
        rows_graded=COUNT,
        rows_refused=COUNT,
        rows_left_out={
            **COUNT,
            "description": "People who were absent or never finished, and rows that say the same as another;"
            " read = graded + refused + left out. Attempts that do not count are graded.",
        },
    )
    return _closed(
        files=_list_of(file),
        attempts={**TEXT, "description": "Which attempt counted: best, first, last, average."},
        mapping=_list_of(_closed(column=TEXT, number=TEXT, by=TEXT)),
        quiz=_closed(name=TEXT, sha256={**TEXT, "description": "SHA-256 of the quiz file, to tell versions apart."}),
        rules=_list_of(TEXT),
        assumptions=_list_of(TEXT),
        changes={
            "description": "Candidates whom decisions after the exam affect.",
            **_list_of(_closed(id=TEXT, score_before=NUMBER, points_before=NUMBER, score=NUMBER, points=NUMBER)),
        },
    )


def _judgement() -> Schema:
    return _closed(
        number=TEXT,
        identifier=TEXT,
        response={
            **TEXT_OR_NULL,
            "description": "The label (`B`, several as `B,D`) or the text as typed; null: omitted.",
        },
        credit={**NUMBER_OR_NULL, "description": "Share of the question's points; null: not graded."},
        score={**NUMBER_OR_NULL, "description": "Credit times points; null: not graded."},
        status={"enum": [status.value for status in Status]},
    )


def _finding() -> Schema:
    place = _closed(
        source=TEXT_OR_NULL,
        line=COUNT_OR_NULL,
        column={
            "description": "In a text the 1-based column, in a sheet the column's letters.",
            "type": ["integer", "string", "null"],
        },
        sheet=TEXT_OR_NULL,
        row=COUNT_OR_NULL,
        cell=TEXT_OR_NULL,
        item={**TEXT_OR_NULL, "description": "Number of the question."},
    )
    return _closed(
        code={**TEXT, "pattern": "^[A-Z][0-9]{3}$"},
        name=TEXT,
        severity={"enum": [severity.word for severity in Severity]},
        message=TEXT,
        hint=TEXT_OR_NULL,
        place={"oneOf": [{"type": "null"}, place]},
    )


def _properties(fields: Iterable[Field[T]]) -> dict[str, Schema]:
    return {
        field.column.name: {
            **_EXCEPTIONS.get(field.column.name, _BY_KIND[field.column.kind]),
            "description": field.column.definition,
        }
        for field in fields
    }


def _closed(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(entry: Schema) -> Schema:
    return {"type": "array", "items": entry}


if __name__ == "__main__":
    sys.stdout.write(schema_text())
