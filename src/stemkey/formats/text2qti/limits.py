"""What text2qti refuses or cannot hold beyond what `carries` can say; it refuses a whole file for one such question."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Text, rule
from stemkey.formats.text2qti.markup import representable_blocks, representable_line
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    GAP,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Interaction,
    Item,
    Quiz,
    Section,
    Settings,
    TextEntryInteraction,
    ToleranceKind,
    UploadInteraction,
)
from stemkey.richtext.sanitise import sanitise

BLANK = "_____"
_LINE_END = re.compile(r"[ \t]+\n")
SMALLEST = Fraction(1, 10_000)


@rule("W151", Severity.ERROR)
def refused_by_text2qti(what: str, hint: str) -> Text:
    """text2qti refuses the whole file for a question like this, so it is not written.

    It wants whole or half points, one right option among `a)` (several go in boxes), at least two different options,
    numbers that are decimals and not nearer to zero than 0.0001, one numeric answer, questions that differ.
    """
    return Text(f"text2qti refuses {what}", hint)


@rule("W152", Severity.WARNING)
def not_said_in_text2qti(what: str) -> Text:
    """The quiz says something for which text2qti's text has no words; it is left out there.

    Set it in Canvas after the import where it matters, or choose a target that carries it.
    """
    return Text(f"text2qti has no words for {what}", "set it in the LMS after the import if it matters")


def limit_to_text2qti(quiz: Quiz, options: object, found: Diagnostics) -> Quiz:
    """Return what text2qti's text can say of a quiz that `fit` has reduced; every further loss is a finding."""
    return _Limiting(quiz, found).quiz()


