"""An `assessmentTest`, or the `assessmentSection` of a bank, becomes the frame of a quiz."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.formats.qti21.assessment_writer import UNNAMED, WEIGHT
from stemkey.formats.qti21.content_reader import ContentReader
from stemkey.formats.qti21.decimals import read_decimal
from stemkey.formats.qti21.manifest import NOTHING, About
from stemkey.formats.qti21.tree import child, children, descendants, line_of
from stemkey.model import EMPTY, Content, Item, Quiz, Section, Settings

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R630", Severity.WARNING)
def test_rule_left_out(what: str) -> Text:
    """The test steers what candidates get by rules that a quiz of stemkey does not have, such as branches.

    The questions are all read; the rule is lost when the quiz is converted.
    """
    return Text(
        f"the test's rules are not all read: {what} is left out",
        "look at the original test, or make the rule in the LMS again",
    )


class Reference(NamedTuple):
    """Where a test says that an item is."""

    href: str
    path: str


Weights = dict[str, Fraction]
FindSection = Callable[[str], "_Element | None"]
FindItem = Callable[[Reference], Item | None]
_RULES = {
    "branchRule": "a branch",
    "preCondition": "a condition for a part",
    "adaptiveSelection": "an adaptive selection",
    "testFeedback": "feedback on the whole test",
    "variableMapping": "a renamed score",
}
_DEEPEST = 50
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9._-]+")


class AssessmentReader:
    """Reads one test."""

    def __init__(
        self,
        path: str,
        source: str,
        contents: ContentReader,
        found: Diagnostics,
        find_section: FindSection,
        find_item: FindItem,
    ) -> None:
        self._path = path
        self._source = source
        self._contents = contents
        self._found = found
        self._find_section = find_section
        self._find_item = find_item
        self._sections: list[Section] = []
        self.used: set[str] = set()
        """The items' files that the test uses."""

    def quiz(self, root: "_Element", about: About | None, fallback: str) -> Quiz:
        """Return the quiz of a test or of a bank's section."""
        is_bank = root.tag == "assessmentSection"
        parts = [root] if is_bank else children(root, "testPart")
        tops = [root] if is_bank else [section for part in parts for section in self._parts_of(part, self._path)]
        whole = tops[0] if len(tops) == 1 and _holds_sections(tops[0]) else None
        if whole is not None:
            for section in self._parts_of(whole, self._path):
                self._read(section, self._path, 1)
        else:
            for section in tops:
                self._read(section, self._path, 1)
        self._report_rules(root)
        known = about or NOTHING
        identifier = known.identifier or root.get("identifier", "")
        title = root.get("title", "")
        return Quiz(
            identifier=_NOT_IDENTIFIER.sub("-", identifier).strip("-") or fallback,
            title=title,
            instructions=EMPTY if whole is None else self._instructions(whole),
            settings=self._settings(root, parts, whole, known),
            tags=known.tags,
            category=known.category,
            is_bank=is_bank,
            sections=tuple(section for section in self._sections if section.items or section.bank or section.title),
            span=Span(self._source, line_of(root)),
        )

    def _parts_of(self, element: "_Element", path: str) -> "list[_Element]":
        """Return the sections of a part; those in files of their own are looked up."""
        found = []
        for inner in element:
            if inner.tag == "assessmentSection":
                found.append(inner)
            elif inner.tag == "assessmentSectionRef":
                section = self._find_section(_resolve(path, inner.get("href", "")))
                found.append(section if section is not None else inner)
        return found

    def _settings(self, root: "_Element", parts: "list[_Element]", whole: "_Element | None", about: About) -> Settings:
        limits = child(root, "timeLimits")
        control = None
        for part in parts:
            limits = limits if limits is not None else child(part, "timeLimits")
            control = control if control is not None else child(part, "itemSessionControl")
        seconds = read_decimal(limits.get("maxTime")) if limits is not None else None
        attempts = read_decimal(control.get("maxAttempts")) if control is not None else None
        return Settings(
            shuffle_choices=about.shuffle_choices,
            shuffle_items=_shuffle(whole) if whole is not None else None,
            time_limit=max(1, round(seconds / 60)) if seconds is not None and seconds > 0 else None,
            attempts=int(attempts) if attempts is not None and attempts >= 0 else None,
        )

    def _instructions(self, section: "_Element") -> Content:
        blocks = [
            self._contents.content(block)
            for block in children(section, "rubricBlock")
            if "candidate" in block.get("view", "candidate").split()
        ]
        return Content("\n".join(block for block in blocks if block))

    # --- sections -----------------------------------------------------------------------------------------------

    def _read(self, element: "_Element", path: str, depth: int) -> None:
        """Read a section; sections inside it follow as sections of their own."""
        if depth > _DEEPEST:
            return
        if element.tag == "assessmentSectionRef":
            name = unquote(element.get("href", ""))
            self._sections.append(Section(bank=name, span=Span(self._source, line_of(element))))
            return
        position = len(self._sections)
        items, weights = self._items(element, path)
        selection = child(element, "selection")
        select = read_decimal(selection.get("select")) if selection is not None else None
        identifier = element.get("identifier", "")
        points = _points_per_item(items, weights, is_group=select is not None)
        items = [
            _weighted(item, weight, has_group=points is not None) for item, weight in zip(items, weights, strict=True)
        ]
        bank = next(
            (
                unquote(inner.get("href", ""))
                for inner in children(element, "assessmentSectionRef")
                if self._find_section(_resolve(path, inner.get("href", ""))) is None
            ),
            "",
        )
        self._sections.append(
            Section(
                identifier="" if identifier.startswith(UNNAMED) else identifier,
                title=element.get("title", ""),
                instructions=self._instructions(element),
                items=tuple(items),
                select=int(select) if select is not None and select >= 0 else None,
                points_per_item=points,
                shuffle=_shuffle(element),
                bank=bank,
                span=Span(self._source, line_of(element)),
            )
        )
        if not items and not bank and any(True for _ in children(element, "assessmentSection")):
            del self._sections[position]
        for inner in self._parts_of(element, path):
            if inner.tag == "assessmentSection":
                self._read(inner, path, depth + 1)

    def _items(self, element: "_Element", path: str) -> tuple[list[Item], list[Weights]]:
        items: list[Item] = []
        weights: list[Weights] = []
        for reference in children(element, "assessmentItemRef"):
            href = reference.get("href", "")
            place = _resolve(path, href)
            self.used.add(place)
            item = self._find_item(Reference(href, place))
            if item is None:
                continue
            items.append(item)
            weights.append(
                {
                    weight.get("identifier", ""): value
                    for weight in children(reference, "weight")
                    if (value := read_decimal(weight.get("value"))) is not None
                }
            )
        return items, weights

    def _report_rules(self, root: "_Element") -> None:
        for name, words in _RULES.items():
            for element in descendants(root, name):
                self._found.add(test_rule_left_out(words), Span(self._source, line_of(element)))
                break


