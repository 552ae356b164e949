"""The shapes in which people write questions: a table of layouts over one stream of lines.

A layout says which lines open a question. It turns those into the numbered lines that the grammar knows, each
with its own place, so that everything after it is one grammar. To add a layout: a function and a row of `LAYOUTS`.
"""

import re
from collections.abc import Iterator
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
from stemkey.formats.markdown.openings import (
    ANSWER_PART,
    BOLD_NUMBER,
    CARD_BACK,
    SUMMARY,
    Opener,
    Opening,
    after_rule,
    answer_below,
    any_bullet,
    bold_number,
    bullet,
    card,
    has_options,
    heading,
    heads_key,
    labelled_question,
    paragraph,
    plain_number,
    question_heading,
    question_mark,
    says_answer,
    segment,
    table_row,
    unfolding,
)
from stemkey.formats.markdown.tables import as_lines, head_above, is_about_the_table, mark_rows
from stemkey.formats.markdown.words import KEY_LETTERS, KEY_TITLE, LABELLED


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


LAYOUTS = (
    Layout(name="numbers", title="numbered lines: `1. …`", opens=plain_number),
    Layout(name="bold-numbers", title="bold numbers: `**1. …**`", opens=bold_number),
    Layout(
        name="question-headings",
        title="headings with a number: `### Question 1`",
        opens=question_heading,
        bullets_are_options=True,
    ),
    Layout(
        name="answer-parts",
        title="headings with a part `## Answer`",
        opens=answer_below,
        bullets_are_options=True,
        has_titles=True,
        needs_options=True,
    ),
    Layout(
        name="headings",
        title="headings with options under them",
        opens=heading,
        bullets_are_options=True,
        has_titles=True,
        needs_options=True,
    ),
    Layout(name="labels", title="lines of text with a label: `Q1. …`, `Question 1`", opens=labelled_question),
    Layout(name="cards", title="flash cards: `Q: …`, `A: …`", opens=card),
    Layout(name="unfolding", title="questions that unfold: `<summary>What …?</summary>`", opens=unfolding),
    Layout(name="question-marks", title="lines that begin with `?:`", opens=question_mark, bullets_are_options=True),
    Layout(
        name="rules",
        title="rules between questions, `- !` before right options",
        opens=after_rule,
        bullets_are_options=True,
        needs_options=True,
    ),
    Layout(
        name="bullets",
        title="bullets with options or an answer under them",
        opens=bullet,
        bullets_are_options=True,
        needs_options=True,
    ),
    Layout(name="tables", title="tables with the columns Question and Answer", opens=table_row, needs_options=True),
    Layout(
        name="paragraphs",
        title="paragraphs above options with letters or boxes",
        opens=paragraph,
        needs_options=True,
    ),
)
"""Every layout; the first of two that fit equally well is taken."""


class Choice(NamedTuple):
    """The layout of a file, how many questions it finds, and those that compete with it."""

    layout: Layout
    openings: dict[int, Opening]
    rivals: tuple[tuple[str, int], ...]

    is_plain: bool = False
    """Whether all questions are plain numbered lines, which the grammar reads as they are."""


class Fit(NamedTuple):
    """How well a layout fits: its questions with options, all its questions, and the lines that open them."""

    complete: int
    total: int
    layout: Layout
    openings: dict[int, Opening]


def straightened(lines: list[Line]) -> list[Line]:
    """Return the lines with headings and text taken for what they mean.

    `#### Answer: D` is a line of text; `**Answer Key**` above numbered lines is a heading.
    """
    has_options = False
    for index, line in enumerate(lines):
        has_options = has_options or line.kind in (LETTERED, BULLET)
        if line.kind == HEADING and has_options and ":" in line.raw and (match := LABELLED.match(line.text)):
            said = line.text[match.end() :].strip()
            if match["answer"] and 0 < len(said) <= 60:
                lines[index] = line._replace(kind=TEXT, label="", raw=" " * line.start + line.text, at=line.start)
    mark_rows(lines)
    return _with_key_title(lines)


