"""Where the marks of a chart go: shares of the width, pixels of the height.

A picture is as wide as its place on the page, a phone's 320 pixels or a desk's 600, and its letters keep their size.
So everything across is a percentage, everything up and down is in pixels.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from stemkey.reports.decimals import exact, shown
from stemkey.reports.document import Axis, Chart, Kind, Point

NOMINAL_WIDTH = 460
"""Pixels; where labels would meet is judged at this width."""


class Tick(NamedTuple):
    """A mark on an axis."""

    at: float
    text: str


class Box(NamedTuple):
    """A bar or a region."""

    x: float
    width: float
    y: float
    height: float
    text: str
    value: str = ""


class Dot(NamedTuple):
    """A point and where its number stands."""

    x: float
    y: float
    dx: float
    dy: float
    anchor: str
    text: str
    words: str
    flagged: bool


class Line(NamedTuple):
    """A line from point to point; `pieces` are x1, y1, x2, y2."""

    text: str
    key: bool
    dash: int
    pieces: tuple[tuple[float, float, float, float], ...]
    ends: tuple[tuple[float, float], ...]
    label_y: float


class Drawing(NamedTuple):
    """A chart, ready to be drawn."""

    chart: Chart
    height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    boxes: tuple[Box, ...] = ()
    zones: tuple[Box, ...] = ()
    dots: tuple[Dot, ...] = ()
    lines: tuple[Line, ...] = ()


def draw_histogram(chart: Chart, height: int = 220) -> Drawing:
    """Return the bars of a histogram."""
    half = chart.width / 2
    boxes = []
    for point in chart.series[0].points:
        left = _across(chart.x, point.x - half)
        top = _up(chart.y, point.y or 0, height)
        wide = _across(chart.x, point.x + half) - left
        boxes.append(Box(left + wide * 0.04, wide * 0.92, top, height - top, point.label, exact(point.y or 0)))
    ticks = tuple(Tick(_across(chart.x, tick), exact(tick)) for tick in chart.x.ticks)
    return Drawing(chart, height, ticks, _y_ticks(chart.y, height), boxes=tuple(boxes))


def draw_scatter(chart: Chart, height: int = 300) -> Drawing:
    """Return the points of a scatter plot with their numbers beside them, and the zones behind."""
    zones = tuple(
        Box(
            _across(chart.x, zone.x[0]),
            _across(chart.x, zone.x[1]) - _across(chart.x, zone.x[0]),
            _up(chart.y, zone.y[1], height),
            _up(chart.y, zone.y[0], height) - _up(chart.y, zone.y[1], height),
            zone.title,
        )
        for zone in chart.zones
    )
    points = [point for series in chart.series for point in series.points]
    ticks = tuple(Tick(_across(chart.x, tick), shown(tick, Kind.PROPORTION)) for tick in chart.x.ticks)
    return Drawing(
        chart, height, ticks, _y_ticks(chart.y, height), zones=zones, dots=tuple(_dots(chart, points, height))
    )


_PLACES = (
    (9, 4, "start"),
    (-9, 4, "end"),
    (0, -9, "middle"),
    (0, 18, "middle"),
    (8, -7, "start"),
    (-8, -7, "end"),
    (8, 15, "start"),
    (-8, 15, "end"),
)
_LETTER_WIDTH, _LETTER_HEIGHT = 8, 13


def _dots(chart: Chart, points: Sequence[Point], height: int) -> list[Dot]:
    """Return the points; each number goes where it covers least of what is there already."""
    taken = [_square(_pixels(chart, point, height)) for point in points]
    dots = []
    for point in points:
        x, y = _pixels(chart, point, height)
        boxes = [_label_box(x + dx, y + dy, anchor, point.label) for dx, dy, anchor in _PLACES]
        costs = [sum(_overlap(box, other) for other in taken) + _outside(box, height) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        dx, dy, anchor = _PLACES[best]
        words = f"Question {point.label}: facility {shown(point.x, Kind.PROPORTION)}, item-rest {shown(point.y, Kind.CORRELATION)}"
        dots.append(Dot(_across(chart.x, point.x), y, dx, dy, anchor, point.label, words, point.flagged))
    return dots


def _pixels(chart: Chart, point: Point, height: int) -> tuple[float, float]:
    return _across(chart.x, point.x) / 100 * NOMINAL_WIDTH, _up(chart.y, point.y or 0.0, height)


Rectangle = tuple[float, float, float, float]


def _square(centre: tuple[float, float]) -> Rectangle:
    x, y = centre
    return x - 5, y - 5, x + 5, y + 5


def _label_box(x: float, y: float, anchor: str, text: str) -> Rectangle:
    width = _LETTER_WIDTH * len(text)
    left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
    return left, y - _LETTER_HEIGHT + 2, left + width, y + 2


def _overlap(one: Rectangle, other: Rectangle) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _outside(box: Rectangle, height: int) -> float:
    return 1000.0 if box[0] < 0 or box[2] > NOMINAL_WIDTH or box[1] < 0 or box[3] > height else 0.0


def draw_trace(chart: Chart, height: int = 150) -> Drawing:
    """Return a line for each option, with its letter at the end."""
    lines = []
    labels = _spread([_up(chart.y, series.points[-1].y or 0.0, height) for series in chart.series], 13, height)
    for index, (series, label_y) in enumerate(zip(chart.series, labels, strict=True)):
        ends = [
            (_across(chart.x, point.x), _up(chart.y, point.y, height)) for point in series.points if point.y is not None
        ]
        pieces = tuple((*start, *end) for start, end in itertools.pairwise(ends))
        lines.append(Line(series.name, series.key, index % 6, pieces, tuple(ends), label_y))
    ticks = (Tick(0, "weakest fifth"), Tick(100, "strongest"))
    y_ticks = tuple(Tick(_up(chart.y, tick, height), shown(tick, Kind.PROPORTION)) for tick in chart.y.ticks)
    return Drawing(chart, height, ticks, y_ticks, lines=tuple(lines))


def _spread(places: Sequence[float], least: float, height: float) -> list[float]:
    """Return the places moved apart so that two labels never share a line, in the order they had."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    limit = height
    for index in reversed(order):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - least
    return moved


def _across(axis: Axis, value: float) -> float:
    return round(100 * (value - axis.low) / (axis.high - axis.low), 3)


def _up(axis: Axis, value: float, height: int) -> float:
    return round(height * (1 - (value - axis.low) / (axis.high - axis.low)), 2)


def _y_ticks(axis: Axis, height: int) -> tuple[Tick, ...]:
    return tuple(Tick(_up(axis, tick, height), exact(round(tick, 6)).replace("-", "\u2212")) for tick in axis.ticks)
