"""Canvas's formula questions: the sets of numbers of which each candidate gets one, with the answer to each.

Canvas never computes a formula again: it grades by the answers that stand in the file, so nothing is computed here either.
"""

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.formats.qti12.item_parts import LOCAL, Parts
from stemkey.model import AcceptedNumber, Clone, TextEntryInteraction, ToleranceKind, Variable

if TYPE_CHECKING:
    from lxml.etree import _Element

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)
_ABSOLUTE = frozenset({"", "None", "absolute"})
_MOST_CLONES = 500


def calculated_clones(parts: Parts) -> tuple[Clone, ...]:
    """Return the clones of a formula question; none where one of them is not understood."""
    calculated = _child(parts.extension, "calculated")
    sets = _child(calculated, "var_sets")
    tolerance = _tolerance(_child(calculated, "answer_tolerance"))
    if sets is None or tolerance is None or len(sets) > _MOST_CLONES:
        return ()
    clones = [_clone(element, *tolerance) for element in sets if LOCAL[element.tag] == "var_set"]
    known = [clone for clone in clones if clone is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(clones) else ()


def _child(element: "_Element | None", name: str) -> "_Element | None":
    children = element if element is not None else ()
    return next((child for child in children if LOCAL[child.tag] == name), None)


def _number(text: str | None) -> Fraction | None:
    clean = (text or "").strip()
    return Fraction(clean) if len(clean) < 100 and _NUMBER.match(clean) else None


def _tolerance(element: "_Element | None") -> tuple[Fraction, ToleranceKind] | None:
    """Return how far an answer may be off: `0.1`, `5%`; None where that is not known."""
    text = (element.text or "").strip() if element is not None else "0"
    kinds = (element.get("type"), element.get("margin_type")) if element is not None else ()
    if any(kind not in _ABSOLUTE for kind in kinds if kind is not None):
        return None
    is_percent = text.endswith("%")
    number = _number(text.removesuffix("%") or "0")
    if number is None or number < 0:
        return None
    return (number / 100, ToleranceKind.RELATIVE) if is_percent else (number, ToleranceKind.ABSOLUTE)


def _clone(element: "_Element", tolerance: Fraction, kind: ToleranceKind) -> Clone | None:
    answer = _child(element, "answer")
    value = _number(answer.text) if answer is not None else None
    variables = {child.get("name") or "": (child.text or "").strip() for child in element if LOCAL[child.tag] == "var"}
    if value is None or not all(name and _number(text) is not None for name, text in variables.items()):
        return None
    accepted = AcceptedNumber(value=value, tolerance=tolerance, kind=kind)
    return Clone(
        variables=tuple(Variable(name=name, value=number) for name, number in variables.items()),
        interaction=TextEntryInteraction(accepted=(accepted,)),
    )
