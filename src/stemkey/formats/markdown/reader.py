"""Read a quiz in Markdown: `source -> lines -> outline -> items -> quiz`. The language: docs/markdown.md."""

import gc
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

from stemkey.diagnostics import Diagnostics, Span
from stemkey.files import Source, decode_text, open_source
from stemkey.formats.markdown.cards import read_card
from stemkey.formats.markdown.contents import Contents
from stemkey.formats.markdown.drafts import DraftKey, DraftSection, Outline
from stemkey.formats.markdown.findings import (
    code_never_ends,
    heading_is_not_the_title,
    jumps_left_out,
    key_file_unreadable,
    layouts_compete,
    section_without_questions,
    text_belongs_to_nothing,
)
from stemkey.formats.markdown.grammar import outline
from stemkey.formats.markdown.items import ItemReader, read_extensions, slug
from stemkey.formats.markdown.layouts import Layout, adapt, choose_layout, key_lines, straightened
from stemkey.formats.markdown.lines import DEFINED, DEFINITION, FENCE, OPEN, Line, scan_lines
from stemkey.formats.markdown.options import fenced_answers
from stemkey.formats.markdown.pictures import Pictures
from stemkey.formats.markdown.settings import (
    QUIZ_NAMES,
    SECTION_NAMES,
    SettingReader,
    comment_settings,
    front_matter_settings,
    split_front_matter,
)
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.formats.markdown.unread import report_unread
from stemkey.model import Quiz, Section, Settings
from stemkey.richtext import from_markdown_inline, to_plain


def read_markdown(source: Source, options: MarkdownOptions, found: Diagnostics) -> Quiz:
    """Return the quiz that a Markdown file holds; what cannot be read is a finding with its line."""
    text = decode_text(source, found)
    if text is None:
        return Quiz(identifier=slug(source.stem))
    with _collection_paused():
        return _read(source, text.replace("\x0c", " "), options, found)  # the end of a printed page


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Pause the search for reference cycles: lines and items have none, and a third of the time went into it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(source: Source, text: str, options: MarkdownOptions, found: Diagnostics) -> Quiz:
    yaml_text, body, first = split_front_matter(text)
    written = front_matter_settings(yaml_text, source.name, found) if yaml_text is not None else []
    lines = straightened(list(scan_lines(body, first)))
    for line in lines:
        if line.kind == FENCE and line.label == OPEN:
            found.add(code_never_ends(line.raw.strip()), Span(source.name, line.number, line.at + 1))
    choice = choose_layout(lines, options.layout)
    if choice.rivals:
        rivals = ", ".join(f"{count} by '{name}'" for name, count in choice.rivals)
        found.add(layouts_compete(choice.layout.name, len(choice.openings), rivals), Span(source.name, 1))
    answers = next((one for one in written if one.name == "answers" and isinstance(one.value, list)), None)
    if answers and not choice.openings:
        draft, seen = read_card(answers, lines), lines
        written = [one for one in written if one is not answers]
    else:
        seen = lines if choice.is_plain else adapt(lines, choice)
        draft = outline(seen)
    if options.key:
        draft.keys += read_key_file(options.key, found)
    settings = SettingReader(found).add(written, QUIZ_NAMES)
    for comment in draft.comments:
        settings.add(comment_settings(comment, source.name, QUIZ_NAMES) or (), QUIZ_NAMES)
    quiz = _quiz(source, draft, settings, lines, choice.layout, found)
    if any(section.items for section in quiz.sections):
        report_unread(quiz, draft, seen, source.name, found)
    return quiz


def read_key_file(name: str, found: Diagnostics) -> list[DraftKey]:
    """Return the key that a second file holds, whatever its shape."""
    source = open_source(name) if Path(name).is_file() else None
    text = decode_text(source, found) if source else None
    if source is None or text is None:
        found.add(key_file_unreadable(name), Span(name, 1))
        return []
    _, body, first = split_front_matter(text)
    keys = outline(key_lines(list(scan_lines(body, first))), is_key=True).keys
    if not any(key.letters for key in keys):
        found.add(key_file_unreadable(name), Span(name, 1))
    for key in keys:
        key.source = name
    return keys


