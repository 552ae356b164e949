"""An exercise of R/exams becomes a quiz of one item. A static one is read; a computed one is named and kept whole."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Diagnostics, Span
from stemkey.files import Source, decode_text
from stemkey.formats.markdown.lines import BLANK_LINE, Line
from stemkey.formats.markdown.pictures import Pictures
from stemkey.formats.rexams import findings
from stemkey.formats.rexams.exercise import Exercise, Part, split_exercise
from stemkey.formats.rexams.latex import read_latex, read_latex_line
from stemkey.formats.rexams.syntax import FORMAT
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Asset,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    ForeignInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    Quiz,
    Section,
    TextEntryInteraction,
    UploadInteraction,
    gap,
    letter_label,
)
from stemkey.options import NoOptions
from stemkey.richtext.from_markdown import from_markdown, from_markdown_inline
from stemkey.richtext.sanitise import markup_left_out

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MARKS = re.compile(r"[01]+")
_PLACE = re.compile(r"##ANSWER(\d{1,4})##")
_TYPES = ("num", "schoice", "mchoice", "string", "cloze")
# What the reader has used; every other `ex…` is kept as an extension.
_USED = frozenset(
    [
        "extype",
        "exsolution",
        "extol",
        "exname",
        "extitle",
        "exclozetype",
        "exstringtype",
        "exshuffle",
        "expoints",
        "exsection",
        "extags",
        "exsingle",
    ]
)


def read_rexams(source: Source, options: NoOptions, found: Diagnostics) -> Quiz:
    """Return a quiz of one question; of none where the file is no exercise."""
    identifier = re.sub(r"[^\w.-]+", "-", source.stem).strip("-") or "quiz"
    text = decode_text(source, found)
    if text is None:
        return Quiz(identifier=identifier)
    reading = _Reading(source, text, identifier, found)
    item = reading.item()
    title = item.title if item else ""
    sections = (Section(items=(item,)),) if item else ()
    return Quiz(identifier=identifier, title=title, sections=sections, assets=reading.assets, span=Span(source.name, 1))


@dataclass(frozen=True, slots=True)
class _ClozePart:
    """One blank of a cloze: its type, solution and tolerance, and the entries of the list that belong to it."""

    number: int
    kind: str
    solution: str
    tolerance: str
    entries: Sequence[Part]


class _Reading:
    """One exercise on its way into the model."""

    def __init__(self, source: Source, text: str, identifier: str, found: Diagnostics) -> None:
        self._source, self._raw, self._identifier, self._found = source, text, identifier, found
        self._exercise: Exercise = split_exercise(text)
        self._pictures = Pictures(source, {}, found)

    @property
    def assets(self) -> dict[str, Asset]:
        """The files that the exercise shows."""
        return self._pictures.assets

    def item(self) -> Item | None:
        """Return the question; None, with a finding, where it cannot be read."""
        exercise = self._exercise
        kind = exercise.value("extype").lower()
        if exercise.question is None or not kind:
            missing = "question" if exercise.question is None else "extype"
            self._found.add(findings.not_an_exercise(missing), Span(self._source.name, 1))
            return None
        if kind not in _TYPES:
            self._say(findings.type_unknown(exercise.value("extype")), exercise.meta["extype"])
            return None
        if exercise.code is not None:
            line, what = exercise.code
            self._say(findings.exercise_is_computed(kind, what[:40]), Part("", line))
            return self._computed(kind)
        return self._static(kind)

    def _computed(self, kind: str) -> Item:
        return self._make(
            self._blocks(self._exercise.question), (ForeignInteraction(format=FORMAT, kind=kind, raw=self._raw),)
        )

    def _static(self, kind: str) -> Item | None:
        body = self._blocks(self._exercise.question)
        if kind == "cloze":
            parts = self._cloze_parts()
            return self._cloze(body, parts) if parts else None
        solution = self._exercise.meta.get("exsolution", Part())
        interaction: Interaction | None
        if kind in ("schoice", "mchoice"):
            interaction = self._choice(kind, solution, self._exercise.answers, "RESPONSE", self._shuffle())
        elif kind == "num":
            interaction = self._number(solution, self._exercise.value("extol"), "RESPONSE")
        else:
            interaction = self._string(solution.text)
        if interaction is None:
            return None
        return self._make(self._with_list(body, interaction), (interaction,))

    def _with_list(self, body: Content, interaction: Interaction) -> Content:
        """Keep a list of answers that the type has no use for: it belongs to the text."""
        if isinstance(interaction, ChoiceInteraction) or not self._exercise.answers:
            return body
        rows = "\n".join(f"<li>{self._line(part)}</li>" for part in self._exercise.answers)
        return Content(f"{body}\n<ul>\n{rows}\n</ul>")

    def _make(self, body: Content, interactions: tuple[Interaction, ...]) -> Item:
        exercise = self._exercise
        question = exercise.question or Part()
        return Item(
            identifier=f"{self._identifier}-q1",
            number="1",
            title=exercise.value("extitle") or exercise.value("exname"),
            body=body,
            interactions=interactions,
            points=self._points(),
            feedback=Feedback(general=self._explanation(interactions)),
            category=tuple(part for part in exercise.value("exsection").split("/") if part),
            tags=tuple(tag for tag in (part.strip() for part in re.split(r"[,|]", exercise.value("extags"))) if tag),
            extensions={
                f"{FORMAT}:{name}": part.text for name, part in sorted(exercise.meta.items()) if name not in _USED
            },
            span=Span(self._source.name, question.line),
        )

    def _explanation(self, interactions: Sequence[Interaction]) -> Content:
        text = self._blocks(self._exercise.solution)
        explanations = self._exercise.explanations
        if not explanations or self._explains_choices(interactions):
            return text
        rows = "\n".join(f"<li>{self._line(part)}</li>" for part in explanations)
        return Content("\n".join(part for part in (text, f"<ul>\n{rows}\n</ul>") if part))

    def _explains_choices(self, interactions: Sequence[Interaction]) -> bool:
        first = interactions[0] if len(interactions) == 1 else None
        return isinstance(first, ChoiceInteraction) and len(first.choices) == len(self._exercise.explanations)

    # --- interactions -------------------------------------------------------------------------------------------

    def _choice(
        self, kind: str, solution: Part, entries: Sequence[Part], identifier: str, shuffle: bool | None
    ) -> ChoiceInteraction | None:
        marks = solution.text
        wanted = f"{len(entries)} marks of 0 and 1, one for each answer"
        if not _MARKS.fullmatch(marks) or len(marks) != len(entries):
            self._say(findings.solution_unreadable(marks, wanted), solution)
            return None
        keys = marks.count("1")
        # Where R/exams draws the answers that it shows, it draws one of the right ones: each is a key.
        is_drawn = self._exercise.value("exshuffle").isdigit()
        if kind == "schoice" and (keys == 0 or (keys > 1 and not is_drawn)):
            self._say(findings.solution_unreadable(marks, "exactly one 1"), solution)
            return None
        share = FULL_CREDIT if kind == "schoice" else Fraction(1, keys) if keys else NO_CREDIT
        explanations = self._exercise.explanations if identifier == "RESPONSE" else []
        has_feedback = len(explanations) == len(entries)
        choices = tuple(
            Choice(
                identifier=letter_label(index),
                content=self._line(part),
                credit=share if mark == "1" else NO_CREDIT,
                feedback=self._blocks(explanations[index]) if has_feedback else EMPTY,
                span=Span(self._source.name, part.line),
            )
            for index, (part, mark) in enumerate(zip(entries, marks, strict=True))
        )
        cardinality = Cardinality.MULTIPLE if kind == "mchoice" else Cardinality.SINGLE
        return ChoiceInteraction(identifier=identifier, choices=choices, cardinality=cardinality, shuffle=shuffle)

    def _number(self, solution: Part, tolerance: str, identifier: str) -> TextEntryInteraction | None:
        value = _decimal(solution.text)
        if value is None:
            self._say(findings.solution_unreadable(solution.text, "a number"), solution)
            return None
        margin = _decimal(tolerance) if tolerance else NO_CREDIT
        if margin is None or margin < 0:
            place = self._exercise.meta.get("extol", solution)
            self._say(findings.number_of_meta_unreadable("extol", tolerance), place)
            margin = NO_CREDIT
        entry = AcceptedNumber(value=value, tolerance=margin, written=solution.text)
        return TextEntryInteraction(identifier=identifier, accepted=(entry,))

    def _string(self, solution: str) -> Interaction:
        kinds = re.split(r"[|,]", self._exercise.value("exstringtype").lower())
        if "file" in kinds:
            return UploadInteraction()
        if "essay" in kinds:
            return ExtendedTextInteraction()
        # R/exams compares exactly, and asks Moodle to.
        return TextEntryInteraction(accepted=(AcceptedText(text=solution),), case_sensitive=True)

    # --- cloze --------------------------------------------------------------------------------------------------

    def _cloze_parts(self) -> list[_ClozePart] | None:
        """Return the parts of a cloze; the entries of the list belong to them in order."""
        exercise = self._exercise
        solution = exercise.meta.get("exsolution", Part())
        kinds = [kind.strip() for kind in exercise.value("exclozetype").lower().split("|")]
        solutions = [text.strip() for text in solution.text.split("|")]
        tolerances = [text.strip() for text in exercise.value("extol").split("|")]
        if len(kinds) != len(solutions) or not kinds[0]:
            self._say(
                findings.solution_unreadable(solution.text, f"one solution for each of {len(kinds)} parts"), solution
            )
            return None
        parts = []
        entries = list(exercise.answers)
        for number, (kind, own) in enumerate(zip(kinds, solutions, strict=True), 1):
            count = len(own) if kind in ("schoice", "mchoice") else 1
            tolerance = tolerances[number - 1] if len(tolerances) == len(kinds) else tolerances[0]
            parts.append(_ClozePart(number, kind, own, tolerance, entries[:count]))
            del entries[:count]
        return parts

    def _cloze(self, body: Content, parts: Sequence[_ClozePart]) -> Item | None:
        interactions: list[Interaction] = []
        for part in parts:
            interaction = self._cloze_interaction(part)
            if interaction is None:
                return None
            interactions.append(interaction)
        placed = {int(match) for match in _PLACE.findall(body)}
        text = _PLACE.sub(lambda match: gap(f"b{int(match[1])}"), body)
        rows = [self._row(part) for part in parts if part.number not in placed]
        return self._make(Content("\n".join([text, *rows])), tuple(interactions))

    def _cloze_interaction(self, part: _ClozePart) -> Interaction | None:
        identifier = f"b{part.number}"
        solution = Part(part.solution, self._exercise.meta["exsolution"].line)
        if part.kind in ("schoice", "mchoice"):
            choice = self._choice(part.kind, solution, part.entries, identifier, None)
            if choice and part.kind == "schoice" and not any("<" in one.content for one in choice.choices):
                return InlineChoiceInteraction(identifier=identifier, choices=choice.choices)
            return choice
        if part.kind == "num":
            return self._number(solution, part.tolerance, identifier)
        if part.kind == "string":
            return TextEntryInteraction(
                identifier=identifier, accepted=(AcceptedText(text=part.solution),), case_sensitive=True
            )
        if part.kind in ("essay", "file"):
            kind = ExtendedTextInteraction if part.kind == "essay" else UploadInteraction
            return kind(identifier=identifier)
        self._say(findings.type_unknown(part.kind), self._exercise.meta["exclozetype"])
        return None

    def _row(self, part: _ClozePart) -> str:
        """A blank that the text does not place stands below it, behind its entry of the list."""
        label = self._line(part.entries[0]) if part.kind not in ("schoice", "mchoice") and part.entries else EMPTY
        return f"<p>{label} {gap(f'b{part.number}')}</p>" if label else f"<p>{gap(f'b{part.number}')}</p>"

    # --- meta-information and contents --------------------------------------------------------------------------

    def _points(self) -> Fraction:
        part = self._exercise.meta.get("expoints")
        if part is None:
            return FULL_CREDIT
        shares = [_decimal(text) for text in part.text.split("|")]
        if any(share is None or share < 0 for share in shares):
            self._say(findings.number_of_meta_unreadable("expoints", part.text), part)
            return FULL_CREDIT
        return sum((share for share in shares if share is not None), Fraction(0))

    def _shuffle(self) -> bool | None:
        part = self._exercise.meta.get("exshuffle")
        if part is None:
            return None
        if part.text.isascii() and part.text.isdigit():
            if int(part.text[:9]) < len(self._exercise.answers):
                self._say(findings.answers_sampled(int(part.text[:9]), len(self._exercise.answers)), part)
            return True
        return part.text.upper() in ("TRUE", "T")

    def _blocks(self, part: Part | None) -> Content:
        return self._content(part, inline=False)

    def _line(self, part: Part) -> Content:
        return self._content(part, inline=True)

    def _content(self, part: Part | None, *, inline: bool) -> Content:
        if part is None or not part.text:
            return EMPTY
        names: list[str] = []
        if self._exercise.is_latex:
            content = (read_latex_line if inline else read_latex)(part.text, names)
            if names and self._exercise.code is None:
                self._say(findings.latex_unknown(tuple(dict.fromkeys(names))), part)
        else:
            content = (from_markdown_inline if inline else from_markdown)(part.text, dropped=names)
            if names:
                self._say(markup_left_out(tuple(dict.fromkeys(names))), part)
        if "<img" in content and self._exercise.code is None:
            self._pictures.gather(content, _lines(part), "1")
        return content

    def _say(self, finding: Diagnostic, part: Part) -> None:
        self._found.add(finding, Span(self._source.name, part.line), item="1")


def _lines(part: Part) -> Iterator[Line]:
    for index, line in enumerate(part.text.split("\n")):
        yield BLANK_LINE._replace(number=part.line + index, raw=line)


def _decimal(text: str) -> Fraction | None:
    text = text.strip()
    return Fraction(text) if len(text) < 100 and _NUMBER.fullmatch(text) else None
