"""Read GIFT as Moodle's importer does, and say what it would refuse."""

import re
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span, Text, rule
from stemkey.files import Source, decode_text
from stemkey.formats.gift.answers import Answers, read_answers
from stemkey.formats.gift.blocks import CATEGORY, Block, split_blocks
from stemkey.formats.gift.lowering import BLANK
from stemkey.formats.gift.syntax import FORMAT_MARK, FORMAT_NAMES, GiftOptions, find_mark, unescape
from stemkey.formats.moodle.categories import split_path
from stemkey.formats.moodle.elements import is_own_name, read_name
from stemkey.formats.moodle.files import missing_files
from stemkey.formats.moodle.reading import convert, file_missing
from stemkey.model import NO_EXTENSIONS, Content, Feedback, Item, Quiz, Section, TextEntryInteraction, gap
from stemkey.richtext.sanitise import markup_left_out


@rule("R400", Severity.ERROR)
def braces_not_closed() -> Text:
    r"""The braces around a question's answers do not match, so where its answers begin or end cannot be told.

    A brace that is a letter is written `\{` or `\}`. The question is left out.
    """
    return Text("the braces around the answers do not match", r"close them, or write \{ and \} for letters")


@rule("R404", Severity.WARNING)
def id_repeated(identifier: str) -> Text:
    """Two questions have the same `[id:…]`. Moodle drops it from the second; here it gets one from its number."""
    return Text(f"id {identifier!r} is used by an earlier question", "give each question an id of its own")


@rule("R405", Severity.WARNING)
def question_without_text(name: str) -> Text:
    """Moodle exported only the name of this question, because GIFT has nothing for its type.

    Export the category as Moodle XML to have it too.
    """
    return Text(f"question {name!r} has a name here and nothing else", "export as Moodle XML instead")


@rule("R406", Severity.WARNING)
def second_braces() -> Text:
    """After the answers of a question another pair of braces stands. Moodle shows it as words."""
    return Text("a second pair of braces is shown as words", "put a blank line between two questions")


_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_ID = re.compile(r"\[id:((?:\\.|[^\]\\])+)\]")
_TAG = re.compile(r"\[tag:((?:\\.|[^\]\\])+)\]")
_TITLE = re.compile(r"\[stemkey title:((?:\\.|[^\]\\])*)\]")
_NAME = re.compile(r"(?:\\.|[^\\])*?(?=::)", re.DOTALL)
_EXPORTED = re.compile(r"question: \d+\s+name: (.*)")


def read_gift(source: Source, options: GiftOptions, found: Diagnostics) -> Quiz:
    """Return the questions of a GIFT file."""
    identifier = _UNSAFE.sub("-", source.stem).strip("-") or "quiz"
    text = decode_text(source, found)
    if text is None:
        return Quiz(identifier=identifier)
    return _Reading(identifier, source.name, options, found).read(text)