def _with_key_title(lines: list[Line]) -> list[Line]:
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.kind not in (TEXT, LETTERED) or len(line.raw) > 60 or not KEY_TITLE.match(line.raw):
            continue
        below = next((after for after in lines[index + 1 :] if after.kind != BLANK), None)
        above = lines[index - 1].kind if index else BLANK
        if below is None or below.kind not in (NUMBERED, TABLE) or above not in (BLANK, RULE, HEADING):
            continue
        if any(before.kind in (NUMBERED, LETTERED, BULLET) for before in lines[:index]):
            title = line._replace(kind=HEADING, label="2", start=line.indent)
            return [*lines[:index], title, *lines[index + 1 :]]
    return lines


def choose_layout(lines: list[Line], wanted: str | None = None) -> Choice:
    """Return the layout that reads most questions with options, and by which of its lines."""
    if wanted is None and (opening := _first_of_plain_house(lines)) is not None:
        return Choice(LAYOUTS[0], {opening: Opening(lines[opening].label, lines[opening].start)}, (), is_plain=True)
    rows = [layout for layout in LAYOUTS if wanted in (None, layout.name)] or list(LAYOUTS)
    found = [fit for layout in rows if (fit := _fitted(lines, layout)) is not None]
    if not found:
        return Choice(LAYOUTS[0], {}, ())
    names = [layout.name for layout in LAYOUTS]
    best = max(found, key=lambda fit: (fit.complete, fit.total, -names.index(fit.layout.name)))
    for fit in found:
        if _is_strong(fit) and 2 * fit.complete >= fit.total and _are_apart(fit.openings, best.openings):
            # Parts of the file are written in two ways, one after the other.
            best = Fit(best.complete + fit.complete, best.total + fit.total, best.layout, best.openings | fit.openings)
    if best.complete == 0 and best.total == 0:
        return Choice(best.layout, {}, ())
    rivals = tuple(
        (fit.layout.name, fit.complete)
        for fit in found
        if _is_strong(fit) and 2 * fit.complete >= best.complete and not set(fit.openings) & set(best.openings)
    )
    layout = _with_bullets(lines, best)
    openings = best.openings if layout.opens is best.layout.opens else _openings(lines, layout)
    is_plain = layout.name == "numbers" and all(lines[index].kind == NUMBERED for index in openings)
    return Choice(layout, openings, rivals, is_plain=is_plain)


def _with_bullets(lines: list[Line], best: Fit) -> Layout:
    """Return the layout that fits best, knowing whether bullets are options in this file."""
    layout = best.layout
    if not layout.bullets_are_options and best.complete == 0 and _are_lists(lines, best.openings):
        layout = replace(layout, bullets_are_options=True)
    if layout.bullets_are_options and not layout.needs_options and _have_marked_options(lines, best.openings):
        layout = replace(layout, bullets_are_options=False)
    if layout.name == "bullets" and _are_answered_by_text(lines, best.openings):
        layout = replace(layout, bullets_are_options=False, opens=any_bullet)
    return layout


def _is_strong(fit: Fit) -> bool:
    return fit.complete >= 3 and not fit.layout.needs_options


def _fitted(lines: list[Line], layout: Layout) -> Fit | None:
    openings = _openings(lines, layout)
    if not openings:
        return None
    if layout.needs_options:
        return Fit(len(openings), 0, layout, openings)
    complete = sum(has_options(lines, index, bullets=layout.bullets_are_options) for index in openings)
    if complete == 0 and layout.name in _NUMBERED_OTHERWISE and _are_lists(lines, openings, most=True):
        # Ordered lists and bullets are its options, where nearly every question has some.
        layout = replace(layout, bullets_are_options=True)
        complete = sum(has_options(lines, index, bullets=True) for index in openings)
    total = len(openings) if _reads_as_questions(lines, openings, layout) else 0
    return Fit(complete, total, layout, openings)


_WORTH = re.compile(r"\b\d+(?:[.,]\d+)?[ \t-]*(?:points?|pts?|marks?|punkte?|puntos?|pontos?|punti)\b", re.IGNORECASE)


def _own_lines(lines: list[Line], index: int, openings: dict[int, Opening]) -> list[Line]:
    """Return the lines between an opening and the next one."""
    below = list(segment(lines, index))
    return below[: next((place for place in range(len(below)) if index + 1 + place in openings), len(below))]


