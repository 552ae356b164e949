"""How far the responses to a question that is kept whole can be graded: its clones.

What is not understood to the last letter has none, and people grade it.
"""

from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics
from stemkey.formats.moodle.calculated import calculated_choice_clones, calculated_clones
from stemkey.formats.moodle.formulas import FormulaError
from stemkey.formats.moodle.reading import Question, Reading
from stemkey.formats.moodle.zones import marker_clones, picture_clones
from stemkey.model import AcceptedNumber, ChoiceInteraction, Clone, Content, TextEntryInteraction

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_clones(question: Question, body: Content, reading: Reading) -> tuple[Clone, ...]:
    """Return the clones of a question; none where people have to grade it.

    Nothing that it finds odd is reported: the question is kept as it is in any case.
    """
    unheard = Reading(reading.source_name, Diagnostics())
    unheard.default_format, unheard.filled_in = reading.default_format, reading.filled_in
    try:
        clones = tuple(dict.fromkeys(_clones(question, body, unheard)))
    except FormulaError:
        return ()
    finally:
        reading.filled_in = unheard.filled_in
    return clones if not unheard.found and all(map(_has_key, clones)) else ()


def _clones(question: Question, body: Content, reading: Reading) -> "Iterable[Clone]":
    match question.kind:
        case "calculated" | "calculatedsimple":
            return calculated_clones(question, body, reading)
        case "calculatedmulti":
            return calculated_choice_clones(question, body, reading)
        case "ddimageortext":
            return picture_clones(question, reading)
        case "ddmarker":
            return marker_clones(question, reading)
        case _:
            return ()


def _has_key(clone: Clone) -> bool:
    """Whether anything earns credit."""
    match clone.interaction:
        case ChoiceInteraction(choices=choices):
            return any(choice.credit > 0 for choice in choices)
        case TextEntryInteraction(accepted=accepted):
            return any(isinstance(entry, AcceptedNumber) and entry.credit > 0 for entry in accepted)
        case _:
            return True
