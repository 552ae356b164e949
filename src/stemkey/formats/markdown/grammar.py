"""The grammar of a quiz in Markdown: which lines are a question, an option, a key, an explanation.

One pass over the lines; each line either opens something, continues what is open, or belongs to nothing and
is kept as a stray, so that no line gets lost. What anything means is decided later (`items.py`).
"""

import re
from enum import Enum, auto

from stemkey.formats.markdown.drafts import (
    Block,
    DraftChoice,
    DraftItem,
    DraftKey,
    DraftSection,
    KeyLetter,
    KeyRow,
    Outline,
)
from stemkey.formats.markdown.lines import (
    BLANK,
    BLANK_LINE,
    BULLET,
    COMMENT,
    DEFINITION,
    FENCE,
    HEADING,
    LETTERED,
    NUMBERED,
    OPEN,
    QUOTE,
    RULE,
    TABLE,
    TEXT,
    Line,
    is_writing_line,
)
from stemkey.formats.markdown.moodown import OPENS
from stemkey.formats.markdown.openings import heads_key
from stemkey.formats.markdown.words import (
    CONTENTS_HEADING,
    GAP_ROW,
    INSTRUCTIONS_HEADING,
    JUMP,
    KEY_LETTERS,
    KEY_PREFIX,
    KEY_ROW,
    LABELLED,
    LABELLED_SETTING,
    NUMBERED_ANSWERS,
    ONE_LETTER,
    PLAIN_HEADING,
    is_answer_wrapper,
    is_key_heading,
    is_wrapper,
)


class Place(Enum):
    """What is open: where a line goes that opens nothing itself."""

    INTRODUCTION = auto()
    STEM = auto()
    CHOICE = auto()
    KEY = auto()
    NOTHING = auto()


def outline(lines: list[Line], *, is_key: bool = False) -> Outline:
    """Return what the lines of a file are, as far as its structure says it; `is_key`: it holds only a key."""
    grammar = _Grammar(lines)
    if is_key:
        grammar.in_key, grammar.key_level, grammar.place = True, 0, Place.NOTHING
    return grammar.run()


