"""Plain sheets, as people make them: a row for each candidate, a column for each question, letters or texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from stemkey.diagnostics import Diagnostics, Severity, Text, column_letters, rule
from stemkey.model import Item
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.responses import quoted, read_response
from stemkey.scoring.spelling import fold
from stemkey.sheets.attempts_order import attempts_by_date
from stemkey.sheets.columns import (
    HEADER_ROWS,
    ItemNames,
    Match,
    choose_matches,
    column_title,
    find_header,
    find_named_header,
    is_mark_header,
    mapping_of,
    more_questions_than_quiz,
    no_question_matches,
    possible_matches,
    surplus_columns,
)
from stemkey.sheets.grid import NOT_GIVEN, Grid, Row, cell_text, text_at
from stemkey.sheets.identity import (
    Identity,
    check_ids,
    find_column,
    find_identity,
    ids_all_blank,
    no_id_column,
    report_missing_column,
    with_id_column,
    with_submitted,
)
from stemkey.sheets.key_rows import KEY_WORDS, differences_from_key, is_key_label, is_key_row, is_right, keys_agree
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import Response, ResponseTable
from stemkey.sheets.trust import (
    Content,
    check_numbers,
    contents,
    has_answers,
    marks_instead_of_answers,
    notation,
)
from stemkey.sheets.wide import ItemColumn, Layout, usual_width, wide_table

_FOOTER_WORDS = frozenset(
    """overall average|average|averages|mean|group average|class average|avg|gesamtdurchschnitt|durchschnitt|mittelwert|mittel
    |promedio|promedio general|promedio del grupo|media|media general|média|média geral|moyenne|moyenne globale|moyenne générale
    |全平均|平均|平均点|среднее|общее среднее|среднее по группе|points possible|possible points|possible|max|maximum|max points
    |min|minimum|median|n|total|totals|sum|summe|gesamt|class scoring|class total|class average score|std dev|stdev|sd
    |standard deviation|standardabweichung|count|anzahl|percent correct|% correct|correct %|difficulty|p-value|p value|facility
    |number correct|# correct|total correct"""
    .replace("\n", "").replace("    ", "").split("|")
)  # fmt: skip
_ABSENT_WORDS = frozenset(
    {"-", "abs", "absent", "abwesend", "absente", "ausente", "assente", "no show", "ne", "n. e", "x"}
)


@rule("S008", Severity.ERROR)
def no_students(header: int) -> Text:
    """The sheet has a header and nothing below it.

    Nobody can be graded from it. A filter that was set when the report was made is the usual reason.
    """
    return Text(f"the sheet has a header in row {header} and no students below it", "export it again without a filter")


@rule("S107", Severity.WARNING)
def columns_not_used(columns: str) -> Text:
    """These columns answer no question of the quiz and say nothing about the candidates; they were left alone.

    They are named so that you can see whether an answer column is among them that should have been matched.
    """
    return Text(f"columns not used: {columns}", None)


@rule("S137", Severity.ERROR)
def lines_of_a_scanner(length: int) -> Text:
    """The lines have no header and no columns, and all of them are equally long: a scanner wrote what stands where.

    Its manual, or a look at the file, says in which characters the id and the answers are, counted from 1.
    """
    return Text(
        f"the lines are all {length} characters long and have no header, as a scanner writes them",
        "say where what stands: --fixed id=1-7,name=8-27,answers=28-37",
    )


def _scanned_length(grid: Grid, rows: Sequence[Row]) -> int | None:
    """Return how long the lines of a scanner's file are; None where it is none."""
    if grid.separator is None or any(row.problem for row in rows):
        return None
    lines = [grid.separator.join(map(cell_text, row.cells)) for row in rows]
    lengths = Counter(map(len, lines))
    length, count = lengths.most_common(1)[0] if lengths else (0, 0)
    starts = sum(line[:1].isdigit() for line in lines)
    return (
        length if length > _SHORTEST_LINE and count * 10 >= len(lines) * 9 and starts * 10 >= len(lines) * 9 else None
    )


_SHORTEST_LINE = 12


@rule("S126", Severity.INFO)
def program_columns(columns: str) -> Text:
    """These columns hold marks, keys, totals or nothing at all, as programs write them beside the answers.

    They are never taken for answers.
    """
    return Text(f"columns with marks, keys or nothing in them: {columns}", None)


