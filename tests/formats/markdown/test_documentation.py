"""The manual's page about the language: every example is read without a complaint."""

import re
from pathlib import Path

import pytest

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source
from stemkey.formats.markdown.interactions import KINDS
from stemkey.formats.markdown.reader import read_markdown
from stemkey.formats.markdown.settings import ITEM_NAMES, QUIZ_NAMES, SECTION_NAMES
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.formats.markdown.writer import write_markdown

PAGE = Path(__file__).parents[3] / "docs" / "markdown.md"
EXAMPLES = re.findall(r"^````markdown\n(.*?)^````$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_is_read_and_written_and_read_again(example: str) -> None:
    found = Diagnostics()
    quiz = read_markdown(Source("week3.md", example.encode()), MarkdownOptions(), found)
    assert [finding.message for finding in found if finding.severity > Severity.INFO] == []
    (data,) = write_markdown(quiz, MarkdownOptions()).values()
    again = read_markdown(Source("week3.md", data), MarkdownOptions(), found)
    assert again == quiz


@pytest.mark.parametrize("name", sorted({*QUIZ_NAMES, *SECTION_NAMES, *ITEM_NAMES}))
def test_every_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["short answer", "numeric", "matching", "ordering", "essay", "upload", "text"])
def test_every_type_is_shown(kind: str) -> None:
    assert kind in KINDS
    assert f"type: {kind}" in PAGE.read_text(encoding="utf-8")
