"""Read-back: a package is compared with the quiz it was made from before it is called done."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from html import unescape

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import (
    GAP,
    AcceptedNumber,
    AcceptedText,
    Capabilities,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    Settings,
    TextEntryInteraction,
    UploadInteraction,
    gap,
)

_SHOWN = 60


@rule("W201", Severity.ERROR)
def read_back_differs(target: str, what: str, expected: str, actual: str) -> Text:
    """The package was read again with our own reader, and something in it is not what the quiz says.

    This is stemkey's mistake, not yours: no package is left behind. Please report the question.
    """
    return Text(
        f"{target}: {what} read back as {_cut(actual)!r}, written as {_cut(expected)!r}",
        "report this as a bug of stemkey with the question; until then, reword the question or leave it out",
    )


@rule("W202", Severity.ERROR)
def read_back_count_differs(target: str, expected: int, actual: int) -> Text:
    """The package was read again and does not hold as many questions as the quiz.

    This is stemkey's mistake, not yours: no package is left behind.
    """
    return Text(f"{target}: {actual} questions read back, {expected} written", "report this as a bug of stemkey")


def compare(expected: Quiz, actual: Quiz, carries: Capabilities, target: str, found: Diagnostics) -> None:
    """Report every difference between what was written and what was read back.

    Compares stem, options, key, credits, feedback, points, titles, tags, hints, images and settings, as far as
    `carries` claims them. `expected` is what `fit` left.
    """
    _Comparison(expected, actual, carries, target, found).run()


class _Comparison:
    """One run of `compare`."""

    def __init__(self, expected: Quiz, actual: Quiz, carries: Capabilities, target: str, found: Diagnostics) -> None:
        self._expected, self._actual = expected, actual
        self._carries, self._target, self._found = carries, target, found
        self._item: Item | None = None

    def run(self) -> None:
        expected, actual = self._expected, self._actual
        items, again = list(expected.items), list(actual.items)
        if len(items) != len(again):
            self._found.add(read_back_count_differs(self._target, len(items), len(again)), expected.span)
            return
        if self._carries.quiz_title:
            self._same("the title", expected.title, actual.title)
        if self._carries.instructions:
            self._same("the instructions", _as_blocks(expected.instructions), _as_blocks(actual.instructions))
        if self._carries.settings:
            self._same_settings(expected.settings, actual.settings)
        if self._carries.sections:
            self._same("the groups", _groups(expected), _groups(actual))
        if self._carries.images and expected.assets:
            named = named_files(expected, set(expected.assets))
            for name, asset in expected.assets.items():
                read = actual.assets.get(name)
                if name in named and (read is None or read.data != asset.data):
                    self._same(f"the image '{name}'", "the file", "another or no file")
        for item, other in zip(items, again, strict=True):
            if item != other:
                self._item = item
                self._compare_item(item, other)
        self._item = None

    def _same(self, what: str, expected: object, actual: object) -> None:
        if expected == actual:
            return
        finding = read_back_differs(self._target, what, _text(expected), _text(actual))
        if self._item is None:
            self._found.add(finding, self._expected.span)
        else:
            self._found.add(finding, self._item.span, item=self._item.number)

    def _same_settings(self, expected: Settings, actual: Settings) -> None:
        for name in ("shuffle_choices", "shuffle_items", "time_limit", "attempts"):
            said = getattr(expected, name)
            if said is not None:
                self._same(name.replace("_", " "), said, getattr(actual, name))

    def _compare_item(self, item: Item, other: Item) -> None:
        carries = self._carries
        self._same("the stem", _as_blocks(_with_places(item)), _as_blocks(_with_places(other)))
        if carries.points:
            self._same("the points", item.points, other.points)
        if carries.item_identifiers:
            self._same("the identifier", item.identifier, other.identifier)
        if carries.item_titles and item.title:
            self._same("the title", item.title, other.title)
        self._same("the explanation", _as_blocks(item.feedback.general), _as_blocks(other.feedback.general))
        self._same(
            "the feedback for right answers", _as_blocks(item.feedback.correct), _as_blocks(other.feedback.correct)
        )
        self._same(
            "the feedback for partly right answers",
            _as_blocks(item.feedback.partial),
            _as_blocks(other.feedback.partial),
        )
        self._same(
            "the feedback for wrong answers", _as_blocks(item.feedback.incorrect), _as_blocks(other.feedback.incorrect)
        )
        if carries.tags:
            self._same("the tags", item.tags, other.tags)
        if carries.hints:
            self._same("the hints", _hints(item), _hints(other))
        if carries.penalty and item.penalty is not None:
            self._same("the penalty", item.penalty, other.penalty)
        if len(item.interactions) != len(other.interactions):
            self._same("the number of answers asked for", len(item.interactions), len(other.interactions))
            return
        for interaction, again in zip(item.interactions, other.interactions, strict=True):
            if type(interaction) is not type(again):
                self._same("the kind of question", type(interaction).__name__, type(again).__name__)
            else:
                self._compare_interaction(interaction, again)

    def _compare_interaction(self, one: Interaction, other: Interaction) -> None:
        match one, other:
            case (ChoiceInteraction(), ChoiceInteraction()):
                self._same("whether several answers may be chosen", one.cardinality.value, other.cardinality.value)
                self._same_choices(one.choices, other.choices)
                if self._carries.shuffle_per_item and one.shuffle is not None:
                    self._same("shuffling", one.shuffle, other.shuffle)
            case (InlineChoiceInteraction(), InlineChoiceInteraction()):
                self._same_choices(one.choices, other.choices)
            case (OrderInteraction(), OrderInteraction()):
                self._same("the order", _contents(one.choices), _contents(other.choices))
            case (MatchInteraction(), MatchInteraction()):
                self._same("the pairs", _pairs(one), _pairs(other))
                self._same("the possible matches", _targets(one), _targets(other))
            case (TextEntryInteraction(), TextEntryInteraction()):
                self._same("the accepted answers", _accepted(one), _accepted(other))
                self._same(
                    "the feedback for other answers", _as_blocks(one.other_feedback), _as_blocks(other.other_feedback)
                )
                self._same("the units", _units(one), _units(other))
                if self._carries.case_sensitive and any(isinstance(entry, AcceptedText) for entry in one.accepted):
                    self._same("whether upper and lower case differ", one.case_sensitive, other.case_sensitive)
            case (ForeignInteraction(), ForeignInteraction()):
                self._same("the kept question", one.kind, other.kind)
            case (ExtendedTextInteraction(), ExtendedTextInteraction()):
                self._same("the beginning of the answer", _as_blocks(one.template), _as_blocks(other.template))
                self._same("the notes for graders", _as_blocks(one.grader_notes), _as_blocks(other.grader_notes))
            case (UploadInteraction(), UploadInteraction()):
                self._same("which files are taken", one.file_types, other.file_types)
            case _:
                raise AssertionError("interactions of two kinds are told apart before")

    def _same_choices(self, one: tuple[Choice, ...], other: tuple[Choice, ...]) -> None:
        self._same("the number of options", len(one), len(other))
        for position, (choice, again) in enumerate(zip(one, other, strict=False), 1):
            self._same(f"option {position}", choice.content, again.content)
            self._same(f"the credit of option {position}", choice.credit, again.credit)
            self._same(f"the feedback of option {position}", _as_blocks(choice.feedback), _as_blocks(again.feedback))


def named_files(value: object, known: set[str]) -> set[str]:
    """Return which of the known files a value of the model names: what it shows or links, what a kept question needs."""
    named: set[str] = set()
    for text in _texts(value):
        if "=" in text:
            named.update(unescape(found[1]) for found in _NAMES_FILE.finditer(text))
    for kept in _kept(value):
        named.update(key for key in known if any(key in text for text in (kept.raw, *kept.attributes.values())))
    return named & known


_NAMES_FILE = re.compile(r'\b(?:src|href|data|poster)="([^"]*)"')


def _texts(value: object) -> Iterator[str]:
    """Give every text inside a value of the model, but the files' own names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for part in fields(value):
            if part.name != "assets":
                yield from _texts(getattr(value, part.name))


