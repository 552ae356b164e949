r"""Content: what a candidate or an author reads, as HTML.

The architecture we started from proposed a tree of paragraphs, math and images. HTML text turned out
simpler and keeps more: both LMSs speak it, nothing that an export holds is lost on the way through, and
a quiz of 10,000 items stays small. Three conventions make it neutral between formats:

* math is TeX between `\(` and `\)` (inline) or `\[` and `\]` (display), HTML-escaped like all text;
* a file is named by its key in `Quiz.assets` in `src`/`href`; each format translates to and from its own names;
* the place of an interaction inside a body is `<span data-gap="ID"></span>` with the interaction's identifier.

Block content is one or more block elements (`<p>…</p>`); inline content (a choice of one line) has no wrapper.
Everything in a `Content` has passed `richtext.sanitise`, or was made by us.
"""

import re
from html import escape
from typing import NewType

Content = NewType("Content", str)
"""HTML in the conventions of this module."""

EMPTY = Content("")

GAP = re.compile(r'<span data-gap="([^"]*)"></span>')
"""The place of an interaction in a body; group 1 is the interaction's identifier."""


def text_content(text: str) -> Content:
    """Return plain text as inline content: `a < b` becomes `a &lt; b`."""
    return Content(escape(text, quote=False))


def gap(identifier: str) -> Content:
    """Return the mark of an interaction's place in a body."""
    return Content(f'<span data-gap="{escape(identifier)}"></span>')
