"""Who handed in late, and what it costs: the late penalty carried out.

Items and their statistics stay as they are: lateness says nothing about a question. A candidate whose time cannot be read
is never taken for punctual: the score is without the penalty, provisional, and listed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import numpy as np

from stemkey.diagnostics import CellSpan, Diagnostic, Diagnostics, Severity, Text, rule
from stemkey.scoring.late import LateRule
from stemkey.scoring.reading import quoted
from stemkey.scoring.score import Lateness, ScoredBatch
from stemkey.scoring.submission_times import common_orders, instants, readings
from stemkey.sheets.table import ResponseTable

BLANK = frozenset({"", "-", "–", "—"})
MOST_LISTED = 50
"""Rows without a time that are listed one by one."""


def with_penalties(
    batches: Sequence[tuple[int, ScoredBatch]],
    tables: Sequence[ResponseTable],
    late: LateRule,
    tick: Fraction,
    found: Diagnostics,
) -> list[tuple[int, ScoredBatch]]:
    """Return batches, each with the index of its table, with the penalty in their scores.

    Rows of a sheet whose times cannot be understood as a whole are refused.
    """
    sheets = {
        index: _Sheet(table, [scored for at, scored in batches if at == index], late, tick, found)
        for index, table in enumerate(tables)
    }
    result = [(index, sheets[index].penalised(scored)) for index, scored in batches]
    for sheet in sheets.values():
        sheet.report_rest()
    _report_strangers(batches, late, found)
    return result


class _Sheet:
    """One sheet, with how its times are to be read."""

    def __init__(
        self,
        table: ResponseTable,
        batches: Sequence[ScoredBatch],
        late: LateRule,
        tick: Fraction,
        found: Diagnostics,
    ) -> None:
        self.table, self.late, self.tick, self.found = table, late, tick, found
        self.place = CellSpan(table.name, table.sheet)
        self.listed = self.unlisted = 0
        self.order = self._order(batches)

    def _order(self, batches: Sequence[ScoredBatch]) -> str | None:
        """Return the order in which the sheet's dates are written; None, reported, where it cannot be told."""
        if any(scored.batch.submitted is None for scored in batches):
            self.found.add(sheet_without_times(), self.place)
            return None
        texts = sorted({text for scored in batches for text in _texts(scored)} - BLANK)
        orders = common_orders(texts, self.late.format)
        if len(orders) != 1:
            known = [text for text in texts if readings(text, self.late.format)]
            finding = (
                times_ambiguous(quoted(known[0]))
                if orders
                else times_in_two_orders(quoted(known[0]), quoted(known[-1]))
            )
            self.found.add(finding, self.place)
            return None
        if self.late.zone is None:
            local = [
                text for text in texts if any(not read.has_zone for read in readings(text, self.late.format).values())
            ]
            if local:
                self.found.add(times_without_zone(quoted(local[0])), self.place)
                return None
        self._say_how(texts, orders[0])
        return orders[0]

    def _say_how(self, texts: Sequence[str], order: str) -> None:
        """Say how times are read that could be read otherwise: by another order, or in another zone."""
        for text in texts:
            known = readings(text, self.late.format)
            if order in known and (len(set(known.values())) > 1 or self.late.format or not known[order].has_zone):
                zone = "" if known[order].has_zone else f", in the zone {self.late.zone}"
                self.found.add(times_read_so(quoted(text), known[order].at.isoformat(" ") + zone), self.place)
                return

    def penalised(self, scored: ScoredBatch) -> ScoredBatch:
        """Return some rows of the sheet with the penalty in their scores."""
        if self.order is None:
            self.table.counts.graded -= len(scored)
            self.table.counts.refused += len(scored)
            return scored.take(np.zeros(0, np.intp))
        rows = list(self._rows(scored, self.order))
        return replace(
            scored,
            late=tuple(lateness for lateness, _ in rows),
            averages=tuple(score for _, score in rows),
        )

    def _rows(self, scored: ScoredBatch, order: str) -> Iterator[tuple[Lateness, Fraction]]:
        scores = scored.scores(self.tick)
        for row, text in enumerate(_texts(scored)):
            score = scores[row]
            due = self.late.due_of(bytes(scored.batch.ids[row]).decode("utf-8", "replace"))
            moment = readings(text, self.late.format).get(order)
            times = instants(moment, self.late.zone) if moment else ()
            periods = {self.late.periods(time, due) for time in times}
            if len(periods) != 1:
                self._report(int(scored.batch.rows[row]), _trouble(text, times))
                yield Lateness("", due, None, score, known=False), score
                continue
            (late,) = periods
            points = int(scored.maxima[row]) * self.tick
            shown = times[0].astimezone(due.tzinfo).isoformat()
            yield Lateness(shown, due, late, score), self.late.after(score, points, late)

    def _report(self, row: int, finding: Diagnostic) -> None:
        if self.listed >= MOST_LISTED:
            self.unlisted += 1
            return
        self.listed += 1
        self.found.add(finding, self.place._replace(row=row))

    def report_rest(self) -> None:
        """Say how many rows were not listed."""
        if self.unlisted:
            self.found.add(more_without_time(self.unlisted), self.place)


