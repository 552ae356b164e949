"""Sheets through the key: which rows count, and what becomes of a candidate who stands in several."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.scoring.answer_key import AnswerKey, Judgement
from stemkey.scoring.baseline import Baseline
from stemkey.scoring.gradebook import Candidate
from stemkey.scoring.identities import Identities, hash_ids
from stemkey.scoring.lateness import with_penalties
from stemkey.scoring.manual import points_for_strangers
from stemkey.scoring.score import Lateness, ScoredBatch, score
from stemkey.scoring.spelling import fold
from stemkey.scoring.totals import with_maximum, within_limits
from stemkey.sheets.table import ResponseBatch, ResponseTable

Policy: TypeAlias = Literal["best", "first", "last", "average"]
KEPT_ROWS = 200_000
"""Up to here a class is kept in memory until it is known that nobody stands in it twice."""
MOST_CELLS = 5_000
"""Cells listed one by one; the rest are counted."""
NO_NUMBER = 0
"""An attempt that has no number to show."""


class Sink(Protocol):
    """Something that takes candidates as they are graded."""

    def write(self, scored: ScoredBatch) -> None:
        """Take some candidates."""

    def restart(self) -> None:
        """Forget everything: all candidates come once more."""


@dataclass(frozen=True, slots=True)
class GradingChoices:
    """What the user may choose about rows."""

    policy: Policy = "best"
    listed: int = 20_000
    """Up to here candidates are returned."""
    not_reached: bool = False
    """Blanks at the end of a row are items not reached."""
    baseline: Baseline | None = None
    """An earlier run below whose scores nobody falls."""
    anonymous: bool = False
    """Names and e-mail addresses are dropped; an id that is an e-mail address becomes the row's number."""


def grade_tables(
    tables: Sequence[ResponseTable],
    key: AnswerKey,
    choices: GradingChoices,
    sinks: Sequence[Sink],
    found: Diagnostics,
) -> tuple[Candidate, ...] | None:
    """Grade several sheets as one class, in one pass and bounded memory, into the sinks.

    Returns the candidates, in the order of the sheets; None above `choices.listed`. Every response that is damaged,
    unknown or ambiguous is a finding at its cell; rows that contradict each other are findings and are not graded.
    """
    return _Grading(tables, key, choices, sinks, found).run()


Numbered: TypeAlias = tuple[int, ScoredBatch]
"""The index of a table, and some of its rows."""


