"""Workbooks of Sakai, ILIAS and OpenOlat, read as their source code writes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import ChoiceInteraction, ExtendedTextInteraction, Item, TextEntryInteraction
from stemkey.scoring.responses import JOINER
from stemkey.scoring.spelling import fold, plain_text
from stemkey.sheets.blackboard import column_without_partner, read_pairs
from stemkey.sheets.columns import ItemNames
from stemkey.sheets.grid import NOT_GIVEN, Cell, Grid, Row, text_at
from stemkey.sheets.identity import header_kind
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.plain import header_texts, read_plain
from stemkey.sheets.table import Damaged, ResponseTable

_SAKAI = re.compile(r"^Part\W*(\d+)\b.*\bQuestion\W*(\d+)\b.*\bResponse\W*$", re.IGNORECASE | re.DOTALL)
_NUMBERED_PART = re.compile(r"^(\d+): (.*)$", re.DOTALL)
_UNKNOWN_NOTATION = "is an answer to a kind of question whose notation in this export is not known"


def is_sakai(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of Sakai's export of responses."""
    return bool(rows) and any(_SAKAI.match(header) for header in header_texts(rows[0]))


def read_sakai(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return Sakai's responses, each brought to its question by the text in the column before it."""
    headers = header_texts(rows[0])
    pairs = [
        ((column - 1,), column)
        for column, header in enumerate(headers)
        if column and _SAKAI.match(header) and _numbers(headers[column - 1]) == _numbers(header)
    ]
    if not pairs:
        return read_plain(grid, rows, items, options, found, source="sakai")
    answers = {answer for _, answer in pairs}
    alone = next(
        (header for column, header in enumerate(headers) if _SAKAI.match(header) and column not in answers), None
    )
    if alone is not None:
        found.add(column_without_partner(alone), grid.place(rows[0].number))
        return None
    who = [column for column in range(pairs[0][0][0]) if header_kind(headers[column])]
    return read_pairs("sakai", grid, rows, pairs, who, items, options, found, _of_sakai)


def _numbers(header: str) -> list[str]:
    return re.findall(r"\d+", header)


def _of_sakai(item: Item, cell: Cell) -> Cell:
    """Return an answer without Sakai's signs: `a|b` for several choices, `1: a|2: b` for gaps."""
    if not isinstance(cell, str) or fold(cell) in {"", "no answer"}:
        return "" if isinstance(cell, str) else cell
    kinds = {type(interaction) for interaction in item.interactions}
    if kinds == {ChoiceInteraction}:
        return cell.replace("|", JOINER)
    if kinds == {TextEntryInteraction}:
        return _gaps(item, cell)
    return cell if kinds == {ExtendedTextInteraction} else Damaged(cell, _UNKNOWN_NOTATION)


def _gaps(item: Item, text: str) -> Cell:
    parts = [_NUMBERED_PART.match(part) for part in text.split("|")]
    if len(parts) != len(item.interactions) or not all(parts):
        return Damaged(text, _UNKNOWN_NOTATION)
    said = ["" if fold(part[2]) == "no answer" else part[2] for part in parts if part]
    return said[0] if len(said) == 1 else "; ".join(f"part {at}: {one}" for at, one in enumerate(said, 1))


@rule("S124", Severity.ERROR)
def letters_hide_blanks() -> Text:
    """ILIAS writes A on this sheet for questions without an answer, so nobody can tell a blank from an A.

    The sheet before it holds the answers as texts, and an `x` where nothing was chosen.
    """
    return Text(
        "this sheet of ILIAS shows an A for every question without an answer",
        "give the sheet with the answers as texts, with --sheet",
    )


def is_ilias(rows: Sequence[Row]) -> bool:
    """Whether the first row is that of ILIAS' overview of single choice questions: name, login, ..., test."""
    return _test_column(header_texts(rows[0]) if rows else ()) is not None


def _test_column(headers: Sequence[str]) -> int | None:
    if len(headers) < 4 or header_kind(headers[0]) != "name" or header_kind(headers[1]) != "login":
        return None
    return next((column for column in range(2, min(5, len(headers))) if fold(headers[column]) == "test"), None)


def read_ilias(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return ILIAS' overview: the chosen option's text, `x` where nothing was chosen, empty where not given."""
    headers = header_texts(rows[0])
    start = (_test_column(headers) or 0) + 1
    said = {text for row in rows[1:] for column in range(start, len(headers)) if (text := text_at(row.cells, column))}
    if said and all(len(text) == 1 and "A" <= text <= "Z" for text in said):
        found.add(letters_hide_blanks(), grid.place())
        return None
    # Only single choice questions are filled; a column that nobody has an answer in is another question's.
    filled = [
        header if column < start or any(text_at(row.cells, column) for row in rows[1:]) else ""
        for column, header in enumerate(headers)
    ]
    blank: Cell = Damaged("x", "means no answer, or the option 'x'") if _has_option_x(items) else ""

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        first = next(source, None)
        if first is None:
            return
        yield first._replace(cells=filled)
        for row in source:
            cells = [*row.cells, *[""] * (len(headers) - len(row.cells))]
            for column in range(start, len(headers)):
                cells[column] = blank if cells[column] == "x" else cells[column] or NOT_GIVEN
            yield row._replace(cells=cells)

    normal = grid.rewritten(rewrite, width=len(headers))
    return read_plain(normal, normal.sample(), items, options, found, source="ilias")


def _has_option_x(items: Sequence[Item]) -> bool:
    return any(
        fold(plain_text(choice.content)) == "x"
        for item in items
        for interaction in item.interactions
        if isinstance(interaction, ChoiceInteraction)
        for choice in interaction.choices
    )


_CODE = re.compile(r"^(\d+)_(C|FIB|U|ET)?\D*(\d+)$")


@dataclass(frozen=True, slots=True)
class _OlatItem:
    """The columns of one question in OpenOlat's workbook."""

    column: int
    title: str
    kind: str
    columns: tuple[int, ...]


def is_openolat(rows: Sequence[Row]) -> bool:
    """Whether the first two rows are OpenOlat's: titles of questions, and below them codes such as `1_C0`."""
    return len(rows) > 1 and any(re.match(r"^1_(?:C0|FIB1)$", header) for header in header_texts(rows[1]))


def read_openolat(
    grid: Grid, rows: Sequence[Row], items: Sequence[Item], options: SheetOptions, found: Diagnostics
) -> ResponseTable | None:
    """Return OpenOlat's archive of a test: a column with `x` for each choice, one for each gap."""
    titles, codes = header_texts(rows[0]), header_texts(rows[1])
    groups = _olat_items(titles, codes)
    names = ItemNames(items)
    first = min((group.column for group in groups), default=len(codes))
    headers = [header if column < first else "" for column, header in enumerate(codes)]
    items_of = {}
    for group in groups:
        item = names.of_text(group.title)
        if item is None or _fits(items[item], group):
            headers[group.column] = group.title
            items_of[group] = None if item is None else items[item]

    def rewrite(source: Iterator[Row]) -> Iterator[Row]:
        for row in source:
            if row.number == rows[1].number:
                yield row._replace(cells=headers)
            elif row.number > rows[1].number:
                cells: list[Cell] = [*row.cells, *[""] * (len(headers) - len(row.cells))]
                for group, item in items_of.items():
                    cells[group.column] = _of_olat(item, group, row.cells)
                yield row._replace(cells=cells)

    normal = grid.rewritten(rewrite, width=len(headers))
    return read_plain(normal, normal.sample(), items, options, found, source="openolat")


def _olat_items(titles: Sequence[str], codes: Sequence[str]) -> list[_OlatItem]:
    of_number: dict[str, list[tuple[int, str]]] = {}
    for column, code in enumerate(codes):
        match = _CODE.match(code)
        if match:
            of_number.setdefault(match[1], []).append((column, match[2] or ""))
    groups = []
    for coded in of_number.values():
        columns = tuple(column for column, _ in coded)
        kinds = {kind for _, kind in coded}
        title = titles[columns[0]] if columns[0] < len(titles) else ""
        if title:
            groups.append(_OlatItem(columns[0], title, kinds.pop() if len(kinds) == 1 else "", columns))
    return groups


def _fits(item: Item, group: _OlatItem) -> bool:
    """Whether the columns are those of such a question; where not, it has no column that can be read."""
    first = item.interactions[0]
    if group.kind == "C" and len(item.interactions) == 1 and isinstance(first, ChoiceInteraction):
        return len(first.choices) == len(group.columns)
    if group.kind == "FIB":
        gaps = [entry for entry in item.interactions if isinstance(entry, TextEntryInteraction)]
        return len(gaps) == len(item.interactions) == len(group.columns)
    return isinstance(first, ExtendedTextInteraction)


def _of_olat(item: Item | None, group: _OlatItem, cells: Sequence[Cell]) -> Cell:
    said = [text_at(cells, column) for column in group.columns]
    damaged = next((cell for at in group.columns if at < len(cells) and isinstance(cell := cells[at], Damaged)), None)
    if damaged is not None:
        return damaged
    if group.kind == "C" and item is not None:
        choice = item.interactions[0]
        labels = choice.labels if isinstance(choice, ChoiceInteraction) else ()
        return ",".join(label for label, text in zip(labels, said, strict=False) if fold(text) == "x")
    if len(said) > 1 and any(said):
        return "; ".join(f"part {at}: {text}" for at, text in enumerate(said, 1))
    return said[0]
