"""The JSON Schema of the model, made from the model's own fields and what their docstrings say.

`python -m stemkey.formats.native.schema > src/stemkey/formats/native/quiz.schema.json` refreshes the file that ships.
"""

import ast
import inspect
import json
import sys
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from textwrap import dedent
from typing import Any, assert_never

from stemkey.formats.native.shapes import (
    TYPE,
    TYPE_NAMES,
    VERSION,
    Files,
    Html,
    Nullable,
    OneOf,
    Record,
    Scalar,
    Several,
    Shape,
    Words,
    members,
)
from stemkey.model import Quiz

_SCALARS: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Fraction: {"$ref": "#/$defs/fraction"},
}


def shipped_schema() -> dict[str, Any]:
    """Return the JSON Schema that ships with the package."""
    text = (files("stemkey.formats.native") / "quiz.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema of the model as it is now."""
    definitions: dict[str, Any] = {
        "fraction": {
            "description": 'An exact number: "1/3", "2", 0.5. Written as a string, so that a third stays a third.',
            "anyOf": [
                {"type": "string", "pattern": "^-?[0-9]+(/0*[1-9][0-9]*|\\.[0-9]+)?$", "maxLength": 400},
                {"type": "number"},
            ],
        },
        "html": {"description": "HTML; math is TeX between \\( and \\) or \\[ and \\].", "type": "string"},
    }
    quiz = _schema(Record(Quiz), definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stemkey:quiz:{VERSION}",
        "title": "A quiz as stemkey keeps it",
        "type": "object",
        "properties": {"$schema": {"type": "string"}, "schema": {"const": VERSION}, "quiz": quiz},
        "required": ["schema", "quiz"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    match shape:
        case Scalar(kind):
            return {"enum": [str(word) for word in kind]} if issubclass(kind, StrEnum) else _SCALARS[kind]
        case Html():
            return {"$ref": "#/$defs/html"}
        case Nullable(inner):
            return {"anyOf": [_schema(inner, definitions), {"type": "null"}]}
        case Several(inner):
            return {"type": "array", "items": _schema(inner, definitions)}
        case Words():
            return {"type": "object", "additionalProperties": {"type": "string"}}
        case Files():
            content = {"type": "string", "contentEncoding": "base64"}
            return {"type": "object", "additionalProperties": content}
        case Record(kind):
            return _reference(kind, definitions)
        case OneOf(kinds):
            return {"oneOf": [_reference(kind, definitions) for kind in kinds]}
        case _:
            assert_never(shape)


def _reference(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # taken, in case it refers to itself
        definitions[name] = _record(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _record(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    words = _field_words(kind)
    properties: dict[str, Any] = {TYPE: {"const": TYPE_NAMES[kind]}} if kind in TYPE_NAMES else {}
    for member in members(kind):
        schema = _schema(member.shape, definitions)
        properties[member.name] = {"description": words[member.name], **schema} if member.name in words else schema
    required = [member.name for member in members(kind) if member.is_required]
    return {
        "description": inspect.getdoc(kind),
        "type": "object",
        "properties": properties,
        "required": [TYPE, *required] if kind in TYPE_NAMES else required,
        "additionalProperties": False,
    }


@cache
def _field_words(kind: type) -> dict[str, str]:
    """Return what the model's source says below each field; the interpreter does not keep it."""
    (tree,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    words = {}
    for statement, following in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            words[statement.target.id] = " ".join(str(following.value.value).split())
    return words


if __name__ == "__main__":
    json.dump(make_schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