class _Grading:
    def __init__(
        self,
        tables: Sequence[ResponseTable],
        key: AnswerKey,
        choices: GradingChoices,
        sinks: Sequence[Sink],
        found: Diagnostics,
    ) -> None:
        self.tables, self.key, self.choices, self.sinks, self.found = tables, key, choices, sinks, found
        self.emitted: list[ScoredBatch] | None = []
        self.emitted_rows = 0

    def run(self) -> tuple[Candidate, ...] | None:
        with_attempts = any(table.has_attempts for table in self.tables)
        late = self.key.late
        at_once = not with_attempts and late is None
        identities = Identities()
        kept: list[Numbered] | None = []
        for index, scored in self._read():
            identities.add(scored.batch.ids)
            if kept is not None:
                kept.append((index, scored))
            if at_once:
                self._emit(scored)
                if len(identities) > KEPT_ROWS:
                    kept = None
        repeated = identities.repeated()
        if late is not None:
            assert kept is not None
            kept = with_penalties(kept, self.tables, late, self.key.tick, self.found)
        if with_attempts:
            assert kept is not None
            self._emit_attempts(kept, repeated)
        elif len(repeated):
            self._emit_without_contradictions(kept, repeated)
        elif kept is not None and not at_once:
            for _, scored in kept:
                self._emit(scored)
        return self._candidates()

    def _read(self) -> Iterator[Numbered]:
        cells = _CellFindings(self.key, self.found)
        strangers = set(self.key.manual)
        reordered = self.choices.not_reached and self.key.forms is not None and self.key.forms.is_reordered
        if reordered:
            self.found.add(end_of_forms_unknown())
        for index, table in enumerate(self.tables):
            for as_read in table.batches():
                batch = self.key.forms.apply(as_read, table, self.key.items, self.found) if self.key.forms else as_read
                scored = score(batch, self.key, not_reached=self.choices.not_reached and not reordered)
                scored = with_maximum(scored, self.key)
                cells.report(table, scored)
                if strangers:
                    strangers.difference_update(batch.ids.tolist())
                table.counts.graded += len(scored)
                yield index, scored
        cells.report_rest()
        if strangers:
            names = sorted(_text(name) for name in strangers)
            self.found.add(points_for_strangers(len(names), ", ".join(names[:10])))

    def _read_again(self) -> Iterator[Numbered]:
        """Read everything once more, without saying and counting everything once more."""
        findings = len(self.found)
        counts = [(table.counts.read, table.counts.graded, table.counts.refused) for table in self.tables]
        yield from self._read()
        self.found.cut(findings)
        for table, (read, graded, refused) in zip(self.tables, counts, strict=True):
            table.counts.read, table.counts.graded, table.counts.refused = read, graded, refused

    def _emit(self, scored: ScoredBatch) -> None:
        if not len(scored):
            return
        scored = within_limits(scored, self.key)
        if self.choices.baseline is not None:
            scored = self.choices.baseline.applied_to(scored, self.key.tick)
        if self.choices.anonymous:
            scored = anonymised(scored)
        for sink in self.sinks:
            sink.write(scored)
        self.emitted_rows += len(scored)
        if self.emitted_rows > self.choices.listed:
            self.emitted = None
        elif self.emitted is not None:
            self.emitted.append(scored)

    def _restart(self) -> None:
        self.emitted, self.emitted_rows = [], 0
        if self.choices.baseline is not None:
            self.choices.baseline.restart()
        for sink in self.sinks:
            sink.restart()

    def _candidates(self) -> tuple[Candidate, ...] | None:
        if self.emitted is None:
            return None
        return tuple(candidate for scored in self.emitted for candidate in candidates(scored, self.key))

    def _emit_without_contradictions(self, kept: list[Numbered] | None, repeated: NDArray[np.uint64]) -> None:
        again: Callable[[], Iterable[Numbered]] = self._read_again if kept is None else lambda: kept
        entries = [entry for entry in _entries(again(), repeated, self.key.tick, everybody=False) if entry.id]
        left_out = self._settle(_by_id(entries))
        self._restart()
        for number, (_, scored) in enumerate(again()):
            rows = np.array([row for row in range(len(scored)) if (number, row) not in left_out], np.intp)
            self._emit(scored if len(rows) == len(scored) else scored.take(rows))

    def _settle(self, groups: Iterable[Sequence["_Entry"]]) -> set[tuple[int, int]]:
        """Decide about rows with one id and no attempts: equal ones count once, others not at all."""
        left_out: set[tuple[int, int]] = set()
        for group in groups:
            if len(group) < 2:
                continue
            rows = ", ".join(self._row_name(entry) for entry in group)
            place = self._place(group[0])
            name = f"row {group[0].sheet_row}" if self.choices.anonymous else group[0].id
            if all(entry.content == group[0].content for entry in group):
                self.found.add(same_row_twice(name, rows), place)
                rejected, refused = group[1:], 0
            else:
                self.found.add(id_twice(name, rows, _difference(group)), place)
                rejected, refused = group, 1
            for entry in rejected:
                counts = self.tables[entry.table].counts
                counts.graded -= 1
                counts.refused += refused
                left_out.add((entry.batch, entry.row))
        return left_out

    def _row_name(self, entry: "_Entry") -> str:
        return str(entry.sheet_row) if len(self.tables) == 1 else f"{self.tables[entry.table].name}:{entry.sheet_row}"

    def _place(self, entry: "_Entry") -> CellSpan:
        table = self.tables[entry.table]
        return CellSpan(table.name, table.sheet, entry.sheet_row)

    def _emit_attempts(self, kept: Sequence[Numbered], repeated: NDArray[np.uint64]) -> None:
        groups = list(_by_id(_entries(kept, repeated, self.key.tick, everybody=True)))
        mixed: list[Sequence[_Entry]] = []
        attempts: list[Sequence[_Entry]] = []
        for group in groups:
            are_attempts = all(self.tables[entry.table].has_attempts for entry in group) and not _has_two_names(group)
            (attempts if are_attempts else mixed).append(group)
        left_out = self._settle(mixed)
        self._report_attempts([group for group in attempts if len(group) > 1])
        counted: dict[int, list[_Counted]] = {}
        for group in groups:
            remaining = [entry for entry in group if (entry.batch, entry.row) not in left_out]
            if remaining:
                chosen = self._counted(remaining)
                counted.setdefault(chosen.entry.batch, []).append(chosen)
        for batch, rows in sorted(counted.items()):
            self._emit(_taken(kept[batch][1], sorted(rows, key=lambda chosen: chosen.entry.row), self.key.tick))

    def _report_attempts(self, groups: Sequence[Sequence["_Entry"]]) -> None:
        if groups:
            examples = ", ".join(
                f"row {group[0].sheet_row}" if self.choices.anonymous else repr(group[0].id) for group in groups[:3]
            )
            found = several_attempts(len(groups), examples, self.choices.policy)
            self.found.add(found, self._place(groups[0][0])._replace(row=None))

    def _counted(self, group: Sequence["_Entry"]) -> "_Counted":
        """Return the attempt that counts, and the average score where that is the policy."""
        ordered = sorted(group, key=lambda entry: entry.attempt)  # stable: the sheet's order where there are no numbers
        numbers = {id(entry): entry.attempt or place for entry, place in zip(ordered, count(1), strict=False)}
        policy = self.choices.policy
        match policy:
            case "first" | "average":
                entry = ordered[0]
            case "last":
                entry = ordered[-1]
            case "best":
                entry = max(ordered, key=lambda entry: entry.total)  # max keeps the earliest of equals
        # What is open in any attempt is open in their average, and another one may turn out to be the best.
        concerned = ordered if policy in {"average", "best"} else [entry]
        provisional = any(one.provisional for one in concerned)
        if policy != "average" or len(ordered) == 1:
            return _Counted(entry, numbers[id(entry)], provisional)
        average = sum((one.total for one in ordered), Fraction(0)) / len(ordered) * self.key.tick
        before = [one.late.before for one in ordered if one.late]
        late = entry.late and entry.late._replace(
            submitted="", periods=None, before=sum(before, Fraction(0)) / len(before), known=not provisional
        )
        return _Counted(entry, NO_NUMBER, provisional, average, late)


