"""Scales that depend on the class: what everybody's scores make of a curve or a pass mark, said with its numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.model import Cardinality, ChoiceInteraction
from stemkey.scoring.answer_key import AnswerKey, ItemKey
from stemkey.scoring.grades import HUNDRED, WORDS, Cohen, GradeScale, Quantile, Sliding, number, root

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Result:
    """One candidate's final score."""

    id: str
    score: Fraction
    points: Fraction

    @property
    def percent(self) -> Fraction:
        """Score over points, 0 to 100; only of candidates with points to earn."""
        return 100 * self.score / self.points


def settled(
    scale: GradeScale, results: Iterable[Result], key: AnswerKey, place: Place, found: Diagnostics
) -> GradeScale | None:
    """Return a scale with what the class makes of it, in numbers; None, reported, where the class makes nothing of it.

    `results` are the candidates of the class: graded, and with a score that is final.
    """
    class_ = [result for result in results if result.points]
    strangers = sorted((scale.sliding.repeaters if scale.sliding else frozenset()) - {result.id for result in class_})
    if strangers:
        found.add(repeaters_not_in_class(", ".join(f"'{name}'" for name in strangers[:10])), place)
    try:
        for step in (_with_curve, _with_cohen, _with_sliding):
            scale = step(scale, class_, key)
    except _UndefinedError as reason:
        found.add(no_grades_of_class(str(reason)), place)
        return None
    return scale


class _UndefinedError(ValueError):
    """Why a number of the class is not defined, as the end of a sentence."""


def _with_curve(scale: GradeScale, class_: Sequence[Result], _: AnswerKey) -> GradeScale:
    percents = [result.percent for result in class_]
    if scale.curve == "top":
        best = max(percents, default=NOTHING)
        if best <= 0:
            raise _UndefinedError("nobody has more than 0 points, so the best score cannot become 100 %")
        said = f"The highest of {len(class_)} scores is {number(best)} %; every per cent is multiplied by {number(HUNDRED / best)}."
        return replace(scale, curve="linear", factor=HUNDRED / best, add=NOTHING, found=(*scale.found, said))
    if scale.curve == "mean-sd":
        mean = _mean(percents)
        sd = standard_deviation(percents, at_least_two=scale.divisor == "n-1")
        if not sd:
            raise _UndefinedError("everybody has the same score, so the scores have no standard deviation to scale by")
        said = f"The mean of {len(class_)} scores is {number(mean)} %, their standard deviation (divisor {scale.divisor}) {number(sd)} %."
        factor = scale.sd / sd
        return replace(scale, curve="linear", factor=factor, add=scale.mean - factor * mean, found=(*scale.found, said))
    return scale


def _mean(values: Sequence[Fraction]) -> Fraction:
    if not values:
        raise _UndefinedError("nobody has a final score, so the class has no mean")
    return sum(values, NOTHING) / len(values)


def standard_deviation(values: Sequence[Fraction], *, at_least_two: bool) -> Fraction:
    """Return the standard deviation, with the divisor n − 1 (`at_least_two`) or n."""
    divisor = len(values) - 1 if at_least_two else len(values)
    if divisor < 1:
        raise _UndefinedError("fewer than two candidates have a final score, so there is no standard deviation")
    mean = _mean(values)
    return root(sum(((value - mean) ** 2 for value in values), NOTHING) / divisor)


def _with_cohen(scale: GradeScale, class_: Sequence[Result], key: AnswerKey) -> GradeScale:
    cohen = scale.cohen
    if cohen is None:
        return scale
    exact = replace(scale, rounding="none")
    percents = [exact.percent(result.score, result.points) for result in class_]
    if not percents:
        raise _UndefinedError("nobody has a final score, so there are no best candidates")
    top = quantile(percents, cohen.percentile / 100, cohen.quantile)
    guess = guessed_percent(key) if cohen.guessing else NOTHING
    mark = cohen_mark(cohen, top, guess)
    formula = (
        f"{number(cohen.share)} % of ({number(top)} − {number(guess)}) + {number(guess)}"
        if guess
        else f"{number(cohen.share)} % of it"
    )
    guessing = (
        f" Blind guessing earns {number(guess)} % (the mean credit of the choices of questions with one to take, 0 for others)."
        if cohen.guessing
        else " What guessing earns is not left out."
    )
    said = (
        f"Cohen's pass mark: the {number(cohen.percentile)}th percentile of {len(percents)} scores ({WORDS[cohen.quantile]}) is"
        f" {number(top)} %; passed from {formula} = {number(mark)} %.{guessing}"
    )
    return replace(scale, passing=mark, cohen=None, found=(*scale.found, said))


