"""Blackboard's question upload becomes a quiz: each line a question, each line that is none a finding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Diagnostics, Span
from stemkey.files import Source, decode_text
from stemkey.formats.blackboard import findings
from stemkey.formats.blackboard.fields import read_block, read_inline, split_fields
from stemkey.formats.blackboard.syntax import FORMAT, KINDS
from stemkey.formats.blackboard.writer import TRUE_FALSE
from stemkey.model import (
    FULL_CREDIT,
    GAP,
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
    Item,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    UploadInteraction,
    gap,
    letter_label,
)
from stemkey.options import NoOptions
from stemkey.richtext.sanitise import markup_left_out

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_BLANK = re.compile(r"\[([A-Za-z0-9]{1,50})\]")


def read_blackboard(source: Source, options: NoOptions, found: Diagnostics) -> Quiz:
    """Return the questions of the file."""
    identifier = re.sub(r"[^\w.-]+", "-", source.stem) or "quiz"
    text = decode_text(source, found)
    lines = text.split("\n") if text is not None else []
    items: list[Item] = []
    for line_number, line in enumerate(lines, 1):
        if line.strip():
            number = str(len(items) + 1)
            row = _Row(line, Span(source.name, line_number), number, found)
            item = row.item(f"{identifier}-q{number}")
            if item is not None:
                items.append(item)
    sections = (Section(items=tuple(items)),) if items else ()
    return Quiz(identifier=identifier, sections=sections, span=Span(source.name, 1))


class _UnreadableError(Exception):
    """The line cannot be read; what is wrong with it is a finding."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class _Row:
    """One line on its way into the model."""

    line: str
    span: Span
    number: str
    found: Diagnostics

    def item(self, identifier: str) -> Item | None:
        """Return the question; None, with a finding, where the line is none."""
        fields = split_fields(self.line)
        kind = fields[0].upper().lstrip("\ufeff")
        if kind not in KINDS:
            self.found.add(findings.row_of_unknown_type(fields[0], ", ".join(KINDS)), self.span)
            return None
        while len(fields) > 2 and not fields[-1]:
            fields.pop()  # a spreadsheet program gives every line as many tabs as the longest
        try:
            body, interactions = self._read(kind, "".join(fields[1:2]), fields[2:])
        except _UnreadableError as problem:
            self.found.add(problem.finding, self.span)
            return None
        return Item(identifier=identifier, number=self.number, body=body, interactions=interactions, span=self.span)

    def _read(self, kind: str, question: str, rest: Sequence[str]) -> tuple[Content, tuple[Interaction, ...]]:
        if not question:
            raise _UnreadableError(findings.row_incomplete(kind, "question"))
        if kind in ("FIB_PLUS", "JUMBLED_SENTENCE"):
            blanks = self._typed(kind, rest) if kind == "FIB_PLUS" else self._dropdowns(kind, rest)
            body = self._with_gaps(question, [blank.identifier for blank in blanks])
            places = GAP.findall(body)
            return body, tuple(sorted(blanks, key=lambda blank: places.index(blank.identifier)))
        interaction = self._interaction(kind, rest)
        return self._block(question), (interaction,)

    def _interaction(self, kind: str, rest: Sequence[str]) -> Interaction:
        if kind in ("MC", "MA"):
            return self._choice(kind, rest)
        if kind == "TF":
            return self._true_false(kind, rest)
        if kind in ("ESS", "SR"):
            self._nothing_after(kind, rest, 1)
            return ExtendedTextInteraction(grader_notes=self._block(rest[0] if rest else ""))
        if kind == "ORD":
            return OrderInteraction(choices=tuple(self._answers(kind, rest)))
        if kind == "MAT":
            return self._matching(kind, rest)
        if kind == "FIB":
            texts = self._filled(kind, rest)
            return TextEntryInteraction(accepted=tuple(AcceptedText(text=text) for text in texts))
        if kind == "NUM":
            return self._numeric(kind, rest)
        if kind == "FIL":
            self._nothing_after(kind, rest, 0)
            return UploadInteraction()
        self.found.add(findings.type_kept(KINDS[kind]), self.span, item=self.number)
        return ForeignInteraction(format=FORMAT, kind=kind, raw=self.line)

    def _choice(self, kind: str, rest: Sequence[str]) -> ChoiceInteraction:
        marks = [mark.lower() for mark in rest[1::2]]
        for mark in marks:
            if mark not in ("correct", "incorrect"):
                raise _UnreadableError(findings.mark_unreadable(kind, mark, "'correct' or 'incorrect'"))
        if not marks or len(rest) % 2:
            raise _UnreadableError(findings.row_incomplete(kind, "'correct' or 'incorrect' for each answer"))
        keys = marks.count("correct")
        if kind == "MC" and keys != 1:
            raise _UnreadableError(findings.keys_do_not_fit(kind, keys))
        share = Fraction(1, keys) if keys else NO_CREDIT
        answers = self._answers(kind, rest[::2])
        return ChoiceInteraction(
            choices=tuple(
                Choice(
                    identifier=answer.identifier,
                    content=answer.content,
                    credit=share if mark == "correct" else NO_CREDIT,
                )
                for answer, mark in zip(answers, marks, strict=True)
            ),
            cardinality=Cardinality.MULTIPLE if kind == "MA" else Cardinality.SINGLE,
        )

    def _true_false(self, kind: str, rest: Sequence[str]) -> ChoiceInteraction:
        if not rest:
            raise _UnreadableError(findings.row_incomplete(kind, "'true' or 'false'"))
        word = rest[0].lower()
        if word not in ("true", "false"):
            raise _UnreadableError(findings.mark_unreadable(kind, word, "'true' or 'false'"))
        self._nothing_after(kind, rest, 1)
        return ChoiceInteraction(
            choices=tuple(
                Choice(
                    identifier=letter_label(index),
                    content=Content(name),
                    credit=FULL_CREDIT if name.lower() == word else NO_CREDIT,
                )
                for index, name in enumerate(TRUE_FALSE)
            )
        )

    def _answers(self, kind: str, fields: Sequence[str]) -> list[Choice]:
        texts = self._filled(kind, fields)
        return [Choice(identifier=letter_label(index), content=self._inline(text)) for index, text in enumerate(texts)]

    def _filled(self, kind: str, fields: Sequence[str]) -> Sequence[str]:
        if not fields or not all(fields):
            raise _UnreadableError(findings.row_incomplete(kind, "answer in one of its fields"))
        return fields

    def _matching(self, kind: str, rest: Sequence[str]) -> MatchInteraction:
        if not rest or len(rest) % 2 or not all(rest):
            raise _UnreadableError(findings.row_incomplete(kind, "match for each answer"))
        pairs, targets = [], []
        for index, (source, target) in enumerate(zip(rest[::2], rest[1::2], strict=True), 1):
            pairs.append(MatchPair(identifier=f"p{index}", source=self._inline(source), target=f"t{index}"))
            targets.append(MatchTarget(identifier=f"t{index}", content=self._inline(target)))
        return MatchInteraction(pairs=tuple(pairs), targets=tuple(targets))

    def _numeric(self, kind: str, rest: Sequence[str]) -> TextEntryInteraction:
        if not rest:
            raise _UnreadableError(findings.row_incomplete(kind, "answer"))
        self._nothing_after(kind, rest, 2)
        value = _decimal(rest[0])
        tolerance = _decimal(rest[1]) if len(rest) > 1 else NO_CREDIT
        return TextEntryInteraction(accepted=(AcceptedNumber(value=value, tolerance=abs(tolerance), written=rest[0]),))

    # --- several blanks -----------------------------------------------------------------------------------------

    def _typed(self, kind: str, rest: Sequence[str]) -> list[TextEntryInteraction]:
        blanks = []
        for name, *answers in _groups(rest):
            texts = self._filled(kind, answers)
            blanks.append(
                TextEntryInteraction(identifier=name, accepted=tuple(AcceptedText(text=text) for text in texts))
            )
        if not blanks:
            raise _UnreadableError(findings.row_incomplete(kind, "answers"))
        return blanks

    def _dropdowns(self, kind: str, rest: Sequence[str]) -> list[InlineChoiceInteraction]:
        groups = _groups(rest)
        names = list(dict.fromkeys(name for _, *blanks in groups for name in blanks))
        if not names:
            raise _UnreadableError(findings.row_incomplete(kind, "blank for one of its choices"))
        contents = [self._inline(text) for text, *_ in groups]
        return [
            InlineChoiceInteraction(
                identifier=name,
                choices=tuple(
                    Choice(
                        identifier=letter_label(index),
                        content=content,
                        credit=FULL_CREDIT if name in group[1:] else NO_CREDIT,
                    )
                    for index, (content, group) in enumerate(zip(contents, groups, strict=True))
                ),
            )
            for name in names
        ]

    def _with_gaps(self, question: str, names: Sequence[str]) -> Content:
        in_text = _BLANK.findall(question)
        odd = {name for name in names if in_text.count(name) != 1 or names.count(name) != 1}
        if odd:
            raise _UnreadableError(findings.blanks_do_not_fit(", ".join(sorted(odd))))
        body = self._block(question)
        return Content(_BLANK.sub(lambda match: gap(match[1]) if match[1] in names else match[0], body))

    # --- fields -------------------------------------------------------------------------------------------------

    def _inline(self, field: str) -> Content:
        content, names = read_inline(field)
        return self._clean(content, names)

    def _block(self, field: str) -> Content:
        content, names = read_block(field)
        return self._clean(content, names)

    def _clean(self, content: Content, names: tuple[str, ...]) -> Content:
        if names:
            self.found.add(markup_left_out(names), self.span, item=self.number)
        return content

    def _nothing_after(self, kind: str, rest: Sequence[str], count: int) -> None:
        if len(rest) > count:
            self.found.add(findings.fields_left_over(kind, " | ".join(rest[count:])), self.span, item=self.number)


def _groups(fields: Sequence[str]) -> list[list[str]]:
    """Return fields in groups; an empty field ends one."""
    groups: list[list[str]] = [[]]
    for field in fields:
        if field:
            groups[-1].append(field)
        else:
            groups.append([])
    return [group for group in groups if group]


def _decimal(text: str) -> Fraction:
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if len(text) > 100 or not _NUMBER.fullmatch(text):
        raise _UnreadableError(findings.numeric_field_unreadable(text))
    return Fraction(text)
