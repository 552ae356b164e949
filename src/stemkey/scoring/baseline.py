"""`--baseline results.json`: nobody has less than in an earlier run, whatever was decided since."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source
from stemkey.model import Quiz
from stemkey.scoring.reading import quoted
from stemkey.scoring.score import ScoredBatch

SCHEMA = 1
NAMED = 20
CLOSE = Fraction(1, 10**9)
"""How far a number of a JSON file may be from the exact one that it was written from, in ticks."""


class Earlier(NamedTuple):
    """A candidate's score of the earlier run."""

    score: Fraction
    points: Fraction


class Kept(NamedTuple):
    """A candidate who keeps an earlier score; in points."""

    id: str
    score: Fraction
    """Of this run."""
    kept: Fraction
    points: Fraction


@dataclass(slots=True)
class Baseline:
    """The scores of an earlier run, and who keeps theirs."""

    source: str
    scores: Mapping[str, Earlier]
    kept: list[Kept] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def restart(self) -> None:
        """Forget who came."""
        self.kept.clear()
        self._seen.clear()

    def applied_to(self, scored: ScoredBatch, tick: Fraction) -> ScoredBatch:
        """Return candidates with no score below their earlier one.

        Where the maximum is another one now, the share of the maximum is what is kept.
        """
        scores = list(scored.scores(tick))
        for row, name in enumerate(scored.batch.ids.tolist()):
            identifier = name.decode("utf-8", "replace")
            earlier = self.scores.get(identifier)
            if earlier is None:
                continue
            self._seen.add(identifier)
            points = int(scored.maxima[row]) * tick
            least = _exact(earlier.score, tick)
            if points != earlier.points:
                least = least * points / earlier.points if earlier.points else Fraction(0)
            if scores[row] < least:
                self.kept.append(Kept(identifier, scores[row], least, points))
                scores[row] = least
        return replace(scored, averages=tuple(scores))

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return (
            f"Nobody has less than in the earlier run {self.source}; where the maximum is another one now, the share of it is"
            " kept. Scores of questions and statistics are without this."
        )

    def report(self, found: Diagnostics, *, anonymous: bool) -> None:
        """Say who keeps an earlier score, and who has none any more."""
        place = Span(self.source, 1)
        missing = [identifier for identifier in self.scores if identifier not in self._seen]
        for names, said in (([kept.id for kept in self.kept], scores_kept), (missing, no_score_any_more)):
            if names:
                found.add(said(len(names), "" if anonymous else f": {_names(names)}"), place)


def _exact(score: Fraction, tick: Fraction) -> Fraction:
    """Return the number of ticks that a JSON file could only write as a decimal: 6.666666666666667 is 20/3."""
    ticks = score / tick
    near = round(ticks)
    return near * tick if abs(ticks - near) < CLOSE else score


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(map(quoted, listed[:NAMED])) + more


def read_baseline(source: Source, quiz: Quiz, found: Diagnostics) -> Baseline | None:
    """Return the scores of an earlier results.json; None, with a finding, where it is none or of another quiz."""
    place = Span(source.name, 1)
    try:
        results = json.loads(source.data.decode("utf-8"), parse_float=Fraction, parse_int=Fraction)
        scores = _scores(results)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found.add(baseline_unreadable("it is no results.json of stemkey with its candidates"), place)
        return None
    named = results["quiz"]["identifier"]
    if named != quiz.identifier:
        found.add(
            baseline_unreadable(f"it is of the quiz {quoted(str(named))}, and this one is {quoted(quiz.identifier)}"),
            place,
        )
        return None
    return Baseline(source.name, scores)


def _scores(results: Any) -> dict[str, Earlier]:
    if results["schema"] != SCHEMA:
        raise ValueError(results["schema"])
    scores = {str(one["id"]): Earlier(Fraction(one["score"]), Fraction(one["points"])) for one in results["candidates"]}
    if len(scores) < len(results["candidates"]):
        raise ValueError("ids that occur twice")
    return scores


@rule("G251", Severity.ERROR)
def baseline_unreadable(reason: str) -> Text:
    """The earlier run cannot be used, so nobody's earlier score could be kept, and nothing is graded.

    `--baseline` takes the results.json of an earlier run of the same quiz. One of more than 20,000 candidates does not list them.
    """
    return Text(f"the earlier run cannot be used: {reason}", "give the results.json that stemkey wrote for this quiz")


@rule("G252", Severity.INFO)
def scores_kept(count: int, names: str) -> Text:
    """These candidates would have less now than in the earlier run, and keep what they had.

    The report lists them with both scores.
    """
    keep = "candidate keeps an earlier score" if count == 1 else "candidates keep their earlier scores"
    return Text(f"{count} {keep}{names}", None)


@rule("G253", Severity.WARNING)
def no_score_any_more(count: int, names: str) -> Text:
    """These candidates had a score in the earlier run and have none now: their rows are missing, refused, or have another id.

    Nobody is graded without a row; look at each of them.
    """
    have = "candidate of the earlier run has" if count == 1 else "candidates of the earlier run have"
    return Text(f"{count} {have} no score now{names}", "look at their rows and ids")
