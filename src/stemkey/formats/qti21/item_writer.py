"""One item as a QTI document: declarations, body, response processing, modal feedback."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from stemkey.formats.qti21.decimals import decimal_text
from stemkey.formats.qti21.markup import MarkupWriter, Placed
from stemkey.formats.qti21.response_writer import FEEDBACK, SCORE, ResponseWriter, Written, tell
from stemkey.formats.qti21.spelling import Spelling
from stemkey.formats.qti21.styles import ADDED, PLACED, STYLESHEET
from stemkey.formats.qti21.vocabulary import TOOL, is_name, safe_name
from stemkey.model import (
    GAP,
    Content,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    TextEntryInteraction,
)

EXACT = "qti:scoring"
"""Extension of an item in which only the whole right answer earns anything; its value is `exact`."""

_RESERVED = frozenset({FEEDBACK, SCORE, "MAXSCORE", "numAttempts", "duration", "completionStatus"})
_TOLERANCE = "0.00001"
_MAXIMUM = "MAXSCORE"


class ItemWriter:
    """Writes the items of one package."""

    def __init__(self, spelling: Spelling, markup: MarkupWriter) -> None:
        self._x = spelling
        self._markup = markup

    def document(self, item: Item, position: int, *, styled: bool) -> str:
        """Return the item's file; `position` counts from 1 over the whole quiz."""
        item = scored(item)
        names = response_names(item.interactions)
        exact = item.extensions.get(EXACT) == "exact"
        writer = ResponseWriter(self._x, self._markup, exact=exact, alone=len(names) == 1)
        worths = shares(item)
        parts = [
            writer.write(interaction, name, worth)
            for interaction, name, worth in zip(item.interactions, names, worths, strict=True)
        ]
        told = [*self._result_feedback(item), *(row for part in parts for row in part.feedback)]
        inner = (
            "".join(part.declaration for part in parts)
            + self._outcomes(item, has_feedback=bool(told))
            + (self._stylesheet() if styled else "")
            + self._body(item, parts)
            + self._processing(item, parts, names)
            + "".join(self._modal_feedback(label, content) for label, content in told)
        )
        return self._x.root("assessmentItem", inner, self._attributes(item, position))

    def _attributes(self, item: Item, position: int) -> dict[str, str]:
        label = {} if item.number == str(position) else {"label": item.number}
        return {
            "identifier": safe_name(item.identifier),
            "title": item.title or default_title(item.number),
            **label,
            "toolName": TOOL,
            "adaptive": "false",
            "timeDependent": "false",
        }

    def _stylesheet(self) -> str:
        return self._x.element("stylesheet", "", {"href": f"../{STYLESHEET}", "type": "text/css"}) + "\n"

    # --- outcomes and body --------------------------------------------------------------------------------------

    def _outcomes(self, item: Item, *, has_feedback: bool) -> str:
        text = self._outcome(SCORE, "0") + self._outcome(_MAXIMUM, decimal_text(item.points))
        if has_feedback:
            attributes = {"identifier": FEEDBACK, "cardinality": "multiple", "baseType": "identifier"}
            text += self._x.element("outcomeDeclaration", "", attributes) + "\n"
        return text

    def _outcome(self, name: str, value: str) -> str:
        default = self._x.element("defaultValue", self._x.element("value", value))
        attributes = {"identifier": name, "cardinality": "single", "baseType": "float"}
        return self._x.element("outcomeDeclaration", default, attributes) + "\n"

    def _body(self, item: Item, parts: Sequence[Written]) -> str:
        has_gap = set(GAP.findall(item.body)) if "<span data-gap" in item.body else set()
        gaps: dict[str, Placed] = {}
        added = []
        for interaction, part in zip(item.interactions, parts, strict=True):
            if interaction.identifier in has_gap and interaction.identifier not in gaps:
                gaps[interaction.identifier] = part.placed
            else:
                added.append(part.placed)
        alone = len(parts) == 1
        if alone and gaps and parts[0].placed.is_block:
            identifier = item.interactions[0].identifier
            gaps[identifier] = Placed(self._markup.wrapper(PLACED, parts[0].placed.xml), is_block=True)
        inner = self._markup.blocks(item.body, gaps)
        for placed in added:
            own_place = alone and placed.is_block
            inner += "\n" + (placed.xml if own_place else self._markup.wrapper(ADDED, placed.xml))
        rubrics = "".join(part.rubric for part in parts)
        if not inner.strip() and not rubrics:
            inner = self._markup.wrapper(ADDED, "")
        titled = {"label": "titled"} if item.title == default_title(item.number) else {}
        return self._x.element("itemBody", f"\n{inner}\n{rubrics}", titled) + "\n"

    # --- processing ---------------------------------------------------------------------------------------------

    def _processing(self, item: Item, parts: Sequence[Written], names: Sequence[str]) -> str:
        mapped = [name for name, part in zip(names, parts, strict=True) if part.is_mapped]
        rules = "".join(part.scoring + part.telling for part in parts) + self._result_rules(item)
        if not rules and mapped == ["RESPONSE"] and len(parts) == 1:
            template = self._x.dialect.template.format("map_response")
            return self._x.element("responseProcessing", "", {"template": template}) + "\n"
        if mapped:
            terms = [self._x.element("mapResponse", "", {"identifier": name}) for name in mapped]
            score = terms[0] if len(terms) == 1 else self._x.element("sum", "".join(terms))
            rules = f"{self._x.set_outcome(SCORE, score)}\n{rules}"
        return self._x.element("responseProcessing", f"\n{rules}") + "\n" if rules else ""

    def _result_rules(self, item: Item) -> str:
        x, feedback = self._x, item.feedback
        full = self._is_full()
        rules = tell(x, "general") + "\n" if feedback.general else ""
        if feedback.correct:
            rules += x.condition((full, tell(x, "correct")))
        above = x.element("gt", x.variable(SCORE) + x.number(Fraction(0)))
        if feedback.partial:
            rules += x.condition((x.element("and", above + x.element("not", full)), tell(x, "partial")))
        if feedback.incorrect:
            wrong = x.element("not", above if feedback.partial else full)
            rules += x.condition((wrong, tell(x, "incorrect")))
        for number, hint in enumerate(item.hints, 1):
            attempt = x.element("match", x.variable("numAttempts") + x.value("integer", str(number)))
            test = x.element("and", x.element("not", full) + attempt)
            rules += x.condition((test, tell(x, hint_label(hint, number))))
        return rules

    def _is_full(self) -> str:
        # Floats add up to nearly the maximum: six sixths are 0.9999999999999999.
        both = self._x.variable(SCORE) + self._x.variable(_MAXIMUM)
        return self._x.element("equal", both, {"toleranceMode": "absolute", "tolerance": _TOLERANCE})

    def _result_feedback(self, item: Item) -> list[tuple[str, Content]]:
        feedback = item.feedback
        rows = [
            ("general", feedback.general),
            ("correct", feedback.correct),
            ("partial", feedback.partial),
            ("incorrect", feedback.incorrect),
        ]
        rows += [(hint_label(hint, number), hint.content) for number, hint in enumerate(item.hints, 1)]
        return [row for row in rows if row[1] or row[0].startswith("hint_")]

    def _modal_feedback(self, label: str, content: Content) -> str:
        inner = self._markup.flow(content)
        if self._x.dialect.kebab:
            inner = self._x.element("contentBody", inner)
        attributes = {"outcomeIdentifier": FEEDBACK, "showHide": "show", "identifier": label}
        return self._x.element("modalFeedback", inner, attributes) + "\n"


