"""What comes in: bytes with a name, decoded without a silent guess."""

import os
import sys
from errno import EISDIR
from io import BytesIO
from pathlib import Path
from typing import IO

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule

STANDARD_INPUT = "-"


class Source:
    """A file's name as the user gave it, and its bytes, read when they are first asked for.

    A sheet of millions of rows is read through `open`, a piece at a time.
    """

    __slots__ = ("_data", "folder", "name", "path")

    def __init__(
        self, name: str, data: bytes | None = None, folder: Path | None = None, path: Path | None = None
    ) -> None:
        self.name = name
        self._data = data
        self.folder = folder
        """Where files that it names (images) are looked for; None: nowhere."""
        self.path = path
        """Where its bytes lie; None where they are only in memory."""

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @property
    def data(self) -> bytes:
        """All its bytes, kept once they were read."""
        if self._data is None:
            assert self.path is not None, "a source has bytes or a path"
            self._data = self.path.read_bytes()
        return self._data

    def open(self) -> IO[bytes]:
        """Return its bytes as a stream from the beginning; the caller closes it."""
        if self._data is None and self.path is not None:
            return self.path.open("rb")
        return BytesIO(self.data)

    def head(self, size: int) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(size)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        if self._data is None and self.path is not None:
            return self.path.stat().st_size
        return len(self.data)

    @property
    def stem(self) -> str:
        """The file's name without folder and known suffixes: `week3` of `dir/week3.moodle.xml`."""
        return file_stem(self.name)


KNOWN_SUFFIXES = frozenset(
    {
        ".md", ".markdown", ".xml", ".moodle", ".canvas", ".zip", ".imscc", ".qti", ".gift", ".txt", ".aiken", ".json",
        ".text2qti", ".blackboard", ".rmd", ".rnw", ".csv", ".xlsx", ".qti12", ".qti21", ".qti3",
    }
)  # fmt: skip


def file_stem(name: str) -> str:
    """Return a file's name without its folder and without its known suffixes (`a.moodle.xml` is `a`)."""
    if name == STANDARD_INPUT:
        return "stdin"
    path = Path(name)
    while path.suffix.lower() in KNOWN_SUFFIXES:
        path = path.with_suffix("")
    return path.name


def open_source(name: str | Path) -> Source:
    """Open a file, or read standard input where the name is `-`. `OSError` goes to the caller untouched."""
    if str(name) == STANDARD_INPUT:
        return Source("<stdin>", sys.stdin.buffer.read(), Path.cwd())
    path = Path(name)
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    with path.open("rb"):  # what cannot be read is said now, not in the middle of the work
        return Source(str(name), None, path.parent, path)


@rule("R001", Severity.ERROR)
def not_utf8(offset: int) -> Text:
    """The file holds bytes that are not UTF-8, so its letters would have to be guessed.

    Stemkey does not guess: a wrong guess changes words without anybody noticing. Save the file as UTF-8
    (every editor has this under "Save as" or "Encoding") and run again.
    """
    return Text(f"the file is not UTF-8 text (first at byte {offset + 1})", "save it with the encoding UTF-8")


@rule("R002", Severity.ERROR)
def looks_binary(kind: str) -> Text:
    """The file is not text at all: it begins like an archive, a PDF, an image or the like."""
    return Text(f"this is {kind}, not text", "give the text file that the quiz is written in")


_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
)


def binary_kind(data: bytes) -> str | None:
    """Say what a file is that is certainly not text (`"a PDF"`), None where it may be."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    return "binary data" if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")) else None


def decode_text(source: Source, found: Diagnostics) -> str | None:
    """Return the source as text with LF line ends; None, with a finding, where it is no text.

    UTF-8 with or without BOM; UTF-16 with BOM.
    """
    data = source.data
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        elif kind := binary_kind(data):
            found.add(looks_binary(kind), Span(source.name, 1))
            return None
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        found.add(not_utf8(error.start), Span(source.name, line, column))
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


__all__ = ["Source", "binary_kind", "decode_text", "file_stem", "open_source"]
