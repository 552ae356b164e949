"""Quizzes from QTI 1.2: packages, course exports and bare XML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, read_zip
from stemkey.files.safe_xml import parse_xml, walk_xml
from stemkey.formats.qti12.idents import MEMO, memo_text, read_memo
from stemkey.formats.qti12.item_parts import LOCAL, Reading, metadata
from stemkey.formats.qti12.item_reader import read_item
from stemkey.formats.qti12.mattext import Incoming, Where, line_of
from stemkey.formats.qti12.meta import Meta, fraction, read_meta
from stemkey.formats.qti12.profiles import CanvasOptions
from stemkey.model import EMPTY, Item, Quiz, Section, Settings

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOT = re.compile(rb"<(?:\w+:)?questestinterop\b")
_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[<>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@rule("R301", Severity.ERROR)
def no_qti12_in_package() -> Text:
    """The archive holds no file with QTI 1.2 in it: it is another kind of package, or another version of QTI."""
    return Text("the package holds no QTI 1.2 file", "export the quiz again as QTI 1.2, or say the format with --from")


@rule("R302", Severity.ERROR)
def not_qti12(root: str) -> Text:
    """The XML is something else than QTI 1.2: its outermost element should be `questestinterop`."""
    return Text(f"the XML is no QTI 1.2: its outermost element is '{root}'", "say the format with --from")


@rule("R303", Severity.WARNING)
def ident_used_twice(ident: str) -> Text:
    """Two questions have the same ident. Canvas would show the first one in both places and lose the other."""
    return Text(
        f"the ident '{ident}' is used by more than one question", "give each question its own ident; a new one is used"
    )


def read_qti12(source: Source, options: CanvasOptions, found: Diagnostics) -> Quiz:
    """Return the quiz of a package or of bare XML."""
    if source.head(4) == b"PK\x03\x04":
        files = read_zip(source, found)
        return _package(source, files, found) if files is not None else Quiz(identifier=_name(source.stem))
    return _bare(source, found)


@dataclass(slots=True)
class Assessment:
    """One assessment as it is read: what its own file says."""

    ident: str = ""
    title: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)


def _bare(source: Source, found: Diagnostics) -> Quiz:
    incoming = Incoming({}, found, {})
    assessment = _assessment(source, incoming, "", _name(source.stem), found)
    return _quiz(source, assessment, None, incoming, "")


def _package(source: Source, files: Mapping[str, bytes], found: Diagnostics) -> Quiz:
    names = _assessment_files(source, files, found)
    if not names:
        found.add(no_qti12_in_package(), Span(source.name, 1))
        return Quiz(identifier=_name(source.stem))
    name = names[0]
    member = Source(f"{source.name}:{name}", files[name])
    folder = name.rpartition("/")[0]
    keys = _file_keys(files[name])
    incoming = Incoming(files, found, keys)
    assessment = _assessment(member, incoming, folder, _name(source.stem), found)
    meta = _meta(source, files, folder, found)
    return _quiz(source, assessment, meta, incoming, folder)


def _assessment_files(source: Source, files: Mapping[str, bytes], found: Diagnostics) -> list[str]:
    """Return the files that hold QTI 1.2, in the manifest's order, then the others."""
    holders = [name for name, data in files.items() if _ROOT.search(data, 0, 4096)]
    listed = _listed(source, files)
    return sorted(holders, key=lambda name: (listed.get(name, len(listed)), name))


def _listed(source: Source, files: Mapping[str, bytes]) -> dict[str, int]:
    manifest = next((name for name in sorted(files, key=len) if name.rsplit("/", 1)[-1] == "imsmanifest.xml"), None)
    if manifest is None:
        return {}
    root = parse_xml(Source(f"{source.name}:{manifest}", files[manifest]), Diagnostics())
    if root is None:
        return {}
    base = manifest.rpartition("/")[0]
    prefix = f"{base}/" if base else ""
    order: dict[str, int] = {}
    for element in root.iter("{*}file", "{*}resource"):
        href = element.get("href")
        if href is not None:
            for name in (prefix + href, prefix + unquote(href)):
                order.setdefault(name, len(order))
    return order


def _file_keys(data: bytes) -> dict[str, str]:
    """Return the authors' own names of the files, where our own writer changed them."""
    start = data.find(f"<fieldlabel>{MEMO}</fieldlabel>".encode(), 0, 8192)
    if start < 0:
        return {}
    entry = re.compile(rb"<fieldentry>(.*?)</fieldentry>", re.DOTALL).search(data, start)
    if entry is None:
        return {}
    from html import unescape

    renamed = read_memo(unescape(entry[1].decode("utf-8", "replace"))).get("files")
    if not isinstance(renamed, dict):
        return {}
    return {path: key for path, key in renamed.items() if isinstance(path, str) and isinstance(key, str)}


def _meta(source: Source, files: Mapping[str, bytes], folder: str, found: Diagnostics) -> Meta | None:
    name = f"{folder}/assessment_meta.xml" if folder else "assessment_meta.xml"
    if name not in files:
        return None
    root = parse_xml(Source(f"{source.name}:{name}", files[name]), found)
    return None if root is None else read_meta(root)


def _assessment(source: Source, incoming: Incoming, folder: str, fallback: str, found: Diagnostics) -> Assessment:
    walk = _Walk(incoming, source.name, folder, fallback, found)
    source = Source(source.name, _without_doctype(source.data))
    for event, element in walk_xml(source, found, ("item", "section", "assessment", "objectbank", "questestinterop")):
        walk.take(event, element)
    walk.finish()
    return walk.assessment