def scored(item: Item) -> Item:
    """Return an item as its own file has it: one without points counts one there, and nothing in the test.

    Otherwise nobody could tell its key from its distractors; the weight in the test is 0.
    """
    return item if item.points > 0 else replace(item, points=Fraction(1))


def default_title(number: str) -> str:
    """Return what an item without a title is called: an LMS lists items by it."""
    return f"Question {number}"


def hint_label(hint: Hint, number: int) -> str:
    """Return the identifier of a hint; it says what the hint does besides."""
    return f"hint_{number}{'_clears_wrong' if hint.clears_wrong else ''}{'_shows_count' if hint.shows_count else ''}"


def response_names(interactions: Sequence[Interaction]) -> Sequence[str]:
    """Return the response identifiers: the interactions' own where all may stand in a file, else numbered ones."""
    own = [interaction.identifier for interaction in interactions]
    if len(set(own)) == len(own) and all(is_name(name) and name not in _RESERVED for name in own):
        return own
    return [f"RESPONSE_{position}" for position in range(1, len(own) + 1)]


def shares(item: Item) -> list[Fraction]:
    """Return what each interaction is worth; those without a weight of their own count once."""
    weights = [weight_of(interaction) for interaction in item.interactions]
    total = sum(weights, Fraction(0))
    return [item.points * weight / total if total else Fraction(0) for weight in weights]


def weight_of(interaction: Interaction) -> Fraction:
    """Return an interaction's weight among those of its item."""
    match interaction:
        case InlineChoiceInteraction(weight=weight) | TextEntryInteraction(weight=weight):
            return weight
        case _:
            return Fraction(1)
