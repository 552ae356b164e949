"""What decisions after the exam did: every candidate's score before and after."""

import csv
from io import StringIO
from typing import NamedTuple

import numpy as np

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.scoring.answer_key import AnswerKey
from stemkey.scoring.score import ScoredBatch, score

COLUMNS = ("id", "score_before", "points_before", "score", "points")


class Affected(NamedTuple):
    """One candidate whose score or maximum changed; numbers in ticks."""

    id: str
    before: int
    points_before: int
    after: int
    points: int


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
        before = score(scored.batch, self._before)
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
        f"the decisions after the exam raise {rose} scores and lower {fell}; they affect {affected} candidates",
        "see changes.csv for who they are",
    )
