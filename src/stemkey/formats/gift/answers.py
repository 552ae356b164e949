"""What stands between the braces of a GIFT question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from stemkey.diagnostics import Diagnostic, Severity, Span, Text, rule
from stemkey.formats.gift.blocks import Block
from stemkey.formats.gift.syntax import FORMAT_MARK, FORMAT_NAMES, find_mark, split_at, unescape
from stemkey.formats.moodle.choices import ORDERING_DEFAULTS
from stemkey.formats.moodle.elements import PREFIX, inline
from stemkey.formats.moodle.entries import accepted_text, split_other
from stemkey.formats.moodle.reading import parse_number, share_not_accepted
from stemkey.formats.moodle.shares import CREDIT_OF_PERCENT, decimal_text, exact_share, nearest_legal
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Interaction,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    TextEntryInteraction,
    letter_label,
    text_content,
)


@rule("R403", Severity.WARNING)
def feedback_in_pair(text: str) -> Text:
    """A matching pair ends in `#` and words. GIFT has no feedback for a pair, so Moodle shows them in the answer."""
    return Text(f"{text!r} is shown as part of the answer", "put feedback after ####, for the whole question")


@rule("R407", Severity.ERROR)
def gift_number_not_understood(text: str) -> Text:
    """The answer of a numeric question is no number, no `number:tolerance` and no `lowest..highest`.

    Moodle refuses the question. The answer is left out.
    """
    return Text(f"{text!r} is not a number", "write 3.14, 3.14:0.01 or 3.1..3.2, with a decimal point")


@rule("R408", Severity.WARNING)
def pair_without_arrow(text: str) -> Text:
    """A part of a matching question has no `->`, so it has no answer. Moodle refuses the question; it is left out."""
    return Text(f"the pair {text!r} has no '->'", "write it as =question -> answer")


class Report(Protocol):
    """What reading answers needs of the reading of the file."""

    source_name: str

    def report(self, finding: Diagnostic, line: int) -> None:
        """Add a finding about the question that is being read."""

    def content(self, text: str, form: str, line: int) -> Content:
        """Return an escaped text as content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of a question."""

    interaction: Interaction | None
    general: Content = EMPTY
    extensions: dict[str, str] = field(default_factory=dict)


_GENERAL = re.compile(r"(?<!\\)####")
_WEIGHT = re.compile(r"\s*%(-?[0-9]{1,3}(?:\.[0-9]*)?)%")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read_answers(text: str, start: int, end: int, form: str, block: Block, reading: Report) -> Answers:
    """Read what stands between two places of a block's text. Its marks say the type, as Moodle decides it."""
    inside = text[start:end]
    general = EMPTY
    marks = list(_GENERAL.finditer(inside))
    if marks:
        last = marks[-1]
        general = _formatted(inside[last.end() :], form, block.line_at(start + last.start()), reading)
        inside = inside[: last.start()]
    one = _Answers(inside, start, form, block, reading)
    if inside.lstrip().startswith(">"):
        interaction, extensions = one.ordering()
        return Answers(interaction=interaction, general=general, extensions=extensions)
    return Answers(interaction=one.interaction(), general=general)


def _formatted(text: str, form: str, line: int, reading: Report) -> Content:
    """Return a text that may say its own format."""
    mark = FORMAT_MARK.match(text)
    if mark:
        return reading.content(text[mark.end() :], FORMAT_NAMES[mark[1]], line)
    return reading.content(text, form, line)


