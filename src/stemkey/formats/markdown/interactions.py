"""How a question is answered: from options, key and settings to interactions."""

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from fractions import Fraction
from json import JSONDecodeError, dumps, loads
from unicodedata import normalize

from stemkey.diagnostics import Diagnostics, Span, column_letters
from stemkey.files import Source
from stemkey.formats.markdown.answers import (
    read_accepted_number,
    read_content,
    read_pairs,
    read_value,
    reason_behind,
    split_values,
    truth_of,
)
from stemkey.formats.markdown.contents import Contents, gap_names
from stemkey.formats.markdown.drafts import Block, DraftChoice, DraftItem, DraftKey, KeyLetter, KeyRow
from stemkey.formats.markdown.findings import (
    answer_not_a_number,
    credit_unreadable,
    free_answer_kept,
    gap_without_answer,
    interactions_unreadable,
    key_and_mark_disagree,
    key_letter_and_text_disagree,
    key_letter_not_an_option,
    key_text_differs,
    option_letter_repeated,
    option_letter_skipped,
    pair_leads_nowhere,
    question_without_options,
)
from stemkey.formats.markdown.options import keep_words, marked_letters
from stemkey.formats.markdown.settings import SettingReader, read_share
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
    TextEntryInteraction,
    Unit,
    UploadInteraction,
    letter_label,
)
from stemkey.options import NoOptions
from stemkey.richtext import from_markdown_inline, to_plain

KINDS: Mapping[str, str] = {
    "choice": "choice", "multiple choice": "choice", "multiple response": "choice", "single choice": "choice",
    "true false": "true-false", "true/false": "true-false",
    "short answer": "text", "fill in": "text", "fill in the blank": "text", "text entry": "text",
    "numeric": "number", "numerical": "number", "number": "number",
    "matching": "match", "match": "match", "ordering": "order", "order": "order",
    "cloze": "gaps", "gaps": "gaps", "blanks": "gaps", "dropdown": "gaps",
    "essay": "essay", "open": "essay", "upload": "upload", "file upload": "upload",
    "text": "none", "information": "none", "description": "none", "text only": "none",
}  # fmt: skip
"""What `type:` may say, and the kind of question it means."""

_CHOOSE = {
    "one": Cardinality.SINGLE, "single": Cardinality.SINGLE, "several": Cardinality.MULTIPLE,
    "many": Cardinality.MULTIPLE, "all that apply": Cardinality.MULTIPLE, "multiple": Cardinality.MULTIPLE,
}  # fmt: skip

RESPONSE = "RESPONSE"

_OPTION_LETTERS = re.compile(r"\(?[A-Ha-h]\)?(?:\s*(?:,|;|and|&)\s*\(?[A-Ha-h]\)?)*")
"""What a key says of options: `B`, `A, C`, `(b)`."""


