"""The test of a package: its sections, what they draw, how long it takes. A bank is a section without a test."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias
from urllib.parse import quote

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti21.decimals import decimal_text
from stemkey.formats.qti21.item_writer import scored
from stemkey.formats.qti21.markup import MarkupWriter
from stemkey.formats.qti21.spelling import Spelling
from stemkey.formats.qti21.tree import read_tree
from stemkey.formats.qti21.vocabulary import TOOL, safe_name
from stemkey.model import Content, ForeignInteraction, Item, Quiz, Section

UNNAMED = "stemkey-section-"
ROOT = "stemkey-sections"
WEIGHT = "POINTS_PER_ITEM"
"""Weight that makes every item of a group count the same."""
OWN_WEIGHT = "WEIGHT"
"""Weight of an item whose own file gives it other points."""

Build: TypeAlias = Callable[[str, str, Mapping[str, str]], str]
"""How an element becomes text: within a document, or as one."""


class AssessmentWriter:
    """Writes the test, or the section of a bank."""

    def __init__(self, spelling: Spelling, markup: MarkupWriter, hrefs: Sequence[tuple[str, str]]) -> None:
        self._x = spelling
        self._markup = markup
        self._hrefs = iter(hrefs)
        """For each item, in order, its identifier in the file and the path of its file."""

    def test(self, quiz: Quiz) -> str:
        """Return the `assessmentTest`."""
        x, settings = self._x, quiz.settings
        attributes = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
        default = x.element("defaultValue", x.element("value", "0"))
        limits = ""
        if settings.time_limit is not None:
            limits = x.element("timeLimits", "", {"maxTime": str(settings.time_limit * 60)}) + "\n"
        control = ""
        if settings.attempts is not None:
            control = x.element("itemSessionControl", "", {"maxAttempts": str(settings.attempts)}) + "\n"
        part = x.element(
            "testPart",
            f"\n{control}{self._root(quiz, ROOT, x.element)}\n",
            {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "individual"},
        )
        weight = {}
        if any(section.points_per_item is not None for section in quiz.sections):
            weight = {"weightIdentifier": WEIGHT}
        elif any(_own_points(item) != item.points for item in quiz.items):
            weight = {"weightIdentifier": OWN_WEIGHT}
        total = x.element("sum", x.element("testVariables", "", {"variableIdentifier": "SCORE", **weight}))
        scoring = x.element("outcomeProcessing", x.set_outcome("SCORE", total))
        inner = f"{x.element('outcomeDeclaration', default, attributes)}\n{limits}{part}\n{scoring}\n"
        return x.root(
            "assessmentTest",
            inner,
            {"identifier": safe_name(quiz.identifier), "title": quiz.title, "toolName": TOOL},
        )

    def bank(self, quiz: Quiz) -> str:
        """Return the `assessmentSection` that holds a bank."""
        return self._root(quiz, safe_name(quiz.identifier), self._x.root)

    def _root(self, quiz: Quiz, identifier: str, build: Build) -> str:
        """Return the section around all sections: what it says is said of the whole quiz."""
        x, settings = self._x, quiz.settings
        limits = ""
        if quiz.is_bank:
            if settings.attempts is not None:
                limits += x.element("itemSessionControl", "", {"maxAttempts": str(settings.attempts)}) + "\n"
            if settings.time_limit is not None:
                limits += x.element("timeLimits", "", {"maxTime": str(settings.time_limit * 60)}) + "\n"
        ordering = self._ordering(settings.shuffle_items)
        inner = limits + ordering + self._instructions(quiz.instructions)
        inner += "".join(
            self._section(section, position, mixed=bool(settings.shuffle_items))
            for position, section in enumerate(quiz.sections, 1)
        )
        attributes = {"identifier": identifier, "title": quiz.title, "visible": "true" if quiz.title else "false"}
        return build("assessmentSection", f"\n{inner}", attributes)

    def _ordering(self, shuffle: bool | None) -> str:
        return "" if shuffle is None else self._x.element("ordering", "", {"shuffle": str(shuffle).lower()}) + "\n"

    def _section(self, section: Section, position: int, *, mixed: bool) -> str:
        x = self._x
        attributes = {
            "identifier": safe_name(section.identifier) if section.identifier else f"{UNNAMED}{position}",
            "title": section.title,
            "visible": "true" if section.title else "false",
        }
        if mixed and section.select is None:
            attributes["keepTogether"] = "false"
        inner = "" if section.select is None else x.element("selection", "", {"select": str(section.select)}) + "\n"
        inner += self._ordering(section.shuffle) + self._instructions(section.instructions)
        inner += "".join(self._item(item, section) for item in section.items)
        if section.bank:
            bank = {"identifier": f"bank-{position}", "href": quote(section.bank, safe="")}
            inner += x.element("assessmentSectionRef", "", bank) + "\n"
        return x.element("assessmentSection", f"\n{inner}", attributes) + "\n"

    def _item(self, item: Item, section: Section) -> str:
        identifier, path = next(self._hrefs)
        weight = ""
        if section.points_per_item is not None:
            value = section.points_per_item / _own_points(item)
            weight = self._x.element("weight", "", {"identifier": WEIGHT, "value": decimal_text(value)})
        if (own := _own_points(item)) != item.points:
            weight += self._x.element(
                "weight", "", {"identifier": OWN_WEIGHT, "value": decimal_text(item.points / own)}
            )
        attributes = {"identifier": identifier, "href": quote(path, safe="/-._~")}
        return self._x.element("assessmentItemRef", weight, attributes) + "\n"

    def _instructions(self, content: Content) -> str:
        if not content:
            return ""
        inner = self._markup.blocks(content)
        if self._x.dialect.kebab:
            inner = self._x.element("contentBody", inner)
        return self._x.element("rubricBlock", inner, {"use": "instructions", "view": "candidate"}) + "\n"


def _own_points(item: Item) -> Fraction:
    """Return the points that an item's own file gives it: a kept question says so itself."""
    kept = next((one for one in item.interactions if isinstance(one, ForeignInteraction)), None)
    if kept is None:
        return scored(item).points
    from stemkey.formats.qti21.item_reader import declared_points

    root = read_tree(Source(item.identifier, kept.raw.encode()), Diagnostics())
    return (declared_points(root.element) if root is not None else None) or Fraction(1)
