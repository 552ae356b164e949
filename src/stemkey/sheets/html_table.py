"""HTML tables that a program has called .xls: the largest table of the page, as rows of cells."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from stemkey.sheets.grid import Row

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_BREAKS = frozenset({"br", "p", "div", "li"})
MOST_SPAN = 1000


class _Tables(HTMLParser):
    """Gathers the cells of every table, outermost tables only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.depth = 0
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.tables[-1].append([])
        elif self.depth == 1 and tag in {"td", "th"}:
            self._close()
            self.cell = []
            span = dict(attrs).get("colspan") or "1"
            self.span = min(int(span), MOST_SPAN) if span.isdigit() else 1
        elif tag in _BREAKS and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._close()
            self.depth = max(self.depth - 1, 0)
        elif self.depth == 1 and tag in {"td", "th", "tr"}:
            self._close()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close(self) -> None:
        if self.cell is None or not self.tables:
            return
        if not self.tables[-1]:
            self.tables[-1].append([])
        self.tables[-1][-1].extend([" ".join("".join(self.cell).split()), *[""] * (self.span - 1)])
        self.cell, self.span = None, 1


def html_rows(data: bytes) -> list[Row]:
    """Return the rows of the page's largest table; none where it has no table of two rows and columns."""
    parser = _Tables()
    parser.feed(_decoded(data))
    parser.close()
    table: list[list[str]] = max(parser.tables, key=lambda rows: sum(map(len, rows)), default=[])
    if len(table) < 2 or max(map(len, table)) < 2:
        return []
    return list(_numbered(table))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    charset = _CHARSET.search(data[:4096])
    for name in (charset[1].decode("ascii") if charset else "utf-8", "utf-8", "cp1252"):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _numbered(table: list[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(table, 1):
        if any(cells):
            yield Row(number, cells)
