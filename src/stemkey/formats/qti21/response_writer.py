"""Interactions as QTI writes them: the element, its declaration, and the rules that score it and tell feedback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypedDict, assert_never

from stemkey.formats.qti21.decimals import decimal_text
from stemkey.formats.qti21.markup import MarkupWriter, Placed, xml_text
from stemkey.formats.qti21.patterns import to_pattern
from stemkey.formats.qti21.spelling import Spelling
from stemkey.formats.qti21.vocabulary import is_name
from stemkey.model import (
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    OrderInteraction,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
)

FEEDBACK = "FEEDBACK"
SCORE = "SCORE"
NUMBER_OPERATOR = "stemkey.number"
"""Class of the custom operator that compares a text with a number, where texts and numbers are accepted."""

_UPLOAD_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf", ".txt": "text/plain", ".png": "image/png", ".jpg": "image/jpeg", ".csv": "text/csv",
    ".zip": "application/zip", ".html": "text/html", ".doc": "application/msword", ".rtf": "application/rtf",
}  # fmt: skip


class Telling(NamedTuple):
    """One feedback: shown while an outcome holds an identifier.

    Each outcome is single and holds one of several that exclude each other: players handle containers badly.
    """

    outcome: str
    label: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One interaction in all its parts."""

    placed: Placed
    declaration: str
    is_mapped: bool = False
    """Whether `mapResponse` gives its score."""
    scoring: str = ""
    """Rules that score it, where a mapping does not."""
    telling: str = ""
    """Rules that show the feedback of single answers."""
    feedback: tuple[Telling, ...] = ()
    """Feedback of single answers."""
    rubric: str = ""
    """What goes beside it for graders."""


class ToldChoices(TypedDict):
    """The feedback of choices, as parts of what is written."""

    telling: str
    feedback: tuple[Telling, ...]