class Interactions:
    """Reads how the questions of one file are answered."""

    def __init__(self, contents: Contents, found: Diagnostics) -> None:
        self.contents = contents
        self.source = contents.source
        self.found = found

    def read(
        self, draft: DraftItem, key: DraftKey | None, settings: SettingReader | None, name: str
    ) -> tuple[Interaction, ...]:
        """Return the interactions of a question: one as a rule, several for gaps, none for text that only informs."""
        if settings is None and draft.choices and not draft.targets:
            return (self._choices(draft, key, settings, name),)
        settings = settings or SettingReader(self.found, name)
        if "interactions" in settings.settings:
            return self._kept(settings, name)
        match self._kind(draft, key, settings):
            case "choice":
                return (self._choices(draft, key, settings, name),)
            case "match":
                return (self._matching(draft, key, settings, name),)
            case "order":
                return (self._ordering(draft, key, name),)
            case "gaps":
                return self._gaps(draft, key, settings, name)
            case "true-false":
                return (self._true_false(key, name),)
            case "text" | "number" as kind:
                rows = self._rows(key)
                return (self._text_entry(RESPONSE, rows, settings, name, key, is_number=kind == "number"),)
            case "upload":
                return (
                    UploadInteraction(
                        file_types=settings.names("file types"), maximum_files=settings.whole("maximum files")
                    ),
                )
            case "none":
                return ()
            case "essay":
                return (self._essay(key, settings, name),)
            case _:
                self.found.add(question_without_options(name), self.contents.span(draft.line), item=name)
                return (ExtendedTextInteraction(),)

    def _kind(self, draft: DraftItem, key: DraftKey | None, settings: SettingReader) -> str:
        """Return how a question is answered: as its `type` says, else as its parts show."""
        if "type" in settings.settings:
            said = " ".join(settings.text("type").lower().replace("-", " ").replace("_", " ").split())
            if said in KINDS:
                return KINDS[said]
            settings.refuse("type", f"one of {', '.join(dict.fromkeys(KINDS))}")
        if draft.targets:
            return "match"
        if draft.choices:
            return "choice"
        if draft.gaps or (key and any(row.gap for row in key.rows)):
            return "gaps"
        if key is None:
            return ""
        if key.rows:
            numbers = all(read_accepted_number(row.text) for row in key.rows)
            return "number" if numbers else "text"
        if truth_of(key.whole) is not None:
            return "true-false"
        if key.in_bold and _OPTION_LETTERS.fullmatch(key.whole):
            return ""  # "B" names an option; that the options are missing must not pass as an answer to be typed
        if key.in_bold and key.whole:
            return "number" if read_accepted_number(key.whole) else "text"
        if key.whole or key.explanation or key.parts:
            if not any(label == "notes" for label, _ in key.parts):
                self.found.add(free_answer_kept(draft.number), self.contents.span(draft.line), item=settings.item)
            keep_words(key)
            return "essay"
        return ""

    def _kept(self, settings: SettingReader, name: str) -> tuple[Interaction, ...]:
        """Return interactions that the writer could not say in words, from their JSON."""
        interactions = decode_interactions(settings.text("interactions"))
        if interactions is None:
            self.found.add(interactions_unreadable(), settings.settings["interactions"].place, item=name)
            return ()
        return interactions

    # Options and their credit

    def _choices(
        self, draft: DraftItem, key: DraftKey | None, settings: SettingReader | None, name: str
    ) -> ChoiceInteraction:
        credits_by_letter, cardinality = self._credits(draft, key, name)
        fixed: tuple[str, ...] = ()
        if settings:
            fixed = tuple(letter.upper() for letter in settings.names("fixed"))
            cardinality = _CHOOSE.get(settings.text("choose").lower(), cardinality)
        self._check_letters(draft.choices, name)
        feedback = self._choice_feedback(key, name)
        for option in draft.choices:
            if option.feedback:
                block = Block(option.feedback[0], option.feedback[0].start, 0)
                text = "\n".join(line.raw.lstrip()[1:].strip() for line in option.feedback)
                feedback.setdefault(option.letter, self.contents.block(text, block, name))
        choices = []
        taken: set[str] = set()
        source = self.source
        for choice in draft.choices:
            line = choice.first
            content = self.contents.inline(choice, name)
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
                    fixed=letter in fixed,
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
        if marked := marked_letters(draft.choices):
            self._compare_marks(letters, marked, key, name)
            letters = letters or marked
        known = [choice.letter for choice in draft.choices]
        if len(letters) == 1 and not letters[0].credit and letters[0].letter in known:
            return {letters[0].letter: FULL_CREDIT}, Cardinality.SINGLE
        shares: dict[str, Fraction | None] = {}
        for entry in letters:
            line = key.line if key else draft.line
            place = Span((key.source if key else "") or self.source, line.number, entry.column)
            if entry.letter not in known:
                self.found.add(key_letter_not_an_option(entry.letter, _listed(known)), place, item=name)
                continue
            share = read_share(entry.credit) if entry.credit else None
            if entry.credit and share is None:
                self.found.add(credit_unreadable(entry.credit), place, item=name)
            shares[entry.letter] = share
        return _shared(shares, several=len(letters) > 1)

    def _compare_marks(
        self, letters: list[KeyLetter], marked: list[KeyLetter], key: DraftKey | None, name: str
    ) -> None:
        said, shown = sorted({one.letter for one in letters}), sorted({one.letter for one in marked})
        if key and letters and said != shown:
            place = Span(key.source or self.source, key.line.number, letters[0].column)
            self.found.add(key_and_mark_disagree(_listed(said), _listed(shown)), place, item=name)

    def _check_letters(self, choices: list[DraftChoice], name: str) -> None:
        if "".join([choice.letter for choice in choices]) == _ALPHABET[: len(choices)]:
            return
        expected = "A"
        seen: set[str] = set()
        for choice in choices:
            letter = choice.letter
            if len(letter) > 1:
                return  # more than 26 options have letters of ours, in order
            if letter != expected:
                place = Span(self.source, choice.first.number, choice.first.at + 1)
                if letter in seen:
                    self.found.add(option_letter_repeated(letter), place, item=name)
                else:
                    self.found.add(option_letter_skipped(expected, letter), place, item=name)
            seen.add(letter)
            expected = chr(ord(letter) + 1) if letter < "Z" else "AA"

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
        if not key.in_bold and (reason := reason_behind(key.text, to_plain(choices[index].content))):
            first = Block(key.line, key.text_at + reason, key.line.indent)
            for line in key.explanation.lines if key.explanation else []:
                first.append(line)
            key.explanation = first
            return
        place = Span(key.source or self.source, key.line.number, key.text_at + 1, max(len(key.text), 1))
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

    def _matching(self, draft: DraftItem, key: DraftKey | None, settings: SettingReader, name: str) -> MatchInteraction:
        targets = tuple(
            MatchTarget(identifier=target.letter, content=self.contents.inline(target, name))
            for target in draft.targets
        )
        known = {target.identifier for target in targets}
        named = {pair.source: pair for pair in read_pairs(key.whole if key else "")}
        pairs = []
        for choice in draft.choices:
            pair = named.pop(choice.letter, None)
            if pair is None or pair.target not in known or key is None:
                line = key.line if key else choice.first
                self.found.add(
                    pair_leads_nowhere(choice.letter, pair.target if pair else ""),
                    self.contents.span(line),
                    item=name,
                )
                continue
            credit = read_share(pair.credit) if pair.credit else FULL_CREDIT
            if credit is None:
                self.found.add(credit_unreadable(pair.credit), self.contents.span(key.line, key.source), item=name)
            pairs.append(
                MatchPair(
                    identifier=choice.letter,
                    source=self.contents.inline(choice, name),
                    target=pair.target,
                    credit=FULL_CREDIT if credit is None else credit,
                    span=self.contents.span(choice.first),
                )
            )
        if key:
            for letter in named:
                listed = _listed([choice.letter for choice in draft.choices])
                self.found.add(
                    key_letter_not_an_option(letter, listed), self.contents.span(key.line, key.source), item=name
                )
        return MatchInteraction(pairs=tuple(pairs), targets=targets, shuffle=settings.flag("shuffle"))

    def _ordering(self, draft: DraftItem, key: DraftKey | None, name: str) -> OrderInteraction:
        written = {choice.letter: choice for choice in draft.choices}
        letters = [entry.letter for entry in key.letters] if key else []
        order = [written[letter] for letter in dict.fromkeys(letters) if letter in written]
        if key and (unknown := [letter for letter in letters if letter not in written]):
            self.found.add(
                key_letter_not_an_option(unknown[0], _listed(list(written))),
                self.contents.span(key.line, key.source),
                item=name,
            )
        missing = [choice for choice in draft.choices if choice.letter not in letters]
        for choice in missing:
            self.found.add(pair_leads_nowhere(choice.letter, ""), self.contents.span(choice.first), item=name)
        feedback = self._choice_feedback(key, name)
        return OrderInteraction(
            choices=tuple(
                Choice(
                    identifier=choice.letter,
                    content=self.contents.inline(choice, name),
                    feedback=feedback.get(choice.letter, EMPTY),
                    span=self.contents.span(choice.first),
                )
                for choice in [*order, *missing]
            )
        )

    def _true_false(self, key: DraftKey | None, name: str) -> ChoiceInteraction:
        is_true = truth_of(key.whole) if key else None
        feedback = self._choice_feedback(key, name)
        return ChoiceInteraction(
            choices=tuple(
                Choice(
                    identifier=letter,
                    content=Content(word),
                    credit=FULL_CREDIT if is_true is truth else NO_CREDIT,
                    feedback=feedback.get(letter, EMPTY),
                )
                for letter, word, truth in (("A", "True", True), ("B", "False", False))
            )
        )

    # Texts and numbers

    def _rows(self, key: DraftKey | None, gap: str = "") -> list[tuple[str, Block | None, Span]]:
        """Return the accepted answers of a key as written: from its rows, else from its bold words."""
        if key is None:
            return []
        rows: list[tuple[str, Block | None, Span]] = [
            (row.text, row.feedback, self._row_span(row)) for row in key.rows if row.gap == gap
        ]
        if not rows and key.whole and not gap:
            rows.append((key.whole, None, Span(self.source, key.line.number, key.whole_at + 1, len(key.whole))))
        return rows

    def _row_span(self, row: KeyRow) -> Span:
        return Span(self.source, row.first.number, row.start + 1, max(len(row.first.raw) - row.start, 1))

    def _text_entry(
        self,
        identifier: str,
        rows: list[tuple[str, Block | None, Span]],
        settings: SettingReader,
        name: str,
        key: DraftKey | None,
        *,
        is_number: bool,
    ) -> TextEntryInteraction:
        prefix = "" if identifier == RESPONSE else f"[[{identifier}]] "
        accepted: list[AcceptedText | AcceptedNumber] = []
        for written, block, span in rows:
            feedback = self.contents.block(block.text, block, name) if block else EMPTY
            number = read_accepted_number(written) if is_number else None
            if number:
                accepted.append(_placed(number, feedback, span))
            elif is_number:
                self.found.add(answer_not_a_number(written), span, item=name)
            else:
                value = read_value(written)
                accepted.append(
                    AcceptedText(
                        text=value.text,
                        credit=FULL_CREDIT if value.share is None else value.share,
                        feedback=feedback,
                        wildcards=value.wildcards,
                        span=span,
                    )
                )
        weight = settings.share(f"{prefix}weight")
        penalty = settings.share(f"{prefix}unit penalty")
        otherwise = next((block for label, block in key.parts if label == "otherwise"), None) if key else None
        return TextEntryInteraction(
            identifier=identifier,
            accepted=tuple(accepted),
            case_sensitive=settings.text(f"{prefix}case").lower() in {"sensitive", "yes", "exact"},
            units=_units(settings, f"{prefix}units"),
            unit_required=settings.flag(f"{prefix}unit required") or False,
            unit_penalty=penalty if penalty is not None else NO_CREDIT,
            weight=weight if weight is not None else FULL_CREDIT,
            other_feedback=self.contents.block(otherwise.text, otherwise, name) if otherwise and not prefix else EMPTY,
        )

    def _essay(self, key: DraftKey | None, settings: SettingReader, name: str) -> ExtendedTextInteraction:
        parts = dict(key.parts) if key else {}
        notes, template = parts.get("notes"), parts.get("template")
        return ExtendedTextInteraction(
            lines=settings.whole("lines"),
            template=self.contents.block(template.text, template, name) if template else EMPTY,
            grader_notes=self.contents.block(notes.text, notes, name) if notes else EMPTY,
        )

    def _gaps(
        self, draft: DraftItem, key: DraftKey | None, settings: SettingReader, name: str
    ) -> tuple[Interaction, ...]:
        dropdowns = {gap: (line, start) for gap, line, start in draft.gaps}
        answered = {row.gap for row in key.rows} if key else set()
        interactions: list[Interaction] = []
        for gap in dict.fromkeys(gap_names(draft.stem.text)):
            if gap in dropdowns:
                interactions.append(self._dropdown(gap, *dropdowns[gap], key, settings, name))
            elif gap in answered:
                rows = self._rows(key, gap)
                numeric = settings.text(f"[[{gap}]] type") in {"number", "numeric"}
                interactions.append(self._text_entry(gap, rows, settings, name, key, is_number=numeric))
        for gap in answered - {interaction.identifier for interaction in interactions} - {""}:
            self.found.add(gap_without_answer(gap), self.contents.span(draft.line), item=name)
        return tuple(interactions)

    def _dropdown(
        self, gap: str, line: object, start: int, key: DraftKey | None, settings: SettingReader, name: str
    ) -> InlineChoiceInteraction:
        row = getattr(line, "raw", "")[start:]
        rows = [row for row in key.rows if row.gap == gap] if key else []
        said = {read_value(row.text).text: row for row in rows}
        choices = []
        for index, written in enumerate(split_values(row)):
            value = read_value(written)
            content = read_content(value)
            answer = said.pop(value.text, None)
            share = read_value(answer.text).share if answer else None
            credit = NO_CREDIT if answer is None else FULL_CREDIT if share is None else share
            block = answer.feedback if answer else None
            choices.append(
                Choice(
                    identifier=letter_label(index),
                    content=content,
                    credit=credit,
                    feedback=self.contents.block(block.text, block, name) if block else EMPTY,
                )
            )
        for text, stray in said.items():
            options = ", ".join(to_plain(choice.content) for choice in choices)
            self.found.add(key_letter_not_an_option(text, options), self._row_span(stray), item=name)
        weight = settings.share(f"[[{gap}]] weight")
        return InlineChoiceInteraction(
            identifier=gap,
            choices=tuple(choices),
            shuffle=settings.flag(f"[[{gap}]] shuffle"),
            weight=weight if weight is not None else FULL_CREDIT,
        )

    def _choice_feedback(self, key: DraftKey | None, name: str) -> dict[str, Content]:
        if key is None or not key.parts:
            return {}
        return {label: self.contents.block(block.text, block, name) for label, block in key.parts if len(label) == 1}


