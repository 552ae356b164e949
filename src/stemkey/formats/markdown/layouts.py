"""The shapes in which people write questions: a table of layouts over one stream of lines.

A layout says which lines open a question. It turns those into the numbered lines that the grammar knows, each
with its own place, so that everything after it is one grammar. To add a layout: a function and a row of `LAYOUTS`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from stemkey.formats.markdown.lines import (
    BLANK,
    BULLET,
    COMMENT,
    FENCE,
    HEADING,
    LETTERED,
    NUMBERED,
    ORDERED,
    QUOTE,
    RULE,
    TABLE,
    TEXT,
    Line,
)
from stemkey.formats.markdown.moodown import OPENS, PART, as_house, is_moodown
from stemkey.formats.markdown.words import KEY_LETTERS, LABELLED, is_answer_wrapper, is_key_heading


class Opening(NamedTuple):
    """A line that opens a question: its number, empty where it has none, and where its text begins."""

    label: str
    start: int


Opener = Callable[[list[Line], int], Opening | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One row: how questions begin."""

    name: str
    title: str
    opens: Opener
    bullets_are_options: bool = False
    """Whether plain bullets under a question are its options."""
    has_titles: bool = False
    """Whether the line that opens a question is its title, where text follows."""
    needs_options: bool = False
    """Whether a line opens a question only where options or an answer follow."""


def _house(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    return Opening(line.label, line.start) if line.kind == NUMBERED and not line.bold and not line.bullet else None


_BOLD = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?\*\*(?:Q(?:uestion)?[ \t]*\.?[ \t]*|Frage[ \t]+)?(?P<number>\d{1,4}(?:\.\d{1,3})?)"
    r"(?:[.):](?=\D)|(?=[ \t]*(?:\*\*|[—–-](?!\d))))[ \t]*(?:[—–-][ \t]+)?(?P<closed>\*\*[.:)]?[ \t]*)?",
    re.IGNORECASE,
)


_CORRECT = re.compile(r"(?:correct|answers?|ans|key|right)\b[^:]{0,20}:", re.IGNORECASE)


