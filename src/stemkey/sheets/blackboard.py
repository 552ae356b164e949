"""Blackboard's *Download Results* by user: six columns for each question, in another order in every row."""

from collections.abc import Iterator, Sequence

from stemkey.diagnostics import Diagnostics
from stemkey.model import Item
from stemkey.scoring.responses import quoted
from stemkey.scoring.spelling import plain_text
from stemkey.sheets.columns import ItemNames, more_questions_than_quiz, no_question_matches
from stemkey.sheets.grid import NOT_GIVEN, Cell, Grid, Row, text_at
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import ResponseTable


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
        (column, headers.index(f"Answer {header.removeprefix('Question ')}"))
        for column, header in enumerate(headers)
        if header.startswith("Question ") and f"Answer {header.removeprefix('Question ')}" in headers
    ]
    who = [
        column for column in range(min(question for question, _ in pairs)) if not headers[column].startswith("Question")
    ]
    names = ItemNames(items)
    asked = {
        text: names.of_text(text) for row in rows[1:] for question, _ in pairs if (text := text_at(row.cells, question))
    }
    unknown = [text for text, item in asked.items() if item is None]
    if unknown:
        shown = ", ".join(quoted(plain_text(text), 40) for text in unknown[:5])
        all_unknown = len(unknown) == len(asked)
        found.add(
            no_question_matches(len(items), shown) if all_unknown else more_questions_than_quiz(shown, len(items)),
            grid.place(),
        )
        return None
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
            problem = row.problem
            for question, answer in pairs:
                text = text_at(row.cells, question)
                item = asked[text] if text in asked else names.of_text(text)
                if item is not None:
                    answers[item] = row.cells[answer] if answer < len(row.cells) else ""
                elif text:
                    problem = "answers a question that is not in the quiz"
            kept: list[Cell] = [row.cells[column] if column < len(row.cells) else "" for column in who]
            yield row._replace(cells=[*kept, *(answers.get(at, NOT_GIVEN) for at in given)], problem=problem)

    wide = grid.rewritten(rewrite, is_as_written=False)
    return read_plain(wide, wide.sample(), items, options, found, source="blackboard")
