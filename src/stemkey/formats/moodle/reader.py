"""Read Moodle XML: questions as Moodle's importer would take them, and what it would refuse as findings."""

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.diagnostics import Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source
from stemkey.files.safe_xml import DAMAGES, parse_xml, walk_xml
from stemkey.formats.moodle.categories import ReadCategories
from stemkey.formats.moodle.elements import NOTE, PREFIX, is_own_name, is_tag, read_name
from stemkey.formats.moodle.files import NAME_KEY
from stemkey.formats.moodle.foreign import read_foreign
from stemkey.formats.moodle.items import PARTS, Type, find_type, understood
from stemkey.formats.moodle.questions import MoodleOptions
from stemkey.formats.moodle.random_matching import Draw, read_draw, with_pairs
from stemkey.formats.moodle.reading import Question, Reading
from stemkey.formats.moodle.written import DEFAULT_PENALTY
from stemkey.model import NO_EXTENSIONS, NO_FEEDBACK, Content, Feedback, Hint, Item, Quiz, Section

if TYPE_CHECKING:
    from lxml.etree import _Element


@rule("R201", Severity.ERROR)
def not_moodle_xml(tag: str) -> Text:
    """The file is XML, but its outermost element is not `<quiz>`, so it is no export of a Moodle question bank.

    Nothing of it is read. Canvas and other systems have XML of their own, as a rule in a zip.
    """
    return Text(f"the XML begins with <{tag}>, not with <quiz>", "export the questions as Moodle XML, or use --from")


@rule("R202", Severity.WARNING)
def not_a_question(tag: str) -> Text:
    """Between the questions stands something that is none. Moodle ignores it, and so does stemkey."""
    return Text(f"<{tag}> is not a question and is left out", "delete it, or write it as <question type=…>")


@rule("R203", Severity.WARNING)
def name_missing() -> Text:
    """The question has no `<name>`, so Moodle refuses it. Stemkey reads it; when written again it gets a name."""
    return Text("the question has no name", "give it a <name><text>…</text></name>")


@rule("R209", Severity.WARNING)
def identifier_repeated(identifier: str) -> Text:
    """Two questions have the same idnumber. Moodle drops it silently from the second of a category.

    Stemkey gives the second question an identifier of its own from its number.
    """
    return Text(f"idnumber {identifier!r} is used by an earlier question", "give each question an idnumber of its own")


@rule("R216", Severity.WARNING)
def element_not_understood(tag: str) -> Text:
    """The question holds an element that Moodle's own importer does not know either, so it is left out.

    Simple settings that are not known are kept; this one holds other elements, so nothing says what it means.
    """
    return Text(f"<{tag}> is not known for this type of question and is left out", "check the program that wrote it")


_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def read_moodle(source: Source, options: MoodleOptions, found: Diagnostics) -> Quiz:
    """Return the questions of a Moodle XML file. What it holds and Moodle would refuse is a finding."""
    identifier = _UNSAFE.sub("-", source.stem).strip("-") or "quiz"
    quiz = _Quiz(identifier, Reading(source.name, found))
    known = len(found)
    for event, element in walk_xml(source, found, ("quiz", "question")):
        if event == "start":
            if not quiz.has_begun:
                quiz.begin(element)
        elif element.tag == "question" and element.getparent() is quiz.root:
            quiz.take(element)
    if any(finding.code in DAMAGES for finding in tuple(found)[known:]):
        return Quiz(identifier=identifier)  # half a file is no quiz
    if not quiz.has_begun or quiz.root.tag != "quiz":
        found.add(not_moodle_xml(_root_name(source)), Span(source.name, 1))
        return Quiz(identifier=identifier)
    quiz.take()
    return quiz.done()


def _root_name(source: Source) -> str:
    root = parse_xml(source, Diagnostics())
    return str(root.tag) if root is not None else "?"


