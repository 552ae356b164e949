"""What the parts of an XLSX file say about the workbook as a whole: its sheets, its shared texts, its number formats."""

import re
import zipfile
from collections.abc import Iterator
from enum import Enum
from html import unescape
from typing import NamedTuple

from stemkey.sheets.grid import RawCells

_CHUNK = 1 << 18
_LARGEST_ITEM = 1 << 24
_LONGEST_CODE = 500
# Possessive where they repeat, and each ends at the next tag: a hostile file must not make them try every way to cut it.
_SHEET = re.compile(rb"<(?:\w++:)?sheet\b([^<>]*+)>")
_RELATION = re.compile(rb"<(?:\w++:)?Relationship\b([^<>]*+)>")
_FROM_1904 = re.compile(rb'\bdate1904="(?:1|true)"')
_ATTRIBUTE = re.compile(rb'(?<![\w:])([\w:]++)="([^"]*+)"')

_TEXT = rb'<t(?P<keep> xml:space="preserve")?\s*+(?:/>|>(?P<text>[^<]*+)</t>)'
_TEXTS = re.compile(_TEXT)
_ONE_TEXT = re.compile(rb"\s*+" + _TEXT + rb"\s*+")
_TAG = re.compile(rb"</?([^<>\s/]*+)[^<>]*+>")
_RUN_TAGS = frozenset(
    b"r rPr b i u strike outline shadow condense extend sz color rFont family charset scheme vertAlign phoneticPr".split()
)
_ITEM = re.compile(rb"\s*+<si>(.*)", re.DOTALL)
_PLAIN_ITEM = re.compile(rb'\s*+<si><t( xml:space="preserve")?>([^<]*+)</t>')
_EMPTY_ITEM = re.compile(rb"<si\s*+/>")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w*+));|&")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPACE = " \t\r\n"

_STYLE = re.compile(rb"<xf\b([^<>]*+)>")
_FORMAT = re.compile(rb"<numFmt\b([^<>]*+)>")
_NO_DATES = frozenset([*range(5), *range(9, 14), *range(37, 41), 48, 49])
_DATES = frozenset(range(14, 23))
_LITERAL = re.compile(
    r'"[^"]*"|\\.|[_*].|\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|\$[^\]]*|[<>=]+[\d.]+)\]',
    re.IGNORECASE,
)
_OF_NUMBERS = re.compile(r"(?:General|@|[0#?.,%/ ;()+$€£-]|E[+-])*")
_OF_DATES = re.compile(r"(?:[dmyhsDMYHS:/., ;@-]|AM/PM)*[dmyhs](?:[dmyhs:/., ;@-]|AM/PM)*", re.IGNORECASE)


class UnfamiliarError(ValueError):
    """Something that is read here in no way, or in more than one: the whole workbook is left to calamine."""