def _holds_sections(section: "_Element") -> bool:
    """Whether a section only holds others, so that what it says is said of the whole."""
    inner = children(section, "assessmentSection", "assessmentSectionRef")
    return bool(inner) and not children(section, "assessmentItemRef") and child(section, "selection") is None


def _shuffle(section: "_Element") -> bool | None:
    ordering = child(section, "ordering")
    if ordering is None:
        return None
    return ordering.get("shuffle", "false").strip() in {"true", "1"}


def _points_per_item(items: list[Item], weights: list[Weights], *, is_group: bool) -> Fraction | None:
    """Return what each item of a group counts, where weights make them all count the same."""
    is_ours = all(WEIGHT in weight for weight in weights)
    if not items or not (is_ours or (is_group and all(len(weight) == 1 for weight in weights))):
        return None
    values = [weight[WEIGHT] if is_ours else next(iter(weight.values())) for weight in weights]
    products = {item.points * value for item, value in zip(items, values, strict=True)}
    return next(iter(products)) if len(products) == 1 else None


def _weighted(item: Item, weights: Weights, *, has_group: bool) -> Item:
    """Return an item with the points that the test gives it."""
    own = [value for name, value in weights.items() if name != WEIGHT]
    if has_group and len(own) == len(weights):
        return item
    return replace(item, points=item.points * own[0]) if len(own) == 1 and own[0] >= 0 else item


def _resolve(path: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href)))
