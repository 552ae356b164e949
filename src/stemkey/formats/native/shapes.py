"""The shape of the model as JSON, taken from the model's own fields: one description for reader, writer and schema.

A field added to the model is written, read and in the schema without a change here.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from stemkey.diagnostics import Span
from stemkey.files import Source
from stemkey.model import (
    EVERYTHING,
    AcceptedNumber,
    AcceptedText,
    Asset,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

VERSION = 1
"""The number under `"schema"`; it changes when what is written today could no longer be read."""

TYPE = "type"
TYPE_NAMES: Mapping[type, str] = {
    ChoiceInteraction: "choice",
    InlineChoiceInteraction: "inlineChoice",
    OrderInteraction: "order",
    MatchInteraction: "match",
    TextEntryInteraction: "textEntry",
    ExtendedTextInteraction: "extendedText",
    UploadInteraction: "upload",
    ForeignInteraction: "foreign",
    AcceptedText: "text",
    AcceptedNumber: "number",
}
"""What `"type"` says where a value can be one of several things."""

ALWAYS = frozenset({"title", "points", "interactions", "sections", "items", "accepted", "choices", "credit"})
"""Written even where they have their default, because every script asks for them."""

_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"\$schema"\s*:\s*"[^"]*"\s*,\s*)?"schema"\s*:\s*\d+\s*,\s*"quiz"\s*:'
)

CARRIES = EVERYTHING


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or yes/no; `kind` is the type in the model."""

    kind: type


@dataclass(frozen=True, slots=True)
class Html:
    """Content."""


@dataclass(frozen=True, slots=True)
class Nullable:
    """A shape or null."""

    inner: "Shape"


@dataclass(frozen=True, slots=True)
class Several:
    """A list of one shape."""

    inner: "Shape"


@dataclass(frozen=True, slots=True)
class Words:
    """An object from names to texts."""


@dataclass(frozen=True, slots=True)
class Files:
    """An object from names of files to their contents in base64."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object with the fields of a class of the model."""

    kind: type


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several records, told apart by `"type"`."""

    kinds: tuple[type, ...]


Shape: TypeAlias = Scalar | Html | Nullable | Several | Words | Files | Record | OneOf


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a record."""

    name: str
    shape: Shape
    default: Any
    """What an absent field means; MISSING where it may not be absent."""

    @property
    def is_required(self) -> bool:
        """Whether the field must be there."""
        return self.default is MISSING


@cache
def members(kind: type) -> tuple[Member, ...]:
    """Return the fields of a class of the model that JSON carries: all but places in a source."""
    hints = get_type_hints(kind)
    return tuple(
        Member(field.name, _shape(hints[field.name]), _default(field))
        for field in fields(kind)
        if Span not in get_args(hints[field.name])
    )


def _default(field: "Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _shape(hint: Any) -> Shape:
    if hint is Content:
        return Html()
    if get_origin(hint) in (Union, UnionType):
        return _union_shape(get_args(hint))
    if get_origin(hint) is tuple:
        return Several(_shape(get_args(hint)[0]))
    if get_args(hint)[1:] == (str,):
        return Words()
    if get_args(hint)[1:] == (Asset,):
        return Files()
    assert isinstance(hint, type), hint
    return Scalar(hint) if issubclass(hint, str | int | Fraction | StrEnum) else Record(hint)


def _union_shape(kinds: tuple[Any, ...]) -> Shape:
    if NoneType in kinds:
        return Nullable(_shape(next(kind for kind in kinds if kind is not NoneType)))
    return OneOf(kinds)


def is_native(source: Source) -> bool:
    """Whether a file is certainly a quiz as JSON: its first key is `"schema"`, followed by our `"quiz"`."""
    return _BEGINNING.match(source.data[:1000]) is not None
