"""Blocks of lines become content, and what had to be left out or loaded on the way is noted."""

import re

from stemkey.diagnostics import Diagnostics, Span
from stemkey.formats.markdown.drafts import Block
from stemkey.formats.markdown.lines import Line
from stemkey.formats.markdown.pictures import Pictures
from stemkey.model import GAP, Content, gap
from stemkey.richtext import from_markdown, from_markdown_inline, markup_left_out


class Contents:
    """Renders the contents of one file."""

    __slots__ = ("found", "pictures", "references", "source")

    def __init__(self, source: str, references: dict[str, str], pictures: Pictures, found: Diagnostics) -> None:
        self.source = source
        self.references = references
        self.pictures = pictures
        self.found = found

    def block(self, text: str, block: Block, item: str | None) -> Content:
        """Return a block's text as block content."""
        dropped: list[str] = []
        content = from_markdown(text, references=self.references, dropped=dropped)
        if dropped or "src=" in content or "href=" in content:
            self._look_at(content, block, item, dropped)
        return content

    def inline(self, block: Block, item: str | None) -> Content:
        """Return what stands behind a label: inline content where it is one paragraph."""
        dropped: list[str] = []
        content = from_markdown_inline(block.text, references=self.references, dropped=dropped)
        if dropped or "src=" in content or "href=" in content:
            self._look_at(content, block, item, dropped)
        return content

    def joined(self, blocks: list[Block]) -> Content:
        """Return blocks that belong to no item, as one content."""
        return Content("\n".join(filter(None, (self.block(block.text, block, None) for block in blocks))))

    def _look_at(self, content: Content, block: Block, item: str | None, dropped: list[str]) -> None:
        self.pictures.gather(content, block.lines, item)
        if dropped:
            self.found.add(markup_left_out(tuple(dict.fromkeys(dropped))), self.span(block.first), item=item)

    def span(self, line: Line, source: str = "") -> Span:
        """Return where a line's label and text stand."""
        return Span(source or self.source, line.number, line.at + 1, max(len(line.raw.rstrip()) - line.at, 1))


# Code is passed over: a gap's mark inside it is two brackets.
_GAP_MARK = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|\\.|\[\[(?P<gap>[^\[\]\n]+)\]\]", re.DOTALL
)


def with_gaps(text: str, names: "set[str]") -> str:
    """Return Markdown with the marks of gaps, `[[1]]`, as HTML; other double brackets stay what they are."""

    def replaced(match: re.Match[str]) -> str:
        return gap(match["gap"]) if match["gap"] in names else match[0]

    return _GAP_MARK.sub(replaced, text)


def gap_names(text: str) -> list[str]:
    """Return what may be the identifiers of gaps, in order."""
    places = [(match.start(), match["gap"]) for match in _GAP_MARK.finditer(text) if match["gap"]]
    if "data-gap" in text:
        places += [(match.start(), match[1]) for match in GAP.finditer(text)]
    return [name for _, name in sorted(places)]
