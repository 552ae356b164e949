"""text2qti's text becomes a quiz. Every line is used or reported; a question with an error is left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span
from stemkey.files import Source, decode_text
from stemkey.formats.markdown.lines import BLANK_LINE
from stemkey.formats.markdown.pictures import Pictures
from stemkey.formats.text2qti import findings
from stemkey.formats.text2qti.lines import APART, CODE_TO_RUN, STRAY, Piece, split_pieces
from stemkey.formats.text2qti.markup import read_blocks, read_line, unit_macros
from stemkey.formats.text2qti.syntax import (
    FORMAT,
    QUIZ_OPTIONS,
    WITHOUT_SPACE,
    WITHOUT_TEXT,
    WORDS,
)
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    NO_EXTENSIONS,
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
    letter_label,
)
from stemkey.options import NoOptions
from stemkey.richtext.sanitise import markup_left_out

_KINDS = {
    "key": "options 'a)'",
    "choice": "options 'a)'",
    "keyed_box": "boxes '[ ]'",
    "box": "boxes '[ ]'",
    "accepted": "short answers '*'",
    "number": "a number '='",
    "essay": "an essay '____'",
    "upload": "an upload '^^^^'",
}
_FEEDBACK = {"feedback": "feedback", "correct": "feedback '+'", "incorrect": "feedback '-'", "solution": "a solution"}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"0|[+-]?[1-9](?:\d|_\d)*", re.ASCII)


def read_text2qti(source: Source, options: NoOptions, found: Diagnostics) -> Quiz:
    """Return the quiz that the file holds."""
    text = decode_text(source, found)
    pieces = list(split_pieces(text, source.name, found)) if text is not None else []
    reading = _Reading(source, found, _numbers(pieces))
    for piece in pieces:
        reading.take(piece)
    return reading.quiz()


def _numbers(pieces: Sequence[Piece]) -> list[str]:
    """Return the questions' numbers: their author's where each is there once, else by position."""
    own = [piece.label for piece in pieces if piece.kind == "question"]
    return own if len(set(own)) == len(own) else [str(position) for position in range(1, len(own) + 1)]


@dataclass(slots=True)
class _Draft:
    """A question being read."""

    stem: Piece
    number: str
    title: Piece | None = None
    points: Piece | None = None
    said: dict[str, Piece] = field(default_factory=dict)
    """Feedback and solution, by kind of piece."""
    answers: list[Piece] = field(default_factory=list)
    answer_feedback: dict[int, Piece] = field(default_factory=dict)
    """By position of the answer."""
    is_broken: bool = False


@dataclass(slots=True)
class _Group:
    """A part of the quiz being read: what stands between two groups, or one group."""

    start: Piece | None = None
    """The GROUP line; None outside of groups."""
    items: list[Item] = field(default_factory=list)
    pick: int = 1
    points: int = 1
    has_code: bool = False


class _Reading:
    """One file on its way into the model."""

    def __init__(self, source: Source, found: Diagnostics, numbers: Sequence[str]) -> None:
        self._numbers = iter(numbers)
        self._pictures = Pictures(source, {}, found)
        self._source, self._found = source, found
        self._identifier = re.sub(r"[^\w.-]+", "-", source.stem) or "quiz"
        self._texts = 0
        self._draft: _Draft | None = None
        self._title: Piece | None = None
        self._points: Piece | None = None
        self._text_title: Piece | None = None
        self._group = _Group()
        self._sections: list[Section] = []
        self._quiz: dict[str, Piece] = {}
        self._item: str | None = None
        self._has_question = False

    # --- pieces -------------------------------------------------------------------------------------------------

    def take(self, piece: Piece) -> None:
        """Use a piece, or say why it cannot be used."""
        kind = piece.kind
        if kind == "question":
            self._begin_question(piece)
        elif kind in _KINDS:
            self._take_answer(piece)
        elif kind in _FEEDBACK:
            self._take_feedback(piece)
        elif kind == STRAY:
            self._take_stray(piece)
        elif kind == CODE_TO_RUN:
            self._end_question()
            self._say(piece, findings.code_to_run())
            self._group.has_code = True
        elif kind in ("title", "points"):
            self._take_attribute(piece)
        elif kind in ("text", "text_title"):
            self._take_text(piece)
        elif kind in ("group", "end_group"):
            self._take_group(piece)
        elif kind in ("pick", "points_per_question", "solutions_pick"):
            self._take_group_setting(piece)
        else:
            self._take_quiz_setting(piece)

    def _begin_question(self, piece: Piece) -> None:
        self._end_question()
        self._end_text()
        self._has_question = True
        self._item = next(self._numbers)
        self._draft = _Draft(piece, self._item, self._title, self._points)
        self._title = self._points = None

    def _take_answer(self, piece: Piece) -> None:
        draft = self._draft
        if draft is None or self._title or self._points:
            self._say(piece, findings.out_of_place(f"{_KINDS[piece.kind]}", "begin the question with '1. ' before it"))
            return
        first = draft.answers[0] if draft.answers else None
        if first and _KINDS[first.kind] != _KINDS[piece.kind]:
            self._break(piece, findings.answers_of_two_kinds(_KINDS[first.kind], _KINDS[piece.kind]))
        elif first and piece.kind in ("number", "essay", "upload"):
            self._break(piece, findings.said_twice(_KINDS[piece.kind]))
        else:
            draft.answers.append(piece)

    def _take_feedback(self, piece: Piece) -> None:
        draft, what = self._draft, _FEEDBACK[piece.kind]
        if draft is None or self._title or self._points:
            self._say(piece, findings.out_of_place(what, "put it below the question that it belongs to"))
        elif not draft.answers:
            if piece.kind in draft.said:
                self._break(piece, findings.said_twice(what))
            else:
                draft.said[piece.kind] = piece
        elif piece.kind == "feedback" and draft.answers[-1].kind in ("key", "choice", "keyed_box", "box"):
            if len(draft.answers) in draft.answer_feedback:
                self._break(piece, findings.said_twice("feedback for one option"))
            draft.answer_feedback.setdefault(len(draft.answers), piece)
        else:
            self._break(piece, findings.out_of_place(what, "put it directly below the question, before its answers"))

    def _take_stray(self, piece: Piece) -> None:
        if piece.column == 1 and (mark := WITHOUT_TEXT.match(piece.text)):
            self._break(piece, findings.mark_without_text(mark[0].strip()))
        elif piece.column == 1 and (mark := WITHOUT_SPACE.match(piece.text)) and not piece.text.startswith("**"):
            self._break(piece, findings.mark_without_space(mark[0].strip()))
        else:
            if piece.label == APART and self._draft and self._draft.answers:
                self._end_question()
            last = self._draft.answers[-1] if self._draft and self._draft.answers else None
            above = last or (self._draft.stem if self._draft else None)
            hint = "begin it with a mark such as '1.' or 'a)', or with '%' for a comment"
            if above is not None:
                hint = f"indent it by {above.column - 1} blanks if it continues the text of line {above.line}"
            self._break(piece, findings.line_belongs_to_nothing(piece.text, hint))

    def _take_attribute(self, piece: Piece) -> None:
        self._end_question()
        self._end_text()
        if piece.kind == "title":
            if self._title:
                self._say(piece, findings.said_twice("the title of the next question"))
            self._title = self._title or piece
        else:
            if self._points:
                self._say(piece, findings.said_twice("the points of the next question"))
            self._points = self._points or piece

    def _take_text(self, piece: Piece) -> None:
        self._end_question()
        self._unused_attributes()
        if piece.kind == "text_title":
            self._end_text()
            self._text_title = piece
        else:
            self._add_text(self._text_title, piece)
            self._text_title = None

    def _end_text(self) -> None:
        if self._text_title:
            self._add_text(self._text_title, None)
            self._text_title = None

    def _add_text(self, title: Piece | None, text: Piece | None) -> None:
        """Add text between questions: an item that asks nothing."""
        self._texts += 1
        number = f"T{self._texts}"
        first = title or text
        assert first is not None
        item = Item(
            identifier=f"{self._identifier}-text{self._texts}",
            number=number,
            title=_one_line(title.text) if title else "",
            body=self._blocks(text, number) if text else EMPTY,
            points=Fraction(0),
            span=first.span,
        )
        if self._group.start is not None:
            self._say(first, findings.text_in_group())
            self._sections.append(Section(items=(item,)))
        else:
            self._group.items.append(item)

    # --- groups and settings ------------------------------------------------------------------------------------

    def _take_group(self, piece: Piece) -> None:
        self._end_question()
        self._end_text()
        self._unused_attributes()
        if piece.kind == "group":
            if self._group.start is not None:
                self._say(piece, findings.group_unbalanced("a GROUP begins inside another one"))
            self._end_group()
            self._group = _Group(piece)
        elif self._group.start is None:
            self._say(piece, findings.group_unbalanced("this END_GROUP ends no GROUP"))
        else:
            self._end_group()

    def _end_group(self) -> None:
        group, self._group = self._group, _Group()
        if group.start is None:
            if group.items:
                self._sections.append(Section(items=tuple(group.items)))
            return
        if group.pick > len(group.items):
            if group.has_code:
                return  # the code would have written the questions, and is reported
            self._found.add(findings.group_too_small(group.pick, len(group.items)), group.start.span)
            return
        self._sections.append(
            Section(
                items=tuple(group.items),
                select=group.pick,
                points_per_item=Fraction(group.points),
                span=group.start.span,
            )
        )

    def _take_group_setting(self, piece: Piece) -> None:
        name = piece.kind.replace("_", " ")
        if self._group.start is None or self._group.items or self._draft:
            self._say(piece, findings.out_of_place(f"'{name}:'", "put it directly below GROUP"))
        elif (
            not piece.text.isascii() or not piece.text.isdigit() or not 0 < len(piece.text) < 10 or not int(piece.text)
        ):
            self._say(piece, findings.option_not_understood(name, piece.text, "a positive whole number"))
        elif piece.kind == "pick":
            self._group.pick = int(piece.text)
        elif piece.kind == "points_per_question":
            self._group.points = int(piece.text)
        else:
            self._say(piece, findings.kept_for_text2qti(f"'{name}:'"))

    def _take_quiz_setting(self, piece: Piece) -> None:
        assert piece.kind in WORDS
        name = piece.kind.replace("_", " ").replace("cant", "can't")
        if piece.kind in self._quiz:
            self._say(piece, findings.said_twice(f"'{name}:'"))
        elif self._has_question or self._group.start:
            self._say(piece, findings.out_of_place(f"'{name}:'", "put it before the first question"))
        elif piece.kind not in ("quiz_title", "quiz_description") and piece.text.lower() not in ("true", "false"):
            self._say(piece, findings.option_not_understood(name, piece.text, "true or false"))
        else:
            self._quiz[piece.kind] = piece
            if "solution" in piece.kind:
                self._say(piece, findings.kept_for_text2qti(f"'{name}:'"))

    # --- questions ----------------------------------------------------------------------------------------------

    def _end_question(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None:
            return
        item = self._make_item(draft)
        if item is not None:
            self._group.items.append(item)
        self._item = None

    def _make_item(self, draft: _Draft) -> Item | None:
        interaction = self._interaction(draft)
        points = self._read_points(draft)
        said = {kind: self._blocks(piece, draft.number) for kind, piece in draft.said.items() if kind != "solution"}
        if (solution := draft.said.get("solution")) is not None:
            self._say(solution, findings.kept_for_text2qti("the solution"))
        body = self._blocks(draft.stem, draft.number)
        if interaction is None or draft.is_broken:
            return None
        return Item(
            identifier=f"{self._identifier}-q{draft.number}",
            number=draft.number,
            title=_one_line(draft.title.text) if draft.title else "",
            body=body,
            interactions=(interaction,),
            points=points,
            feedback=Feedback(
                general=said.get("feedback", EMPTY),
                correct=said.get("correct", EMPTY),
                incorrect=said.get("incorrect", EMPTY),
            ),
            extensions={f"{FORMAT}:solution": solution.text} if solution else NO_EXTENSIONS,
            span=draft.stem.span,
        )

    def _interaction(self, draft: _Draft) -> Interaction | None:
        if not draft.answers and draft.is_broken:
            return None
        if not draft.answers:
            self._say(draft.stem, findings.question_without_answers(draft.number))
            return None
        kind = draft.answers[0].kind
        if kind in ("key", "choice"):
            return self._single_choice(draft)
        if kind in ("keyed_box", "box"):
            return self._multiple_choice(draft)
        if kind == "accepted":
            entries = tuple(AcceptedText(text=piece.text, span=piece.span) for piece in draft.answers)
            return TextEntryInteraction(accepted=entries)
        if kind == "number":
            accepted = _read_number(draft.answers[0])
            if accepted is None:
                self._say(draft.answers[0], findings.numeric_answer_unreadable(draft.answers[0].text))
            return TextEntryInteraction(accepted=(accepted,)) if accepted else None
        return ExtendedTextInteraction() if kind == "essay" else UploadInteraction()

    def _single_choice(self, draft: _Draft) -> ChoiceInteraction | None:
        keys = sum(piece.kind == "key" for piece in draft.answers)
        if keys > 1:
            self._say(draft.stem, findings.several_keys(draft.number, keys))
            return None
        return ChoiceInteraction(choices=self._choices(draft, _labels(draft.answers), FULL_CREDIT))

    def _multiple_choice(self, draft: _Draft) -> ChoiceInteraction:
        keys = sum(piece.kind == "keyed_box" for piece in draft.answers)
        labels = [letter_label(index) for index in range(len(draft.answers))]
        share = Fraction(1, keys) if keys else NO_CREDIT
        return ChoiceInteraction(choices=self._choices(draft, labels, share), cardinality=Cardinality.MULTIPLE)

    def _choices(self, draft: _Draft, labels: Sequence[str], share: Fraction) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                identifier=label,
                content=self._line(piece, draft.number),
                credit=share if piece.kind in ("key", "keyed_box") else NO_CREDIT,
                feedback=self._blocks(draft.answer_feedback.get(position), draft.number),
                span=piece.span,
            )
            for position, (label, piece) in enumerate(zip(labels, draft.answers, strict=True), 1)
        )

    def _read_points(self, draft: _Draft) -> Fraction:
        if draft.points is None:
            return Fraction(1)
        text = draft.points.text
        points = Fraction(text.replace("_", "")) if _NUMBER.fullmatch(text) else NO_CREDIT
        if points <= 0:
            self._say(draft.points, findings.points_unreadable(text))
            return Fraction(1)
        return points

    # --- contents and findings ----------------------------------------------------------------------------------

    def _blocks(self, piece: Piece | None, number: str) -> Content:
        return self._content(piece, number, inline=False)

    def _line(self, piece: Piece, number: str) -> Content:
        return self._content(piece, number, inline=True)

    def _content(self, piece: Piece | None, number: str | None, *, inline: bool) -> Content:
        if piece is None:
            return EMPTY
        dropped: list[str] = []
        content = (read_line if inline else read_blocks)(piece.text, dropped)
        if dropped:
            self._found.add(markup_left_out(tuple(dict.fromkeys(dropped))), piece.span, item=number)
        if "<img" in content:
            lines = piece.text.split("\n")
            raw = [BLANK_LINE._replace(number=piece.line + index, raw=line) for index, line in enumerate(lines)]
            self._pictures.gather(content, raw, number)
        for macro in unit_macros(piece.text):
            self._found.add(findings.unit_macro(macro), piece.span, item=number)
        return content

    def _say(self, piece: Piece, finding: Diagnostic) -> None:
        self._found.add(finding, piece.span, item=self._item)

    def _break(self, piece: Piece, finding: Diagnostic) -> None:
        """Say what is wrong with the question being read: it is left out, for it is not what its author meant."""
        self._say(piece, finding)
        if self._draft is not None and finding.severity is Severity.ERROR:
            self._draft.is_broken = True

    def _unused_attributes(self) -> None:
        for piece in (self._title, self._points):
            if piece:
                self._say(piece, findings.out_of_place(f"'{piece.kind}:'", "a question must follow it"))
        self._title = self._points = None

    # --- the whole ----------------------------------------------------------------------------------------------

    def quiz(self) -> Quiz:
        """Return what was read."""
        self._end_question()
        self._end_text()
        self._unused_attributes()
        if self._group.start is not None:
            self._say(self._group.start, findings.group_unbalanced("this GROUP has no END_GROUP"))
        self._end_group()
        said = self._quiz
        shuffle = said.get("shuffle_answers")
        title = said.get("quiz_title")
        return Quiz(
            identifier=self._identifier,
            title=_one_line(title.text) if title else "",
            instructions=self._content(said.get("quiz_description"), None, inline=False),
            settings=Settings(shuffle_choices=shuffle.text.lower() == "true" if shuffle else None),
            sections=tuple(self._sections),
            assets=self._pictures.assets,
            extensions={
                f"{FORMAT}:{name}": said[name].text.lower() for name in QUIZ_OPTIONS if name in said
            } or NO_EXTENSIONS,
            span=Span(self._source.name, 1),
        )  # fmt: skip


def _labels(answers: Sequence[Piece]) -> list[str]:
    """Return the author's letters where each is there once, else A, B, C by position."""
    own = [piece.label.upper() for piece in answers]
    return own if len(set(own)) == len(own) else [letter_label(index) for index in range(len(own))]


def _read_number(piece: Piece) -> AcceptedNumber | None:
    text = piece.text
    if text.startswith("[") and text.endswith("]") and text.count(",") == 1:
        lower, upper = (_decimal(part) for part in text[1:-1].split(","))
        if lower is None or upper is None or lower > upper:
            return None
        return AcceptedNumber(lower=lower, upper=upper, span=piece.span)
    if "+-" in text:
        written, margin = (part.strip() for part in text.split("+-", 1))
        kind = ToleranceKind.RELATIVE if margin.endswith("%") else ToleranceKind.ABSOLUTE
        value, tolerance = _decimal(written), _decimal(margin.removesuffix("%"))
        if value is None or tolerance is None or tolerance < 0:
            return None
        if kind is ToleranceKind.RELATIVE:
            tolerance /= 100
        return AcceptedNumber(value=value, tolerance=tolerance, kind=kind, written=written, span=piece.span)
    if _WHOLE.fullmatch(text):
        return AcceptedNumber(value=Fraction(text.replace("_", "")), written=text, span=piece.span)
    return None


def _decimal(text: str) -> Fraction | None:
    text = text.strip()
    return Fraction(text.replace("_", "")) if _NUMBER.fullmatch(text) and len(text) < 100 else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
