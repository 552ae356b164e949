"""One file of QTI 1.2 as it is read: its items and sections, in order, and what it draws from banks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source
from stemkey.files.safe_xml import walk_xml
from stemkey.formats.qti12.item_parts import LOCAL, Reading, flowed, metadata
from stemkey.formats.qti12.item_reader import read_item
from stemkey.formats.qti12.mattext import Incoming, Where, line_of
from stemkey.formats.qti12.meta import fraction, whole
from stemkey.formats.qti12.own_items import PLACE, OwnItem, read_own_item, take_out
from stemkey.model import EMPTY, Content, Item, Section

if TYPE_CHECKING:
    from lxml.etree import _Element

_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[<>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_REFERENCES = frozenset({"itemref", "bankentry_item", "selection_metadata"})
_WALKED = ("item", "section", "assessment", "objectbank", "questestinterop", *sorted(_REFERENCES))


@rule("R303", Severity.WARNING)
def ident_used_twice(ident: str) -> Text:
    """Two questions have the same ident. Canvas would show the first one in both places and lose the other."""
    return Text(
        f"the ident '{ident}' is used by more than one question", "give each question its own ident; a new one is used"
    )


@rule("R307", Severity.WARNING)
def bank_elsewhere(bank: str) -> Text:
    """The quiz draws questions from a bank that is not in the package, so they cannot be read.

    Export the bank, too: in Canvas a course export holds the quizzes and the banks.
    """
    return Text(
        f"questions are drawn from the bank '{bank}', which is not in the package", "export the course with its banks"
    )


@rule("R308", Severity.WARNING)
def questions_elsewhere(idents: tuple[str, ...]) -> Text:
    """The quiz names questions that are kept in a bank, and the package does not hold them.

    They would be missing without a word in whatever is made of this file. Blackboard, D2L and New Quizzes write such
    references; an export of the course, or of the bank, has the questions themselves.
    """
    shown = ", ".join(f"'{ident}'" for ident in idents[:3]) + (", …" if len(idents) > 3 else "")
    return Text(
        f"{len(idents)} questions are kept in a bank that is not in the package: {shown}",
        "export the question bank, too",
    )


@dataclass(slots=True)
class Assessment:
    """What one file says."""

    ident: str = ""
    title: str = ""
    instructions: Content = EMPTY
    is_bank: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)


class Gathering:
    """What the files of one package share: the numbering, the idents met so far, the banks."""

    def __init__(self, incoming: Incoming, found: Diagnostics, fallback: str) -> None:
        self.incoming, self.found, self.fallback = incoming, found, fallback
        self.banks: dict[str, tuple[Source, str]] = {}
        """The file and folder of each bank, by its ident."""
        self.used_banks: set[str] = set()
        self._position = 0
        self._known: set[str] = set()
        self._bank_items: dict[str, Item] | None = None

    def take(self, element: "_Element", reading: Reading, ident: str, own: OwnItem | None) -> Item:
        """Return the item of an element, with the next number."""
        self._position += 1
        reading.where.item = str(self._position)
        if own is not None:
            item = read_own_item(own, self._position, reading.incoming, reading.where)
        else:
            item = read_item(element, reading, self._position, ident or self.fallback, self.found)
        if item.identifier in self._known:
            self.found.add(ident_used_twice(item.identifier), item.span, item=item.number)
            item = replace(item, identifier=self._other(item.identifier))
        self._known.add(item.identifier)
        return item

    def bank(self, ident: str) -> tuple[Item, ...] | None:
        """Return the items of a bank of the package; None where it holds none of that ident."""
        if ident not in self.banks:
            return None
        self.used_banks.add(ident)
        source, folder = self.banks[ident]
        assessment = read_assessment(source, folder, self)
        return tuple(item for section in assessment.sections for item in section.items)

    def bank_item(self, ident: str) -> Item | None:
        """Return an item of any bank of the package, with the next number."""
        if self._bank_items is None:
            self._bank_items = self._all_bank_items()
        item = self._bank_items.get(ident)
        if item is None:
            return None
        self._position += 1
        name = item.identifier if item.identifier not in self._known else self._other(item.identifier)
        self._known.add(name)
        return replace(item, identifier=name, number=str(self._position))

    def _all_bank_items(self) -> dict[str, Item]:
        apart = Gathering(self.incoming, self.found, self.fallback)
        items: dict[str, Item] = {}
        for ident, (source, folder) in self.banks.items():
            self.used_banks.add(ident)
            assessment = read_assessment(source, folder, apart)
            for section in assessment.sections:
                for item in section.items:
                    items.setdefault(item.identifier, item)
        return items

    def _other(self, identifier: str) -> str:
        count = 2
        while f"{identifier}-{count}" in self._known:
            count += 1
        return f"{identifier}-{count}"


def read_assessment(source: Source, folder: str, gathering: Gathering) -> Assessment:
    """Return what one file holds."""
    data, own = take_out(source.data) if gathering.incoming.is_own else (source.data, [])
    walk = _Walk(source.name, folder, gathering, own)
    del own
    source = Source(source.name, _DECLARATION.sub(rb"\1 \2", _without_doctype(data), count=1))
    for event, element in walk_xml(source, gathering.found, _WALKED):
        walk.take(event, element)
    walk.finish()
    return walk.assessment


# New Quizzes' own test files begin so; an XML parser wants a blank there.
_DECLARATION = re.compile(rb"""\A(<\?xml version=["']1\.\d["'])(encoding=)""")


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

    def __init__(self, source: str, folder: str, gathering: Gathering, own: Iterable[OwnItem] = ()) -> None:
        self._own = {str(index): item for index, item in enumerate(own)}
        """Items that were taken out of the XML, by the number of the mark that each left."""
        self.assessment = Assessment()
        self._gathering = gathering
        self._reading = Reading(gathering.incoming, Where(source, folder))
        self._source = source
        self._open: list[_Open] = [_Open("", "")]
        self._missing: list[tuple[str, int]] = []

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
        elif name in _REFERENCES and event == "end":
            self._reference(element)

    def finish(self) -> None:
        """Close what the file left open."""
        while self._open:
            self._close(None)
        if self._missing:
            idents = tuple(ident for ident, _ in self._missing)
            self._gathering.found.add(questions_elsewhere(idents), Span(self._source, self._missing[0][1]))

    def _assessment(self, event: str, element: "_Element") -> None:
        about = self.assessment
        if event == "start":
            about.ident = about.ident or element.get("ident") or ""
            about.title = about.title or element.get("title") or ""
            about.is_bank = LOCAL[element.tag] == "objectbank"
            return
        for child in element:
            name = LOCAL[child.tag]
            if name == "qtimetadata":
                about.fields.update(metadata(child))
            elif name == "presentation_material" and not about.instructions:
                self._reading.where.item = None
                about.instructions = flowed(child, self._reading)
        about.title = about.title or about.fields.get("bank_title", "")

    def _item(self, element: "_Element") -> None:
        place = element.get(PLACE) if self._own else None
        own = self._own.pop(place, None) if place is not None else None
        item = self._gathering.take(element, self._reading, self.assessment.ident, own)
        self._open[-1].items.append(item)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _reference(self, element: "_Element") -> None:
        """Take a question that stands in a bank."""
        ident = element.get("linkrefid") or element.get("item_ref") or (element.text or "").strip()
        item = self._gathering.bank_item(ident)
        if item is not None:
            self._open[-1].items.append(item)
        elif ident:
            self._missing.append((ident, line_of(element)))

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
        draw = _Draw() if element is None else _draw(element)
        bank = ""
        if draw.bank and not current.items:
            items = self._gathering.bank(draw.bank)
            if items is None:
                bank = draw.bank
                self._gathering.found.add(bank_elsewhere(bank), self._place(element))
            else:
                current.items = list(items)
        is_outermost = len(self._open) <= 1
        if draw.is_all and not bank and (is_outermost or not (current.title or current.items)):
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
                select=draw.select,
                points_per_item=draw.points,
                bank=bank,
                span=self._place(element),
            )
        )

    def _place(self, element: "_Element | None") -> Span | None:
        return Span(self._source, line_of(element)) if element is not None else None


@dataclass(slots=True)
class _Draw:
    """What a section draws: how many items, what each is worth, from which bank."""

    select: int | None = None
    points: Fraction | None = None
    bank: str = ""

    @property
    def is_all(self) -> bool:
        """Whether everybody gets every item, each with its own points."""
        return self.select is None and self.points is None


def _draw(section: "_Element") -> _Draw:
    draw = _Draw()
    for ordering in section:
        if LOCAL[ordering.tag] != "selection_ordering":
            continue
        for element in ordering.iter():
            name = LOCAL[element.tag]
            text = (element.text or "").strip()
            if name == "selection_number":
                draw.select = whole(text)
            elif name == "points_per_item":
                draw.points = fraction(text)
            elif name == "sourcebank_ref":
                draw.bank = text
    return draw
