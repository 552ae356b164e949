"""Doubts about who can read the quiz."""

import re
from collections.abc import Iterator

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.model import ChoiceInteraction, Content, Item, MatchInteraction, OrderInteraction, Quiz


@rule("Q120", Severity.INFO)
def image_without_description(name: str) -> Text:
    """A picture has no description, so a candidate who listens to the quiz does not know what it shows.

    In Markdown the description stands in the square brackets: `![a falling curve](curve.png)`.
    """
    return Text(f"the image '{name}' has no description", "describe what it shows, without giving the answer away")


_IMAGE = re.compile(r"<img\b[^>]*+>")
_ALT = re.compile(r'\balt="[^"]*[^"\s]')
_SRC = re.compile(r'\bsrc="([^"]*+)"')


def check_images(quiz: Quiz, found: Diagnostics) -> None:
    """Report pictures without a description."""
    for item in quiz.items:
        for content, place in _contents(item):
            if "<img" not in content:
                continue
            for image in _IMAGE.findall(content):
                if not _ALT.search(image):
                    src = _SRC.search(image)
                    found.add(image_without_description(src[1] if src else ""), place, item=item.number)


def _contents(item: Item) -> Iterator[tuple[Content, Span | None]]:
    yield item.body, item.span
    for interaction in item.interactions:
        if isinstance(interaction, ChoiceInteraction | OrderInteraction):
            for choice in interaction.choices:
                yield choice.content, choice.span or item.span
        elif isinstance(interaction, MatchInteraction):
            for pair in interaction.pairs:
                yield pair.source, pair.span or item.span
            for target in interaction.targets:
                yield target.content, item.span
