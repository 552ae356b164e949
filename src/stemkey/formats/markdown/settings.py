"""Settings: the front matter of a file, and comments under a question or a heading."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from json import JSONDecodeError, loads
from typing import Any

from stemkey.diagnostics import Diagnostics, Span
from stemkey.formats.markdown.findings import front_matter_unreadable, setting_unknown, setting_unreadable
from stemkey.formats.markdown.lines import Line

QUIZ_NAMES = (
    "id", "title", "points", "shuffle", "shuffle choices", "shuffle items", "time limit", "attempts", "tags", "category", "bank", "extensions",
)  # fmt: skip
SECTION_NAMES = ("id", "draw", "points each", "shuffle", "bank", "title")
ITEM_NAMES = (
    "id", "identifier", "number", "title", "points", "shuffle", "tags", "category", "objective", "penalty", "type",
    "choose", "fixed", "case", "weight", "lines", "file types", "maximum files", "units", "unit required",
    "unit penalty", "extensions", "interactions",
)  # fmt: skip
_SYNONYMS = {
    "time": "time limit", "timelimit": "time limit", "time limit minutes": "time limit", "shuffle answers": "shuffle",
    "point": "points", "categories": "category", "tag": "tags", "keywords": "tags", "name": "title",
    "learning objective": "objective", "pick": "draw", "select": "draw", "points per question": "points each",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as written."""

    name: str
    value: Any
    """A text; in front matter a list of texts or a mapping as well."""
    place: Span

    @property
    def text(self) -> str:
        """The value as one text."""
        if isinstance(self.value, list):
            return ", ".join(str(part) for part in self.value)
        return str(self.value).strip()


@dataclass(slots=True)
class SettingReader:
    """The settings of one thing, and how to read their values; what cannot be read is reported."""

    found: Diagnostics
    item: str | None = None
    settings: dict[str, Setting] = field(default_factory=dict)

    def add(self, settings: Iterable[Setting], known: tuple[str, ...]) -> "SettingReader":
        """Add settings, reporting those with an unknown name."""
        for setting in settings:
            name = plain_name(setting.name)
            if name.rpartition("]] ")[2] in known:
                self.settings[name] = Setting(name, setting.value, setting.place)
            else:
                near = get_close_matches(name, known, n=1)
                finding = setting_unknown(setting.name, near[0] if near else None, ", ".join(known))
                self.found.add(finding, setting.place, item=self.item)
        return self

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        setting = self.settings.get(name)
        return setting.text if setting else default

    def names(self, name: str, separator: str = ",") -> tuple[str, ...]:
        """Return a list of texts: a YAML list, or one text with separators."""
        setting = self.settings.get(name)
        if setting is None:
            return ()
        parts = setting.value if isinstance(setting.value, list) else _json_list(setting.text)
        if parts is None:
            parts = _split(setting.text, separator)
        return tuple(part for part in (str(part).strip() for part in parts) if part)

    def number(self, name: str) -> Fraction | None:
        """Return an exact number; None where it is absent or unreadable."""
        setting = self.settings.get(name)
        if setting is None:
            return None
        value = read_number(setting.text)
        if value is None:
            self._refuse(setting, "a number: 2, 0.5 or 1/3")
        return value

    def share(self, name: str) -> Fraction | None:
        """Return a share of the points: `1/3`, `0.5`, `50 %`."""
        setting = self.settings.get(name)
        if setting is None:
            return None
        value = read_share(setting.text)
        if value is None:
            self._refuse(setting, "a share: 50 %, 1/3 or 0.5")
        return value

    def whole(self, name: str, *, words: Mapping[str, int] | None = None, unit: str = "") -> int | None:
        """Return a whole number; `words` says what else it may be, `unit` what may follow it."""
        setting = self.settings.get(name)
        if setting is None:
            return None
        text = setting.text.lower()
        if words and text in words:
            return words[text]
        match = re.fullmatch(rf"(\d{{1,9}})\s*(?:{unit})?" if unit else r"(\d{1,9})", text)
        if match is None:
            self._refuse(setting, "a whole number" + (f" or {', '.join(words)}" if words else ""))
            return None
        return int(match[1])

    def flag(self, name: str) -> bool | None:
        """Return yes or no."""
        setting = self.settings.get(name)
        if setting is None:
            return None
        text = setting.text.lower()
        if text in _YES or text in _NO:
            return text in _YES
        self._refuse(setting, "yes or no")
        return None

    def refuse(self, name: str, expected: str) -> None:
        """Report that a setting's value cannot be read."""
        self._refuse(self.settings[name], expected)

    def _refuse(self, setting: Setting, expected: str) -> None:
        self.found.add(setting_unreadable(setting.name, setting.text, expected), setting.place, item=self.item)


_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0", "none"})


def plain_name(name: str) -> str:
    """Return a setting's name as we know it: `Time_Limit` is `time limit`."""
    gap, separator, name = name.rpartition("]]")
    name = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    return f"{gap}{separator} {_SYNONYMS.get(name, name)}".strip()


