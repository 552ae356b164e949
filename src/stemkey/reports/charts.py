"""The pictures of a report as data: what is counted, over which axes, and what the picture says in words."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from stemkey.analysis.flags import EASY, HARD, WEAK
from stemkey.analysis.item_analysis import ItemStatistics, TestStatistics
from stemkey.reports.decimals import counted, exact, shown
from stemkey.reports.document import Axis, Chart, ChartKind, Kind, Point, Series, Zone

MINOR_FLAGS = frozenset({"A206"})
"""Said of a single distractor, and of most questions of a small class: no reason to call a question doubtful."""

MAXIMUM_BARS = 25
_STEPS = tuple(Fraction(step, 100) for step in (10, 25, 50)) + tuple(
    Fraction(step * 10**power) for power in range(9) for step in (1, 2, 5)
)


def score_histogram(test: TestStatistics) -> Chart | None:
    """Return how many candidates have which score; None where there is no score."""
    if not test.distribution:
        return None
    lowest, highest = test.distribution[0][0], test.distribution[-1][0]
    low, high = min(lowest, Fraction(0)), max(highest, test.points)
    step = _bar_width(high - low)
    whole = all((score / step).denominator == 1 for score, _ in test.distribution)
    bars = _value_bars(test, low, high, step) if whole else _range_bars(test, low, high, step)
    tallest = max(point.y or 0 for point in bars)
    half = float(step) / 2
    return Chart(
        name="scores",
        kind=ChartKind.HISTOGRAM,
        title="How the scores are spread",
        description=_histogram_words(test),
        x=Axis(
            title="Score (points)",
            low=bars[0].x - half,
            high=bars[-1].x + half,
            ticks=_every(tuple(point.x - (0 if whole else half) for point in bars), 13),
        ),
        y=_count_axis("Candidates", tallest),
        series=(Series(name="Candidates", points=bars),),
        width=float(step),
    )


def _bar_width(extent: Fraction) -> Fraction:
    """Return the smallest round width that keeps the bars few; whole points, except on the shortest of tests."""
    smallest = Fraction(1) if extent >= 4 else _STEPS[0]
    return next((step for step in _STEPS if step >= smallest and extent / step <= MAXIMUM_BARS), _STEPS[-1])


def _value_bars(test: TestStatistics, low: Fraction, high: Fraction, step: Fraction) -> tuple[Point, ...]:
    """Return a bar for each possible score."""
    counts = dict(test.distribution)
    first, last = floor(low / step), ceil(high / step)
    return tuple(
        Point(float(step * index), counts.get(step * index, 0), f"{exact(step * index)}")
        for index in range(first, last + 1)
    )


def _range_bars(test: TestStatistics, low: Fraction, high: Fraction, step: Fraction) -> tuple[Point, ...]:
    """Return a bar for each range of scores; a score at a boundary counts above it, the highest in the last."""
    first, last = floor(low / step), max(ceil(high / step) - 1, floor(low / step))
    counts = dict.fromkeys(range(first, last + 1), 0)
    for score, count in test.distribution:
        counts[min(floor(score / step), last)] += count
    return tuple(
        Point(
            float(step * index + step / 2),
            count,
            f"{exact(step * index)} to {'' if index == last else 'under '}{exact(step * (index + 1))}",
        )
        for index, count in counts.items()
    )


def _histogram_words(test: TestStatistics) -> str:
    mode = max(test.distribution, key=lambda entry: entry[1])
    return (
        f"Scores of {test.candidates:,} candidates from {shown(test.minimum, Kind.SCORE)} to"
        f" {shown(test.maximum, Kind.SCORE)} points; mean {shown(test.mean, Kind.SCORE)},"
        f" median {shown(test.median, Kind.SCORE)}; most frequent score {exact(mode[0])} ({mode[1]:,} candidates)."
    )


def difficulty_picture(items: Sequence[ItemStatistics]) -> Chart | None:
    """Return the items by how hard they are and how well they discriminate; None where no item has both numbers."""
    points = tuple(
        Point(item.facility, item.item_rest, item.number, is_doubtful(item))
        for item in items
        if item.facility is not None and item.item_rest is not None
    )
    if not points:
        return None
    heights = [point.y for point in points if point.y is not None]
    low = floor(min(*heights, -0.1) * 5) / 5
    high = ceil(max(*heights, 0.5) * 5) / 5
    left, right = min(0.0, *(point.x for point in points)), 1.0
    return Chart(
        name="difficulty",
        kind=ChartKind.SCATTER,
        title="Difficulty and discrimination",
        description=_picture_words(items, len(points)),
        x=Axis(title="Facility: hard to easy", low=left, high=right, ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        y=Axis(
            title="Item-rest correlation",
            low=low,
            high=high,
            ticks=tuple(step / 5 for step in range(round(low * 5), round(high * 5) + 1)),
        ),
        series=(Series(name="Questions", points=points),),
        zones=(
            Zone(title="too hard", x=(left, HARD), y=(WEAK, high)),
            Zone(title="too easy", x=(EASY, right), y=(WEAK, high)),
            Zone(title="weak", x=(left, right), y=(0.0, WEAK)),
            Zone(title="weak candidates do better", x=(left, right), y=(low, 0.0)),
        ),
    )


def is_doubtful(item: ItemStatistics) -> bool:
    """Whether a flag says something about the question as a whole."""
    return not MINOR_FLAGS.issuperset(item.flags)


def _picture_words(items: Sequence[ItemStatistics], drawn: int) -> str:
    flagged = [item.number for item in items if is_doubtful(item)]
    missing = len(items) - drawn
    return (
        f"{counted(drawn, 'question')} by facility (across) and item-rest correlation (up)."
        f" {'Flagged: ' + listed(flagged) + '.' if flagged else 'No question is flagged.'}"
        + (f" {counted(missing, 'question')} without these numbers are not drawn." if missing else "")
    )


FIFTHS = ("weakest fifth", "second fifth", "middle fifth", "fourth fifth", "strongest fifth")


def option_trace(item: ItemStatistics) -> Chart | None:
    """Return the share of each option among weak to strong candidates; None where the class is too small for it."""
    if not item.trace:
        return None
    names = [*(choice.label for choice in item.choices), "omitted"]
    keys = [*(choice.key for choice in item.choices), False]
    series = tuple(
        Series(
            name=name,
            key=key,
            points=tuple(Point(index + 1, share, FIFTHS[index]) for index, share in enumerate(shares)),
        )
        for name, key, shares in zip(names, keys, item.trace, strict=True)
        if name != "omitted" or any(shares)
    )
    return Chart(
        name=f"trace-{item.number}",
        kind=ChartKind.TRACE,
        title=f"Question {item.number}: who chose what",
        description=_trace_words(series),
        x=Axis(title="Weakest fifth to strongest fifth", low=1, high=5, ticks=(1, 2, 3, 4, 5)),
        y=Axis(title="Share", low=0, high=1, ticks=(0.0, 0.5, 1.0)),
        series=series,
    )


def _trace_words(series: Sequence[Series]) -> str:
    parts = [
        f"{line.name}{' (key)' if line.key else ''} from {shown(line.points[0].y, Kind.PROPORTION)}"
        f" to {shown(line.points[-1].y, Kind.PROPORTION)}"
        for line in series
    ]
    return f"Share of each option among the weakest and the strongest fifth of the candidates: {'; '.join(parts)}."


def _count_axis(title: str, tallest: float) -> Axis:
    step = next(step for step in _STEPS if step >= 1 and tallest / step <= 6)
    top = ceil(Fraction(tallest) / step) * step
    return Axis(
        title=title, low=0, high=float(top), ticks=tuple(float(step * index) for index in range(int(top / step) + 1))
    )


def _every(values: tuple[float, ...], at_most: int) -> tuple[float, ...]:
    return values[:: ceil(len(values) / at_most)]


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: `3, 7 and 9`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
