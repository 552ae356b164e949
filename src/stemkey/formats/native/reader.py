"""JSON becomes the model: every value is checked, every problem is named with its path and line."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from json import dumps
from types import MappingProxyType
from typing import Any, NoReturn, assert_never

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, decode_text
from stemkey.formats.native.document import Document, Number, Path, read_document
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
from stemkey.model import (
    FULL_CREDIT,
    Asset,
    ChoiceInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    Section,
)
from stemkey.options import NoOptions
from stemkey.richtext.sanitise import sanitise_html

MAXIMUM_DIGITS = 400
_FRACTION = re.compile(r"-?\d+(?:/0*[1-9]\d*|(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)", re.ASCII)
_IDENTIFIER = re.compile(r"[\w.-]+")
_COMMON = {"1": FULL_CREDIT}  # most keys, and points; a zero would be false
_SHOWN = 40
# Looking up a place costs a walk through the question; nobody reads a thousand of them.
_LOCATED = 1000


@rule("R702", Severity.ERROR)
def not_a_quiz_document(reason: str) -> Text:
    """The file is JSON, but not a quiz as stemkey writes it.

    A quiz is an object with `"schema": 1` and `"quiz": {…}`; docs/formats/json.md shows a whole one, and the JSON
    Schema that ships with the package says every detail. A higher number means that a newer stemkey wrote it.
    """
    return Text(f"this JSON is not a quiz: {reason}", 'see docs/formats/json.md; the file begins {"schema": 1, "quiz":')


@rule("R703", Severity.ERROR)
def value_of_another_kind(path: str, value: str, wanted: str) -> Text:
    """A value is not what its place in the quiz asks for, so it would have to be guessed.

    The path says which value, counting from 0: `quiz.sections[0].items[2].points` is the points of the third
    question. Example: points are a number or a fraction in quotes, `2`, `0.5`, `"1/3"`, not `"two"`.
    """
    return Text(f"{path} is {value}, not {wanted}", f"give {wanted}")


@rule("R704", Severity.ERROR)
def value_missing(path: str, name: str) -> Text:
    """A part of the quiz lacks a value that has no default, so its meaning is open.

    A question without `body`, a choice without `content`, an interaction without `type` cannot be shown.
    Add the value; docs/formats/json.md lists what each part needs.
    """
    return Text(f"{path} has no {name!r}", f'add "{name}"')


@rule("R705", Severity.WARNING)
def key_unknown(path: str, key: str, close: str | None) -> Text:
    """An object has a key that a quiz does not have there; what it says is not read.

    As a rule it is a typo (`"point"` for `"points"`), and the default is used instead of what was meant.
    """
    return Text(
        f"{path} has a key {key!r}, which means nothing there; it is not read",
        f"did you mean {close!r}?" if close else "remove it",
    )


@rule("R707", Severity.ERROR)
def reference_leads_nowhere(path: str, target: str, known: str) -> Text:
    """A pair of a matching question names a target that the question does not list, so its key is open.

    `"target"` is the `"identifier"` of one of the `"targets"`. Example: a pair with `"target": "t9"` in a
    question whose targets are `t1` and `t2`.
    """
    return Text(f"{path} names the target {target!r}, which is not one of {known}", "name one of the targets")


@rule("R708", Severity.ERROR)
def identifier_twice(path: str, identifier: str) -> Text:
    """Two choices (or pairs, or targets, or blanks) of one question have the same identifier.

    Responses and keys name them by it, so a mark could mean either. Give each its own, for example A, B, C.
    """
    return Text(f"{path} has the identifier {identifier!r} twice", "give each its own identifier")


def read_json(source: Source, options: NoOptions, found: Diagnostics) -> Quiz:
    """Return the quiz; a question with a problem is left out, and each problem is named."""
    text = decode_text(source, found)
    document = read_document(text, source.name, found) if text is not None else None
    stem = _cleaned(source.stem)
    quiz = _Decoding(document, found, stem).quiz() if document is not None else None
    return quiz or Quiz(identifier=stem)


def _cleaned(identifier: str) -> str:
    return re.sub(r"[^\w.-]+", "-", identifier) or "quiz"


class _RefusedError(Exception):
    """The value cannot be used; what is wrong with it has been said."""


class _Decoding:
    """One document on its way into the model."""

    def __init__(self, document: Document, found: Diagnostics, stem: str) -> None:
        self._document, self._found, self._stem = document, found, stem
        self._item: str | None = None
        self._located = 0

    def quiz(self) -> Quiz | None:
        value = self._document.value
        if not isinstance(value, dict):
            self._say((), not_a_quiz_document(f"it is {_shown(value)}, not an object"))
            return None
        version = value.get("schema")
        if version != str(VERSION) or not isinstance(version, Number):
            reason = f'"schema" is {_shown(version)}, not {VERSION}' if "schema" in value else 'it has no "schema"'
            self._say(("schema",), not_a_quiz_document(reason))
            return None
        if "quiz" not in value:
            self._say((), not_a_quiz_document('it has no "quiz"'))
            return None
        self._unknown_keys(value, ("$schema", "schema", "quiz"), ())
        try:
            quiz: Quiz = self._record(Quiz, value["quiz"], ("quiz",))
        except _RefusedError:
            return None
        return quiz

    # --- values, by shape ---------------------------------------------------------------------------------------

    def _value(self, shape: Shape, value: Any, path: Path) -> Any:
        match shape:
            case Scalar(kind):
                return self._scalar(kind, value, path)
            case Html():
                return sanitise_html(self._text(value, path), self._found, self._span(path), item=self._item)
            case Nullable(inner):
                return None if value is None else self._value(inner, value, path)
            case Several(inner):
                return self._several(inner, value, path)
            case Words():
                words = self._object(value, path)
                return MappingProxyType({name: self._text(word, (*path, name)) for name, word in words.items()})
            case Files():
                return MappingProxyType(self._files(value, path))
            case Record(kind):
                return self._record(kind, value, path)
            case OneOf(kinds):
                return self._one_of(kinds, value, path)
            case _:
                assert_never(shape)

    def _scalar(self, kind: type, value: Any, path: Path) -> Any:
        if kind is str:
            return self._text(value, path)
        if kind is bool:
            return self._boolean(value, path)
        if kind is int:
            return self._integer(value, path)
        if kind is Fraction:
            return self._fraction(value, path)
        assert issubclass(kind, StrEnum)
        if type(value) is not str or value not in set(kind):
            self._refuse(path, value, "one of " + ", ".join(f'"{word}"' for word in kind))
        return kind(value)

    def _text(self, value: Any, path: Path) -> str:
        if type(value) is not str:
            self._refuse(path, value, "a text")
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            self._refuse(path, value, "a text that Unicode can hold (it has half of a surrogate pair)")
        return value

    def _boolean(self, value: Any, path: Path) -> bool:
        if not isinstance(value, bool):
            self._refuse(path, value, "true or false")
        return value

    def _integer(self, value: Any, path: Path) -> int:
        if not isinstance(value, Number) or not value.lstrip("-").isdigit() or len(value) > 18:
            self._refuse(path, value, "a whole number")
        return int(value)

    def _fraction(self, value: Any, path: Path) -> Fraction:
        if not isinstance(value, str) or len(value) > MAXIMUM_DIGITS or not _FRACTION.fullmatch(value):
            self._refuse(path, value, 'a number or a fraction like "1/3"')
        return _COMMON.get(value) or Fraction(value)

    def _object(self, value: Any, path: Path) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._refuse(path, value, "an object")
        return value

    def _several(self, inner: Shape, value: Any, path: Path) -> tuple[Any, ...]:
        """Every element, so that all problems are named; a broken section or question is left out."""
        if not isinstance(value, list):
            self._refuse(path, value, "a list")
        values = []
        is_whole = True
        for index, element in enumerate(value):
            try:
                values.append(self._value(inner, element, (*path, index)))
            except _RefusedError:
                is_whole = False
        if not is_whole and inner not in (Record(Section), Record(Item)):
            raise _RefusedError
        return tuple(values)

    def _files(self, value: Any, path: Path) -> dict[str, Asset]:
        files = {}
        for name, data in self._object(value, path).items():
            text = self._text(data, (*path, name))
            try:
                files[name] = Asset(name=name, data=b64decode(text, validate=True))
            except (Base64Error, ValueError):
                self._refuse((*path, name), data, "a file in base64")
        return files

    def _one_of(self, kinds: Sequence[type], value: Any, path: Path) -> Any:
        named = {TYPE_NAMES[kind]: kind for kind in kinds}
        name = self._object(value, path).get(TYPE)
        if TYPE not in value:
            self._say(path, value_missing(_dotted(path), TYPE))
            raise _RefusedError
        if not isinstance(name, str) or name not in named:
            self._refuse((*path, TYPE), name, "one of " + ", ".join(f'"{word}"' for word in named))
        return self._record(named[str(name)], value, path, tagged=True)

    # --- objects ------------------------------------------------------------------------------------------------

    def _record(self, kind: type, value: Any, path: Path, *, tagged: bool = False) -> Any:
        content = self._object(value, path)
        if kind is not Item:
            return self._fields(kind, content, path, tagged=tagged)
        number = content.get("number")
        self._item = number if type(number) is str else None
        try:
            return replace(self._fields(kind, content, path), span=self._span(path))
        finally:
            self._item = None

    def _fields(self, kind: type, content: dict[str, Any], path: Path, *, tagged: bool = False) -> Any:
        known = members(kind)
        self._unknown_keys(content, [*(member.name for member in known), *([TYPE] if tagged else [])], path)
        values: dict[str, Any] = {}
        is_whole = True
        for member in known:
            if member.name in content:
                try:
                    values[member.name] = self._value(member.shape, content[member.name], (*path, member.name))
                except _RefusedError:
                    # A quiz goes on without a broken title; a question with a broken part is left out.
                    is_whole = is_whole and kind in (Quiz, Section)
            elif member.is_required:
                self._say(path, value_missing(_dotted(path), member.name))
                is_whole = is_whole and kind is Quiz
        if kind is Quiz:
            values["identifier"] = self._quiz_identifier(values.get("identifier"), path)
        elif not is_whole or not self._is_coherent(kind, values, path):
            raise _RefusedError
        return kind(**values)

    def _quiz_identifier(self, identifier: str | None, path: Path) -> str:
        if identifier is None or _IDENTIFIER.fullmatch(identifier):
            return identifier or self._stem
        wanted = "letters, digits, '-', '_' and '.'"
        path = (*path, "identifier")
        self._say(path, value_of_another_kind(_dotted(path), _shown(identifier), wanted))
        return _cleaned(identifier)

    def _unknown_keys(self, content: dict[str, Any], known: Sequence[str], path: Path) -> None:
        for key in content:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                self._say((*path, key), key_unknown(_dotted(path), key, close[0] if close else None))

    def _is_coherent(self, kind: type, values: dict[str, Any], path: Path) -> bool:
        """Whether the parts of an object agree with each other."""
        unique = [self._are_unique(values.get(name, ()), (*path, name)) for name in _UNIQUE.get(kind, ())]
        is_unique = all(unique)
        if kind is MatchInteraction:
            return self._leads_somewhere(values, path) and is_unique
        return is_unique

    def _are_unique(self, parts: Sequence[Any], path: Path) -> bool:
        seen: set[str] = set()
        is_unique = True
        for index, part in enumerate(parts):
            if part.identifier in seen:
                self._say((*path, index), identifier_twice(_dotted(path), part.identifier))
                is_unique = False
            seen.add(part.identifier)
        return is_unique

    def _leads_somewhere(self, values: dict[str, Any], path: Path) -> bool:
        known = {target.identifier for target in values["targets"]}
        is_known = True
        for index, pair in enumerate(values["pairs"]):
            if pair.target not in known:
                place = (*path, "pairs", index, "target")
                listed = ", ".join(repr(name) for name in sorted(known)[:10]) or "none"
                self._say(place, reference_leads_nowhere(_dotted(place[:-1]), pair.target, listed))
                is_known = False
        return is_known

    # --- findings -----------------------------------------------------------------------------------------------

    def _refuse(self, path: Path, value: Any, wanted: str) -> NoReturn:
        self._say(path, value_of_another_kind(_dotted(path), _shown(value), wanted))
        raise _RefusedError

    def _say(self, path: Path, finding: Diagnostic) -> None:
        self._found.add(finding, self._span(path, is_needed=True), item=self._item)

    def _span(self, path: Path, *, is_needed: bool = False) -> Span:
        """Return a place: exact for a finding, the question's for what may become one."""
        self._located += is_needed
        if not is_needed or self._located > _LOCATED:
            offset = self._document.offsets.get(path[:5], 0)
            return self._document.span(offset)
        return self._document.locate(path)


_UNIQUE: dict[type, tuple[str, ...]] = {
    Item: ("interactions",),
    ChoiceInteraction: ("choices",),
    InlineChoiceInteraction: ("choices",),
    OrderInteraction: ("choices",),
    MatchInteraction: ("pairs", "targets"),
}
"""Whose parts are named by identifiers."""


def _dotted(path: Path) -> str:
    """Return a path as people write it: `quiz.sections[0].items[2].points`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "the document"


def _shown(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f'{text[: _SHOWN - 1]}…"'
