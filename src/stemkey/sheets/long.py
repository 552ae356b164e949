"""Long tables: a row for each answer. They are turned into one row for each attempt, then read like plain sheets."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import ChoiceInteraction, Item
from stemkey.scoring.responses import JOINER, quoted
from stemkey.scoring.spelling import fold, plain_text
from stemkey.sheets.columns import HEADER_ROWS, ItemNames, more_questions_than_quiz, no_question_matches, number_of
from stemkey.sheets.grid import NOT_GIVEN, Cell, Grid, Row, cell_text, text_at
from stemkey.sheets.identity import find_column, header_kind
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import Damaged, ResponseTable
from stemkey.sheets.wide import shifted

_QUESTIONS = frozenset(
    {
        "question",
        "item",
        "question number",
        "question no",
        "q",
        "frage",
        "pregunta",
        "questao",
        "domanda",
        "問題",
        "item id",
    }
)
_ANSWERS = frozenset(
    {
        "answer",
        "response",
        "choice",
        "antwort",
        "respuesta",
        "reponse",
        "resposta",
        "risposta",
        "解答",
        "selected",
        "value",
    }
)
_TAKEN = {"checked": "unchecked", "true": "false", "1": "0", "yes": "no", "selected": "not selected", "x": ""}
"""What says that a choice was taken, and what the same program then says of the others."""


class Columns(NamedTuple):
    """Where a long table says what."""

    question: tuple[int, ...]
    """Columns that may name the question, the best first."""
    answer: int
    checked: int | None = None
    """Where there is a row for each choice: whether it was taken."""
    who: tuple[int, ...] = ()
    """Columns about the candidate and the attempt, kept as they are."""
    taken: str = "checked"
    """The word of `_TAKEN` that stands in `checked`."""


@rule("S127", Severity.WARNING)
def questions_without_row(count: int, example: str, meaning: str) -> Text:
    """A table with a row for each answer has no row at all for some candidates and questions.

    Where the program writes a row for every question, rows were lost: a file that was cut off looks like this. Where questions
    are drawn from pools, or the table was made by hand, nothing is wrong.
    """
    lack = "candidate lacks rows" if count == 1 else "candidates lack rows"
    return Text(
        f"{count:,} {lack} for some questions, e.g. {example}; {meaning}",
        "compare the number of rows with what the program shows, if it writes a row for each question",
    )


@dataclass(slots=True)
class _Pivot:
    row: int
    who: list[Cell]
    answers: dict[int, list[Cell]] = field(default_factory=dict)
    rows: Counter[int] = field(default_factory=Counter)
    """How many rows each question has."""
    problem: str | None = None


def is_long(rows: Sequence[Row]) -> bool:
    """Whether the first rows head a table of candidate, question and answer."""
    return _plain_header(rows) is not None


def _plain_header(rows: Sequence[Row]) -> tuple[int, Columns] | None:
    for at, row in enumerate(rows[:HEADER_ROWS]):
        headers = [fold(header) for header in header_texts(row)]
        question = [column for column, header in enumerate(headers) if header in _QUESTIONS]
        answer = [column for column, header in enumerate(headers) if header in _ANSWERS]
        if len(question) == 1 and len(answer) == 1 and len(headers) >= 3:
            return at, Columns((question[0],), answer[0], None, _who(header_texts(row)))
    return None


def _who(headers: Sequence[str], also: Sequence[str] = ()) -> tuple[int, ...]:
    return tuple(
        column
        for column, header in enumerate(headers)
        if header in also or header_kind(header) not in {None, "date", "state"}
    )


def read_long(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a table of candidate, question, answer."""
    header = _plain_header(rows)
    return _read("plain-long", grid, rows, header, items, options, found)


