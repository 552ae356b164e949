"""A batch of responses, scored: for every item which judgement each candidate got, and the totals in ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stemkey.scoring.answer_key import AnswerKey, ItemKey, Judgement, Status
from stemkey.sheets.table import ResponseBatch, ResponseColumn

INTEGERS = np.int64
FEW_CODES = 3
MOST_COUNTERS = 32


class ScoredColumn(NamedTuple):
    """The responses to one item: `judgements[codes[i]]` is what the i-th candidate's is worth."""

    codes: NDArray[np.integer]
    judgements: tuple[Judgement, ...]


class Lateness(NamedTuple):
    """When one candidate handed in, and what the score was before points were taken off for it."""

    submitted: str
    """ISO time in the zone of the due time; empty where it is not known, or an average of several attempts."""
    due: datetime
    periods: Fraction | None
    """Days or hours late, as the rule counts them; None where it is not known."""
    before: Fraction
    known: bool = True
    """Whether it is known what must be taken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredBatch:
    """Some candidates with their scores. Numbers of ticks are in units of `AnswerKey.tick`."""

    batch: ResponseBatch
    columns: tuple[ScoredColumn, ...]
    totals: NDArray[np.int64]
    """Score in ticks."""
    maxima: NDArray[np.int64]
    """Ticks of the items that were given."""
    answered: NDArray[np.int64]
    correct: NDArray[np.int64]
    """Items with full credit."""
    ungraded: NDArray[np.int64]
    """Items that are damaged or wait for a person."""
    apart: NDArray[np.bool_]
    """Whether a score is missing that a program should have found: the total then says nothing about the candidate."""
    missed: NDArray[np.bool_]
    """Whether some item was not given to the candidate."""
    averages: tuple[Fraction, ...] | None = None
    """Scores in points that replace the totals: the policy `average`, a late penalty and a floor have no whole ticks."""
    late: tuple[Lateness, ...] | None = None
    """Of each candidate, where points are taken off for being late; `averages` are then after the penalty."""

    def __len__(self) -> int:
        return len(self.totals)

    @property
    def provisional(self) -> NDArray[np.bool_]:
        """Whether some item of the candidate has no credit yet, or nobody knows whether points must be taken off."""
        if self.late is None:
            return self.ungraded > 0
        unknown = np.fromiter((not lateness.known for lateness in self.late), np.bool_, len(self))
        return (self.ungraded > 0) | unknown

    def scores(self, tick: Fraction) -> tuple[Fraction, ...]:
        """Return each candidate's score in points."""
        totals = self.totals.tolist()
        points = {total: total * tick for total in set(totals)}
        return self.averages or tuple(map(points.__getitem__, totals))

    def take(self, rows: NDArray[np.intp]) -> "ScoredBatch":
        """Return only some candidates, in the order given."""
        batch = self.batch
        return ScoredBatch(
            batch=ResponseBatch(
                rows=batch.rows[rows],
                ids=batch.ids[rows],
                names=batch.names[rows],
                emails=batch.emails[rows],
                attempts=None if batch.attempts is None else batch.attempts[rows],
                forms=None if batch.forms is None else batch.forms[rows],
                submitted=None if batch.submitted is None else batch.submitted[rows],
                columns=tuple(ResponseColumn(column.codes[rows], column.values) for column in batch.columns),
            ),
            columns=tuple(ScoredColumn(column.codes[rows], column.judgements) for column in self.columns),
            totals=self.totals[rows],
            maxima=self.maxima[rows],
            answered=self.answered[rows],
            correct=self.correct[rows],
            ungraded=self.ungraded[rows],
            apart=self.apart[rows],
            missed=self.missed[rows],
            averages=None if self.averages is None else tuple(self.averages[row] for row in rows.tolist()),
            late=None if self.late is None else tuple(self.late[row] for row in rows.tolist()),
        )


def score(batch: ResponseBatch, key: AnswerKey, *, not_reached: bool = False) -> ScoredBatch:
    """Return what every response of a batch is worth; judges each distinct response of a column once.

    `not_reached` tells the blanks at the end of a row apart from those before an answer.
    """
    columns = tuple(
        ScoredColumn(column.codes, tuple(map(item.judge, column.values)))
        for column, item in zip(batch.columns, key.items, strict=True)
    )
    if key.manual:
        columns = _with_manual(columns, batch, key)
    if not_reached:
        columns = _with_not_reached(columns)
    pairs = tuple(zip(columns, key.items, strict=True))
    count = len(batch)
    ticks = [(c, [judgement.ticks for judgement in c.judgements]) for c in columns]
    correct = [(c, [int(_is_correct(judgement)) for judgement in c.judgements]) for c in columns]
    totals = _add(count, ticks)
    return ScoredBatch(
        batch=batch,
        columns=columns,
        totals=totals,
        maxima=_add(count, [(c, [_given(judgement) * _maximum(i) for judgement in c.judgements]) for c, i in pairs]),
        answered=_add(count, [(c, [_is_answered(judgement) for judgement in c.judgements]) for c in columns]),
        # Where every item is worth one tick, the two are the same sum.
        correct=totals if [table for _, table in ticks] == [table for _, table in correct] else _add(count, correct),
        ungraded=_add(count, [(c, [_is_ungraded(judgement, i) for judgement in c.judgements]) for c, i in pairs]),
        apart=_add(count, [(c, [_is_missing(judgement, i) for judgement in c.judgements]) for c, i in pairs]) > 0,
        missed=_add(count, [(c, [not _given(judgement) for judgement in c.judgements]) for c in columns]) > 0,
    )


