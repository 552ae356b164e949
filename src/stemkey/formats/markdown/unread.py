"""The last net under the grammar: lines with a word that is nowhere in the quiz, though nothing said so.

Whatever a stranger's file looks like, no text of it may vanish in silence. Every word of the file is looked for
in what was read; a line with a word that is not there, and that no finding names, is reported.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from html import unescape
from itertools import chain

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Span
from stemkey.formats.markdown.drafts import Outline
from stemkey.formats.markdown.findings import words_nowhere
from stemkey.formats.markdown.lines import (
    BLANK,
    COMMENT,
    DEFINITION,
    FENCE,
    HEADING,
    LETTERED,
    NUMBERED,
    RULE,
    TABLE,
    TEXT,
    Line,
)
from stemkey.formats.markdown.tables import DELIMITER
from stemkey.formats.markdown.words import (
    CONTENTS_HEADING,
    INSTRUCTIONS_HEADING,
    LABELLED,
    PLAIN_HEADING,
    STRUCTURE_WORDS,
    is_answer_wrapper,
    is_key_heading,
    points_said,
)
from stemkey.model import NO_FEEDBACK, ChoiceInteraction, Quiz

_WORD = re.compile(r"[^\W\d_]{2,}")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_NO_WORDS = re.compile(rf"{_TAG.pattern}|{{=html}}|\]\([^()\n]*\)|&[A-Za-z]+;")
_FENCE_LINE = re.compile(r"[ \t>]*(?:```+|~~~+)[ \t]*[^\s`]*[ \t]*$")
_HEADINGS = (PLAIN_HEADING, INSTRUCTIONS_HEADING, CONTENTS_HEADING)
_NO_TEXT = frozenset({BLANK, COMMENT, DEFINITION, RULE})


def report_unread(quiz: Quiz, draft: Outline, lines: list[Line], source: str, found: Diagnostics) -> None:
    """Report the lines with words that neither the quiz nor a finding holds; `lines` as the grammar saw them."""
    said = _words(*_texts(quiz))
    missing = _words(*(line.raw for line in lines if line.kind not in _NO_TEXT)) - said - STRUCTURE_WORDS
    if not missing:
        return
    named = set(_named(draft))
    for finding in found:
        missing -= _words(f"{finding.message} {finding.hint}")
        if finding.severity > Severity.INFO and isinstance(finding.place, Span) and finding.place.line > 1:
            named.add(finding.place.line)
    if not missing:
        return
    run: list[Line] = []
    for index, line in enumerate(lines):
        below = lines[index + 1] if index + 1 < len(lines) else None
        if line.number not in named and not missing.isdisjoint(_words(_own_text(line, below))):
            run.append(line)
        elif run and line.kind != BLANK:
            found.add(_finding(run), Span(source, run[0].number, run[0].indent + 1))
            run = []
    if run:
        found.add(_finding(run), Span(source, run[0].number, run[0].indent + 1))


def _words(*texts: str) -> set[str]:
    # Words recur: what stands between blanks is looked at once, which takes a fifth of the time.
    pieces = set(chain.from_iterable(map(str.split, texts)))
    return set(_WORD.findall(unescape(" ".join(pieces)).lower()))


def _texts(quiz: Quiz) -> Iterator[str]:
    """Return every text of a quiz; what most questions are made of without a look at each field."""
    yield from _any_texts(replace(quiz, sections=()))
    for section in quiz.sections:
        yield from _any_texts(replace(section, items=()))
        for item in section.items:
            yield item.body
            for interaction in item.interactions:
                if isinstance(interaction, ChoiceInteraction):
                    for choice in interaction.choices:
                        yield choice.content
                        yield choice.feedback
                else:
                    yield from _any_texts(interaction)
            if item.feedback is not NO_FEEDBACK:
                yield from _any_texts(item.feedback)
            for rare in (item.title, item.hints, item.tags, item.category, item.objective, item.extensions):
                if rare:
                    yield from _any_texts(rare)


def _any_texts(value: object) -> Iterator[str]:
    """Return every text of a value of the model, whatever it is part of."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _any_texts(part)
    elif isinstance(value, Mapping):
        yield from (f"{name} {text}" for name, text in value.items())
    elif is_dataclass(value) and not isinstance(value, Span):
        for field in fields(value):
            yield from _any_texts(getattr(value, field.name))


def _named(draft: Outline) -> Iterable[int]:
    """Return the lines that a finding names already or that were read as settings, whatever their words."""
    for stray in draft.strays:
        yield from (line.number for line in stray)
    for section in draft.sections:
        for item in section.items:
            yield from (line.number for _, _, line in item.labels)
        if section.line and section.instructions and not section.items:
            yield section.line.number
            yield from (line.number for block in section.instructions for line in block.lines)
    yield from (line.number for line in draft.jumps)
    if draft.title_line:
        yield draft.title_line.number


def _own_text(line: Line, below: Line | None) -> str:
    """Return the text of a line without what only says what the line is."""
    if line.kind in _NO_TEXT:
        return ""
    text = line.text if line.kind in (NUMBERED, LETTERED) or line.box else line.raw
    if line.kind == HEADING:
        text = line.text
        if is_key_heading(text) or any(known.match(text) for known in _HEADINGS):
            return ""
    elif line.kind == FENCE and _FENCE_LINE.match(text):
        return ""
    elif line.kind == TABLE and below and DELIMITER.match(below.raw):
        return ""  # the head of a key that is a table; any other table is in the quiz whole
    elif line.kind == TEXT and is_answer_wrapper(line.raw) and len(_WORD.findall(_TAG.sub(" ", line.raw))) <= 4:
        return ""
    if line.kind == NUMBERED and points_said(text):
        return ""  # the heading of an answer: `### Question 4 (2 points)`; a question's own is in the quiz whole
    text = _NO_WORDS.sub(" ", text.lstrip())
    label = LABELLED.match(text)
    if label is None:
        return text
    said = text[label.end() :]
    return "" if re.fullmatch(r"[A-Z]{2,8}[ \t*_.]*", said) else said  # `Answer: BD`


def _finding(run: list[Line]) -> Diagnostic:
    words = " ".join(run[0].raw.split())
    return words_nowhere(words if len(words) <= 60 else words[:59].rstrip() + "…", run[-1].number - run[0].number + 1)
