"""What decisions after the exam did: every candidate's score before and after."""

import csv
from io import StringIO
from typing import NamedTuple

import numpy as np

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.reading import quoted
from stemkey.scoring.score import ScoredBatch, score
from stemkey.scoring.totals import with_maximum

MOST_NAMED = 20
COLUMNS = ("id", "score_before", "points_before", "score", "points")


class Affected(NamedTuple):
    """One candidate whose score or maximum changed; numbers in ticks."""

    id: str
    before: int
    points_before: int
    after: int
    points: int

    @property
    def loses(self) -> bool:
        """Whether the candidate has a smaller share of the maximum than before."""
        return self.after * self.points_before < self.before * self.points


class Regrade:
    """Grades every candidate once more, with the key as the quiz has it."""

    def __init__(self, key: AnswerKey) -> None:
        assert key.before is not None, "only of a key that was changed"
        self._key = key
        self._before = key.before
        self.affected: list[Affected] = []

    def restart(self) -> None:
        """Forget everything."""
        self.affected = []

    def write(self, scored: ScoredBatch) -> None:
        """Compare some candidates."""
        before = with_maximum(score(scored.batch, self._before), self._before)
        changed = (before.totals != scored.totals) | (before.maxima != scored.maxima)
        for row in np.flatnonzero(changed).tolist():
            self.affected.append(
                Affected(
                    bytes(scored.batch.ids[row]).decode("utf-8", "replace"),
                    int(before.totals[row]),
                    int(before.maxima[row]),
                    int(scored.totals[row]),
                    int(scored.maxima[row]),
                )
            )

    def report(self, place: Place, found: Diagnostics) -> None:
        """Say how many scores rose and fell."""
        rose = sum(candidate.after > candidate.before for candidate in self.affected)
        fell = sum(candidate.after < candidate.before for candidate in self.affected)
        found.add(scores_changed(rose, fell, len(self.affected)), place)
        losers = [candidate.id for candidate in self.affected if candidate.loses]
        if losers:
            more = f" and {len(losers) - MOST_NAMED} more" if len(losers) > MOST_NAMED else ""
            found.add(candidates_lose(len(losers), ", ".join(map(quoted, losers[:MOST_NAMED])) + more), place)

    def table(self) -> bytes:
        """Return changes.csv: the candidates affected, before and after."""
        file = StringIO(newline="")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        tick = self._key.tick
        for candidate in self.affected:
            numbers = (value * tick for value in candidate[1:])
            writer.writerow(
                [candidate.id, *(str(n.numerator) if n.denominator == 1 else repr(float(n)) for n in numbers)]
            )
        return file.getvalue().encode("utf-8")


@rule("G212", Severity.INFO)
def scores_changed(rose: int, fell: int, affected: int) -> Text:
    """Decisions of the rules file changed the key after the exam. changes.csv lists everybody whom they affect, before and after."""
    return Text(
        f"the decisions after the exam affect {affected} candidate{'' if affected == 1 else 's'}:"
        f" {rose} score{'' if rose == 1 else 's'} rose, {fell} fell",
        "see changes.csv for who they are",
    )


@rule("G213", Severity.WARNING)
def candidates_lose(count: int, names: str) -> Text:
    """Decisions after the exam leave these candidates a smaller share of the points than the quiz's own key gave them.

    Another key takes the point from those who had it, and a dropped question from those who had answered it rightly. With
    `never-lower = true` a response keeps what it had; full credit for everybody takes nothing from anybody.
    """
    lose = "candidate loses" if count == 1 else "candidates lose"
    return Text(
        f"{count} {lose} by the decisions after the exam: {names}",
        "set never-lower = true if nobody is to lose; changes.csv has before and after",
    )
