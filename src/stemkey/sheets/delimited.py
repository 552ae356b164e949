"""Text files with separators: CSV and TSV in any dialect, in any encoding that can be told."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from codecs import lookup as find_codec
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, rule
from stemkey.files import Source
from stemkey.sheets.encodings import guess_encodings
from stemkey.sheets.grid import Grid, RawText, Row
from stemkey.sheets.options import SheetOptions

MAXIMUM_COLUMNS = 20_000
MAXIMUM_CELL = 16 * 1024 * 1024
SEPARATORS = (",", ";", "\t", "|")
_LOOKED_AT = 200
_CHUNK = 1 << 20

_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_TITLES = {"\t": "tab", " ": "space"}


class Encoding(NamedTuple):
    """How the bytes become text."""

    name: str
    errors: str = "strict"
    skip: int = 0
    """Bytes of the byte order mark."""


@rule("S001", Severity.ERROR)
def empty_sheet(what: str) -> Text:
    """The file has no rows with answers: it is empty, or has only a header. Nobody can be graded from it."""
    return Text(f"the sheet {what}", "export it again; an empty export often means that a filter was set")


@rule("S003", Severity.WARNING)
def read_as_encoding(encoding: str, example: str) -> Text:
    """The file is not UTF-8, so its letters were read in the encoding that fits them best.

    Answers given as letters, and ids of digits, are right in any case. Names may not be: look at one, and give
    the right encoding with `--encoding` (`cp1252` is Western Windows, `cp1251` Cyrillic, `cp932` Japanese).
    """
    shown = f", e.g. '{example}'" if example else ""
    return Text(f"the file is not UTF-8; it was read as {encoding}{shown}", "say --encoding if the names look wrong")


@rule("S025", Severity.ERROR)
def encoding_not_told(examples: str) -> Text:
    """The file is not UTF-8, and its letters make words in more than one encoding. Nothing in it tells which is meant.

    A wrong guess would give people names that are not theirs, and make answers that are texts unreadable.
    """
    return Text(f"the file is not UTF-8, and could be {examples}", "say which with --encoding NAME")


@rule("S004", Severity.ERROR)
def encoding_does_not_fit(encoding: str, reason: str) -> Text:
    """The encoding asked for with `--encoding` is unknown, or the file holds bytes that it has no letters for.

    Stemkey then reads nothing, because a wrong guess would change names and answers without anybody noticing.
    """
    return Text(f"the file cannot be read as {encoding}: {reason}", "leave --encoding out to have it detected")


@rule("S005", Severity.ERROR)
def holds_null_bytes(offset: int) -> Text:
    """A text file never holds null bytes: this one was damaged on its way, or is no text file."""
    return Text(
        f"the file holds null bytes (first at byte {offset + 1}), so it is damaged or no text file", "export it again"
    )


@rule("S006", Severity.ERROR)
def quote_not_closed(reason: str) -> Text:
    """A cell begins with a quotation mark that does not end where the cell ends, so it swallows what follows.

    Rows would vanish without a trace. Open the file in a text editor at the line named, and double or remove
    the quotation mark.
    """
    return Text(f"a quotation mark is not closed: {reason}", "mend the line named, or export the sheet again")


@rule("S007", Severity.ERROR)
def too_many_columns(count: int) -> Text:
    """No response sheet has so many columns: the file is something else, or its line ends are lost."""
    return Text(f"the first rows have {count:,} columns, more than {MAXIMUM_COLUMNS:,}", "export the sheet again")


@rule("S022", Severity.WARNING)
def ends_in_empty_cell() -> Text:
    """The file ends behind a separator, without a line end, so its last row has an empty cell at its end.

    Either that is so, or the file was cut off just there. Nobody can tell from the file itself.
    """
    return Text(
        "the file ends in the middle of a line, behind a separator; it may have been cut off",
        "compare the last row with what the LMS shows",
    )


@rule("S020", Severity.WARNING)
def lines_unwrapped() -> Text:
    """Each line was quoted as a whole, so that every row looked like one cell. The quotes were taken off."""
    return Text("every line is quoted as a whole; the quotes around the lines were taken off", None)


def open_delimited(source: Source, options: SheetOptions, found: Diagnostics) -> Grid | None:
    """Return the rows of a text file; None, with a finding, where it is none."""
    place = CellSpan(source.name)
    encoding = _encoding(source, options, found)
    if encoding is None:
        return None
    head = _lines(source, encoding)
    first = next(head, "")
    separator, skipped = _declared_separator(first)
    separator = _NAMES.get(options.separator, options.separator) if options.separator else separator
    beginning = [] if skipped else [first]
    beginning.extend(islice(head, _LOOKED_AT))
    if not any(line.strip("\ufeff \t\r\n,;") for line in beginning):
        found.add(empty_sheet("is empty"), place)
        return None
    wrapped = _is_wrapped(beginning)
    if wrapped:
        found.add(lines_unwrapped(), place)
        beginning = list(_unwrapped(iter(beginning)))
    separator = separator or sniff_separator(beginning)
    widths = Counter(len(cells) for cells in _records(iter(beginning), separator) if cells)
    width = widths.most_common(1)[0][0] if widths else 1
    if max(widths, default=0) > MAXIMUM_COLUMNS:
        found.add(too_many_columns(max(widths)), place)
        return None

    tail = _tail(source, encoding)
    if tail.endswith(separator):
        found.add(ends_in_empty_cell(), place)

    def read() -> Iterator[Row]:
        lines = _lines(source, encoding)
        if skipped:
            next(lines, None)
        yield from _rows(
            _unwrapped(lines) if wrapped else lines, separator, width, start=skipped, found=found, place=place
        )

    return Grid(
        source=source.name,
        kind="tsv" if separator == "\t" else "csv",
        encoding=encoding.name,
        separator=separator,
        read=read,
        ends_open=not tail.endswith(("\n", "\r")),
        raw=None if wrapped else _raw_text(source, encoding, separator, width, found, place),
    )


def text_lines(
    source: Source, options: SheetOptions, found: Diagnostics
) -> tuple[str, Callable[[], Iterator[str]]] | None:
    """Return the encoding of a text file and a function that gives its lines; None, with a finding, for no text."""
    encoding = _encoding(source, options, found)
    if encoding is None:
        return None
    return encoding.name, lambda: _lines(source, encoding)


def _raw_text(
    source: Source, encoding: Encoding, separator: str, width: int, found: Diagnostics, place: CellSpan
) -> RawText | None:
    if encoding.name != "utf-8" or encoding.errors != "strict" or not separator.isascii():
        return None

    def rows(some: bytes, line: int) -> Iterator[Row]:
        lines = _lines(Source(source.name, some), Encoding("utf-8"))
        return _rows(lines, separator, width, start=line - 1, found=found, place=place)

    return RawText(open=source.open, size=source.size, start=encoding.skip, separator=separator.encode(), rows=rows)


class _Survey(NamedTuple):
    """What one pass over the bytes shows."""

    is_utf8: bool
    null: int
    """Where the first null byte is; -1 where there is none."""


def _survey(source: Source, skip: int) -> _Survey:
    decoder = find_codec("utf-8").incrementaldecoder()
    is_utf8, offset = True, skip
    with source.open() as stream:
        stream.seek(skip)
        while chunk := stream.read(_CHUNK):
            null = chunk.find(b"\x00")
            if null >= 0:
                return _Survey(is_utf8, offset + null)
            offset += len(chunk)
            if is_utf8 and not (chunk.isascii() and not decoder.getstate()[0]):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    return _Survey(is_utf8 and not decoder.getstate()[0], -1)


def _encoding(source: Source, options: SheetOptions, found: Diagnostics) -> Encoding | None:
    place = CellSpan(source.name)
    head = source.head(4096)
    if options.encoding:
        return _asked_encoding(source, options.encoding, found, place)
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = Encoding("utf-16-le" if head.startswith(BOM_UTF16_LE) else "utf-16-be", skip=2)
        if _fits(source, encoding):
            return encoding
        found.add(encoding_does_not_fit("UTF-16", "its end is missing or damaged"), place)
        return None
    skip = 0
    while head.startswith(BOM_UTF8, skip):
        skip += len(BOM_UTF8)
    survey = _survey(source, skip)
    if survey.null >= 0:
        return _without_mark(source, head, survey.null, found)
    if survey.is_utf8:
        return Encoding("utf-8", skip=skip)
    if skip or _is_mostly_utf8(source.data):
        return Encoding("utf-8", "surrogateescape", skip)
    name, *others = guess_encodings(source.data)
    if others:
        shown = " or ".join(f"{one} ('{_example(source.data, one)}')" for one in (name, *others))
        found.add(encoding_not_told(shown), place)
        return None
    found.add(read_as_encoding(name, _example(source.data, name)), place)
    return Encoding(name)


def _without_mark(source: Source, head: bytes, null: int, found: Diagnostics) -> Encoding | None:
    """Return UTF-16 where null bytes stand as they do in it, without a byte order mark that says so."""
    for name, others in (("utf-16-le", head[1:2000:2]), ("utf-16-be", head[0:2000:2])):
        if others.count(0) > len(others) * 0.7 and _fits(source, Encoding(name)):
            found.add(read_as_encoding(name, ""), CellSpan(source.name))
            return Encoding(name)
    found.add(holds_null_bytes(null), CellSpan(source.name))
    return None


def _asked_encoding(source: Source, asked: str, found: Diagnostics, place: CellSpan) -> Encoding | None:
    try:
        name = find_codec(asked).name
    except LookupError:
        found.add(encoding_does_not_fit(asked, "there is no such encoding"), place)
        return None
    has_mark = name in {"utf-8", "utf-8-sig"} and source.head(3) == BOM_UTF8
    encoding = Encoding(name, skip=len(BOM_UTF8) if has_mark else 0)
    if not _fits(source, encoding):
        found.add(encoding_does_not_fit(asked, "it has bytes that are no letters there"), place)
        return None
    return encoding


def _fits(source: Source, encoding: Encoding) -> bool:
    try:
        for _ in _lines(source, encoding):
            pass
    except (UnicodeError, LookupError):
        return False
    return True


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether several lines hold letters beyond ASCII in UTF-8 and only some do not: two encodings in one file."""
    good = bad = 0
    for line in data.splitlines():
        if not line.isascii():
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


