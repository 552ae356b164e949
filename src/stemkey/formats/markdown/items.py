"""From drafts to the model: render, match key and question, and say what does not fit."""

import re
from difflib import SequenceMatcher, get_close_matches
from fractions import Fraction
from unicodedata import normalize

from stemkey.diagnostics import Diagnostics, Span, column_letters
from stemkey.formats.markdown.drafts import Block, DraftChoice, DraftItem, DraftKey, DraftSection, KeyLetter
from stemkey.formats.markdown.findings import (
    credit_unreadable,
    key_for_no_question,
    key_given_twice,
    key_letter_and_text_disagree,
    key_letter_not_an_option,
    key_text_differs,
    number_repeated,
    numbering_starts_again,
    option_letter_repeated,
    option_letter_skipped,
    question_id_repeated,
    question_without_options,
)
from stemkey.formats.markdown.lines import Line
from stemkey.formats.markdown.pictures import Pictures
from stemkey.formats.markdown.settings import ITEM_NAMES, SettingReader, comment_settings, read_share
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    NO_FEEDBACK,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Feedback,
    Interaction,
    Item,
)
from stemkey.richtext import from_markdown, from_markdown_inline, markup_left_out, to_plain


def slug(text: str) -> str:
    """Return a text as an identifier: letters, digits, `-`, `_` and `.`; an umlaut loses its dots."""
    plain = normalize("NFKD", text)
    plain = "".join(character for character in plain if not 0x300 <= ord(character) < 0x370)
    return re.sub(r"[^\w.-]+", "-", plain).strip("-.") or "quiz"


