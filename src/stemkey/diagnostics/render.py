"""Findings as text for a terminal, as annotations for GitHub, as JSON. Pure functions: nothing is printed here."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from stemkey.diagnostics.diagnostic import Diagnostic, Severity
from stemkey.diagnostics.span import CellSpan, Place, Span

MAXIMUM_SHOWN = 50
"""So many findings of one code are shown; a damaged sheet of a million rows has a million equal ones."""

_LINE_CELLS = 110
_TAB_CELLS = 4
_ELLIPSIS = "…"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_text(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, colour: bool = False, see_all: str = "--json"
) -> str:
    """Return the findings for people: message, place, the line of the source with the place marked, what to do.

    `sources` holds the texts by the names that places use; a place in another source has no line to show.
    Of each code the first 50 are shown, the others are counted; `see_all` names the option that shows them.
    """
    paint = _coloured if colour else _plain
    lines: dict[str, list[str]] = {}
    seen: Counter[str] = Counter()
    folded: dict[str, list[Diagnostic]] = {}
    blocks = []
    for finding in diagnostics:
        seen[finding.code] += 1
        if seen[finding.code] > MAXIMUM_SHOWN:
            folded.setdefault(finding.code, []).append(finding)
            continue
        source = finding.place.source if isinstance(finding.place, Span) else ""
        if source in sources and source not in lines:
            lines[source] = sources[source].split("\n")
        blocks.append(_block(finding, lines.get(source, ()), paint))
    blocks.extend(_folded(others, see_all, paint) for others in folded.values())
    return "\n".join(blocks)


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the findings as workflow commands, which GitHub shows beside the changed lines."""
    return "".join(f"{_annotation(finding)}\n" for finding in diagnostics)


def to_json(finding: Diagnostic) -> dict[str, Any]:
    """Return a finding as results.json and `--json` have it: every key is there, null where it does not apply."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "message": finding.message,
        "hint": finding.hint,
        "place": _place_json(finding.place, finding.item),
    }


def render_summary(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """Return one line: `2 errors, 1 warning in 1 file`."""
    counts = Counter(finding.severity for finding in diagnostics)
    parts = [_plural(counts[severity], _NOUNS[severity]) for severity in reversed(Severity) if counts[severity]]
    return f"{', '.join(parts) or 'no findings'} in {_plural(files, 'file')}"


def describe_place(place: Place | None, item: str | None = None) -> str:
    """Return a place in one line: `week3.md:10:9, question 3` or `class.xlsx, sheet "Responses", row 9, column F`."""
    parts = []
    if isinstance(place, Span):
        parts.append(f"{place.source}:{place.line}:{place.column}")
    elif isinstance(place, CellSpan):
        parts.append(place.source)
        parts.extend([f'sheet "{place.sheet}"'] if place.sheet is not None else [])
        parts.extend([f"row {place.row}"] if place.row is not None else [])
        parts.extend([f"column {place.column}"] if place.column is not None else [])
    if item is not None:
        parts.append(f"question {item}")
    return visible(", ".join(parts))


def visible(text: str) -> str:
    """Return text with every character shown that would move the cursor, hide or reorder others, or end the line.

    User text reaches the terminal only through here: an escape sequence in a cell stays a picture of one.
    """
    if text.isprintable():
        return text
    return "".join(character if _is_plain(character) else _picture(character) for character in text)


# --- for a terminal ---------------------------------------------------------------------------------------------


Paint: TypeAlias = Callable[[str, str], str]


def _coloured(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else text


def _plain(text: str, code: str) -> str:
    return text


def _block(finding: Diagnostic, lines: Sequence[str], paint: Paint) -> str:
    colour = _COLOURS[finding.severity]
    title = paint(f"{finding.severity.word}[{finding.code}]", colour)
    rows = [f"{title}: {paint(visible(finding.message), '1')}"]
    place = finding.place
    line = lines[place.line - 1] if isinstance(place, Span) and 0 < place.line <= len(lines) else None
    gutter = " " * (len(str(place.line)) if isinstance(place, Span) and line is not None else 1)
    where = describe_place(place, finding.item)
    if where:
        rows.append(f"{gutter}{paint('-->', '1;34')} {where}")
    if isinstance(place, Span) and line is not None:
        text, marks = mark(line, place.column, place.width)
        rows.append(f"{gutter} {paint('|', '1;34')}")
        rows.append(f"{paint(str(place.line), '1;34')} {paint('|', '1;34')} {text}".rstrip())
        rows.append(f"{gutter} {paint('|', '1;34')} {_painted_marks(marks, paint, colour)}")
    if finding.hint:
        rows.append(f"{gutter} {paint('=', '1;34')} {paint('help', '1')}: {visible(finding.hint)}")
    return "\n".join(rows) + "\n"


def _painted_marks(marks: str, paint: Paint, colour: str) -> str:
    blank = len(marks) - len(marks.lstrip(" "))
    return marks[:blank] + paint(marks[blank:], colour)


def _folded(others: Sequence[Diagnostic], see_all: str, paint: Paint) -> str:
    first = others[0]
    files = len({finding.place.source for finding in others if finding.place is not None})
    where = f" in {files} files" if files > 1 else ""
    title = paint(f"{first.severity.word}[{first.code}]", _COLOURS[first.severity])
    return f"{title}: and {len(others):,} more {first.name}{where}; {see_all} shows every one\n"


def mark(line: str, column: int, width: int) -> tuple[str, str]:
    """Return a source line as shown, and the line of carets below it.

    Tabs, wide letters and combining marks take the room that a terminal gives them; of a long line the part
    around the place is shown.
    """
    start = min(max(column, 1), len(line) + 1) - 1
    end = min(start + max(width, 1), max(len(line), start + 1))
    first, last = _window(line, start, end)
    before = _ELLIPSIS if first > 0 else ""
    after = _ELLIPSIS if last < len(line) else ""
    cells = list(_cells(line[first:last]))
    text = before + "".join(shown for shown, _ in cells) + after
    blank = len(before) + sum(room for _, room in cells[: start - first])
    carets = sum(room for _, room in cells[start - first : min(end, last) - first])
    return text, " " * blank + "^" * max(carets, 1)


def _window(line: str, start: int, end: int) -> tuple[int, int]:
    """Return the part of a line to show: all of it, or as much around the place as fits."""
    if len(line) <= _LINE_CELLS // 2 or sum(room for _, room in _cells(line[: 2 * _LINE_CELLS])) <= _LINE_CELLS:
        return 0, len(line)
    first = 0 if end <= _LINE_CELLS * 2 // 3 else max(0, start - _LINE_CELLS // 3)
    room = last = 0
    for index, (_, cells) in enumerate(_cells(line[first : first + _LINE_CELLS]), start=first + 1):
        room += cells
        if room > _LINE_CELLS:
            break
        last = index
    return first, max(last, start)


def _cells(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character as shown, with the number of terminal cells it takes."""
    position = 0
    for character in text:
        if character == "\t":
            room = _TAB_CELLS - position % _TAB_CELLS
            shown = " " * room
        elif not _is_plain(character):
            shown = _picture(character)
            room = len(shown)
        else:
            shown, room = character, _width(character)
        position += room
        yield shown, room


