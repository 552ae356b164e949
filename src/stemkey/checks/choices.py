"""Doubts about options: empty, equal, too few."""

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Choice, ChoiceInteraction, InlineChoiceInteraction, Item, Quiz
from stemkey.richtext import to_plain


@rule("Q102", Severity.ERROR)
def option_empty(label: str) -> Text:
    """An option has no text and no picture, so nobody can tell what it says.

    Canvas shows it as "No answer text provided", and Moodle drops it without a word.
    Write what it should say, or remove it.
    """
    return Text(f"option {label} is empty", "write its text, or remove it")


@rule("Q103", Severity.ERROR)
def options_equal(first: str, second: str, text: str) -> Text:
    """Two options of one question read the same, so a response that gives the text does not say which was meant.

    Sheets that hold option texts could not be graded, and candidates see the same line twice.
    """
    return Text(f"options {first} and {second} both read '{text}'", "change or remove one of them")


@rule("Q104", Severity.WARNING)
def single_option(number: str) -> Text:
    """The question has one option only: whoever answers at all is right."""
    return Text(f"question {number} has only one option", "add the others; a line may have been read as something else")


def check_choices(quiz: Quiz, found: Diagnostics) -> None:
    """Report options that are empty or equal, and questions with one."""
    for item in quiz.items:
        for interaction in item.interactions:
            if isinstance(interaction, ChoiceInteraction):
                _check(item, interaction.choices, interaction.labels, found)
            elif isinstance(interaction, InlineChoiceInteraction):
                labels = tuple(str(index) for index in range(1, len(interaction.choices) + 1))
                _check(item, interaction.choices, labels, found)


def _check(item: Item, choices: tuple[Choice, ...], labels: tuple[str, ...], found: Diagnostics) -> None:
    if len(choices) == 1:
        found.add(single_option(item.number), item.span, item=item.number)
    contents = [choice.content for choice in choices]
    if all(contents) and len(set(contents)) == len(contents) and not any(_has_markup(content) for content in contents):
        return
    seen: dict[str, str] = {}
    for choice, label in zip(choices, labels, strict=True):
        text = to_plain(choice.content)
        place = choice.span or item.span
        if not text and "<" not in choice.content:
            found.add(option_empty(label), place, item=item.number)
            continue
        # Pictures may share a description; what they show is told by their file.
        known = choice.content if "<img" in choice.content else text
        if known in seen:
            short = text if len(text) <= 60 else text[:59].rstrip() + "…"
            found.add(options_equal(seen[known], label, short), place, item=item.number)
        else:
            seen[known] = label


def _has_markup(content: str) -> bool:
    return "<" in content or "&" in content or content[0] == " " or content[-1] == " " or "  " in content
