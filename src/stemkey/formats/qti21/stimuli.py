"""What an item shows from another file of its package: a passage that several questions are about (QTI 3.0)."""

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from stemkey.diagnostics import Diagnostics
from stemkey.files import Source
from stemkey.formats.qti21.tree import MAXIMUM_DEPTH, child, children, depth_exceeds, read_tree

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMING = ("src", "href", "data", "poster")
_PLACE = "data-stimulus-idref"


def put_stimuli(root: "_Element", body: "_Element | None", files: Mapping[str, bytes], path: str) -> bool:
    """Put each passage that an item refers to into its body, where the item has a place for it, else at the top.

    Returns whether nothing is missing: all passages were found.
    """
    places = {} if body is None else {inner.get(_PLACE, ""): inner for inner in body.iter() if inner.get(_PLACE)}
    top = 0
    for reference in children(root, "assessmentStimulusRef"):
        where = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(reference.get("href", ""))))
        passage = _passage(files, where, path)
        if passage is None or body is None:
            return False
        place = places.get(reference.get("identifier", ""))
        if place is not None:
            place.append(passage)
        else:
            body.insert(top, passage)
            top += 1
        root.remove(reference)
    return True


def _passage(files: Mapping[str, bytes], where: str, path: str) -> "_Element | None":
    """Return a passage whose files are named as the item would name them."""
    if where not in files:
        return None
    root = read_tree(Source(where, files[where]), Diagnostics())
    passage = child(root.element, "stimulusBody") if root is not None else None
    if passage is None or depth_exceeds(passage, MAXIMUM_DEPTH // 2):
        return None
    here, there = posixpath.dirname(path), posixpath.dirname(where)
    for inner in passage.iter():
        for name in _NAMING:
            reference = inner.get(name)
            if reference and (target := posixpath.normpath(posixpath.join(there, unquote(reference)))) in files:
                inner.set(name, quote(posixpath.relpath(target, here or "."), safe="/-._~"))
    passage.tag = "div"
    passage.attrib.clear()
    passage.tail = None
    return passage