class _Answers:
    """The answers of one question, with where they begin in the block."""

    def __init__(self, text: str, start: int, form: str, block: Block, reading: Report) -> None:
        self._text = text
        self._start = start
        self._form = form
        self._block = block
        self._reading = reading

    def interaction(self) -> Interaction:
        text = self._text.strip()
        if not text:
            return ExtendedTextInteraction()
        if text.startswith("#"):
            return self._numeric()
        if find_mark(text, "~") >= 0:
            return self._choice()
        if find_mark(text, "=") >= 0 and "->" in text:
            return self._matching()
        word = text[: find_mark(text, "#")].strip() if find_mark(text, "#") > 0 else text
        if word in _TRUTH:
            return self._truth(word)
        return self._short()

    # ---- types ---------------------------------------------------------------------------------

    def _choice(self) -> ChoiceInteraction:
        is_single = find_mark(self._text, "=") >= 0
        choices: list[Choice] = []
        for offset, piece in split_at(self._text, "~="):
            if not piece.strip():
                continue
            is_key = offset > 0 and self._text[offset - 1] == "="
            credit, words = self._weight(piece, FULL_CREDIT if is_key else NO_CREDIT, offset)
            words, feedback = self._feedback(words, offset)
            choices.append(
                Choice(
                    identifier=letter_label(len(choices)),
                    content=inline(self._content(words, offset)),
                    credit=credit,
                    feedback=feedback,
                    span=self._span(offset),
                )
            )
        cardinality = Cardinality.SINGLE if is_single else Cardinality.MULTIPLE
        return ChoiceInteraction(choices=tuple(choices), cardinality=cardinality, shuffle=None)

    def _truth(self, word: str) -> ChoiceInteraction:
        told = [self._content(piece, offset) for offset, piece in split_at(self._text, "#")[1:]]
        wrong, right = (*told, EMPTY, EMPTY)[:2]
        is_true = _TRUTH[word]
        span = self._span(0)
        return ChoiceInteraction(
            choices=tuple(
                Choice(
                    identifier=label,
                    content=Content(text),
                    credit=FULL_CREDIT if is_key else NO_CREDIT,
                    feedback=right if is_key else wrong,
                    span=span,
                )
                for label, text, is_key in (("A", "True", is_true), ("B", "False", not is_true))
            )
        )

    def _short(self) -> TextEntryInteraction:
        entries: list[AcceptedText | AcceptedNumber] = []
        for offset, piece in split_at(self._text, "="):
            if not piece.strip():
                continue
            credit, words = self._weight(piece, FULL_CREDIT, offset)
            words, feedback = self._feedback(words, offset)
            if words.strip() or feedback:
                entries.append(accepted_text(unescape(words).strip(), credit, feedback))
        accepted, other = split_other(entries)
        return TextEntryInteraction(accepted=accepted, other_feedback=other)

    def _numeric(self) -> TextEntryInteraction:
        start = self._text.index("#") + 1
        wrong = find_mark(self._text, "~", start)
        other = EMPTY
        if wrong >= 0:
            _, other = self._feedback(self._text[wrong + 1 :], wrong)
        end = wrong if wrong >= 0 else len(self._text)
        entries: list[AcceptedText | AcceptedNumber] = []
        for offset, piece in split_at(self._text[start:end], "="):
            if not piece.strip():
                continue
            credit, words = self._weight(piece, FULL_CREDIT, start + offset)
            words, feedback = self._feedback(words, start + offset)
            entry = _number(unescape(words).strip(), credit, feedback)
            if entry is None:
                self._reading.report(gift_number_not_understood(words.strip()), self._line(start + offset))
            else:
                entries.append(entry)
        accepted, last = split_other(entries)
        return TextEntryInteraction(accepted=accepted, other_feedback=other or last)

    def _matching(self) -> MatchInteraction:
        targets: dict[str, MatchTarget] = {}
        pairs: list[MatchPair] = []
        for offset, piece in split_at(self._text, "="):
            if not piece.strip():
                continue
            source, arrow, answer = piece.partition("->")
            if not arrow:
                self._reading.report(pair_without_arrow(piece.strip()), self._line(offset))
                continue
            if find_mark(answer, "#") >= 0:
                self._reading.report(feedback_in_pair(answer.strip()), self._line(offset))
            words = unescape(answer).strip()
            target = targets.setdefault(
                words, MatchTarget(identifier=f"t{len(targets) + 1}", content=text_content(words))
            )
            if source.strip():
                pairs.append(
                    MatchPair(
                        identifier=str(len(pairs) + 1),
                        source=inline(self._content(source, offset)),
                        target=target.identifier,
                        span=self._span(offset),
                    )
                )
        return MatchInteraction(pairs=tuple(pairs), targets=tuple(targets.values()))

    def ordering(self) -> tuple[OrderInteraction, dict[str, str]]:
        """Read an ordering question: its settings stand behind `>`, each item on a line."""
        start = self._text.index(">") + 1
        head, _, rest = self._text[start:].partition("\n")
        offset = start + len(head) + 1
        choices: list[Choice] = []
        for line in rest.split("\n"):
            if line.strip():
                choices.append(
                    Choice(
                        identifier=letter_label(len(choices)),
                        content=inline(self._content(line, offset)),
                        span=self._span(offset),
                    )
                )
            offset += len(line) + 1
        return OrderInteraction(choices=tuple(choices)), ordering_settings(head.split())

    # ---- pieces --------------------------------------------------------------------------------

    def _line(self, offset: int) -> int:
        text = self._text[offset:]
        return self._block.line_at(self._start + offset + len(text) - len(text.lstrip()))

    def _span(self, offset: int) -> Span:
        return Span(self._reading.source_name, self._line(offset))

    def _content(self, text: str, offset: int) -> Content:
        return _formatted(text, self._form, self._line(offset), self._reading)

    def _feedback(self, piece: str, offset: int) -> tuple[str, Content]:
        """Return a piece without its feedback, and that."""
        mark = find_mark(piece, "#")
        if mark < 0:
            return piece, EMPTY
        return piece[:mark], self._content(piece[mark + 1 :], offset)

    def _weight(self, piece: str, default: Fraction, offset: int) -> tuple[Fraction, str]:
        """Return the share that a piece says, and the rest of it."""
        found = _WEIGHT.match(piece)
        if found is None:
            return default, piece
        known = CREDIT_OF_PERCENT.get(found[1])
        if known is None:
            share = Fraction(found[1].rstrip(".")) / 100
            known = nearest_legal(share)
            if known is None:
                self._reading.report(share_not_accepted(found[1]), self._line(offset))
                known = exact_share(share)
        return known, piece[found.end() :]


