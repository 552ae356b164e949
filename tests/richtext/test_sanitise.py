"""HTML from elsewhere: what stays, what goes, and one spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemkey.diagnostics import Diagnostics, Span
from stemkey.richtext import sanitise, sanitise_html


@pytest.mark.parametrize(
    "html",
    [
        "plain words",
        "<p>a</p>\n<p>b <strong>c</strong></p>",
        '<pre><code class="language-c++">a &lt; b\n\n</code></pre>',
        '<p>The <span data-gap="g1"></span> of <img src="images/a.png" alt="a"></p>',
        '<table border="1"><tbody>\n<tr><td colspan="2">x</td></tr>\n</tbody></table>',
        r"<p>\(a &lt; b\)</p>",
        '<p style="text-align:right">x</p>',
    ],
)
def test_what_both_lmss_keep_stays_as_it_is(html: str) -> None:
    assert sanitise(html) == (html, ())


@pytest.mark.parametrize(
    ("html", "content", "names"),
    [
        ('<p onclick="f()">x</p>', "<p>x</p>", ("onclick of <p>",)),
        ("<p>x</p><script>f()</script>", "<p>x</p>", ("<script>",)),
        ('<a href="javascript:f()">x</a>', "<a>x</a>", ("href of <a>",)),
        ('<iframe src="https://example.org"></iframe>x', "x", ("<iframe>",)),
        ("<o:p>word</o:p>", "word", ("<o:p>",)),
        ("<p>open", "<p>open</p>", ()),
        ("a&nbsp;b&quot;<br/>", 'a\u00a0b"<br>', ()),
        ("1 < 2", "1 &lt; 2", ()),
        ("<p>a</p><p> b</p>", "<p>a</p>\n<p>b</p>", ()),
        ("<ul> <li>a</li><li>b</li></ul>", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", ()),
        ("<p>a</p> <pre>  x\n\n y</pre>", "<p>a</p>\n<pre>  x\n\n y</pre>", ()),
    ],
)
def test_what_a_browser_would_run_goes_and_is_named(html: str, content: str, names: tuple[str, ...]) -> None:
    assert sanitise(html) == (content, names)


def test_what_was_left_out_is_one_finding_at_its_place() -> None:
    found = Diagnostics()
    place = Span("quiz.xml", 7)
    assert sanitise_html('<p onclick="f()">x</p>', found, place, item="3") == "<p>x</p>"
    (finding,) = found
    assert (finding.code, finding.place, finding.item) == ("R090", place, "3")


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<pre>",
        "</pre>",
        "\n",
        "<ul>",
        "<li>",
        "</li>",
        "</ul>",
        "&",
        "&amp;",
        '"',
        "<",
        ">",
        "x",
    ]
)


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    once, _ = sanitise(html)
    assert sanitise(once)[0] == once
