"""From drafts to items: names, keys, feedback, settings; each question is read on its own."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from json import JSONDecodeError, loads
from unicodedata import normalize

from stemkey.diagnostics import Diagnostics, Span
from stemkey.formats.markdown.contents import Contents, with_gaps
from stemkey.formats.markdown.drafts import Block, DraftItem, DraftKey, DraftSection, KeyLetter
from stemkey.formats.markdown.findings import (
    key_for_no_question,
    key_given_twice,
    keys_by_writing,
    number_repeated,
    numbering_starts_again,
    question_id_repeated,
)
from stemkey.formats.markdown.interactions import KINDS, Interactions
from stemkey.formats.markdown.lines import BLANK, BLANK_LINE, BULLET, NUMBERED, ORDERED, Line
from stemkey.formats.markdown.marks import mark_by_writing
from stemkey.formats.markdown.options import recover_options, take_fenced_answer, take_quoted_answer
from stemkey.formats.markdown.settings import ITEM_NAMES, Setting, SettingReader, comment_settings
from stemkey.formats.markdown.words import ANSWER_IN_TEXT, COMMENT_ANSWER, COMMENT_OBJECTIVE, points_said
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_EXTENSIONS,
    NO_FEEDBACK,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Hint,
    Interaction,
    Item,
    TextEntryInteraction,
)
from stemkey.richtext import from_markdown_inline, to_plain


def slug(text: str) -> str:
    """Return a text as an identifier: letters, digits, `-`, `_` and `.`; an umlaut loses its dots."""
    plain = normalize("NFKD", text)
    plain = "".join(character for character in plain if not 0x300 <= ord(character) < 0x370)
    return re.sub(r"[^\w.-]+", "-", plain).strip("-.") or "quiz"


class ItemReader:
    """Makes the items of one quiz; holds what they share: names taken, and keys not yet used."""

    def __init__(
        self,
        quiz: str,
        keys: list[DraftKey],
        contents: Contents,
        found: Diagnostics,
        *,
        points: Fraction = FULL_CREDIT,
        bullets_are_options: bool = False,
        has_titles: bool = False,
        fences_are_answers: bool = False,
    ) -> None:
        self.quiz = quiz
        self.bullets_are_options = bullets_are_options
        self.has_titles = has_titles
        self.fences_are_answers = fences_are_answers
        self.contents = contents
        self.interactions = Interactions(contents, found)
        self.found = found
        self.points = points
        self.keys: dict[str, list[DraftKey]] = {}
        for key in keys:
            self.keys.setdefault(_plain_number(key.number), []).append(key)
        self.settings: dict[int, SettingReader | None] = {}
        """The settings of each draft, by its identity, from `prepare` on."""
        self.numbers: set[str] = set()
        self.repeats: dict[str, int] = {}
        self.identifiers: set[str] = set()

    def prepare(self, drafts: Iterable[DraftItem]) -> None:
        """Find the options of every question, and the right ones where the whole file writes them in another way."""
        keyless: list[DraftItem] = []
        count = 0
        for draft in drafts:
            number = _plain_number(draft.number)
            settings = self.settings[id(draft)] = self._settings(draft, number)
            has_key = draft.key is not None and bool(draft.key.letters)
            has_key = has_key or any(key.letters for key in self.keys.get(number, ()))
            if not draft.targets and not (settings and "type" in settings.settings):
                bullets = self.bullets_are_options or has_key or _has_index_key(draft) or _repeats_a_row(draft)
                recover_options(draft, bullets=bullets, has_key=has_key)
            count += len(draft.choices) >= 2
            if not has_key and draft.key is None and not any(choice.marked for choice in draft.choices):
                keyless.append(draft)
        if 2 * sum(len(draft.choices) >= 2 for draft in keyless) > count:
            way, told = mark_by_writing(keyless)
            if told:
                self.found.add(keys_by_writing(way, len(told)), self.contents.span(told[0].choices[0].first))

    def read_section(self, section: DraftSection) -> tuple[Item, ...]:
        """Return the items of a section."""
        own: set[str] = set()
        restarted = False
        items = []
        each = points_said(section.title, each=True)
        points = Fraction(each) if each else self.points
        for draft in section.items:
            number = _plain_number(draft.number)
            settings = self.settings.pop(id(draft))
            own_name = settings.text("number") if settings else ""
            name = self._name(own_name or number)
            if name != (own_name or number):
                place = self.contents.span(draft.line)
                if number in own:
                    self.found.add(number_repeated(number, name), place, item=name)
                elif not restarted:
                    restarted = True
                    self.found.add(numbering_starts_again(section.title, number, name), place, item=name)
            own.add(number)
            items.append(self._item(draft, settings, number, name, points))
        return tuple(items)

    def report_leftover_keys(self) -> None:
        """Report the keys that belong to no question."""
        for number, keys in self.keys.items():
            for key in keys:
                if key.used:
                    continue
                if number in self.numbers:
                    self.found.add(key_given_twice(number), self.contents.span(key.line, key.source), item=number)
                else:
                    near = get_close_matches(number, self.numbers, n=1, cutoff=0.8) if len(self.numbers) < 300 else []
                    self.found.add(
                        key_for_no_question(number, near[0] if near else None), self.contents.span(key.line, key.source)
                    )

    def _name(self, number: str) -> str:
        """Return a number that no other item has: the second `3` is `3-2`."""
        name, count = number, self.repeats.get(number, 1)
        while name in self.numbers:
            count += 1
            name = f"{number}-{count}"
        self.repeats[number] = count
        self.numbers.add(name)
        return name

    def _item(
        self, draft: DraftItem, settings: SettingReader | None, number: str, name: str, usual_points: Fraction
    ) -> Item:
        if not draft.choices and draft.key is None:
            take_quoted_answer(draft)
            if self.fences_are_answers and draft.key is None:
                take_fenced_answer(draft)
        title = _take_title(draft) if self.has_titles else ""
        key = self._key(draft, number, name)
        if key and not key.letters and draft.choices:
            _letters_from_words(key, draft)
            if not key.letters and _answers_each_part(key, draft):
                _parts_into_stem(draft)
        interactions = self.interactions.read(draft, key, settings, name)
        line = draft.line
        points = settings.number("points") if settings else None
        if points is None and (said := self._points_said(draft, key)):
            points = Fraction(said)
        return Item(
            identifier=self._identifier(draft, settings, name),
            number=name,
            title=settings.text("title", title) if settings else title,
            body=self._body(draft, interactions, name),
            interactions=interactions,
            points=points if points is not None else usual_points,
            feedback=self._feedback(key, interactions, name) if key else NO_FEEDBACK,
            penalty=settings.share("penalty") if settings else None,
            hints=self._hints(key, name) if key and key.parts else (),
            tags=settings.names("tags") if settings else (),
            category=settings.names("category", "/") if settings else (),
            objective=settings.text("objective") if settings else "",
            extensions=read_extensions(settings) if settings else NO_EXTENSIONS,
            span=Span(self.contents.source, line.number, line.at + 1, max(len(line.raw) - line.at, 1)),
        )

    def _points_said(self, draft: DraftItem, key: DraftKey | None) -> str:
        """Return the points in brackets in the question's first line, its last, or at the head of its key."""
        stem = draft.stem
        lines = (stem.first.raw[stem.start :], stem.last.text if stem.more else "", _bracketed(key))
        return next(filter(None, (points_said(line) for line in lines if ")" in line or "]" in line)), "")

    def _body(self, draft: DraftItem, interactions: tuple[Interaction, ...], name: str) -> Content:
        text = draft.stem.text
        first = draft.stem.first
        if first.bold and first.kind == NUMBERED:
            text = f"**{text}"  # the bold began before the number
        elif text.startswith("**Q"):
            text = _QUESTION_LABEL.sub("", text)
        text = without_bold(text)
        if "[[" in text:
            text = with_gaps(text, {interaction.identifier for interaction in interactions})
        return self.contents.block(text, draft.stem, name)

    def _settings(self, draft: DraftItem, name: str) -> SettingReader | None:
        if not draft.comments and not draft.labels:
            return None
        reader = SettingReader(self.found, name)
        for comment in draft.comments:
            settings = comment_settings(comment, self.contents.source, ITEM_NAMES)
            if settings is None:
                _read_remark(comment, draft, reader, self.contents.source)
            reader.add(settings or (), ITEM_NAMES)
        for label, value, line in draft.labels:
            _add_label(reader, label, value, self.contents.span(line))
        return reader

    def _identifier(self, draft: DraftItem, settings: SettingReader | None, name: str) -> str:
        own = settings.text("id") if settings else ""
        identifier = f"{self.quiz}-{slug(own)}" if own else f"{self.quiz}-q{name}"
        if settings and "identifier" in settings.settings:
            identifier = own = settings.text("identifier")
        if identifier in self.identifiers:
            place = settings.settings["id"].place if settings and "id" in settings.settings else self._place(draft.line)
            self.found.add(question_id_repeated(own or identifier), place, item=name)
            identifier = f"{identifier}-q{name}"
        self.identifiers.add(identifier)
        return identifier

    def _place(self, line: Line) -> Span:
        return self.contents.span(line)

    # The key

    def _key(self, draft: DraftItem, number: str, name: str) -> DraftKey | None:
        """Return the first entry of the key with the item's number that no item has taken yet."""
        waiting = self.keys.get(number)
        key = next((key for key in waiting if not key.used), None) if waiting else None
        if key is None:
            return draft.key
        key.used = True
        if draft.key is None:
            return key
        if draft.key.letters and key.letters:
            self.found.add(key_given_twice(name), self.contents.span(key.line, key.source), item=name)
        if not draft.key.letters:
            draft.key.letters, draft.key.text, draft.key.text_at = key.letters, key.text, key.text_at
            draft.key.whole, draft.key.whole_at, draft.key.in_bold = key.whole, key.whole_at, key.in_bold
            draft.key.line = key.line
        if draft.key.explanation is None:
            draft.key.explanation = key.explanation
        draft.key.parts += key.parts
        draft.key.rows += key.rows
        return draft.key

    # Feedback

    def _feedback(self, key: DraftKey, interactions: tuple[Interaction, ...], name: str) -> Feedback:
        leftover = _unused_labels(interactions)
        general = self.contents.block(key.explanation.text, key.explanation, name) if key.explanation else EMPTY
        if not key.parts:
            return Feedback(general=general) if general else NO_FEEDBACK
        parts: dict[str, Content] = {}
        for label, block in key.parts:
            if label in leftover:
                content = self.contents.block(block.text, block, name)
                general = Content(f"{general}\n{content}") if general else content
            elif label in _FEEDBACK:
                known = parts.get(label)
                content = self.contents.block(block.text, block, name)
                parts[label] = Content(f"{known}\n{content}") if known else content
        if "explanation" in parts:
            general = Content(f"{general}\n{parts['explanation']}") if general else parts["explanation"]
        return Feedback(
            general=general,
            correct=parts.get("correct", EMPTY),
            partial=parts.get("partial", EMPTY),
            incorrect=parts.get("incorrect", EMPTY),
        )

    def _hints(self, key: DraftKey, name: str) -> tuple[Hint, ...]:
        return tuple(
            Hint(
                content=self.contents.block(block.text, block, name),
                clears_wrong="clears wrong" in label,
                shows_count="shows count" in label,
            )
            for label, block in key.parts
            if label.startswith("hint")
        )