def _texts(scored: ScoredBatch) -> list[str]:
    times = scored.batch.submitted
    return [] if times is None else [text.decode("utf-8", "replace").strip() for text in times.tolist()]


def _trouble(text: str, times: Sequence[datetime]) -> Diagnostic:
    if text in BLANK:
        return time_missing()
    return time_unreadable(
        quoted(text), "stands twice in the night in which clocks go back" if times else "is no date with a time"
    )


def _report_strangers(batches: Sequence[tuple[int, ScoredBatch]], late: LateRule, found: Diagnostics) -> None:
    """Say which extensions are of nobody: a mistyped id would cost a candidate points."""
    strangers = {name.encode() for name in late.extensions}
    for _, scored in batches:
        strangers.difference_update(scored.batch.ids.tolist())
    if strangers:
        found.add(extensions_of_strangers(", ".join(quoted(name.decode()) for name in sorted(strangers)[:10])))


@rule("G242", Severity.ERROR)
def sheet_without_times() -> Text:
    """The rules file takes points off for being late, and this kind of sheet says of nobody when it was handed in.

    None of its rows is graded: without a time everybody would pass for punctual.
    """
    return Text(
        "the sheet does not say when anything was handed in, and the rules take points off for being late",
        "give a sheet with a column of times, or grade without [late]",
    )


@rule("G243", Severity.ERROR)
def times_ambiguous(example: str) -> Text:
    """The dates of the sheet can be read with the day first and with the month first, and every one of them fits both.

    03/04/2026 is in March or in April: a month is all the difference between punctual and late. None of the rows is graded
    until the order is said:

        [late]
        format = "%d/%m/%Y %H:%M"
    """
    return Text(
        f"{example} is one date with the day first and another with the month first; none of the rows is graded",
        'say how times are written: format = "%d/%m/%Y %H:%M" under [late]',
    )


@rule("G244", Severity.ERROR)
def times_in_two_orders(first: str, last: str) -> Text:
    """Some dates of the sheet only make sense with the day first, others only with the month first.

    Two sheets were joined, or a spreadsheet program of another country turned some dates around and left the others. None of
    the rows is graded.
    """
    return Text(
        f"the dates of the sheet are written in more than one order, e.g. {first} and {last}; none of the rows is graded",
        "export the sheet again, and do not open it in between",
    )


@rule("G245", Severity.ERROR)
def times_without_zone(example: str) -> Text:
    """The sheet's times have no zone, and the same clock shows different times in different places.

    Moodle writes the time of whoever downloads the report, spreadsheets that of their owner. None of the rows is graded until
    the zone is said: a name follows summer time, an offset does not.

        [late]
        zone = "Europe/Berlin"
    """
    return Text(
        f"{example} does not say of which time zone it is; none of the rows is graded",
        'say it: zone = "Europe/Berlin" or zone = "+01:00" under [late]',
    )


@rule("G246", Severity.ERROR)
def time_missing() -> Text:
    """The row does not say when it was handed in, so nobody knows whether it was late.

    The score stands without a penalty and is provisional; it does not go into a gradebook.
    """
    return Text(
        "no time of handing in; the score is without the late penalty and provisional",
        "fill in the time and grade again",
    )


@rule("G247", Severity.ERROR)
def time_unreadable(text: str, reason: str) -> Text:
    """The time of handing in cannot be read, so nobody knows whether it was late.

    The score stands without a penalty and is provisional; it does not go into a gradebook.
    """
    return Text(
        f"{text} {reason}; the score is without the late penalty and provisional",
        "write the time as 2026-11-20 23:59, or say format under [late]",
    )


@rule("G248", Severity.ERROR)
def more_without_time(count: int) -> Text:
    """More rows without a readable time than are listed one by one.

    All of them are provisional in `students.csv`.
    """
    return Text(f"and {count:,} more rows whose time of handing in cannot be read", "look at the column first")


@rule("G250", Severity.INFO)
def times_read_so(example: str, meaning: str) -> Text:
    """How the sheet's times of handing in are read, where they could be read otherwise.

    The order of day and month is the only one that fits every date of the sheet, or the one under `[late]`; the zone is the one
    that the rules name.
    """
    return Text(f"times of handing in are read as {example} = {meaning}", None)


@rule("G249", Severity.WARNING)
def extensions_of_strangers(names: str) -> Text:
    """A later due time was given to candidates who are in no sheet: mistyped ids, mostly, or somebody who was absent.

    Whoever was meant has the common due time and may lose points.
    """
    return Text(f"a due time of their own is given to candidates who are in no sheet: {names}", "correct their ids")
