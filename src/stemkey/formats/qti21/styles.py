"""The stylesheet of a package: what HTML says and QTI cannot, as classes.

QTI has no `style`, no `<u>`, no `<mark>`. Such markup is written as `span` or `div` with a class of one stylesheet, so
that players show it; a comment beside the class says what stood there, so that reading gives it back unchanged.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

STYLESHEET = "stemkey.css"
"""Its path in the package."""
RUN = "run"
"""Note of a wrapper around text that stood in no block."""
PLACED = "placed"
"""Note of a wrapper around the place of an interaction that stands where it would stand anyway."""
ADDED = "added"
"""Note of a wrapper around an interaction that had no place of its own."""

_PREFIX = "sk-"
_LINE = re.compile(r"^\.(sk-\d+) \{[^}]*\} /\* (.*) \*/$", re.MULTILINE)
_NOT_CSS = re.compile(r"[{}<>\\]|/\*|\*/")


class Original(NamedTuple):
    """What stood where a class of the stylesheet stands."""

    tag: str
    """The HTML element's name; empty: the element is only a wrapper."""
    attributes: tuple[tuple[str, str | None], ...] = ()
    """All its attributes in order; None: as on the element that has the class."""
    note: str = ""
    """What a wrapper is for."""


# How elements that QTI lacks look.
_LOOKS: Mapping[str, str] = {
    "u": "text-decoration: underline",
    "ins": "text-decoration: underline",
    "s": "text-decoration: line-through",
    "strike": "text-decoration: line-through",
    "del": "text-decoration: line-through",
    "mark": "background-color: #ff0",
    "center": "text-align: center",
    "summary": "font-weight: bold",
    "rt": "font-size: 50%",
}


class StyleWriter:
    """The classes of one package, in the order in which they were needed."""

    def __init__(self) -> None:
        self._names: dict[Original, str] = {}

    def class_of(self, original: Original) -> str:
        """Return the class that stands for an original."""
        return self._names.setdefault(original, f"{_PREFIX}{len(self._names) + 1}")

    def __bool__(self) -> bool:
        return bool(self._names)

    def text(self) -> str:
        """Return the stylesheet."""
        rows = [f".{name} {{{_css(original)}}} /* {_record(original)} */\n" for original, name in self._names.items()]
        return "/* Written by stemkey; the comments give the original markup back. */\n" + "".join(rows)


def read_styles(text: str) -> dict[str, Original]:
    """Return the originals of a stylesheet that we wrote; nothing of another."""
    originals: dict[str, Original] = {}
    for name, record in _LINE.findall(text):
        try:
            tag, attributes, note = json.loads(record)
            originals[name] = Original(str(tag), tuple(_attributes(attributes)), str(note))
        except (ValueError, TypeError, RecursionError):
            continue
    return originals


def _attributes(rows: Iterable[tuple[object, object]]) -> Iterable[tuple[str, str | None]]:
    for name, value in rows:
        yield str(name), None if value is None else str(value)


def _record(original: Original) -> str:
    text = json.dumps([original.tag, original.attributes, original.note], ensure_ascii=True, separators=(",", ":"))
    return text.replace("*/", "*\\/")


def _css(original: Original) -> str:
    values = {name: value for name, value in original.attributes if value is not None}
    rules = [_LOOKS[original.tag]] if original.tag in _LOOKS else []
    if "align" in values:
        rules.append(f"text-align: {values['align']}")
    rules += [f"{name}: {values[name]}px" for name in ("width", "height") if values.get(name, "").isdigit()]
    if "style" in values:
        rules.append(values["style"].strip().rstrip(";"))
    text = "; ".join(rules)
    return "" if _NOT_CSS.search(text) else " ".join(text.split())
