"""The roster: who belongs to the class. It says whose row a damaged id is, who was absent, and who is unknown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source
from stemkey.scoring.spelling import fold
from stemkey.sheets.grid import Row, text_at
from stemkey.sheets.identity import Identity, find_identity, header_kind
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import ResponseBatch, ResponseTable

if TYPE_CHECKING:
    from stemkey.sheets.table import Texts

_HEADER_ROWS = 25
_LISTED = 50


@rule("S240", Severity.ERROR)
def roster_not_readable(reason: str) -> Text:
    """The roster names the people of the class, one a row, under a header such as `Student ID,Name,Email`.

    Without a header that stemkey knows it cannot tell which column holds the ids, so nothing is graded with it.
    """
    return Text(f"the roster {reason}", "give a table with a header such as Student ID, Name, Email")


@rule("S241", Severity.WARNING)
def not_on_the_roster(who: str) -> Text:
    """A row's id, address and name are those of nobody on the roster. The row is graded under what it says.

    A typing mistake in an id ends here, and so does somebody of another class.
    """
    return Text(f"{who!r} is not on the roster", "correct the id in the sheet or the roster, if it is a mistake")


@rule("S242", Severity.WARNING)
def missing_from_the_sheet(names: str, count: int) -> Text:
    """People on the roster have no row in the sheet, or one without an attempt. They are absent: no score, not in the mean, not a zero."""
    return Text(f"{count} on the roster {'has' if count == 1 else 'have'} no attempt in the sheet: {names}", None)


@rule("S243", Severity.WARNING)
def id_completed(written: str, whole: str, by: str) -> Text:
    """The sheet's id is not the roster's to the letter, but it can only be this one person's.

    Spreadsheet programs take the zeros off numbers (`0001234` becomes `1234`); the roster's spelling is used.
    """
    return Text(f"{written!r} is {whole!r} of the roster, by {by}")


@rule("S244", Severity.ERROR)
def roster_id_twice(name: str, rows: str) -> Text:
    """Two rows of the roster have the same id, so a response with it could be either person's.

    Nothing is graded with such a roster: half of the time it would be the wrong person's score.
    """
    return Text(f"{name!r} stands twice in the roster, in rows {rows}", "give each person an id of their own")


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the roster."""

    id: str
    name: str
    email: str
    row: int


@dataclass(slots=True)
class Roster:
    """The people of a class, and who of them was seen."""

    source: str
    people: tuple[Person, ...]
    _seen: set[str] = field(default_factory=set)
    _indexes: tuple[tuple[str, dict[str, Person]], ...] = ()

    def __post_init__(self) -> None:
        self._indexes = (
            ("id", _unique(self.people, lambda person: person.id)),
            ("the number without its zeros", _unique(self.people, lambda person: _number(person.id))),
            ("e-mail", _unique(self.people, lambda person: _address(person.email))),
        )

    def find(self, identifier: str, name: str, email: str) -> tuple[Person, str] | None:
        """Return the person of a row, and by what; None where it is nobody of the roster."""
        keys = (identifier, _number(identifier), _address(email or identifier))
        for (by, people), key in zip(self._indexes, keys, strict=True):
            person = people.get(key) if key else None
            if person is not None:
                return person, by
        if not identifier or identifier == name:  # a name says who it is only where there is nothing better
            person = _unique(self.people, lambda person: _folded(person.name)).get(_folded(name))
            if person is not None:
                return person, "name"
        return None

    def applied_to(self, table: ResponseTable, found: Diagnostics) -> ResponseTable:
        """Return the sheet with the roster's ids, names and addresses in its rows."""

        def read() -> Iterator[ResponseBatch]:
            for batch in table.batches():
                yield self._apply(batch, table, found)

        return replace(table, read=read)

    def report_absent(self, found: Diagnostics) -> None:
        """Say who of the roster was in no row, once every sheet is read."""
        missing = [person.id or person.name for person in self.people if person.id not in self._seen]
        if missing:
            more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
            found.add(missing_from_the_sheet(", ".join(missing[:_LISTED]) + more, len(missing)), CellSpan(self.source))

    def _apply(self, batch: ResponseBatch, table: ResponseTable, found: Diagnostics) -> ResponseBatch:
        ids, names, emails = _texts(batch.ids), _texts(batch.names), _texts(batch.emails)
        for index, written in enumerate(ids):
            place = CellSpan(table.name, table.sheet, int(batch.rows[index]))
            match = self.find(written, names[index], emails[index])
            if match is None:
                found.add(not_on_the_roster(written or names[index]), place)
                continue
            person, by = match
            if person.id != written and by not in {"id", "e-mail", "name"}:
                found.add(id_completed(written or names[index], person.id, by), place)
            self._seen.add(person.id)
            ids[index] = person.id or written
            names[index] = person.name or names[index]
            emails[index] = person.email or emails[index]
        return replace(batch, ids=_array(ids), names=_array(names), emails=_array(emails))