def _example(data: bytes, encoding: str) -> str:
    """Return a word in which the encoding matters, for the user to judge."""
    for word in data.decode(encoding, "replace").replace(";", ",").replace("\t", ",").split(","):
        if not word.isascii() and len(word) <= 40:
            return word.strip(' "\r\n')
    return ""


def _lines(source: Source, encoding: Encoding) -> Iterator[str]:
    stream = source.open()
    stream.seek(encoding.skip)
    with io.TextIOWrapper(stream, encoding.name, encoding.errors, newline="") as text:
        yield from text


def _declared_separator(line: str) -> tuple[str | None, int]:
    """Return the separator of Excel's `sep=;` line, and how many lines that takes."""
    text = line.strip().strip('"')
    return (text[4], 1) if text.lower().startswith("sep=") and len(text) == 5 else (None, 0)


def sniff_separator(lines: list[str]) -> str:
    """Return the separator that gives the same number of columns in most of the first records."""

    def merit(separator: str) -> tuple[float, int]:
        widths = Counter(len(cells) for cells in _records(iter(lines), separator) if cells)
        several = Counter({width: count for width, count in widths.items() if width > 1})
        if not several:
            return (0.0, 0)
        width, count = max(several.items(), key=lambda entry: (entry[1], entry[0]))
        return (round(count / sum(widths.values()), 1), width)

    return max(SEPARATORS, key=merit)


