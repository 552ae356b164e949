"""Rules of the whole test: blanks that are cancelled, points that suffice, no total below a floor or above the maximum.

Statistics are of the totals as their items add up; what is done here shows in scores, grades and gradebooks.
"""

from dataclasses import replace

import numpy as np

from stemkey.scoring.answer_key import AnswerKey, Status
from stemkey.scoring.score import ScoredBatch

_BLANK = frozenset({Status.OMITTED, Status.NOT_REACHED})


def with_maximum(scored: ScoredBatch, key: AnswerKey) -> ScoredBatch:
    """Return candidates with the maximum that the rules of the whole test give them."""
    if key.cancel_blanks:
        scored = _with_blanks_cancelled(scored, key)
    if key.sufficient is not None:
        scored = replace(scored, maxima=np.full(len(scored), int(key.sufficient / key.tick), np.int64))
    return scored


def _with_blanks_cancelled(scored: ScoredBatch, key: AnswerKey) -> ScoredBatch:
    """Return candidates without their first blanks, those of the most points first (AMC's `allowempty`).

    What a blank earned (AMC's `v`) goes with it.
    """
    left = np.full(len(scored), key.cancel_blanks)
    maxima, earned = scored.maxima.copy(), np.zeros(len(scored), np.int64)
    counted = [(c, i) for c, i in zip(scored.columns, key.items, strict=True) if not i.bonus and not i.dropped]
    for column, item in sorted(counted, key=lambda pair: -pair[1].ticks):
        blank = np.array([judgement.status in _BLANK for judgement in column.judgements], bool)[column.codes]
        hit = blank & (left > 0)
        left -= hit
        maxima -= hit * item.ticks
        earned += hit * np.array([judgement.ticks for judgement in column.judgements], np.int64)[column.codes]
    if not earned.any():
        return replace(scored, maxima=maxima)
    scores = tuple(total * key.tick for total in (scored.totals - earned).tolist())
    return replace(scored, maxima=maxima, averages=scores)


def within_limits(scored: ScoredBatch, key: AnswerKey) -> ScoredBatch:
    """Return candidates with no score above the maximum and none below the floor, where the rules say so."""
    if key.floor is None and not key.cap:
        return scored
    scores = scored.scores(key.tick)
    if key.cap:
        highest = (maximum * key.tick for maximum in scored.maxima.tolist())
        scores = tuple(min(score, most) for score, most in zip(scores, highest, strict=True))
    if key.floor is not None:
        scores = tuple(max(score, key.floor) for score in scores)
    return replace(scored, averages=scores)