_QUESTION_LABEL = re.compile(r"\*\*Question:\*\*[ \t]*|\*\*Question\*\*:[ \t]*")


def _take_title(draft: DraftItem) -> str:
    """Take the line that opens a question as its title, where the question itself follows."""
    rows = draft.stem.more or []
    index = next((index for index, line in enumerate(rows) if line.kind != BLANK), None)
    if index is None:
        return ""
    title = to_plain(from_markdown_inline(draft.stem.first.raw[draft.stem.start :].strip()))
    first = rows[index]
    draft.stem.first, draft.stem.start = first._replace(bold=False), first.at
    draft.stem.more = rows[index + 1 :] or None
    return title


def _has_index_key(draft: DraftItem) -> bool:
    """Whether the key right under a question names its options by their position: `Answer: 1,2`."""
    return draft.key is not None and _INDEXES.fullmatch(draft.key.whole) is not None


def _repeats_a_row(draft: DraftItem) -> bool:
    """Whether the key right under a question is the text of one row of a list in it."""
    said = draft.key.whole.strip(" .*`").casefold() if draft.key else ""
    rows = [line for line in draft.stem.more or () if line.kind in (ORDERED, NUMBERED, BULLET)] if said else []
    return any(line.text.strip(" .*`").casefold() == said for line in rows)