class ItemReader:
    """Makes the items of one quiz; holds what they share: names taken, keys, pictures, findings."""

    def __init__(
        self,
        source: str,
        quiz: str,
        keys: list[DraftKey],
        pictures: Pictures,
        found: Diagnostics,
        *,
        points: Fraction = FULL_CREDIT,
        references: dict[str, str] | None = None,
    ) -> None:
        self.source = source
        self.quiz = quiz
        self.pictures = pictures
        self.found = found
        self.points = points
        self.references = references or {}
        self.keys: dict[str, list[DraftKey]] = {}
        for key in keys:
            self.keys.setdefault(_plain_number(key.number), []).append(key)
        self.numbers: set[str] = set()
        self.identifiers: set[str] = set()

    def read_section(self, section: DraftSection) -> tuple[Item, ...]:
        """Return the items of a section."""
        own: set[str] = set()
        restarted = False
        items = []
        for draft in section.items:
            number = _plain_number(draft.number)
            name = self._name(number)
            if name != number:
                place = self._span(draft.line)
                if number in own:
                    self.found.add(number_repeated(number, name), place, item=name)
                elif not restarted:
                    restarted = True
                    self.found.add(numbering_starts_again(section.title, number, name), place, item=name)
            own.add(number)
            items.append(self._item(draft, number, name))
        return tuple(items)

    def report_leftover_keys(self) -> None:
        """Report the keys that belong to no question."""
        for number, keys in self.keys.items():
            for key in keys:
                if key.used:
                    continue
                if number in self.numbers:
                    self.found.add(key_given_twice(number), self._span(key.line), item=number)
                else:
                    near = get_close_matches(number, self.numbers, n=1, cutoff=0.8)
                    self.found.add(key_for_no_question(number, near[0] if near else None), self._span(key.line))

    def _name(self, number: str) -> str:
        """Return a number that no other item has: the second `3` is `3-2`."""
        name, count = number, 1
        while name in self.numbers:
            count += 1
            name = f"{number}-{count}"
        self.numbers.add(name)
        return name

    def _item(self, draft: DraftItem, number: str, name: str) -> Item:
        settings = self._settings(draft, name)
        key = self._key(draft, number, name)
        stem = draft.stem
        text = stem.text
        body = self._block(_without_bold(text), stem, name)
        interaction = self._choices(draft, key, settings, name) if draft.choices else self._free_response(draft, name)
        points = settings.number("points") if settings else None
        return Item(
            identifier=self._identifier(draft, settings, name),
            number=name,
            title=settings.text("title") if settings else "",
            body=body,
            interactions=(interaction,),
            points=points if points is not None else self.points,
            feedback=self._feedback(key, name) if key else NO_FEEDBACK,
            penalty=settings.share("penalty") if settings else None,
            tags=settings.names("tags") if settings else (),
            category=settings.names("category", "/") if settings else (),
            objective=settings.text("objective") if settings else "",
            span=Span(self.source, draft.line.number, draft.line.at + 1, max(len(draft.line.raw) - draft.line.at, 1)),
        )

    def _settings(self, draft: DraftItem, name: str) -> SettingReader | None:
        if not draft.comments:
            return None
        reader = SettingReader(self.found, name)
        for comment in draft.comments:
            reader.add(comment_settings(comment, self.source, ITEM_NAMES) or (), ITEM_NAMES)
        return reader

    def _identifier(self, draft: DraftItem, settings: SettingReader | None, name: str) -> str:
        own = settings.text("id") if settings else ""
        identifier = f"{self.quiz}-{slug(own)}" if own else f"{self.quiz}-q{name}"
        if identifier in self.identifiers:
            place = settings.settings["id"].place if settings and own else self._span(draft.line)
            self.found.add(question_id_repeated(own or identifier), place, item=name)
            identifier = f"{identifier}-q{name}"
        self.identifiers.add(identifier)
        return identifier

    # Options and their credit

    def _choices(
        self, draft: DraftItem, key: DraftKey | None, settings: SettingReader | None, name: str
    ) -> ChoiceInteraction:
        credits_by_letter, cardinality = self._credits(draft, key, name)
        self._check_letters(draft.choices, name)
        feedback = self._choice_feedback(key, name)
        choices = []
        taken: set[str] = set()
        source = self.source
        for choice in draft.choices:
            line = choice.first
            content = self._inline(choice, name)
            letter = choice.letter
            if letter in taken:  # reported already; a name of its own keeps the option in the quiz
                letter = column_letters(len(taken) + 25)
            taken.add(letter)
            choices.append(
                Choice(
                    identifier=letter,
                    content=content,
                    credit=credits_by_letter.get(letter, NO_CREDIT),
                    feedback=feedback.get(letter, EMPTY) if feedback else EMPTY,
                    span=Span(source, line.number, line.at + 1, max(len(line.raw) - line.at, 1)),
                )
            )
        if key and key.text and len(key.letters) == 1:
            self._compare_text(key, draft, choices, name)
        return ChoiceInteraction(
            choices=tuple(choices),
            cardinality=cardinality,
            shuffle=settings.flag("shuffle") if settings else None,
        )

    def _credits(self, draft: DraftItem, key: DraftKey | None, name: str) -> tuple[dict[str, Fraction], Cardinality]:
        """Return the credit of each keyed letter."""
        letters = key.letters if key else []
        if not letters and any(choice.marked for choice in draft.choices):
            letters = [KeyLetter(choice.letter, choice.first.at + 1) for choice in draft.choices if choice.marked]
        known = [choice.letter for choice in draft.choices]
        if len(letters) == 1 and not letters[0].credit and letters[0].letter in known:
            return {letters[0].letter: FULL_CREDIT}, Cardinality.SINGLE
        shares: dict[str, Fraction | None] = {}
        for entry in letters:
            place = Span(self.source, key.line.number if key else draft.line.number, entry.column)
            if entry.letter not in known:
                self.found.add(key_letter_not_an_option(entry.letter, _listed(known)), place, item=name)
                continue
            share = read_share(entry.credit) if entry.credit else None
            if entry.credit and share is None:
                self.found.add(credit_unreadable(entry.credit), place, item=name)
            shares[entry.letter] = share
        return _shared(shares, several=len(letters) > 1)

    def _check_letters(self, choices: list[DraftChoice], name: str) -> None:
        if "".join([choice.letter for choice in choices]) == _ALPHABET[: len(choices)]:
            return
        expected = "A"
        seen: set[str] = set()
        for choice in choices:
            letter = choice.letter
            if letter != expected:
                place = Span(self.source, choice.first.number, choice.first.at + 1)
                if letter in seen:
                    self.found.add(option_letter_repeated(letter), place, item=name)
                else:
                    self.found.add(option_letter_skipped(expected, letter), place, item=name)
            seen.add(letter)
            expected = chr(ord(letter) + 1) if letter < "Z" else "A"

    def _compare_text(self, key: DraftKey, draft: DraftItem, choices: list[Choice], name: str) -> None:
        """Compare the key's text with the option it names; what is no option's text is an explanation."""
        letter = key.letters[0].letter
        index = next((index for index, choice in enumerate(draft.choices) if choice.letter == letter), None)
        if index is None or draft.choices[index].text == key.text:
            return
        wanted = _normal(to_plain(from_markdown_inline(key.text)))
        texts = [_normal(to_plain(choice.content)) for choice in choices]
        if wanted == texts[index]:
            return
        place = Span(self.source, key.line.number, key.text_at + 1, max(len(key.text), 1))
        other = next((place for place, text in enumerate(texts) if text == wanted), None)
        said, option = _short(key.text), _short(to_plain(choices[index].content))
        if other is not None:
            found = key_letter_and_text_disagree(letter, said, option, choices[other].identifier)
            self.found.add(found, place, item=name)
        elif _resembles(wanted, texts[index], texts[:index] + texts[index + 1 :]):
            self.found.add(key_text_differs(letter, said, option), place, item=name)
        elif key.in_bold:
            self.found.add(key_letter_and_text_disagree(letter, said, option, None), place, item=name)
        else:
            first = Block(key.line, key.text_at, key.line.indent)
            for line in key.explanation.lines if key.explanation else []:
                first.append(line)
            key.explanation = first

    def _free_response(self, draft: DraftItem, name: str) -> Interaction:
        self.found.add(question_without_options(name), self._span(draft.line), item=name)
        return ExtendedTextInteraction()

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
            self.found.add(key_given_twice(name), self._span(key.line), item=name)
        if not draft.key.letters:
            draft.key.letters, draft.key.text, draft.key.text_at = key.letters, key.text, key.text_at
            draft.key.line = key.line
        if draft.key.explanation is None:
            draft.key.explanation = key.explanation
        draft.key.parts += key.parts
        return draft.key

    def _feedback(self, key: DraftKey, name: str) -> Feedback:
        general = EMPTY
        if key.explanation:
            general = self._block(key.explanation.text, key.explanation, name)
        if not key.parts:
            return Feedback(general=general) if general else NO_FEEDBACK
        parts = {label: self._block(block.text, block, name) for label, block in key.parts if len(label) > 1}
        return Feedback(
            general=general or parts.get("explanation", EMPTY),
            correct=parts.get("correct", EMPTY),
            partial=parts.get("partial", EMPTY),
            incorrect=parts.get("incorrect", EMPTY),
        )

    def _choice_feedback(self, key: DraftKey | None, name: str) -> dict[str, Content]:
        if key is None or not key.parts:
            return {}
        return {label: self._inline(block, name) for label, block in key.parts if len(label) == 1}

    # Content

    def _block(self, text: str, block: Block, name: str | None) -> Content:
        dropped: list[str] = []
        content = from_markdown(text, references=self.references, dropped=dropped)
        if dropped or "src=" in content:
            self._look_at(content, block, name, dropped)
        return content

    def _inline(self, block: Block, name: str | None) -> Content:
        dropped: list[str] = []
        content = from_markdown_inline(block.text, references=self.references, dropped=dropped)
        if dropped or "src=" in content:
            self._look_at(content, block, name, dropped)
        return content

    def _look_at(self, content: Content, block: Block, name: str | None, dropped: list[str]) -> None:
        self.pictures.gather(content, block.lines, name)
        if dropped:
            self.found.add(markup_left_out(tuple(dict.fromkeys(dropped))), self._span(block.first), item=name)

    def content(self, blocks: list[Block]) -> Content:
        """Return blocks that belong to no item, as one content."""
        return Content("\n".join(filter(None, (self._block(block.text, block, None) for block in blocks))))

    def _span(self, line: Line) -> Span:
        return Span(self.source, line.number, line.at + 1, max(len(line.raw.rstrip()) - line.at, 1))