class ResponseWriter:
    """Writes the interactions of one item."""

    def __init__(self, spelling: Spelling, markup: MarkupWriter, *, exact: bool, alone: bool) -> None:
        self._x = spelling
        self._markup = markup
        self._exact = exact
        """Whether only the whole right answer earns anything."""
        self._alone = alone
        """Whether the item has no other interaction."""

    def write(self, interaction: Interaction, name: str, worth: Fraction) -> Written:
        """Return an interaction that is worth so many points, under a response identifier."""
        match interaction:
            case ChoiceInteraction():
                return self._choice(interaction, name, worth)
            case InlineChoiceInteraction():
                return self._inline_choice(interaction, name, worth)
            case OrderInteraction():
                return self._order(interaction, name, worth)
            case MatchInteraction():
                return self._match(interaction, name, worth)
            case TextEntryInteraction():
                return self._text_entry(interaction, name, worth)
            case ExtendedTextInteraction():
                return self._extended_text(interaction, name)
            case UploadInteraction():
                return self._upload(interaction, name)
            case ForeignInteraction():
                raise AssertionError("a foreign item is written as it stood")
            case _:
                assert_never(interaction)

    # --- choices ------------------------------------------------------------------------------------------------

    def _choice(self, interaction: ChoiceInteraction, name: str, worth: Fraction) -> Written:
        multiple = interaction.cardinality is Cardinality.MULTIPLE
        idents = safe_idents([choice.identifier for choice in interaction.choices])
        inner = "".join(
            "\n"
            + self._x.element(
                "simpleChoice",
                self._markup.flow(choice.content),
                self._choice_attributes(ident, choice, choice.fixed),
            )
            for ident, choice in zip(idents, interaction.choices, strict=True)
        )
        shuffle = "true" if interaction.shuffle else "false"
        attributes = {
            **self._response(interaction.identifier, name),
            "shuffle": shuffle,
            "maxChoices": "0" if multiple else "1",
        }
        element = self._x.element("choiceInteraction", inner + "\n", attributes)
        keys = [ident for ident, choice in zip(idents, interaction.choices, strict=True) if choice in interaction.keys]
        cardinality = "multiple" if multiple else "single"
        correct = keys if multiple else keys[:1]
        return self._scored_choices(
            Placed(element, is_block=True), name, cardinality, idents, interaction.choices, correct, worth
        )

    def _inline_choice(self, interaction: InlineChoiceInteraction, name: str, worth: Fraction) -> Written:
        idents = safe_idents([choice.identifier for choice in interaction.choices])
        inner = "".join(
            self._x.element(
                "inlineChoice", self._markup.flow(choice.content), self._choice_attributes(ident, choice, choice.fixed)
            )
            for ident, choice in zip(idents, interaction.choices, strict=True)
        )
        attributes = {
            **self._response(interaction.identifier, name),
            "shuffle": "true" if interaction.shuffle else "false",
        }
        element = self._x.element("inlineChoiceInteraction", inner, attributes)
        correct = [
            ident for ident, choice in zip(idents, interaction.choices, strict=True) if choice.credit == FULL_CREDIT
        ][:1]
        return self._scored_choices(
            Placed(element, is_block=False), name, "single", idents, interaction.choices, correct, worth
        )

    def _scored_choices(
        self,
        placed: Placed,
        name: str,
        cardinality: str,
        idents: Sequence[str],
        choices: Sequence[Choice],
        correct: Sequence[str],
        worth: Fraction,
    ) -> Written:
        rows = [(ident, choice.credit * worth) for ident, choice in zip(idents, choices, strict=True) if choice.credit]
        multiple = cardinality == "multiple"
        mapping = "" if self._exact else self._mapping(rows, worth if multiple else None)
        return Written(
            placed=placed,
            declaration=self._declaration(name, cardinality, "identifier", correct, mapping),
            is_mapped=bool(mapping),
            scoring=self._all_or_nothing(name, worth) if self._exact and correct else "",
            **self._told_choices(name, idents, choices, multiple=multiple),
        )

    def _told_choices(
        self, name: str, idents: Sequence[str], choices: Sequence[Choice], *, multiple: bool
    ) -> ToldChoices:
        rows = [
            (ident, Telling(f"{FEEDBACK}_{name}_{ident}" if multiple else f"{FEEDBACK}_{name}", ident, choice.feedback))
            for ident, choice in zip(idents, choices, strict=True)
            if choice.feedback
        ]
        return {
            "telling": "".join(
                self._x.condition((self._chosen(name, ident, multiple=multiple), tell(self._x, telling)))
                for ident, telling in rows
            ),
            "feedback": tuple(telling for _, telling in rows),
        }

    def _chosen(self, name: str, ident: str, *, multiple: bool) -> str:
        variable, value = self._x.variable(name), self._x.value("identifier", ident)
        return self._x.element("member", value + variable) if multiple else self._x.element("match", variable + value)

    def _choice_attributes(self, ident: str, choice: Choice, fixed: bool) -> dict[str, str]:
        attributes = {"identifier": ident}
        if ident != choice.identifier:
            attributes["label"] = choice.identifier
        if fixed:
            attributes["fixed"] = "true"
        return attributes

    # --- order and match ----------------------------------------------------------------------------------------

    def _order(self, interaction: OrderInteraction, name: str, worth: Fraction) -> Written:
        idents = safe_idents([choice.identifier for choice in interaction.choices])
        inner = "".join(
            "\n"
            + self._x.element(
                "simpleChoice", self._markup.flow(choice.content), self._choice_attributes(ident, choice, choice.fixed)
            )
            for ident, choice in zip(idents, interaction.choices, strict=True)
        )
        attributes = {**self._response(interaction.identifier, name), "shuffle": "true"}
        return Written(
            placed=Placed(self._x.element("orderInteraction", inner + "\n", attributes), is_block=True),
            declaration=self._declaration(name, "ordered", "identifier", idents, ""),
            scoring=self._all_or_nothing(name, worth),
            **self._told_choices(name, idents, interaction.choices, multiple=True),
        )

    def _match(self, interaction: MatchInteraction, name: str, worth: Fraction) -> Written:
        targets = [target.identifier for target in interaction.targets]
        idents = safe_idents([*(pair.identifier for pair in interaction.pairs), *targets])
        sources, ends = (
            idents[: len(interaction.pairs)],
            dict(zip(targets, idents[len(interaction.pairs) :], strict=True)),
        )
        left = "".join(
            self._associable(ident, pair.identifier, pair.source, 1)
            for ident, pair in zip(sources, interaction.pairs, strict=True)
        )
        right = "".join(
            self._associable(ends[target.identifier], target.identifier, target.content, 0)
            for target in interaction.targets
        )
        attributes = {
            **self._response(interaction.identifier, name),
            "shuffle": "true" if interaction.shuffle else "false",
            "maxAssociations": str(len(interaction.pairs)),
        }
        sets = f"\n{self._x.element('simpleMatchSet', left)}\n{self._x.element('simpleMatchSet', right)}\n"
        correct = [f"{ident} {ends[pair.target]}" for ident, pair in zip(sources, interaction.pairs, strict=True)]
        total = sum((pair.credit for pair in interaction.pairs), NO_CREDIT)
        rows = [
            (key, pair.credit * worth / total if total else NO_CREDIT)
            for key, pair in zip(correct, interaction.pairs, strict=True)
        ]
        mapping = "" if self._exact else self._mapping(rows, worth)
        return Written(
            placed=Placed(self._x.element("matchInteraction", sets, attributes), is_block=True),
            declaration=self._declaration(name, "multiple", "directedPair", correct, mapping),
            is_mapped=bool(mapping),
            scoring=self._all_or_nothing(name, worth) if self._exact else "",
        )

    def _associable(self, ident: str, original: str, content: Content, maximum: int) -> str:
        attributes = {"identifier": ident, "matchMax": str(maximum)}
        if ident != original:
            attributes["label"] = original
        return "\n" + self._x.element("simpleAssociableChoice", self._markup.flow(content), attributes)

    # --- texts and numbers --------------------------------------------------------------------------------------

    def _text_entry(self, interaction: TextEntryInteraction, name: str, worth: Fraction) -> Written:
        accepted = interaction.accepted
        numeric = interaction.is_numeric
        element = self._x.element("textEntryInteraction", "", self._response(interaction.identifier, name))
        base = "float" if numeric else "string"
        correct = [text for entry in accepted[:1] if (text := _example(entry)) is not None]
        if _is_plain(interaction):
            rows = [(entry.text, entry.credit * worth) for entry in accepted if isinstance(entry, AcceptedText)]
            mapping = self._mapping(rows, None, case_sensitive=interaction.case_sensitive)
            return Written(
                placed=Placed(element, is_block=False),
                declaration=self._declaration(name, "single", base, correct, mapping),
                is_mapped=bool(mapping),
            )
        branches: list[tuple[str, str]] = []
        feedback: list[Telling] = []
        for position, entry in enumerate(accepted, 1):
            rules = self._add_score(entry.credit * worth) if entry.credit else ""
            if entry.feedback:
                telling = Telling(f"{FEEDBACK}_{name}", f"answer_{position}", entry.feedback)
                feedback.append(telling)
                rules += tell(self._x, telling)
            branches.append((self._accepts(entry, name, interaction, numeric=numeric), rules))
        if interaction.other_feedback:
            telling = Telling(f"{FEEDBACK}_{name}", "other_answer", interaction.other_feedback)
            feedback.append(telling)
            answered = self._x.element("not", self._x.element("isNull", self._x.variable(name)))
            branches.append((answered, tell(self._x, telling)))
        return Written(
            placed=Placed(element, is_block=False),
            declaration=self._declaration(name, "single", base, correct, ""),
            scoring=self._x.condition(*branches) if branches else "",
            feedback=tuple(feedback),
        )

    def _accepts(
        self, entry: AcceptedText | AcceptedNumber, name: str, interaction: TextEntryInteraction, *, numeric: bool
    ) -> str:
        variable = self._x.variable(name)
        if isinstance(entry, AcceptedNumber):
            test = self._number_test(entry, variable)
            # A text has no size in QTI: only an operator of our own can say this.
            return test if numeric else self._x.element("customOperator", test, {"class": NUMBER_OPERATOR})
        if entry.wildcards:
            pattern = to_pattern(entry.text, wildcards=True, case_sensitive=interaction.case_sensitive)
            return self._x.element("patternMatch", variable, {"pattern": pattern})
        exact = "true" if interaction.case_sensitive else "false"
        return self._x.element("stringMatch", variable + self._x.value("string", entry.text), {"caseSensitive": exact})

    def _number_test(self, entry: AcceptedNumber, variable: str) -> str:
        x = self._x
        if entry.value is None:
            tests = []
            if entry.lower is not None:
                tests.append(x.element("gt" if entry.lower_open else "gte", variable + x.number(entry.lower)))
            if entry.upper is not None:
                tests.append(x.element("lt" if entry.upper_open else "lte", variable + x.number(entry.upper)))
            return x.element("and", "".join(tests)) if tests else x.element("isNull", variable)
        value = x.value("float", number_text(entry))
        match entry.kind:
            case ToleranceKind.SIGNIFICANT:
                attributes = {"roundingMode": "significantFigures", "figures": decimal_text(entry.tolerance)}
                return x.element("equalRounded", variable + value, attributes)
            case ToleranceKind.ABSOLUTE if not entry.tolerance:
                attributes = {"toleranceMode": "exact"}
            case ToleranceKind.ABSOLUTE:
                attributes = {"toleranceMode": "absolute", "tolerance": decimal_text(entry.tolerance)}
            case ToleranceKind.RELATIVE:
                attributes = {"toleranceMode": "relative", "tolerance": decimal_text(entry.tolerance * 100)}
            case ToleranceKind.GEOMETRIC:
                # From value / (1 + t) to value * (1 + t): QTI's two tolerances are percentages below and above.
                below = 100 * (1 - 1 / (1 + entry.tolerance)) if entry.tolerance > -1 else NO_CREDIT
                tolerances = f"{decimal_text(below)} {decimal_text(entry.tolerance * 100)}"
                attributes = {"toleranceMode": "relative", "tolerance": tolerances}
            case _:
                assert_never(entry.kind)
        test = x.element("equal", variable + value, attributes)
        low, high = bounds_of(entry)
        if low == high:
            return test
        # Players know `equal` without a tolerance, at most; the bounds say the same, and all know them.
        bounds = x.element("gte", variable + x.number(low)) + x.element("lte", variable + x.number(high))
        return x.element("or", test + x.element("and", bounds))

    # --- graded by people ---------------------------------------------------------------------------------------

    def _extended_text(self, interaction: ExtendedTextInteraction, name: str) -> Written:
        attributes = self._response(interaction.identifier, name)
        if interaction.lines is not None:
            attributes["expectedLines"] = str(interaction.lines)
        default = ""
        if interaction.template:
            attributes["format"] = "xhtml"
            default = self._x.element("defaultValue", self._x.element("value", xml_text(interaction.template)))
        rubric = ""
        if interaction.grader_notes:
            rubric = self.rubric("scorer", interaction.grader_notes, "" if self._alone else name)
        return Written(
            placed=Placed(self._x.element("extendedTextInteraction", "", attributes), is_block=True),
            declaration=self._x.element(
                "responseDeclaration", default, {"identifier": name, "cardinality": "single", "baseType": "string"}
            )
            + "\n",
            rubric=rubric,
        )

    def _upload(self, interaction: UploadInteraction, name: str) -> Written:
        attributes = self._response(interaction.identifier, name)
        if interaction.file_types or interaction.maximum_files is not None:
            count = "any number" if interaction.maximum_files is None else str(interaction.maximum_files)
            label = f"{', '.join(interaction.file_types) or 'any type'}; {count}"
            attributes["label"] = f"{label}; {interaction.identifier}" if "label" in attributes else label
        if len(interaction.file_types) == 1 and interaction.file_types[0].lower() in _UPLOAD_TYPES:
            attributes["type"] = _UPLOAD_TYPES[interaction.file_types[0].lower()]
        return Written(
            placed=Placed(self._x.element("uploadInteraction", "", attributes), is_block=True),
            declaration=self._x.element(
                "responseDeclaration", "", {"identifier": name, "cardinality": "single", "baseType": "file"}
            )
            + "\n",
        )

    def rubric(self, view: str, content: Content, label: str = "") -> str:
        """Return a block that only some people see."""
        inner = self._markup.blocks(content)
        if self._x.dialect.kebab:
            inner = self._x.element("contentBody", inner)
        use = "scoring" if view == "scorer" else "instructions"
        attributes = {"use": use, "view": view, **({"label": label} if label else {})}
        return self._x.element("rubricBlock", inner, attributes) + "\n"

    # --- parts --------------------------------------------------------------------------------------------------

    def _response(self, original: str, name: str) -> dict[str, str]:
        attributes = {"responseIdentifier": name}
        if original != name:
            attributes["label"] = original
        return attributes

    def _declaration(self, name: str, cardinality: str, base: str, correct: Sequence[str], mapping: str) -> str:
        values = "".join(self._x.element("value", xml_text(text)) for text in correct)
        inner = (self._x.element("correctResponse", values) if values else "") + mapping
        attributes = {"identifier": name, "cardinality": cardinality, "baseType": base}
        return self._x.element("responseDeclaration", inner, attributes) + "\n"

    def _mapping(
        self, rows: Sequence[tuple[str, Fraction]], upper: Fraction | None, *, case_sensitive: bool | None = None
    ) -> str:
        if not rows:
            return ""
        entries = "".join(
            self._x.element(
                "mapEntry",
                "",
                {
                    "mapKey": key,
                    "mappedValue": decimal_text(value),
                    **({} if case_sensitive is None else {"caseSensitive": "true" if case_sensitive else "false"}),
                },
            )
            for key, value in rows
        )
        bounds = {} if upper is None else {"lowerBound": "0", "upperBound": decimal_text(upper)}
        return self._x.element("mapping", entries, {**bounds, "defaultValue": "0"})

    def _all_or_nothing(self, name: str, worth: Fraction) -> str:
        test = self._x.element("match", self._x.variable(name) + self._x.element("correct", "", {"identifier": name}))
        return self._x.condition((test, self._add_score(worth)))

    def _add_score(self, value: Fraction) -> str:
        number = self._x.number(value)
        return self._x.set_outcome(
            SCORE, number if self._alone else self._x.element("sum", self._x.variable(SCORE) + number)
        )