def read_roster(source: Source, options: SheetOptions, found: Diagnostics) -> Roster | None:
    """Return a roster from any table that stemkey opens; None, with findings, where it cannot be used."""
    from stemkey.sheets.containers import open_grids

    grids = open_grids(source, replace(options, sheet=None, fixed=None), found)
    if not grids:
        return None
    rows = list(grids[0].read())
    header = _header(rows[:_HEADER_ROWS])
    if header is None:
        found.add(roster_not_readable("has no column with ids, names or e-mail addresses"), CellSpan(source.name))
        return None
    headers = [text_at(rows[header].cells, index) for index in range(len(rows[header].cells))]
    below = rows[header + 1 :]
    people = tuple(_people(below, find_identity(headers, below, ())))
    if not people:
        found.add(roster_not_readable("has a header and nobody below it"), CellSpan(source.name))
        return None
    return Roster(source.name, people) if _is_clear(people, source.name, found) else None


def _header(rows: Sequence[Row]) -> int | None:
    best, most = None, 0
    for number, row in enumerate(rows):
        known = sum(header_kind(text_at(row.cells, index)) is not None for index in range(len(row.cells)))
        if known > most:
            best, most = number, known
    return best


def _people(rows: Iterable[Row], identity: Identity) -> Iterator[Person]:
    for row in rows:
        identifier, _ = identity.id_of(row.cells)
        name, email = identity.name_of(row.cells), identity.email_of(row.cells)
        if identifier or name or email:
            yield Person(identifier or email, name, email, row.number)


def _is_clear(people: Sequence[Person], source: str, found: Diagnostics) -> bool:
    rows: dict[str, list[int]] = {}
    for person in people:
        if person.id:
            rows.setdefault(person.id, []).append(person.row)
    repeated = {name: numbers for name, numbers in rows.items() if len(numbers) > 1}
    for name, numbers in repeated.items():
        found.add(roster_id_twice(name, " and ".join(map(str, numbers))), CellSpan(source, None, numbers[0]))
    return not repeated


def _unique(people: Iterable[Person], key: "Callable[[Person], str]") -> dict[str, Person]:
    """Return people by a key that only one of them has."""
    index: dict[str, Person | None] = {}
    for person in people:
        text = key(person)
        index[text] = None if text in index else person
    return {text: person for text, person in index.items() if text and person is not None}


def _number(identifier: str) -> str:
    return identifier.lstrip("0") if identifier.isdecimal() else ""


def _folded(name: str) -> str:
    return fold(name)


def _address(text: str) -> str:
    """Return an e-mail address for comparing: in small letters, without what nobody sees."""
    return fold(text.removeprefix("mailto:"))


def _texts(array: "Texts") -> list[str]:
    return [text.decode("utf-8", "replace") for text in array.tolist()]


def _array(texts: Sequence[str]) -> "Texts":
    import numpy as np

    return np.array([text.encode() for text in texts], dtype=bytes)
