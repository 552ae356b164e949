"""Questions in the rows of a table: `| Question | A | B | Answer |`, or a deck of cards `| Prompt | Answer |`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from stemkey.diagnostics import column_letters
from stemkey.formats.markdown.lines import LETTERED, NUMBERED, TABLE, TEXT, Line
from stemkey.formats.markdown.moodown import OPENS

_QUESTION = re.compile(
    r"(?:question|prompt|front|frage|pregunta|pergunta|questão|domanda|vraag|pytanie|вопрос|问题|题目|問題|문제)(?:s|text| text)?",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:correct |right |model )?(?:answer|answers|key|solution|back|correct|antwort|lösung|respuesta|resposta|gabarito|réponse|risposta"
    r"|antwoord|odpowiedź|ответ|答案|正解|정답)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?:option|choice|antwort|opción|opção|opzione)?[ \t]*(?P<letter>[A-H])", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#|no\.?|nr\.?|n[°º]|q#?|id|number|nummer|num\.?)", re.IGNORECASE)
_REASON = re.compile(
    r"(?:explanation|rationale|reason|why|erklärung|begründung|explicación|explicação|explication|解析)", re.IGNORECASE
)
_CELLS = re.compile(r"(?<!\\)\|")
DELIMITER = re.compile(r"[ \t|:]*-[ \t|:-]*$")


class Head(NamedTuple):
    """What the columns of a table of questions hold: the places of its cells."""

    names: list[str]
    question: int
    answer: int
    number: int | None
    options: list[int]
    reason: int | None


def cells_of(line: Line) -> list[str]:
    """Return the cells of a row, without the blanks around them."""
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line.raw.strip().strip("|"))]


def mark_rows(lines: list[Line]) -> None:
    """Note in each row of a table of questions where its head is: the index of the head's line, as its label."""
    start = 0
    while start < len(lines):
        if lines[start].kind != TABLE:
            start += 1
            continue
        end = next((place for place in range(start, len(lines)) if lines[place].kind != TABLE), len(lines))
        if end > start + 2 and DELIMITER.match(lines[start + 1].raw) and _head_of(lines[start]):
            for place in range(start + 2, end):
                lines[place] = lines[place]._replace(label=str(start))
        start = end


def head_above(lines: list[Line], index: int) -> Head | None:
    """Return the head of the table that a row belongs to, where it is one of questions and the row is below it."""
    return _head_of(lines[int(lines[index].label)]) if lines[index].kind == TABLE and lines[index].label else None


def _head_of(line: Line) -> Head | None:
    return _head([re.sub(r"[*_`]", "", cell) for cell in cells_of(line)])


def _head(names: list[str]) -> Head | None:
    question = answer = number = reason = None
    options: list[int] = []
    for place, name in enumerate(names):
        if _QUESTION.fullmatch(name) and question is None:
            question = place
        elif _ANSWER.fullmatch(name) and answer is None:
            answer = place
        elif _OPTION.fullmatch(name):
            options.append(place)
        elif _NUMBER.fullmatch(name) and number is None:
            number = place
        elif _REASON.fullmatch(name) and reason is None:
            reason = place
    if question is None or answer is None:
        return None
    return Head(names, question, answer, number, options, reason)


def asks(head: Head, cells: list[str]) -> bool:
    """Whether a row holds a question in words, and not its number, as in the table of a key."""
    return len(cells) > max(head.question, head.answer) and len(re.findall(r"[^\W\d_]", cells[head.question])) >= 6


def is_about_the_table(lines: list[Line], index: int) -> bool:
    """Whether a row is the head of a table of questions, or the line under it."""
    if lines[index].kind != TABLE or lines[index].label:
        return False
    return any(line.kind == TABLE and line.label for line in lines[index + 1 : index + 3])


def as_lines(line: Line, head: Head, label: str) -> Iterator[Line]:
    """Return a row as the lines of a question: its stem, its options, its answer, and whatever else stands in it."""
    cells = cells_of(line)
    yield _line(NUMBERED, line, cells[head.question], label=label)._replace(box=OPENS)
    for number, place in enumerate(head.options):
        if place < len(cells) and cells[place]:
            letter = column_letters(number)
            yield _line(LETTERED, line, f"{letter}) {cells[place]}", label=letter, start=3)
    yield _line(TEXT, line, f"Answer: {cells[head.answer]}")
    if head.reason is not None and head.reason < len(cells) and cells[head.reason]:
        yield _line(TEXT, line, f"Explanation: {cells[head.reason]}")
    known = {head.question, head.answer, head.number, head.reason, *head.options}
    for place, cell in enumerate(cells):
        if place not in known and cell:
            name = head.names[place] if place < len(head.names) else ""
            yield _line(TEXT, line, f"{name}: {cell}" if name else cell)


def _line(kind: int, line: Line, raw: str, *, label: str = "", start: int = 0) -> Line:
    return Line(kind, line.number, 0, label, 0, start, False, "", False, raw)