class _Reading:
    """One file while it is read."""

    def __init__(self, identifier: str, source_name: str, options: GiftOptions, found: Diagnostics) -> None:
        self._identifier = identifier
        self.source_name = source_name
        self._options = options
        self._found = found
        self._identifiers: set[str] = set()
        self._home: tuple[str, ...] | None = None
        self._category: tuple[str, ...] = ()
        self._title: str | None = None
        self._number = ""

    def read(self, text: str) -> Quiz:
        items: list[Item] = []
        for block in split_blocks(text, self.source_name, self._found):
            for _, comment in block.comments:
                if noted := _TITLE.search(comment):
                    self._title = _unescaped(noted[1])
            if block.lines and block.lines[0].startswith(CATEGORY):
                self._enter(block.lines[0][len(CATEGORY) :])
            elif block.lines:
                self._number = str(len(items) + 1)
                item = self._item(block)
                if item is not None:
                    items.append(item)
            else:
                self._note_empty(block)
        title, category = self._quiz_category()
        return Quiz(
            identifier=self._identifier,
            title=title,
            category=category,
            sections=(Section(items=tuple(items)),) if items else (),
            span=Span(self.source_name, 1),
        )

    def _enter(self, text: str) -> None:
        _, path = split_path(text)
        if path:
            self._category = path
            self._home = self._home or path

    def _quiz_category(self) -> tuple[str, tuple[str, ...]]:
        path = self._home or ()
        title = self._title if self._title is not None else path[-1] if path else ""
        if len(path) == 1 and path[0] in {title, self._identifier}:
            path = ()
        return title, path

    def _note_empty(self, block: Block) -> None:
        for number, comment in block.comments:
            named = _EXPORTED.match(comment)
            if named and not named[1].startswith("Switch category to "):
                self._found.add(question_without_text(named[1]), Span(self.source_name, number))

    def report(self, finding: Diagnostic, line: int) -> None:
        self._found.add(finding, Span(self.source_name, line), item=self._number)

    # ---- one question --------------------------------------------------------------------------

    def _item(self, block: Block) -> Item | None:
        text = block.text
        name, start = _name(text)
        mark = FORMAT_MARK.match(text, start)
        form = self._options.text
        if mark:
            form, start = FORMAT_NAMES[mark[1]], mark.end()  # type: ignore[assignment]  # one of Moodle's names
        opening, closing = find_mark(text, "{", start), find_mark(text, "}", start)
        if opening < 0 and closing < 0:
            return self._made(block, name, self.content(text[start:], form, block.line_at(start)), None)
        if opening < 0 or closing < opening:
            self.report(braces_not_closed(), block.line_at(max(opening, closing, 0)))
            return None
        if find_mark(text, "{", closing) >= 0:
            self.report(second_braces(), block.line_at(closing))
        answers = read_answers(text, opening + 1, closing, form, block, self)
        after = text[closing + 1 :]
        place = ""
        if after.strip():
            is_typed = isinstance(answers.interaction, TextEntryInteraction)
            place = gap(answers.interaction.identifier) if answers.interaction and is_typed else BLANK
        body = self.content(f"{text[start:opening]}{place}{after}", form, block.line_at(start))
        return self._made(block, name, body, answers)

    def _made(self, block: Block, name: str, body: Content, answers: Answers | None) -> Item:
        comment = " ".join(comment for _, comment in block.comments)
        title = read_name(name)
        interaction = answers.interaction if answers else None
        return Item(
            identifier=self._own_identifier(comment, block),
            number=self._number,
            title="" if is_own_name(title, body) else title,
            body=body,
            interactions=(interaction,) if interaction is not None else (),
            points=Fraction(1) if answers else Fraction(0),
            feedback=Feedback(general=answers.general) if answers and answers.general else Feedback(),
            tags=tuple(_unescaped(tag) for tag in _TAG.findall(comment)),
            category=self._category if self._category != (self._home or ()) else (),
            extensions=answers.extensions if answers and answers.extensions else NO_EXTENSIONS,
            span=Span(self.source_name, block.numbers[0]),
        )

    def _own_identifier(self, comment: str, block: Block) -> str:
        named = _ID.search(comment)
        identifier = _unescaped(named[1]) if named else ""
        if identifier in self._identifiers:
            self.report(id_repeated(identifier), block.numbers[0])
            identifier = ""
        if not identifier:
            identifier = f"{self._identifier}-q{self._number}"
            while identifier in self._identifiers:
                identifier += "-2"
        self._identifiers.add(identifier)
        return identifier

    def content(self, text: str, form: str, line: int) -> Content:
        """Return an escaped text of one of Moodle's formats as content."""
        content, dropped = convert(unescape(text).strip(), form)
        if dropped:
            self.report(markup_left_out(dropped), line)
        if "@@PLUGINFILE@@/" in content:
            for name in missing_files(content):
                self.report(file_missing(name), line)
        return content


def _name(text: str) -> tuple[str, int]:
    """Return a question's name, and where its text begins."""
    if not text.startswith("::"):
        return "", 0
    end = _NAME.match(text, 2)
    if end is None:
        return "", 0
    return unescape(end[0]).strip(), end.end() + 2


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
