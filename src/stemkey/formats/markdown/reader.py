"""Read a quiz in Markdown: `source -> lines -> outline -> items -> quiz`. The language: docs/markdown.md."""

import re
from collections.abc import Iterable
from fractions import Fraction

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source, decode_text
from stemkey.formats.markdown.drafts import DraftSection, Outline
from stemkey.formats.markdown.findings import (
    heading_is_not_the_title,
    section_without_questions,
    text_belongs_to_nothing,
)
from stemkey.formats.markdown.grammar import outline
from stemkey.formats.markdown.items import ItemReader, slug
from stemkey.formats.markdown.lines import Line, scan_lines
from stemkey.formats.markdown.pictures import Pictures
from stemkey.formats.markdown.settings import (
    QUIZ_NAMES,
    SettingReader,
    comment_settings,
    front_matter_settings,
    split_front_matter,
)
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.model import Quiz, Section, Settings


def read_markdown(source: Source, options: MarkdownOptions, found: Diagnostics) -> Quiz:
    """Return the quiz that a Markdown file holds; what cannot be read is a finding with its line."""
    text = decode_text(source, found)
    if text is None:
        return Quiz(identifier=slug(source.stem))
    yaml_text, body, first = split_front_matter(text)
    settings = SettingReader(found)
    if yaml_text is not None:
        settings.add(front_matter_settings(yaml_text, source.name, found), QUIZ_NAMES)
    lines = list(scan_lines(body, first))
    draft = outline(lines)
    for comment in draft.comments:
        settings.add(comment_settings(comment, source.name, QUIZ_NAMES) or (), QUIZ_NAMES)
    return _quiz(source, draft, settings, _references(body), found)


def _quiz(
    source: Source, draft: Outline, settings: SettingReader, references: dict[str, str], found: Diagnostics
) -> Quiz:
    identifier = slug(settings.text("id") or source.stem)
    points = settings.number("points")
    pictures = Pictures(source, found)
    reader = ItemReader(
        source.name,
        identifier,
        draft.keys,
        pictures,
        found,
        points=points if points is not None else Fraction(1),
        references=references,
    )
    sections = tuple(_sections(draft, reader, source.name, found))
    reader.report_leftover_keys()
    _report_strays(draft.strays, source.name, references, found)
    title = settings.text("title") or draft.title
    if draft.title_line and draft.title != title:
        found.add(heading_is_not_the_title(draft.title, title), Span(source.name, draft.title_line.number))
    return Quiz(
        identifier=identifier,
        title=title,
        instructions=reader.content(draft.instructions),
        settings=_settings(settings),
        tags=settings.names("tags"),
        category=settings.names("category", "/"),
        is_bank=settings.flag("bank") or False,
        sections=sections,
        assets=pictures.assets,
        span=Span(source.name, draft.title_line.number if draft.title_line else 1),
    )


def _sections(draft: Outline, reader: ItemReader, source: str, found: Diagnostics) -> Iterable[Section]:
    for section in draft.sections:
        if section.items:
            yield Section(
                title=section.title,
                instructions=reader.content(section.instructions),
                items=reader.read_section(section),
                span=Span(source, section.line.number) if section.line else None,
            )
        elif section.line and section.instructions:
            _report_empty(section, section.line, source, found)


def _report_empty(section: DraftSection, line: Line, source: str, found: Diagnostics) -> None:
    last = max(line.number for block in section.instructions for line in block.lines)
    found.add(section_without_questions(line.text.strip(), line.number, last), Span(source, line.number, line.at + 1))


def _settings(settings: SettingReader) -> Settings:
    shuffle_choices, shuffle_items = _shuffle(settings)
    return Settings(
        shuffle_choices=shuffle_choices,
        shuffle_items=shuffle_items,
        time_limit=settings.whole("time limit", unit="min(?:ute)?s?\\.?"),
        attempts=settings.whole("attempts", words={"unlimited": 0, "no limit": 0}),
    )


_SHUFFLED = {
    "choices": (True, None), "options": (True, None), "answers": (True, None), "items": (None, True),
    "questions": (None, True), "yes": (True, None), "true": (True, None), "no": (False, False), "false": (False, False),
    "none": (False, False), "all": (True, True), "both": (True, True),
}  # fmt: skip


def _shuffle(settings: SettingReader) -> tuple[bool | None, bool | None]:
    """Return whether choices and items are shuffled: `shuffle: choices`, `items`, `[choices, items]`, `no`."""
    choices = items = None
    for word in settings.names("shuffle"):
        if word.lower() not in _SHUFFLED:
            settings.refuse("shuffle", "choices, items, both or no")
            continue
        of_choices, of_items = _SHUFFLED[word.lower()]
        choices = of_choices if of_choices is not None else choices
        items = of_items if of_items is not None else items
    if (choices, items) == (True, None) or (choices, items) == (None, True):
        return choices or False, items or False
    return choices, items


_REFERENCE = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(].*)?[ \t]*$", re.MULTILINE)


def _references(text: str) -> dict[str, str]:
    """Return the link definitions of the whole file: an item may use one that stands at its end."""
    if "]:" not in text:
        return {}
    return {" ".join(match[1].split()).casefold(): match[2] for match in reversed(list(_REFERENCE.finditer(text)))}


def _report_strays(strays: list[list[Line]], source: str, references: dict[str, str], found: Diagnostics) -> None:
    for lines in strays:
        kept = [line for line in lines if not (references and _REFERENCE.match(line.raw))]
        if not kept:
            continue
        first = kept[0]
        words = " ".join(first.raw.split())
        text = words if len(words) <= 60 else words[:59].rstrip() + "…"
        place = Span(source, first.number, first.indent + 1, max(len(first.raw.strip()), 1))
        found.add(text_belongs_to_nothing(text, len(kept)), place)
