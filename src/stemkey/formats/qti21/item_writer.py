"""One item as a QTI document: declarations, body, response processing, modal feedback."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from stemkey.formats.qti21.decimals import decimal_text
from stemkey.formats.qti21.markup import MarkupWriter, Placed
from stemkey.formats.qti21.response_writer import FEEDBACK, SCORE, ResponseWriter, Telling, Written, tell
from stemkey.formats.qti21.spelling import Spelling
from stemkey.formats.qti21.styles import ADDED, PLACED, STYLESHEET
from stemkey.formats.qti21.vocabulary import TOOL, is_name, safe_name
from stemkey.model import (
    GAP,
    Hint,
    InlineChoiceInteraction,
    Interaction,
    Item,
    TextEntryInteraction,
)

EXACT = "qti:scoring"
"""Extension of an item in which only the whole right answer earns anything; its value is `exact`."""

_RESERVED = frozenset({SCORE, "MAXSCORE", "numAttempts", "duration", "completionStatus"})
_NEARLY = Fraction(99_999, 100_000)
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
            + self._outcomes(item, told)
            + (self._stylesheet() if styled else "")
            + self._body(item, parts)
            + self._processing(item, parts, names)
            + "".join(self._modal_feedback(telling) for telling in told)
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

    def _outcomes(self, item: Item, told: Sequence[Telling]) -> str:
        text = self._outcome(SCORE, "0") + self._outcome(_MAXIMUM, decimal_text(item.points))
        for name in dict.fromkeys(telling.outcome for telling in told):
            attributes = {"identifier": name, "cardinality": "single", "baseType": "identifier"}
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
        full = self._is_full(item)
        above = x.element("gt", x.variable(SCORE) + x.number(Fraction(0)))
        wrong = x.element("not", above if feedback.partial else full)
        tests = {
            "general": "",
            "correct": full,
            "partial": x.element("and", above + x.element("not", full)),
            "incorrect": wrong,
        }
        rules = ""
        for telling in self._result_feedback(item):
            test = tests[telling.label] if telling.label in tests else self._before(telling.label, full)
            rules += x.condition((test, tell(x, telling))) if test else tell(x, telling) + "\n"
        return rules

    def _before(self, label: str, full: str) -> str:
        """Return the test for a hint: after that many tries, none of them right."""
        number = label.split("_")[1]
        attempt = self._x.element("match", self._x.variable("numAttempts") + self._x.value("integer", number))
        return self._x.element("and", self._x.element("not", full) + attempt)

    def _is_full(self, item: Item) -> str:
        # Floats add up to nearly the maximum: six sixths are 0.9999999999999999.
        nearly = self._x.number(item.points * _NEARLY)
        return self._x.element("gte", self._x.variable(SCORE) + nearly)

    def _result_feedback(self, item: Item) -> list[Telling]:
        feedback = item.feedback
        rows = [
            Telling(f"{FEEDBACK}_GENERAL", "general", feedback.general),
            Telling(FEEDBACK, "correct", feedback.correct),
            Telling(FEEDBACK, "partial", feedback.partial),
            Telling(FEEDBACK, "incorrect", feedback.incorrect),
        ]
        hints = [
            Telling(f"{FEEDBACK}_HINT", hint_label(hint, number), hint.content)
            for number, hint in enumerate(item.hints, 1)
        ]
        return [telling for telling in rows if telling.content] + hints

    def _modal_feedback(self, telling: Telling) -> str:
        inner = self._markup.flow(telling.content)
        if self._x.dialect.kebab:
            inner = self._x.element("contentBody", inner)
        attributes = {"outcomeIdentifier": telling.outcome, "showHide": "show", "identifier": telling.label}
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
    if len(set(own)) == len(own) and all(map(_is_free, own)):
        return own
    return [f"RESPONSE_{position}" for position in range(1, len(own) + 1)]


def _is_free(name: str) -> bool:
    return is_name(name) and name not in _RESERVED and not name.startswith(FEEDBACK)


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