@rule("S117", Severity.ERROR)
def no_header_row() -> Text:
    """The first row already holds answers, so which column answers which question is not written anywhere.

    To guess it from the position would grade every sheet with one column more or less wrongly.
    """
    return Text(
        "the sheet has no header",
        "add a header row with Q1, Q2, …, or say --no-header with --id-column A and --map B=1 --map C=2 …",
    )


def read_plain(
    grid: Grid,
    rows: Sequence[Row],
    items: Sequence[Item],
    options: SheetOptions,
    found: Diagnostics,
    source: str = "plain",
) -> ResponseTable | None:
    """Return a sheet with one row for each candidate; None, with findings, where it cannot be trusted."""
    names = ItemNames(items)
    at, matches = (-1, []) if options.no_header else find_header(rows, names)
    if at < 0 and not options.no_header:
        at = find_named_header(rows, [column for column, _ in options.map])
    if at < 0 and not options.map:
        _report_no_match(grid, rows, items, found)
        return None
    if at < 0 and not options.no_header:
        at = 0
    headers = header_texts(rows[at]) if at >= 0 else ("",) * max(len(row.cells) for row in rows)
    place = grid.place(rows[at].number if at >= 0 else None)
    chosen = choose_matches(matches, headers, names, options, place, found)
    if chosen is None:
        return None
    data = rows[at + 1 :]
    if not data:
        found.add(no_students(rows[at].number), place)
        return None
    data = data[count_second_headers(data, headers, chosen) :]
    if _is_shifted(grid, headers, data, chosen, found):
        return None
    form = find_column(options.form_column, headers) if options.form_column else None
    surplus = [
        column
        for column in surplus_columns(headers, chosen, names)
        if column != form and any(text_at(r.cells, column) for r in data)
    ]
    if surplus and not options.map:
        shown = ", ".join(f"'{headers[column]}'" for column in surplus[:10])
        found.add(more_questions_than_quiz(shown, len(items)), place)
        return None
    identity = identify(grid, headers, data, chosen, options, found)
    if identity is None:
        return None
    layout = lay_out(grid, source, headers, data, items, chosen, identity, options, found)
    return wide_table(layout, found) if layout else None


@rule("S122", Severity.ERROR)
def table_is_transposed(column: str) -> Text:
    """The questions stand below each other and the candidates beside each other. Stemkey reads a row for each candidate.

    To turn the table silently could take one for the other where both have numbers.
    """
    return Text(
        f"the questions stand in {column}, one a row: the table is turned on its side",
        "say --transposed, or turn it so that each candidate has a row",
    )


@rule("S121", Severity.ERROR)
def header_shifted(empty: str, headless: str) -> Text:
    """A question's column is empty in every row, and a column with content has no header: the header is shifted.

    A separator too many or too few in the header does that. The answers would be taken for other questions.
    """
    return Text(
        f"nobody has an answer in {empty}, and {headless} has answers and no header; the header may be shifted",
        "mend the header row, or say --map COLUMN=ITEM for each question",
    )


def _is_shifted(
    grid: Grid, headers: Sequence[str], rows: Sequence[Row], chosen: Mapping[int, Match], found: Diagnostics
) -> bool:
    """Whether the header stands one column beside its answers; said so."""
    empty = [
        match.column
        for match in chosen.values()
        if match.by != "option" and not any(text_at(row.cells, match.column) for row in rows)
    ]
    if not empty or not grid.is_as_written or grid.width:
        return False
    width = max((len(row.cells) for row in rows), default=0)
    headless = [
        column
        for column in range(width)
        if (column >= len(headers) or not headers[column]) and any(text_at(row.cells, column) for row in rows)
    ]
    if headless:
        found.add(
            header_shifted(column_title(headers, empty[0]), column_title(headers, headless[0])),
            grid.place(None, empty[0]),
        )
    return bool(headless)


