"""What Moodle's report says of questions that a quiz keeps whole: which clone a candidate had, which zone got what."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from stemkey.model import (
    AcceptedNumber,
    ChoiceInteraction,
    ForeignInteraction,
    Item,
    MatchInteraction,
    TextEntryInteraction,
)
from stemkey.scoring.answer_key import Status
from stemkey.scoring.responses import JOINER, read_response
from stemkey.scoring.spelling import fold, spellings
from stemkey.sheets.table import Drawn, Response, Typed

_COMMA = re.compile(r"(?<=\d),(?=\d)")
_BETWEEN = "} -> {"
_OPENING = re.compile(r"^[\s.]*\{")
_ZONE = re.compile(r"\{([^{}]*)\}")
_NO_DIGITS = r"[^{}\d]*"


def foreign_of(item: Item) -> ForeignInteraction | None:
    """Return an item's interaction where it is one that is kept whole and can be graded."""
    only = item.interactions[0] if len(item.interactions) == 1 else None
    return only if isinstance(only, ForeignInteraction) and only.clones else None


def with_points(text: str) -> str:
    """Return a text with the decimal commas of its numbers as points."""
    return _COMMA.sub(".", text)


# ---- which clone ---------------------------------------------------------------------------------


class CloneFinder:
    """Tells from the text of a question in the report which clone of an item a candidate had."""

    def __init__(self, item: Item, foreign: ForeignInteraction, after_stem: re.Pattern[str]) -> None:
        self._after_stem = after_stem
        self._known: dict[str, int | None] = {}
        self._stems = _forms([clone.body or item.body for clone in foreign.clones])
        self._interactions = [clone.interaction for clone in foreign.clones]
        self._pairs = [_sources(clone.interaction) for clone in foreign.clones]

    def find(self, text: str) -> int | None:
        """Return the index of the clone that a text asks; None where there is none, or several with different keys."""
        if text not in self._known:
            self._known[text] = self._find(fold(text))
        return self._known[text]

    def _find(self, text: str) -> int | None:
        found = self._by_stem(text, self._stems)
        if not found:
            found = self._by_stem(with_points(text), [(with_points(form), index) for form, index in self._stems])
        indexes = {index for _, index in found}
        if len(indexes) > 1 and any(self._pairs):
            indexes = {index for form, index in found if self._has_pairs(text[len(form) :], index)}
        different = {self._interactions[index]: index for index in sorted(indexes, reverse=True)}
        return next(iter(different.values())) if len(different) == 1 else None

    def _by_stem(self, text: str, stems: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        fitting = [
            (form, index) for form, index in stems if text.startswith(form) and self._after_stem.match(text, len(form))
        ]
        longest = max((len(form) for form, _ in fitting), default=0)
        return [(form, index) for form, index in fitting if len(form) == longest]

    def _has_pairs(self, rest: str, clone: int) -> bool:
        """Whether what follows a stem, ` {source; source} -> {…}`, lists the sources of a clone, in any order."""
        listed = sorted(_parts(_OPENING.sub("", rest.partition(_BETWEEN)[0])))
        return bool(self._pairs[clone]) and any(sorted(parts) == listed for parts in self._pairs[clone])


def _forms(contents: Iterable[str]) -> list[tuple[str, int]]:
    """Return each spelling of each content once, with the content's index."""
    forms = {
        (fold(form), index): None for index, content in enumerate(contents) for form in spellings(content) if fold(form)
    }
    return list(forms)


def _parts(text: str) -> Iterator[str]:
    return (fold(part) for part in text.split(";") if part.strip())


def _sources(interaction: ChoiceInteraction | MatchInteraction | TextEntryInteraction) -> list[list[str]]:
    """Return what the sources of a matching may be called, in each way to spell them all."""
    if not isinstance(interaction, MatchInteraction):
        return []
    spelled = [spellings(pair.source) for pair in interaction.pairs]
    ways = max(len(forms) for forms in spelled)
    return [[part for forms in spelled for part in _parts(forms[min(way, len(forms) - 1)])] for way in range(ways)]


# ---- what went where -----------------------------------------------------------------------------


def foreign_converter(foreign: ForeignInteraction, decimal: str | None) -> Callable[[str], str]:
    """Return how a cell of the report becomes a response to a question that is kept whole."""
    first = foreign.clones[0].interaction
    if isinstance(first, MatchInteraction) and foreign.kind == "ddimageortext":
        return _picture_converter(first)
    if isinstance(first, MatchInteraction) and foreign.kind == "ddmarker":
        return _marker_converter(first)
    if isinstance(first, ChoiceInteraction) and decimal == ",":
        return with_points
    return lambda text: text


def _picture_converter(match: MatchInteraction) -> Callable[[str], str]:
    """Read `1. zone -> {2. thing} Drop zone 2 -> {}`, in any language: the zones come in their order, with numbers."""
    zones = re.compile(r"\s+".join(rf"(?:{_zone_name(pair.source)})\s*->\s*\{{([^{{}}]*)\}}" for pair in match.pairs))
    things = [
        (re.compile(_zone_name(target.content)), target.content)
        for target in sorted(match.targets, key=lambda target: "." not in target.content)
    ]

    def convert(text: str) -> str:
        found = zones.fullmatch(fold(text))
        if found is None:
            return text
        taken = [_thing(part.strip(), things) for part in found.groups()]
        if None in taken:
            return text
        return _together((pair.source, thing or "") for pair, thing in zip(match.pairs, taken, strict=True))

    return convert


def _marker_converter(match: MatchInteraction) -> Callable[[str], str]:
    """Read `{Drop zone 1 -> North}, {Drop zone 3 -> South}`: the zones that were hit, with the marker that belongs there."""
    names = {target.identifier: target.content for target in match.targets}
    zones = {
        pair.identifier: re.compile(
            rf"{_NO_DIGITS}0*{pair.identifier}{_NO_DIGITS}\s*->\s*(?:{_alternatives(names[pair.target])})"
        )
        for pair in match.pairs
    }

    def convert(text: str) -> str:
        folded = fold(text)
        parts = _ZONE.findall(folded)
        hit = [[zone for zone, pattern in zones.items() if pattern.fullmatch(part.strip())] for part in parts]
        numbers = [zone for found in hit for zone in found]
        is_clear = all(len(found) == 1 for found in hit) and len(set(numbers)) == len(numbers)
        if not parts or not is_clear or _ZONE.sub("", folded).strip(", "):
            return text
        return _together(
            (pair.source, names[pair.target] if pair.identifier in numbers else "") for pair in match.pairs
        )

    return convert


def _zone_name(content: str) -> str:
    """Return a pattern of a zone's or a thing's name in a report: its number with its label, or with a word."""
    label = re.match(r"(\d+)\. (.*)", content, re.DOTALL)
    if label is not None:
        return _alternatives(content)
    number = re.search(r"\d+", content)
    assert number is not None, content
    return f"{_NO_DIGITS}{number[0]}{_NO_DIGITS}"


def _alternatives(content: str) -> str:
    return "|".join(re.escape(fold(form)) for form in spellings(content))


def _thing(text: str, things: Sequence[tuple[re.Pattern[str], str]]) -> str | None:
    """Return the name of the thing in a zone, empty for none; None where it is not known."""
    if not text:
        return ""
    return next((name for pattern, name in things if pattern.fullmatch(text)), None)


def _together(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as the readers of responses take them apart with certainty, whatever stands in the names."""
    return JOINER.join(f"{_escaped(source)} => {_escaped(thing)}".rstrip() for source, thing in pairs)


def _escaped(content: str) -> str:
    return spellings(content)[0].replace("=>", "\\=>")


def what_is_assumed(items: Iterable[Item]) -> Iterator[str]:
    """Say what the report leaves open and makes no difference to any score."""
    kept = ((item, foreign_of(item)) for item in items)
    numbers = [item.number for item, foreign in kept if foreign is not None and foreign.kind == "ddmarker"]
    if numbers:
        yield (
            f"Question {', '.join(numbers)}: '-' stands for no marker on the picture and for none in its zone. "
            "Both are worth 0, and both are counted as omitted."
        )


# ---- the report's own right answers --------------------------------------------------------------


def clone_disagrees(item: Item, response: Response, shown: str) -> str | None:
    """Return how the right answer of the report differs from the quiz's; None where it does not, or cannot be compared."""
    foreign = foreign_of(item)
    if foreign is None or not isinstance(response, str | Typed | Drawn):
        return None
    clone = foreign.clones[response.clone if isinstance(response, Drawn) else 0]
    reading = read_response(item, response)
    match clone.interaction:
        case TextEntryInteraction():
            agrees = reading.value is None or _could_show(clone.interaction, reading.value, shown)
        case ChoiceInteraction(choices=choices):
            keys = {index for index, choice in enumerate(choices) if choice in clone.interaction.keys}
            agrees = reading.status is not Status.ANSWERED or set(reading.chosen) == keys
        case MatchInteraction(pairs=pairs, targets=targets):
            wanted = [pair.target for pair in pairs]
            names = [targets[at].identifier if at >= 0 else "" for at in reading.chosen]
            agrees = reading.status is Status.ANSWERED and names == wanted
    return None if agrees else f"Q{item.number} ('{shown[:40]}' in the sheet)"


def _could_show(entry: TextEntryInteraction, number: Fraction, shown: str) -> bool:
    """Whether a right answer, rounded for showing, can be one of the accepted numbers."""
    decimals = re.search(r"[.,](\d+)", shown)
    last_digit = Fraction(1, 10 ** len(decimals[1])) if decimals else Fraction(1)
    slack = max(last_digit, abs(number) / 100)
    limits = [
        (accepted.lower, accepted.upper)
        for accepted in entry.accepted
        if isinstance(accepted, AcceptedNumber) and accepted.lower is not None and accepted.upper is not None
    ]
    return not limits or any(low - slack <= number <= high + slack for low, high in limits)