_INDEXES = re.compile(r"\d{1,2}(?:\s*(?:,|and|&)\s*\d{1,2})*")


def _letters_from_words(key: DraftKey, draft: DraftItem) -> None:
    """Find the letters of a key that gives positions, names a letter in a sentence, or repeats an option's text."""
    known = [choice.letter for choice in draft.choices]
    if _INDEXES.fullmatch(key.whole):
        positions = [int(number) for number in re.findall(r"\d+", key.whole)]
        if all(1 <= position <= len(known) for position in positions):
            key.letters = [KeyLetter(known[position - 1], key.whole_at + 1) for position in positions]
            key.text = ""
            return
    run = key.whole.strip(" .*`")
    if re.fullmatch(r"[A-Z]{2,8}", run) and list(run) == sorted(set(run)) and set(run) <= set(known):
        key.letters = [KeyLetter(letter, key.whole_at + 1 + place) for place, letter in enumerate(run)]
        key.text = ""
        return
    whole = key.whole.strip(" .*`").casefold()
    for choice in draft.choices:
        text = choice.text.strip(" .*`").casefold()
        if text and whole.startswith(text) and not whole[len(text) : len(text) + 1].isalnum():
            key.letters, key.text = [KeyLetter(choice.letter, key.whole_at + 1)], ""
            if whole != text and key.explanation is None:
                key.explanation = Block(key.line, key.whole_at, key.line.indent)
            return
    if key.explanation is None:
        return
    text = key.explanation.text
    if len({match[1].upper() for match in _PART.finditer(text)}) > 1:
        return  # `(a) …`, `(b) …`: an answer to each part, or a word about each option
    if (fenced := _FENCED_LETTER.fullmatch(text.strip())) and fenced[1].upper() in known:
        key.letters = [KeyLetter(fenced[1].upper(), 1)]
        key.line = key.explanation.lines[1]
        key.explanation = None
        return
    match = ANSWER_IN_TEXT.search(text)
    letter = (match["first"] or match["said"]).upper() if match else ""
    if letter in known:
        key.letters = [KeyLetter(letter, key.explanation.start + 1)]
        key.line = key.explanation.first


