"""`-O name=value`: each format has one frozen dataclass of options; its fields are the names, types and defaults."""

import types
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

O = TypeVar("O")  # noqa: E741 # the options type of a format


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    """A format that has nothing to choose."""


class OptionError(ValueError):
    """A bad `-O`: builds its own sentence."""


def parse_options(kind: type[O], texts: Sequence[str], *, format_name: str) -> O:
    """Return the options that `name=value` texts say; raise `OptionError` where a name or a value is unknown."""
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]  # O is a dataclass by the table's contract
    values: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not separator:
            raise OptionError(f"-O {text!r} has no value; write it as name=value")
        if name not in known:
            close = get_close_matches(name, known)
            choices = f"did you mean {close[0]!r}?" if close else f"it knows: {', '.join(sorted(known)) or 'none'}"
            raise OptionError(f"{format_name} has no option {name!r}; {choices}")
        values[name] = _value(name, known[name], value.strip())
    return kind(**values)


def _value(name: str, hint: Any, text: str) -> Any:
    origin = get_origin(hint)
    if origin is Literal:
        choices = get_args(hint)
        if text in choices:
            return text
        raise OptionError(f"option {name!r} is one of {', '.join(choices)}, not {text!r}")
    if origin in (Union, types.UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    if hint is bool:
        if text.lower() in {"yes", "true", "on", "1"}:
            return True
        if text.lower() in {"no", "false", "off", "0"}:
            return False
        raise OptionError(f"option {name!r} is yes or no, not {text!r}")
    if hint is int:
        try:
            return int(text)
        except ValueError:
            raise OptionError(f"option {name!r} is a whole number, not {text!r}") from None
    return text


def describe_options(kind: type[object]) -> list[tuple[str, str, str]]:
    """Return name, type and default of each option, for `--help` and the manual."""
    hints = get_type_hints(kind)
    rows = []
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass by the table's contract
        hint = hints[field.name]
        kind_name = "|".join(get_args(hint)) if get_origin(hint) is Literal else getattr(hint, "__name__", str(hint))
        default = "" if field.default is MISSING or field.default is None else str(field.default)
        rows.append((field.name, kind_name, default))
    return rows
