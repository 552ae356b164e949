"""Question types that the model has no word for: kept whole, and written back as they were."""

from typing import TYPE_CHECKING

from stemkey.diagnostics import Severity, Text, rule
from stemkey.formats.moodle.clones import read_clones
from stemkey.formats.moodle.elements import FORMAT, attribute, cdata
from stemkey.formats.moodle.reading import Parts, Question, Reading
from stemkey.model import ForeignInteraction

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R207", Severity.INFO)
def kept_whole(kind: str) -> Text:
    """The question is of a type that only Moodle has, or a plug-in of it, so stemkey does not write it to another format.

    It is kept whole, and written back to Moodle XML as it was. Calculated questions, drag and drop onto a picture and
    random matching are graded from Moodle's report of responses as far as that shows enough; docs/sheets.md says which.
    """
    return Text(f"a {kind!r} question is kept as it is, for Moodle only", None)


def read_foreign(question: Question, identifier: str, reading: Reading) -> Parts:
    """Keep a question whole, with the identifier that it has here."""
    kind = question.kind or "unknown"
    body = reading.content(question.fields.get("questiontext"), "questiontext")
    _identify(question, identifier)
    reading.report(kept_whole(kind), question.element)
    clones = read_clones(question, body, reading)
    interaction = ForeignInteraction(format=FORMAT, kind=kind, raw=serialise(question.element), clones=clones)
    reading.loose_files = {}  # they are in `raw`
    return Parts(body=body, interactions=(interaction,))


def _identify(question: Question, identifier: str) -> None:
    from lxml import etree

    element = question.fields.get("idnumber")
    if element is None:
        element = etree.SubElement(question.element, "idnumber")
        element.tail = "\n"
    element.text = identifier


def write_foreign(interaction: ForeignInteraction) -> str:
    """Write a kept question back."""
    return interaction.raw


def serialise(element: "_Element") -> str:
    """Return an element as text that Moodle's importer reads without losing white space: leaves are CDATA."""
    return "".join(_pieces(element)) + "\n"


def _pieces(element: "_Element") -> list[str]:
    pieces: list[str] = []
    # A stack, not recursion: a hostile file may nest ten thousand deep.
    stack: list[_Element | str] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        tag = str(node.tag)
        attributes = "".join(f' {name!s}="{attribute(str(value))}"' for name, value in sorted(node.attrib.items()))
        text = node.text or ""
        if len(node):
            pieces.append(f"<{tag}{attributes}>{_text(text)}")
            stack.append(f"</{tag}>")
            for child in reversed(node):
                tail = child.tail or ""
                stack.append(_text(tail) if tail.strip() else "\n")
                stack.append(child)
        elif text:
            pieces.append(f"<{tag}{attributes}>{_text(text, leaf=True)}</{tag}>")
        else:
            pieces.append(f"<{tag}{attributes}/>")
    return pieces


def _text(text: str, *, leaf: bool = False) -> str:
    if not text.strip():
        return text if leaf else "\n"
    if text.isascii() and text.isalnum():
        return text
    return cdata(text)
