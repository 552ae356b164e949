"""Content of a quiz inside a page of ours: images come along, formulas are drawn, gaps are visible."""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape, unescape

from stemkey.model import GAP, Asset, Content
from stemkey.reports.formulas import with_formulas

_IMAGE = re.compile(r"<img\b[^>]*+>")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*+)"')
_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*+>")
_IDENTIFIER = re.compile(r'(<[a-z][^>]*?)\s(?:id|name)="[^"]*+"')

_KINDS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


def page_content(content: Content, assets: Mapping[str, Asset]) -> str:
    """Return content as markup for a page: nothing in it loads from elsewhere, no heading joins the page's own."""
    text: str = content
    if "<" not in text:
        return with_formulas(text)
    if "<img" in text:
        text = _IMAGE.sub(lambda image: _image(image[0], assets), text)
    if "data-gap" in text:
        text = GAP.sub('<span class="gap"><span class="hidden">gap</span></span>', text)
    text = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", text)
    # Long lines of code scroll sideways; with the keyboard too.
    text = _IDENTIFIER.sub(r"\1", text).replace("<pre>", '<pre tabindex="0">')
    return with_formulas(text)


def _image(tag: str, assets: Mapping[str, Asset]) -> str:
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
    source, words = attributes.get("src", ""), attributes.get("alt", "")
    if source.startswith("data:image/"):
        return tag
    asset = assets.get(source)
    address = data_address(asset) if asset else None
    if address is None:
        # Never fetched: the page is read offline, and an address in a quiz is somebody else's.
        return f'<span class="tag info">image: {escape(words or source)}</span>'
    return f'<img src="{address}" alt="{escape(words)}">'


def data_address(asset: Asset) -> str | None:
    """Return an image as a `data:` address; None where it is none that every browser shows."""
    data = asset.data
    kind = next((kind for magic, kind in _KINDS if data.startswith(magic)), None)
    if kind is None and b"<svg" in data[:1000]:
        kind = "image/svg+xml"
    return f"data:{kind};base64,{b64encode(data).decode()}" if kind else None
