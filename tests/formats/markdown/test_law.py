"""What Markdown writes, it reads back as the equal quiz, with every field of the model in use."""

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.formats.markdown.writer import write_markdown
from stemkey.model import Interaction, Item, MatchInteraction, Quiz, letter_label


# Not shrunk: a quiz has so many parts that shrinking takes minutes, and the message holds the whole file.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(quizzes())
def test_reading_what_was_written_gives_the_equal_quiz(quiz: Quiz) -> None:
    (data,) = write_markdown(quiz, MarkdownOptions()).values()
    found = Diagnostics()
    again = read_markdown(Source("written.md", data), MarkdownOptions(), found)
    assert again == labelled(quiz), data.decode()
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


def labelled(quiz: Quiz) -> Quiz:
    """The quiz with the letters and numbers that Markdown gives to what is matched."""
    sections = tuple(
        replace(section, items=tuple(_labelled_item(item) for item in section.items)) for section in quiz.sections
    )
    return replace(quiz, sections=sections)


def _labelled_item(item: Item) -> Item:
    return replace(item, interactions=tuple(_labelled_interaction(interaction) for interaction in item.interactions))


def _labelled_interaction(interaction: Interaction) -> Interaction:
    if not isinstance(interaction, MatchInteraction):
        return interaction
    numbers = {target.identifier: str(index) for index, target in enumerate(interaction.targets, start=1)}
    return replace(
        interaction,
        pairs=tuple(
            replace(pair, identifier=letter_label(index), target=numbers[pair.target])
            for index, pair in enumerate(interaction.pairs)
        ),
        targets=tuple(replace(target, identifier=numbers[target.identifier]) for target in interaction.targets),
    )