def tell(spelling: Spelling, telling: Telling) -> str:
    """Return the rule that shows a feedback."""
    return spelling.set_outcome(telling.outcome, spelling.value("identifier", telling.label))


def safe_idents(identifiers: Sequence[str]) -> Sequence[str]:
    """Return identifiers as they may stand in a file: themselves where all are names and distinct, else numbered ones."""
    if len(set(identifiers)) == len(identifiers) and all(is_name(identifier) for identifier in identifiers):
        return identifiers
    return [f"c{position}" for position in range(1, len(identifiers) + 1)]


def number_text(entry: AcceptedNumber) -> str:
    """Return a number as its author wrote it, where that says the same."""
    from stemkey.formats.qti21.decimals import read_decimal

    assert entry.value is not None
    if entry.written and read_decimal(entry.written) == entry.value:
        return entry.written.strip()
    return decimal_text(entry.value)


def bounds_of(entry: AcceptedNumber) -> tuple[Fraction, Fraction]:
    """Return from where to where a number with a tolerance is accepted."""
    assert entry.value is not None
    value, tolerance = entry.value, entry.tolerance
    match entry.kind:
        case ToleranceKind.ABSOLUTE:
            ends = (value - tolerance, value + tolerance)
        case ToleranceKind.RELATIVE:
            ends = (value * (1 - tolerance), value * (1 + tolerance))
        case ToleranceKind.GEOMETRIC:
            ends = (value / (1 + tolerance), value * (1 + tolerance)) if tolerance > -1 else (value, value)
        case ToleranceKind.SIGNIFICANT:
            ends = (value, value)
    return min(ends), max(ends)


def _is_plain(interaction: TextEntryInteraction) -> bool:
    """Whether a mapping says all: texts without wildcards, feedback or doubles."""
    keys = set()
    for entry in interaction.accepted:
        if not isinstance(entry, AcceptedText) or entry.wildcards or entry.feedback:
            return False
        if not entry.text or " ".join(entry.text.split()) != entry.text:
            return False
        keys.add(entry.text if interaction.case_sensitive else entry.text.casefold())
    return not interaction.other_feedback and len(keys) == len(interaction.accepted)


def _example(entry: AcceptedText | AcceptedNumber) -> str | None:
    """Return an answer that the entry accepts."""
    if entry.credit <= 0:
        return None
    match entry:
        case AcceptedText():
            return None if entry.wildcards or not entry.text else entry.text
        case AcceptedNumber(value=None, lower=lower, upper=upper):
            if lower is not None and upper is not None:
                return decimal_text((lower + upper) / 2)
            end = lower if lower is not None else upper
            return None if end is None else decimal_text(end)
        case AcceptedNumber():
            return number_text(entry)
