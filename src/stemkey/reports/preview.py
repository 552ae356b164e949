"""The preview: a quiz as a candidate sees it, on one page, and with its key and feedback where that is asked for.

Without the key nothing in the page's source gives it away: orders and targets are laid out in an order of their own,
feedback, credits and raw sources of other formats are left out altogether.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, assert_never

from stemkey.model import (
    GAP,
    Asset,
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
    MatchTarget,
    OrderInteraction,
    Quiz,
    Section,
    TextEntryInteraction,
    UploadInteraction,
    text_content,
)
from stemkey.reports.decimals import counted, exact, shown
from stemkey.reports.document import Kind
from stemkey.reports.formulas import can_draw
from stemkey.reports.keys import describe_accepted, describe_interaction
from stemkey.reports.page_content import page_content
from stemkey.reports.to_html import environment, part
from stemkey.richtext.to_plain import to_plain

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose, to match or to put in order."""

    label: str
    content: "Markup"
    is_key: bool = False
    credit: str = ""
    feedback: "Markup | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What a candidate answers with, outside the text."""

    kind: str
    """`one`, `several`, `order`, `match`, `line`, `text`, `upload`, `foreign`: the name of a macro of the template."""
    name: str
    options: tuple[Option, ...] = ()
    targets: tuple[str, ...] = ()
    lines: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the key: what it is about, and what it says."""

    title: str
    content: "Markup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An item as the page shows it."""

    anchor: str
    item: Item
    stem: "Markup"
    controls: tuple[Control, ...]
    points: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the quiz."""

    section: Section
    instructions: "Markup"
    select: str
    questions: tuple[Question, ...]


def preview_html(quiz: Quiz, *, with_key: bool) -> bytes:
    """Return a quiz as one page, offline: keyboard and paper work, no script runs in it."""
    page = _Page(quiz, with_key=with_key)
    text = (
        environment()
        .get_template("preview.html.jinja")
        .render(
            quiz=quiz,
            title=quiz.title or quiz.identifier,
            facts=tuple(_facts(quiz)),
            with_key=with_key,
            style=page.markup(part("page.css") + part("preview.css")),
            instructions=page.show(quiz.instructions),
            parts=tuple(page.parts()),
            formulas_missing=_has_formulas(quiz) and not can_draw(),
        )
    )
    return text.encode("utf-8", "backslashreplace")


class _Page:
    """The quiz on its way to the page."""

    def __init__(self, quiz: Quiz, *, with_key: bool) -> None:
        self.quiz = quiz
        self.assets: Mapping[str, Asset] = quiz.assets
        self.with_key = with_key

    @staticmethod
    def markup(text: str) -> "Markup":
        from markupsafe import Markup

        return Markup(text)  # noqa: S704 # our own files, and content that was sanitised when it was read

    def show(self, content: Content) -> "Markup":
        return self.markup(page_content(content, self.assets))

    def parts(self) -> Iterator[Part]:
        count = 0
        for section in self.quiz.sections:
            questions = []
            for item in section.items:
                count += 1
                questions.append(self.question(item, section, f"question-{count}"))
            yield Part(
                section=section,
                instructions=self.show(section.instructions),
                select=_select_words(section),
                questions=tuple(questions),
            )

    def question(self, item: Item, section: Section, anchor: str) -> Question:
        inline = {interaction.identifier: interaction for interaction in item.interactions}
        in_text = {found for found in GAP.findall(item.body) if found in inline and _fits_in_text(inline[found])}
        points = section.points_per_item or item.points
        return Question(
            anchor=anchor,
            item=item,
            stem=self.stem(item, in_text, anchor),
            controls=tuple(
                self.control(interaction, f"{anchor}-{index}")
                for index, interaction in enumerate(item.interactions)
                if interaction.identifier not in in_text
            ),
            points=f"{shown(points, Kind.SCORE)} point{'' if points == 1 else 's'}" if item.interactions else "",
            notes=tuple(self.notes(item)) if self.with_key else (),
        )

    # --- what a candidate sees ------------------------------------------------------------------------------------

    def stem(self, item: Item, in_text: set[str], anchor: str) -> "Markup":
        """Return the text of an item; its gaps are fields to fill in."""
        inline = {interaction.identifier: interaction for interaction in item.interactions}
        pieces = GAP.split(item.body)
        # The pieces in turn are text and a gap's identifier; fields come in after the text has become markup.
        marks = "".join(f"\ue000{index}\ue001" if index % 2 else piece for index, piece in enumerate(pieces))
        markup = self.show(Content(marks))
        for number, index in enumerate(range(1, len(pieces), 2), start=1):
            identifier = pieces[index]
            field = self.field(inline[identifier], number, f"{anchor}-gap{number}") if identifier in in_text else _BLANK
            markup = self.markup(markup.replace(f"\ue000{index}\ue001", field))
        return markup

    def field(self, interaction: Interaction, number: int, name: str) -> str:
        """Return a field inside a text."""
        from markupsafe import Markup

        label = f"Gap {number}"
        if isinstance(interaction, InlineChoiceInteraction):
            options = Markup("").join(
                Markup("<option>{}</option>").format(to_plain(choice.content)) for choice in interaction.choices
            )
            return Markup('<select name="{}" aria-label="{}"><option></option>{}</select>').format(name, label, options)
        return Markup('<input type="text" name="{}" aria-label="{}" autocomplete="off" size="14">').format(name, label)

    def control(self, interaction: Interaction, name: str) -> Control:
        """Return what an interaction is answered with."""
        match interaction:
            case ChoiceInteraction():
                several = interaction.cardinality is Cardinality.MULTIPLE
                return Control(
                    kind="several" if several else "one",
                    name=name,
                    options=tuple(self.options(interaction.labels, interaction.choices, interaction.keys)),
                )
            case InlineChoiceInteraction():
                labels = [""] * len(interaction.choices)
                keys = [choice for choice in interaction.choices if choice.credit == 1]
                return Control(kind="one", name=name, options=tuple(self.options(labels, interaction.choices, keys)))
            case OrderInteraction():
                rows = _mixed(interaction.choices, lambda choice: choice.identifier + choice.content)
                return Control(
                    kind="order",
                    name=name,
                    options=tuple(Option(label="", content=self.show(row.content)) for row in rows),
                )
            case MatchInteraction():
                return Control(
                    kind="match",
                    name=name,
                    options=tuple(Option(label="", content=self.show(pair.source)) for pair in interaction.pairs),
                    targets=tuple(_targets(interaction.targets)),
                )
            case TextEntryInteraction():
                return Control(kind="line", name=name)
            case ExtendedTextInteraction():
                return Control(
                    kind="text", name=name, lines=interaction.lines or 8, text=to_plain(interaction.template)
                )
            case UploadInteraction():
                return Control(kind="upload", name=name, text=_upload_words(interaction))
            case ForeignInteraction():
                return Control(kind="foreign", name=name, text=f"{interaction.kind} ({interaction.format})")
            case _:
                assert_never(interaction)

    def options(self, labels: Iterable[str], choices: Iterable[Choice], keys: Iterable[Choice]) -> Iterator[Option]:
        right = {choice.identifier for choice in keys}
        for label, choice in zip(labels, choices, strict=True):
            if not self.with_key:
                yield Option(label=label, content=self.show(choice.content))
                continue
            yield Option(
                label=label,
                content=self.show(choice.content),
                is_key=choice.identifier in right,
                credit=_credit_words(choice.credit),
                feedback=self.show(choice.feedback) if choice.feedback else None,
            )

    # --- key and feedback -----------------------------------------------------------------------------------------

    def notes(self, item: Item) -> Iterator[Note]:
        """Yield everything about an item that a candidate does not see before the end."""
        for title, text in _key_lines(item):
            yield Note(title=title, content=self.show(text))
        feedback = item.feedback
        named = (
            ("Explanation", feedback.general),
            ("If right", feedback.correct),
            ("If partly right", feedback.partial),
            ("If wrong", feedback.incorrect),
            *((f"Hint {number}", hint.content) for number, hint in enumerate(item.hints, start=1)),
        )
        for title, content in named:
            if content:
                yield Note(title=title, content=self.show(content))
        about = [
            f"id {item.identifier}",
            *([f"tags {', '.join(item.tags)}"] if item.tags else []),
            *([f"objective {item.objective}"] if item.objective else []),
            *([f"penalty {shown(100 * item.penalty, Kind.PERCENT)} a try"] if item.penalty is not None else []),
        ]
        yield Note(title="About", content=self.show(text_content("; ".join(about))))


_BLANK = '<span class="gap"><span class="hidden">gap</span></span>'


def _fits_in_text(interaction: Interaction) -> bool:
    return isinstance(interaction, InlineChoiceInteraction | TextEntryInteraction)


def _targets(targets: Iterable[MatchTarget]) -> Iterator[str]:
    return (to_plain(target.content) for target in _mixed(targets, lambda target: target.content))


T = TypeVar("T")


def _mixed(things: Iterable[T], words: Callable[[T], str]) -> list[T]:
    """Return things in an order that says nothing about them, the same every time."""
    return sorted(things, key=lambda thing: sha256(words(thing).encode("utf-8", "backslashreplace")).digest())


def _facts(quiz: Quiz) -> Iterator[str]:
    count = sum(1 for item in quiz.items if item.interactions)
    yield counted(count, "question")
    yield f"{shown(quiz.points, Kind.SCORE)} point{'' if quiz.points == 1 else 's'}"
    settings = quiz.settings
    if settings.time_limit:
        yield counted(settings.time_limit, "minute")
    if settings.attempts is not None:
        yield counted(settings.attempts, "attempt") if settings.attempts else "any number of attempts"
    if settings.shuffle_items:
        yield "questions are shuffled"
    if settings.shuffle_choices:
        yield "options are shuffled"


def _select_words(section: Section) -> str:
    if section.bank:
        return f"Drawn from the question bank {section.bank!r}."
    if section.select is None:
        return ""
    return f"Each candidate gets {section.select} of these {counted(len(section.items), 'question')}."


def _upload_words(interaction: UploadInteraction) -> str:
    parts = []
    if interaction.maximum_files is not None:
        parts.append(f"at most {counted(interaction.maximum_files, 'file')}")
    if interaction.file_types:
        parts.append(f"of type {', '.join(interaction.file_types)}")
    return " ".join(parts)


def _credit_words(credit: Fraction) -> str:
    return "" if credit in (0, 1) else shown(100 * credit, Kind.PERCENT)


def _key_lines(item: Item) -> Iterator[tuple[str, Content]]:
    """Yield the key of every interaction whose options do not show it already."""
    for interaction in item.interactions:
        title = "Key" if len(item.interactions) == 1 else f"Key of {interaction.identifier}"
        match interaction:
            case ChoiceInteraction():
                yield title, text_content(describe_interaction(interaction) or "none")
            case TextEntryInteraction():
                for entry in interaction.accepted:
                    share = "" if entry.credit == 1 else f" ({shown(100 * entry.credit, Kind.PERCENT)})"
                    yield title, Content(f"{text_content(describe_accepted(entry) + share)}{_aside(entry.feedback)}")
                if interaction.case_sensitive:
                    yield "Letter case", text_content("counts")
                if interaction.units:
                    yield (
                        "Units",
                        text_content(
                            ", ".join(f"{unit.name} (× {exact(unit.multiplier)})" for unit in interaction.units)
                        ),
                    )
                if interaction.other_feedback:
                    yield "Any other answer", interaction.other_feedback
            case ExtendedTextInteraction():
                yield title, text_content("graded by a person")
                if interaction.grader_notes:
                    yield "For the grader", interaction.grader_notes
            case UploadInteraction():
                yield title, text_content("graded by a person")
            case ForeignInteraction():
                raw = f"<details><summary>show</summary><pre>{text_content(interaction.raw)}</pre></details>"
                yield f"As {interaction.format} has it", Content(raw)
            case MatchInteraction() | OrderInteraction() | InlineChoiceInteraction():
                yield title, text_content(describe_interaction(interaction))
            case _:
                assert_never(interaction)


def _aside(feedback: Content) -> str:
    return f" — {feedback}" if feedback else ""


def _has_formulas(quiz: Quiz) -> bool:
    return any("\\(" in item.body or "\\[" in item.body for item in quiz.items)
