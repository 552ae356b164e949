"""MooDown's answer parts as lines of the house language: `1. Paris "well done" #50` under `## Answer`.

A numbered list is a choice, its first option the right one unless another ends with `#*` or with a share (`#50`);
one numbered line `True` or `False` is true/false, and what follows in quotes is for the other answer. Bullets are
typed answers, numbers where they have a tolerance in braces. Under `## Cloze` lists are gaps.
"""

import re
from collections.abc import Iterator

from stemkey.diagnostics import column_letters
from stemkey.formats.markdown.answers import write_value
from stemkey.formats.markdown.lines import BLANK, BULLET, COMMENT, HEADING, LETTERED, NUMBERED, ORDERED, TEXT, Line

_ENTRY = re.compile(
    r"(?P<text>.*?)[ \t]*(?:\{(?P<tolerance>[^{}]*)\})?[ \t]*(?:\"(?P<feedback>[^\"]*)\")?[ \t]*(?:#(?P<share>\*|\d{1,3}))?[ \t]*$"
)
PART = "0"
"""The level of a heading that a layout has found to open an answer part."""
OPENS = "opens"
"""The box of a line that a layout has found to open a question."""
_TRUTH = re.compile(r"true|false", re.IGNORECASE)


def is_moodown(lines: list[Line]) -> bool:
    """Whether an answer in a list says more than its text, in MooDown's way."""
    return any(
        entry["share"] or (entry["tolerance"] and entry["text"]) or (entry["feedback"] and entry["text"])
        for line in lines
        if line.kind in (NUMBERED, BULLET) and (entry := _ENTRY.match(line.text))
    )


def as_house(lines: list[Line]) -> list[Line]:
    """Return the lines of a file, as a layout has adapted them, with its answer parts as the house writes them."""
    adapted: list[Line] = []
    part = ""
    waiting: list[Line] = []
    index = gaps = 0
    while index < len(lines):
        line = lines[index]
        if part and line.kind in (ORDERED, BULLET) and line.indent < 2:
            rows, index = _list(lines, index)
            if part == "answer":
                adapted += _choices(rows) if line.kind == ORDERED else _typed(rows)
            else:
                gaps += 1
                stem, key = _gap(rows, str(gaps))
                adapted += stem
                waiting += key
            continue
        index += 1
        if line.kind == HEADING and line.label == PART:
            part = line.text.strip().lower()
            waiting = [_line(TEXT, line, "Answer:")] if part == "cloze" else []
            gaps = 0
            continue
        if line.box == OPENS:
            adapted += waiting
            part, waiting = "", []
        adapted.append(line)
    return adapted + waiting


def _list(lines: list[Line], start: int) -> tuple[list[Line], int]:
    """Return the rows of a list that begins at a line, and where it ends; a numbered list ends where another begins."""
    rows = [lines[start]]
    end = start + 1
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if line.kind == BLANK:
            continue
        if line.kind != rows[0].kind or line.indent >= 2 or (line.kind == ORDERED and line.label == "1"):
            break
        rows.append(line)
        end = index + 1
    return rows, end


def _choices(rows: list[Line]) -> Iterator[Line]:
    entries = [(line, _entry(line)) for line in rows]
    texts = [(line, entry) for line, entry in entries if entry["text"]]
    if len(texts) == 1 and _TRUTH.fullmatch(texts[0][1]["text"]):
        yield from _true_false(entries)
        return
    marked = any(entry["share"] for _, entry in texts)
    keys, feedback = [], []
    for number, (line, entry) in enumerate(texts):
        letter = column_letters(number)
        yield _line(LETTERED, line, f"{letter}) {entry['text']}", label=letter, start=3)
        share = entry["share"] or ("*" if not marked and number == 0 else "")
        if share not in ("", "0"):
            keys.append(letter if share in ("*", "100") else f"{letter} ({share} %)")
        if entry["feedback"]:
            feedback.append(
                _line(LETTERED, line, f"- {letter}) {entry['feedback']}", label=letter, start=5, bullet=True)
            )
    if keys:
        if len(keys) == 1 and not keys[0].endswith(")"):
            yield _line(TEXT, rows[0], f"Answer: {keys[0]}")
        else:
            yield _line(TEXT, rows[0], "Answer: " + ", ".join(key if ")" in key else f"{key} (100 %)" for key in keys))
    else:
        yield _line(TEXT, rows[0], "Answer:")
    yield from feedback


def _true_false(entries: list[tuple[Line, re.Match[str]]]) -> Iterator[Line]:
    line, entry = entries[0]
    is_true = entry["text"].lower() == "true"
    yield _line(COMMENT, line, "<!-- type: true/false -->", label="type: true/false")
    yield _line(TEXT, line, f"Answer: {'True' if is_true else 'False'}")
    for (of, said), truth in zip(entries, (is_true, not is_true), strict=False):
        if said["feedback"]:
            letter = "A" if truth else "B"
            yield _line(LETTERED, of, f"- {letter}) {said['feedback']}", label=letter, start=5, bullet=True)


def _typed(rows: list[Line]) -> Iterator[Line]:
    is_number = any(_entry(line)["tolerance"] for line in rows)
    kind = "numeric" if is_number else "short answer"
    yield _line(COMMENT, rows[0], f"<!-- type: {kind} -->", label=f"type: {kind}")
    yield _line(TEXT, rows[0], "Answer:")
    for line in rows:
        yield from _row(line, "", is_number=is_number)


def _row(line: Line, gap: str, *, is_number: bool) -> Iterator[Line]:
    entry = _entry(line)
    accepted = f"{entry['text']} ± {entry['tolerance']}" if entry["tolerance"] else entry["text"]
    if not is_number:
        accepted = write_value(accepted)
    share = f" ({entry['share']} %)" if entry["share"] not in (None, "*", "100") else ""
    yield _line(BULLET, line, f"- {gap}= {accepted}{share}", start=2, bullet=True)
    if entry["feedback"]:
        yield _line(BULLET, line, f"  - Feedback: {entry['feedback']}", indent=2, start=4, bullet=True)


def _gap(rows: list[Line], name: str) -> tuple[list[Line], list[Line]]:
    """Return the lines of a gap in the stem, and those of its key."""
    blank = Line(BLANK, 0, 0, "", 0, 0, False, "", False, "")
    stem = [blank, _line(TEXT, rows[0], f"[[{name}]]"), blank]
    key: list[Line] = []
    if rows[0].kind == BULLET:
        is_number = any(_entry(line)["tolerance"] for line in rows)
        kind = "numeric" if is_number else "short answer"
        stem.append(_line(COMMENT, rows[0], f"<!-- [[{name}]] type: {kind} -->", label=f"[[{name}]] type: {kind}"))
        for line in rows:
            key += _row(line, f"[[{name}]] ", is_number=is_number)
        return stem, key
    entries = [_entry(line) for line in rows]
    right = next((entry for entry in entries if entry["share"] in ("*", "100")), entries[0])
    choices = " | ".join(write_value(entry["text"]) for entry in entries)
    stem.append(_line(BULLET, rows[0], f"- [[{name}]] {choices}", start=2, bullet=True))
    return stem, [_line(BULLET, rows[0], f"- [[{name}]] = {write_value(right['text'])}", start=2, bullet=True)]


def _entry(line: Line) -> re.Match[str]:
    match = _ENTRY.match(line.text)
    assert match is not None  # every part is optional
    return match


def _line(
    kind: int, line: Line, raw: str, *, label: str = "", start: int = 0, indent: int = 0, bullet: bool = False
) -> Line:
    return Line(kind, line.number, indent, label, start, start, bullet, "", False, raw)
