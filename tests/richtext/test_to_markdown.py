"""Content becomes Markdown that a person would write, and that reads back as the same content."""

import re

import pytest
from hypothesis import given, settings
from tests.strategies import EVERYTHING, block_contents, inline_contents

from stemkey.model import Content
from stemkey.richtext import from_markdown, from_markdown_inline, to_markdown, to_markdown_inline

_TABLE = (
    '<table><thead><tr><th>a|b</th><th style="text-align:right">c</th></tr></thead><tbody>\n'
    '<tr><td>1</td><td style="text-align:right">2</td></tr>\n</tbody></table>'
)


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ("<p>What is a cache?</p>", "What is a cache?"),
        ("<p>One</p>\n<p>and <strong>two</strong></p>", "One\n\nand **two**"),
        ("<p>A) is no option</p>", "A\\) is no option"),
        ("<p>1. is no question</p>", "1\\. is no question"),
        ("<p>1 &lt; 2 &amp; <code>a*b</code></p>", "1 < 2 & `a*b`"),
        (r"<p>so \(a_1 &lt; b\)</p>", "so $a_1 < b$"),
        ("<p>$5 and $6</p>", r"\$5 and \$6"),
        ("<p>__init__ and snake_case</p>", r"\_\_init\_\_ and snake_case"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ('<pre><code class="language-c">x;\n\ny;\n</code></pre>', "```c\nx;\n\ny;\n```"),
        ('<p>x <span data-gap="g1"></span></p>', "x [[g1]]"),
        ('<p><img src="images/a plot.png" alt="a plot"></p>', "![a plot](<images/a plot.png>)"),
        (
            _TABLE,
            "| a\\|b | c |\n|---|--:|\n| 1 | 2 |",
        ),
        ('<p dir="ltr">x</p>', '<p dir="ltr">x</p>'),
        ("no paragraph", "no paragraph"),
        ("<p> two  blanks</p>\n<p>\n</p>", "```{=html}\n<p> two  blanks</p>\n<p>\n</p>\n```"),
    ],
)
def test_blocks_are_written_as_a_person_would(content: str, markdown: str) -> None:
    assert to_markdown(Content(content)) == markdown


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ("plain", "plain"),
        ("A) no", "A\\) no"),
        ("<code>&lt;div&gt;</code>", "`<div>`"),
        ("<b>x</b>", "<b>x</b>"),
        (" x", "` x`{=html}"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
    ],
)
def test_an_option_stays_on_one_line_where_it_can(content: str, markdown: str) -> None:
    assert to_markdown_inline(Content(content)) == markdown


@settings(max_examples=150, deadline=None)
@given(block_contents(EVERYTHING, images=True))
def test_every_block_reads_back_as_it_was(content: Content) -> None:
    assert from_markdown(to_markdown(content)) == content


@settings(max_examples=150, deadline=None)
@given(inline_contents(EVERYTHING))
def test_every_option_reads_back_as_it_was(content: Content) -> None:
    assert from_markdown_inline(to_markdown_inline(content).strip("\n")) == content


@settings(max_examples=100, deadline=None)
@given(block_contents(EVERYTHING))
def test_html_is_the_exception(content: Content) -> None:
    if not re.search("[\u0000-\u001f\u00a0\u2000-\u3000]", content.replace("\n", "")):
        assert "{=html}" not in to_markdown(content)
