"""Tables with several columns for each question, one of them the question itself: each row may have its own order.

Blackboard's *Download Results* by user is one; others are found by their headers, which repeat.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Item
from stemkey.scoring.responses import quoted
from stemkey.scoring.spelling import fold, plain_text
from stemkey.sheets.columns import ItemNames, more_questions_than_quiz, no_question_matches
from stemkey.sheets.grid import NOT_GIVEN, Cell, Grid, Row, cell_text, text_at
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import ResponseTable
from stemkey.sheets.wide import shifted, usual_width


def is_blackboard(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Blackboard's download by user."""
    headers = set(header_texts(rows[0])) if rows else set()
    return {"Username", "Question ID 1", "Question 1", "Answer 1"} <= headers


def read_blackboard(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return the download, each answer brought to its question by the text beside it."""
    headers = header_texts(rows[0])
    pairs = [
        ((column,), headers.index(f"Answer {header.removeprefix('Question ')}"))
        for column, header in enumerate(headers)
        if header.startswith("Question ") and f"Answer {header.removeprefix('Question ')}" in headers
    ]
    alone = _without_partner(headers)
    if alone is not None or not pairs:
        found.add(column_without_partner(alone or headers[0]), grid.place(rows[0].number))
        return None
    who = [
        column
        for column in range(min(question[0] for question, _ in pairs))
        if not headers[column].startswith("Question")
    ]
    return read_pairs("blackboard", grid, rows, pairs, who, items, options, found)


@rule("S133", Severity.ERROR)
def column_without_partner(header: str) -> Text:
    """Each answer of this export stands beside its question, and one of the two columns is missing or called otherwise.

    Without it nobody knows to which question the answers belong.
    """
    return Text(
        f"the column '{header}' lacks its partner: each answer stands beside its question", "export the sheet again"
    )


_NUMBERED = re.compile(r"^(Question ID|Question|Answer) (\d+)$")


def _without_partner(headers: Sequence[str]) -> str | None:
    """Return a numbered header for which one of the three columns of a question is missing or stands elsewhere."""
    numbered = {(match[1], match[2]): header for header in headers if (match := _NUMBERED.match(header))}
    for (_, number), header in numbered.items():
        if any((word, number) not in numbered for word in ("Question ID", "Question", "Answer")):
            return header
        if headers.index(f"Answer {number}") != headers.index(f"Question {number}") + 1:
            return f"Answer {number}"
    return None


_DIGITS = re.compile(r"\s*\d+\s*")
_QUESTIONS = frozenset({"question", "question text", "item text", "stem", "item stem", "question stem", "item"})
_IDENTIFIERS = frozenset({"item id", "itemid", "question id", "questionid"})
_ANSWERS = frozenset(
    {"response", "answer", "student response", "student answer", "user response", "given answer", "item response"}
)


def is_in_blocks(rows: Sequence[Row]) -> bool:
    """Whether the first row ends in headers that repeat, and each repetition has a question and an answer."""
    return bool(rows) and _blocks(header_texts(rows[0])) is not None


def read_blocks(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a table with a block of columns for each question, the question's text or identifier in every row."""
    blocks = _blocks(header_texts(rows[0]))
    if blocks is None:
        return read_plain(grid, rows, items, options, found)
    start, pairs = blocks
    return read_pairs("canvas-new", grid, rows, pairs, range(start), items, options, found)


def _blocks(headers: Sequence[str]) -> tuple[int, list[tuple[tuple[int, ...], int]]] | None:
    """Return where the blocks begin, and in each the columns of the question and the column of the answer."""
    folded = [fold(_DIGITS.sub(" ", header)).replace("_", " ").strip() for header in headers]
    answers = [column for column, header in enumerate(folded) if header in _ANSWERS]
    if len(answers) < 2:
        return None
    size = answers[1] - answers[0]
    if size < 2 or any(after - before != size for before, after in pairwise(answers)):
        return None
    start = answers[0]
    while start > 0 and answers[0] - start < size - 1 and folded[start - 1] == folded[start - 1 + size]:
        start -= 1
    pairs = []
    for answer in answers:
        block = range(start + answer - answers[0], min(start + answer - answers[0] + size, len(folded)))
        question = [column for column in block if folded[column] in _QUESTIONS]
        question += [column for column in block if folded[column] in _IDENTIFIERS]
        if not question:
            return None
        pairs.append((tuple(question), answer))
    return start, pairs


def read_pairs(
    source_name: str,
    grid: Grid,
    rows: Sequence[Row],
    pairs: Sequence[tuple[tuple[int, ...], int]],
    who: Sequence[int],
    items: Sequence[Item],
    options: SheetOptions,
    found: Diagnostics,
    answered: Callable[[Item, Cell], Cell] | None = None,
) -> ResponseTable | None:
    """Return a table in which columns with a question, by its text or identifier, stand beside the column of its answer.

    `answered` rewrites answers; where it is given, `-` in place of a question says that it was not given, and a row without any
    question is a candidate who was absent.
    """
    headers = header_texts(rows[0])
    names = ItemNames(items)
    item_of = _finder(names)
    asked = dict(_asked(row.cells, question, item_of) for row in rows[1:] for question, _ in pairs)
    asked.pop("", None)
    if answered is not None:
        asked.pop("-", None)
    unknown = [text for text, item in asked.items() if item is None]
    if unknown:
        shown = ", ".join(quoted(plain_text(text), 40) for text in unknown[:5])
        all_unknown = len(unknown) == len(asked)
        found.add(
            no_question_matches(len(items), shown) if all_unknown else more_questions_than_quiz(shown, len(items)),
            grid.place(),
        )
        return None
    width = usual_width(grid, rows)
    given = sorted({item for item in asked.values() if item is not None})

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        first = next(source, None)
        if first is None:
            return
        yield first._replace(
            cells=[*(headers[column] for column in who), *(plain_text(items[at].body) for at in given)]
        )
        for row in source:
            answers: dict[int, Cell] = {}
            problem = row.problem or shifted(row, len(headers))
            if answered is None and len(row.cells) < width and any(map(cell_text, row.cells)):
                problem = problem or f"has {len(row.cells)} cells and the others {width}, so some are lost"
            for question, answer in pairs:
                text, item = _asked(row.cells, question, item_of)
                if item is not None:
                    cell = row.cells[answer] if answer < len(row.cells) else ""
                    answers[item] = answered(items[item], cell) if answered is not None else cell
                elif text and (answered is None or text != "-"):
                    problem = "answers a question that is not in the quiz"
                elif not text and text_at(row.cells, answer):
                    problem = "has an answer and no question beside it"
            if answered is not None and not answers and not problem:
                answers = dict.fromkeys(given, "ABS")
            kept: list[Cell] = [row.cells[column] if column < len(row.cells) else "" for column in who]
            yield row._replace(cells=[*kept, *(answers.get(at, NOT_GIVEN) for at in given)], problem=problem)

    wide = grid.rewritten(rewrite, is_as_written=False)
    return read_plain(wide, wide.sample(), items, options, found, source=source_name)


def _finder(names: ItemNames) -> Callable[[str], int | None]:
    """Return the function that finds the item of a text or an identifier, and remembers it."""

    @cache
    def item_of(text: str) -> int | None:
        found = names.identifiers.get(text)
        return names.of_text(text) if found is None else found

    return item_of


def _asked(
    cells: Sequence[Cell], columns: Sequence[int], item_of: Callable[[str], int | None]
) -> tuple[str, int | None]:
    """Return what a row says was asked in one of some columns, and the item that it is."""
    texts = [text for column in columns if (text := text_at(cells, column))]
    for text in texts:
        item = item_of(text)
        if item is not None:
            return text, item
    return (texts[0], None) if texts else ("", None)
