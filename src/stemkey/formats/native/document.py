"""JSON as text becomes JSON as values, with the line of every question.

The outer levels are read here, with their places; each question is read by the C decoder of the standard library.
"""

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from typing import Any, TypeAlias

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule

_SPACE = re.compile(r"[ \t\n\r]*")
# Where the questions are. What lies on the way there is read step by step, everything else at once.
_WAY = ("quiz", "sections", None, "items", None)

Path: TypeAlias = tuple[str | int, ...]
"""`("quiz", "sections", 0, "items", 3, "points")`."""


@rule("R701", Severity.ERROR)
def not_json(reason: str) -> Text:
    """The file is not JSON, so nothing in it can be told apart.

    JSON forgives nothing: a comma after the last entry, a single quote or a comment is enough. Example: in
    `{"title": "Week 3",}` the comma before `}` has to go. An editor that knows JSON marks the place too.
    """
    return Text(f"this is not JSON: {reason}", "mend the place named, or write the file again")


@rule("R706", Severity.ERROR)
def key_twice(key: str) -> Text:
    """An object has the same key twice, and only one of the two values could be used.

    JSON readers silently take the last one. Stemkey does not choose: keep the one you mean.
    Example: `{"title": "Week 3", "title": "Week 4"}`.
    """
    return Text(f"the key {key!r} is there twice in one object", "keep one of the two")


class Document:
    """A JSON document, and where its questions begin."""

    def __init__(self, text: str, source: str) -> None:
        self.value: Any = None
        self.offsets: dict[Path, int] = {}
        """Where each question begins."""
        self._text, self._source = text, source
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, offset: int) -> Span:
        """Return the place of an offset."""
        line = bisect_right(self._line_starts, offset)
        return Span(self._source, line, offset - self._line_starts[line - 1] + 1)

    def locate(self, path: Path) -> Span:
        """Return the place of a value, or of the nearest thing around it that is there."""
        offset, rest = self.offsets.get(path[: len(_WAY)]), path[len(_WAY) :]
        if offset is None:
            offset, rest = skip(self._text, 0), path
        for step in rest:
            inner = _step(self._text, offset, step)
            if inner is None:
                break
            offset = inner
        return self.span(offset)


_SCAN = JSONDecoder(strict=False).raw_decode


def _step(text: str, offset: int, step: str | int) -> int | None:
    """Return where a member or element of the container at an offset begins. The text is known to be JSON."""
    is_object = text[offset : offset + 1] == "{"
    if is_object != isinstance(step, str):
        return None
    position = skip(text, offset + 1)
    count = 0
    while text[position : position + 1] not in ("}", "]"):
        key: str | int = count
        if is_object:
            key, position = _SCAN(text, position)
            position = skip(text, skip(text, position) + 1)
        if key == step:
            return position
        _, position = _SCAN(text, position)
        position = skip(text, position)
        if text[position] == ",":
            position = skip(text, position + 1)
        count += 1
    return None


def skip(text: str, position: int) -> int:
    """Return the place of the next thing that is no white space."""
    match = _SPACE.match(text, position)
    return match.end() if match else position


def read_document(text: str, source: str, found: Diagnostics) -> Document | None:
    """Return the document; None, with a finding, where the text is no JSON."""
    document = Document(text, source)
    try:
        document.value = _Reading(text, document, found).whole()
    except JSONDecodeError as error:
        found.add(not_json(_reason(error)), Span(source, error.lineno, error.colno))
        return None
    except RecursionError:
        found.add(not_json("it is nested too deeply"), Span(source, 1))
        return None
    return document


_REASONS = {
    "Invalid control character at": "a text runs over the end of its line, or holds a control character",
    "Invalid \\escape": "a backslash begins no escape of JSON's; write it twice",
    "Invalid \\uXXXX escape": "\\u is not followed by four hexadecimal digits",
    "Unterminated string starting at": "a text that begins here has no end",
}


def _reason(error: JSONDecodeError) -> str:
    """Return the decoder's reason in our words."""
    known = next((words for start, words in _REASONS.items() if error.msg.startswith(start)), None)
    return known or error.msg[:1].lower() + error.msg[1:]


class _Reading:
    """One reading of a text."""

    def __init__(self, text: str, document: Document, found: Diagnostics) -> None:
        self._text, self._document, self._found = text, document, found
        self._start = 0
        # Numbers stay texts, so that 0.1 is a tenth; NaN and Infinity are no JSON.
        self._decoder = JSONDecoder(
            object_pairs_hook=self._object, parse_float=Number, parse_int=Number, parse_constant=_refuse_constant
        )

    def whole(self) -> Any:
        """Return the value that is the whole text."""
        value, end = self.value(skip(self._text, 0), ())
        if skip(self._text, end) != len(self._text):
            raise JSONDecodeError("something follows the end", self._text, skip(self._text, end))
        return value

    def value(self, start: int, path: Path) -> tuple[Any, int]:
        """Return the value at a place, and where it ends."""
        self._start = start
        opens = self._text[start : start + 1]
        if len(path) < len(_WAY) and _is_on_the_way(path):
            if opens == "{":
                return self._members(start, path)
            if opens == "[":
                return self._elements(start, path)
        elif len(path) == len(_WAY):
            self._document.offsets[path] = start
        try:
            value, end = self._decoder.raw_decode(self._text, start)
        except _ConstantError as error:
            raise JSONDecodeError(f"there is no number {error} in JSON", self._text, start) from None
        return value, end

    def _members(self, start: int, path: Path) -> tuple[dict[str, Any], int]:
        pairs = []
        position = skip(self._text, start + 1)
        if self._at(position) == "}":
            return {}, position + 1
        while True:
            self._start = position
            if self._at(position) != '"':
                raise JSONDecodeError("expecting a key in double quotes", self._text, position)
            key, position = self._decoder.raw_decode(self._text, position)
            position = skip(self._text, position)
            if self._at(position) != ":":
                raise JSONDecodeError("expecting ':' after a key", self._text, position)
            value, position = self.value(skip(self._text, position + 1), (*path, key))
            pairs.append((key, value))
            position = skip(self._text, position)
            if self._at(position) == "}":
                return self._object(pairs), position + 1
            if self._at(position) != ",":
                raise JSONDecodeError("expecting ',' or '}'", self._text, position)
            position = skip(self._text, position + 1)

    def _elements(self, start: int, path: Path) -> tuple[list[Any], int]:
        values: list[Any] = []
        position = skip(self._text, start + 1)
        if self._at(position) == "]":
            return values, position + 1
        while True:
            value, position = self.value(position, (*path, len(values)))
            values.append(value)
            position = skip(self._text, position)
            if self._at(position) == "]":
                return values, position + 1
            if self._at(position) != ",":
                raise JSONDecodeError("expecting ',' or ']'", self._text, position)
            position = skip(self._text, position + 1)

    def _at(self, position: int) -> str:
        return self._text[position : position + 1]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            seen = set()
            for key, _ in pairs:
                if key in seen:
                    self._found.add(key_twice(key), self._document.span(self._start))
                seen.add(key)
        return value


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class _ConstantError(Exception):
    """NaN or Infinity: Python reads them, JSON has none."""


def _refuse_constant(word: str) -> Any:
    raise _ConstantError(word)


def _is_on_the_way(path: Path) -> bool:
    return all(wanted is None or step == wanted for step, wanted in zip(path, _WAY, strict=False))
