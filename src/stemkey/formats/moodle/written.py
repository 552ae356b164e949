"""One writing of a Moodle XML file: texts with their files, and what every question has."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from stemkey.formats.moodle.elements import NOTE, PREFIX, bare, cdata, is_tag, name_text, own_name, width_of
from stemkey.formats.moodle.files import WrittenFiles, loose_files
from stemkey.formats.moodle.shares import decimal_text
from stemkey.model import Item, Quiz

if TYPE_CHECKING:
    from stemkey.formats.moodle.questions import MoodleOptions

DEFAULT_PENALTY = "0.3333333"
"""Moodle's own. An author's third is written with one digit more, which Moodle takes for the same."""


class Writing:
    """What is the same for every question of a file."""

    def __init__(self, quiz: Quiz, options: "MoodleOptions") -> None:
        self.quiz = quiz
        self.options = options
        self._files = WrittenFiles(quiz) if quiz.assets else None
        self._width = width_of(item.number for item in quiz.items)
        self._identifiers: set[str] = set()
        self._quiz_tags = "".join(_tag(tag, ' stemkey="quiz"') for tag in quiz.tags)

    def text(self, content: str, item: Item | None = None, place: str = "") -> str:
        """Return a `<text>` and the files that it names, or that belong to the place without being named."""
        files = ""
        if self._files is not None and "=" in content:
            content, files = self._files.text(content)
        if item is not None and item.extensions and (loose := item.extensions.get(f"{PREFIX}files {place}")):
            files += loose_files(loose)
        return f"<text>{cdata(content)}</text>{files}"

    def shuffles(self, own: bool | None) -> bool:
        """Whether choices are shuffled: as the item says, else as the quiz."""
        return bool(self.quiz.settings.shuffle_choices) if own is None else own

    def question(
        self, kind: str, item: Item, body: str, own: str, *, penalty: str = DEFAULT_PENALTY, note: str = ""
    ) -> str:
        """Return a whole question: what every type has around `own`, which only this type has.

        `body` is the stem as Moodle wants it (with the type's own marks of gaps), inside `<text>`.
        """
        name = name_text(item.title) if item.title else name_text(own_name(item.number, item.body, self._width))
        if item.penalty is not None:
            penalty = penalty_text(item.penalty, penalty)
        feedback = item.feedback.general
        general = self.text(feedback, item, "generalfeedback") if feedback else "<text></text>"
        return (
            f'<question type="{kind}">\n<name><text>{cdata(name)}</text></name>\n'
            f'<questiontext format="html"{note}>{body}</questiontext>\n'
            f'<generalfeedback format="html">{general}</generalfeedback>\n'
            f"<defaultgrade>{points_text(item.points)}</defaultgrade>\n<penalty>{penalty}</penalty>\n"
            f"<hidden>{item.extensions.get(_HIDDEN, '0') if item.extensions else '0'}</hidden>\n"
            f"<idnumber>{self._idnumber(item)}</idnumber>\n{own}"
            f"{self._hints(item) if item.hints else ''}{self._tags(item)}</question>\n"
        )

    def _idnumber(self, item: Item) -> str:
        """Moodle drops an idnumber that the category has already, and breaks off at one above 100 letters."""
        identifier = item.identifier
        if len(identifier) > 100:
            identifier = _shortened(identifier)
        unique, count = identifier, 1
        while unique in self._identifiers:
            count += 1
            unique = f"{identifier[:94]}-{count}"
        self._identifiers.add(unique)
        return bare(unique)

    def combined_feedback(self, item: Item) -> str:
        """Return the three feedbacks by result, which some types of question have."""
        feedback = item.feedback
        if not (feedback.correct or feedback.partial or feedback.incorrect) and not item.extensions:
            return _NO_FEEDBACK
        texts = (
            ("correctfeedback", feedback.correct),
            ("partiallycorrectfeedback", feedback.partial),
            ("incorrectfeedback", feedback.incorrect),
        )
        return "".join(f'<{tag} format="html">{self.text(text, item, tag)}</{tag}>\n' for tag, text in texts)

    def _hints(self, item: Item) -> str:
        hints = []
        for position, hint in enumerate(item.hints, 1):
            marks = ("<shownumcorrect/>" if hint.shows_count else "") + ("<clearwrong/>" if hint.clears_wrong else "")
            options = item.extensions.get(f"{PREFIX}hint-options {position}", "")
            marks += f"<options>{bare(options)}</options>" if options else ""
            hints.append(f'<hint format="html">{self.text(hint.content, item, f"hint {position}")}{marks}</hint>\n')
        return "".join(hints)

    def _tags(self, item: Item) -> str:
        if not (item.tags or item.objective or self._quiz_tags):
            return ""
        tags = "".join(_tag(tag) for tag in item.tags)
        if item.objective:
            tags += _tag(item.objective, f' {NOTE}="objective"')
        return f"<tags>{tags}{self._quiz_tags}</tags>\n"

    def settings(self, item: Item, defaults: Mapping[str, str]) -> str:
        """Return the simple settings of a type: the item's own where it has them, else our defaults."""
        if not item.extensions:
            return "".join(f"<{tag}>{value}</{tag}>\n" for tag, value in defaults.items())
        known = {tag: item.extensions.get(PREFIX + tag, value) for tag, value in defaults.items()}
        parts = [f"<{tag}>{bare(value)}</{tag}>\n" for tag, value in known.items()]
        for key in sorted(item.extensions):
            tag = key.removeprefix(PREFIX)
            if tag != key and tag not in known and tag not in RESERVED and is_tag(tag):
                parts.append(f"<{tag}>{bare(item.extensions[key])}</{tag}>\n")
        return "".join(parts)


_HIDDEN = PREFIX + "hidden"
RESERVED = frozenset({"hidden", "shownumcorrect", "type", "options", "context", "horizontal"})
"""Extensions that are no simple elements."""

_NO_FEEDBACK = "".join(
    f'<{tag} format="html"><text></text></{tag}>\n'
    for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
)
_POINTS = {(count, 1): f"{count}.0000000" for count in range(101)}


def points_text(points: Fraction) -> str:
    """Return points as Moodle writes them, `1.0000000`."""
    known = _POINTS.get((points.numerator, points.denominator))
    return known if known is not None else decimal_text(points)


def penalty_text(penalty: Fraction, default: str) -> str:
    """Return an author's penalty in another spelling than Moodle's own, so that it reads back as the author's."""
    text = decimal_text(penalty)
    if penalty == Fraction(1, 3):
        text = "0.33333333"
    return text if text != default else text + "0"


def _tag(tag: str, note: str = "") -> str:
    return f"<tag{note}><text>{cdata(tag)}</text></tag>"


def _shortened(identifier: str) -> str:
    """Return an identifier that Moodle's database can hold, still the same for the same one."""
    from hashlib import sha256

    return f"{identifier[:87]}-{sha256(identifier.encode()).hexdigest()[:12]}"
