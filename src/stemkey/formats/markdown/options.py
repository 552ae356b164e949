"""Options that have no letters: boxes, `( )` and `(X)`, ordered lists, bullets, several on one line."""

import re
from collections.abc import Iterable, Iterator

from stemkey.diagnostics import column_letters
from stemkey.formats.markdown.drafts import Block, DraftChoice, DraftItem, DraftKey, KeyLetter
from stemkey.formats.markdown.lines import (
    BLANK,
    BLANK_LINE,
    BULLET,
    FENCE,
    LETTERED,
    NUMBERED,
    ORDERED,
    QUOTE,
    TEXT,
    Line,
)
from stemkey.formats.markdown.words import is_wrapper, points_said

_PAREN = re.compile(r"[ \t]*(?:\((?P<round>[ xX*]?)\)|\[(?P<square>[ xX*]?)\])(?:[ \t]+|$)")
_INLINE = re.compile(
    r"(?<![\w(])\(?(?P<letter>[A-Za-z])\)[ \t]*(?=\S)"
    # With a full stop only where a gap stands before it: `Smith and B. Jones` are no two options.
    r"|(?:(?<=[ \t]{2})|(?<=\t)|(?<=[em]nsp;)|(?<=[nm]bsp;)|(?<=　)|^)(?P<dotted>[A-Za-z])[.、．）][ \t]*(?=\S)"
)
_BETWEEN = re.compile(r"(?:&[en]msp;|&nbsp;|[·•|,;]|[ \t])+$")
TICK = re.compile(
    r"[ \t]*(?:[*_]{0,3}(?:✓|✔️?|✅|☑️?|:(?:white_check_mark|heavy_check_mark|ballot_box_with_check):|[(\[](?:the[ \t]+)?(?:correct|richtig(?:e (?:option|antwort))?|right|correcta|correto|correct answer|right answer|vrai|bonne réponse)[)\]])[*_]{0,3}"
    r"|#\*|#100|(?://|←|<-+|&lt;-+|—|--)[ \t]*\(?correct(?:[ \t]+answer)?\)?)[ \t]*$",
    re.IGNORECASE,
)

_TO_WRITE_ON = re.compile(r"[ \t]*(?:(?:\\?_){5}|[.…]{5}|$)")
"""What stands behind the number of a line to write an answer on: `1. ________`."""


def recover_options(draft: DraftItem, *, bullets: bool, has_key: bool) -> None:
    """Turn what stands at the end of a stem into options, where it is that; split options that share a line.

    Marks of the right option are read only where no key gives it.
    """
    if not draft.choices:
        _from_stem(draft, bullets=bullets)
    elif len(draft.choices) == 1:
        draft.choices = list(_split(draft.choices[0]))
    for choice in draft.choices:
        if choice.first.bold:
            _strip_bold(choice)
        if not has_key and choice.first.raw[-1:] in _TICK_ENDS:
            _strip_tick(choice)


_TICK_ENDS = frozenset("✓✔✅☑\ufe0f)]*_0tr: ")


def _from_stem(draft: DraftItem, *, bullets: bool) -> None:
    inline = _inline_options(draft.stem.first, draft.stem.start)
    if len(inline) >= 2 and draft.stem.more is None:
        first = inline[0].first.at
        draft.choices = inline
        draft.stem.first = draft.stem.first._replace(raw=_cut(draft.stem.first.raw, first))
        return
    lines = draft.stem.more or []
    places = _places(lines, bullets=bullets)
    if not places:
        return
    rest = _choices(draft, lines, places)
    before = lines[: places[0][0]]
    while before and (before[-1].kind == BLANK or is_wrapper(before[-1].raw)):
        before.pop()
    draft.stem.more = before or None
    _keep_rest(draft, rest)