def cohen_mark(cohen: Cohen, top: Fraction, guess: Fraction) -> Fraction:
    """Return the pass mark: a share of the best score, of what lies above guessing in both."""
    return cohen.share / 100 * (top - guess) + guess


def quantile(values: Sequence[Fraction], share: Fraction, kind: Quantile) -> Fraction:
    """Return the value below which a share of all lies.

    `linear` interpolates at the place 1 + (n − 1) share (R's type 7, Excel's PERCENTILE.INC); `lowest-of-best` is the lowest
    among the best 1 − share of all, at least one.
    """
    ordered = sorted(values)
    if kind == "lowest-of-best":
        best = max(int((1 - share) * len(ordered)), 1)
        return ordered[-best]
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def guessed_percent(key: AnswerKey) -> Fraction:
    """Return the per cent that blind guessing earns on average, with questions of which one choice is to be taken."""
    counted = [item for item in key.items if not item.bonus and not item.dropped and item.gradable]
    whole = sum(item.ticks for item in counted)
    return 100 * sum((_guessed(item) for item in counted), NOTHING) / whole if whole else NOTHING


def _guessed(item: ItemKey) -> Fraction:
    only = item.item.interactions[0]
    if (
        len(item.item.interactions) != 1
        or not isinstance(only, ChoiceInteraction)
        or only.cardinality is Cardinality.MULTIPLE
    ):
        return NOTHING
    return max(Fraction(sum(item.judge(label).ticks for label in item.labels), len(item.labels)), NOTHING)


def _with_sliding(scale: GradeScale, class_: Sequence[Result], _: AnswerKey) -> GradeScale:
    sliding, fixed = scale.sliding, scale.passing
    if sliding is None or fixed is None:
        return scale
    exact = replace(scale, rounding="none")
    first = [exact.percent(result.score, result.points) for result in class_ if result.id not in sliding.repeaters]
    if not first:
        raise _UndefinedError("nobody took the exam for the first time, so there is no mean to slide with")
    mark = sliding_mark(sliding, fixed, _mean(first))
    said = (
        f"Sliding pass mark: the mean of {len(first)} candidates who took it for the first time is {number(_mean(first))} %,"
        f" and {number(100 - sliding.below)} % of it are {number(_mean(first) * (1 - sliding.below / 100))} %. Passed from {number(fixed)} % or from that,"
        f" but not below {number(sliding.anchor)} %: from {number(mark)} %."
    )
    return replace(scale, passing=mark, sliding=None, found=(*scale.found, said))


def sliding_mark(sliding: Sliding, fixed: Fraction, mean: Fraction) -> Fraction:
    """Return the pass mark: the fixed one, or less where the mean less a share of it is less, down to the anchor."""
    return min(fixed, max(mean * (1 - sliding.below / 100), sliding.anchor))


@rule("G261", Severity.ERROR)
def no_grades_of_class(reason: str) -> Text:
    """The grade scale depends on the class, and the class gives no number for it, so nobody has a grade.

    The scores are right and in every report; only the column of grades is empty.
    """
    return Text(f"there are no grades: {reason}", "choose a curve or a pass mark that does not depend on the class")


@rule("G262", Severity.WARNING)
def repeaters_not_in_class(names: str) -> Text:
    """The scale names candidates who repeat the exam, and some of them are not among those with a final score.

    A mistyped id leaves a repeater in the mean of those who took the exam for the first time, and moves the pass mark.
    """
    return Text(f"these repeaters are not among the candidates with a final score: {names}", "correct their ids")