class _Grammar:
    """The state of one pass."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.outline = Outline(sections=[DraftSection()])
        self.section = self.outline.sections[0]
        self.place = Place.INTRODUCTION
        self.item: DraftItem | None = None
        self.key: DraftKey | None = None
        self.block: Block | None = None
        self.stray: list[Line] | None = None
        self.in_key = False
        self.key_level = 0
        self.list_in_stem = 0
        self.index = 0
        self.blank = False
        """Whether the line above is empty."""

    def run(self) -> Outline:
        for index, line in enumerate(self.lines):
            self.index = index
            kind = line.kind
            if kind == BLANK:
                self.blank = True
                self.stray = None
                continue
            if kind == LETTERED:
                self._lettered(line)
            elif kind == NUMBERED:
                self._numbered(line)
            elif kind == COMMENT:
                self._comment(line)
            elif kind == DEFINITION or (kind == FENCE and line.label == OPEN and not line.raw.strip("`~ \t")):
                continue  # links are resolved over the whole file; a fence that nothing closes is reported
            elif kind in (HEADING, RULE):
                if self.block is not None and 0 < self.block.indent <= line.indent:
                    self._continue(line)
                elif kind == HEADING:
                    self._heading(line)
                elif self.item is None or not is_writing_line(line):
                    self._rule()
            else:
                self._continue(line)
            self.blank = False
        return self.outline

    def _append(self, block: Block, line: Line) -> None:
        if self.blank:
            block.append(BLANK_LINE)
        block.append(line)

    # Lines that open something

    def _numbered(self, line: Line) -> None:
        if self.in_key:
            if self._is_key_entry(line):
                self._open_key(line)
            else:
                self._continue(line)
        elif line.bold and KEY_LETTERS.match(line.raw, line.start) and self.outline.sections[0].items:
            self.in_key, self.key_level = True, 7
            self._open_key(line)
        elif self._is_target(line):
            self._open_target(line)
        elif self._opens_item(line):
            self._open_item(line)
        else:
            self._continue(line)

    def _opens_item(self, line: Line) -> bool:
        item = self.item
        if line.box == OPENS:
            return True
        if item is None:
            is_instructed = self.place is Place.INTRODUCTION and self.block is not None and self.section.line is None
            return not is_instructed or _is_bold(line) or self._has_options()
        if line.indent >= item.stem.indent and not self._continues_numbering(line, item):
            return False
        if item.choices or _is_bold(line):
            self.list_in_stem = 0
            return True
        if _whole(line.label) == self.list_in_stem + 1 and (self.list_in_stem or self._starts_list(item)):
            self.list_in_stem += 1
            return False
        return True

    def _continues_numbering(self, line: Line, item: DraftItem) -> bool:
        """Whether a line that is indented like a part of the question is the next one all the same."""
        is_next = bool(item.choices) and self.blank and _whole(line.label) == _whole(item.number) + 1
        return is_next and _is_bold(line) == _is_bold(item.line) and self._has_options()

    def _is_target(self, line: Line) -> bool:
        """Whether a numbered line is one of the things that the options above it are matched with."""
        item = self.item
        return (
            item is not None
            and line.bullet
            and bool(item.choices)
            and line.indent >= item.stem.indent
            and _whole(line.label) == len(item.targets) + 1
        )

    def _open_target(self, line: Line) -> None:
        assert self.item is not None  # _is_target says so
        target = DraftChoice(line, line.label)
        self.item.targets.append(target)
        self.place, self.block = Place.CHOICE, target

    def _starts_list(self, item: DraftItem) -> bool:
        """Whether a line numbered 1 is a list inside the stem: `Which of these are true?` 1. … 2. … A) 1 and 2."""
        if _whole(item.number) == 0:
            return False
        return _is_bold(item.line) or item.stem.last.raw.rstrip().endswith(":") or not self._has_options()

    def _has_options(self) -> bool:
        """Whether an option follows before the next numbered line, heading or rule."""
        for line in self.lines[self.index + 1 : self.index + 200]:
            if line.kind == LETTERED:
                return True
            if line.kind in (NUMBERED, HEADING, RULE):
                return False
        return False

    def _open_item(self, line: Line) -> None:
        content = line.indent + line.start - line.at if not line.bullet else line.indent + 2
        if line.start >= len(line.raw):
            content += 1  # nothing behind the number: the text below is indented as if a blank followed
        block = Block(line, line.start, min(content, line.indent + 4))
        self.item = DraftItem(line=line, number=line.label, stem=block)
        self.section.items.append(self.item)
        self.place, self.block, self.key, self.list_in_stem = Place.STEM, block, None, 0

    def _lettered(self, line: Line) -> None:
        if self.place in (Place.STEM, Place.CHOICE) and self.item is not None and self._opens_choice(line, self.item):
            choice = DraftChoice(line, line.label.upper(), marked=line.box in {"x", "X"})
            self.item.choices.append(choice)
            self.place, self.block = Place.CHOICE, choice
        else:
            self._continue(line)

    def _opens_choice(self, line: Line, item: DraftItem) -> bool:
        letter = line.label.upper()
        if not item.choices:
            return letter == "A" or line.bullet or (letter in "BC" and line.raw[line.start - 1 : line.start] != ".")
        first = item.choices[0].first
        if line.indent >= first.indent + 2 and line.indent > item.choices[-1].first.indent + 1:
            return False
        last = item.choices[-1].letter
        return letter > last or line.bullet == first.bullet

    def _heading(self, line: Line) -> None:
        level, text = int(line.label), _CLOSING.sub("", line.text).strip()
        self._close()
        if self.in_key and self.key_level == 0:
            return  # a file that is a key to its end
        if not self.outline.title_line and level == 1 and not self._has_items() and self.section.line is None:
            self.outline.title, self.outline.title_line = text, line
            self.place = Place.INTRODUCTION
        elif self._has_items() and heads_key(self.lines, self.index):
            self.in_key, self.key_level = True, level
        elif self.in_key and level > self.key_level:
            if not is_key_heading(text) and not PLAIN_HEADING.match(text) and not any(map(str.isdigit, text)):
                self.outline.strays.append([line])  # no label of an entry: what it heads belongs to nothing either
        elif CONTENTS_HEADING.match(text):
            self.in_key, self.section, self.place = False, DraftSection(line=line), Place.NOTHING
            self.outline.sections.append(self.section)
        elif INSTRUCTIONS_HEADING.match(text) and not self._has_items():
            self.place = Place.INTRODUCTION
        else:
            self.in_key = False
            title = "" if PLAIN_HEADING.match(text) else text
            self.section = DraftSection(line=line, title=title)
            self.outline.sections.append(self.section)
            self.place = Place.INTRODUCTION

    def _rule(self) -> None:
        if self.place is Place.INTRODUCTION and self.block is None:
            return
        if self.place is Place.KEY and self.key is not None and _says_nothing(self.key):
            return  # `Answer:` and a rule: what follows is the answer
        introduction = self.place is Place.INTRODUCTION and not self._has_items()
        self._close()
        if introduction:
            self.place = Place.INTRODUCTION

    def _comment(self, line: Line) -> None:
        if self.item is not None:
            self.item.comments.append(line)
        elif self.section.line is not None:
            self.section.comments.append(line)
        else:
            self.outline.comments.append(line)

    # The key

    def _is_key_entry(self, line: Line) -> bool:
        """Whether a numbered line of the key opens an entry: it looks like the first one, or names letters."""
        if not self.outline.keys:
            return True
        if self.key is not None and self.key.line.kind == NUMBERED and _is_heading(self.key.line):
            return _is_heading(line)  # under `### Question 12` a numbered list is a part of the answer
        first = self.outline.keys[0].line
        is_alike = line.bullet == first.bullet and (line.bold or not first.bold)
        return is_alike and line.indent <= first.indent + 1

    def _open_key(self, line: Line) -> None:
        self.key = read_key(line)
        self.outline.keys.append(self.key)
        self.place, self.item, self.block = Place.KEY, None, self.key.explanation

    # Lines that continue something

    def _continue(self, line: Line) -> None:
        place = self.place
        if line.kind == TABLE and self.in_key and self._key_table_row(line):
            return
        if line.kind in (TEXT, BULLET, LETTERED) and (self.in_key or self.item) and self._answers_on_one_line(line):
            return
        if line.kind == TEXT and self.item is not None and is_wrapper(line.raw) and self._wrapper(line, self.item):
            return
        if self.item is not None and line.kind in (TEXT, BULLET) and self._labelled_setting(line, self.item):
            return
        if line.kind == TEXT and self._has_items() and "](#" in line.raw and JUMP.match(line.raw):
            self.outline.jumps.append(line)
            return
        if place is Place.KEY and self.key is not None:
            self._key_line(line, self.key)
        elif place is Place.STEM and self.block is not None:
            if not self._gap_row(line) and not self._inline_key(line):
                self._append(self.block, line)
        elif place is Place.CHOICE:
            if not self._gap_row(line) and not self._inline_key(line):
                self._choice_line(line)
        elif place is Place.INTRODUCTION:
            self._introduction_line(line)
        elif not self._inline_key(line):
            self._stray(line)

    def _introduction_line(self, line: Line) -> None:
        if self.block is None:
            self.block = Block(line, min(line.indent, len(line.raw)), 0)
            target = self.outline.instructions if self.section.line is None else self.section.instructions
            target.append(self.block)
        else:
            self._append(self.block, line)

    def _choice_line(self, line: Line) -> None:
        block = self.block
        assert block is not None  # an open choice has its block
        if not self.blank or line.indent >= block.indent:
            self._append(block, line)
        else:
            self._stray(line)

    def _stray(self, line: Line) -> None:
        self.block = None
        if self.place in (Place.STEM, Place.CHOICE):
            self.place = Place.NOTHING
        if self.stray is None:
            self.stray = []
            self.outline.strays.append(self.stray)
        self.stray.append(line)

    def _wrapper(self, line: Line, item: DraftItem) -> bool:
        """Take a line that wraps others: what is in a box called "Answer" is the answer of the question above it."""
        if is_answer_wrapper(line.raw):
            if item.key is None:
                item.key = DraftKey(line=line, number=item.number, letters=[])
            self.key, self.place, self.block = item.key, Place.KEY, item.key.explanation
            return True
        return self.place is not Place.STEM or line.raw.lstrip().startswith(("<details", "</details"))

    def _labelled_setting(self, line: Line, item: DraftItem) -> bool:
        """Take a line like `Points: 2` under the options or the answer, or `::time=30` anywhere in the question."""
        if ":" not in line.raw and "：" not in line.raw:
            return False
        match = LABELLED_SETTING.match(line.raw)
        if match is None or (not match["short"] and self.place not in (Place.CHOICE, Place.KEY)):
            return False
        if self.place is Place.CHOICE and self.block is not None and line.indent >= self.block.indent:
            return False
        item.labels.append((match["short"] or match["name"], match["value"].strip(" \t*_"), line))
        return True

    def _answers_on_one_line(self, line: Line) -> bool:
        """Take a line like `Answers: 1-b, 2-d, 3-a`."""
        words = line.raw.lstrip("*_-+ \t")
        if not words[:1].isdigit() and not _OF_A_KEY.search(words, 0, 30):
            return False
        if self.place is Place.STEM and not LABELLED.match(line.raw.lstrip()):
            return False
        found = list(NUMBERED_ANSWERS.finditer(line.raw))
        words = NUMBERED_ANSWERS.sub("", line.raw)
        if len(found) < 2 or len(re.sub(rf"(?i)(?:{_OF_A_KEY.pattern})\w*|correct|[\W_]+", "", words)) > 8:
            return False
        for match in found:
            letter = KeyLetter(match["letter"].upper(), match.start("letter") + 1)
            self.outline.keys.append(DraftKey(line=line, number=match["number"], letters=[letter]))
        self.place, self.block = Place.NOTHING, None
        return True

    def _key_table_row(self, line: Line) -> bool:
        """Take a row of a key that is a table: `| 1 | C | because |`."""
        cells = [cell.strip() for cell in line.raw.strip().strip("|").split("|")]
        number = re.fullmatch(r"(?:\*\*)?(?:Q(?:uestion)?\s*)?(\d{1,4}(?:\.\d+)?)\.?(?:\*\*)?", cells[0], re.IGNORECASE)
        if number is None or len(cells) < 2:
            # The head of the table, and the line under it, say nothing about a question.
            return self.key is None
        at = line.raw.index(cells[1], line.raw.index(cells[0]) + len(cells[0])) if cells[1] else 0
        letters = re.sub(r"[^\w)\]*]+$", "", cells[1])  # `A, C ★`
        key = read_key(line._replace(label=number[1], start=at, raw=line.raw[: at + len(letters)], bold=False))
        rest = " — ".join(cell for cell in cells[2:] if cell)
        if rest:
            start = line.raw.index(cells[2], at) if cells[2] else len(line.raw)
            key.explanation = Block(line._replace(raw=line.raw.rstrip().rstrip("|").rstrip()), start, 0)
        self.outline.keys.append(key)
        self.place, self.item, self.key, self.block = Place.NOTHING, None, None, None
        return True

    def _gap_row(self, line: Line) -> bool:
        """Take a row that gives the choices of a dropdown: `- [[1]] Paris | Rome`."""
        if line.kind != BULLET or self.item is None:
            return False
        match = GAP_ROW.match(line.raw, line.start)
        if match is None or not _has_gap(self.item.stem.text, match["gap"]):
            return False
        self.item.gaps.append((match["gap"], line, match.end()))
        return True

    def _inline_key(self, line: Line) -> bool:
        """Take a line that says the answer or the explanation right under its question."""
        item = self.item
        if item is None or line.kind not in (TEXT, BULLET, QUOTE) or (":" not in line.raw and "：" not in line.raw):
            return False
        match = LABELLED.match(line.raw, _offset(line))
        if match is None or (not item.choices and _label(match) == "explanation"):
            return False
        line = _closed(line, match)
        is_answer = _label(match) == "answer" or (_label(match) == "correct" and _names_letters(line, match, item))
        if item.key is None:
            item.key = DraftKey(line=line, number=item.number, letters=[])
        if is_answer:
            answer = read_key(line._replace(start=match.end()))
            item.key = DraftKey(
                line=line,
                number=item.number,
                letters=answer.letters,
                text=answer.text,
                text_at=answer.text_at,
                whole=answer.whole,
                whole_at=answer.whole_at,
                parts=item.key.parts,
                explanation=item.key.explanation or answer.explanation,
            )
            self.block = item.key.explanation
        else:
            self._open_part(line, item.key, _label(match), match.end())
        self.key, self.place = item.key, Place.KEY
        return True

    def _key_line(self, line: Line, key: DraftKey) -> None:
        if self._is_open_bold(key):
            self._continue_bold(line, key)
        elif line.kind == LETTERED and line.bullet and not self._is_inside(line):
            self._open_part(line, key, line.label.upper(), line.start)
        elif line.kind == BULLET and (match := KEY_ROW.match(line.raw, line.start)) and not self._is_inside(line):
            row = KeyRow(line, match.end(), match["gap"] or "")
            key.rows.append(row)
            self.block = row
        elif (
            line.kind in (TEXT, BULLET, QUOTE)
            and (match := LABELLED.match(line.raw, _offset(line)))
            and not self._is_inside(line)
        ):
            if _label(match) == "answer" and not key.letters and not key.whole:
                self._answer_below(line, key, match.end())
            else:
                self._open_part(line, key, _label(match), match.end())
        elif self.block is None:
            key.explanation = self.block = Block(line, _offset(line), line.indent)
        else:
            self._append(self.block, line)

    def _answer_below(self, line: Line, key: DraftKey, start: int) -> None:
        """Take a line `Answer: B` that stands under the number of its question."""
        answer = read_key(line._replace(start=start, bold=False))
        key.line, key.letters = line, answer.letters
        key.text, key.text_at, key.whole, key.whole_at = answer.text, answer.text_at, answer.whole, answer.whole_at
        if answer.explanation and not key.explanation:
            key.explanation = answer.explanation
        self.block = key.explanation

    def _is_inside(self, line: Line) -> bool:
        """Whether a line is indented into the part above it."""
        return self.block is not None and 0 < self.block.indent <= line.indent and not isinstance(self.block, KeyRow)

    def _open_part(self, line: Line, key: DraftKey, name: str, start: int) -> None:
        block = Block(line, start, line.indent + 2 if line.bullet or line.kind == BULLET else line.indent)
        row = key.rows[-1] if key.rows else None
        if name == "explanation" and row and row.feedback is None and line.indent >= row.indent:
            row.feedback = self.block = block
            return
        self.block = block
        if name == "explanation" and key.explanation is None:
            key.explanation = block
        else:
            key.parts.append((name, block))

    def _is_open_bold(self, key: DraftKey) -> bool:
        return key.in_bold and key.text_at < 0

    def _continue_bold(self, line: Line, key: DraftKey) -> None:
        """Join the second line of a key whose bold began on the line above."""
        inside, closed, after = line.raw.strip().partition("**")
        key.text = f"{key.text} {inside}".strip()
        if closed or line.kind in (BULLET, FENCE):
            key.text_at = key.line.start
            if after.strip():
                start = line.raw.rindex(after)
                key.explanation = self.block = Block(line, start, line.indent)

    def _close(self) -> None:
        self.item = self.key = self.block = self.stray = None
        self.place = Place.NOTHING

    def _has_items(self) -> bool:
        return any(section.items for section in self.outline.sections)


_OF_A_KEY = re.compile(r"answer|key|solution|lösung|antwort|respuesta|resposta|réponse|gabarito|答案", re.IGNORECASE)
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")


def _says_nothing(key: DraftKey) -> bool:
    return not (key.letters or key.whole or key.explanation or key.parts or key.rows)


def _whole(number: str) -> int:
    """Return a whole number, 0 for what is none (`1.2`)."""
    return int(number) if number.isdigit() else 0


def _is_bold(line: Line) -> bool:
    return line.raw.startswith(("**", "__"), line.start)


def _is_heading(line: Line) -> bool:
    """Whether a line that a layout has made a numbered one is a heading: `### Question 12`."""
    return line.raw.startswith("#", line.indent)


def _closed(line: Line, label: re.Match[str]) -> Line:
    """Return a line without the end of an emphasis that begins before its label, as in `**Answer: B** Because`."""
    before = label[0].lstrip(" \t>-+")
    mark = next((mark for mark in ("***", "**", "__", "*", "_") if before.startswith(mark)), "")
    if not mark or before.count(mark) != 1:
        return line
    close = line.raw.find(mark, label.end())
    return line if close < 0 else line._replace(raw=line.raw[:close] + " " * len(mark) + line.raw[close + len(mark) :])


def _names_letters(line: Line, label: re.Match[str], item: DraftItem) -> bool:
    """Whether behind `Correct:` stand letters of options, and nothing else."""
    words = line.raw[label.end() :].strip(" \t*_.")
    return (
        bool(item.choices) and re.fullmatch(r"\(?[A-Za-z]\)?(?:[ \t]*[,;&+][ \t]*\(?[A-Za-z]\)?)*", words) is not None
    )


def _offset(line: Line) -> int:
    return len(line.raw) - len(line.raw.lstrip(" \t"))


def _has_gap(text: str, name: str) -> bool:
    return f"[[{name}]]" in text or f'data-gap="{name}"' in text


def _label(match: re.Match[str]) -> str:
    """Return what a label says its line is, with what stands in brackets behind it: `hint (shows count)`."""
    name = next(name for name, words in match.groupdict().items() if words is not None and name != "options")
    return f"{name} ({match['options']})" if match["options"] else name


_SEPARATOR = re.compile(r"[ \t]*(?:[-–—:.][ \t]+)?")


def read_key(line: Line) -> DraftKey:
    """Return what a line of the key says behind its number: letters, the option's text, the first words of a reason."""
    raw, position, in_bold = line.raw, line.start, line.bold
    if not in_bold and raw.startswith("**", position):
        in_bold, position = True, position + 2
    close = raw.find("**", position) if in_bold else -1
    match = KEY_LETTERS.match(raw, position)
    prefix = KEY_PREFIX.match(raw, position)
    if prefix:
        position = prefix.end()
        match = KEY_LETTERS.match(raw, position)
    key = DraftKey(line=line, number=line.label, letters=[], in_bold=in_bold and prefix is None)
    text_at = position
    if match and (close < 0 or match.end() <= close):
        key.letters = [
            KeyLetter(one[1].upper(), one.start(1) + 1, (one["credit"] or "").strip())
            for one in ONE_LETTER.finditer(raw, match.start("letters"), match.end("letters"))
        ]
        text_at = match.end()
    key.whole, key.whole_at = (raw[position:close] if close >= 0 else raw[position:]).strip(), position
    if close >= 0:
        key.text, key.text_at = raw[text_at:close].strip(), text_at
        after = _SEPARATOR.match(raw, close + 2)
        if after and after.end() < len(raw.rstrip()):
            key.explanation = Block(line, after.end(), line.indent)
    else:
        key.text, key.text_at = raw[text_at:].strip(), -1 if in_bold else text_at
        if not key.text.strip("*_ "):  # the end of a bold that begins before the label: `**Answer: B**`
            key.text, key.text_at = "", text_at
    return key