def _answers_each_part(key: DraftKey, draft: DraftItem) -> bool:
    """Whether what reads as options are parts of an open question, because the answer has a paragraph for each.

    A word about each option of a choice question says which are right, or wrong.
    """
    if key.explanation is None or len(draft.choices) < 2:
        return False
    text = key.explanation.text
    parts = {match[1].upper() for match in _PART.finditer(text)}
    return parts >= {choice.letter for choice in draft.choices} and not _JUDGED.search(text)


def _parts_into_stem(draft: DraftItem) -> None:
    """Give the stem back what stood under it as options."""
    for choice in draft.choices:
        draft.stem.more = [*(draft.stem.more or ()), BLANK_LINE, *choice.lines]
    draft.choices = []


_FENCED_LETTER = re.compile(r"(?:```|~~~)\w*\s+([A-Za-z])[.)]?\s+(?:```|~~~)")
_JUDGED = re.compile(
    r"^[ \t]*[*_(]{0,4}[A-Za-z][).:][ \t*_]*(?:(?:this|it)[ \t]+)?(?:is[ \t]+)?(?:not[ \t]+)?(?:(?:in)?correct|wrong|right|true|false)\b"
    r"|\b(?:correct|right|best)[ \t]+(?:answer|option|choice)\b",
    re.IGNORECASE | re.MULTILINE,
)


def _bracketed(key: DraftKey | None) -> str:
    """Return what stands in brackets where a key has nothing else: `### Question 4 (2 points)`."""
    return key.whole if key and key.whole[:1] in ("(", "[") else ""


_AS_POINTS = frozenset({"point", "points", "mark", "marks"})
_AS_TAGS = frozenset({"topic", "topics", "tag", "tags", "keywords"})
_KINDS_OF_CHOICE = {
    "single": "one", "radio": "one", "single choice": "one", "single answer": "one", "multiple": "several",
    "checkbox": "several", "multiple answer": "several", "multiple answers": "several", "multiple response": "several",
    "multi select": "several", "multiselect": "several",
}  # fmt: skip
_OTHER_KINDS = {"mcq": "choice", "mc": "choice", "tf": "true false", "t/f": "true false", "boolean": "true false"}


