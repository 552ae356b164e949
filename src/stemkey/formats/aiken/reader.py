"""Read Aiken: what Moodle takes, and what people write for it."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, decode_text
from stemkey.formats.aiken.syntax import ANSWER, OPTION
from stemkey.model import (
    FULL_CREDIT,
    NO_CREDIT,
    Choice,
    ChoiceInteraction,
    Content,
    Feedback,
    Item,
    Quiz,
    Section,
    letter_label,
    text_content,
)
from stemkey.options import NoOptions


@rule("R450", Severity.ERROR)
def aiken_answer_missing() -> Text:
    """Options stand here and no line `ANSWER: B` after them, so the question has no key. Moodle drops it silently.

    The question is left out.
    """
    return Text("the question has no ANSWER: line", "put ANSWER: and the letter below its options")


@rule("R451", Severity.ERROR)
def answer_letter_not_an_option(letter: str, letters: str) -> Text:
    """`ANSWER:` names a letter that no option of the question has, so nothing is right. The question is left out."""
    return Text(f"answer {letter!r} is not one of the options {letters}", "name one of the options")


@rule("R452", Severity.WARNING)
def question_on_several_lines() -> Text:
    """The question stands on several lines. Moodle keeps only the last of them, without a word.

    Stemkey reads them all; written again they are one line.
    """
    return Text("the question stands on several lines", "write it on one line")


@rule("R453", Severity.WARNING)
def line_of_no_question(text: str) -> Text:
    """These words belong to no question: no options follow them. They are left out, here and in Moodle."""
    return Text(f"{text!r} belongs to no question", "delete it, or write options and ANSWER: below it")


@rule("R454", Severity.WARNING)
def letters_not_in_order(letters: str) -> Text:
    """The options are not lettered A, B, C. Moodle counts the options, whatever their letters say.

    With options A, C, D and `ANSWER: C` Moodle takes the third for right. Stemkey takes the option that is called C.
    """
    return Text(f"the options are lettered {letters}", "letter them A, B, C in order")


@rule("R455", Severity.WARNING)
def small_letters(text: str) -> Text:
    """Moodle knows only capital letters here, and takes this line for another question. Stemkey reads it."""
    return Text(f"{text!r} is written with small letters", "write A), B), C) and ANSWER:")


@rule("R456", Severity.WARNING)
def feedback_in_aiken() -> Text:
    """Aiken has no feedback; Moodle takes the line for a question without options. Stemkey reads it as the explanation."""
    return Text("a FEEDBACK: line is no part of Aiken", "use GIFT or Moodle XML for feedback")


_SMALL_OPTION = re.compile(r"([a-z])[.)]\s+(.*)\Z")
_SMALL_ANSWER = re.compile(r"answer\s*:\s*([A-Za-z])\b", re.IGNORECASE)
_FEEDBACK = re.compile(r"FEEDBACK:\s*(.*)\Z")
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_SHOWN = 60


@dataclass(slots=True)
class _Draft:
    """A question while its lines are gathered."""

    lines: list[str] = field(default_factory=list)
    first: int = 0
    options: list[tuple[str, str, int]] = field(default_factory=list)
    """Letter, text, line."""


def read_aiken(source: Source, options: NoOptions, found: Diagnostics) -> Quiz:
    """Return the questions of an Aiken file."""
    identifier = _UNSAFE.sub("-", source.stem).strip("-") or "quiz"
    text = decode_text(source, found)
    if text is None:
        return Quiz(identifier=identifier)
    items = _Reading(identifier, source.name, found).items(text)
    return Quiz(
        identifier=identifier,
        sections=(Section(items=items),) if items else (),
        span=Span(source.name, 1),
    )


class _Reading:
    """One file while it is read."""

    def __init__(self, identifier: str, source_name: str, found: Diagnostics) -> None:
        self._identifier = identifier
        self._source_name = source_name
        self._found = found
        self._items: list[Item] = []
        self._draft = _Draft()
        self._takes_feedback = False

    def items(self, text: str) -> tuple[Item, ...]:
        for number, raw in enumerate(text.split("\n"), 1):
            self._line(raw.strip(), number)
        self._begin()
        return tuple(self._items)

    def _line(self, line: str, number: int) -> None:
        takes_feedback, self._takes_feedback = self._takes_feedback, False
        draft = self._draft
        if not line:
            if draft.lines and not draft.options:
                self._begin()
        elif (option := OPTION.match(line)) and draft.lines:
            draft.options.append((option[1], option[2].strip(), number))
        elif (answer := ANSWER.match(line)) and draft.options:
            self._finish(answer[1].strip(), number)
        elif takes_feedback and (feedback := _FEEDBACK.match(line)):
            self._explain(feedback[1], number)
        elif (small := _SMALL_OPTION.match(line)) and draft.lines and self._expects(small[1].upper()):
            self._report(small_letters(line[:_SHOWN]), number)
            draft.options.append((small[1].upper(), small[2].strip(), number))
        elif (said := _SMALL_ANSWER.match(line)) and draft.options:
            self._report(small_letters(line[:_SHOWN]), number)
            self._finish(said[1].upper(), number)
        else:
            if draft.options:
                self._begin()
            self._draft.lines.append(line)
            self._draft.first = self._draft.first or number

    def _expects(self, letter: str) -> bool:
        """Whether a letter goes on with the options."""
        options = self._draft.options
        return letter == (chr(ord(options[-1][0]) + 1) if options else "A")

    def _begin(self) -> None:
        """Begin another question; what was gathered had no answer."""
        draft, self._draft = self._draft, _Draft()
        if draft.options:
            self._report(aiken_answer_missing(), draft.first, item=str(len(self._items) + 1))
        elif draft.lines:
            self._report(line_of_no_question(draft.lines[0][:_SHOWN]), draft.first)

    def _finish(self, answer: str, line: int) -> None:
        draft, self._draft = self._draft, _Draft()
        number = str(len(self._items) + 1)
        letter = answer[:1]
        letters = [option[0] for option in draft.options]
        if letter not in letters or letter == "":
            finding = answer_letter_not_an_option(answer, ", ".join(letters))
            self._report(finding, line, item=number)
            return
        if len(draft.lines) > 1:
            self._report(question_on_several_lines(), draft.first, item=number)
        if letters != [letter_label(index) for index in range(len(letters))]:
            self._report(letters_not_in_order(", ".join(letters)), draft.options[0][2], item=number)
        key = letters.index(letter)
        counts = Counter(letters)
        choices = tuple(
            Choice(
                identifier=name if counts[name] == 1 else f"{name}{index}",
                content=text_content(text),
                credit=FULL_CREDIT if index == key else NO_CREDIT,
                span=Span(self._source_name, place),
            )
            for index, (name, text, place) in enumerate(draft.options)
        )
        self._items.append(
            Item(
                identifier=f"{self._identifier}-q{number}",
                number=number,
                body=Content("<br>".join(text_content(line) for line in draft.lines)),
                interactions=(ChoiceInteraction(choices=choices),),
                span=Span(self._source_name, draft.first),
            )
        )
        self._takes_feedback = True

    def _explain(self, text: str, line: int) -> None:
        self._report(feedback_in_aiken(), line)
        self._items[-1] = replace(self._items[-1], feedback=Feedback(general=text_content(text)))

    def _report(self, finding: Diagnostic, line: int, *, item: str | None = None) -> None:
        self._found.add(finding, Span(self._source_name, line), item=item)
