"""`fit`: reduce a quiz to what a format carries, and say every loss. A compiler's lowering pass.

Writers get what `fit` left, so they never drop anything and need no findings of their own.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import assert_never

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Text, rule
from stemkey.model import (
    DEFAULT_SETTINGS,
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedText,
    Capabilities,
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
    MatchInteraction,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    UploadInteraction,
    text_content,
)


@rule("W101", Severity.ERROR)
def kind_not_carried(kind: str, target: str) -> Text:
    """The target has no way to hold this kind of question, so it would be missing from what is written.

    Nothing is written while a question would be lost. Choose a target that has the kind
    (`stemkey formats` shows what survives where), rewrite the question, or leave it out knowingly
    with `--keep-going`.
    """
    return Text(f"{target} cannot hold {kind}", "rewrite the question, choose another target, or use --keep-going")


@rule("W102", Severity.ERROR)
def credit_not_legal(credit: str, nearest: str, target: str) -> Text:
    """The target accepts only certain shares of the points; it refuses the whole file for one other.

    Moodle, for one, knows 100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20,
    16.66667, 14.28571, 12.5, 11.11111, 10, 5 and 0 percent, and their negatives. 15 % is not among them.
    """
    return Text(
        f"{target} does not accept {credit} of the points for an answer", f"the nearest that it accepts is {nearest}"
    )


@rule("W103", Severity.WARNING)
def partial_credit_lost(target: str) -> Text:
    """An answer earns part of the points, and the target knows only right and wrong there: only the key will score.

    A candidate who chooses the half-right answer gets nothing in the LMS. Grading with stemkey still
    gives the credit that the quiz says.
    """
    return Text(
        f"{target} has no partial credit here; only the key will score", "choose a target that carries it, e.g. moodle"
    )


@rule("W104", Severity.WARNING)
def negative_credit_lost(target: str) -> Text:
    """An answer costs points, and the target has no negative credit: the answer will cost nothing there."""
    return Text(
        f"{target} has no negative credit; a wrong answer will cost nothing",
        "choose a target that carries it, e.g. moodle",
    )


@rule("W105", Severity.WARNING)
def feedback_lost(which: str, target: str) -> Text:
    """Feedback that you wrote has no place in the target, so candidates will not see it there.

    The quiz itself keeps it, and other targets carry it.
    """
    return Text(f"{target} does not carry {which}", "put what matters into the explanation, or choose another target")


@rule("W106", Severity.WARNING)
def property_lost(what: str, target: str) -> Text:
    """Something that the quiz says about the question has no place in the target and is left out there.

    Hints, tags, a penalty, a category, points, an order of its own: the message names it.
    """
    return Text(f"{target} does not carry {what}", "set it in the LMS after the import if it matters")


@rule("W107", Severity.WARNING)
def quiz_property_lost(what: str, target: str) -> Text:
    """Something that the quiz says about itself has no place in the target: set it in the LMS after the import.

    Moodle's question files, for one, hold questions and no quiz: no time limit, no number of attempts.
    """
    return Text(f"{target} does not carry {what}", "set it in the LMS after the import")


@rule("W108", Severity.WARNING)
def markup_lost(where: str, target: str) -> Text:
    """The target holds plain text there: emphasis, code, tables and math lose their form.

    The words stay. Read the converted text before you use it: `x^2` may no longer say what it said.
    """
    return Text(f"{target} holds plain text only; the markup in {where} is lost", "choose a target that carries markup")


@rule("W109", Severity.ERROR)
def image_lost(target: str) -> Text:
    """The question shows an image and the target has none, so candidates could not answer it.

    Nothing is written while a question would become a riddle. Say in words what the image shows, or choose a target
    that carries images.
    """
    return Text(
        f"{target} cannot hold images", "describe the image in words, choose another target, or use --keep-going"
    )


@rule("W110", Severity.WARNING)
def group_flattened(select: int, of: int, target: str) -> Text:
    """A group that draws some of its questions becomes a plain list there: every candidate gets all of them."""
    return Text(
        f"{target} cannot draw {select} of {of} questions; all of them are written", "make the random draw in the LMS"
    )


@rule("W111", Severity.WARNING)
def identifier_shared(identifier: str, other: str, written: str) -> Text:
    """Two questions have the same identifier, by which an LMS and `--since` tell questions apart; one gets another.

    A test that uses a question twice reads like this, and so does a question that was copied with its id. Example:
    the second question called `intro` is written as `intro-2`.
    """
    return Text(
        f"the identifier '{identifier}' is question {other}'s already; it is written as '{written}'",
        "give each question an identifier of its own",
    )


_KINDS: dict[type[Interaction], str] = {
    ChoiceInteraction: "a choice question",
    InlineChoiceInteraction: "a dropdown in the text",
    OrderInteraction: "an ordering question",
    MatchInteraction: "a matching question",
    TextEntryInteraction: "a short-answer or numeric question",
    ExtendedTextInteraction: "an essay",
    UploadInteraction: "a file upload",
    ForeignInteraction: "a question kept from another format",
}


def fit(quiz: Quiz, carries: Capabilities, target: str, found: Diagnostics) -> Quiz:
    """Return what the target carries of the quiz; every loss is a finding with the item's place.

    `target` is the format's title for the messages. Items that cannot be carried at all are left out, each
    with an error, so the caller decides whether what remains may be written.
    """
    if carries.item_identifiers:
        quiz = with_own_identifiers(quiz, found, carries.foreign)
    return _Fitting(quiz, carries, target, found).quiz()


def with_own_identifiers(quiz: Quiz, found: Diagnostics, kept: tuple[str, ...] = ()) -> Quiz:
    """Return the quiz with an identifier of its own for each question: the first of the same name keeps it.

    `kept` are formats whose foreign questions are written as they stand, with the identifier in them.
    """
    identifiers = [item.identifier for item in quiz.items]
    taken = set(identifiers)
    if len(taken) == len(identifiers):
        return quiz
    numbers: dict[str, str] = {}

    def own(item: Item) -> Item:
        stands = any(isinstance(one, ForeignInteraction) and one.format in kept for one in item.interactions)
        if item.identifier not in numbers or stands:
            numbers[item.identifier] = item.number
            return item
        written = next(free for n in count(2) if (free := f"{item.identifier}-{n}") not in taken)
        taken.add(written)
        finding = identifier_shared(item.identifier, numbers[item.identifier], written)
        found.add(finding, item.span, item=item.number)
        return replace(item, identifier=written)

    sections = tuple(replace(section, items=tuple(map(own, section.items))) for section in quiz.sections)
    return replace(quiz, sections=sections)


class _Fitting:
    """One run of `fit`."""

    def __init__(self, quiz: Quiz, carries: Capabilities, target: str, found: Diagnostics) -> None:
        self._quiz = quiz
        self._carries = carries
        self._target = target
        self._found = found
        self._item: Item | None = None

    def quiz(self) -> Quiz:
        quiz, carries = self._quiz, self._carries
        changes: dict[str, object] = {"sections": tuple(self._section(section) for section in quiz.sections)}
        if quiz.title and not carries.quiz_title:
            self._quiz_loss("the quiz's title")
            changes["title"] = ""
        if quiz.instructions and not carries.instructions:
            self._quiz_loss("the instructions")
            changes["instructions"] = EMPTY
        if quiz.tags and not carries.tags:
            self._quiz_loss("the quiz's tags")
            changes["tags"] = ()
        if quiz.category and not carries.categories:
            changes["category"] = ()
        if quiz.settings != DEFAULT_SETTINGS and not carries.settings:
            self._settings_loss()
            changes["settings"] = DEFAULT_SETTINGS
        elif quiz.settings.shuffle_items is not None and not carries.shuffle_items:
            if quiz.settings.shuffle_items:
                self._quiz_loss("the order of the questions (shuffling)")
            changes["settings"] = replace(quiz.settings, shuffle_items=None)
        if quiz.assets and not carries.images:
            changes["assets"] = {}
        return replace(quiz, **changes)  # type: ignore[arg-type]  # field by field above

    def _settings_loss(self) -> None:
        settings = self._quiz.settings
        if settings.time_limit is not None:
            self._quiz_loss("the time limit")
        if settings.attempts is not None:
            self._quiz_loss("the number of attempts")
        if settings.shuffle_items is not None:
            self._quiz_loss("the order of the questions (shuffling)")
        if settings.shuffle_choices and not self._carries.shuffle_per_item:
            self._quiz_loss("the order of the choices (shuffling)")

    def _quiz_loss(self, what: str) -> None:
        self._found.add(quiz_property_lost(what, self._target), self._quiz.span)

    def _section(self, section: Section) -> Section:
        items = tuple(fitted for item in section.items if (fitted := self._fit_item(item)) is not None)
        section = self._section_texts(section)
        if section.select is not None and not self._carries.sections:
            self._found.add(group_flattened(section.select, len(items), self._target), section.span or self._quiz.span)
            return replace(section, items=items, select=None, points_per_item=None)
        return replace(section, items=items)

    def _section_texts(self, section: Section) -> Section:
        if self._carries.section_texts or not (section.title or section.instructions):
            return section
        if section.select is not None and self._carries.sections and not section.instructions:
            return section  # a group that draws has its title wherever there are groups
        what = f"the heading '{section.title}'" if section.title else "a section's heading"
        what += " and its text" if section.instructions else ""
        self._found.add(quiz_property_lost(what, self._target), section.span or self._quiz.span)
        keeps_title = section.select is not None and self._carries.sections
        return replace(section, title=section.title if keeps_title else "", instructions=EMPTY)

    def _lose(self, finding: Diagnostic) -> None:
        assert self._item is not None
        self._found.add(finding, self._item.span, item=self._item.number)

    def _fit_item(self, item: Item) -> Item | None:
        self._item = item
        carries = self._carries
        if not self._is_carried(item):
            return None
        changes: dict[str, object] = {}
        if item.interactions:
            interactions = tuple([self._interaction(interaction) for interaction in item.interactions])
            if any(one is not other for one, other in zip(interactions, item.interactions, strict=True)):
                changes["interactions"] = interactions
        feedback = self._feedback(item.feedback)
        if feedback is not item.feedback:
            changes["feedback"] = feedback
        losses: tuple[tuple[bool, str, str, object], ...] = (
            (carries.points or item.points == 1 or not item.interactions, "points", "the points", FULL_CREDIT),
            (carries.hints or not item.hints, "hints", "hints", ()),
            (carries.penalty or item.penalty is None, "penalty", "the penalty", None),
            (carries.tags or not item.tags, "tags", "tags", ()),
            (carries.categories or not item.category, "category", "the question's category", ()),
            (carries.item_titles or not item.title, "title", "the question's title", ""),
            (carries.tags or not item.objective, "objective", "the learning objective", ""),
        )
        for is_kept, field, words, nothing in losses:
            if not is_kept:
                self._lose(property_lost(words, self._target))
                changes[field] = nothing
        if not carries.markup:
            body = self._plain(item.body, "the question")
            if body != item.body:
                changes["body"] = body
        fitted = replace(item, **changes) if changes else item  # type: ignore[arg-type]  # field by field above
        return fitted if carries.adapt is None else self._adapted(fitted)

    def _adapted(self, item: Item) -> Item | None:
        """Return what the format itself leaves of an item where its kinds of questions differ."""
        assert self._carries.adapt is not None
        adapted, words = self._carries.adapt(item)
        for what in words:
            lost = property_lost if adapted is not None else kind_not_carried
            self._lose(lost(what, self._target))
        return adapted

    def _is_carried(self, item: Item) -> bool:
        carries = self._carries
        if not item.interactions and not carries.text_only:
            self._lose(kind_not_carried("text without a question", self._target))
            return False
        for interaction in item.interactions:
            if type(interaction) not in carries.interactions:
                self._lose(kind_not_carried(_KINDS[type(interaction)], self._target))
                return False
            if isinstance(interaction, ForeignInteraction) and not {interaction.format, "*"} & set(carries.foreign):
                self._lose(
                    kind_not_carried(f"a '{interaction.kind}' question kept from {interaction.format}", self._target)
                )
                return False
            if (
                isinstance(interaction, ChoiceInteraction)
                and interaction.cardinality is Cardinality.MULTIPLE
                and not carries.multiple_response
            ):
                self._lose(kind_not_carried("a question with several right answers", self._target))
                return False
        if len(item.interactions) > 1 and not carries.several_interactions:
            self._lose(kind_not_carried("a question with several blanks", self._target))
            return False
        if not carries.images and "<img" in item.body:
            self._lose(image_lost(self._target))
            return False
        return True

    def _interaction(self, interaction: Interaction) -> Interaction:
        match interaction:
            case ChoiceInteraction():
                choices = self._choices(interaction.choices, multiple=interaction.cardinality is Cardinality.MULTIPLE)
                shuffle = self._shuffle(interaction.shuffle)
                if choices is interaction.choices and shuffle is interaction.shuffle:
                    return interaction
                return ChoiceInteraction(
                    identifier=interaction.identifier,
                    choices=choices,
                    cardinality=interaction.cardinality,
                    shuffle=shuffle,
                    weight=interaction.weight,
                )
            case InlineChoiceInteraction():
                choices = self._choices(interaction.choices, multiple=False)
                return replace(interaction, choices=choices, shuffle=self._shuffle(interaction.shuffle))
            case OrderInteraction():
                return replace(interaction, choices=self._choices(interaction.choices, multiple=True))
            case MatchInteraction():
                return replace(interaction, shuffle=self._shuffle(interaction.shuffle))
            case TextEntryInteraction():
                return self._text_entry(interaction)
            case ExtendedTextInteraction() | UploadInteraction() | ForeignInteraction():
                return interaction
            case _:
                assert_never(interaction)

    def _shuffle(self, own: bool | None) -> bool | None:
        """A target that keeps shuffling per item gets the quiz's word for every item; none said means no."""
        if self._carries.shuffle_per_item:
            return own if own is not None else bool(self._quiz.settings.shuffle_choices)
        if own is not None and own != bool(self._quiz.settings.shuffle_choices):
            self._lose(property_lost("shuffling set for one question", self._target))
        return None

    def _choices(self, choices: tuple[Choice, ...], *, multiple: bool) -> tuple[Choice, ...]:
        feedback = not self._carries.feedback_per_choice and any(choice.feedback for choice in choices)
        if feedback:
            self._lose(feedback_lost("feedback for single answers", self._target))
        elif self._carries.choice_markup and all(
            # Most questions have one right answer and nothing more to lose: no need to compare fractions.
            choice.credit is FULL_CREDIT or choice.credit is NO_CREDIT
            for choice in choices
        ):
            return choices
        credit = self._multiple_credit(choices) if multiple else self._credit(choice.credit for choice in choices)
        fitted = []
        for choice in choices:
            changes: dict[str, object] = {}
            if (worth := credit(choice.credit)) != choice.credit:
                changes["credit"] = worth
            if feedback:
                changes["feedback"] = EMPTY
            if not self._carries.choice_markup:
                changes["content"] = self._plain(choice.content, "an answer")
            fitted.append(replace(choice, **changes) if changes else choice)  # type: ignore[arg-type]  # as above
        return tuple(fitted)

    def _credit(self, shares: Iterable[Fraction]) -> Callable[[Fraction], Fraction]:
        """Return what becomes of each credit, having said what is lost."""
        carries = self._carries
        values = set(shares)
        partial = {value for value in values if NO_CREDIT < value < FULL_CREDIT}
        negative = {value for value in values if value < NO_CREDIT}
        if partial and not carries.partial_credit:
            self._lose(partial_credit_lost(self._target))
        if negative and not carries.negative_credit:
            self._lose(negative_credit_lost(self._target))
        for value in sorted(values):
            self._check_legal(value)

        def fitted(value: Fraction) -> Fraction:
            if value in partial and not carries.partial_credit:
                return NO_CREDIT
            if value in negative and not carries.negative_credit:
                return NO_CREDIT
            return value

        return fitted

    def _multiple_credit(self, choices: tuple[Choice, ...]) -> Callable[[Fraction], Fraction]:
        """Several right answers: a target without shares per answer keeps only which are right, equally."""
        carries = self._carries
        if carries.partial_credit:
            return self._credit(choice.credit for choice in choices)
        keys = [choice for choice in choices if choice.credit > 0]
        share = Fraction(1, len(keys)) if keys else NO_CREDIT
        if any(choice.credit != share for choice in keys):
            self._lose(partial_credit_lost(self._target))
        if any(choice.credit < 0 for choice in choices) and not carries.negative_credit:
            self._lose(negative_credit_lost(self._target))
        return lambda value: share if value > 0 else NO_CREDIT

    def _check_legal(self, value: Fraction) -> None:
        legal = self._carries.credit_values
        if legal is None or abs(value) in legal:
            return
        assert self._item is not None
        if self._carries.several_interactions and "data-gap" in self._item.body:
            return  # the list is for answers of their own; blanks in a text may earn any share
        nearest = min(legal, key=lambda known: (abs(known - abs(value)), known))
        sign = -1 if value < 0 else 1
        self._lose(credit_not_legal(_percent(value), _percent(sign * nearest), self._target))

    def _text_entry(self, interaction: TextEntryInteraction) -> TextEntryInteraction:
        feedback = any(entry.feedback for entry in interaction.accepted) and not self._carries.feedback_per_choice
        if feedback:
            self._lose(feedback_lost("feedback for single answers", self._target))
        credit = self._credit(entry.credit for entry in interaction.accepted)
        accepted = []
        for entry in interaction.accepted:
            worth = credit(entry.credit)
            if worth != entry.credit and worth == NO_CREDIT and not feedback:
                continue  # an answer that now earns nothing must not be listed as right
            changed = replace(entry, credit=worth)
            accepted.append(replace(changed, feedback=EMPTY) if feedback else changed)
        if interaction.case_sensitive and not self._carries.case_sensitive:
            if any(isinstance(entry, AcceptedText) for entry in accepted):
                self._lose(property_lost("that upper and lower case differ", self._target))
            interaction = replace(interaction, case_sensitive=False)
        return replace(interaction, accepted=tuple(accepted))

    def _feedback(self, feedback: Feedback) -> Feedback:
        carries = self._carries
        changes: dict[str, Content] = {}
        if feedback.general and not carries.feedback_general:
            self._lose(feedback_lost("the explanation", self._target))
            changes["general"] = EMPTY
        if (feedback.correct or feedback.incorrect) and not carries.feedback_by_result:
            self._lose(feedback_lost("feedback for right and wrong answers", self._target))
            changes.update(correct=EMPTY, incorrect=EMPTY)
        if feedback.partial and not carries.feedback_partial:
            self._lose(feedback_lost("feedback for partly right answers", self._target))
            changes["partial"] = EMPTY
        return replace(feedback, **changes) if changes else feedback

    def _plain(self, content: Content, where: str) -> Content:
        from stemkey.richtext.to_plain import to_plain

        if "<" not in content:
            return content
        plain = text_content(to_plain(content))
        bare = content.removeprefix("<p>").removesuffix("</p>")
        if "<" in bare:
            self._lose(markup_lost(where, self._target))
        return plain


def _percent(value: Fraction) -> str:
    return f"{float(value * 100):.7g} %"