def _number(text: str, credit: Fraction, feedback: Content) -> AcceptedText | AcceptedNumber | None:
    if text == "*":
        return AcceptedText(text=text, credit=credit, feedback=feedback, wildcards=True)
    lowest, dots, highest = text.partition("..")
    if dots:
        lower, upper = parse_number(lowest), parse_number(highest)
        if lower is None or upper is None:
            return None
        return AcceptedNumber(lower=min(lower, upper), upper=max(lower, upper), credit=credit, feedback=feedback)
    words, colon, margin = text.partition(":")
    value, tolerance = parse_number(words), parse_number(margin) if colon else NO_CREDIT
    if value is None or tolerance is None:
        return None
    return AcceptedNumber(
        value=value,
        tolerance=abs(tolerance),
        credit=credit,
        feedback=feedback,
        written="" if words.strip() == decimal_text(value) else words.strip(),
    )


_ORDER = ("selectcount", "selecttype", "layouttype", "gradingtype", "showgrading", "numberingstyle")
_WHOLE_WORDS = {
    "selecttype": ("ALL", "RANDOM", "CONTIGUOUS"),
    "layouttype": ("VERTICAL", "HORIZONTAL"),
    "showgrading": ("SHOW", "HIDE"),
}
_OTHER_WORDS = {
    ("showgrading", "TRUE"): "SHOW", ("showgrading", "YES"): "SHOW", ("showgrading", "FALSE"): "HIDE",
    ("showgrading", "NO"): "HIDE", ("gradingtype", "ABSOLUTE"): "ABSOLUTE_POSITION",
    ("gradingtype", "ABS"): "ABSOLUTE_POSITION", ("selecttype", "REL"): "CONTIGUOUS",
}  # fmt: skip


def ordering_settings(words: list[str]) -> dict[str, str]:
    """Return the settings of an ordering question that differ from ours; Moodle takes beginnings of its words."""
    extensions = {}
    for tag, word in zip(_ORDER, words, strict=False):
        value = _OTHER_WORDS.get((tag, word.upper()), word)
        whole = [name for name in _WHOLE_WORDS.get(tag, ()) if name.startswith(value.upper())]
        value = whole[0] if len(whole) == 1 else value
        if value != ORDERING_DEFAULTS[tag]:
            extensions[PREFIX + tag] = value
    return extensions


def ordering_words(extensions: Mapping[str, str]) -> str:
    """Return the settings of an ordering question in GIFT's order."""
    return " ".join(extensions.get(PREFIX + tag, ORDERING_DEFAULTS[tag]) for tag in _ORDER)