def _answers(line: Line) -> bool:
    """Whether a line under a question may be its answer, or says how it is answered."""
    if line.kind in (QUOTE, FENCE) or line.raw.lstrip().startswith("<details"):
        return True
    return (line.kind == COMMENT and ":" in line.label) or says_answer(line)


def _are_apart(ones: dict[int, Opening], others: dict[int, Opening]) -> bool:
    """Whether all openings of one layout come before all of the other."""
    return max(ones) < min(others) or max(others) < min(ones)


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
            if first is not None and heads_key(lines, index):
                break
            if question_heading(lines, index) or line.text.startswith("**"):
                return None
        elif (kind == BULLET and (line.box or line.raw.startswith("**Q", line.start))) or (
            kind == TEXT and line.raw.startswith(("**", "?:", "("), line.indent)
        ):
            return None
    return first if questions >= 2 and answered == questions else None


_NUMBERED_OTHERWISE = ("bold-numbers", "question-headings", "labels")
"""The layouts whose questions have numbers, but not those of lists."""


def _are_lists(lines: list[Line], openings: dict[int, Opening], *, most: bool = False) -> bool:
    """Whether every question (most: three of four) is a line with a list of two to eight short rows under it."""
    if len(openings) < 3:
        return False
    others = 0
    for index in openings:
        kinds = (BULLET,) if lines[index].kind == NUMBERED else (BULLET, NUMBERED)
        rows = [line for line in _own_lines(lines, index, openings) if line.kind in kinds]
        others += not 2 <= len(rows) <= 8 or any(len(line.text) > 120 for line in rows)
    return 4 * others <= len(openings) if most else not others


def _have_marked_options(lines: list[Line], openings: dict[int, Opening]) -> bool:
    """Whether most questions that could have options have letters or boxes, so that plain bullets are none."""
    marked = sum(has_options(lines, index, bullets=False) for index in openings)
    return marked >= 3 and 2 * marked >= sum(has_options(lines, index, bullets=True) for index in openings)


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
            if (openings or has_numbers) and heads_key(lines, index):
                key_level = int(line.label)
            elif key_level and int(line.label) <= key_level:
                key_level = 0
    return openings


def _reads_as_questions(lines: list[Line], openings: dict[int, Opening], layout: Layout) -> bool:
    """Whether numbered lines without options are questions: they ask, or an answer follows them."""
    if layout.name in ("question-headings", "answer-parts", "cards", "unfolding"):
        return True
    complete = sum(has_options(lines, index, bullets=False) for index in openings)
    if layout.name == "numbers" and (complete >= 3 or 2 * complete >= len(openings)):
        return True
    asking = 0
    for index in openings:
        below = _own_lines(lines, index, openings)
        words = lines[index].raw + "".join(line.raw for line in below if line.kind == TEXT)
        first = lines[index].raw.rstrip()
        asking += (
            "?" in words
            or "？" in words
            or (first.startswith("**", lines[index].start) and first.endswith("**"))
            or _WORTH.search(first) is not None
            or any(_answers(line) for line in below)
        )
    last = max(openings)
    has_key = any(lines[index].kind == HEADING and heads_key(lines, index) for index in range(last, len(lines)))
    return has_key or 2 * asking >= len(openings)