def _places(lines: list[Line], *, bullets: bool) -> list[tuple[int, int, bool]]:
    """Return index, start of the text and mark of each option among a stem's lines."""
    boxes = [
        (index, line.start, line.box in "xX*")
        for index, line in enumerate(lines)
        if line.kind == BULLET and line.box and not (line.text.strip() and _TO_WRITE_ON.match(line.text))
    ]
    if len(boxes) >= 2:
        return boxes
    parens = [
        (index, match.end(), (match["round"] or match["square"] or " ") in "xX*")
        for index, line in enumerate(lines)
        if line.kind in (TEXT, BULLET, LETTERED) and (match := _PAREN.match(line.raw))
    ]
    if len(parens) >= 2:
        return parens
    listed = [
        (index, line)
        for index, line in enumerate(lines)
        if line.kind in (ORDERED, NUMBERED) and not _TO_WRITE_ON.match(line.text)
    ]
    labels = [line.label for _, line in listed]
    if bullets and len(listed) >= 2 and labels in ([str(n + 1) for n in range(len(listed))], ["1"] * len(listed)):
        return [(index, line.start, False) for index, line in listed]
    plain = [
        (index, line) for index, line in enumerate(lines) if line.kind == BULLET and not _TO_WRITE_ON.match(line.text)
    ]
    ticked = [bool(TICK.search(line.raw, line.start)) or _plus(line) for _, line in plain]
    if (bullets or 0 < sum(ticked) < len(plain)) and len(plain) >= 2:
        indent = min(line.indent for _, line in plain)
        signs = {line.raw.lstrip()[:1] for _, line in plain}
        plus = "+" in signs and len(signs) > 1  # `+ that` among `* this`
        return [
            (index, line.start + (marked := line.raw.startswith("!", line.start)), marked or (plus and _plus(line)))
            for index, line in plain
            if line.indent <= indent + 1
        ]
    return []


def _plus(line: Line) -> bool:
    return line.raw.lstrip().startswith("+")


def _choices(draft: DraftItem, lines: list[Line], places: list[tuple[int, int, bool]]) -> list[Line]:
    """Give the draft its options; return the lines behind the last one that belong to none."""
    ends = [index for index, _, _ in places[1:]] + [len(lines)]
    rest: list[Line] = []
    for number, ((index, start, marked), end) in enumerate(zip(places, ends, strict=True)):
        line = lines[index]._replace(kind=LETTERED, label=column_letters(number), start=start, at=start)
        choice = DraftChoice(line, line.label, marked=marked)
        is_last = end == len(lines)
        blank = False
        for position in range(index + 1, end):
            below = lines[position]
            if below.kind == BLANK:
                blank = True
            elif is_wrapper(below.raw):
                continue
            elif is_last and blank and below.indent < choice.indent:
                rest = lines[position:]
                break
            elif below.kind == QUOTE:
                choice.feedback = [*(choice.feedback or []), below]
            else:
                if blank:
                    choice.append(lines[position - 1])
                choice.append(below)
                blank = False
        draft.choices.append(choice)
    return rest


def _keep_rest(draft: DraftItem, rest: list[Line]) -> None:
    """Keep what stands below the options as the explanation: nothing else can stand there."""
    words = [line for line in rest if line.kind != BLANK and not is_wrapper(line.raw)]
    if not words:
        return
    if draft.key is None:
        draft.key = DraftKey(line=words[0], number=draft.number, letters=[])
    first = words[0]
    block = Block(first, min(first.indent, len(first.raw)), first.indent)
    for line in rest[rest.index(first) + 1 :]:
        if not is_wrapper(line.raw):
            block.append(line)
    if draft.key.explanation is None:
        draft.key.explanation = block
    else:
        draft.key.parts.append(("explanation", block))


def marked_letters(choices: list[DraftChoice]) -> list[KeyLetter]:
    """Return the options marked as right where they stand: by a tick, or as the only ones in bold."""
    marked = [choice for choice in choices if choice.marked]
    if not marked:
        marked = [choice for choice in choices if choice.first.bold]
        if len(marked) == len(choices):
            return []
    return [KeyLetter(choice.letter, choice.first.at + 1) for choice in marked]


def take_quoted_answer(draft: DraftItem) -> None:
    """Make a quotation at the end of a stem the answer of a question that has neither options nor a key."""
    lines = draft.stem.more or []
    end = len(lines)
    while end and lines[end - 1].kind in (QUOTE, BLANK):
        end -= 1
    quoted = [line for line in lines[end:] if line.kind == QUOTE]
    if not quoted:
        return
    draft.key = DraftKey(line=quoted[0], number=draft.number, letters=[])
    draft.key.explanation = Block(quoted[0], quoted[0].start, 0)
    for line in lines[lines.index(quoted[0]) + 1 :]:
        draft.key.explanation.append(
            line._replace(raw=line.raw.lstrip()[1:].removeprefix(" ") if line.kind == QUOTE else "")
        )
    draft.stem.more = lines[:end] or None