class _Limiting:
    """One run."""

    def __init__(self, quiz: Quiz, found: Diagnostics) -> None:
        self._quiz, self._found = quiz, found
        self._item: Item | None = None
        self._bodies = Counter(item.body for item in quiz.items if item.interactions)

    def quiz(self) -> Quiz:
        settings = self._quiz.settings
        for what, value in (
            ("the time limit", settings.time_limit),
            ("the number of attempts", settings.attempts),
            ("the order of the questions", settings.shuffle_items),
        ):
            if value is not None:
                self._found.add(not_said_in_text2qti(what), self._quiz.span)
        return replace(
            self._quiz,
            title=_one_line(self._quiz.title) or self._quiz.identifier,
            instructions=self._blocks(self._quiz.instructions),
            settings=Settings(shuffle_choices=settings.shuffle_choices),
            sections=tuple(self._section(section) for section in self._quiz.sections),
        )

    def _section(self, section: Section) -> Section:
        items = tuple(self._limited(item) for item in section.items)
        if section.select is None:
            return replace(section, items=items)
        points = section.points_per_item
        if points is None:
            own = {item.points for item in items}
            points = own.pop() if len(own) == 1 else Fraction(1)
            if own:
                self._found.add(not_said_in_text2qti("different points in one group"), section.span)
        items = tuple(replace(item, points=points) for item in items)
        self._check_group(section, items, points)
        return replace(section, items=items, points_per_item=points)

    def _check_group(self, section: Section, items: tuple[Item, ...], points: Fraction) -> None:
        problem = None
        if points.denominator != 1 or points < 1:
            problem = refused_by_text2qti(f"a group with {float(points):g} points per question", "give it whole points")
        elif section.select is not None and section.select > len(items):
            problem = refused_by_text2qti(f"a group that draws {section.select} of {len(items)}", "add questions")
        elif not all(item.interactions for item in items):
            problem = refused_by_text2qti("a text inside a group of questions", "put the text before the group")
        if problem:
            for item in items:
                self._found.add(problem, section.span or item.span, item=item.number)

    def _limited(self, item: Item) -> Item:
        self._item = item
        if item.interactions:
            self._check_points(item)
            if self._bodies[item.body] > 1:
                self._refuse("two questions with the same text", "word one of them differently")
        feedback = Feedback(
            general=self._blocks(item.feedback.general),
            correct=self._blocks(item.feedback.correct),
            incorrect=self._blocks(item.feedback.incorrect),
        )
        ungraded = all(isinstance(one, ExtendedTextInteraction | UploadInteraction) for one in item.interactions)
        if ungraded and (feedback.correct or feedback.incorrect):
            self._lose("feedback for right and wrong answers to a question that people grade")
            feedback = replace(feedback, correct=EMPTY, incorrect=EMPTY)
        if not item.interactions and feedback.general:
            self._lose("feedback on a text that asks nothing")
            feedback = Feedback()
        limited = replace(
            item,
            title=_one_line(item.title),
            body=self._blocks(self._without_gap(item)),
            feedback=feedback,
            interactions=tuple(self._interaction(interaction) for interaction in item.interactions),
            points=item.points if item.interactions else Fraction(0),
        )
        self._item = None
        return limited

    def _without_gap(self, item: Item) -> Content:
        """Return the stem without the place of its answer: an answer stands below the question."""
        if "data-gap" not in item.body:
            return item.body
        is_typed = any(isinstance(one, TextEntryInteraction) for one in item.interactions)
        if is_typed:
            self._lose("the place of an answer inside the text; a line stands there")
        return sanitise(GAP.sub(BLANK if is_typed else "", item.body))[0]

    def _check_points(self, item: Item) -> None:
        if item.points <= 0 or (item.points * 2).denominator != 1:
            self._refuse(f"{float(item.points):g} points", "give whole or half points, more than none")

    def _interaction(self, interaction: Interaction) -> Interaction:
        if isinstance(interaction, ChoiceInteraction):
            return self._choice(interaction)
        if isinstance(interaction, TextEntryInteraction):
            return self._text_entry(interaction)
        if isinstance(interaction, ExtendedTextInteraction):
            if interaction.template or interaction.grader_notes:
                self._lose("a template or notes for graders")
            return ExtendedTextInteraction()
        if isinstance(interaction, UploadInteraction) and interaction != UploadInteraction():
            self._lose("which files may be handed in")
        return UploadInteraction()

    def _choice(self, interaction: ChoiceInteraction) -> ChoiceInteraction:
        keys = sum(choice.credit > 0 for choice in interaction.choices)
        if interaction.cardinality is Cardinality.SINGLE and keys != 1:
            self._refuse(f"{keys} right options where one is chosen", "key one option, or let several be chosen")
        elif not keys:
            self._refuse("a question without a right option", "say which options are right")
        choices = tuple(self._one_choice(choice) for choice in interaction.choices)
        if len({choice.content for choice in choices}) < max(len(choices), 2):
            self._refuse("fewer than two different options", "make the options differ")
        if any(choice.fixed for choice in choices):
            self._lose("an option that keeps its place")
        labels = interaction.labels
        return replace(
            interaction,
            choices=tuple(
                replace(choice, identifier=label, fixed=False) for choice, label in zip(choices, labels, strict=True)
            ),
        )

    def _one_choice(self, choice: Choice) -> Choice:
        if not choice.content:
            self._refuse("an empty option", "write the option, or remove it")
        return replace(
            choice,
            content=representable_line(self._inline_math(choice.content)),
            feedback=self._blocks(choice.feedback),
        )

    def _text_entry(self, interaction: TextEntryInteraction) -> TextEntryInteraction:
        if any(entry.feedback for entry in interaction.accepted) or interaction.other_feedback:
            self._lose("feedback for single typed answers")
        if interaction.units:
            self._lose("units")
        right = [entry for entry in interaction.accepted if entry.credit > 0]
        numbers = [entry for entry in right if isinstance(entry, AcceptedNumber)]
        texts = [entry for entry in right if isinstance(entry, AcceptedText)]
        if (numbers and texts) or len(numbers) > 1 or not (numbers or texts):
            self._refuse("several kinds of typed answers", "keep one number, or one or more texts")
        if any(entry.wildcards and "*" in entry.text for entry in texts):
            self._refuse("a wildcard in a typed answer", "list the answers one by one")
        accepted: list[AcceptedNumber | AcceptedText] = [self._number(entry) for entry in numbers]
        for entry in texts:
            text = _one_line(entry.text)
            if not text:
                self._refuse("an empty answer", "write the answer, or remove it")
            accepted.append(replace(entry, text=text, feedback=EMPTY, wildcards=False))
        return TextEntryInteraction(identifier=interaction.identifier, accepted=tuple(accepted))

    def _number(self, entry: AcceptedNumber) -> AcceptedNumber:
        if entry.lower_open or entry.upper_open:
            self._lose("a range without its ends")
        if entry.kind not in (ToleranceKind.ABSOLUTE, ToleranceKind.RELATIVE):
            self._refuse(f"a {entry.kind} tolerance", "give the margin as a number or in percent, or a range")
        ends = _ends(entry)
        if ends is None:
            self._refuse("a range with one end", "give both ends")
        elif any(abs(end) < SMALLEST for end in ends):
            self._refuse("a numeric answer nearer to zero than 0.0001", "ask for it in another unit")
        if any(value is not None and not _is_decimal(value) for value in (entry.value, entry.tolerance, *(ends or ()))):
            self._refuse("a number that is no decimal", "round it, and give a margin")
        return replace(entry, feedback=EMPTY, lower_open=False, upper_open=False, credit=FULL_CREDIT)

    def _blocks(self, content: Content) -> Content:
        if "\n" in content and "<pre" not in content:
            content = Content(_LINE_END.sub("\n", content))  # blanks at the end of a line mean nothing
        return representable_blocks(self._inline_math(content))

    def _inline_math(self, content: Content) -> Content:
        r"""text2qti knows math in a line (`$…$`), and none on a line of its own."""
        if "<img" in content:
            self._refuse("an image that is not beside the file", "add the image with text2qti's own Markdown")
        if "\\[" not in content:
            return content
        self._lose("math on a line of its own; it is written into the line")
        return Content(content.replace("\\[", "\\(").replace("\\]", "\\)"))

    def _refuse(self, what: str, hint: str) -> None:
        self._say(refused_by_text2qti(what, hint))

    def _lose(self, what: str) -> None:
        self._say(not_said_in_text2qti(what))

    def _say(self, finding: Diagnostic) -> None:
        if self._item is None:
            self._found.add(finding, self._quiz.span)
        else:
            self._found.add(finding, self._item.span, item=self._item.number)


def _ends(entry: AcceptedNumber) -> tuple[Fraction, Fraction] | None:
    if entry.value is None:
        return (entry.lower, entry.upper) if entry.lower is not None and entry.upper is not None else None
    margin = entry.tolerance * abs(entry.value) if entry.kind is ToleranceKind.RELATIVE else entry.tolerance
    return entry.value - margin, entry.value + margin


def _is_decimal(value: Fraction) -> bool:
    """Whether a number ends: its denominator has no prime factors but 2 and 5."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _one_line(text: str) -> str:
    return " ".join(text.split())
