"""Why some numbers are empty: one finding for each reason, with all the items it concerns."""

from collections.abc import Sequence

from stemkey.analysis.groups import SMALLEST_TAIL, TAIL
from stemkey.analysis.item_analysis import ItemStatistics, TestStatistics
from stemkey.analysis.item_statistics import ItemCounts
from stemkey.analysis.tally import Tally
from stemkey.diagnostics import Diagnostics, Severity, Text, rule

SMALL_CLASS = 30
MOST_NAMED = 12


def explain(
    tally: Tally,
    items: Sequence[ItemStatistics],
    test: TestStatistics,
    scored: Sequence[ItemCounts],
    found: Diagnostics,
) -> None:
    """Report why statistics are undefined, and who is not counted in them."""
    known = tally.candidates - tally.candidates_apart
    graded = {counts.item.number for counts in scored}
    waiting = [item.number for item in items if item.number not in graded]
    if waiting:
        found.add(items_without_statistics(questions(waiting)))
    if not scored:
        return
    if tally.candidates_apart:
        found.add(candidates_without_total(tally.candidates_apart, tally.candidates))
    if tally.candidates_missed:
        found.add(different_items(tally.candidates_missed))
    if known < 2:
        found.add(too_few_candidates(known))
        return
    if known < SMALL_CLASS:
        found.add(small_class(known))
    if test.standard_deviation == 0:
        found.add(totals_do_not_vary(known))
    _explain_items([item for item in items if item.number in graded], known, found)
    _explain_test(test, known, found)


def _explain_items(items: Sequence[ItemStatistics], known: int, found: Diagnostics) -> None:
    pointless = [item.number for item in items if item.points == 0]
    if pointless:
        found.add(items_without_points(questions(pointless)))
    never = [item.number for item in items if item.n == 0]
    if never:
        found.add(items_not_given(questions(never)))
    constant = [item.number for item in items if item.n and item.points and item.standard_deviation == 0]
    if constant:
        found.add(scores_do_not_vary(questions(constant)))
    restless = [item.number for item in items if item.item_rest is None and item.item_total is not None]
    if restless:
        found.add(rest_does_not_vary(questions(restless)))
    if known * TAIL < SMALLEST_TAIL:
        found.add(tails_too_small(known))
    untaken = [
        f"{item.number} {choice.label}" for item in items for choice in item.choices if choice.count in {0, item.n}
    ]
    if untaken:
        found.add(choices_do_not_vary(_some(untaken)))


def _explain_test(test: TestStatistics, known: int, found: Diagnostics) -> None:
    if test.items == 1:
        found.add(one_item())
    if test.items == 2:
        found.add(two_items())
    if known < 4:
        found.add(too_few_for_shape(known))


def questions(numbers: Sequence[str]) -> str:
    """Return `question 3` or `questions 3, 5, 7`."""
    return f"question{'s' if len(numbers) > 1 else ''} {_some(numbers)}"


