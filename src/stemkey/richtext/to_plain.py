"""Content as plain text: for titles, cells, prompts and comparisons."""

import re
from html import unescape

from stemkey.model import GAP, Content

BLANK = "____"
"""What stands for a gap."""

_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|td|th|table|pre|blockquote|h[1-6]|figure|figcaption|details|summary)\b[^>]*+>"
)
_IMAGE = re.compile(r"<img\b[^>]*+>")
_ALT = re.compile(r'\balt="([^"]*+)"')
_SRC = re.compile(r'\bsrc="([^"]*+)"')
_TAG = re.compile(r"<[^>]*+>")


def to_plain(content: Content) -> str:
    """Return content as one line of plain text: an image is its description, a gap is `____`, math is TeX."""
    text: str = content
    if "<" in text:
        if "<span data-gap" in text:
            text = GAP.sub(BLANK, text)
        if "<img" in text:
            text = _IMAGE.sub(_image_words, text)
        text = _TAG.sub("", _BLOCK.sub(" ", text))
    if "&" in text:
        text = unescape(text)
    return " ".join(text.split())


def _image_words(image: re.Match[str]) -> str:
    """Return what an image says: its description, else its file's name."""
    alt = _ALT.search(image[0])
    if alt and alt[1].strip():
        return alt[1]
    src = _SRC.search(image[0])
    return src[1].rpartition("/")[2] if src else ""