def _with_manual(columns: tuple[ScoredColumn, ...], batch: ResponseBatch, key: AnswerKey) -> tuple[ScoredColumn, ...]:
    """Return the columns with the points that people gave."""
    given: dict[int, list[tuple[int, Fraction]]] = {}
    for row, name in enumerate(batch.ids.tolist()):
        for index, points in key.manual.get(name, {}).items():
            given.setdefault(index, []).append((row, points))
    return tuple(
        _with_points(column, given[index], key.items[index], key.tick) if index in given else column
        for index, column in enumerate(columns)
    )


def _with_points(
    column: ScoredColumn, given: Sequence[tuple[int, Fraction]], item: ItemKey, tick: Fraction
) -> ScoredColumn:
    codes = column.codes.astype(np.int64)
    judgements = list(column.judgements)
    for row, points in given:
        said = judgements[int(column.codes[row])]
        if said.status is Status.NOT_GIVEN or item.dropped:
            continue
        credit = points / item.item.points if item.item.points else Fraction(0)
        status = said.status if said.status in {Status.OMITTED, Status.NOT_REACHED} else Status.ANSWERED
        codes[row] = len(judgements)
        judgements.append(said._replace(status=status, credit=credit, ticks=int(points / tick), finding=None))
    return ScoredColumn(codes, tuple(judgements))


def _with_not_reached(columns: tuple[ScoredColumn, ...]) -> tuple[ScoredColumn, ...]:
    """Return the columns with blanks that only blanks follow as `not_reached`; an item not given stops nothing."""
    if not columns:
        return columns
    passed = np.ones(len(columns[0].codes), bool)
    result = []
    for column in reversed(columns):
        blank = np.array([judgement.status is Status.OMITTED for judgement in column.judgements], bool)[column.codes]
        given = np.array([_given(judgement) for judgement in column.judgements], bool)[column.codes]
        result.append(_mark(column, passed & blank))
        passed &= blank | ~given
    return tuple(reversed(result))


def _mark(column: ScoredColumn, rows: NDArray[np.bool_]) -> ScoredColumn:
    if not rows.any():
        return column
    first = column.judgements[int(column.codes[rows.argmax()])]
    codes = np.where(rows, len(column.judgements), column.codes)
    return ScoredColumn(codes, (*column.judgements, first._replace(status=Status.NOT_REACHED)))


def _maximum(item: ItemKey) -> int:
    return 0 if item.bonus or item.dropped else item.ticks


def _is_answered(judgement: Judgement) -> bool:
    return judgement.status in {Status.ANSWERED, Status.NEEDS_GRADING}


def _is_ungraded(judgement: Judgement, item: ItemKey) -> bool:
    return not item.dropped and _given(judgement) and judgement.credit is None


def _given(judgement: Judgement) -> bool:
    return judgement.status is not Status.NOT_GIVEN


def _is_correct(judgement: Judgement) -> bool:
    return judgement.credit is not None and judgement.credit >= 1


def _is_missing(judgement: Judgement, item: ItemKey) -> bool:
    return item.gradable and _given(judgement) and judgement.credit is None


def _add(count: int, parts: Sequence[tuple[ScoredColumn, Sequence[int]]]) -> NDArray[np.int64]:
    """Add up, for each candidate, what the table of each column says for its code.

    Most tables are one constant, or have one value for a few codes and none for the others. Comparing bytes and counting
    how often each value occurs is then ten times as fast as looking values up.
    """
    total = np.zeros(count, INTEGERS)
    counters: dict[int, _Counter] = {}
    for column, table in parts:
        common = max(set(table), key=list(table).count) if table else 0
        total += int(common)
        others = [(code, int(value) - int(common)) for code, value in enumerate(table) if value != common]
        if len(others) > FEW_CODES or len(counters) > MOST_COUNTERS or column.codes.dtype != np.uint8:
            if others:
                total += (np.asarray(table, INTEGERS) - int(common))[column.codes]
            continue
        for code, difference in others:
            counters.setdefault(difference, _Counter(count)).add(column.codes == code)
    for difference, counter in counters.items():
        total += difference * counter.counts()
    return total


class _Counter:
    """Counts in single bytes as long as they cannot overflow."""

    def __init__(self, count: int) -> None:
        self._counts = np.zeros(count, INTEGERS)
        self._bytes = np.zeros(count, np.uint8)
        self._added = 0

    def add(self, hits: NDArray[np.bool_]) -> None:
        """Count those that are hit."""
        if self._added == 255:
            self._flush()
        self._bytes += hits.view(np.uint8)
        self._added += 1

    def counts(self) -> NDArray[np.int64]:
        """Return how often each was hit."""
        self._flush()
        return self._counts

    def _flush(self) -> None:
        self._counts += self._bytes
        self._bytes[:] = 0
        self._added = 0
