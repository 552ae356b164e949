"""Moodle's quiz report *Responses*, of any version and in any language, as CSV, XLSX or ODS.

It is known by its shape: a column `Grade/10.00` whatever the word, and after it a run of columns that end in numbers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from operator import itemgetter

from stemkey.diagnostics import Diagnostics, Severity, Text, column_letters, rule
from stemkey.model import Item, OrderInteraction, TextEntryInteraction
from stemkey.scoring.responses import quoted
from stemkey.sheets.columns import (
    HEADER_ROWS,
    ItemNames,
    Match,
    choose_matches,
    is_mark_header,
    mapping_of,
    more_questions_than_quiz,
    no_question_matches,
    number_of,
)
from stemkey.sheets.grid import Cell, Grid, Row, cell_text, text_at
from stemkey.sheets.identity import Identity, header_kind
from stemkey.sheets.key_rows import key_disagrees
from stemkey.sheets.moodle_clones import (
    CloneFinder,
    clone_disagrees,
    foreign_converter,
    foreign_of,
    what_is_assumed,
    with_points,
)
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, identify, is_footer_label, notes_of
from stemkey.sheets.table import ColumnMatch, Damaged, Drawn, Response, ResponseTable, Typed
from stemkey.sheets.trust import check_numbers, contents, marks_instead_of_answers
from stemkey.sheets.wide import Convert, ItemColumn, Layout, MisplacedError, row_list, usual_width, wide_table

_GRADE = re.compile(r"^(?P<word>[^/\d]{1,60})/\s?\d+(?:[.,]\d+)?$")
_QUESTION_WORDS = frozenset(
    [
        "question",
        "frage",
        "pregunta",
        "questão",
        "questao",
        "domanda",
        "問題",
        "вопрос",
        "vraag",
        "pytanie",
        "otázka",
        "kysymys",
        "fråga",
        "spørgsmål",
        "питання",
    ]
)
_RIGHT_WORDS = re.compile(
    r"right|correct|richtig|juste|bonne|certa|corretta|прав|正解|正确|juist|goed|poprawn|správn|oike|rätt|riktig|kore"
)
# What may follow the stem in a question's summary: its choices, its pairs, its places.
_AFTER_STEM = re.compile(r"[\s.]*(?:[:;{]|$)")
NOTHING = "-"
COMPLETED = 2
"""Columns before the grade stands the time of handing in; before it the start, after it the duration."""
_NUMBER_LAST = re.compile(
    r"(?P<unit>[^\d.,+-]*)(?P<number>[+-]?(?:\d[\d ,.]*|\.\d+)(?:[eE][-+]?\d+)?)", re.ASCII | re.DOTALL
)
UNIT_NOT_FIRST = "does not end with its number, and Moodle expects the unit before that"
NOT_SHOWN = "is all that the report shows of things left in the order in which they stood"


@rule("S130", Severity.ERROR)
def question_not_in_quiz(number: str, text: str) -> Text:
    """The report says what each question asked, and one of them is not in the quiz.

    It belongs to another version of the quiz, or its text was changed since.
    """
    return Text(f"question {number} of the report is not in the quiz: {text}", "give the quiz that was answered")


@dataclass(frozen=True, slots=True)
class _Run:
    """The columns of one question of the report."""

    number: str
    response: int
    question: int | None = None
    right: int | None = None


def is_moodle(rows: Sequence[Row]) -> bool:
    """Whether the first rows have the shape of a Moodle quiz report."""
    return _find_header(rows) is not None


def _find_header(rows: Sequence[Row]) -> tuple[int, int] | None:
    """Return the index of the header and of the grade's column."""
    for index, row in enumerate(rows[:HEADER_ROWS]):
        headers = header_texts(row)
        grade = next((at for at, header in enumerate(headers) if at > 3 and _GRADE.match(header)), None)
        if grade is None or not all(headers[:grade]):
            continue
        after = headers[grade + 1 :]
        numbered = [header for header in after if is_mark_header(header) or number_of(header)]
        if numbered and len(numbered) * 2 >= len(after):
            return index, grade
    return None


