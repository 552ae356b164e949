"""Responses of several answers in one cell: matching, ordering, gaps."""

import re
from collections.abc import Callable, Iterator, Sequence

from stemkey.diagnostics import Severity, Text, rule
from stemkey.model import MatchInteraction, OrderInteraction
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.answer_key import Status
from stemkey.scoring.reading import JOINER, OMITTED, UNMATCHED, Reading, quoted, unreadable
from stemkey.scoring.spelling import fold, spellings

_ARROW = re.compile(r"\s*(?:->|=>|→|⇒|:|=|–|-)\s*")
_ESCAPED_ARROW = re.compile(r"(?<!\\)=>")
_JOINERS = (JOINER, "; ", ";", ", ", ",", " | ", "|", "\n", " ")
_MOST_STEPS = 5000
_PART = re.compile(r"(?:^|;\s*)(?P<word>[^\s:;]+(?:\s[^\s:;]+)?)\s(?P<number>\d+):")
_BRACES = re.compile(r"\{(.*?)\}", re.DOTALL)
_POSITIONS = re.compile(r"^\s*(\d{1,2}|[A-Za-z])\s*(?:->|=>|→|:|=|-|–|\.|\)|\s)?\s*(\d{1,2}|[A-Za-z])\s*$")


@rule("S312", Severity.ERROR)
def pairs_not_understood(text: str) -> Text:
    """The answer to a matching question is not a list of its terms with what they were matched to.

    Read are `term -> target; term -> target` (Moodle), `term=>target` (Canvas) and `1-C, 2-A`.
    """
    return Text(
        f"{quoted(text)} cannot be read as pairs; the score counts the other items and is provisional",
        "write the pairs as 1-C, 2-A: the number of the term and the letter of the target",
    )


@rule("S313", Severity.ERROR)
def order_not_understood(text: str) -> Text:
    """The answer to an ordering question does not name each thing to be ordered exactly once.

    Which place each thing was given is then not known, so no credit is given or taken.
    """
    return Text(
        f"{quoted(text)} does not name each thing to be ordered once; the score counts the other items and is provisional",
        "write the letters in the order given, B, A, C",
    )


@rule("S314", Severity.ERROR)
def gaps_not_understood(text: str, parts: int, gaps: int) -> Text:
    """The answers to the gaps of a text stand in one cell, and not as many can be told apart as there are gaps.

    So which answer belongs to which gap is not known.
    """
    return Text(
        f"{quoted(text)} has {parts} answers for {gaps} gaps; the score counts the other items and is provisional",
        "write the answers with semicolons between them, in the order of the gaps",
    )


def _forms(contents: Sequence[str]) -> list[tuple[str, int]]:
    """Return each spelling with its index, the longest first, so that `ab` is tried before `a`."""
    forms = {(fold(form), index) for index, content in enumerate(contents) for form in spellings(content)}
    return sorted((form for form in forms), key=lambda entry: (-len(entry[0]), entry[1]))


def match_reader(interaction: MatchInteraction) -> Callable[[str], Reading]:
    """Return the reader of a matching item."""
    sources = _forms([pair.source for pair in interaction.pairs])
    targets = _forms([target.content for target in interaction.targets])
    count = len(interaction.pairs)

    def read(text: str) -> Reading:
        if marks.is_blank(text):
            return OMITTED
        chosen = _in_order(text, sources, targets, count) or _by_text(text, sources, targets, count)
        chosen = chosen or _by_position(text, count, len(interaction.targets))
        if chosen is None:
            return unreadable(text, pairs_not_understood(text.replace(JOINER, "; ")))
        if all(target == UNMATCHED for target in chosen):
            return OMITTED
        shown = text.replace(JOINER, "; ")
        return Reading(Status.ANSWERED, shown, chosen, shown)

    return read


def _in_order(
    text: str, sources: Sequence[tuple[str, int]], targets: Sequence[tuple[str, int]], count: int
) -> tuple[int, ...] | None:
    """Read pairs that the sheet has taken apart and that stand in the item's order, as Canvas writes them."""
    parts = text.split(JOINER)
    if len(parts) != count or "=>" not in text:
        return None
    chosen, answered = [], False
    for index, part in enumerate(parts):
        left, *rights = (side.replace("\\=>", "=>") for side in _ESCAPED_ARROW.split(part, maxsplit=1))
        right = fold(rights[0]) if rights else ""
        if fold(left) and (fold(left), index) not in sources:
            return None
        found = [at for form, at in targets if form == right]
        if right and not found:
            return None
        chosen.append(found[0] if found else UNMATCHED)
        answered = answered or bool(right)
    # Where a target is itself empty, an untouched question looks as if it had been matched with that.
    return tuple(chosen) if answered else (UNMATCHED,) * count


def _by_text(
    text: str, sources: Sequence[tuple[str, int]], targets: Sequence[tuple[str, int]], count: int
) -> tuple[int, ...] | None:
    """Read `source -> target; source -> target` in any order, where it can be read in one way only."""
    folded = fold(text) + (" " if text.endswith(" ") else "")
    found: set[tuple[int, ...]] = set()
    steps = 0
    waiting: list[tuple[int, tuple[int, ...]]] = [(0, (UNMATCHED,) * count)]
    while waiting and steps < _MOST_STEPS:
        start, chosen = waiting.pop()
        for end, source, target in _pairs_at(folded, start, sources, targets):
            steps += 1
            if chosen[source] != UNMATCHED:
                continue
            taken = (*chosen[:source], target, *chosen[source + 1 :])
            if end >= len(folded):
                found.add(taken)
                continue
            for joiner in _JOINERS[:-1]:
                if folded.startswith(joiner, end):
                    waiting.append((end + len(joiner), taken))
                    break
    return found.pop() if len(found) == 1 else None