class SheetPart(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    part: str | None
    """The part of the archive that holds it; None where it is missing."""
    is_visible: bool
    is_worksheet: bool
    """Not a chart, a dialogue, a sheet of macros."""


class WorkbookParts(NamedTuple):
    """Where a workbook's parts are in the archive."""

    sheets: tuple[SheetPart, ...] = ()
    texts: str | None = None
    """The shared texts."""
    styles: str | None = None
    counts_from_1904: bool = False
    """Whether days are counted from another day than usual."""


class Numbers(Enum):
    """What a cell's number format makes of its number."""

    NUMBER = "number"
    DATE = "date"
    DOUBTFUL = "doubtful"


def workbook_parts(archive: zipfile.ZipFile) -> WorkbookParts:
    """Return the sheets of a workbook in its order, and where the rest of it is."""
    names = {name.lower(): name for name in archive.namelist()}
    book = next((names[name] for name in names if name.endswith("xl/workbook.xml")), None)
    if book is None:
        return WorkbookParts()
    folder = book.rpartition("/")[0]
    relations = names.get(f"{folder}/_rels/workbook.xml.rels".lower())
    kinds: dict[str, str | None] = {}
    targets: dict[bytes, tuple[str, str | None]] = {}
    for attributes in _RELATION.findall(archive.read(relations)) if relations else ():
        found = dict(_ATTRIBUTE.findall(attributes))
        target = found.get(b"Target", b"").decode("utf-8", "replace")
        part = names.get((target.lstrip("/") if target.startswith("/") else f"{folder}/{target}").lower())
        kind = found.get(b"Type", b"").rpartition(b"/")[2].decode("utf-8", "replace")
        kinds[kind] = part
        targets[found.get(b"Id", b"")] = kind, part
    markup = archive.read(book)
    sheets = []
    for attributes in _SHEET.findall(markup):
        found = dict(_ATTRIBUTE.findall(attributes))
        identifier = next((value for name, value in found.items() if name.endswith(b":id")), b"")
        kind, part = targets.get(identifier, ("", None))
        sheets.append(
            SheetPart(
                name=unescape(found.get(b"name", b"").decode("utf-8", "replace")),
                part=part,
                is_visible=found.get(b"state", b"visible") == b"visible",
                is_worksheet=kind == "worksheet",
            )
        )
    return WorkbookParts(
        sheets=tuple(sheets),
        texts=kinds.get("sharedStrings"),
        styles=kinds.get("styles"),
        counts_from_1904=_FROM_1904.search(markup) is not None,
    )


def shared_texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the texts that cells name by their place in this list."""
    texts = []
    for item in _shared_items(archive, part):
        plain = _PLAIN_ITEM.fullmatch(item)
        if plain is not None:
            texts.append(cell_text(plain[2], is_kept=plain[1] is not None))
            continue
        *empty, last = _EMPTY_ITEM.split(item)
        whole = _ITEM.fullmatch(last)
        if whole is None or b"".join(empty).strip():
            raise UnfamiliarError
        texts += ["" for _ in empty]
        texts.append(item_text(whole[1]))
    return texts


def _shared_items(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as file:
        rest = b""
        is_first = True
        while chunk := file.read(_CHUNK):
            rest += chunk
            if is_first:
                rest, is_first = after_root(rest, b"sst"), False
            *items, rest = rest.split(b"</si>")
            if len(rest) > _LARGEST_ITEM:
                raise UnfamiliarError
            yield from items
    if rest.strip() != b"</sst>":
        raise UnfamiliarError


def after_root(head: bytes, name: bytes) -> bytes:
    """Return what follows the root's start tag in a part that is UTF-8 and has no prefixes."""
    start = re.match(rb"(?:\xef\xbb\xbf)?(?:<\?xml([^>]*)\?>)?\s*<" + name + rb"\b[^>]*(?<!/)>", head)
    if start is None or not re.fullmatch(
        rb'(?:(?!encoding).|encoding=["\']utf-8["\'])*', start[1] or b"", re.IGNORECASE
    ):
        raise UnfamiliarError
    return head[start.end() :]


def item_text(markup: bytes) -> str:
    """Return the text of a `si` or `is`: its `t`, or those of its runs; how characters are read aloud is left out."""
    one = _ONE_TEXT.fullmatch(markup)
    if one:
        return cell_text(one["text"] or b"", is_kept=one["keep"] is not None)
    runs = b"".join(_without_reading_aids(markup))
    around = _TEXTS.sub(b"", runs)
    if _TAG.sub(b"", around).strip() or not _RUN_TAGS.issuperset(_TAG.findall(around)):
        raise UnfamiliarError
    return "".join(cell_text(run["text"] or b"", is_kept=run["keep"] is not None) for run in _TEXTS.finditer(runs))


def _without_reading_aids(markup: bytes) -> Iterator[bytes]:
    before, *aids = markup.split(b"<rPh")
    yield before
    for aid in aids:
        _, end, behind = aid.partition(b"</rPh>")
        if not end:
            raise UnfamiliarError
        yield behind


def cell_text(raw: bytes, *, is_kept: bool) -> str:
    """Return a text as a cell shows it; blanks around it count only where the file says so."""
    text = raw.decode()
    if RawCells.SEPARATOR in text:
        raise UnfamiliarError
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_kept:
        text = text.strip(_SPACE)
    if "&" in text:
        text = _with_entities(text)
    return _ESCAPE.sub(_escaped, text) if "_x" in text else text


def _with_entities(text: str) -> str:
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    if plain.count("&") == plain.count("&amp;"):
        return plain.replace("&amp;", "&")
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name in _ENTITIES:
        return _ENTITIES[name]
    if not decimal and not hexadecimal:
        raise UnfamiliarError
    return _plain_character(int(decimal) if decimal else int(hexadecimal, 16))


def _escaped(escape: re.Match[str]) -> str:
    return _plain_character(int(escape[1], 16))


def _plain_character(number: int) -> str:
    if (number < 32 and chr(number) not in _SPACE) or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        raise UnfamiliarError
    return chr(number)


def number_formats(styles: bytes) -> list[Numbers]:
    """Return what each style of cells makes of a number, by the styles' part."""
    formats = {}
    for attributes in _FORMAT.findall(styles):
        found = dict(_ATTRIBUTE.findall(attributes))
        formats[int(found[b"numFmtId"])] = _of_code(unescape(found[b"formatCode"].decode()))
    cells, end, _ = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")
    if not end:
        return []
    numbers = [int(dict(_ATTRIBUTE.findall(style)).get(b"numFmtId", b"0")) for style in _STYLE.findall(cells)]
    return [formats.get(number) or _of_number(number) for number in numbers]


def _of_number(number: int) -> Numbers:
    return Numbers.NUMBER if number in _NO_DATES else Numbers.DATE if number in _DATES else Numbers.DOUBTFUL


def _of_code(code: str) -> Numbers:
    if len(code) > _LONGEST_CODE:
        return Numbers.DOUBTFUL
    bare = _LITERAL.sub("", code)
    if _OF_NUMBERS.fullmatch(bare):
        return Numbers.NUMBER
    return Numbers.DATE if _OF_DATES.fullmatch(bare) else Numbers.DOUBTFUL
