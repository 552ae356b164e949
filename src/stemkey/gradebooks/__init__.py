"""Grades back into the LMS: the table of gradebook files, and the scores that go into them.

To add one: a function in a module beside this file, a row below, a paragraph in `docs/gradebooks.md`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule

if TYPE_CHECKING:
    from stemkey.scoring.score import ScoredBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One candidate's line in a gradebook."""

    id: str
    name: str
    email: str
    score: Fraction
    points: Fraction
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """What goes into a gradebook."""

    title: str
    """Name of the column."""
    identifier: str
    """Id of the quiz, for gradebooks that match columns by id."""
    points: Fraction
    """The maximum."""
    entries: tuple[Entry, ...]
    date: str = ""
    """ISO date of the scores, for gradebooks that have one. There is no clock: it is given, or stays empty."""


class Students(Enum):
    """What a gradebook finds its students by. Never by name: two students can have one."""

    ANY = "id, e-mail or name"
    ID_OR_ADDRESS = "id or e-mail"
    ID = "id"


Writer = Callable[[Grades], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradebookFormat:
    """One row: what `--gradebook` calls it, and where its writer is (imported when first used)."""

    name: str
    title: str
    suffix: str
    writes: str
    """`module:name` of a function from grades to bytes."""
    evidence: str
    students: Students = Students.ID_OR_ADDRESS

    @property
    def file(self) -> str:
        """Name of the file in the `--out` folder."""
        return f"gradebook-{self.name}{self.suffix}"

    @property
    def unmatched_file(self) -> str:
        """Name of the table of candidates who cannot stand in it."""
        return f"gradebook-{self.name}-unmatched.csv"

    @property
    def writer(self) -> Writer:
        """The function that writes it."""
        module, _, name = self.writes.partition(":")
        writer: Writer = getattr(import_module(module), name)
        return writer


GRADEBOOKS: tuple[GradebookFormat, ...] = (
    GradebookFormat(
        name="generic", title="Table with id, name, score", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_generic", evidence="our own",
        students=Students.ANY,
    ),
    GradebookFormat(
        name="canvas", title="Canvas gradebook import", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_canvas", evidence="Canvas's importer read; not tried on a server",
    ),
    GradebookFormat(
        name="moodle", title="Moodle grade import, CSV", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_moodle", evidence="Moodle's importer read; not tried on a server",
    ),
    GradebookFormat(
        name="moodle-xml", title="Moodle grade import, XML", suffix=".xml",
        writes="stemkey.gradebooks.tables:write_moodle_xml", evidence="Moodle's importer read; not tried on a server",
        students=Students.ID,
    ),
    GradebookFormat(
        name="blackboard", title="Blackboard upload", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_blackboard", evidence="from public files and documentation only",
    ),
    GradebookFormat(
        name="brightspace", title="Brightspace import", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_brightspace", evidence="from public files and documentation only",
    ),
    GradebookFormat(
        name="sakai", title="Sakai gradebook import", suffix=".csv",
        writes="stemkey.gradebooks.tables:write_sakai", evidence="from documentation only",
    ),
    GradebookFormat(
        name="oneroster", title="OneRoster 1.1 results.csv", suffix=".csv",
        writes="stemkey.gradebooks.school_records:write_oneroster", evidence="from public files and documentation only",
        students=Students.ID,
    ),
    GradebookFormat(
        name="powerschool", title="PowerSchool score template", suffix=".csv",
        writes="stemkey.gradebooks.school_records:write_powerschool", evidence="from public files only",
        students=Students.ID,
    ),
)  # fmt: skip

BY_TEMPLATE = {
    "schoology": "Schoology reads only the gradebook that it exported",
}
"""Gradebooks that are served by `--fill` alone, and why."""


class UnknownGradebookError(ValueError):
    """No gradebook of that name: says which one may have been meant."""

    def __init__(self, name: str) -> None:
        if name in BY_TEMPLATE:
            super().__init__(f"there is no gradebook {name!r}: {BY_TEMPLATE[name]}; export it and use --fill FILE")
            return
        names = [row.name for row in GRADEBOOKS]
        close = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"stemkey knows: {', '.join(names)}"
        super().__init__(f"there is no gradebook {name!r}; {hint}")


def find_gradebook(name: str) -> GradebookFormat:
    """Return the gradebook of a name; raise `UnknownGradebookError` with a suggestion."""
    for row in GRADEBOOKS:
        if row.name == name:
            return row
    raise UnknownGradebookError(name)


class ScoreList:
    """Collects what goes into gradebooks while candidates are graded."""

    def __init__(self, tick: Fraction) -> None:
        self._tick = tick
        self.entries: list[Entry] = []

    def restart(self) -> None:
        """Forget everything."""
        self.entries = []

    def write(self, scored: "ScoredBatch") -> None:
        """Take some candidates."""
        batch, provisional, scores = scored.batch, scored.provisional, scored.scores(self._tick)
        for row in range(len(scored)):
            self.entries.append(
                Entry(
                    id=bytes(batch.ids[row]).decode("utf-8", "replace"),
                    name=bytes(batch.names[row]).decode("utf-8", "replace"),
                    email=bytes(batch.emails[row]).decode("utf-8", "replace"),
                    score=scores[row],
                    points=int(scored.maxima[row]) * self._tick,
                    provisional=bool(provisional[row]),
                )
            )


def ready_entries(entries: Sequence[Entry], place: Place, found: Diagnostics) -> tuple[Entry, ...]:
    """Return the entries whose score is final; say who is held back."""
    waiting = [entry.id for entry in entries if entry.provisional]
    if waiting:
        shown = ", ".join(waiting[:10]) + (f" and {len(waiting) - 10} more" if len(waiting) > 10 else "")
        found.add(scores_held_back(len(waiting), shown), place)
    return tuple(entry for entry in entries if not entry.provisional)


def shown_score(score: Fraction) -> str:
    """Return a score as importers read it: a point, no thousands, its shortest form."""
    return str(score.numerator) if score.denominator == 1 else repr(float(score))


@rule("P111", Severity.WARNING)
def scores_held_back(count: int, names: str) -> Text:
    """A provisional score may still change: an essay waits, a cell or a time of handing in could not be read. It does not go into a gradebook.

    An LMS shows what it is given as the grade. Grade what waits, mend the cells, and run again.
    """
    return Text(f"{count} provisional scores are left out of the gradebook: {names}", "grade what waits and run again")