class _Quiz:
    """One quiz while it is read."""

    def __init__(self, identifier: str, reading: Reading) -> None:
        self._identifier = identifier
        self._reading = reading
        self._categories = ReadCategories(identifier)
        self._identifiers: set[str] = set()
        self._quiz_tags: dict[str, None] = {}
        self._items: list[Item] = []
        self._draws: dict[int, Draw] = {}
        self.has_begun = False
        self.root: _Element

    def begin(self, root: "_Element") -> None:
        """Start with the outermost element."""
        self.has_begun, self.root = True, root
        self._place = self._reading.place(root)

    def take(self, last: "_Element | None" = None) -> None:
        """Read the root's children up to one (the parser is ahead of us), and let go of them: a file is never a tree."""
        reading = self._reading
        for element in list(self.root):
            if element.tag != "question":
                reading.report(not_a_question(str(element.tag)), element)
            elif element.get("type") == "category":
                reading.number, reading.default_format = None, "html"
                self._categories.enter(element, reading)
            else:
                self._items.append(self._item(element, str(len(self._items) + 1)))
            self.root.remove(element)
            if element is last:
                break

    def done(self) -> Quiz:
        """Return the quiz, once everything was taken."""
        reading, categories, items = self._reading, self._categories, self._items
        if self._draws:
            items = with_pairs(items, self._draws, next(iter(categories.seen), ()))
        title, category = categories.quiz()
        extensions = {**categories.rest(), **{NAME_KEY + key: name for key, name in reading.files.names.items()}}
        return Quiz(
            identifier=self._identifier,
            title=title,
            instructions=categories.instructions,
            tags=tuple(self._quiz_tags),
            category=category,
            sections=(Section(items=tuple(items)),) if items else (),
            assets=reading.files.assets,
            extensions=extensions or NO_EXTENSIONS,
            span=self._place,
        )

    def _item(self, element: "_Element", number: str) -> Item:
        reading = self._reading
        reading.number = number
        kind = element.get("type") or ""
        question = _sorted(element, kind, number)
        row = find_type(question, reading)
        fields = question.fields
        identifier = self._own_identifier(question)
        stem = fields.get("questiontext")
        reading.default_format = (stem.get("format") or "html") if stem is not None else "html"
        if reading.loose_files:
            reading.loose_files = {}
        read = row.read(question, reading) if row is not None else None
        if row is None or read is None:
            read, extensions = read_foreign(question, identifier, reading), {}
            draw = read_draw(question)
            if draw is not None:
                self._draws[len(self._items)] = draw
        else:
            extensions = _settings(question, row, reading)
        if read.extensions:
            extensions |= read.extensions
        if reading.loose_files:
            extensions |= {f"{PREFIX}files {at}": json.dumps(files) for at, files in reading.loose_files.items()}
        points = read.points
        if points is None:
            points = reading.amount(fields.get("defaultgrade"), _ONE, "defaultgrade")
        tags, objective = self._tags(fields.get("tags"))
        return Item(
            identifier=identifier,
            number=number,
            title=self._title(question, read.body),
            body=read.body,
            interactions=read.interactions,
            points=points,
            feedback=_feedback(fields, reading),
            penalty=self._penalty(fields.get("penalty"), row),
            hints=self._hints(question, extensions) if question.hints else (),
            tags=tags,
            category=self._categories.own(),
            objective=objective,
            extensions=extensions or NO_EXTENSIONS,
            span=reading.place(element),
        )

    def _own_identifier(self, question: Question) -> str:
        identifier = question.text("idnumber") or ""
        if identifier in self._identifiers:
            self._reading.report(identifier_repeated(identifier), question.fields["idnumber"])
            identifier = ""
        if not identifier:
            identifier = f"{self._identifier}-q{question.number}"
            while identifier in self._identifiers:
                identifier += "-2"
        self._identifiers.add(identifier)
        return identifier

    def _title(self, question: Question, body: Content) -> str:
        name = question.fields.get("name")
        if name is None:
            if question.kind != "cloze":  # Moodle names a cloze after its first words
                self._reading.report(name_missing(), question.element)
            return ""
        title = read_name(self._reading.text(name))
        return "" if is_own_name(title, body) else title

    def _penalty(self, element: "_Element | None", row: Type | None) -> Fraction | None:
        if element is None or not element.text or element.text == (row.penalty if row is not None else DEFAULT_PENALTY):
            return None
        return self._reading.amount(element, _THIRD, "penalty")

    def _tags(self, element: "_Element | None") -> tuple[tuple[str, ...], str]:
        if element is None:
            return (), ""
        tags, objective = [], ""
        for child in element:
            tag, note = self._reading.text(child), child.get(NOTE)
            if note == "quiz":
                self._quiz_tags[tag] = None
            elif note == "objective":
                objective = tag
            elif tag:
                tags.append(tag)
        return tuple(tags), objective

    def _hints(self, question: Question, extensions: dict[str, str]) -> tuple[Hint, ...]:
        hints = []
        for position, element in enumerate(question.hints, 1):
            marks = {child.tag: child.text or "" for child in element}
            if marks.get("options"):
                extensions[f"{PREFIX}hint-options {position}"] = marks["options"]
            hints.append(
                Hint(
                    content=self._reading.content(element, f"hint {position}"),
                    clears_wrong="clearwrong" in marks,
                    shows_count="shownumcorrect" in marks,
                )
            )
        return tuple(hints)


_ONE = Fraction(1)
_THIRD = Fraction(1, 3)


def _sorted(element: "_Element", kind: str, number: str) -> Question:
    question = Question(element, kind, number)
    fields, answers = question.fields, question.answers
    for child in element:
        tag = child.tag
        if tag == "answer":
            answers.append(child)
        elif tag == "hint":
            question.hints.append(child)
        elif tag in PARTS:
            question.parts.append(child)
        elif tag not in fields:
            fields[tag] = child
    return question


def _settings(question: Question, row: Type, reading: Reading) -> dict[str, str]:
    """Return the simple elements that the model has no word for, where they say something else than our defaults."""
    fields, known = question.fields, understood(row)
    extensions: dict[str, str] = {}
    for tag, (ours, moodles) in row.settings.items():
        child = fields.get(tag)
        value = (child.text or "").strip() if child is not None else moodles
        if value != ours:
            extensions[PREFIX + tag] = value
    for tag, child in fields.items():
        if tag not in known:
            if len(child) or not is_tag(tag):
                reading.report(element_not_understood(tag), child)
            else:
                extensions[PREFIX + tag] = (child.text or "").strip()
    if row.counts and "shownumcorrect" not in fields:
        extensions[PREFIX + "shownumcorrect"] = "0"
    hidden = question.text("hidden")
    if hidden and hidden != "0":
        extensions[PREFIX + "hidden"] = hidden
    return extensions


def _feedback(fields: dict[str, "_Element"], reading: Reading) -> Feedback:
    general = reading.content(fields.get("generalfeedback"))
    correct = reading.content(fields.get("correctfeedback"))
    partial = reading.content(fields.get("partiallycorrectfeedback"))
    incorrect = reading.content(fields.get("incorrectfeedback"))
    if not (general or correct or partial or incorrect):
        return NO_FEEDBACK
    return Feedback(general=general, correct=correct, partial=partial, incorrect=incorrect)
