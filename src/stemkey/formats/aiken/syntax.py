"""What Aiken is and can hold: one line of question, lettered options, `ANSWER: B`."""

import re
from dataclasses import replace

from stemkey.files import Source
from stemkey.model import Capabilities, Cardinality, ChoiceInteraction, Content, Item, text_content
from stemkey.richtext.to_plain import to_plain

OPTION = re.compile(r"([A-Z])[.)](.*)\Z")
ANSWER = re.compile(r"ANSWER:\s*(.*)\Z")
_SURE = re.compile(r"\A\s*(?!\s*[A-Z][.)])\S[^\n]*\n(?:\s*[A-Z][.)][^\n]*\n)+\s*ANSWER:\s*[A-Z]\s*(?:\n|\Z)")
LETTERS = 26


def is_aiken(source: Source) -> bool:
    """Whether the source is certainly Aiken: it begins with a question, its options and `ANSWER:`."""
    if source.name.lower().endswith((".md", ".markdown")):
        return False
    head = source.data[:8192]
    if b"ANSWER:" not in head:
        return False
    return _SURE.match(head.decode("utf-8-sig", "replace").replace("\r\n", "\n")) is not None


def adapt(item: Item) -> tuple[Item | None, tuple[str, ...]]:
    """Return what Aiken can hold of an item, on one line; None and words where it can hold nothing."""
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction), "fit leaves only what CARRIES names"
    body = _line(item.body)
    if len(to_plain(body)) < 2 or OPTION.match(to_plain(body)) or ANSWER.match(to_plain(body)):
        return None, ("a question whose first line looks like an option or like nothing",)
    if interaction.cardinality is not Cardinality.SINGLE or len(interaction.keys) != 1:
        return None, ("a question that has not exactly one right answer",)
    if not 2 <= len(interaction.choices) <= LETTERS:
        return None, ("a question with fewer than 2 or more than 26 options",)
    choices = tuple(replace(choice, content=_line(choice.content), fixed=False) for choice in interaction.choices)
    return replace(item, body=body, interactions=(replace(interaction, choices=choices),)), ()


def _line(content: Content) -> Content:
    return text_content(to_plain(content))


CARRIES = Capabilities(interactions=(ChoiceInteraction,), math=True, adapt=adapt)
"""No feedback, no points, no names, no markup: TeX survives as text."""