def read_moodle_responses(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return a Responses report; None, with findings, where its questions cannot be told."""
    options = replace(options, answers=options.answers or "texts")
    header = _find_header(rows)
    if header is None:
        found.add(no_question_matches(len(items), ""), grid.place())
        return None
    at, grade = header
    headers = header_texts(rows[at])
    tries = [row.number for row in rows[at + 1 :] if _is_try(row, grade)]
    if tries:
        found.add(tries_joined(row_list(tries)), grid.place(tries[0]))
        grid = replace(grid, read=partial(_join_tries, grid, grade))
        rows = grid.sample()
    runs = _runs(headers, grade, rows[at + 1 :], ItemNames(items))
    if not runs and any(_RIGHT_WORDS.search(header.lower()) for header in headers[grade + 1 :]):
        found.add(no_responses(headers[-1]), grid.place(rows[at].number))
        return None
    if not runs:
        found.add(marks_instead_of_answers(f"'{headers[-1]}'"), grid.place(rows[at].number))
        return None
    data = [row for row in rows[at + 1 :] if not _is_empty(row, runs)]
    if _are_right_answers(data, grade, runs):
        found.add(no_responses(headers[runs[0].response]), grid.place(rows[at].number, runs[0].response))
        return None
    report = _Report(grid, headers, grade, runs, items, options, found)
    kinds = {grade - COMPLETED: "submitted"} | _kinds(headers, grade, rows[at + 1 :])
    identity = identify(grid, headers, rows[at + 1 :], report.taken(), options, found, kinds)
    if identity is None:
        return None
    identity = replace(identity, attempt=None, dates=(), state=grade - 4 if grade >= 4 else None)
    layout = report.by_text(data, identity) if runs[0].question is not None else report.by_number(data, identity)
    if layout:
        _report_formulas(grid, data, runs, found)
    return wide_table(layout, found) if layout else None


@rule("S132", Severity.WARNING)
def tries_joined(rows: str) -> Text:
    """The report lists every try of an attempt in a row of its own. The last answer to each question is graded.

    What Moodle takes off for earlier tries is not known from the report, so the scores can be higher than Moodle's.
    """
    return Text(
        f"earlier tries of an attempt in {rows}; the last answer to each question is graded, without penalties",
        "download the report with the tries set to the last one if that is what you want anyway",
    )


@rule("S138", Severity.ERROR)
def no_responses(header: str) -> Text:
    """The report shows the right answers and not what was answered: everybody has the same in every column, and other grades.

    Taken for responses, they would give full marks to the whole class.
    """
    return Text(
        f"'{header}' and the columns like it hold the right answers, not the responses",
        "download the report with 'response' ticked",
    )


_A_CLASS = 3


def _are_right_answers(rows: Sequence[Row], grade: int, runs: Sequence[_Run]) -> bool:
    """Whether everybody has the same answers and not the same grade."""
    if len(rows) < _A_CLASS or len({text_at(row.cells, grade) for row in rows}) == 1:
        return False
    return all(len({text_at(row.cells, run.response) for row in rows}) == 1 for run in runs)


@rule("S136", Severity.WARNING)
def formulas_are_texts(count: int, example: str) -> Text:
    """Moodle writes an answer that begins with `=` into a workbook as a formula without a value. It is read as it was typed.

    A spreadsheet program that opened and saved the file may have put another value there; the CSV is safe.
    """
    answers = "answer begins" if count == 1 else "answers begin"
    return Text(f"{count:,} {answers} with '=', e.g. {example}; read as typed", None)


def _report_formulas(grid: Grid, rows: Sequence[Row], runs: Sequence[_Run], found: Diagnostics) -> None:
    cells = [row.cells[run.response] for row in rows for run in runs if run.response < len(row.cells)]
    formulas = [cell for cell in cells if isinstance(cell, Damaged) and cell.text.startswith("=")]
    if formulas:
        found.add(formulas_are_texts(len(formulas), quoted(formulas[0].text)), grid.place())


def _is_try(row: Row, grade: int) -> bool:
    """Whether a row is an earlier try: answers, but neither state nor grade yet."""
    answered = any(text_at(row.cells, column) not in {"", NOTHING} for column in range(grade + 1, len(row.cells)))
    blank = {"", NOTHING}
    return answered and text_at(row.cells, grade) in blank and text_at(row.cells, grade - 4) in blank


def _join_tries(grid: Grid, grade: int) -> Iterator[Row]:
    """Give one row for each attempt: the last of its tries, with what only earlier ones say."""
    before: list[Row] = []
    for row in grid.read():
        if _is_try(row, grade) and len(row.cells) > grade + 1 and not row.problem:
            before.append(row)
            continue
        cells = list(row.cells)
        for earlier in reversed(before):
            cells = [
                old if cell_text(new) in {"", NOTHING} else new
                for new, old in zip_longest(cells, earlier.cells, fillvalue="")
            ]
        before = []
        yield row._replace(cells=cells)
    yield from before


def _runs(headers: Sequence[str], grade: int, rows: Sequence[Row], names: ItemNames) -> list[_Run]:
    """Return the questions of the report: which columns hold text, response and right answer."""
    words: dict[str, dict[str, int]] = {}
    for column in range(grade + 1, len(headers)):
        header = headers[column]
        numbered = number_of(header)
        if numbered and not re.search(r"/\s?\d", header):
            words.setdefault(numbered[0], {}).setdefault(numbered[1], column)
    roles = _roles(words, rows, names)
    # Moodle 1.9 heads a response `#1`: no word at all, which is not the same as no such columns.
    response, question, right = (
        words[roles[role]] if role in roles else {} for role in ("response", "question", "right")
    )
    return [_Run(number, column, question.get(number), right.get(number)) for number, column in response.items()]


def _roles(words: Mapping[str, Mapping[str, int]], rows: Sequence[Row], names: ItemNames) -> dict[str, str]:
    """Return which word heads questions, responses and right answers: by the word, else by their order."""
    most = max((len(columns) for columns in words.values()), default=0)
    full = [word for word, columns in words.items() if len(columns) == most]
    roles: dict[str, str] = {}
    left = sorted(full, key=lambda word: min(words[word].values()))
    for word in list(left):
        if word in _QUESTION_WORDS and len(left) > 1:
            roles["question"] = word
        elif _RIGHT_WORDS.search(word):
            roles["right"] = word
        else:
            continue
        left.remove(word)
    if len(left) > 1 and "question" not in roles and (len(left) > 2 or _are_questions(words[left[0]], rows, names)):
        roles["question"] = left.pop(0)
    if left:
        roles["response"] = left.pop(0)
    if left:
        roles["right"] = left.pop(0)
    return roles


def _are_questions(columns: Mapping[str, int], rows: Sequence[Row], names: ItemNames) -> bool:
    texts = [text for row in rows[:20] for column in columns.values() if len(text := text_at(row.cells, column)) > 1]
    known = sum(names.of_beginning(text, _AFTER_STEM) is not None for text in texts)
    return known * 2 > len(texts) > 0


def _kinds(headers: Sequence[str], grade: int, rows: Sequence[Row]) -> dict[int, str]:
    """Return what identity columns are that no known word names.

    The names come first, an address holds an `@`, and a number that each person has of their own is their id.
    """
    kinds: dict[int, str] = {}
    for column in range(grade - 4):
        if header_kind(headers[column]):
            continue
        texts = [text for row in rows[:50] if (text := text_at(row.cells, column)) and text != NOTHING]
        if texts and all("@" in text for text in texts):
            kinds[column] = "email"
        elif column < 2:
            kinds[column] = "last" if column == 0 else "first"
        elif _are_ids(column, rows):
            kinds[column] = "id_number"
    return kinds


def _are_ids(column: int, rows: Sequence[Row]) -> bool:
    """Whether everybody has something with digits in a column, and nobody what another has."""
    pairs = {(text_at(row.cells, 0), text_at(row.cells, 1), text_at(row.cells, column)) for row in rows}
    values = {value for _, _, value in pairs}
    return len(values) == len(pairs) > 1 and all(any(map(str.isdigit, value)) for value in values)


def _is_empty(row: Row, runs: Sequence[_Run]) -> bool:
    return all(text_at(row.cells, run.response) in {"", NOTHING} for run in runs)


class _Report:
    """What is known of one report; makes its layout."""

    def __init__(
        self,
        grid: Grid,
        headers: tuple[str, ...],
        grade: int,
        runs: Sequence[_Run],
        items: Sequence[Item],
        options: SheetOptions,
        found: Diagnostics,
    ) -> None:
        self.grid = grid
        self.headers = headers
        self.grade = grade
        self.runs = runs
        self.items = items
        self.options = options
        self.found = found
        self.names = ItemNames(items)
        self.of_text: dict[str, int | None] = {}
        decimal = _decimal(headers[grade])
        self.converts = [_converter(item, decimal) for item in items]
        self.clones = {
            index: CloneFinder(item, foreign, _AFTER_STEM)
            for index, item in enumerate(items)
            if (foreign := foreign_of(item)) is not None and foreign.varies
        }

    def taken(self) -> dict[int, Match]:
        """Return every column from the state on as taken, so that none of them is held for an identity."""
        columns = set(range(max(self.grade - 4, 0), len(self.headers))) - {self.grade - COMPLETED}
        return {column: Match(column=column, item=-1, by="number") for column in columns}

    def by_number(self, rows: Sequence[Row], identity: Identity) -> Layout | None:
        """Return the layout where only the questions' numbers are known, if the answers agree with them."""
        matches = [
            Match(column=run.response, item=self.names.numbers[run.number], by="number")
            for run in self.runs
            if run.number in self.names.numbers
        ]
        place = self.grid.place()
        if not matches and not self.options.map:
            self.found.add(no_question_matches(len(self.items), self.headers[self.runs[0].response]), place)
            return None
        chosen = choose_matches(matches, self.headers, self.names, self.options, place, self.found)
        if chosen is None:
            return None
        surplus = [self.headers[run.response] for run in self.runs if run.number not in self.names.numbers]
        if surplus and not self.options.map:
            shown = ", ".join(f"'{header}'" for header in surplus[:10])
            self.found.add(more_questions_than_quiz(shown, len(self.items)), place)
            return None
        content = contents(_without_hyphens(rows), chosen)
        if not check_numbers(self.grid, self.headers, self.items, chosen, content, self.found):
            return None
        of_column = {match.column: index for index, match in chosen.items()}
        rights = [(run, of_column[run.response]) for run in self.runs if run.response in of_column]
        if not self._rights_agree(rows, ((run.right, item) for run, item in rights)):
            return None
        columns = tuple(
            ItemColumn(chosen[index].column if index in chosen else None, self.converts[index])
            for index in range(len(self.items))
        )
        return self._layout(identity, columns, mapping_of(chosen, self.headers, self.items))

    def by_text(self, rows: Sequence[Row], identity: Identity) -> Layout | None:
        """Return the layout where every row says what each question asked: matched row by row."""
        said = {
            index: {item for row in rows if (item := self._item_of(row.cells, run)) is not None}
            for index, run in enumerate(self.runs)
        }
        good = True
        for index, run in enumerate(self.runs):
            asked = next((text for row in rows if (text := self._question(row.cells, run))), "")
            if asked and not said[index]:
                shown = f"'{asked[:59]}…'" if len(asked) > 60 else f"'{asked}'"
                self.found.add(question_not_in_quiz(run.number, shown), self.grid.place(None, run.response))
                good = False
        if not good:
            return None
        given = set().union(*said.values()) if said else set()
        missing = [
            item.number
            for index, item in enumerate(self.items)
            if index not in given and not any(item is other for other in self.options.left_out)
        ]
        drawn = any(len(items) > 1 for items in said.values())
        if missing and not self.options.allow_missing and not drawn:
            fixed = {index: Match(column=0, item=index, by="text") for index in given}
            choose_matches(fixed.values(), self.headers, self.names, self.options, self.grid.place(), self.found)
            return None
        if not self._clones_agree(rows) or not self._rights_agree(
            rows, ((run.right, next(iter(said[index]))) for index, run in enumerate(self.runs) if len(said[index]) == 1)
        ):
            return None
        mapping = tuple(
            ColumnMatch(
                column=self.headers[run.response],
                letters=column_letters(run.response),
                number=self.items[item].number,
                by="text",
            )
            for item, run in sorted(
                ((item, run) for index, run in enumerate(self.runs) for item in said[index]), key=itemgetter(0)
            )
        )
        layout = self._layout(identity, tuple(ItemColumn(None) for _ in self.items), mapping)
        told = frozenset(
            self.items[item].number
            for item, finder in self.clones.items()
            if any(
                finder.find(self._question(row.cells, run)) is not None
                for index, run in enumerate(self.runs)
                if item in said[index]
                for row in rows
            )
        )
        return replace(layout, responses_of=self._responses_by_text, tells_clones_of=told)

    def _question(self, cells: Sequence[Cell], run: _Run) -> str:
        text = text_at(cells, run.question)
        return "" if text == NOTHING else text

    def _item_of(self, cells: Sequence[Cell], run: _Run) -> int | None:
        text = self._question(cells, run)
        if text not in self.of_text:
            item = self.names.of_beginning(text, _AFTER_STEM) if text else None
            self.of_text[text] = item if item is not None else self.names.of_beginning(with_points(text), _AFTER_STEM)
        return self.of_text[text]

    def _responses_by_text(self, cells: Sequence[Cell]) -> list[Response]:
        responses: list[Response] = [None] * len(self.items)
        for run in self.runs:
            item = self._item_of(cells, run)
            if item is not None and responses[item] is not None:
                raise MisplacedError(f"asks question {self.items[item].number} of the quiz twice")
            if item is not None:
                responses[item] = self._of_clone(cells, run, item, self._cell_response(cells, run.response, item))
            elif self._question(cells, run):
                raise MisplacedError(f"has a question {run.number} that is not in the quiz")
        return responses

    def _of_clone(self, cells: Sequence[Cell], run: _Run, item: int, response: Response) -> Response:
        """Return a response with the clone of the item that the candidate had, where the item varies."""
        if item not in self.clones or not response or not isinstance(response, str | Typed):
            return response
        clone = self.clones[item].find(self._question(cells, run))
        return response if clone is None else Drawn(clone, response)

    def _cell_response(self, cells: Sequence[Cell], column: int, item: int) -> Response:
        cell = cells[column] if column < len(cells) else ""
        if isinstance(cell, Damaged) and not cell.text.startswith("="):
            return "" if self.options.errors_as == "blank" else cell
        return self.converts[item](cell if isinstance(cell, str) else cell.text)

    def _rights_agree(self, rows: Sequence[Row], rights: Iterable[tuple[int | None, int]]) -> bool:
        """Whether Moodle's right answers are the quiz's keys, where the report has them."""
        differences: dict[str, None] = {}
        for column, index in rights:
            if column is None:
                continue
            for text in {text_at(row.cells, column) for row in rows[:200]} - {"", NOTHING}:
                difference = key_disagrees(self.items[index], text)
                if difference:
                    differences[difference] = None
        if differences:
            self.found.add(right_answers_disagree(", ".join(list(differences)[:10])), self.grid.place())
        return not differences

    def _clones_agree(self, rows: Sequence[Row]) -> bool:
        """Whether Moodle's right answers are what the quiz comes to for the clone of each row."""
        differences: dict[str, None] = {}
        for row in rows[:200]:
            for run in self.runs:
                item = self._item_of(row.cells, run) if run.right is not None else None
                shown = text_at(row.cells, run.right)
                if item is None or foreign_of(self.items[item]) is None or shown in {"", NOTHING}:
                    continue
                right = self._of_clone(row.cells, run, item, self._cell_response(row.cells, run.right or 0, item))
                is_known = isinstance(right, Drawn) or item not in self.clones
                difference = clone_disagrees(self.items[item], right, shown) if is_known else None
                if difference:
                    differences[difference] = None
        if differences:
            self.found.add(right_answers_disagree(", ".join(list(differences)[:10])), self.grid.place())
        return not differences

    def _layout(
        self,
        identity: Identity,
        columns: tuple[ItemColumn, ...],
        mapping: tuple[ColumnMatch, ...],
    ) -> Layout:
        first = self.grid.sample()
        header = _find_header(first)
        data = first[header[0] + 1 :] if header else []
        return Layout(
            grid=self.grid,
            source="moodle",
            headers=self.headers,
            first_row=data[0].number if data else 1 << 40,
            columns=columns,
            identity=identity,
            mapping=mapping,
            dismiss=self._dismiss,
            has_attempts=True,
            usual_width=usual_width(self.grid, data),
            is_exact=True,
            keep_formulas=True,
            blank_damage=self.options.errors_as == "blank",
            notes=(
                *notes_of(self.grid, self.headers, data, identity),
                "Attempts are numbered in the order of the rows.",
                *what_is_assumed(self.items),
            ),
        )

    def _dismiss(self, row: Row, responses: Sequence[Response]) -> str | None:
        """Say which rows are no attempts: never begun, unfinished, averages."""
        if any(isinstance(response, str | Typed | Drawn) and response for response in responses):
            return None
        grade = text_at(row.cells, self.grade)
        first = next((text for cell in row.cells if (text := cell_text(cell))), "")
        if is_footer_label(first) and sum(1 for cell in row.cells if cell_text(cell)) <= len(self.runs) + 2:
            return "footer"
        if grade not in {"", NOTHING}:
            return None
        state = text_at(row.cells, self.grade - 4)
        return "absent" if state in {"", NOTHING} else "unfinished"


@rule("S131", Severity.ERROR)
def right_answers_disagree(differences: str) -> Text:
    """The report names right answers that are not the quiz's keys. The quiz was changed in one of the two places.

    Every score depends on which key is the right one, so nothing is graded.
    """
    return Text(
        f"the report's right answers disagree with the quiz: {differences}",
        "correct the quiz, or download the report without right answers to grade by the quiz's key",
    )


def _decimal(grade: str) -> str | None:
    """Return the decimal sign of the report, which the grade's header shows: `Grade/10.00`, `Bewertung/10,00`."""
    found = re.search(r"\d([.,])\d+$", grade)
    return found[1] if found else None


def _without_hyphens(rows: Sequence[Row]) -> list[Row]:
    return [row._replace(cells=["" if cell == NOTHING else cell for cell in row.cells]) for row in rows]


def _converter(item: Item, decimal: str | None) -> Convert:
    """Return how a cell becomes the response to an item: a hyphen is nothing, numbers are in the report's locale."""
    ordered = any(isinstance(interaction, OrderInteraction) for interaction in item.interactions)
    foreign = foreign_of(item)
    entries = item.interactions if foreign is None else [clone.interaction for clone in foreign.clones]
    typed = decimal is not None and any(isinstance(entry, TextEntryInteraction) for entry in entries)
    kept = foreign_converter(foreign, decimal) if foreign is not None else None
    units_first = item.extensions.get("moodle:unitsleft") == "1"

    def convert(text: str) -> Response:
        if text.strip() in {"", NOTHING}:
            return Damaged(NOTHING, NOT_SHOWN) if ordered else ""
        if kept is not None:
            text = kept(text)
        if units_first:
            number = _NUMBER_LAST.fullmatch(text.strip())
            if number is None:
                return Damaged(text, UNIT_NOT_FIRST)
            text = f"{number['number']} {number['unit']}".strip()
        return Typed(text, decimal or ".") if typed else text

    return convert
