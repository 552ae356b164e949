"""Content as one line of plain text."""

import pytest

from stemkey.model import Content
from stemkey.richtext import to_plain


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ("<p>One.</p>\n<p>Two <b>bold</b>ly.</p>", "One. Two boldly."),
        ("<code>&lt;div&gt;</code> &amp; co", "<div> & co"),
        ('The <span data-gap="a"></span> is', "The ____ is"),
        ('<img src="figures/plot.png" alt="">', "plot.png"),
        ('<p>See <img src="a.png" alt="a plot">.</p>', "See a plot."),
        (r"\(a &lt; b\)", r"\(a < b\)"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
    ],
)
def test_markup_goes_and_words_stay_apart(content: str, text: str) -> None:
    assert to_plain(Content(content)) == text
