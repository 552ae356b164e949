"""Write GIFT as Moodle's importer reads it: everything HTML, every mark that is a letter escaped."""

import re
from typing import assert_never

from stemkey.files import Files
from stemkey.formats.gift.answers import ordering_words
from stemkey.formats.gift.lowering import is_missing_word
from stemkey.formats.gift.syntax import FORMAT_MARK, GiftOptions, escape
from stemkey.formats.moodle.categories import join_path, split_path
from stemkey.formats.moodle.elements import name_text, own_name, width_of
from stemkey.formats.moodle.entries import ANYTHING, wild_text, with_other
from stemkey.formats.moodle.shares import decimal_text, percent_text
from stemkey.model import (
    FULL_CREDIT,
    GAP,
    NO_CREDIT,
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    ExtendedTextInteraction,
    Interaction,
    Item,
    MatchInteraction,
    OrderInteraction,
    Quiz,
    TextEntryInteraction,
)
from stemkey.richtext.to_plain import to_plain


def write_gift(quiz: Quiz, options: GiftOptions) -> Files:
    """Return a quiz as one GIFT file: a category, then its questions in order, each a block."""
    width = width_of(item.number for item in quiz.items)
    home = (
        split_path(options.category)[1]
        if options.category
        else quiz.category or (quiz.title.strip() or quiz.identifier,)
    )
    current: tuple[str, ...] | None = None
    parts = []
    for item in quiz.items:
        path = item.category or home
        if path != current:
            note = (
                f"// [stemkey title:{_in_brackets(quiz.title)}]\n" if current is None and path[-1] != quiz.title else ""
            )
            parts.append(f"{note}$CATEGORY: {_one_line(join_path(path))}\n\n".encode())
            current = path
        parts.append(_question(item, quiz.tags, width).encode())
    return {f"{quiz.identifier}.gift": b"".join(parts)}


def _question(item: Item, quiz_tags: tuple[str, ...], width: int) -> str:
    tags = [
        *item.tags,
        *([item.objective] if item.objective else []),
        *(tag for tag in quiz_tags if tag not in item.tags),
    ]
    marks = "".join(f" [tag:{_in_brackets(tag)}]" for tag in tags)
    name = name_text(_one_line(item.title)) if item.title else name_text(own_name(item.number, item.body, width))
    head = f"// [id:{_in_brackets(item.identifier)}]{marks}\n::{escape(name)}::[html]"
    if not item.interactions:
        return f"{head}{escape(item.body)}\n\n"
    (interaction,) = item.interactions
    inside = _answers(item, interaction)
    if item.feedback.general:
        inside += f"{'' if inside.endswith(chr(10)) or not inside else chr(10)}\t####{_text(item.feedback.general)}\n"
    if isinstance(interaction, TextEntryInteraction) and is_missing_word(item):
        before, _, after = GAP.split(item.body)
        return f"{head}{escape(before)}{{{inside}}}{escape(after)}\n\n"
    return f"{head}{escape(item.body)}{{{inside}}}\n\n"


def _answers(item: Item, interaction: Interaction) -> str:
    match interaction:
        case ChoiceInteraction():
            return _truth(interaction) or _choices(interaction)
        case TextEntryInteraction():
            return _entry(interaction)
        case MatchInteraction():
            return _matching(interaction)
        case OrderInteraction():
            lines = "".join(f"{_line(choice.content)}\n" for choice in interaction.choices)
            return f">{ordering_words(item.extensions)}\n{lines}"
        case ExtendedTextInteraction():
            return ""
        case _:
            raise AssertionError("fit leaves only what CARRIES names")


def _truth(interaction: ChoiceInteraction) -> str:
    """Return Moodle's own true/false, with feedback for the wrong answer first."""
    if interaction.cardinality is not Cardinality.SINGLE or len(interaction.choices) != 2:
        return ""
    one, two = interaction.choices
    if (one.content, two.content) != ("True", "False") or {one.credit, two.credit} != {NO_CREDIT, FULL_CREDIT}:
        return ""
    right, wrong = (one, two) if one.credit else (two, one)
    word = "TRUE" if one.credit else "FALSE"
    if not right.feedback and not wrong.feedback:
        return word
    return f"{word}#{_text(wrong.feedback)}" + (f"#{_text(right.feedback)}" if right.feedback else "")


def _choices(interaction: ChoiceInteraction) -> str:
    is_single = interaction.cardinality is Cardinality.SINGLE
    return "\n" + "".join(
        f"\t{_mark(choice, is_single=is_single)}{_text(choice.content)}{_told(choice.feedback)}\n"
        for choice in interaction.choices
    )


def _mark(choice: Choice, *, is_single: bool) -> str:
    if is_single and choice.credit == FULL_CREDIT:
        return "="
    return f"~%{percent_text(choice.credit)}%" if choice.credit else "~"


def _entry(interaction: TextEntryInteraction) -> str:
    accepted = with_other(interaction)
    if not any(isinstance(entry, AcceptedNumber) for entry in accepted):
        return "\n" + "".join(f"\t{_accepted(entry)}\n" for entry in accepted)
    other = f"\t~#{_text(interaction.other_feedback)}\n" if interaction.other_feedback else ""
    return "#\n" + "".join(f"\t{_accepted(entry)}\n" for entry in interaction.accepted) + other


def _accepted(entry: AcceptedText | AcceptedNumber) -> str:
    match entry:
        case AcceptedText():
            text = ANYTHING if entry.text == ANYTHING and entry.wildcards else escape(wild_text(entry))
        case AcceptedNumber():
            text = _number(entry)
        case _:
            assert_never(entry)
    return f"=%{percent_text(entry.credit)}%{text}{_told(entry.feedback)}"


def _number(entry: AcceptedNumber) -> str:
    if entry.value is None:
        assert entry.lower is not None
        assert entry.upper is not None
        return f"{decimal_text(entry.lower)}..{decimal_text(entry.upper)}"
    return f"{entry.written or decimal_text(entry.value)}:{decimal_text(entry.tolerance)}"


def _matching(interaction: MatchInteraction) -> str:
    answers = {target.identifier: escape(to_plain(target.content)) for target in interaction.targets}
    used = {pair.target for pair in interaction.pairs}
    lines = [f"\t={_text(pair.source)} -> {answers[pair.target]}\n" for pair in interaction.pairs]
    lines += [f"\t= -> {answer}\n" for target, answer in answers.items() if target not in used]
    return "\n" + "".join(lines)


def _told(feedback: Content) -> str:
    return f"#{_text(feedback)}" if feedback else ""


_WEIGHT_LIKE = re.compile(r"\s*%")


def _text(content: Content) -> str:
    """Return content so that its beginning is neither a share nor a format."""
    text = escape(content)
    if _WEIGHT_LIKE.match(text):
        text = text.replace("%", "&\\#37;", 1)
    return f"[html]{text}" if FORMAT_MARK.match(text) else text


def _line(content: Content) -> str:
    """Return content that begins a line: two slashes there would make it a comment."""
    text = _text(content)
    return text.replace("/", "&\\#47;", 1) if text.startswith("//") else text


def _in_brackets(text: str) -> str:
    return _one_line(re.sub(r"([\\\]])", r"\\\1", text))


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