def _bold_number(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    if line.kind not in (NUMBERED, TEXT, BULLET) or "**" not in line.raw[: line.start + 3] or line.indent > 3:
        return None
    match = _BOLD.match(line.raw)
    if match is None:
        return None
    if _CORRECT.match(line.raw, match.end()):
        return None
    answers = KEY_LETTERS.match(line.raw, match.end())
    if answers and line.raw[answers.end("letters") : answers.end("letters") + 1] in (")", ".", ":", "*"):
        return None
    return Opening(match["number"], match.end())


_QUESTION_HEADING = re.compile(
    r"(?:\*\*)?(?P<word>Questions?|Q|Frage|Pregunta|Pergunta|Domanda|D|Item)?[ \t]*\.?[ \t]*#?(?P<number>\d{1,4}(?:\.\d{1,3})?)"
    r"(?P<end>[.:)]|[ \t]+[—–-](?=[ \t])|(?=[ \t]*\()|[ \t]*$)[ \t]*",
    re.IGNORECASE,
)


def _question_heading(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    if line.kind != HEADING:
        return None
    match = _QUESTION_HEADING.match(line.raw, line.start)
    if match is None or (not match["word"] and not match["end"].strip()):
        return None
    if match["word"] or _has_options(lines, index, bullets=False) or _is_answered_list(lines, index):
        return Opening(match["number"], match.end())
    asks = line.raw.rstrip().endswith(("?", "？"))
    if not (asks and any(after.kind == TEXT and is_answer_wrapper(after.raw) for after in _segment(lines, index))):
        return None
    return Opening(match["number"], match.end())


def _heading(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    if line.kind != HEADING:
        return None
    return Opening("", line.start) if _is_answered_list(lines, index) else None


def _bullet(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    if line.kind != BULLET or line.indent > 1 or line.box or LABELLED.match(line.raw, line.indent):
        return None
    nested = quoted = 0
    for after in _segment(lines, index):
        if after.kind == BULLET and after.indent <= line.indent:
            break
        nested += after.kind in (BULLET, LETTERED, NUMBERED) and after.indent > line.indent + 1
        quoted += after.kind in (QUOTE, TABLE) and after.indent > line.indent
    return Opening("", line.start) if nested >= 2 or quoted else None


def _question_mark(lines: list[Line], index: int) -> Opening | None:
    line = lines[index]
    return Opening("", line.indent + 2) if line.kind == TEXT and line.raw.startswith("?:", line.indent) else None


def _after_rule(lines: list[Line], index: int) -> Opening | None:
    """A question that begins behind a rule or a heading, with bullets of which some are marked `!`."""
    line = lines[index]
    if line.kind not in (TEXT, FENCE):
        return None
    before = next((before for before in reversed(lines[max(index - 6, 0) : index]) if before.kind != BLANK), None)
    if before is not None and before.kind not in (RULE, HEADING):
        return None
    segment = list(_segment(lines, index, rules=True))
    marked = any(after.kind == BULLET and after.raw.startswith("!", after.start) for after in segment)
    return Opening("", line.indent) if marked else None


_ANSWER_PART = re.compile(r"(?:Answer|Cloze)\s*$", re.IGNORECASE)


def _answer_below(lines: list[Line], index: int) -> Opening | None:
    """MooDown: `# title`, the question, `## Answer` and a list."""
    line = lines[index]
    if line.kind != HEADING:
        return None
    for after in lines[index + 1 : index + 100]:
        if after.kind == HEADING:
            is_part = int(after.label) == int(line.label) + 1 and _ANSWER_PART.match(after.text)
            return Opening("", line.start) if is_part else None
    return None


LAYOUTS = (
    Layout(name="numbers", title="numbered lines: `1. …`", opens=_house),
    Layout(name="bold-numbers", title="bold numbers: `**1. …**`", opens=_bold_number),
    Layout(
        name="question-headings",
        title="headings with a number: `### Question 1`",
        opens=_question_heading,
        bullets_are_options=True,
    ),
    Layout(
        name="answer-parts",
        title="headings with a part `## Answer`",
        opens=_answer_below,
        bullets_are_options=True,
        has_titles=True,
        needs_options=True,
    ),
    Layout(
        name="headings",
        title="headings with options under them",
        opens=_heading,
        bullets_are_options=True,
        has_titles=True,
        needs_options=True,
    ),
    Layout(name="question-marks", title="lines that begin with `?:`", opens=_question_mark, bullets_are_options=True),
    Layout(
        name="rules",
        title="rules between questions, `- !` before right options",
        opens=_after_rule,
        bullets_are_options=True,
        needs_options=True,
    ),
    Layout(
        name="bullets",
        title="bullets with options or an answer under them",
        opens=_bullet,
        bullets_are_options=True,
        needs_options=True,
    ),
)
"""Every layout; the first of two that fit equally well is taken."""


class Choice(NamedTuple):
    """The layout of a file, how many questions it finds, and those that compete with it."""

    layout: Layout
    openings: dict[int, Opening]
    rivals: tuple[tuple[str, int], ...]


def choose_layout(lines: list[Line], wanted: str | None = None) -> Choice:
    """Return the layout that reads most questions with options, and by which of its lines."""
    if wanted is None and (opening := _first_of_plain_house(lines)) is not None:
        return Choice(LAYOUTS[0], {opening: Opening(lines[opening].label, lines[opening].start)}, ())
    rows = [layout for layout in LAYOUTS if wanted in (None, layout.name)] or list(LAYOUTS)
    found: list[tuple[int, int, Layout, dict[int, Opening]]] = []
    for layout in rows:
        openings = _openings(lines, layout)
        if openings:
            complete = len(openings)
            if not layout.needs_options:
                complete = sum(_has_options(lines, index, bullets=layout.bullets_are_options) for index in openings)
            total = 0 if layout.needs_options or not _reads_as_questions(lines, openings, layout) else len(openings)
            found.append((complete, total, layout, openings))
    if not found:
        return Choice(LAYOUTS[0], {}, ())
    best = max(found, key=lambda row: (row[0], row[1], -LAYOUTS.index(row[2])))
    rivals = tuple(
        (row[2].name, row[0])
        for row in found
        if row is not best
        and not row[2].needs_options
        and row[0] >= 3
        and 2 * row[0] >= best[0]
        and not set(row[3]) & set(best[3])
    )
    if best[2].bullets_are_options and not best[2].needs_options and _have_marked_options(lines, best[3]):
        best = (best[0], best[1], replace(best[2], bullets_are_options=False), best[3])
    if best[2].name == "bullets" and _are_answered_by_text(lines, best[3]):
        best = (best[0], best[1], replace(best[2], bullets_are_options=False), best[3])
    if best[0] == 0 and best[1] == 0:
        return Choice(best[2], {}, ())
    return Choice(best[2], best[3], rivals)


def _first_of_plain_house(lines: list[Line]) -> int | None:
    """Return the first question of a file that is numbered lines with lettered options and nothing else.

    One look at each line: most files are this, and a large one should not be read eight times.
    """
    first: int | None = None
    questions = answered = 0
    is_open = False
    for index, line in enumerate(lines):
        kind = line.kind
        if kind == LETTERED:
            answered += is_open
            is_open = False
        elif kind == NUMBERED:
            if line.bullet:
                continue
            if line.bold:
                return None
            first = index if first is None else first
            questions += 1
            is_open = True
        elif kind == HEADING:
            if first is not None and is_key_heading(line.text):
                break
            if _question_heading(lines, index) or line.text.startswith("**"):
                return None
        elif (kind == BULLET and (line.box or line.raw.startswith("**Q", line.start))) or (
            kind == TEXT and line.raw.startswith(("**", "?:", "("), line.indent)
        ):
            return None
    return first if questions >= 2 and answered == questions else None


def _have_marked_options(lines: list[Line], openings: dict[int, Opening]) -> bool:
    """Whether most questions that could have options have letters or boxes, so that plain bullets are none."""
    marked = sum(_has_options(lines, index, bullets=False) for index in openings)
    return marked >= 3 and 2 * marked >= sum(_has_options(lines, index, bullets=True) for index in openings)


def _are_answered_by_text(lines: list[Line], openings: dict[int, Opening]) -> bool:
    """Whether most questions have a quoted answer under them, so that bullets are no options."""
    quoted = sum(any(line.kind == QUOTE for line in lines[index + 1 : index + 4]) for index in openings)
    return 2 * quoted > len(openings)


def _openings(lines: list[Line], layout: Layout) -> dict[int, Opening]:
    """Return the lines that open a question, outside the key."""
    openings: dict[int, Opening] = {}
    key_level = 0
    has_numbers = False
    opens = layout.opens
    for index, line in enumerate(lines):
        kind = line.kind
        if kind == BLANK:
            continue
        has_numbers = has_numbers or kind == NUMBERED
        opening = opens(lines, index)
        # A heading with options under it is a question, even if it says "answer".
        if opening and (not key_level or layout.name == "headings"):
            openings[index] = opening
        elif kind == HEADING and opening is None and layout.name != "answer-parts":
            if (openings or has_numbers) and is_key_heading(line.text):
                key_level = int(line.label)
            elif key_level and int(line.label) <= key_level:
                key_level = 0
    return openings


def _reads_as_questions(lines: list[Line], openings: dict[int, Opening], layout: Layout) -> bool:
    """Whether numbered lines without options are questions: they ask, or an answer follows them."""
    if layout.name in ("question-headings", "answer-parts"):
        return True
    if layout.name == "numbers" and any(_has_options(lines, index, bullets=False) for index in openings):
        return True
    asking = 0
    for index in openings:
        segment = list(_segment(lines, index))
        words = lines[index].raw + "".join(line.raw for line in segment if line.kind == TEXT)
        answered = any(line.kind in (QUOTE, FENCE) or line.raw.lstrip().startswith("<details") for line in segment)
        bold = lines[index].raw.startswith("**", lines[index].start)
        answered = answered or any(line.kind == COMMENT and ":" in line.label for line in segment)
        asking += "?" in words or "？" in words or answered or bold
    last = max(openings)
    has_key = any(line.kind == HEADING and is_key_heading(line.text) for line in lines[last:])
    return has_key or 2 * asking >= len(openings)


def _segment(lines: list[Line], index: int, *, rules: bool = False) -> Iterator[Line]:
    """Return the lines below an opening, up to the next heading (or rule), 200 at most."""
    # What is indented under a numbered line belongs to it, whatever it is.
    inside = 2 if lines[index].kind == NUMBERED else 1000
    for line in lines[index + 1 : index + 200]:
        if line.indent < inside and (line.kind == HEADING or (rules and line.kind == RULE)):
            return
        yield line


_PAREN_BOX = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?:\((?P<round>[ xX*]?)\)|\[(?P<square>[ xX*]?)\])(?=[ \t]|$)")
_TYPED = re.compile(r"\b(?:type|interactions)\s*:", re.IGNORECASE)
_INLINE_B = re.compile(r"(?<![\w])\(?[bB]\)[ \t]*\S")


def _has_options(lines: list[Line], index: int, *, bullets: bool) -> bool:
    """Whether options follow an opening before the next numbered line or heading."""
    lettered = boxes = plain = ordered = 0
    own = lines[index]
    if _INLINE_B.search(own.raw, own.start) and re.search(r"(?<!\w)\(?[aA]\)", own.raw):
        return True
    for line in _segment(lines, index):
        kind = line.kind
        if kind == LETTERED and not _PAREN_BOX.match(line.raw):
            lettered += 1
            if lettered >= 2 or _INLINE_B.search(line.raw, line.start):
                return True
        elif kind == NUMBERED and not line.bullet and own.kind == NUMBERED:
            break
        elif kind == NUMBERED:
            ordered += 1
        elif kind == BULLET:
            boxes += bool(line.box)
            plain += not line.box
            if line.raw.startswith("[[", line.start):
                return True
        elif kind == COMMENT and _TYPED.search(line.label):
            return True
        elif kind in (TEXT, LETTERED) and _PAREN_BOX.match(line.raw):
            boxes += 1
    return boxes >= 2 or (bullets and (plain >= 2 or ordered >= 2))


def _is_answered_list(lines: list[Line], index: int) -> bool:
    """Whether under a heading stand boxes, or other options with a line that gives the answer."""
    boxes = plain = 0
    for line in _segment(lines, index):
        if line.kind in (BULLET, NUMBERED):
            boxes += bool(line.box)
            plain += not line.box
        elif line.kind == TEXT and is_answer_wrapper(line.raw):
            return plain >= 2
        elif line.kind == TEXT and (match := LABELLED.match(line.raw.lstrip())) and match["answer"]:
            return plain >= 2 or plain == 0
    return boxes >= 2


def adapt(lines: list[Line], choice: Choice) -> list[Line]:
    """Return the lines with those that open a question as numbered lines; other numbered ones as ordered lists."""
    adapted: list[Line] = []
    count = 0
    key_level = 0
    layout = choice.layout
    for index, line in enumerate(lines):
        opening = choice.openings.get(index)
        if opening:
            count += 1
            label = opening.label or str(count)
            bold = _open_bold(line, opening)
            adapted.append(line._replace(kind=NUMBERED, label=label, start=opening.start, bold=bold, box=OPENS))
            continue
        if line.kind == HEADING:
            entry = layout.opens(lines, index) if key_level else None
            if entry:
                adapted.append(line._replace(kind=NUMBERED, label=entry.label, start=entry.start, bold=False))
                continue
            if count and layout.name != "answer-parts" and is_key_heading(line.text):
                key_level = int(line.label)
            elif key_level and int(line.label) <= key_level:
                key_level = 0
            elif layout.name == "answer-parts" and _ANSWER_PART.match(line.text):
                line = line._replace(label=PART)  # noqa: PLW2901 # the same line, seen differently
        elif line.kind == NUMBERED and not key_level and not (line.bold and _is_key(line)):
            line = line._replace(kind=ORDERED)  # noqa: PLW2901 # the same line, seen differently
        elif key_level and line.kind in (TEXT, BULLET) and (numbered := _key_entry(line)):
            line = numbered  # noqa: PLW2901 # the same line, seen differently
        adapted.append(line)
    if layout.name != "answer-parts":
        return adapted
    if is_moodown(lines):
        return as_house(adapted)
    return [line for line in adapted if line.kind != HEADING or line.label != PART]


def _open_bold(line: Line, opening: Opening) -> bool:
    """Whether the opening's text stands in a bold that begins before its number."""
    before = line.raw[: opening.start]
    return before.count("**") % 2 == 1


def _is_key(line: Line) -> bool:
    return KEY_LETTERS.match(line.raw, line.start) is not None


def _key_entry(line: Line) -> Line | None:
    """Return a line of the key that begins with a bold `Q1 —`, as a numbered one."""
    match = _BOLD.match(line.raw)
    if match is None:
        return None
    bold = line.raw[: match.end()].count("**") % 2 == 1
    return line._replace(kind=NUMBERED, label=match["number"], start=match.end(), bold=bold)


def key_lines(lines: list[Line]) -> list[Line]:
    """Return the lines of a file that holds nothing but a key, with its entries as numbered lines."""
    adapted: list[Line] = []
    for index, line in enumerate(lines):
        heading = _question_heading(lines, index) if line.kind == HEADING else None
        if heading:
            adapted.append(line._replace(kind=NUMBERED, label=heading.label, start=heading.start, bold=False))
        else:
            adapted.append((_key_entry(line) if line.kind in (TEXT, BULLET, NUMBERED) else None) or line)
    return adapted