def is_brightspace(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Brightspace's attempt details."""
    headers = set(header_texts(rows[0])) if rows else set()
    return {"Q #", "Q Text", "Answer"} <= headers and bool({"Username", "Org Defined ID"} & headers)


def read_brightspace(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return Brightspace's attempt details: for choices a row each, with whether it was checked."""
    headers = header_texts(rows[0])
    columns = Columns(
        question=(headers.index("Q Text"), *_optional(headers, "Q Title")),
        answer=headers.index("Answer"),
        checked=next(iter(_optional(headers, "Answer Match")), None),
        who=_who(headers),
    )
    return _read("brightspace", grid, rows, (0, columns), items, options, found)


def is_blackboard_long(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Blackboard's download by question and user."""
    headers = set(header_texts(rows[0])) if rows else set()
    return {"Username", "Question ID", "Question", "Answer"} <= headers


def read_blackboard_long(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return Blackboard's download by question and user; its question ids differ from row to row."""
    headers = header_texts(rows[0])
    columns = Columns((headers.index("Question"),), headers.index("Answer"), None, _who(headers))
    return _read("blackboard", grid, rows, (0, columns), items, options, found)


def is_kahoot(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Kahoot's raw report data."""
    headers = set(header_texts(rows[0])) if rows else set()
    return {"Question", "Player", "Answer", "Correct Answers"} <= headers


def read_kahoot(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return Kahoot's raw report data. Players are nicknames, so only the user can say that they are ids."""
    headers = header_texts(rows[0])
    columns = Columns(
        (headers.index("Question"),), headers.index("Answer"), None, _who(headers, ("Player", "Player Identifier"))
    )
    return _read("kahoot", grid, rows, (0, columns), items, options, found)


def _optional(headers: Sequence[str], *names: str) -> tuple[int, ...]:
    return tuple(headers.index(name) for name in names if name in headers)


def _read(
    source: str,
    grid: Grid,
    rows: Sequence[Row],
    header: tuple[int, Columns] | None,
    items: Sequence[Item],
    options: SheetOptions,
    found: Diagnostics,
) -> ResponseTable | None:
    if header is None:
        found.add(no_question_matches(len(items), ""), grid.place())
        return None
    at, columns = header
    columns = columns._replace(taken=_word_for_taken(rows[at + 1 :], columns))
    form = find_column(options.form_column, header_texts(rows[at])) if options.form_column else None
    if form is not None and form not in columns.who:
        columns = columns._replace(who=(*columns.who, form))
        options = replace(options, form_column=header_texts(rows[at])[form])
    names = ItemNames(items)
    asked = {question: None for row in rows[at + 1 :] if (question := _question(row.cells, columns, names)[0])}
    unknown = [question for question in asked if _item_of(question, names) is None]
    if unknown:
        if len(unknown) == len(asked):
            found.add(no_question_matches(len(items), _shown(unknown)), grid.place())
        else:
            found.add(more_questions_than_quiz(_shown(unknown), len(items)), grid.place())
        return None
    headers = header_texts(rows[at])
    # An LMS has a row for every question that was given; a table made by hand leaves out what was not answered.
    absent: Cell = "" if source == "plain-long" else NOT_GIVEN
    given = {item for question in asked if (item := _item_of(question, names)) is not None}
    reported: list[bool] = []

    def report(lacking: Sequence[_Pivot]) -> None:
        if lacking and not reported:
            first = lacking[0]
            number = next(items[index].number for index in sorted(given) if index not in first.answers)
            who = next((text for cell in first.who if (text := cell_text(cell))), f"row {first.row}")
            meaning = "counted as no answer" if absent == "" else "counted as not given to them"
            found.add(
                questions_without_row(len(lacking), f"{quoted(who)} for question {number}", meaning), grid.place()
            )
            reported.append(True)

    pivot = _pivot(headers, rows[at].number, columns, items, names, given, absent, report)
    wide = grid.rewritten(pivot, is_as_written=False)
    return read_plain(wide, wide.sample(), items, options, found, source=source)


def _word_for_taken(rows: Sequence[Row], columns: Columns) -> str:
    """Return the word that the table uses for a choice that was taken, by which of the pairs is most common."""
    said = Counter(fold(text_at(row.cells, columns.checked)) for row in rows)
    return max(_TAKEN, key=lambda word: said[word] + (said[_TAKEN[word]] if _TAKEN[word] else 0))


def _shown(questions: Sequence[str]) -> str:
    return ", ".join(f"'{question[:40]}'" for question in questions[:5])


def _question(cells: Sequence[Cell], columns: Columns, names: ItemNames) -> tuple[str, int | None]:
    """Return what a row says was asked, and the item that it is."""
    texts = [text for column in columns.question if (text := text_at(cells, column))]
    for text in texts:
        item = _item_of(text, names)
        if item is not None:
            return text, item
    return (texts[0], None) if texts else ("", None)


def _item_of(question: str, names: ItemNames) -> int | None:
    found = names.identifiers.get(question)
    found = names.of_text(question) if found is None else found
    if found is not None:
        return found
    numbered = number_of(question)
    return names.numbers.get(numbered[1]) if numbered and len(numbered[0]) <= 12 else None


def _pivot(
    headers: Sequence[str],
    header_row: int,
    columns: Columns,
    items: Sequence[Item],
    names: ItemNames,
    given: set[int],
    absent: Cell,
    report: Callable[[Sequence[_Pivot]], None],
) -> Callable[[Iterator[Row]], Iterator[Row]]:
    """Return the turning of rows of answers into rows of attempts, in the order in which the attempts first occur."""
    order = sorted(given)
    of_text: dict[str, int | None] = {}

    def pivot(rows: Iterator[Row]) -> Iterator[Row]:
        attempts: dict[tuple[str, ...], _Pivot] = {}
        for row in rows:
            if row.number <= header_row:
                continue
            key = tuple(text_at(row.cells, column) for column in columns.who)
            question = next((text for c in columns.question if (text := text_at(row.cells, c))), "")
            if not question and not any(key):
                continue
            if question not in of_text:
                of_text[question] = _question(row.cells, columns, names)[1]
            attempt = attempts.setdefault(key, _Pivot(row.number, [_cell(row.cells, column) for column in columns.who]))
            _add_answer(attempt, row, of_text[question], columns, len(headers), items)
        stems = [plain_text(items[index].body) or items[index].identifier for index in order]
        yield Row(header_row, [*(headers[column] for column in columns.who), *stems])
        report([attempt for attempt in attempts.values() if len(attempt.answers) < len(order) and not attempt.problem])
        if columns.checked is not None:
            _mark_lost_choices(attempts.values(), items)
        for attempt in attempts.values():
            answers = [_together(attempt.answers[index]) if index in attempt.answers else absent for index in order]
            yield Row(attempt.row, [*attempt.who, *answers], attempt.problem)

    return pivot


def _mark_lost_choices(attempts: Iterable[_Pivot], items: Sequence[Item]) -> None:
    """Mark the answers to questions that have fewer rows than others' have: the choice that was taken may be lost."""
    attempts = list(attempts)
    most: Counter[int] = Counter()
    for attempt in attempts:
        most |= attempt.rows
    choices = {index: _count_choices(items[index]) for index in most}
    if any(count > 1 and count == choices[index] for index, count in most.items()):
        # Where some question has a row for each of its choices, all have, even in a file with one candidate.
        most |= Counter(choices)
    for attempt in attempts:
        for item, count in attempt.rows.items():
            if count < most[item]:
                said = [cell for cell in attempt.answers[item] if isinstance(cell, str)]
                attempt.answers[item] = [
                    Damaged(JOINER.join(said), f"has {count} of {most[item]} rows, one for each choice")
                ]


def _count_choices(item: Item) -> int:
    only = item.interactions[0]
    return len(only.choices) if isinstance(only, ChoiceInteraction) and len(item.interactions) == 1 else 0


def _cell(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else ""


def _add_answer(
    attempt: _Pivot, row: Row, item: int | None, columns: Columns, width: int, items: Sequence[Item]
) -> None:
    problem = row.problem or shifted(row, width)
    if problem:
        attempt.problem = problem
        return
    if item is None:
        attempt.problem = "answers a question that is not in the quiz"
        return
    answer = _cell(row.cells, columns.answer)
    checked = fold(text_at(row.cells, columns.checked))
    given = attempt.answers.setdefault(item, [])
    attempt.rows[item] += 1
    if columns.checked is not None and checked == _TAKEN[columns.taken]:
        return
    if columns.checked is not None and checked != columns.taken and _count_choices(items[item]):
        said = text_at(row.cells, columns.checked)
        given.append(Damaged(said, "says neither that the choice was taken nor that it was not"))
        return
    if (columns.checked is not None and checked == columns.taken) or not given:
        given.append(answer)
    elif cell_differs(given[0], answer):
        attempt.problem = "answers a question twice, and differently"


def cell_differs(one: Cell, other: Cell) -> bool:
    """Whether two cells say different things."""
    return fold(one if isinstance(one, str) else one.text) != fold(other if isinstance(other, str) else other.text)


def _together(answers: Sequence[Cell]) -> Cell:
    damaged = next((answer for answer in answers if isinstance(answer, Damaged)), None)
    if damaged is not None:
        return damaged
    return JOINER.join(answer for answer in answers if isinstance(answer, str))
