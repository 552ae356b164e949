"""Markdown becomes content: math, money, code, tables, raw HTML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.richtext import from_markdown, from_markdown_inline, sanitise


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("It costs $5. I have $6 left", "It costs $5. I have $6 left"),
        ("$5 and $6", "$5 and $6"),
        ("either $5/$6 or ($7)-($8)", "either $5/$6 or ($7)-($8)"),
        (r"\$5 is money, $x_1$ is not", r"$5 is money, \(x_1\) is not"),
        ("$PATH:$HOME", "$PATH:$HOME"),
        ("the $n$th, $k$-means", r"the \(n\)th, \(k\)-means"),
        (r"\(a_b * c * d\)", r"\(a_b * c * d\)"),
        (r"$a < b$ and $f'(x)$", r"\(a &lt; b\) and \(f'(x)\)"),
        ("`$x$` and ``$`y``", "<code>$x$</code> and <code>$`y</code>"),
        ("$$\\frac{1}{2}$$", r"\[\frac{1}{2}\]"),
        ("a $ b $ c", "a $ b $ c"),
        ("US$5 or 6$", "US$5 or 6$"),
    ],
)
def test_a_dollar_is_math_only_where_it_cannot_be_money(markdown: str, html: str) -> None:
    assert from_markdown_inline(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("`<div>` & `__init__`", "<code>&lt;div&gt;</code> &amp; <code>__init__</code>"),
        ("# 1 is a comment", "# 1 is a comment"),
        ("- 5", "- 5"),
        ("1. e4", "1. e4"),
        ("**all** of *them*", "<strong>all</strong> of <em>them</em>"),
        ("~~old~~ new", "<del>old</del> new"),
        ('say "yes"', 'say "yes"'),
        ("a<br/>b", "a<br>b"),
    ],
)
def test_an_option_of_one_paragraph_is_inline(markdown: str, html: str) -> None:
    assert from_markdown_inline(markdown) == html


def test_fenced_code_is_kept_byte_for_byte() -> None:
    code = '```python\nif a < b and "$x$":\n\n\n    print("\\\\n")  \n```'
    assert from_markdown(code) == (
        '<pre><code class="language-python">if a &lt; b and "$x$":\n\n\n    print("\\\\n")  \n</code></pre>'
    )


def test_a_table_keeps_its_alignment_and_its_math() -> None:
    assert from_markdown("| a | b |\n|---|--:|\n| $|x|$ | 2 |") == (
        '<table><thead><tr><th>a</th><th style="text-align:right">b</th></tr></thead><tbody>\n'
        '<tr><td>\\(|x|\\)</td><td style="text-align:right">2</td></tr>\n</tbody></table>'
    )


def test_unsafe_html_is_left_out_and_named() -> None:
    dropped: list[str] = []
    content = from_markdown('<b onclick="steal()">Stem</b><script>steal()</script>', dropped=dropped)
    assert content == "<p><b>Stem</b></p>"
    assert dropped == ["onclick of <b>", "<script>"]


def test_a_reference_defined_elsewhere_is_resolved() -> None:
    content = from_markdown("See [the paper][p]", references={"p": "https://example.org/p.pdf"})
    assert content == '<p>See <a href="https://example.org/p.pdf">the paper</a></p>'


@settings(max_examples=200)
@given(st.text(alphabet="ab $\\()[]`*_<>&\n\"'#-1.|!~=", max_size=60))
def test_what_markdown_makes_is_clean_in_our_spelling(markdown: str) -> None:
    content = from_markdown(markdown)
    assert "<script" not in content
    once, _ = sanitise(content)
    assert sanitise(once)[0] == once


@pytest.mark.parametrize("evil", ["$" * 50_000, "\\(" * 20_000, "`" * 20_000, "[" * 20_000, "$a `" * 10_000])
def test_hostile_markdown_is_still_content(evil: str) -> None:
    assert from_markdown(evil)