def _pairs_at(
    text: str, start: int, sources: Sequence[tuple[str, int]], targets: Sequence[tuple[str, int]]
) -> Iterator[tuple[int, int, int]]:
    for form, source in sources:
        if not text.startswith(form, start):
            continue
        arrow = _ARROW.match(text, start + len(form))
        if arrow is None:
            continue
        rest = text[arrow.end() :]
        if not rest or rest.startswith(_JOINERS[:-1]):
            yield arrow.end(), source, UNMATCHED
        for target_form, target in targets:
            if rest.startswith(target_form):
                end = arrow.end() + len(target_form)
                if end >= len(text) or text.startswith(_JOINERS[:-1], end):
                    yield end, source, target


def _by_position(text: str, pairs: int, targets: int) -> tuple[int, ...] | None:
    """Read `1-C, 2-A` and `A2 B1`."""
    parts = [part for part in re.split(r"[;,\n\x1f|]", text) if part.strip()]
    if len(parts) == 1:
        parts = text.split()
    chosen = [UNMATCHED] * pairs
    for part in parts:
        found = _POSITIONS.match(part)
        if found is None:
            return None
        source, target = (_position(mark) for mark in found.groups())
        if found[1].isdigit() == found[2].isdigit() or source >= pairs or target >= targets:
            return None
        if chosen[source] != UNMATCHED:
            return None
        chosen[source] = target
    return tuple(chosen) if parts else None


def _position(mark: str) -> int:
    return int(mark) - 1 if mark.isdigit() else ord(mark.upper()) - 65


def order_reader(interaction: OrderInteraction) -> Callable[[str], Reading]:
    """Return the reader of an ordering item: every choice exactly once."""
    forms = _forms([choice.content for choice in interaction.choices])
    count = len(interaction.choices)

    def read(text: str) -> Reading:
        if marks.is_blank(text):
            return OMITTED
        orders = _orders(fold(text), forms, count)
        if not orders:
            letters = marks.several_letters(text) or ()
            positions = tuple(_position(letter) for letter in letters)
            digits = [part for part in re.split(r"[\s;,>|→-]+", text.strip()) if part]
            if not positions and all(part.isdigit() for part in digits):
                positions = tuple(int(part) - 1 for part in digits)
            orders = {positions} if sorted(positions) == list(range(count)) else set()
        if len(orders) != 1:
            return unreadable(text, order_not_understood(text.replace(JOINER, "; ")))
        (chosen,) = orders
        shown = text.replace(JOINER, "; ")
        return Reading(Status.ANSWERED, shown, chosen, shown)

    return read


def _orders(text: str, forms: Sequence[tuple[str, int]], count: int) -> set[tuple[int, ...]]:
    found: set[tuple[int, ...]] = set()
    steps = 0
    waiting: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    while waiting and steps < _MOST_STEPS:
        steps += 1
        start, taken = waiting.pop()
        for form, index in forms:
            if index in taken or not text.startswith(form, start):
                continue
            end = start + len(form)
            order = (*taken, index)
            if end == len(text) and len(order) == count:
                found.add(order)
            for joiner in (*_JOINERS[:-1], " -> ", " > ", "->", ">"):
                if text.startswith(joiner, end):
                    waiting.append((end + len(joiner), order))
                    break
    return found


def split_gaps(text: str, gaps: int) -> tuple[str, ...] | None:
    """Return the answer to each gap of a response that holds them all; None where they cannot be told apart."""
    for split in (_joined, _parts, _braces, _separated):
        parts = split(text, gaps)
        if parts is not None and len(parts) == gaps:
            return tuple(part.strip() for part in parts)
    return None


def count_parts(text: str) -> int:
    """Return how many answers a response seems to hold, for a message."""
    return len(text.split(JOINER)) if JOINER in text else len(_BRACES.findall(text)) or len(text.split(";"))


def _joined(text: str, gaps: int) -> list[str] | None:
    return text.split(JOINER) if JOINER in text else None


def _parts(text: str, gaps: int) -> list[str] | None:
    """Read Moodle's `part 1: Rome; part 2: 4`, whatever the word."""
    found = list(_PART.finditer(text))
    if not found or found[0]["number"] != "1" or found[0].start() != 0:
        return None
    word, wanted, marks_at = found[0]["word"], 1, []
    for match in found:
        if match["word"] == word and int(match["number"]) == wanted:
            marks_at.append(match)
            wanted += 1
    ends = [match.start() for match in marks_at[1:]] + [len(text)]
    return [text[match.end() : end] for match, end in zip(marks_at, ends, strict=True)]


def _braces(text: str, gaps: int) -> list[str] | None:
    """Read Moodle's `{cat} {} {dog}`."""
    if not text.startswith("{"):
        return None
    return _BRACES.findall(text)


def _separated(text: str, gaps: int) -> list[str] | None:
    if gaps == 1:
        return [text]
    for separator in ("\n", ";", "|", ","):
        parts = text.split(separator)
        if len(parts) == gaps:
            return parts
    return None