def keep_words(key: DraftKey) -> None:
    """Put the words of a key on its own line before its explanation, where they are not its first line."""
    first = key.explanation.first if key.explanation else None
    is_said = first is not None and first.raw == key.line.raw
    if is_said or not key.whole.strip(" *_") or (key.whole[0] in "([" and points_said(key.whole)):
        return
    block = Block(key.line, key.whole_at, key.line.indent)
    for line in key.explanation.lines if key.explanation else []:
        block.append(BLANK_LINE)
        block.append(line)
    key.explanation = block


def fenced_answers(drafts: Iterable[DraftItem]) -> bool:
    """Whether most questions of a file have nothing under them but a plain text in a fence: their answers."""
    open_ones = fenced = all_of_them = 0
    for draft in drafts:
        all_of_them += 1
        if not draft.choices and draft.key is None:
            open_ones += 1
            fenced += _fence_at_the_end(draft) is not None
    return fenced >= 3 and 2 * fenced > all_of_them and 4 * fenced >= 3 * open_ones


def take_fenced_answer(draft: DraftItem) -> None:
    """Make the fence at the end of a stem the answer of a question that has neither options nor a key."""
    lines = draft.stem.more or []
    start = _fence_at_the_end(draft)
    if start is None:
        return
    words = [line for line in lines[start + 1 :] if line.kind == FENCE][:-1]
    if not words:
        return
    draft.key = DraftKey(line=words[0], number=draft.number, letters=[])
    draft.key.explanation = Block(words[0], len(words[0].raw) - len(words[0].raw.lstrip()), 0)
    for line in words[1:]:
        draft.key.explanation.append(BLANK_LINE)
        draft.key.explanation.append(line)
    draft.stem.more = lines[:start] or None


def _fence_at_the_end(draft: DraftItem) -> int | None:
    """Return where the fence begins that ends a stem, where it holds plain text and is the stem's only one."""
    lines = draft.stem.more or []
    fences = [index for index, line in enumerate(lines) if line.kind == FENCE]
    if len(fences) < 2 or any(line.kind not in (FENCE, BLANK) for line in lines[fences[0] :]):
        return None
    info = lines[fences[0]].raw.strip().strip("`~").strip().lower()
    ends = [index for index in fences if not lines[index].raw.strip().strip("`~")]
    is_one = ends == fences[-1:] or (not info and ends == [fences[0], fences[-1]])
    return fences[0] if is_one and info in ("", "text", "txt", "plain", "plaintext", "none") else None


def _split(choice: DraftChoice) -> Iterator[DraftChoice]:
    """Return the options that share a line: `a) S  b) T`."""
    if choice.more is None:
        parts = _inline_options(choice.first, choice.first.at)
        if len(parts) >= 2:
            yield from parts
            return
    yield choice


def _inline_options(line: Line, start: int) -> list[DraftChoice]:
    """Return the options on a line, where their letters follow one another."""
    expected = "A"
    matches: list[re.Match[str]] = []
    if line.kind == FENCE:
        return []
    found = _INLINE.finditer(line.raw, start)
    if line.kind == LETTERED and not line.bullet and (own := _OWN_LETTER.match(line.raw, line.at)):
        matches.append(own)
        expected = chr(ord(line.label.upper()) + 1)
    for match in found:
        if _letter(match) == expected and match.start() >= (matches[-1].end() if matches else start):
            matches.append(match)
            expected = chr(ord(expected) + 1)
    if len(matches) < 2:
        return []
    choices = []
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(line.raw)
        raw = _cut(line.raw, end)
        letter = _letter(match)
        part = line._replace(kind=LETTERED, label=letter, at=match.start(), start=match.end(), raw=raw, bold=False)
        choices.append(DraftChoice(part, letter))
    return choices


_OWN_LETTER = re.compile(r"\(?(?P<letter>[A-Za-z])[.):、．）][ \t]*(?P<dotted>(?!))?")


def _letter(match: re.Match[str]) -> str:
    return (match["letter"] or match["dotted"]).upper()


def _cut(raw: str, end: int) -> str:
    """Return a line up to what separates two options on it."""
    return _BETWEEN.sub("", raw[:end])


def _strip_tick(choice: DraftChoice) -> None:
    """Take the mark of the right option from its text: `✓`, `(correct)`."""
    line = choice.first
    match = TICK.search(line.raw, choice.start)
    if match:
        choice.marked = True
        choice.first = line._replace(raw=line.raw[: match.start()])


def _strip_bold(choice: DraftChoice) -> None:
    """Take away the end of a bold that begins before the letter."""
    text = choice.first.raw.rstrip()
    if choice.more is None and text.endswith("**") and text.count("**", choice.start) % 2 == 1:
        choice.first = choice.first._replace(raw=text[:-2])
