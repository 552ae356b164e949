"""Content to and from text."""

from stemkey.richtext.from_markdown import from_markdown, from_markdown_inline
from stemkey.richtext.sanitise import markup_left_out, sanitise, sanitise_html
from stemkey.richtext.to_markdown import code_span, fenced_html, to_markdown, to_markdown_inline
from stemkey.richtext.to_plain import to_plain

__all__ = [
    "code_span",
    "fenced_html",
    "from_markdown",
    "from_markdown_inline",
    "markup_left_out",
    "sanitise",
    "sanitise_html",
    "to_markdown",
    "to_markdown_inline",
    "to_plain",
]