def _add_label(reader: SettingReader, label: str, value: str, place: Span) -> None:
    """Add what a line like `Points: 2` says; what a question has no place for becomes a tag, or is reported."""
    name = label.lower()
    if name in _AS_POINTS:
        name, value = "points", re.sub(r"(?i)[ \t]*(?:points?|marks?|pts?\.?)$", "", value)
    elif name in _AS_TAGS or name.startswith(("difficulty", "level", "bloom")):
        tags = value.split(",") if name in _AS_TAGS else [f"{name}: {value}"]
        reader.settings["tags"] = Setting("tags", [*reader.names("tags"), *tags], place)
        return
    elif name == "type":
        kind = " ".join(value.lower().replace("-", " ").split())
        if kind in _KINDS_OF_CHOICE:
            name, value = "choose", _KINDS_OF_CHOICE[kind]
        elif kind in _OTHER_KINDS:
            value = _OTHER_KINDS[kind]
        elif kind not in KINDS:
            name = f"type: {value}"
    reader.add([Setting(name, value, place)], ITEM_NAMES)


_PART = re.compile(r"^[ \t]*[*_(]{0,4}([A-Za-z])[).:](?=[ \t*])", re.MULTILINE)


def _read_remark(comment: Line, draft: DraftItem, reader: SettingReader, source: str) -> None:
    """Take the answer and the objective from a remark like `<!-- meta: objective=1.1; answer=B -->`."""
    place = Span(source, comment.number, comment.at + 1)
    if objective := COMMENT_OBJECTIVE.search(comment.label):
        reader.settings.setdefault("objective", Setting("objective", objective["text"].strip(), place))
    answer = COMMENT_ANSWER.search(comment.label)
    if answer is None:
        return
    if draft.key is None:
        draft.key = DraftKey(line=comment, number=draft.number, letters=[])
    if not draft.key.letters:
        draft.key.line = comment
        column = comment.at + 5 + answer.start("letters")
        draft.key.letters = [KeyLetter(letter.strip().upper(), column) for letter in answer["letters"].split(",")]


def _unused_labels(interactions: tuple[Interaction, ...]) -> frozenset[str]:
    """Return the labels that mean nothing to a question of this kind: what they say is kept as an explanation."""
    labels = {"answer", "notes", "template", "otherwise"}
    for interaction in interactions:
        if isinstance(interaction, ExtendedTextInteraction):
            labels -= {"notes", "template"}
        elif isinstance(interaction, TextEntryInteraction) and interaction.other_feedback:
            labels.discard("otherwise")
    return frozenset(labels)


_FEEDBACK = frozenset({"explanation", "correct", "partial", "incorrect"})


def read_extensions(settings: SettingReader) -> Mapping[str, str]:
    """Return what only one format knows, from `extensions: {"moodle:stamp": "…"}`."""
    setting = settings.settings.get("extensions")
    if setting is None:
        return NO_EXTENSIONS
    value = setting.value
    if isinstance(value, str):
        try:
            value = loads(value)
        except (JSONDecodeError, RecursionError):
            value = None
    if not isinstance(value, dict):
        settings.refuse("extensions", 'names and values in JSON: {"moodle:stamp": "x"}')
        return NO_EXTENSIONS
    return {str(name): str(text) for name, text in value.items()}


def _plain_number(number: str) -> str:
    return number.lstrip("0") or "0"


_BOLD = re.compile(
    r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1[ \t]*(?=\n[ \t]*(?:\n|```|~~~|\||[-*+] |\d+[.)] |!\[|> )|\n?\Z)", re.DOTALL
)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def without_bold(text: str) -> str:
    """Return a stem without the bold around its whole first paragraph, as the house writes its questions."""
    mark = text[:2]
    if mark not in ("**", "__"):
        return text
    if "\n" not in text and text.endswith(mark) and text.count(mark) == 2:
        return text[2:-2].strip()
    match = _BOLD.match(text)
    if match is None or "\n\n" in match[2] or mark in _CODE.sub("", match[2]):
        return text
    return match[2] + text[match.end() :]