def _some(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"


@rule("A101", Severity.INFO)
def too_few_candidates(known: int) -> Text:
    """Spread, correlations and reliability compare candidates, so they need at least two.

    The fields are empty (null), not 0. Facility and counts are still given.
    """
    return Text(f"{known} candidate(s) with a known total: spread, correlations and reliability are undefined")


@rule("A102", Severity.INFO)
def scores_do_not_vary(which: str) -> Text:
    """Everybody has the same score on the item, so it cannot be correlated with anything.

    The correlations are empty (null). The item stays in alpha, which psych would silently drop.
    """
    return Text(f"everybody has the same score on {which}, so the correlations are undefined")


@rule("A103", Severity.INFO)
def totals_do_not_vary(known: int) -> Text:
    """All candidates have the same total score, so nothing can be correlated with it and alpha is undefined.

    In a small or very strong class this can be as it should be; look at the mean.
    """
    return Text(f"all {known} candidates have the same total score: correlations and alpha are undefined")


@rule("A104", Severity.INFO)
def one_item() -> Text:
    """Alpha compares the items of a test with each other, so one item has none; neither has it a rest score.

    Both are empty (null) then, and so is the standard error of measurement.
    """
    return Text("the test has one item that a program can grade: alpha and item-rest correlation are undefined")


@rule("A105", Severity.WARNING)
def different_items(missed: int) -> Text:
    """Some candidates were not given every item, so total scores cannot be compared and alpha is undefined.

    It happens with random draws from a pool and with `--allow-missing`. An item's own statistics are of the candidates
    who were given it; their correlations are with totals over different items, so read them with care.
    """
    return Text(f"{missed} candidates were not given every item: totals are not comparable and alpha is undefined")


@rule("A106", Severity.WARNING)
def candidates_without_total(apart: int, candidates: int) -> Text:
    """A response that cannot be read leaves the candidate's total unknown.

    Such candidates count in n, answered, facility and choice counts, not in correlations, the discrimination index, alpha,
    nor the distribution of the scores, where a wrong total would distort everybody's numbers.
    """
    return Text(
        f"{apart} of {candidates} candidates have a response that could not be read; "
        "correlations, alpha and the distribution of scores leave them out",
        "mend the cells that are listed, and grade again",
    )


@rule("A107", Severity.INFO)
def items_without_statistics(which: str) -> Text:
    """A program cannot grade these items, so they have counts but no statistics, and totals are without them.

    Essays and uploads are such items, and those that a rules file dropped.
    """
    return Text(f"{which}: no statistics, because no program can grade it or it was dropped")


@rule("A108", Severity.INFO)
def tails_too_small(known: int) -> Text:
    """The discrimination index compares the upper and lower 27 %; below 15 candidates that is fewer than four people each.

    The item-rest correlation says the same with every candidate's help; look at it instead.
    """
    return Text(f"{known} candidates are too few for the discrimination index, which compares the upper and lower 27 %")


@rule("A109", Severity.INFO)
def two_items() -> Text:
    """Without one of two items there is one left, and one item has no alpha.

    Alpha of the whole test is given, and says little with two items.
    """
    return Text("the test has two items: alpha if deleted is undefined")


@rule("A110", Severity.INFO)
def too_few_for_shape(known: int) -> Text:
    """Skewness needs three candidates and kurtosis four (type 2, as in SAS, SPSS, Excel and Moodle).

    Both are empty (null) below that.
    """
    return Text(f"{known} candidates are too few for skewness or kurtosis")


@rule("A111", Severity.INFO)
def items_without_points(which: str) -> Text:
    """Facility is the mean score over the item's points, and these items have none.

    Their counts and choices are given; correlations need scores that differ.
    """
    return Text(f"{which}: worth 0 points, so facility is undefined")


@rule("A112", Severity.WARNING)
def items_not_given(which: str) -> Text:
    """No candidate was given these items, so nothing can be said about them.

    Either the sheet has no column for them, or nobody drew them from their pool.
    """
    return Text(f"{which}: given to nobody")


@rule("A113", Severity.INFO)
def rest_does_not_vary(which: str) -> Text:
    """Without the item, everybody has the same score, so its correlation with the rest is undefined.

    The item-total correlation is given; it is the item with itself.
    """
    return Text(f"without {which}, everybody has the same score: the item-rest correlation is undefined")


@rule("A114", Severity.INFO)
def choices_do_not_vary(which: str) -> Text:
    """A choice that nobody or everybody took cannot be correlated with anything; its point-biserial is empty.

    A distractor that nobody took is flagged as well (A206).
    """
    return Text(f"taken by nobody or everybody, so without a point-biserial: {which}")


@rule("A116", Severity.INFO)
def small_class(known: int) -> Text:
    """With fewer than 30 candidates, correlations can be off by a third or more, by chance alone.

    With n = 30, an observed correlation of .20 has the 95 % interval -.17 to +.52. Flags say `uncertain` where this matters.
    """
    return Text(f"{known} candidates: correlations of so small a class are uncertain")
