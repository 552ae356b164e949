"""Random short-answer matching: its pairs are drawn for each candidate from the short-answer questions beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

from stemkey.formats.moodle.elements import inline
from stemkey.formats.moodle.entries import wild_text
from stemkey.formats.moodle.reading import Question
from stemkey.model import (
    AcceptedText,
    Clone,
    Content,
    ForeignInteraction,
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    TextEntryInteraction,
    text_content,
)

KIND = "randomsamatch"
_MOST_CLONES = 500


@dataclass(frozen=True, slots=True)
class Draw:
    """What a question draws: how many pairs, and whether from subcategories too."""

    pairs: int
    below: bool


def read_draw(question: Question) -> Draw | None:
    """Return what a random matching question draws; None where the question is none."""
    choose = question.text("choose") or ""
    if question.kind != KIND or not (choose.isascii() and choose.isdigit() and len(choose) < 4):
        return None
    return Draw(int(choose), below=question.text("subcats") not in {None, "", "0"})


def with_pairs(items: Sequence[Item], draws: Mapping[int, Draw], home: tuple[str, ...]) -> list[Item]:
    """Return the items, the random matching ones at `draws` with a clone for each set of pairs that may be drawn.

    `home` is the category of items that name none of their own.
    """
    return [_drawn(item, items, draws[index], home) if index in draws else item for index, item in enumerate(items)]


def _drawn(item: Item, items: Sequence[Item], draw: Draw, home: tuple[str, ...]) -> Item:
    path = item.category or home
    beside = (other for other in items if _is_in(other.category or home, path, draw))
    pool = [pair for other in beside if (pair := _pair(other)) is not None]
    only = item.interactions[0]
    is_few = 0 < draw.pairs <= len(pool) and comb(len(pool), draw.pairs) <= _MOST_CLONES
    if not is_few or not isinstance(only, ForeignInteraction):
        return item
    clones = tuple(Clone(interaction=_matching(pairs)) for pairs in combinations(pool, draw.pairs))
    return replace(item, interactions=(replace(only, clones=clones),))


def _is_in(category: tuple[str, ...], path: tuple[str, ...], draw: Draw) -> bool:
    return category == path or (draw.below and category[: len(path)] == path)


def _pair(item: Item) -> tuple[Content, str] | None:
    """Return a short-answer question and the first of its answers that earns anything: the one that Moodle offers."""
    only = item.interactions[0] if len(item.interactions) == 1 else None
    if not isinstance(only, TextEntryInteraction) or "data-gap" in item.body:
        return None
    if not all(isinstance(entry, AcceptedText) for entry in only.accepted):
        return None
    texts = (entry for entry in only.accepted if isinstance(entry, AcceptedText) and entry.credit > 0)
    first = next(texts, None)
    return (inline(item.body), wild_text(first)) if first is not None else None


def _matching(pairs: Sequence[tuple[Content, str]]) -> MatchInteraction:
    answers = {text: f"t{index}" for index, text in enumerate(dict.fromkeys(text for _, text in pairs), 1)}
    return MatchInteraction(
        pairs=tuple(
            MatchPair(identifier=str(index), source=stem, target=answers[text])
            for index, (stem, text) in enumerate(pairs, 1)
        ),
        targets=tuple(
            MatchTarget(identifier=identifier, content=text_content(text)) for text, identifier in answers.items()
        ),
    )
