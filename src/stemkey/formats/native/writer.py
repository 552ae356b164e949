"""The model as JSON: every field, and nothing that the model does not say.

A field that has its default is left out (but for those that every script asks for), places in a source always.
"""

from base64 import b64encode
from json import JSONEncoder
from typing import Any, assert_never

from stemkey.files import Files as Package
from stemkey.formats.native.shapes import (
    ALWAYS,
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
from stemkey.options import NoOptions

_WIDTH = 100
# Not ASCII only: a quiz in Greek or Japanese stays readable.
_encode = JSONEncoder(ensure_ascii=False).encode


def write_json(quiz: Quiz, options: NoOptions) -> Package:
    """Return the quiz as one JSON file, the same bytes for equal quizzes."""
    document = {"schema": VERSION, "quiz": _record(Quiz, quiz)}
    # A lone half of a surrogate pair has no UTF-8; written as an escape it is what it was.
    return {f"{quiz.identifier}.json": (_layout(document, "") + "\n").encode("utf-8", "backslashreplace")}


def _record(kind: type, value: Any) -> dict[str, Any]:
    written = {}
    for member in members(kind):
        content = getattr(value, member.name)
        if member.is_required or member.name in ALWAYS or content != member.default:
            written[member.name] = _value(member.shape, content)
    return written


def _value(shape: Shape, value: Any) -> Any:
    match shape:
        case Scalar(kind):
            return value if kind in (str, int, bool) else str(value)
        case Html():
            return value
        case Nullable(inner):
            return None if value is None else _value(inner, value)
        case Several(inner):
            return [_value(inner, one) for one in value]
        case Words():
            return {name: value[name] for name in sorted(value)}
        case Files():
            return {name: b64encode(value[name].data).decode("ascii") for name in sorted(value)}
        case Record(kind):
            return _record(kind, value)
        case OneOf():
            return {TYPE: TYPE_NAMES[type(value)], **_record(type(value), value)}
        case _:
            assert_never(shape)


def _layout(value: Any, indent: str) -> str:
    """Return JSON that a person can read and `git diff` compares line by line; short containers take one line."""
    if not value or not isinstance(value, (dict, list)):
        return _encode(value)
    if all(not isinstance(one, (dict, list)) for one in (value.values() if isinstance(value, dict) else value)):
        line = _encode(value)
        if len(line) + len(indent) <= _WIDTH:
            return line
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{inner}{_encode(name)}: {_layout(one, inner)}" for name, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    rows = [f"{inner}{_layout(one, inner)}" for one in value]
    return "[\n" + ",\n".join(rows) + f"\n{indent}]"
