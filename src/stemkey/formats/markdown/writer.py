"""Write a quiz in the canonical form of the language (docs/markdown.md): reading it back gives the equal quiz."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from json import JSONDecodeError, dumps, loads
from mimetypes import guess_type

from stemkey.files import Files
from stemkey.formats.markdown.answers import write_number, write_share
from stemkey.formats.markdown.items import slug, without_bold
from stemkey.formats.markdown.lines import BLANK, FENCE, QUOTE, TABLE, TEXT, scan_lines
from stemkey.formats.markdown.syntax import MarkdownOptions
from stemkey.formats.markdown.wording import Wording, word_interactions
from stemkey.formats.markdown.words import (
    CONTENTS_HEADING,
    INSTRUCTIONS_HEADING,
    JUMP,
    KEY_HEADING,
    LABELLED,
    PLAIN_HEADING,
    is_answer_wrapper,
    points_said,
)
from stemkey.model import Asset, Content, Item, Quiz, Section, text_content
from stemkey.richtext import fenced_html, to_markdown, to_markdown_inline


def write_markdown(quiz: Quiz, options: MarkdownOptions) -> Files:
    """Return the quiz as one Markdown file; images are in it as `data:` definitions at its end."""
    del options  # the canonical form leaves no choice
    numbers = _numbers(quiz)
    wordings = {id(item): word_interactions(item) for item in quiz.items}  # in the question and in the key
    keys = [lines for item in quiz.items if (lines := _key(item, numbers[item.identifier], wordings[id(item)]))]
    blocks = [
        _front_matter(quiz),
        f"# {_heading(quiz.title)}" if quiz.title else "",
        f"## Instructions\n\n{_free(quiz.instructions)}" if quiz.instructions else "",
        "---" if quiz.instructions else "",
        *(
            block
            for index, section in enumerate(quiz.sections)
            for block in _section(index, section, numbers, quiz, wordings)
        ),
        *(["---", "## Answer Key", *keys] if keys else []),
        "\n".join(_definition(asset) for _, asset in sorted(quiz.assets.items())),
    ]
    text = "\n\n".join(block for block in blocks if block) + "\n"
    return {f"{quiz.identifier}.md": text.encode()}


def _numbers(quiz: Quiz) -> Mapping[str, str]:
    """Return the label of each item: its own number where all are plain and different, else its position."""
    items = list(quiz.items)
    own = [item.number for item in items]
    are_plain = all(re.fullmatch(r"[1-9][0-9]{0,5}", number) for number in own) and len(set(own)) == len(own)
    return {
        item.identifier: item.number if are_plain else str(position) for position, item in enumerate(items, start=1)
    }


# Settings


def _front_matter(quiz: Quiz) -> str:
    settings = quiz.settings
    rows = {"id": _yaml(quiz.identifier)}
    if quiz.title and not _is_title(quiz.title):
        rows["title"] = _yaml(quiz.title)
    rows |= _shuffled(quiz)
    if settings.time_limit is not None:
        rows["time limit"] = f"{settings.time_limit} minutes"
    if settings.attempts is not None:
        rows["attempts"] = "unlimited" if settings.attempts == 0 else str(settings.attempts)
    if quiz.tags:
        rows["tags"] = dumps(quiz.tags, ensure_ascii=False)
    if quiz.category:
        rows["category"] = dumps(quiz.category, ensure_ascii=False)
    if quiz.is_bank:
        rows["bank"] = "yes"
    if quiz.extensions:
        rows["extensions"] = dumps(dict(sorted(quiz.extensions.items())), ensure_ascii=False)
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in rows.items()) + "---"


def _yaml(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9][\w.-]*", text) else dumps(text, ensure_ascii=False)


_SHUFFLES = {(True, True): "both", (True, False): "choices", (False, True): "items", (False, False): "no"}


def _shuffled(quiz: Quiz) -> dict[str, str]:
    choices, items = quiz.settings.shuffle_choices, quiz.settings.shuffle_items
    if choices is not None and items is not None:
        return {"shuffle": _SHUFFLES[choices, items]}
    said = (("shuffle choices", choices), ("shuffle items", items))
    return {name: "yes" if value else "no" for name, value in said if value is not None}


def _comment(rows: Mapping[str, str]) -> str:
    """Return settings as a comment: one line."""
    return f"<!-- {'; '.join(f'{name}: {_value(value)}' for name, value in rows.items())} -->" if rows else ""


def _value(text: str) -> str:
    """Return a setting's value, as a JSON string where its characters would be taken for something else."""
    if text and text[0] in "[{" and "--" not in text and "\n" not in text and _is_json(text):
        return text
    if re.search(r'[;"\n\r]|--|^\s|\s$|^\[|^\{', text) or not text:
        return dumps(text, ensure_ascii=False).replace(">", "\\u003e")
    return text