def _records(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAXIMUM_CELL)
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:
        return


def _is_wrapped(lines: list[str]) -> bool:
    """Whether every line is one quoted cell that holds the separators."""
    texts = [line.strip() for line in lines if line.strip()]
    return len(texts) > 1 and all(
        len(text) > 2
        and text[0] == text[-1] == '"'
        and any(separator in text for separator in SEPARATORS)
        and '"' not in text[1:-1].replace('""', "")
        for text in texts
    )


def _unwrapped(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        text = line.strip()
        yield text[1:-1].replace('""', '"') + "\n" if text[:1] == '"' else line


def _tail(source: Source, encoding: Encoding) -> str:
    """Return the last characters of a text file."""
    with source.open() as stream:
        stream.seek(max(source.size - 8, encoding.skip))
        return stream.read().decode(encoding.name, "replace")


def _rows(
    lines: Iterator[str], separator: str, width: int, *, start: int, found: Diagnostics, place: CellSpan
) -> Iterator[Row]:
    csv.field_size_limit(MAXIMUM_CELL)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            number = start + before + 1
            spread = reader.line_num - before > 1
            before = reader.line_num
            if not cells:
                continue
            problem = _problem(cells, separator, width) if spread else None
            if problem is None and not all(map(str.isascii, cells)) and _is_torn(cells):
                problem = "holds bytes that are not in the file's encoding"
            yield Row(number, cells, problem)
    except csv.Error as error:
        reason = "the file ends inside it" if "unexpected end" in str(error) else "text follows it inside the cell"
        found.add(quote_not_closed(reason), place._replace(row=start + before + 1))
        yield Row(start + before + 1, [], "is not closed")


def _problem(cells: list[str], separator: str, width: int) -> str | None:
    """Say whether a cell over several lines has swallowed rows: then its lines are full of separators."""
    for cell in cells:
        if "\n" in cell or "\r" in cell:
            full = [line.count(separator) >= width - 1 for line in cell.splitlines()[1:-1]]
            if (width > 5 and any(full)) or (width > 1 and len(full) > 2 and all(full)):
                return "is not closed"
    return None


def _is_torn(cells: list[str]) -> bool:
    return any("\udc80" <= character <= "\udcff" for cell in cells for character in cell)


def separator_title(separator: str) -> str:
    """Return a separator as users say it."""
    return _TITLES.get(separator, separator)