def adapt(lines: list[Line], choice: Choice) -> list[Line]:
    """Return the lines with those that open a question as numbered lines; other numbered ones as ordered lists."""
    adapted: list[Line] = []
    count = 0
    key_level = 0
    label = ""
    layout = choice.layout
    for index, line in enumerate(lines):
        opening = choice.openings.get(index)
        if opening:
            count += 1
            label = opening.label or str(count)
            if layout.name == "tables" and (head := head_above(lines, index)):
                adapted += as_lines(line, head, label)
                continue
            if layout.name == "unfolding":
                adapted += _unfolded(line, label)
                continue
            bold = _open_bold(line, opening)
            adapted.append(line._replace(kind=NUMBERED, label=label, start=opening.start, bold=bold, box=OPENS))
            continue
        if layout.name == "tables" and is_about_the_table(lines, index):
            continue
        if layout.name == "unfolding" and line.kind == TEXT and "</details>" in line.raw:
            line = line._replace(raw=line.raw.replace("</details>", ""))  # noqa: PLW2901 # the end of the answer
        if count and line.kind in (TEXT, BULLET) and (back := _ANSWER_LINE.match(line.raw)) and back["number"] == label:
            line = _answer(line, back.end())  # noqa: PLW2901 # the same line, seen differently
        if line.kind == HEADING:
            entry = layout.opens(lines, index) if key_level else None
            if entry:
                adapted.append(line._replace(kind=NUMBERED, label=entry.label, start=entry.start, bold=False))
                continue
            if count and layout.name != "answer-parts" and heads_key(lines, index):
                key_level = int(line.label)
            elif key_level and int(line.label) <= key_level:
                key_level = 0
            elif layout.name == "answer-parts" and ANSWER_PART.match(line.text):
                line = line._replace(label=PART)  # noqa: PLW2901 # the same line, seen differently
        elif line.kind == NUMBERED and not key_level and not (line.bold and _is_key(line)):
            line = line._replace(kind=ORDERED)  # noqa: PLW2901 # the same line, seen differently
        elif key_level and line.kind in (TEXT, BULLET) and (numbered := _key_entry(line)):
            line = numbered  # noqa: PLW2901 # the same line, seen differently
        elif layout.name == "cards" and (back := CARD_BACK.match(line.raw)):
            line = _answer(line, back.end())  # noqa: PLW2901 # the same line, seen differently
        adapted.append(line)
    if layout.name != "answer-parts":
        return adapted
    if is_moodown(lines):
        return as_house(adapted)
    return [line for line in adapted if line.kind != HEADING or line.label != PART]


_ANSWER_LINE = re.compile(
    r"[ \t]*(?:[*_]{1,3}A(?:ns(?:wer)?)?[ \t]*\.?[ \t]*(?P<number>\d{1,4})[.:)]?[*_]{1,3}[.:)]?)[ \t]+(?=\S)",
    re.IGNORECASE,
)
"""The answer to a numbered question, where it stands: `**A1.** The second.`"""


def _answer(line: Line, start: int) -> Line:
    """Return a line whose text is the answer of the question above it."""
    return line._replace(kind=TEXT, raw=f"Answer: {line.raw[start:]}", label="", at=0, start=0, bullet=False)


def _unfolded(line: Line, label: str) -> Iterator[Line]:
    """Return a question that unfolds, and the line that begins its answer."""
    match = SUMMARY.match(line.raw)
    assert match is not None  # the layout opened it
    question = re.sub(r"</?(?:b|strong|i|em|h\d)>", "", match["question"]).strip()
    yield line._replace(kind=NUMBERED, label=label, raw=question, at=0, start=0, bold=False, box=OPENS)
    rest = line.raw[match.end() :].replace("</details>", "").strip()
    yield line._replace(kind=TEXT, label="", raw=f"Answer: {rest}", at=0, start=0, bold=False, box="")


def _open_bold(line: Line, opening: Opening) -> bool:
    """Whether the opening's text stands in a bold that begins before its number."""
    before = line.raw[: opening.start]
    return before.count("**") % 2 == 1


def _is_key(line: Line) -> bool:
    return KEY_LETTERS.match(line.raw, line.start) is not None


def _key_entry(line: Line) -> Line | None:
    """Return a line of the key that begins with a bold `Q1 —`, as a numbered one."""
    match = BOLD_NUMBER.match(line.raw)
    if match is None:
        return None
    bold = line.raw[: match.end()].count("**") % 2 == 1
    return line._replace(kind=NUMBERED, label=match["number"], start=match.end(), bold=bold)


def key_lines(lines: list[Line]) -> list[Line]:
    """Return the lines of a file that holds nothing but a key, with its entries as numbered lines."""
    adapted: list[Line] = []
    for index, line in enumerate(lines):
        heading = question_heading(lines, index) if line.kind == HEADING else None
        if heading:
            adapted.append(line._replace(kind=NUMBERED, label=heading.label, start=heading.start, bold=False))
        else:
            adapted.append((_key_entry(line) if line.kind in (TEXT, BULLET, NUMBERED) else None) or line)
    return adapted
