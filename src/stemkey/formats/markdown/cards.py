"""One question a file: the text is the question, the front matter lists its answers."""

import re

from stemkey.diagnostics import column_letters
from stemkey.formats.markdown.drafts import Block, DraftChoice, DraftItem, DraftKey, DraftSection, Outline
from stemkey.formats.markdown.lines import BLANK, COMMENT, LETTERED, NUMBERED, Line
from stemkey.formats.markdown.settings import Setting

_RIGHT = re.compile(r"[ \t]*//[ \t]*correct[ \t]*$", re.IGNORECASE)
_EXPLANATION = re.compile(r"\s*explanation\s*$", re.IGNORECASE)


def read_card(answers: Setting, lines: list[Line]) -> Outline:
    """Return the question of a file whose front matter has `answers: [right // correct, wrong]`."""
    outline = Outline()
    written = [line for line in lines if line.kind != BLANK]
    if not written:
        return outline
    split = next(
        (index for index, line in enumerate(lines) if line.kind == COMMENT and _EXPLANATION.match(line.label)),
        len(lines),
    )
    stem, explanation = _block(lines[:split]), _block(lines[split + 1 :])
    if stem is None:
        return outline
    stem.first = stem.first._replace(kind=NUMBERED, label="1")
    item = DraftItem(line=stem.first, number="1", stem=stem)
    for index, text in enumerate(answers.value):
        raw = _RIGHT.sub("", str(text))
        row = answers.place.line + 1 + index
        line = Line(LETTERED, row, 0, column_letters(index), 0, 0, False, "", False, raw)
        item.choices.append(DraftChoice(line, line.label, marked=raw != str(text)))
    if explanation:
        item.key = DraftKey(line=explanation.first, number="1", letters=[], explanation=explanation)
    outline.sections.append(DraftSection(items=[item]))
    return outline


def _block(lines: list[Line]) -> Block | None:
    """Return lines as one block, without the empty ones around them."""
    while lines and lines[0].kind == BLANK:
        lines = lines[1:]
    while lines and lines[-1].kind == BLANK:
        lines = lines[:-1]
    if not lines:
        return None
    block = Block(lines[0], 0, 0)
    for line in lines[1:]:
        block.append(line)
    return block