class _Counted(NamedTuple):
    """The attempt that counts."""

    entry: "_Entry"
    number: int
    provisional: bool
    average: Fraction | None = None
    """Of several attempts; None where the attempt's own score counts."""
    late: Lateness | None = None
    """What replaces the attempt's own, with an average."""


def _taken(scored: ScoredBatch, chosen: Sequence[_Counted], tick: Fraction) -> ScoredBatch:
    """Return the attempts that count, of one batch."""
    taken = scored.take(np.array([one.entry.row for one in chosen], np.intp))
    if any(one.average is not None for one in chosen):
        own = taken.scores(tick)
        averages = tuple(own[at] if one.average is None else one.average for at, one in enumerate(chosen))
        taken = replace(taken, averages=averages)
    if taken.late is not None:
        taken = replace(taken, late=tuple(one.late or own for one, own in zip(chosen, taken.late, strict=True)))
    waiting = np.fromiter((one.provisional for one in chosen), np.bool_, len(chosen))
    return replace(
        taken,
        ungraded=np.maximum(taken.ungraded, waiting),
        batch=replace(taken.batch, attempts=np.array([one.number for one in chosen], np.int64)),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of a candidate."""

    id: str
    table: int
    batch: int
    row: int
    sheet_row: int
    attempt: int
    total: Fraction
    """In ticks, after a late penalty."""
    provisional: bool
    late: Lateness | None
    content: tuple[object, ...]
    """What the row says; only of candidates with several rows."""


def _entries(
    numbered: Iterable[Numbered], repeated: NDArray[np.uint64], tick: Fraction, *, everybody: bool
) -> Iterator[_Entry]:
    """Return the rows whose id occurs several times, or all rows."""
    for number, (table, scored) in enumerate(numbered):
        batch, provisional = scored.batch, scored.provisional
        several = np.isin(hash_ids(batch.ids), repeated)
        for row in range(len(scored)) if everybody else np.flatnonzero(several).tolist():
            yield _Entry(
                id=_text(batch.ids[row]),
                table=table,
                batch=number,
                row=row,
                sheet_row=int(batch.rows[row]),
                attempt=int(batch.attempts[row]) if batch.attempts is not None else NO_NUMBER,
                total=scored.averages[row] / tick if scored.averages else Fraction(int(scored.totals[row])),
                provisional=bool(provisional[row]),
                late=scored.late[row] if scored.late else None,
                content=_content(batch, row) if several[row] else (),
            )


def _content(batch: ResponseBatch, row: int) -> tuple[object, ...]:
    responses = (column.values[int(column.codes[row])] for column in batch.columns)
    submitted = bytes(batch.submitted[row]) if batch.submitted is not None else b""
    return bytes(batch.names[row]), bytes(batch.emails[row]), *responses, submitted


def _has_two_names(group: Sequence[_Entry]) -> bool:
    """Whether rows with one id have names of which none contains the other: an id typed wrongly, or copied."""
    names = [entry.content[0] for entry in group if entry.content]
    named = [frozenset(fold(_text(name)).split()) for name in names if isinstance(name, bytes)]
    said = [words for words in named if words]
    return any(not (one <= other or other <= one) for one in said for other in said)


def _difference(group: Sequence[_Entry]) -> str:
    """Return what tells rows with one id apart, as the end of a sentence."""
    if _has_two_names(group):
        return "under different names"
    same_answers = len({entry.content[2:] for entry in group}) == 1
    return "with different names or addresses" if same_answers else "with different answers"


def _by_id(entries: Iterable[_Entry]) -> Iterable[Sequence[_Entry]]:
    """Gather rows by id, in the order of first appearance; a row without an id is a candidate of its own."""
    groups: dict[object, list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.id or (entry.batch, entry.row), []).append(entry)
    return groups.values()


class _CellFindings:
    """Lists the cells whose judgement comes with a finding."""

    def __init__(self, key: AnswerKey, found: Diagnostics) -> None:
        self.key, self.found = key, found
        self.listed = 0
        self.more: dict[str, int] = {}

    def report(self, table: ResponseTable, scored: ScoredBatch) -> None:
        """Report the cells of one batch, row by row."""
        cells: list[tuple[int, int, Judgement]] = []
        for index, column in enumerate(scored.columns):
            for code, judgement in enumerate(column.judgements):
                if judgement.finding is not None:
                    cells.extend((row, index, judgement) for row in np.flatnonzero(column.codes == code).tolist())
        if not cells:
            return
        letters = {match.number: match.letters or None for match in reversed(table.mapping)}
        for row, index, judgement in sorted(cells, key=lambda cell: cell[:2]):
            number = self.key.items[index].item.number
            if self.listed >= MOST_CELLS:
                self.more[number] = self.more.get(number, 0) + 1
            elif judgement.finding is not None:
                place = CellSpan(
                    table.name, table.sheet, int(scored.batch.rows[row]), letters.get(self._asked(scored, row, index))
                )
                self.found.add(judgement.finding, place, item=number)
                self.listed += 1

    def _asked(self, scored: ScoredBatch, row: int, index: int) -> str:
        """Return the number under which the item stands in the candidate's form."""
        if self.key.forms and scored.batch.forms is not None:
            index = self.key.forms.place_of(bytes(scored.batch.forms[row]), index)
        return self.key.items[index].item.number

    def report_rest(self) -> None:
        """Say how many cells were not listed."""
        if self.more:
            parts = ", ".join(f"question {number}: {cells}" for number, cells in self.more.items())
            self.found.add(more_cells(sum(self.more.values()), parts))


def candidates(scored: ScoredBatch, key: AnswerKey) -> Iterator[Candidate]:
    """Return the candidates of a batch one by one."""
    batch, provisional, scores = scored.batch, scored.provisional.tolist(), scored.scores(key.tick)
    # Lists: to take single numbers out of arrays would cost more than all the rest.
    ids, names, emails, rows = (array.tolist() for array in (batch.ids, batch.names, batch.emails, batch.rows))
    answered, correct, maxima = scored.answered.tolist(), scored.correct.tolist(), scored.maxima.tolist()
    points = {ticks: ticks * key.tick for ticks in set(maxima)}
    judged = zip(
        *([column.judgements[code] for code in column.codes.tolist()] for column in scored.columns), strict=True
    )
    for row, items in enumerate(judged):
        number = int(batch.attempts[row]) if batch.attempts is not None else NO_NUMBER
        late = scored.late[row] if scored.late else None
        yield Candidate(
            id=_text(ids[row]),
            name=_text(names[row]),
            email=_text(emails[row]),
            attempt=number or None,
            row=rows[row],
            answered=answered[row],
            correct=correct[row],
            score=scores[row],
            points=points[maxima[row]],
            provisional=provisional[row],
            submitted=late.submitted if late else "",
            due=late.due.isoformat() if late else "",
            late=late.periods if late else None,
            score_before_late=late.before if late else None,
            items=items,
        )


def anonymised(scored: ScoredBatch) -> ScoredBatch:
    """Return the candidates without names and e-mail addresses, also where one of these stands for an id."""
    batch = scored.batch
    ids = [
        f"row {row}".encode() if b"@" in id_ or (id_ and id_ == name) else id_
        for row, id_, name in zip(batch.rows, batch.ids, batch.names, strict=True)
    ]
    nobody = np.zeros(len(scored), "S1")
    return replace(scored, batch=replace(batch, ids=np.array(ids, dtype=bytes), names=nobody, emails=nobody))


def _text(name: bytes) -> str:
    return bytes(name).decode("utf-8", "replace")


@rule("G106", Severity.WARNING)
def end_of_forms_unknown() -> Text:
    """`--not-reached` takes the blanks at the end of a paper for questions that were not reached; here the forms end differently.

    All blanks count as omitted. Scores are the same either way.
    """
    return Text(
        "--not-reached is not used: the forms have their questions in different orders", "all blanks count as omitted"
    )


@rule("G103", Severity.WARNING)
def same_row_twice(name: str, rows: str) -> Text:
    """The same candidate stands in the sheet several times with the same answers, so the candidate counts once.

    Mostly a file was joined to itself, or exported twice.
    """
    return Text(f"{name!r} stands in rows {rows} with the same answers; the candidate counts once")


@rule("G107", Severity.WARNING)
def several_attempts(count: int, examples: str, policy: str) -> Text:
    """Some candidates have several attempts, and `--attempts` decides which one counts: the best one unless you say otherwise.

    If nobody could take the test twice, the column with the ids is not what it seems to be.
    """
    counts = "their average counts" if policy == "average" else f"the {policy} one counts"
    have = "candidate has" if count == 1 else "candidates have"
    return Text(
        f"{count:,} {have} several attempts, e.g. {examples}; {counts}", "say --attempts best|first|last|average"
    )


@rule("G104", Severity.ERROR)
def id_twice(name: str, rows: str, what: str) -> Text:
    """The same id stands in several rows with different answers, and the sheet does not say that they are attempts.

    Or the rows have one id and different names. Which row is the candidate's cannot be told, and a guess would be somebody's
    wrong grade. None of the rows is graded; all others are.
    """
    return Text(
        f"{name!r} stands in rows {rows} {what}; none of them is graded",
        "delete the row that does not count, or correct the id; attempts need a column that says so",
    )


@rule("G105", Severity.WARNING)
def more_cells(cells: int, parts: str) -> Text:
    """So many cells need a word that only the first thousands are listed; the rest are counted here by question.

    students.csv has every response. So many are a sign of a wrong column or a wrong key.
    """
    return Text(f"{cells} more cells like those listed ({parts})", "check the mapping of the columns first")