def _is_json(text: str) -> bool:
    try:
        loads(text)
    except (JSONDecodeError, RecursionError):
        return False
    return True


def _listed(parts: tuple[str, ...], separator: str) -> str:
    """Return a list of texts with separators, or in JSON where a text holds one."""
    text = separator.join(parts)
    plain = all(part == part.strip() and part and separator.strip() not in part for part in parts)
    is_safe = plain and not re.search(r'[;"\n\r\[\{]|--', text)
    return text if is_safe else dumps(parts, ensure_ascii=False).replace(">", "\\u003e")


# Sections and items


def _section(
    index: int, section: Section, numbers: Mapping[str, str], quiz: Quiz, wordings: Mapping[int, Wording]
) -> Iterator[str]:
    rows = _section_settings(section)
    is_first = index == 0
    if not is_first or section.title or section.instructions or rows:
        is_title = _is_title(section.title) and not INSTRUCTIONS_HEADING.match(section.title)
        is_title = is_title and not CONTENTS_HEADING.match(section.title)
        if section.title and not (is_title and not PLAIN_HEADING.match(section.title)):
            rows["title"] = section.title
            is_title = False
        yield f"## {_heading(section.title)}" if section.title and is_title else "## Questions"
        yield _comment(rows)
    yield _free(section.instructions)
    each = bool(points_said(section.title, each=True))
    for item in section.items:
        yield _item(item, numbers[item.identifier], quiz, wordings[id(item)], each=each)


def _section_settings(section: Section) -> dict[str, str]:
    rows = {}
    if section.identifier:
        rows["id"] = section.identifier
    if section.select is not None:
        rows["draw"] = str(section.select)
    if section.points_per_item is not None:
        rows["points each"] = write_number(section.points_per_item)
    if section.shuffle is not None:
        rows["shuffle"] = "yes" if section.shuffle else "no"
    if section.bank:
        rows["bank"] = section.bank
    return rows


def _is_title(text: str) -> bool:
    """Whether a heading with this text is read as a title, not as the heading of the key."""
    return not KEY_HEADING.search(text) and text == " ".join(text.split())


def _heading(text: str) -> str:
    words = _without_label(to_markdown_inline(text_content(text)).replace("\n", " "))
    return re.sub(r"(?<= )(#+)$", r"\\\1", words)  # closing `#` belong to the heading's mark


def _free(content: Content) -> str:
    """Return content that stands on its own, where a numbered line would be a question."""
    if not content:
        return ""
    text = to_markdown(content)
    kinds = {line.kind for line in scan_lines(text)}
    return text if kinds <= {BLANK, TEXT, FENCE, QUOTE, TABLE} and not _is_labelled(text) else fenced_html(content)


def _item(item: Item, number: str, quiz: Quiz, wording: Wording, *, each: bool) -> str:
    marker = f"{number}. "
    indent = " " * min(len(marker), 4)
    stem = _stem(item.body)
    lines = [_indented(marker + stem, indent)]
    rows = [_indented(f"{indent}{row}", indent + "  ") for row in wording.rows]
    said = stem.strip("\n").split("\n")
    says_points = each or bool(points_said(said[0]) or points_said(said[-1]))
    comment = _comment(_item_settings(item, number, quiz, wording, says_points=says_points))
    tail = [*rows, *([indent + comment] if comment else [])]
    # An empty line keeps a list or a fence at the end of a stem from running into the options.
    separator = "\n\n" if tail and not item.body.endswith("</p>") else "\n"
    return separator.join([lines[0], "\n".join(tail)]) if tail else lines[0]


def _stem(body: Content) -> str:
    """Return a stem with its first paragraph in bold, where that reads back as it was."""
    text = _guarded(to_markdown(body), body)
    if not text:
        return ""
    first, separator, rest = text.partition("\n\n")
    if body.startswith("<p>") and not first.startswith(("**", "__")):
        bold = f"**{first}**{separator}{rest}"
        if without_bold(bold) == text and "\n" not in first:
            return bold
    if without_bold(text) != text:
        return "\n" + fenced_html(body)
    return f"\n{text}" if text.startswith(("```", "|", "- ", "> ", "#", "<")) or re.match(r"\d+\. ", text) else text


