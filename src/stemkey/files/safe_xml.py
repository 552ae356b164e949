"""The only place where XML is parsed: no DTD, no entities, no network, bounded depth and size."""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files.source import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

MAXIMUM_BYTES = 512 * 1024 * 1024
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@rule("R020", Severity.ERROR)
def not_xml(reason: str) -> Text:
    """The file is not well-formed XML, so where its questions begin and end cannot be told.

    A download that was cut short ends like this, and so does a file that was edited by hand and lost a tag.
    """
    return Text(
        f"the XML is not well-formed: {reason}", "export it again; if it was edited by hand, mend the place named"
    )


@rule("R021", Severity.ERROR)
def xml_refused(reason: str) -> Text:
    """The XML declares entities or a document type, or is larger than any quiz: it is not read at all."""
    return Text(f"the XML is refused: {reason}", "remove the DOCTYPE line, or export the file again")


DAMAGES = frozenset({"R020", "R021"})
"""Codes of the findings that mean the XML could not be read to its end."""


def parse_xml(source: Source, found: Diagnostics) -> "_Element | None":
    """Return the root element; None, with a finding, where the XML is damaged or hostile.

    Elements keep their line (`sourceline`). Comments and processing instructions are dropped.
    """
    from lxml import etree

    if _is_refused(source, found):
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # a text above 10 MB is refused without it, and Moodle embeds files as base64
        strip_cdata=True,
    )
    try:
        return etree.fromstring(source.data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        _damaged(source, error, found)
        return None


def walk_xml(source: Source, found: Diagnostics, names: Sequence[str]) -> "Iterator[tuple[str, _Element]]":
    """Give each start and end of the elements of some local names, in document order; the tree grows meanwhile.

    The caller clears what it has read, so that a file of 10,000 questions needs no tree of all of them. Where the
    XML is damaged, a finding says so and the walk ends there.
    """
    from lxml import etree

    if _is_refused(source, found):
        return
    walk = etree.iterparse(
        BytesIO(source.data),
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        strip_cdata=True,
    )
    try:
        yield from walk
    except (etree.XMLSyntaxError, ValueError) as error:
        _damaged(source, error, found)


def _is_refused(source: Source, found: Diagnostics) -> bool:
    place = Span(source.name, 1)
    if len(source.data) > MAXIMUM_BYTES:
        found.add(xml_refused("it is larger than 512 MiB"), place)
        return True
    # Looked for in the whole first: to leave the CDATA out means to copy the file.
    if _DOCTYPE.search(source.data) and _DOCTYPE.search(_without_cdata(source.data)):
        found.add(xml_refused("it declares a document type or entities"), place)
        return True
    return False


def _damaged(source: Source, error: Exception, found: Diagnostics) -> None:
    line, column = getattr(error, "position", (1, 1))
    found.add(not_xml(str(error).split(", line")[0]), Span(source.name, max(line, 1), max(column, 1)))


def _without_cdata(data: bytes) -> bytes:
    """Return the markup outside CDATA, where `<!DOCTYPE html>` is only text about HTML."""
    if b"<![CDATA[" not in data:
        return data
    return b"".join(part.split(b"]]>", 1)[-1] for part in data.split(b"<![CDATA["))
