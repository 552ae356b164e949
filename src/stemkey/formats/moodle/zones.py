"""Drag and drop onto a picture: which thing belongs into which zone, under the names that Moodle's reports use.

Where a zone lies in the picture is of no account here: reports do not show where something was dropped, but into which
zone (words and pictures), or which zones were hit (markers).
"""

from typing import TYPE_CHECKING

from stemkey.formats.moodle.formulas import FormulaError
from stemkey.formats.moodle.reading import Question, Reading
from stemkey.model import Clone, Content, MatchInteraction, MatchPair, MatchTarget

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST = 200
"""Zones, and things to drag, that people draw by hand."""


def picture_clones(question: Question, reading: Reading) -> tuple[Clone, ...]:
    """Return what belongs into the zones of a picture, from a list in which every thing has a number."""
    names = {
        number: _name(number, drag, "Item", reading) for number, drag in _numbered(question, "drag", reading).items()
    }
    zones = {
        number: (_name(number, drop, "Drop zone", reading), _choice(drop))
        for number, drop in _numbered(question, "drop", reading).items()
    }
    return _clone(zones, names)


def marker_clones(question: Question, reading: Reading) -> tuple[Clone, ...]:
    """Return which marker belongs into which zone.

    Moodle divides the zones that were hit by the number of zones, or of the markers on the picture if these are more,
    and its reports do not show the others. So only where there cannot be more markers than zones can this be graded.
    """
    drags = _numbered(question, "drag", reading)
    drops = _numbered(question, "drop", reading)
    if sum(_copies(drag) for drag in drags.values()) > len(drops):
        return ()
    names = {number: reading.content(drag) for number, drag in drags.items()}
    zones = {number: (Content(f"Drop zone {number}"), _choice(drop)) for number, drop in drops.items()}
    return _clone(zones, names)


def _clone(zones: dict[int, tuple[Content, int]], names: dict[int, Content]) -> tuple[Clone, ...]:
    if not zones or not all(choice in names for _, choice in zones.values()):
        raise FormulaError("has a zone without the thing that belongs there")
    if any(not name or "{" in name or "}" in name for name in (*names.values(), *(name for name, _ in zones.values()))):
        raise FormulaError("has names with braces, which reports put around names")
    return (
        Clone(
            interaction=MatchInteraction(
                pairs=tuple(
                    MatchPair(identifier=str(number), source=name, target=f"t{choice}")
                    for number, (name, choice) in zones.items()
                ),
                targets=tuple(MatchTarget(identifier=f"t{number}", content=name) for number, name in names.items()),
            )
        ),
    )


def _numbered(question: Question, tag: str, reading: Reading) -> dict[int, "_Element"]:
    """Return the zones or the things to drag by their numbers, in the order of these."""
    parts = [part for part in question.parts if part.tag == tag]
    numbers = [_whole(part, "no") for part in parts]
    if len(set(numbers)) < len(numbers) or 0 in numbers or len(parts) > _MOST:
        raise FormulaError("has zones whose numbers are not known")
    return dict(sorted(zip(numbers, parts, strict=True), key=lambda entry: entry[0]))


def _whole(part: "_Element", tag: str) -> int:
    text = next(((child.text or "").strip() for child in part if child.tag == tag), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _choice(drop: "_Element") -> int:
    return _whole(drop, "choice")


def _copies(drag: "_Element") -> int:
    """Return how many of a marker can be put on the picture; a great many where that is not limited."""
    is_infinite = any(child.tag == "infinite" for child in drag)
    return _MOST + 1 if is_infinite or not _whole(drag, "noofdrags") else _whole(drag, "noofdrags")


def _name(number: int, part: "_Element", word: str, reading: Reading) -> Content:
    """Return what reports call a zone or a thing: its number and its label, or a word of the language and its number."""
    label = reading.clean(reading.text(part), "html", part).strip()
    return Content(f"{number}. {label}" if label else f"{word} {number}")