def _width(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


# Zero-width joiners are part of how emoji and several scripts are written; the other format characters
# reorder or hide what a reader sees.
_HARMLESS = frozenset("\u200c\u200d\u00ad\ufe0f")


def _is_plain(character: str) -> bool:
    return (
        character.isprintable()
        or character in _HARMLESS
        or (unicodedata.category(character) in {"Zs", "Cn", "Co"} and character != "\ufeff")
    )


def _picture(character: str) -> str:
    number = ord(character)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\u2421"
    return f"<U+{number:04X}>"


# --- for programs -----------------------------------------------------------------------------------------------


def _annotation(finding: Diagnostic) -> str:
    place = finding.place
    properties = []
    if place is not None:
        properties.append(("file", place.source))
    if isinstance(place, Span):
        properties += [("line", str(place.line)), ("col", str(place.column))]
        properties.append(("endColumn", str(place.column + max(place.width, 1))))
    properties.append(("title", f"{finding.code} {finding.name}"))
    text = finding.message
    if not isinstance(place, Span) and (where := describe_place(place, finding.item)):
        text = f"{where}: {text}"
    if finding.hint:
        text += f"\nhelp: {finding.hint}"
    named = ",".join(f"{name}={_escape_property(value)}" for name, value in properties)
    return f"::{_GITHUB_WORDS[finding.severity]} {named}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    parts = text.replace("%", "%25").split("\n")
    return "%0A".join(visible(part) for part in parts)


def _escape_property(text: str) -> str:
    return visible(text.replace("%", "%25")).replace(":", "%3A").replace(",", "%2C")


def _place_json(place: Place | None, item: str | None) -> dict[str, Any] | None:
    if place is None and item is None:
        return None
    span = place if isinstance(place, Span) else None
    cell = place if isinstance(place, CellSpan) else None
    return {
        "source": place.source if place is not None else None,
        "line": span.line if span else None,
        "column": span.column if span else (cell.column if cell else None),
        "sheet": cell.sheet if cell else None,
        "row": cell.row if cell else None,
        "cell": cell.cell if cell else None,
        "item": item,
    }


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