def _kept(value: object) -> Iterator[ForeignInteraction]:
    items = value.items if isinstance(value, Quiz) else (value,) if isinstance(value, Item) else ()
    for item in items:
        yield from (one for one in item.interactions if isinstance(one, ForeignInteraction))


_BLOCK = re.compile(r"<(?:p|ul|ol|pre|blockquote|table|h[1-6]|hr|div|dl|details|figure|center)\b")


def _as_blocks(content: Content) -> Content:
    """Return words without a paragraph as one: a target may hold nothing but paragraphs."""
    return content if not content or _BLOCK.search(content) else Content(f"<p>{content}</p>")


def _with_places(item: Item) -> Content:
    """Return a stem in which each gap has the number of its interaction: what a format calls it is its own affair."""
    if "data-gap" not in item.body:
        return item.body
    places = {one.identifier: str(place) for place, one in enumerate(item.interactions, 1)}
    return Content(GAP.sub(lambda found: gap(places.get(unescape(found[1]), unescape(found[1]))), item.body))


def _groups(quiz: Quiz) -> list[tuple[object, ...]]:
    """Return the groups that draw; one of which every question was left out draws nothing."""
    drawing = (section for section in quiz.sections if section.select is not None)
    return [(one.select, one.points_per_item) for one in drawing if one.items or one.bank]


def _hints(item: Item) -> list[tuple[object, ...]]:
    return [(_as_blocks(hint.content), hint.clears_wrong, hint.shows_count) for hint in item.hints]


def _contents(choices: tuple[Choice, ...]) -> list[Content]:
    return [choice.content for choice in choices]


def _pairs(interaction: MatchInteraction) -> list[tuple[str, str]]:
    targets = {target.identifier: target.content for target in interaction.targets}
    return [(pair.source, targets[pair.target]) for pair in interaction.pairs]


def _targets(interaction: MatchInteraction) -> list[str]:
    return sorted(target.content for target in interaction.targets)


def _accepted(interaction: TextEntryInteraction) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for entry in interaction.accepted:
        match entry:
            case AcceptedText():
                rows.append(
                    (entry.text, entry.wildcards and "*" in entry.text, entry.credit, _as_blocks(entry.feedback))
                )
            case AcceptedNumber():
                rows.append(
                    (
                        entry.value,
                        entry.kind,
                        entry.tolerance,
                        entry.lower,
                        entry.upper,
                        entry.lower_open,
                        entry.upper_open,
                        entry.credit,
                        _as_blocks(entry.feedback),
                    )
                )
    return rows


def _units(interaction: TextEntryInteraction) -> tuple[object, ...]:
    return (interaction.units, bool(interaction.units) and interaction.unit_required, interaction.unit_penalty)


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | bool | Fraction) else repr(value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
