"""How a text may be spelled when it comes back: folded for comparing, and as the LMSs' exports print our HTML.

Moodle and Canvas turn HTML into text on the way out, each in its own way (`b` in capitals, `em` as `_x_`, images
as `[alt]`, whatever looks like a tag cut off). A response is compared with every such spelling of an option.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import unescape

_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′´`ʼ＇"), "'") | dict.fromkeys(map(ord, "“”„‟″«»＂"), '"')
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c"), None)
_FOLDS = _QUOTES | _DASHES | _UNSEEN

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_INLINE = re.compile(
    r"(?:a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strike|strong|sub|sup|"
    r"time|tt|u|var|wbr)",
    re.IGNORECASE,
)
_PSEUDO_TAG = re.compile(r"<(?=[^\s<]).*?(?:>|$)", re.DOTALL)
_NAMED_ENTITY = re.compile(r"&[a-zA-Z]+;")
_MATH = re.compile(r"\\[()\[\]]|\$\$?")
_EQUATION = re.compile(r"\[?LaTeX:\s*((?:[^\[\]]|\[[^\]]*\])*)\](?:\s*\([^)\s]*\))?")
_LINK_MARK = re.compile(r"\s*\[\d+\]")
# Signs that tell options apart stay; brackets, TeX and Markdown marks go.
_NOT_SKELETON = re.compile(r"[^\w+\-<>=≤≥≠±×÷/%!~¬°€£¥.,]|_")
_IDLE_POINT = re.compile(r"(?<!\d)[.,]|[.,](?!\d)")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a text for comparing: case, width, quotes, dashes, blanks and a final full stop make no difference."""
    if text.isascii():
        folded = " ".join(text.translate(_FOLDS).split()).lower()
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_FOLDS)).translate(_FOLDS)
        folded = " ".join(folded.split()).casefold()
    return folded.rstrip(" .") or folded


def tidy(text: str) -> str:
    """Return a text with its blanks collapsed and nothing else changed, for the strictest comparison."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_UNSEEN).split())


def skeleton(text: str) -> str:
    r"""Return only letters, digits and the signs of formulas: `\(x^2\)` and `x2` have the same skeleton."""
    bare = _NOT_SKELETON.sub("", unicodedata.normalize("NFKC", text.translate(_FOLDS)).casefold())
    return _IDLE_POINT.sub("", bare)


def plain_text(content: str) -> str:
    """Return content as a reader would type it: no markup, an image as its description."""
    return _strip(content, _alt)


def spellings(content: str) -> tuple[str, ...]:
    """Return the texts that content may have become, the plainest first, each once."""
    if not any(mark in content for mark in "<&\\$["):
        return (content,)
    forms = {plain_text(content): None}
    forms[_moodle(content)] = None
    forms[_moodle(content, pseudo_tags=True)] = None
    forms[_strip(content, lambda _: "")] = None
    forms[_canvas_header(content)] = None
    forms[_PSEUDO_TAG.sub("", plain_text(content))] = None
    forms[_MATH.sub("", plain_text(content))] = None
    return tuple(forms)


def without_marks(text: str) -> str:
    """Return an exported text without what exporters add: equation images, numbered link marks, tags, entities."""
    if "<" in text or "&" in text:
        text = plain_text(text)
    text = _EQUATION.sub(r"\1", text)
    return _LINK_MARK.sub("", text)


def _alt(attributes: str) -> str:
    found = _ALT.search(attributes)
    return unescape(found[1] or found[2] or "") if found else ""


def _strip(content: str, image: Callable[[str], str], emphasis: str = "", bullet: str = "") -> str:
    def replace(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name == "img":
            return image(tag[3])
        if name in {"em", "i"}:
            return emphasis
        if name == "li" and not tag[1]:
            return f" {bullet}"
        return "" if _INLINE.fullmatch(name) else " "

    return " ".join(unescape(_TAG.sub(replace, content)).split())


def _moodle(content: str, *, pseudo_tags: bool = False) -> str:
    """Moodle's html_to_text, then the clean-up of its table downloads, which cuts whatever looks like a tag."""

    def bracketed(attributes: str) -> str:
        alt = _alt(attributes)
        return f"[{alt}]" if alt else ""

    text = _strip(content, bracketed, emphasis="_", bullet="* ")
    return " ".join(unescape(_PSEUDO_TAG.sub("", text)).split()) if pseudo_tags else text


def _canvas_header(content: str) -> str:
    """Canvas' Student Analysis: tags removed, named entities deleted, numeric ones decoded."""
    return " ".join(unescape(_NAMED_ENTITY.sub("", _TAG.sub("", content))).split())