def _json_list(text: str) -> list[Any] | None:
    """Return the parts of `["a", "b"]`; None where the text is no list in JSON."""
    if not text.startswith("["):
        return None
    try:
        parts = loads(text)
    except (JSONDecodeError, RecursionError):
        return None
    return parts if isinstance(parts, list) else None


def _split(text: str, separator: str) -> list[str]:
    """Split a text at separators; a doubled `/` in a path is the character itself."""
    if separator == "/":
        return [part.replace("\0", "/") for part in text.replace("//", "\0").split("/")]
    return text.split(separator)


def read_number(text: str) -> Fraction | None:
    """Return `2`, `0.5`, `-1`, `1/3` as an exact number; None where it is none."""
    if not re.fullmatch(
        r"[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,3})?|[-+]?\d{1,40}/\d{1,40}", text
    ):
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def read_share(text: str) -> Fraction | None:
    """Return `50 %`, `1/3`, `0.5` as a share; `33.333 %` is a third, as people mean it."""
    text = text.strip()
    if not text.endswith("%"):
        return read_number(text)
    percent = read_number(text[:-1].strip())
    if percent is None:
        return None
    share = percent / 100
    simple = share.limit_denominator(20)
    return simple if abs(simple - share) < Fraction(1, 20000) else share


# Comments

_PAIR = re.compile(
    r"\s*(?P<name>(?:\[\[[^\]\n]+\]\][ \t]*)?[A-Za-z][A-Za-z _-]{0,30}?)\s*:\s*(?P<value>.*?)\s*$", re.DOTALL
)
_PIECE = re.compile(r'(?:[^;"\n]|"(?:[^"\\\n]|\\.)*"|")+')


def comment_settings(comment: Line, source: str, known: tuple[str, ...]) -> list[Setting] | None:
    """Return the settings that a comment holds; None where it is a remark.

    One line `a: x; b: y`, or several lines of one setting each. It is settings where every part is
    `name: value` and at least one name is known, or almost.
    """
    words = comment.label
    rows = words.strip("\n").split("\n")
    settings: list[Setting] = []
    for offset, row in enumerate(rows):
        for piece in _pieces(row, several=len([row for row in rows if row.strip()]) > 1):
            match = _PAIR.match(piece)
            if match is None:
                return None
            column = max(comment.raw.find(match["name"]) + 1, 1) if offset == 0 else 1
            settings.append(
                Setting(match["name"], _unquoted(match["value"]), Span(source, comment.number + offset, column))
            )
    names = [plain_name(setting.name) for setting in settings]
    names = [name.rpartition("]] ")[2] for name in names]
    if any(name in known for name in names) or any(get_close_matches(name, known, n=1, cutoff=0.75) for name in names):
        return settings
    return None


def _pieces(row: str, *, several: bool) -> Iterator[str]:
    if several:
        if row.strip():
            yield row
        return
    for match in _PIECE.finditer(row):
        if match[0].strip():
            yield match[0]


def _unquoted(value: str) -> str:
    """Return a value without its quotes; inside quotes it is a JSON string, so that any text can be said."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            return str(loads(value))
        except JSONDecodeError:
            return value
    return value


# Front matter

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Return the YAML at the top (None where there is none), the rest, and the number of the rest's first line."""
    if not text.startswith("---"):
        return None, text, 1
    match = _FRONT_MATTER.match(text)
    if match is None or not _looks_like_yaml(match[1]):
        return None, text, 1
    return match[1], text[match.end() :], text.count("\n", 0, match.end()) + 1


def _looks_like_yaml(text: str) -> bool:
    """Whether the first words are a setting: a quiz may begin with a rule, too."""
    first = next((line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    return not first or re.match(r"[\w\"' -]+:(?:\s|$)", first) is not None


def front_matter_settings(yaml_text: str, source: str, found: Diagnostics) -> list[Setting]:
    """Return the settings of the front matter; every value is text, so that an id keeps its zeros."""
    import yaml

    try:
        data = yaml.load(yaml_text, Loader=yaml.BaseLoader)  # noqa: S506 # BaseLoader makes nothing but text, lists, mappings
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it cannot be read"
        place = Span(source, mark.line + 2, mark.column + 1) if mark else Span(source, 2)
        found.add(front_matter_unreadable(str(reason)), place)
        return []
    except RecursionError:
        found.add(front_matter_unreadable("it is nested too deeply"), Span(source, 2))
        return []
    if data is None or data == "":
        return []
    if not isinstance(data, dict):
        found.add(front_matter_unreadable("it is no list of 'name: value'"), Span(source, 2))
        return []
    lines = yaml_text.split("\n")
    return [Setting(str(name), value, Span(source, _line_of(str(name), lines) + 2)) for name, value in data.items()]


def _line_of(name: str, lines: list[str]) -> int:
    for index, line in enumerate(lines):
        if line.lstrip("\"' ").startswith(name):
            return index
    return 0
