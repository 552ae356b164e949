r"""Markdown text becomes `Content`: CommonMark with tables and strikethrough, and math as `\(…\)`.

pyromark renders a sentence in a microsecond; what it cannot do (math that is not money, raw HTML that is safe)
happens around it.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from stemkey.model import Content
from stemkey.richtext.math import Protected, has_math
from stemkey.richtext.sanitise import sanitise

if TYPE_CHECKING:
    from pyromark import Options

NO_REFERENCES: Mapping[str, str] = {}

# A line in which no character means anything to Markdown, HTML or math. Not `"`: HTML text keeps it as it is.
_PLAIN = re.compile(r"[^\\`*_\[\]<>&$~|\n\r\t\x00]*+")
# What would begin a block: a heading, a list, a rule, an underline, or four blanks of code.
_BLOCK_START = re.compile(r"#|[-+=]|\d{1,9}[.)]| ")
_RAW_HTML = re.compile(r"<[A-Za-z/!?]")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def from_markdown(
    text: str, *, references: Mapping[str, str] = NO_REFERENCES, dropped: list[str] | None = None
) -> Content:
    """Return Markdown as block content (`<p>…</p>`); names of unsafe markup are added to `dropped`."""
    if not text:
        return Content("")
    if _PLAIN.fullmatch(text) and not _BLOCK_START.match(text) and text[-1] != " ":
        return Content(f"<p>{text}</p>")
    return _render(text, references, dropped)


# Begins a line as an option's letter does: what follows is text, never a heading or a list.
_LABEL = "A) "
_LABELLED = f"<p>{_LABEL}"


def from_markdown_inline(
    text: str, *, references: Mapping[str, str] = NO_REFERENCES, dropped: list[str] | None = None
) -> Content:
    """Return Markdown as inline content where it is one paragraph, else as block content.

    The text is what stands behind a label (`- A) # text`), so its first line never begins a block.
    """
    if _PLAIN.fullmatch(text):
        return Content(text.strip())
    if text.startswith((" ", "\t", "\n", "```", "~~~", "|", "<")):
        html: str = _render(text, references, dropped)
    else:
        html = _render(_LABEL + text, references, dropped)
        html = html.replace(_LABELLED, "<p>", 1) if html.startswith(_LABELLED) else html
        html = html.removeprefix("<p></p>").strip()
    if _RAW_BLOCK.match(text):
        return Content(html)  # HTML as it stands keeps its paragraph
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1 and html.count("</p>") == 1:
        return Content(html[3:-4])
    return Content(html)


def _render(text: str, references: Mapping[str, str], dropped: list[str] | None) -> Content:
    if has_math(text):
        protected = Protected(text)
        html = _html(protected.text, references)
        html = protected.put_back(html)
    else:
        html = _html(text, references)
    has_html = bool("<" in text and _RAW_HTML.search(text) and _RAW_HTML.search(_CODE.sub("", text)))
    if "{=html}" in text:
        html, has_html = _RAW_FENCE.sub(_raw, _RAW_SPAN.sub(_raw, html)), True
    if has_html:
        content, names = sanitise(html)
        if dropped is not None:
            dropped.extend(names)
        return content
    return Content(html)


# pandoc's way to say that code is HTML: a fence ```{=html}, or `<b>x</b>`{=html} inside a line.
_RAW_FENCE = re.compile(r'<pre><code class="language-\{=html\}">(.*?)\n?</code></pre>', re.DOTALL)
_RAW_SPAN = re.compile(r"<code>([^<]*)</code>\{=html\}")


_RAW_BLOCK = re.compile(r"\s*`{3,}\{=html\}")


def _raw(match: re.Match[str]) -> str:
    return unescape(match[1])


def _html(text: str, references: Mapping[str, str]) -> str:
    import pyromark

    if references:
        html = pyromark.html(text, options=_options(), broken_link_callback=_resolve(references))
    else:
        html = pyromark.html(text, options=_options())
    html = html.strip("\n")
    if " />" in html:
        html = _VOID.sub(">", html)
    if 'style="text-align: ' in html:
        html = html.replace('style="text-align: ', 'style="text-align:')
    if "%" in html and "<img" in html:
        html = _LOCAL_IMAGE.sub(_path_as_written, html)
    return html


_LOCAL_IMAGE = re.compile(r'(<img src=")(?![a-zA-Z][a-zA-Z0-9+.-]*:|//)([^"]*%[^"]*)(?=")')


def _path_as_written(image: re.Match[str]) -> str:
    """Return an image's path without the escapes that an address needs and a path has not."""
    try:
        path = unquote(unescape(image[2]), errors="strict")
    except UnicodeDecodeError:
        return image[0]
    return image[1] + escape(path, quote=False).replace('"', "&quot;")


_VOID = re.compile(r" />(?=[^<]*+(?:<|$))")


def _resolve(references: Mapping[str, str]) -> Any:
    def resolve(link: Any) -> tuple[str, str] | None:
        target = references.get(" ".join(link["reference"].split()).casefold())
        return None if target is None else (target, "")

    return resolve


@cache
def _options() -> "Options":
    from pyromark import Options

    return Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
