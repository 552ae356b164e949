"""`--rules FILE`: scoring rules, decisions after the exam, grades; a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from stemkey.diagnostics import Diagnostics, Place, Severity, Span, Text, rule
from stemkey.files import Source
from stemkey.model import Quiz
from stemkey.scoring.changes import Change
from stemkey.scoring.forms import Forms, read_forms
from stemkey.scoring.grade_table import read_scale
from stemkey.scoring.grades import GradeScale
from stemkey.scoring.late import LateRule, read_late

ITEM_CHANGES = ("accept", "key", "drop", "bonus", "full-credit", "points", "never-lower")
ITEM_SCORING = ("rule", "normalise", "distance", "gaps", "floor", "by-hand")
TOP = ("scoring", "items", "grade", "late", "forms", "never-lower", "floor", "cap", "cancel-blanks", "sufficient")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """What a rules file says."""

    source: str = ""
    scoring: Mapping[str, str] = field(default_factory=dict)
    """Settings for all items, by kind."""
    item_scoring: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings of single items, by number."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """Decisions about single items, by number."""
    floor: Fraction | None = None
    """No candidate has a lower score."""
    cap: bool = False
    """No candidate has more than the maximum."""
    cancel_blanks: int = 0
    """So many blanks of each candidate are taken out of the maximum (AMC's `allowempty`)."""
    sufficient: Fraction | None = None
    """Points that count as the maximum (AMC's `SUF`)."""
    grade: GradeScale | None = None
    forms: Forms | None = None
    late: LateRule | None = None

    @property
    def place(self) -> Place:
        """The file, for findings."""
        return Span(self.source, 1)


NO_RULES = RuleBook()


def read_rules(source: Source, quiz: Quiz, found: Diagnostics) -> RuleBook:
    """Return what a rules file says about a quiz; everything that cannot be understood is a finding."""
    place = Span(source.name, 1)
    try:
        tables = tomllib.loads(source.data.decode("utf-8-sig"), parse_float=str)
    except UnicodeDecodeError:
        found.add(rules_unreadable("it is not UTF-8"), place)
        return NO_RULES
    except tomllib.TOMLDecodeError as error:
        found.add(rules_unreadable(str(error)), place)
        return NO_RULES
    for name in tables.keys() - set(TOP):
        found.add(unknown_entry(name, _close(name, TOP), ", ".join(TOP)), place)
    reader = _Reader(
        source.name, {item.number for item in quiz.items} | {item.identifier for item in quiz.items}, found
    )
    numbers = {item.identifier: item.number for item in quiz.items} | {item.number: item.number for item in quiz.items}
    items = {numbers[name]: table for name, table in reader.tables(tables, "items").items() if reader.knows_item(name)}
    never_lower = reader.truth(tables, "never-lower")
    return RuleBook(
        source=source.name,
        scoring=reader.texts(reader.table(tables, "scoring")),
        item_scoring={
            number: reader.texts({name: value for name, value in table.items() if name in ITEM_SCORING})
            for number, table in items.items()
        },
        changes={number: reader.change(number, table, never_lower=never_lower) for number, table in items.items()},
        floor=reader.number(tables["floor"], "floor") if "floor" in tables else None,
        cap=reader.truth(tables, "cap"),
        cancel_blanks=reader.count(tables, "cancel-blanks"),
        sufficient=reader.positive(tables, "sufficient"),
        forms=read_forms(reader.table(tables, "forms"), quiz, place, found) if "forms" in tables else None,
        grade=read_scale(reader.table(tables, "grade"), place, found) if "grade" in tables else None,
        late=read_late(reader.table(tables, "late"), place, found) if "late" in tables else None,
    )


class _Reader:
    def __init__(self, name: str, items: set[str], found: Diagnostics) -> None:
        self.place = Span(name, 1)
        self.items = items
        self.found = found

    def table(self, tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = tables.get(name, {})
        if isinstance(value, dict):
            return value
        self.found.add(entry_unclear(name, str(value), "a table"), self.place)
        return {}

    def tables(self, tables: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, Any]]:
        return {key: self.table({key: value}, key) for key, value in self.table(tables, name).items()}

    def texts(self, table: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: " ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in table.items()
        }

    def knows_item(self, name: str) -> bool:
        if name in self.items:
            return True
        self.found.add(unknown_item(name, _close(name, self.items)), self.place)
        return False

    def number(self, value: object, name: str) -> Fraction | None:
        try:
            return Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            self.found.add(entry_unclear(name, str(value), "a number, such as 2 or 1/3"), self.place)
            return None

    def change(self, number: str, table: Mapping[str, Any], *, never_lower: bool) -> Change:
        for name in table.keys() - {*ITEM_CHANGES, *ITEM_SCORING}:
            known = (*ITEM_CHANGES, *ITEM_SCORING)
            self.found.add(unknown_entry(name, _close(name, known), ", ".join(known)), self.place, item=number)
        full = table.get("full-credit", "")
        if full not in {"", "all", "answered"}:
            self.found.add(entry_unclear("full-credit", str(full), '"all" or "answered"'), self.place, item=number)
            full = ""
        return Change(
            accept=self._list(table.get("accept", [])),
            key=self._list(table.get("key", [])),
            drop=self.truth(table, "drop", number),
            bonus=self.truth(table, "bonus", number),
            full_credit=full,
            points=self.positive(table, "points", or_zero=True),
            never_lower=self.truth(table, "never-lower", number, default=never_lower),
        )

    def truth(self, table: Mapping[str, Any], name: str, item: str | None = None, *, default: bool = False) -> bool:
        value = table.get(name, default)
        if isinstance(value, bool):
            return value
        self.found.add(entry_unclear(name, str(value), "true or false"), self.place, item=item)
        return False

    def count(self, table: Mapping[str, Any], name: str) -> int:
        value = table.get(name, 0)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.found.add(entry_unclear(name, str(value), "a whole number from 0"), self.place)
        return 0

    def positive(self, table: Mapping[str, Any], name: str, *, or_zero: bool = False) -> Fraction | None:
        if name not in table:
            return None
        value = self.number(table[name], name)
        if value is not None and (value < 0 or (value == 0 and not or_zero)):
            wanted = "a number from 0" if or_zero else "a number above 0"
            self.found.add(entry_unclear(name, str(table[name]), wanted), self.place)
            return None
        return value

    def _list(self, value: object) -> tuple[str, ...]:
        return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _close(name: str, names: "tuple[str, ...] | set[str]") -> str | None:
    return next(iter(get_close_matches(name, sorted(names), n=1)), None)


@rule("G207", Severity.ERROR)
def rules_unreadable(reason: str) -> Text:
    """The rules file is no TOML, so none of its rules is known, and nothing is graded by other rules than were asked for.

    An example of a rules file is in `docs/scoring.md`; texts stand in quotation marks there, tables in brackets.
    """
    return Text(f"the rules file cannot be read: {reason}", "see docs/scoring.md for an example")


@rule("G208", Severity.ERROR)
def unknown_entry(name: str, close: str | None, names: str) -> Text:
    """The rules file has an entry with a name that means nothing, so it would change nothing.

    A misspelt decision that does nothing would go unnoticed, so nothing is graded until it is corrected.
    """
    return Text(
        f"the rules file has an unknown entry '{name}'", f"did you mean '{close}'?" if close else f"known are: {names}"
    )


@rule("G209", Severity.ERROR)
def unknown_item(name: str, close: str | None) -> Text:
    """The rules file speaks of a question that the quiz does not have.

    Questions are named by their number, `[items.3]`, or by their identifier in quotation marks.
    """
    return Text(
        f"the rules file names question '{name}', which the quiz does not have",
        f"did you mean '{close}'?" if close else None,
    )


@rule("G210", Severity.ERROR)
def entry_unclear(name: str, value: str, wanted: str) -> Text:
    """An entry of the rules file has a value that it cannot have.

    Nothing is graded by a guess at what was meant.
    """
    return Text(f"the rules file's '{name}' cannot be '{value}'", f"write {wanted}")
