"""Canvas Classic Quizzes' *Student Analysis*: two columns for each question, `id: stem` and the points it got.

Known by its shape, because the other header words are translated. A question that was not given (question groups)
has two empty cells; one that was not answered has points and no answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from stemkey.diagnostics import Diagnostics, column_letters
from stemkey.model import (
    Cardinality,
    ChoiceInteraction,
    Clone,
    ForeignInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
)
from stemkey.scoring.responses import JOINER, quoted
from stemkey.scoring.spelling import fold, spellings
from stemkey.sheets.columns import (
    HEADER_ROWS,
    ItemNames,
    Match,
    choose_matches,
    column_title,
    more_questions_than_quiz,
    no_question_matches,
)
from stemkey.sheets.grid import Cell, Grid, Row, text_at
from stemkey.sheets.identity import header_kind
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, identify, notes_of
from stemkey.sheets.table import ColumnMatch, Damaged, Drawn, Response, ResponseTable, Typed
from stemkey.sheets.wide import ItemColumn, Layout, MisplacedError, usual_width, wide_table

_QUESTION = re.compile(r"^\s*(\d+):(?:\s+(.*))?$", re.DOTALL)
_AWARDED = re.compile(r"^-?\d+(?:[.,]\d+)?(?:E-?\d+)?$", re.IGNORECASE)
_POINTS = re.compile(r"^\d+(?:[.,]\d+)?$")
_COMMA = re.compile(r"(?<!\\),")
_ARROW = re.compile(r"(?<!\\)=>")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?", re.ASCII)


def is_canvas(rows: Sequence[Row]) -> bool:
    """Whether the first rows have the shape of a Student Analysis."""
    return _find_header(rows) >= 0


def _find_header(rows: Sequence[Row]) -> int:
    return next((index for index, row in enumerate(rows[:HEADER_ROWS]) if _is_header(header_texts(row))), -1)


def _is_header(headers: Sequence[str]) -> bool:
    """Whether a row heads a Student Analysis: words about the candidate, pairs of question and points, words again.

    A row of data can hold `1: 42` beside a `1` (other programs number gaps so), but not words alone around it.
    """
    questions = _question_columns(headers)
    if (
        not questions
        or questions[0] < 2
        or len({_identifier(headers[column]) for column in questions}) < len(questions)
    ):
        return False
    pairs = {column + beside for column in questions for beside in (0, 1)}
    others = [header for column, header in enumerate(headers) if column not in pairs]
    is_one_run = questions == list(range(questions[0], questions[-1] + 1, 2))
    return is_one_run and all(any(map(str.isalpha, header)) and not _QUESTION.match(header) for header in others)


def _identifier(header: str) -> str:
    question = _QUESTION.match(header)
    return question[1] if question else ""


def _question_columns(headers: Sequence[str]) -> list[int]:
    return [
        column
        for column, header in enumerate(headers[:-1])
        if _QUESTION.match(header) and _POINTS.match(headers[column + 1])
    ]


def read_student_analysis(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a Student Analysis; None, with findings, where its questions are not the quiz's."""
    at = _find_header(rows)
    if at < 0:
        found.add(no_question_matches(len(items), ""), grid.place())
        return None
    headers = header_texts(rows[at])
    data = rows[at + 1 :]
    place = grid.place(rows[at].number)
    questions = _question_columns(headers)
    names = ItemNames(items)
    matches = [match for column in questions if (match := _match(column, headers[column], names))]
    said = {match.item: match for match in matches}
    if not said and not options.map:
        shown = ", ".join(column_title(headers, column) for column in questions[:3])
        found.add(no_question_matches(len(items), shown), place)
        return None
    unknown = [column for column in questions if column not in {match.column for match in matches}]
    strangers = [column for column in unknown if any(text_at(row.cells, column) for row in data)]
    if strangers and not options.map:
        found.add(
            more_questions_than_quiz(", ".join(column_title(headers, c) for c in strangers[:5]), len(items)), place
        )
        return None
    chosen = choose_matches(said.values(), headers, names, options, place, found)
    if chosen is None:
        return None
    taken = dict(enumerate(Match(column=column, item=-1, by="text") for column in range(questions[0], len(headers))))
    kinds = {} if header_kind(headers[0]) or not _is_named(data) else {0: "name", 1: "lms_id"}
    identity = identify(grid, headers, data, taken, options, found, kinds)
    if identity is None:
        return None
    identity = replace(identity, dates=(), state=None)
    columns = _columns_by_item(matches, chosen)
    responses = _Responses(items, columns, options)
    layout = Layout(
        grid=grid,
        source="canvas",
        headers=headers,
        first_row=data[0].number if data else 1 << 40,
        columns=tuple(ItemColumn(None) for _ in items),
        identity=identity,
        mapping=tuple(
            ColumnMatch(
                column=headers[match.column],
                letters=column_letters(match.column),
                number=items[index].number,
                by=match.by,
            )
            for index in sorted(columns)
            for match in columns[index]
        ),
        responses_of=responses,
        tells_clones_of=_told(items, columns, data),
        has_attempts=identity.attempt is not None,
        usual_width=usual_width(grid, data),
        is_exact=True,
        notes=notes_of(grid, headers, data, identity),
    )
    return wide_table(layout, found)


