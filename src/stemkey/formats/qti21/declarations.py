"""A response or outcome variable as an item declares it: its type, its right value, what its values are worth.

A value is None (QTI's NULL), a single text, number or boolean, or a `Container`.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.tree import children

if TYPE_CHECKING:
    from lxml.etree import _Element

Single: TypeAlias = str | Fraction | bool


class Container(NamedTuple):
    """Several values; `ordered` says whether their order counts."""

    values: tuple[Single, ...]
    ordered: bool = False


Value: TypeAlias = Single | Container | None

NUMBERS = frozenset({"float", "integer", "duration"})
"""Base types whose values are numbers."""


class NotReadable(Exception):  # noqa: N818 # no error of the file: it says something that we do not compute
    """The program uses something that is not computed here; the message names it."""


class MapEntry(NamedTuple):
    """One row of a mapping."""

    key: str
    value: Fraction
    case_sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMap:
    """What responses are worth, value by value."""

    entries: tuple[MapEntry, ...]
    default: Fraction = Fraction(0)
    lower: Fraction | None = None
    upper: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A response or outcome variable."""

    identifier: str
    cardinality: str = "single"
    base: str = "identifier"
    default: Value = None
    correct: Value = None
    mapping: ValueMap | None = None
    table: "_Element | None" = field(default=None, compare=False)
    """What numbers become in it: a `matchTable` or an `interpolationTable`."""


def read_declaration(element: "_Element") -> Declaration:
    """Return what a response or outcome declaration says."""
    base = element.get("baseType", "identifier")
    cardinality = element.get("cardinality", "single")
    parts: dict[str, _Element] = {str(inner.tag): inner for inner in reversed(element)}
    return Declaration(
        identifier=element.get("identifier", ""),
        cardinality=cardinality,
        base=base,
        default=_values(parts.get("defaultValue"), cardinality, base),
        correct=_values(parts.get("correctResponse"), cardinality, base),
        mapping=_mapping(parts.get("mapping")),
        table=parts.get("matchTable", parts.get("interpolationTable")),
    )


def single_value(text: str, base: str) -> Single | None:
    """Return a text as a value of a base type; None where it is none of it."""
    match base:
        case "float" | "integer" | "duration":
            return read_decimal(text)
        case "boolean":
            return text.strip().lower() in {"true", "1"}
        case "string":
            # What a tool put on a line of its own is meant without the line's blanks.
            return text.strip() if _LINE_END.search(text) else text
        case "pair":
            return " ".join(sorted(text.split()))
        case "directedPair":
            return " ".join(text.split())
        case _:
            return text.strip()


_LINE_END = re.compile(r"\A\s*\n|\n\s*\Z")


def _values(holder: "_Element | None", cardinality: str, base: str) -> Value:
    if holder is None:
        return None
    values: list[Single] = []
    for element in children(holder, "value"):
        value = single_value("".join(str(part) for part in element.itertext()), base)
        if value is not None:
            values.append(value)
    if cardinality == "single":
        return values[0] if values else None
    return Container(tuple(values), cardinality == "ordered") if values else None


def _mapping(element: "_Element | None") -> ValueMap | None:
    if element is None:
        return None
    return ValueMap(
        entries=tuple(
            MapEntry(
                entry.get("mapKey", ""),
                read_decimal(entry.get("mappedValue")) or Fraction(0),
                entry.get("caseSensitive", "true").strip() not in {"false", "0"},
            )
            for entry in children(element, "mapEntry")
        ),
        default=read_decimal(element.get("defaultValue")) or Fraction(0),
        lower=read_decimal(element.get("lowerBound")),
        upper=read_decimal(element.get("upperBound")),
    )


def mapped(declaration: Declaration, value: Value) -> Fraction:
    """Return what a mapping gives for a response. QTI 2.1, mapResponse: a value counts once; {B,B,C} maps as {B,C}."""
    mapping = declaration.mapping
    if mapping is None:
        raise NotReadable(f"a mapping that '{declaration.identifier}' does not have")
    values = () if value is None else value.values if isinstance(value, Container) else (value,)
    total = sum((_mapped_one(mapping, declaration.base, single) for single in dict.fromkeys(values)), Fraction(0))
    if value is None:
        total = mapping.default if declaration.cardinality == "single" else Fraction(0)
    if mapping.lower is not None:
        total = max(total, mapping.lower)
    if mapping.upper is not None:
        total = min(total, mapping.upper)
    return total


def _mapped_one(mapping: ValueMap, base: str, value: Single) -> Fraction:
    for entry in mapping.entries:
        key = single_value(entry.key, base)
        if key == value:
            return entry.value
        is_text = isinstance(key, str) and isinstance(value, str) and not entry.case_sensitive
        if is_text and str(key).casefold() == str(value).casefold():
            return entry.value
    return mapping.default