def _quiz(
    source: Source, draft: Outline, settings: SettingReader, lines: list[Line], layout: Layout, found: Diagnostics
) -> Quiz:
    identifier = slug(settings.text("id") or source.stem)
    points = settings.number("points")
    references, files = _definitions(lines) if any(line.kind == DEFINITION for line in lines) else ({}, {})
    pictures = Pictures(source, files, found)
    contents = Contents(source.name, references, pictures, found)
    reader = ItemReader(
        identifier,
        draft.keys,
        contents,
        found,
        points=points if points is not None else Fraction(1),
        bullets_are_options=layout.bullets_are_options,
        has_titles=layout.has_titles,
        fences_are_answers=not draft.keys and fenced_answers(draft.items),
    )
    reader.prepare(draft.items)
    sections = tuple(_sections(draft, reader, source.name, found))
    reader.report_leftover_keys()
    _report_strays(draft.strays, source.name, found)
    if draft.jumps:
        first = draft.jumps[0]
        found.add(jumps_left_out(_words(first.raw.strip()), len(draft.jumps)), Span(source.name, first.number))
    heading = _words(draft.title)
    title = settings.text("title") or heading
    if draft.title_line and heading != title:
        found.add(heading_is_not_the_title(heading, title), Span(source.name, draft.title_line.number))
    return Quiz(
        identifier=identifier,
        title=title,
        instructions=contents.joined(draft.instructions),
        settings=_settings(settings),
        tags=settings.names("tags"),
        category=settings.names("category", "/"),
        is_bank=settings.flag("bank") or False,
        sections=sections,
        assets=pictures.assets,
        extensions=read_extensions(settings),
        span=Span(source.name, draft.title_line.number if draft.title_line else 1),
    )


def _words(heading: str) -> str:
    """Return a heading as plain text: `` `A` & *B* `` is `A & B`."""
    return to_plain(from_markdown_inline(heading)) if _MARKUP.search(heading) else heading


_MARKUP = re.compile(r"[\\`*_\[\]<>&$~]")


def _sections(draft: Outline, reader: ItemReader, source: str, found: Diagnostics) -> Iterable[Section]:
    above: list[tuple[int, str]] = []
    for section in draft.sections:
        level = int(section.line.label) if section.line else 0
        above = [(upper, title) for upper, title in above if upper < level]
        if section.items:
            yield _section(section, [title for _, title in above], reader, source, found)
        elif section.line and section.instructions:
            _report_empty(section, section.line, source, found)
        elif section.title:
            # A heading above other headings: its words go before theirs.
            above.append((level, _words(section.title)))


def _section(draft: DraftSection, above: list[str], reader: ItemReader, source: str, found: Diagnostics) -> Section:
    settings = SettingReader(found)
    for comment in draft.comments:
        settings.add(comment_settings(comment, source, SECTION_NAMES) or (), SECTION_NAMES)
    title = settings.text("title") or " – ".join([*above, _words(draft.title)] if draft.title else above)
    return Section(
        identifier=settings.text("id"),
        title=title,
        instructions=reader.contents.joined(draft.instructions),
        items=reader.read_section(draft),
        select=settings.whole("draw"),
        points_per_item=settings.number("points each"),
        shuffle=settings.flag("shuffle"),
        bank=settings.text("bank"),
        span=Span(source, draft.line.number) if draft.line else None,
    )


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
    if "shuffle" not in settings.settings:
        return settings.flag("shuffle choices"), settings.flag("shuffle items")
    if (choices, items) == (True, None) or (choices, items) == (None, True):
        return choices or False, items or False
    return choices, items


def _definitions(lines: list[Line]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the link definitions of the whole file, and the files that it holds as `data:` definitions.

    An item may use a link that is defined at the end of the file.
    """
    links: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for line in lines:
        match = DEFINED.match(line.raw.strip()) if line.kind == DEFINITION else None
        if match is None:
            continue
        label = re.sub(r"\\([\\\[\]])", r"\1", match["label"])
        target = match["pointed"] if match["pointed"] is not None else match["target"]
        if target.startswith("data:") and ";base64," in target:
            with suppress(ValueError):
                files[label] = b64decode(target.partition(";base64,")[2], validate=True)
        else:
            links.setdefault(" ".join(label.split()).casefold(), target)
    return links, files


def _report_strays(strays: list[list[Line]], source: str, found: Diagnostics) -> None:
    for lines in strays:
        first = lines[0]
        words = " ".join(first.raw.split())
        text = words if len(words) <= 60 else words[:59].rstrip() + "…"
        place = Span(source, first.number, first.indent + 1, max(len(first.raw.strip()), 1))
        found.add(text_belongs_to_nothing(text, len(lines)), place)
