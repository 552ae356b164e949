"""What comes in: bytes with a name, decoded without a silent guess."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name as the user gave it, and its bytes."""

    name: str
    data: bytes = field(repr=False)
    folder: Path | None = None
    """Where files that it names (images) are looked for; None: nowhere."""

    @property
    def stem(self) -> str:
        """The file's name without folder and known suffixes: `week3` of `dir/week3.moodle.xml`."""
        return file_stem(self.name)


KNOWN_SUFFIXES = frozenset(
    {
        ".md", ".markdown", ".xml", ".moodle", ".canvas", ".zip", ".imscc", ".qti", ".gift", ".txt", ".aiken", ".json",
        ".text2qti", ".rmd", ".rnw", ".csv", ".xlsx", ".qti12", ".qti21", ".qti3",
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
    """Read a file, or standard input where the name is `-`. `OSError` goes to the caller untouched."""
    if str(name) == STANDARD_INPUT:
        return Source("<stdin>", sys.stdin.buffer.read(), Path.cwd())
    path = Path(name)
    return Source(str(name), path.read_bytes(), path.parent)


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
