"""What Markdown writes, it reads back as the equal quiz, with every field of the model in use."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.strategies import quizzes

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.formats.markdown.writer import write_markdown
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_FEEDBACK,
    Choice,
    ChoiceInteraction,
    Content,
    Feedback,
    Interaction,
    Item,
    MatchInteraction,
    Quiz,
    Section,
    letter_label,
)


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
    assert [finding.message for finding in found if finding.code == "R135"] == []


_HAZARDS = (
    "<p>Which? (2 points)</p>",
    "<p>Which?</p>\n<p>[3 marks]</p>",
    "<p>::time=30</p>",
    '<p><a href="#top">Back to the top</a></p>',
    "<p>Points: 2</p>",
    "<p>Contents</p>",
    "<p>___________________</p>",
    "<pre><code>if it:\n      is = indented\n</code></pre>",
    "<pre><code>if x:\n    key: B\n\n# end\n</code></pre>\n<p>[x] &amp;amp;</p>",
    "<ol>\n<li>____________</li>\n<li>____________</li>\n</ol>",
)
"""What other people write with a meaning of its own, and may stand in a quiz as a mere text."""


@pytest.mark.parametrize("hazard", _HAZARDS)
@pytest.mark.parametrize("place", ["body", "choice", "explanation", "instructions"])
@pytest.mark.parametrize("title", ["", "Table of contents", "Choice (2 points each)"])
def test_a_text_that_others_write_as_a_sign_stays_a_text(hazard: str, place: str, title: str) -> None:
    text = Content(hazard)
    choices = (
        Choice(identifier="A", content=Content("yes"), credit=FULL_CREDIT),
        Choice(identifier="B", content=Content("no")),
    )
    if place == "choice":
        choices = (choices[0], replace(choices[1], content=text))
    item = Item(
        identifier="quiz-q1",
        number="1",
        body=text if place == "body" else Content("<p>Which?</p>"),
        interactions=(ChoiceInteraction(choices=choices),),
        feedback=Feedback(general=text) if place == "explanation" else NO_FEEDBACK,
    )
    quiz = Quiz(
        identifier="quiz",
        instructions=text if place == "instructions" else EMPTY,
        sections=(Section(title=title, items=(item,)),),
    )
    (data,) = write_markdown(quiz, MarkdownOptions()).values()
    found = Diagnostics()
    again = read_markdown(Source("quiz.md", data), MarkdownOptions(), found)
    assert again == quiz, data.decode()
    assert list(found) == []


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