def _guarded(text: str, content: Content) -> str:
    """Return Markdown in which no line is taken for an answer or an explanation."""
    if any(_is_no_text(line.raw) for line in scan_lines(text) if line.kind != FENCE):
        return fenced_html(content)
    if _is_labelled(text) or any(line.kind not in _HARMLESS for line in scan_lines(text)):
        code = {line.number for line in scan_lines(text) if line.kind == FENCE}
        rows = enumerate(text.split("\n"), start=1)
        guarded = "\n".join(row if number in code else _without_label(row) for number, row in rows)
        # In raw HTML a backslash is a character like any other.
        is_html = guarded != text and any(row.lstrip().startswith("<") for row in text.split("\n"))
        if not is_html and not _is_labelled(guarded) and not _is_structural(guarded):
            return guarded
        return fenced_html(content)
    return text


def _is_no_text(line: str) -> bool:
    """Whether a line would be read as something else: a box that hides an answer, a setting, a way back to the top."""
    start = line.lstrip()
    if start.startswith("<"):
        return is_answer_wrapper(line) or start.startswith(("<details", "</details"))
    return start.startswith("::") or ("](#" in line and JUMP.match(line) is not None)


_HARMLESS = frozenset({BLANK, TEXT, FENCE, QUOTE, TABLE})


def _is_labelled(text: str) -> bool:
    return any(line.kind != FENCE and LABELLED.match(line.raw.lstrip()) for line in scan_lines(text))


def _is_structural(text: str) -> bool:
    from stemkey.formats.markdown.lines import COMMENT, LETTERED
    from stemkey.formats.markdown.words import GAP_ROW, KEY_ROW

    return any(
        line.kind in (COMMENT, LETTERED)
        or (line.bullet and (GAP_ROW.match(line.raw, line.start) or KEY_ROW.match(line.raw, line.start)))
        for line in scan_lines(text)
    )


def _without_label(line: str) -> str:
    match = LABELLED.match(line.lstrip())
    if match is None:
        return line
    place = line.index(":", len(line) - len(line.lstrip())) if ":" in line else -1
    return f"{line[:place]}\\{line[place:]}" if place >= 0 else line


def _item_settings(item: Item, number: str, quiz: Quiz, wording: Wording, *, says_points: bool) -> dict[str, str]:
    rows: dict[str, str] = {}
    own = item.identifier.removeprefix(f"{quiz.identifier}-")
    if item.identifier != f"{quiz.identifier}-q{item.number}":
        if own != item.identifier and slug(own) == own:
            rows["id"] = own
        else:
            rows["identifier"] = item.identifier
    if item.number != number:
        rows["number"] = item.number
    rows |= wording.settings
    if item.title:
        rows["title"] = item.title
    if item.points != 1 or says_points:
        rows["points"] = write_number(item.points)
    if item.penalty is not None:
        rows["penalty"] = write_share(item.penalty)
    if item.tags:
        rows["tags"] = _listed(item.tags, ", ")
    if item.category:
        rows["category"] = _listed(item.category, "/")
    if item.objective:
        rows["objective"] = item.objective
    if item.extensions:
        rows["extensions"] = dumps(dict(sorted(item.extensions.items())), ensure_ascii=False).replace(">", "\\u003e")
    return rows


# The key


def _key(item: Item, number: str, wording: Wording) -> str:
    lines = [f"**{number}. {wording.key}**" if wording.key else f"**{number}.**"]
    feedback = item.feedback
    parts = [
        ("Explanation", feedback.general),
        ("Correct", feedback.correct),
        ("Partly correct", feedback.partial),
        ("Incorrect", feedback.incorrect),
        *wording.parts,
    ]
    for hint in item.hints:
        facts = [
            name for name, true in (("clears wrong", hint.clears_wrong), ("shows count", hint.shows_count)) if true
        ]
        parts.append((f"Hint ({', '.join(facts)})" if facts else "Hint", hint.content))
    for row, content in wording.answers:
        lines.append(f"- {row}")
        if content:
            lines.append(_indented(f"  - Feedback: {_after_label(content)}", "    "))
    lines += [_indented(f"- {label}: {_after_label(content)}", "  ") for label, content in parts if content]
    lines += [
        _indented(f"- {letter}) {_after_label(content)}", "  ") for letter, content in wording.feedback if content
    ]
    return "\n".join(lines) if len(lines) > 1 or wording.key else ""


def _after_label(content: Content) -> str:
    """Return block content that follows a label on its line; what is no paragraph begins on a line of its own."""
    text = _guarded(to_markdown(content), content)
    return text if text[:1].isalnum() or text[:1] in "*_$\\(\"'[" else f"\n\n{text}"


def _indented(text: str, indent: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first.rstrip(), *[indent + line if line else line for line in rest]])


def _definition(asset: Asset) -> str:
    """Return a file as a link definition that the reader finds by the image's path."""
    kind = guess_type(asset.name)[0] or "application/octet-stream"
    return f"[{_label(asset.name)}]: data:{kind};base64,{b64encode(asset.data).decode()}"


def _label(name: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", name)