def _without_doctype(data: bytes) -> bytes:
    """Return XML without its document type, which old tools write and nothing needs; its lines stay."""
    match = _DOCTYPE.search(data, 0, 65536) if b"<!DOCTYPE" in data[:4096] else None
    if match is None or b"<!ENTITY" in match[0]:
        return data
    return data[: match.start()] + b"\n" * match[0].count(b"\n") + data[match.end() :]


@dataclass(slots=True)
class _Open:
    """A section whose end was not met yet."""

    ident: str
    title: str
    items: list[Item] = field(default_factory=list)


class _Walk:
    """Follows the elements of one file and builds its sections."""

    def __init__(self, incoming: Incoming, source: str, folder: str, fallback: str, found: Diagnostics) -> None:
        self.assessment = Assessment()
        self._reading = Reading(incoming, Where(source, folder))
        self._source = source
        self._fallback, self._found = fallback, found
        self._position = 0
        self._open: list[_Open] = [_Open("", "")]
        self._known: set[str] = set()

    def take(self, event: str, element: "_Element") -> None:
        """Take one start or end of an element."""
        name = LOCAL[element.tag]
        if name == "item":
            if event == "end":
                self._item(element)
        elif name == "section":
            self._section(event, element)
        elif name in {"assessment", "objectbank"}:
            self._assessment(event, element)
        elif event == "start" and name != "questestinterop":
            self._found.add(not_qti12(name), Span(self._source, line_of(element)))

    def finish(self) -> None:
        """Close what the file left open."""
        while self._open:
            self._close(None)

    def _assessment(self, event: str, element: "_Element") -> None:
        if event == "start":
            self.assessment.ident = self.assessment.ident or element.get("ident") or ""
            self.assessment.title = self.assessment.title or element.get("title") or ""
            return
        for child in element:
            if LOCAL[child.tag] == "qtimetadata":
                self.assessment.fields.update(metadata(child))

    def _item(self, element: "_Element") -> None:
        self._position += 1
        self._reading.where.item = str(self._position)
        quiz = self.assessment.ident or self._fallback
        item = read_item(element, self._reading, self._position, quiz, self._found)
        if item.identifier in self._known:
            item = self._renamed(item)
        self._known.add(item.identifier)
        self._open[-1].items.append(item)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _renamed(self, item: Item) -> Item:
        from dataclasses import replace

        self._found.add(ident_used_twice(item.identifier), item.span, item=item.number)
        count = 2
        while f"{item.identifier}-{count}" in self._known:
            count += 1
        return replace(item, identifier=f"{item.identifier}-{count}")

    def _section(self, event: str, element: "_Element") -> None:
        if event == "start":
            self._flush()
            self._open.append(_Open(element.get("ident") or "", element.get("title") or ""))
        elif len(self._open) > 1:
            self._close(element)

    def _flush(self) -> None:
        """Make a section of the items met so far, before another section begins inside this one."""
        current = self._open[-1]
        if current.items:
            self.assessment.sections.append(Section(items=tuple(current.items)))
            current.items = []

    def _close(self, element: "_Element | None") -> None:
        current = self._open.pop()
        select, points = _selection(element) if element is not None else (None, None)
        outermost = len(self._open) <= 1
        if select is None and points is None and (outermost or not (current.title or current.items)):
            if current.items:
                self.assessment.sections.append(Section(items=tuple(current.items)))
            return
        # Our own writer's name for a section that has none.
        unnamed = re.compile(re.escape(self.assessment.ident) + r"_section_\d+\Z")
        self.assessment.sections.append(
            Section(
                identifier="" if unnamed.match(current.ident) else current.ident,
                title="" if unnamed.match(current.title) else current.title,
                items=tuple(current.items),
                select=select,
                points_per_item=points,
            )
        )


def _selection(section: "_Element") -> tuple[int | None, Fraction | None]:
    """Return how many items a section draws, and what each is worth."""
    select = points = None
    for ordering in section:
        if LOCAL[ordering.tag] != "selection_ordering":
            continue
        for element in ordering.iter():
            name = LOCAL[element.tag]
            text = (element.text or "").strip()
            if name == "selection_number" and text.isdigit():
                select = int(text)
            elif name == "points_per_item":
                points = fraction(text)
    return select, points


def _quiz(source: Source, assessment: Assessment, meta: Meta | None, incoming: Incoming, folder: str) -> Quiz:
    memo = read_memo(assessment.fields.get(MEMO))
    settings = meta.settings if meta is not None else _own_settings(assessment.fields)
    unsaid = memo.get("unsaid")
    if isinstance(unsaid, list):
        from dataclasses import replace

        settings = replace(settings, **{name: None for name in ("attempts", "shuffle_choices") if name in unsaid})
    description = meta.description if meta is not None else ""
    return Quiz(
        identifier=memo_text(memo, "identifier") or _name(assessment.ident) or _name(source.stem),
        title=(meta.title if meta is not None else "") or assessment.title,
        instructions=incoming.content(description, None, Where(source.name, folder)) if description else EMPTY,
        settings=settings,
        sections=tuple(assessment.sections),
        assets=incoming.assets,
        extensions=dict(meta.extensions) if meta is not None else {},
        span=Span(source.name, 1),
    )


def _own_settings(fields: Mapping[str, str]) -> Settings:
    attempts = fields.get("cc_maxattempts", "").strip().lower()
    limit = fields.get("qmd_timelimit", "").strip()
    return Settings(
        attempts=0 if attempts == "unlimited" else int(attempts) if attempts.isdigit() else None,
        time_limit=int(limit) if limit.isdigit() else None,
    )


def _name(text: str) -> str:
    """Return a text as a quiz's identifier: letters, digits, `-`, `_` and `.` only."""
    return _NOT_IN_NAMES.sub("_", text).strip("_") or ("quiz" if text else "")
