"""Which lines open a question: one function for each layout, over one stream of lines."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stemkey.formats.markdown.lines import (
    BLANK,
    BULLET,
    COMMENT,
    FENCE,
    HEADING,
    LETTERED,
    NUMBERED,
    QUOTE,
    RULE,
    TABLE,
    TEXT,
    Line,
)
from stemkey.formats.markdown.options import TICK
from stemkey.formats.markdown.tables import asks, cells_of, head_above
from stemkey.formats.markdown.words import (
    KEY_LETTERS,
    LABELLED,
    QUESTION_WORDS,
    TASK_WORDS,
    is_answer_wrapper,
    is_key_heading,
)


class Opening(NamedTuple):
    """A line that opens a question: its number, empty where it has none, and where its text begins."""

    label: str
    start: int


Opener = Callable[[list[Line], int], Opening | None]


def plain_number(lines: list[Line], index: int) -> Opening | None:
    """A numbered line, `1. …`, that is no part of another text."""
    line = lines[index]
    is_question = line.kind == NUMBERED and not line.bold and not line.bullet and not _is_nested(lines, index)
    return Opening(line.label, line.start) if is_question else None


def _is_nested(lines: list[Line], index: int) -> bool:
    """Whether a numbered line is a part of a text above it that begins further left."""
    if lines[index].indent < 2:
        return False
    above = next((line for line in reversed(lines[max(index - 60, 0) : index]) if line.kind == TEXT), None)
    return above is not None and above.indent < 2


BOLD_NUMBER = re.compile(
    rf"[ \t]*(?:[-*+][ \t]+)?\*\*(?:(?:new[ \t]+)?(?:{QUESTION_WORDS})[ \t]*\.?[ \t]*#?)?(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)"
    r"(?:(?:[.:)]|[.]-)(?=\D)|(?=[ \t]*(?:\*\*|[—–-](?!\d))))[ \t]*(?:[—–-][ \t]+)?(?P<closed>\*\*[.:)]?[ \t]*)?",
    re.IGNORECASE,
)


_CORRECT = re.compile(r"(?:correct|answers?|ans|key|right)\b[^:]{0,20}:", re.IGNORECASE)


def bold_number(lines: list[Line], index: int) -> Opening | None:
    """A bold number: `**1. …**`, `**Q1.** …`."""
    line = lines[index]
    if line.kind not in (NUMBERED, TEXT, BULLET) or "**" not in line.raw[: line.start + 3] or line.indent > 3:
        return None
    match = BOLD_NUMBER.match(line.raw)
    if match is None:
        return None
    if _CORRECT.match(line.raw, match.end()):
        return None
    answers = KEY_LETTERS.match(line.raw, match.end())
    if answers and line.raw[answers.end("letters") : answers.end("letters") + 1] in (")", ".", ":", "*"):
        return None
    return Opening(match["number"], match.end())


_QUESTION_HEADING = re.compile(
    rf"\W{{0,6}}?(?:\*\*)?(?P<word>{QUESTION_WORDS}|D|(?P<task>{TASK_WORDS}))?[ \t]*\.?[ \t]*(?:n[°ºo][ \t]*)?#?(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)"
    r"(?P<end>[ \t]*[.:)、](?:-(?=[ \t]))?|[ \t]+[—–-](?=[ \t])|(?=[ \t]*[(\[])|[ \t]*\W{0,3}$|(?=\*\*))[ \t]*",
    re.IGNORECASE,
)


def question_heading(lines: list[Line], index: int) -> Opening | None:
    """A heading with a number: `### Question 1`, `### 1. What is it?`."""
    line = lines[index]
    if line.kind != HEADING:
        return None
    match = _QUESTION_HEADING.match(line.raw, line.start)
    if match is None or (not match["word"] and not match["end"].strip()):
        return None
    if (
        (match["word"] and not match["task"])
        or (has_options(lines, index, bullets=False) and not is_checklist(lines, index))
        or is_answered_list(lines, index)
    ):
        return Opening(match["number"], match.end())
    asks = line.raw.rstrip().endswith(("?", "？"))
    if not (asks and any(after.kind == TEXT and is_answer_wrapper(after.raw) for after in segment(lines, index))):
        return None
    return Opening(match["number"], match.end())


_LABELLED_QUESTION = re.compile(
    rf"[ \t]*(?:{QUESTION_WORDS})[ \t]*\.?[ \t]*#?"
    r"(?:(?P<number>\d{1,4}(?:\.\d{1,3})?)(?:[ \t]*[.):：、—–-][ \t]*|[ \t]*$|[ \t]+(?=\S))|[:：][ \t]*(?=\S))",
    re.IGNORECASE,
)


def labelled_question(lines: list[Line], index: int) -> Opening | None:
    """A line of text that begins with `Q1.` or `Question 1`."""
    line = lines[index]
    if line.kind != TEXT or line.indent > 3:
        return None
    match = _LABELLED_QUESTION.match(line.raw)
    return Opening(match["number"] or "", match.end()) if match else None


_CARD = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?:[*_]{1,3}Q(?:[*_]{1,3}[.:]|[.:][*_]{1,3})|Q[.:])[ \t]+(?=\S)")
CARD_BACK = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?:[*_]{1,3}A(?:[*_]{1,3}[.:]|[.:][*_]{1,3})|A[.:])[ \t]+(?=\S)")


def card(lines: list[Line], index: int) -> Opening | None:
    """A flash card: a line `Q: …` with a line `A: …` below it."""
    line = lines[index]
    match = _CARD.match(line.raw) if line.kind in (TEXT, BULLET, LETTERED) else None
    if match is None:
        return None
    for after in segment(lines, index):
        if after.kind in (TEXT, BULLET, LETTERED):
            if _CARD.match(after.raw):
                return None
            if CARD_BACK.match(after.raw):
                return Opening("", match.end())
    return None


def heading(lines: list[Line], index: int) -> Opening | None:
    """A heading with options under it, or with a list and its answer."""
    line = lines[index]
    if line.kind != HEADING:
        return None
    return Opening("", line.start) if is_answered_list(lines, index) else None


def bullet(lines: list[Line], index: int) -> Opening | None:
    """A bullet that asks, with options under it, or one with a quoted answer."""
    return _bullet(lines, index, asks=False)


def any_bullet(lines: list[Line], index: int) -> Opening | None:
    """A bullet with a list or a quotation under it, in a file of questions: `Name three of them!` asks, too."""
    return _bullet(lines, index, asks=True)


def _bullet(lines: list[Line], index: int, *, asks: bool) -> Opening | None:
    line = lines[index]
    if line.kind != BULLET or line.indent > 1 or line.box or LABELLED.match(line.raw, line.indent):
        return None
    nested = quoted = 0
    asks = asks or line_asks(line)
    for after in segment(lines, index):
        if after.kind == BULLET and after.indent <= line.indent:
            break
        asks = asks or (after.kind == TEXT and not nested and line_asks(after)) or bool(after.box) or _is_marked(after)
        nested += after.kind in (BULLET, LETTERED, NUMBERED) and after.indent > line.indent + 1
        quoted += after.kind in (QUOTE, TABLE) and after.indent > line.indent
    return Opening("", line.start) if (nested >= 2 and asks) or quoted else None


def _is_marked(line: Line) -> bool:
    return line.raw.startswith("!", line.start) or (
        line.kind == BULLET and TICK.search(line.raw, line.start) is not None
    )


def question_mark(lines: list[Line], index: int) -> Opening | None:
    """A line that begins with `?:`."""
    line = lines[index]
    return Opening("", line.indent + 2) if line.kind == TEXT and line.raw.startswith("?:", line.indent) else None


def paragraph(lines: list[Line], index: int) -> Opening | None:
    """A paragraph right above options with letters or boxes."""
    line = lines[index]
    if line.kind != TEXT or line.indent > 3 or LABELLED.match(line.raw.lstrip()) or _PAREN_BOX.match(line.raw):
        return None
    if index and lines[index - 1].kind not in (BLANK, HEADING, RULE):
        return None
    options = boxes = 0
    asks = line_asks(line)
    before = line
    below = lines[index + 1 : index + 60]
    for place, after in enumerate(below):
        is_option = after.kind == LETTERED and (after.box or after.label.upper() == chr(ord("A") + options))
        if is_option or (after.kind == BULLET and after.box) or (after.kind == TEXT and _PAREN_BOX.match(after.raw)):
            options += 1
            boxes += not is_option or bool(after.box)
        elif after.kind in (HEADING, NUMBERED, RULE, TABLE, BULLET, LETTERED) or (options and after.kind != BLANK):
            # Parts of a task have letters, too: something has to ask, or to say which is right.
            asks = asks or any(says_answer(line) for line in below[place : place + 3])
            break
        elif after.kind == TEXT and before.kind == BLANK:
            return None  # another paragraph: that one is the question
        elif after.kind == TEXT:
            asks = asks or line_asks(after)
        before = after
    return Opening("", line.indent) if options >= 2 and (asks or (boxes and is_ticked(lines, index))) else None


SUMMARY = re.compile(r"[ \t]*(?:<details[^<>]*>[ \t]*)?<summary[^<>]*>(?P<question>.*?)</summary>", re.IGNORECASE)


def unfolding(lines: list[Line], index: int) -> Opening | None:
    """A question that unfolds to its answer: `<summary>What is it?</summary>`."""
    line = lines[index]
    match = SUMMARY.match(line.raw) if line.kind == TEXT else None
    if match is None or is_answer_wrapper(match["question"]):
        return None
    words = re.sub(r"<[^<>]*>", "", match["question"]).strip(" \t*_")
    return Opening("", match.start("question")) if words.endswith(("?", "？")) else None


def table_row(lines: list[Line], index: int) -> Opening | None:
    """A row of a table with a column of questions and one of answers."""
    line = lines[index]
    head = head_above(lines, index) if line.kind == TABLE else None
    if head is None or not asks(head, cells := cells_of(line)):
        return None
    return Opening(cells[head.number] if head.number is not None and cells[head.number].isdigit() else "", 0)


def after_rule(lines: list[Line], index: int) -> Opening | None:
    """A question that begins behind a rule or a heading, with bullets of which some are marked `!`."""
    line = lines[index]
    if line.kind not in (TEXT, FENCE):
        return None
    before = next((before for before in reversed(lines[max(index - 6, 0) : index]) if before.kind != BLANK), None)
    if before is not None and before.kind not in (RULE, HEADING):
        return None
    below = segment(lines, index, rules=True)
    marked = any(after.kind == BULLET and after.raw.startswith("!", after.start) for after in below)
    return Opening("", line.indent) if marked else None


ANSWER_PART = re.compile(r"(?:Answer|Cloze)\s*$", re.IGNORECASE)


def answer_below(lines: list[Line], index: int) -> Opening | None:
    """MooDown: `# title`, the question, `## Answer` and a list."""
    line = lines[index]
    if line.kind != HEADING:
        return None
    for after in lines[index + 1 : index + 100]:
        if after.kind == HEADING:
            is_part = int(after.label) == int(line.label) + 1 and ANSWER_PART.match(after.text)
            return Opening("", line.start) if is_part else None
    return None


def heads_key(lines: list[Line], index: int) -> bool:
    """Whether a heading begins the answer key: `Answers`, but not `Keys in React` above further questions."""
    line = lines[index]
    if line.kind != HEADING or not is_key_heading(line.text):
        return False
    blocks = answers = 0
    previous = ""
    for after in lines[index + 1 : index + 400]:
        if after.kind == HEADING and int(after.label) < int(line.label):
            break
        if after.kind == LETTERED and not after.box:
            blocks += previous == "A" and after.label.upper() == "B"
            previous = after.label.upper()
        elif after.kind in (TEXT, BULLET):
            answers += says_answer(after)
    return blocks < 2 or answers < 2


# What stands under an opening


def says_answer(line: Line) -> bool:
    """Whether a line gives an answer: `Answer: B`."""
    if line.kind not in (TEXT, BULLET):
        return False
    match = LABELLED.match(line.raw.lstrip())
    return match is not None and match["answer"] is not None


def segment(lines: list[Line], index: int, *, rules: bool = False) -> Iterator[Line]:
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


def has_options(lines: list[Line], index: int, *, bullets: bool) -> bool:
    """Whether options follow an opening before the next numbered line or heading."""
    lettered = boxes = plain = ordered = 0
    own = lines[index]
    if _INLINE_B.search(own.raw, own.start) and re.search(r"(?<!\w)\(?[aA]\)", own.raw):
        return True
    for line in segment(lines, index):
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
            if line.raw.startswith("[[", line.start) or _is_marked(line):
                return True
        elif kind == COMMENT and _TYPED.search(line.label):
            return True
        elif kind in (TEXT, LETTERED) and _PAREN_BOX.match(line.raw):
            boxes += 1
    return boxes >= 2 or (bullets and (plain >= 2 or ordered >= 2))


def is_answered_list(lines: list[Line], index: int) -> bool:
    """Whether under a heading stand boxes, or other options with a line that gives the answer."""
    boxes = plain = 0
    for line in segment(lines, index):
        if line.kind in (BULLET, NUMBERED):
            boxes += bool(line.box)
            plain += not line.box
        elif line.kind == TEXT and is_answer_wrapper(line.raw):
            return plain >= 2
        elif line.kind == TEXT and says_answer(line):
            return plain >= 2 or plain == 0
    return boxes >= 2 and not is_checklist(lines, index)


def is_checklist(lines: list[Line], index: int) -> bool:
    """Whether a heading that asks nothing has boxes under it that are all ticked or all empty."""
    boxes = [line for line in segment(lines, index) if line.box and line.kind in (BULLET, LETTERED)]
    lettered = any(line.kind == LETTERED for line in segment(lines, index))
    if not boxes or lettered or line_asks(lines[index]):
        return False
    return not is_ticked(lines, index) or len(boxes) > 12 or _TASKS.match(lines[index].text) is not None


_TASKS = re.compile(r"\W*(?:to[ -]?do|tasks?|check ?list|progress|done|roadmap|requirements?)\b", re.IGNORECASE)


def line_asks(line: Line) -> bool:
    """Whether a line asks something, or leaves something open."""
    words = line.raw.rstrip(" \t*_#)）")
    return words.endswith(("?", "？", "...", "…", "。")) or "___" in words or "（" in words


def is_ticked(lines: list[Line], index: int) -> bool:
    """Whether some boxes under a heading are ticked and others are not: in a checklist, all or none are, as a rule."""
    ticked = {line.box in "xX" for line in segment(lines, index) if line.kind in (BULLET, LETTERED) and line.box}
    return len(ticked) == 2
