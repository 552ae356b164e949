"""Files that a quiz shows: read from beside it, each once; a missing one is named with its place."""

import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source
from stemkey.formats.markdown.findings import image_missing, image_not_looked_for, image_remote
from stemkey.formats.markdown.lines import Line
from stemkey.model import Asset

_SRC = re.compile(r'<(?:img|audio|video|source)\b[^>]*?\bsrc="([^"]*)"')
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_MEDIA = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".mp3", ".m4a", ".ogg", ".wav", ".mp4", ".webm", ".avif"}
)


class Pictures:
    """The assets of one quiz, gathered while its contents are rendered."""

    __slots__ = ("_found", "_source", "assets")

    def __init__(self, source: Source, embedded: dict[str, bytes], found: Diagnostics) -> None:
        self._source = source
        self._found = found
        # What the file holds itself is kept even where no text shows it: a question of another format may need it.
        self.assets: dict[str, Asset] = {path: Asset(name=path, data=data) for path, data in embedded.items()}

    def gather(self, html: str, lines: Iterable[Line], item: str | None) -> None:
        """Load the files that a content shows; `lines` are where it was written."""
        for match in _SRC.finditer(html):
            path = unescape(match[1])
            if path in self.assets or path.lower().startswith("data:"):
                continue
            if _REMOTE.match(path):
                self._found.add(image_remote(path), self._place(path, lines), item=item)
                continue
            if self._source.folder is None:
                self._found.add(image_not_looked_for(unquote(path)), self._place(path, lines), item=item)
                continue
            data, reason = self._load(unquote(path))
            if data is None:
                self._found.add(image_missing(unquote(path), reason), self._place(path, lines), item=item)
            else:
                self.assets[path] = Asset(name=path, data=data)

    def _load(self, path: str) -> tuple[bytes | None, str]:
        """Return a file's bytes, or why it has none. Only pictures and sounds, only by a path relative to the quiz."""
        if not path:
            return None, "has no path"
        if Path(path).is_absolute() or re.match(r"[A-Za-z]:|\\", path):
            return None, "is named by an absolute path, which no other machine has"
        if PurePosixPath(path).suffix.lower() not in _MEDIA:
            return None, "is no picture or sound that an LMS shows"
        try:
            return ((self._source.folder or Path()) / path).read_bytes(), ""
        except (OSError, ValueError):
            return None, "does not exist"

    def _place(self, path: str, lines: Iterable[Line]) -> Span:
        first = None
        for line in lines:
            first = first or line
            for spelling in (path, unquote(path)):
                if spelling and (column := line.raw.find(spelling)) >= 0:
                    return Span(self._source.name, line.number, column + 1, len(spelling))
        return Span(self._source.name, first.number if first else 1)
