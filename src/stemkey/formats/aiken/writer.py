"""Write Aiken: each question one line, its options, its answer."""

from stemkey.files import Files
from stemkey.model import ChoiceInteraction, Item, Quiz, letter_label
from stemkey.options import NoOptions
from stemkey.richtext.to_plain import to_plain


def write_aiken(quiz: Quiz, options: NoOptions) -> Files:
    """Return a quiz as one Aiken file."""
    return {f"{quiz.identifier}.aiken.txt": "\n".join(map(_question, quiz.items)).encode()}


def _question(item: Item) -> str:
    (interaction,) = item.interactions
    assert isinstance(interaction, ChoiceInteraction), "fit leaves only what CARRIES names"
    key = next(index for index, choice in enumerate(interaction.choices) if choice in interaction.keys)
    options = "".join(
        f"{letter_label(index)}) {to_plain(choice.content)}".rstrip() + "\n"
        for index, choice in enumerate(interaction.choices)
    )
    return f"{to_plain(item.body)}\n{options}ANSWER: {letter_label(key)}\n"