def _told(items: Sequence[Item], columns: Mapping[int, Sequence[Match]], rows: Sequence[Row]) -> frozenset[str]:
    """Return the numbers of the formula questions whose numbers the sheet shows."""
    return frozenset(
        items[index].number
        for index, matches in columns.items()
        if any(
            isinstance(_answer(items[index], text_at(row.cells, match.column)), Drawn)
            for match in matches
            for row in rows
        )
    )


def _is_named(rows: Sequence[Row]) -> bool:
    """Whether the first two columns are name and id, in a language that is not known; surveys without names begin with the section."""
    pairs = {(text_at(row.cells, 0), text_at(row.cells, 1)) for row in rows}
    return len(rows) == 1 or len(pairs) * 2 > len(rows)


def _match(column: int, header: str, names: ItemNames) -> Match | None:
    question = _QUESTION.match(header)
    if question is None:
        return None
    if question[1] in names.identifiers:
        return Match(column=column, item=names.identifiers[question[1]], by="identifier")
    found = names.of_text(question[2] or "")
    return None if found is None else Match(column=column, item=found, by="text")


def _columns_by_item(matches: Sequence[Match], chosen: dict[int, Match]) -> dict[int, list[Match]]:
    """Return the columns of each item: several where a question was regenerated and got another id."""
    columns: dict[int, list[Match]] = {}
    for index, match in chosen.items():
        columns[index] = [match] if match.by == "option" else [other for other in matches if other.item == index]
    return columns


class _Responses:
    """Reads a row's responses: an item's answer stands in whichever of its columns was given."""

    def __init__(self, items: Sequence[Item], columns: dict[int, list[Match]], options: SheetOptions) -> None:
        self.items = items
        self.columns = columns
        self.options = options

    def __call__(self, cells: Sequence[Cell]) -> list[Response]:
        return [self._of_item(index, item, cells) for index, item in enumerate(self.items)]

    def _of_item(self, index: int, item: Item, cells: Sequence[Cell]) -> Response:
        for match in self.columns.get(index, ()):
            cell = cells[match.column] if match.column < len(cells) else ""
            points = text_at(cells, match.column + 1)
            if points and not _AWARDED.match(points):
                raise MisplacedError(
                    f"is shifted: {quoted(points, 30)} stands where question {item.number} has its points"
                )
            if isinstance(cell, Damaged):
                return "" if self.options.errors_as == "blank" else cell
            if cell.strip():
                return _answer(item, cell)
            if points:
                return ""
        return None


def _answer(item: Item, text: str) -> Response:
    r"""Return a cell as the answer it is: Canvas joins several with `,` and writes a comma within one as `\,`."""
    only = item.interactions[0]
    parts = [part.replace("\\,", ",") for part in _COMMA.split(text)]
    if isinstance(only, ForeignInteraction) and only.clones:
        return _drawn(only.clones, parts, text)
    if len(item.interactions) > 1:
        return _gaps(item, parts, text)
    if isinstance(only, InlineChoiceInteraction):
        return ",".join(parts)
    several = isinstance(only, ChoiceInteraction) and only.cardinality is Cardinality.MULTIPLE
    return JOINER.join(parts) if several or isinstance(only, MatchInteraction) else text


def _drawn(clones: Sequence[Clone], parts: Sequence[str], text: str) -> Response:
    """Return the answer to a formula question, `x=>3.0,y=>4.0,12.0000`, with the clone that has these numbers."""
    *said, answer = parts
    values = dict(_ARROW.split(part, maxsplit=1) for part in said if _ARROW.search(part))
    if not answer.strip():
        return ""
    if len(values) < len(said) or not all(_DECIMAL.fullmatch(value) for value in values.values()):
        return text
    numbers = {name.replace("\\=>", "=>"): Fraction(value) for name, value in values.items()}
    found = {clone.interaction: index for index, clone in enumerate(clones) if _drawn_values(clone) == numbers}
    return Drawn(next(iter(found.values())), Typed(answer, ".")) if len(found) == 1 else answer


def _drawn_values(clone: Clone) -> dict[str, Fraction]:
    drawn = clone.variables
    return {variable.name: Fraction(variable.value) for variable in drawn if _DECIMAL.fullmatch(variable.value)}


def _gaps(item: Item, parts: list[str], text: str) -> Response:
    """Return the answers to gaps. Canvas leaves out a dropdown that was not set, so the others move up."""
    gaps = item.interactions
    if len(parts) == len(gaps):
        return JOINER.join(parts)
    if len(parts) > len(gaps) or not all(isinstance(gap, InlineChoiceInteraction) for gap in gaps):
        return Damaged(text, "does not have an answer for each gap")
    texts = [
        {fold(form) for choice in gap.choices for form in spellings(choice.content)}
        for gap in gaps
        if isinstance(gap, InlineChoiceInteraction)
    ]
    places = [
        chosen
        for chosen in combinations(range(len(gaps)), len(parts))
        if all(fold(part) in texts[at] for at, part in zip(chosen, parts, strict=True))
    ]
    if len(places) != 1:
        return Damaged(text, "leaves out dropdowns that were not set, and does not show which")
    answers = dict(zip(places[0], parts, strict=True))
    return JOINER.join(answers.get(index, "") for index in range(len(gaps)))