def _placed(number: AcceptedNumber, feedback: Content, span: Span) -> AcceptedNumber:
    return replace(number, feedback=feedback, span=span)


def _units(settings: SettingReader, name: str) -> tuple[Unit, ...]:
    """Return units: `km, m = 1000`, or pairs in JSON where a name holds a comma."""
    setting = settings.settings.get(name)
    if setting is None:
        return ()
    if setting.text.startswith("[["):
        try:
            return tuple(Unit(name=str(unit), multiplier=Fraction(str(many))) for unit, many in loads(setting.text))
        except (JSONDecodeError, ValueError, TypeError, ZeroDivisionError):
            settings.refuse(name, "units: km, m = 1000")
            return ()
    units = []
    for part in settings.names(name):
        unit, _, many = part.partition("=")
        multiplier = read_share(many.strip()) if many.strip() else FULL_CREDIT
        if multiplier is None:
            settings.refuse(name, "units: km, m = 1000")
            continue
        units.append(Unit(name=unit.strip(), multiplier=multiplier))
    return tuple(units)


# What has no words: interactions as the JSON of the format `json`


def encode_interactions(interactions: tuple[Interaction, ...]) -> str:
    """Return interactions as one line of JSON."""
    from stemkey.formats.native.writer import write_json
    from stemkey.model import Item, Quiz, Section

    item = Item(identifier="q1", number="1", body=EMPTY, interactions=interactions)
    files = write_json(Quiz(identifier="q", sections=(Section(items=(item,)),)), NoOptions())
    document = loads(next(iter(files.values())))
    found = document["quiz"]["sections"][0]["items"][0]["interactions"]
    # A comment ends at `-->`, wherever it stands.
    return dumps(found, ensure_ascii=False).replace(">", "\\u003e")


def decode_interactions(text: str) -> tuple[Interaction, ...] | None:
    """Return the interactions of a line of JSON; None where it holds none."""
    from stemkey.formats.native.reader import read_json

    try:
        interactions = loads(text)
    except (JSONDecodeError, RecursionError):
        return None
    item = {"identifier": "q1", "number": "1", "body": "", "interactions": interactions}
    document = {"schema": 1, "quiz": {"identifier": "q", "sections": [{"items": [item]}]}}
    found = Diagnostics()
    quiz = read_json(Source("interactions", dumps(document).encode()), NoOptions(), found)
    items = list(quiz.items)
    return None if found.has_errors or not items else items[0].interactions


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