def header_texts(row: Row) -> tuple[str, ...]:
    """Return the headers of a row, without empty ones at the end."""
    texts = [cell_text(cell) for cell in row.cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _report_no_match(grid: Grid, rows: Sequence[Row], items: Sequence[Item], found: Diagnostics) -> None:
    """Say why no column was found: marks, no header, or simply another sheet."""
    for row in rows[:HEADER_ROWS]:
        headed = [header for header in header_texts(row) if is_mark_header(header)]
        if len(headed) >= max(2, len(items) // 2):
            found.add(marks_instead_of_answers(f"'{headed[0]}'"), grid.place(row.number))
            return
    first = rows[0] if rows else None
    length = _scanned_length(grid, rows)
    if length is not None and len(rows) > 1 and len(header_texts(rows[0])) <= 3:
        found.add(lines_of_a_scanner(length), grid.place(rows[0].number))
        return
    names = ItemNames(items)
    for column in range(min(3, len(first.cells) if first else 0)):
        below = possible_matches([text_at(row.cells, column) for row in rows[:500]], names)
        worded = [match for match in below if not text_at(rows[match.column].cells, column).isdigit()]
        if len({match.item for match in worded}) > max(1, len(items) // 2):
            found.add(table_is_transposed(f"column {column_letters(column)}"), grid.place(None, column))
            return
    if first is not None:
        letters = [text for cell in first.cells if (text := cell_text(cell)) and marks.is_letters(text)]
        if len(letters) >= max(2, len(items) // 2):
            found.add(no_header_row(), grid.place(first.number))
            return
    headers = header_texts(first) if first else ()
    examples = ", ".join(f"'{header[:40]}'" for header in headers[:5] if header)
    found.add(no_question_matches(len(items), examples), grid.place(first.number if first else None))


def count_second_headers(rows: Sequence[Row], headers: Sequence[str], chosen: dict[int, Match]) -> int:
    """Return how many rows below the header still belong to it: texts of questions, `Response`, `{"ImportId": …}`."""
    count = 0
    for row in rows[:3]:
        texts = [text_at(row.cells, match.column) for match in chosen.values()]
        said = [text for text in texts if text]
        is_import = any(text.startswith('{"ImportId"') for text in (cell_text(cell) for cell in row.cells))
        is_word = bool(said) and all(fold(text) in {"response", "open-ended response", "antwort"} for text in said)
        if not (is_import or is_word):
            break
        count += 1
    return count


def identify(
    grid: Grid,
    headers: Sequence[str],
    rows: Sequence[Row],
    chosen: Mapping[int, Match],
    options: SheetOptions,
    found: Diagnostics,
    kinds: dict[int, str] | None = None,
) -> Identity | None:
    """Return whose rows they are; None, with a finding, where that is not written in the sheet."""
    identity = find_identity(headers, rows, [match.column for match in chosen.values()], kinds)
    if options.id_column:
        column = find_column(options.id_column, headers)
        if column is None:
            report_missing_column(options.id_column, "--id-column", headers, grid.place(), found)
            return None
        identity = with_id_column(identity, column)
    if not identity.ids and not identity.name:
        shown = ", ".join(f"'{header[:30]}'" for header in headers[:8] if header)
        found.add(no_id_column(shown), grid.place())
        return None
    if not check_ids(grid, rows, identity, found):
        return None
    _report_namesakes(grid, rows, identity, found)
    named = [*identity.ids, *identity.name]
    if rows and not any(text_at(row.cells, index) for row in rows for index in named):
        found.add(ids_all_blank(", ".join(column_title(headers, index) for index in named[:3])), grid.place())
        return None
    if options.submitted_column is not None:
        return with_submitted(identity, options.submitted_column, headers, grid.place(), found)
    return identity


@rule("S219", Severity.WARNING)
def namesakes(names: str) -> Text:
    """One name stands under several ids. Namesakes exist, and each of them is graded under their own id.

    An id that was typed wrongly looks the same: then one person has two scores.
    """
    return Text(f"the same name under several ids: {names}", "correct the ids if these are the same people")


_MOST_NAMESAKES = 5
"""A name that more ids share is a word for anybody: `Student`, `Guest`."""


def _report_namesakes(grid: Grid, rows: Sequence[Row], identity: Identity, found: Diagnostics) -> None:
    """Name those who stand under several ids, among the rows that are looked at."""
    ids: dict[str, dict[str, None]] = {}
    spelled: dict[str, str] = {}
    for row in rows if identity.ids and identity.name else ():
        name, (candidate, _) = identity.name_of(row.cells), identity.id_of(row.cells)
        if name and candidate:
            folded = fold(name)
            ids.setdefault(folded, {})[candidate.casefold()] = None
            spelled.setdefault(folded, name)
    if sum(map(len, ids.values())) > 2 * len(ids):
        return
    several = [
        f"{quoted(spelled[name], 40)} ({', '.join(known)})"
        for name, known in ids.items()
        if 1 < len(known) <= _MOST_NAMESAKES
    ]
    if several:
        more = f" and {len(several) - 5} more" if len(several) > 5 else ""
        found.add(namesakes(", ".join(several[:5]) + more), grid.place())


def lay_out(
    grid: Grid,
    source: str,
    headers: Sequence[str],
    rows: Sequence[Row],
    items: Sequence[Item],
    chosen: dict[int, Match],
    identity: Identity,
    options: SheetOptions,
    found: Diagnostics,
) -> Layout | None:
    """Return the layout of a plain table after its content has been looked at; None where it cannot be trusted."""
    first_number = 1 if options.numbers_from is None else options.numbers_from
    skip, key_rows = set(), []
    for place, row in enumerate(rows):
        if is_key_row(row, items, chosen, identity, first_number, is_first=place == 0):
            key_rows.append(row)
            skip.add(row.number)
    if not keys_agree(grid, key_rows, items, chosen, first_number, found):
        return None
    dismissal = Dismissal(items, chosen, identity, headers, first_number)
    candidates = [row for row in rows if row.number not in skip and not dismissal.of_row(row)]
    content = contents(candidates, chosen)
    if not has_answers(grid, candidates, chosen, content, found):
        return None
    converts = notation(grid, headers, items, chosen, content, options, found)
    if converts is None or not check_numbers(grid, headers, items, chosen, content, found):
        return None
    _report_empty(grid, headers, candidates, items, chosen, content, found)
    form = find_column(options.form_column, headers) if options.form_column else None
    if options.form_column and form is None:
        report_missing_column(options.form_column, "the rules file", headers, grid.place(), found)
        return None
    report_unused(grid, headers, rows, chosen, identity, form, found)
    first = rows[0].number if rows else 1 << 40
    return Layout(
        grid=grid,
        source=source,
        headers=tuple(headers),
        first_row=first,
        columns=tuple(
            ItemColumn(chosen[index].column, converts.get(index)) if index in chosen else ItemColumn(None)
            for index in range(len(items))
        ),
        identity=identity,
        mapping=mapping_of(chosen, headers, items, is_as_written=grid.is_as_written),
        skip=frozenset(skip),
        dismiss=dismissal,
        form=form,
        key_labels=KEY_WORDS,
        is_key=partial(is_right, items=items, chosen=chosen, first_number=first_number),
        has_attempts=identity.attempt is not None or bool(identity.dates) or identity.state is not None,
        blank_damage=options.errors_as == "blank",
        notes=notes_of(grid, headers, rows, identity),
        attempt_of=attempts_by_date(candidates, identity),
        usual_width=usual_width(grid, rows),
    )


def notes_of(grid: Grid, headers: Sequence[str], rows: Sequence[Row], identity: Identity) -> tuple[str, ...]:
    """Return what was assumed about the sheet, in sentences."""
    notes = []
    if grid.encoding and not grid.separator:
        notes.append(f"Read as {grid.encoding}.")
    elif grid.encoding:
        separator = {"\t": "tabulator", ",": "comma", ";": "semicolon"}.get(grid.separator or "", grid.separator)
        notes.append(f"Read as {grid.encoding} with the separator {separator}.")
    if rows:
        notes.append(f"The candidates begin in row {rows[0].number}.")
    if identity.ids:
        notes.append(f"Ids are taken from the column {column_title(headers, identity.ids[0])}.")
    if identity.submitted is not None:
        notes.append(f"Times of handing in are taken from the column {column_title(headers, identity.submitted)}.")
    return tuple(notes)


def report_unused(
    grid: Grid,
    headers: Sequence[str],
    rows: Sequence[Row],
    chosen: dict[int, Match],
    identity: Identity,
    form: int | None,
    found: Diagnostics,
) -> None:
    """Name the columns that nothing was read from."""
    used = {match.column for match in chosen.values()} | identity.columns | {form}
    unused = [index for index, header in enumerate(headers) if header and index not in used]
    harmless = [
        index
        for index in unused
        if is_mark_header(headers[index]) or not any(text_at(row.cells, index) for row in rows)
    ]
    for columns, message in ((set(unused) - set(harmless), columns_not_used), (set(harmless), program_columns)):
        titles = [column_title(headers, index) for index in sorted(columns)]
        more = f" and {len(titles) - 12} more" if len(titles) > 12 else ""
        if titles:
            found.add(message(", ".join(titles[:12]) + more), grid.place())


@rule("S128", Severity.WARNING)
def nobody_answered(number: str, column: str) -> Text:
    """Everybody left a question blank, as the column that is matched to it says.

    That happens with the last question of a long test. It also happens where the header names the wrong column.
    """
    return Text(
        f"nobody has an answer to question {number}: {column} is empty in every row",
        "look whether another column holds the answers, and say --map COLUMN=ITEM",
    )


_A_CLASS = 3


def _report_empty(
    grid: Grid,
    headers: Sequence[str],
    rows: Sequence[Row],
    items: Sequence[Item],
    chosen: Mapping[int, Match],
    content: Mapping[int, Content],
    found: Diagnostics,
) -> None:
    """Name the columns in which nobody has an answer, where somebody has one in another."""
    if len(rows) < _A_CLASS or not any(one.texts for one in content.values()):
        return
    for index, match in sorted(chosen.items()):
        if not any(text_at(row.cells, match.column) for row in rows):
            place = grid.place(None, match.column)
            found.add(
                nobody_answered(items[index].number, column_title(headers, match.column)),
                place,
                item=items[index].number,
            )


def is_footer_label(text: str) -> bool:
    """Whether a text is what averages and totals are called."""
    return fold(text) in _FOOTER_WORDS


class Dismissal:
    """Says which rows of a plain table are no attempts: averages, remarks, absent candidates, repeated headers."""

    def __init__(
        self,
        items: Sequence[Item],
        chosen: dict[int, Match],
        identity: Identity,
        headers: Sequence[str],
        first_number: int,
    ) -> None:
        self.items = items
        self.chosen = chosen
        self.identity = identity
        self.headers = headers
        self.first_number = first_number
        self._columns = [chosen[index].column if index in chosen else None for index in range(len(items))]
        columns = [*identity.ids, *identity.name, *(match.column for match in chosen.values())]
        self._known = [(at, headers[at]) for at in columns if at < len(headers) and headers[at]]

    def of_row(self, row: Row) -> str | None:
        """Return why a row is no attempt, from its cells alone."""
        cells = row.cells
        found = [cells[column] if column is not None and column < len(cells) else "" for column in self._columns]
        return self(row, [None if cell is NOT_GIVEN else cell for cell in found])

    def __call__(self, row: Row, responses: Sequence[Response]) -> str | None:
        """Return why a row is no attempt; None where it is one."""
        # Key rows at the beginning were compared with the quiz before any row was read; this one stands below.
        if any(is_key_label(text_at(row.cells, index)) for index in (*self.identity.ids, *self.identity.name)):
            differs = differences_from_key(row, self.items, self.chosen, self.first_number)
            return "other key" if differs else "key"
        said = [response for response in responses if response]
        candidate, _ = self.identity.id_of(row.cells)
        name = self.identity.name_of(row.cells)
        if said and len(responses) > 1 and self._is_absent(responses):
            return "absent"
        if candidate and name and candidate.casefold() not in _FOOTER_WORDS:
            return "nothing" if self._repeats_header(row) else None
        return self._of_doubtful(row, said, candidate or name)

    def _is_absent(self, responses: Sequence[Response]) -> bool:
        """Whether every answer is a hyphen or a word for absence, and no option is called so."""
        return all(
            isinstance(response, str)
            and fold(response) in _ABSENT_WORDS
            and read_response(item, response).status not in {Status.ANSWERED, Status.SEVERAL_MARKS}
            for item, response in zip(self.items, responses, strict=True)
            if response
        )

    def _of_doubtful(self, row: Row, said: Sequence[Response], label: str) -> str | None:
        """Judge a row that lacks an id or a name, or is called like an average."""
        if self._repeats_header(row):
            return "nothing"
        first = next((text for cell in row.cells if (text := cell_text(cell))), "")
        if not first:
            return "nothing"
        called = fold(label or first) in _FOOTER_WORDS or fold(first) in _FOOTER_WORDS
        if called and not self._are_answers(said):
            return "footer"
        if not label and said and all(_is_figure(response) for response in said):
            return "footer"
        is_remark = not said and (not label or len(first) > 24)
        return "footer" if is_remark and sum(1 for cell in row.cells if cell_text(cell)) == 1 else None

    def _are_answers(self, said: Sequence[Response]) -> bool:
        return bool(said) and any(
            isinstance(response, str) and marks.is_letters(response) and not _is_figure(response) for response in said
        )

    def _repeats_header(self, row: Row) -> bool:
        """Whether a row is the header once more, in the columns of the candidate as in those of the answers."""
        return bool(self._known) and all(text_at(row.cells, column) == header for column, header in self._known)


def _is_figure(response: Response) -> bool:
    """Whether a response is a number or a percentage, as averages are."""
    if not isinstance(response, str):
        return False
    text = response.strip().rstrip("%").strip().replace(",", ".")
    try:
        float(text)
    except ValueError:
        return False
    return True