def _plain_number(number: str) -> str:
    return number.lstrip("0") or "0"


def _listed(letters: list[str]) -> str:
    return ", ".join(letters[:-1]) + f" and {letters[-1]}" if len(letters) > 1 else "".join(letters)


def _shared(shares: dict[str, Fraction | None], *, several: bool) -> tuple[dict[str, Fraction], Cardinality]:
    """Return the credit of each letter: what is not said is shared equally."""
    given = {letter: share for letter, share in shares.items() if share is not None}
    if given and (len(shares) == 1 or list(given.values()).count(FULL_CREDIT) == 1):
        return {letter: FULL_CREDIT if share is None else share for letter, share in shares.items()}, Cardinality.SINGLE
    silent = [letter for letter, share in shares.items() if share is None]
    rest = FULL_CREDIT - sum((share for share in given.values() if share > 0), NO_CREDIT)
    credit = dict(given) | {letter: rest / len(silent) for letter in silent}
    return credit, Cardinality.MULTIPLE if several else Cardinality.SINGLE


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_BOLD = re.compile(
    r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1[ \t]*(?=\n[ \t]*(?:\n|```|~~~|\||[-*+] |\d+[.)] |!\[|> )|\n?\Z)", re.DOTALL
)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def _without_bold(text: str) -> str:
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


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys('‘’‚‛“”„‟«»"`´', "'"))


def _normal(text: str) -> str:
    """Return a text as it is compared: without case, blanks, kinds of quotes and dashes, and the last full stop."""
    text = normalize("NFKC", text).translate(_DASHES).casefold()
    return re.sub(r"[\s'*_]+", "", text).rstrip(".;,:…")


def _resembles(text: str, option: str, others: list[str]) -> bool:
    """Whether a key's text is the option's, cut short or mistyped, and no other option's."""
    if not text or not option:
        return False
    begins = len(text) >= 3 and (option.startswith(text) or text.startswith(option))
    if begins and not any(other.startswith(text) for other in others):
        return True
    similar = SequenceMatcher(None, text[:500], option[:500]).ratio()
    if similar < 0.8:
        return False
    return all(SequenceMatcher(None, text[:500], other[:500]).ratio() < similar for other in others)


def _short(text: str, width: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
