"""Doubts about keys: none, all, always the same letter, always the longest option."""

from collections import Counter
from collections.abc import Iterator

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import (
    FULL_CREDIT,
    NO_CREDIT,
    AcceptedNumber,
    Cardinality,
    ChoiceInteraction,
    Content,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    Quiz,
    TextEntryInteraction,
)
from stemkey.richtext import to_plain


@rule("Q101", Severity.ERROR)
def question_without_key(number: str) -> Text:
    """No answer to the question earns its points: the key has no entry for it, or gives nothing full credit.

    Everybody would get it wrong. Add its entry to the answer key: `**7. B)**`.
    """
    return Text(f"question {number} has no key", "say which answer is right")


@rule("Q105", Severity.WARNING)
def every_option_keyed(number: str, count: int) -> Text:
    """Every option of the question is right, so a candidate who takes everything gets full marks.

    That is sometimes meant ("select all that apply"), more often the key is one letter too long.
    """
    return Text(f"all {count} options of question {number} are keyed", "check the key, or add a distractor")


@rule("Q106", Severity.WARNING)
def shares_do_not_add_up(number: str, total: str) -> Text:
    """The shares of the keyed options together are not the whole of the question's points.

    A candidate who answers everything right gets more or less than the question is worth.
    """
    return Text(
        f"the keyed options of question {number} are worth {total} together", "make their shares add up to 100 %"
    )


@rule("Q107", Severity.ERROR)
def accepts_no_number(number: str, what: str) -> Text:
    """The range of numbers that the question accepts ends before it begins, so no number is in it.

    Everybody would get it wrong; `2..1` is mostly `1..2` with its ends exchanged, a negative tolerance a slip of
    the minus sign. LMSs store such a range without a word.
    """
    return Text(f"question {number} accepts {what}, which no number can be", "exchange the ends of the range")


def check_keys(quiz: Quiz, found: Diagnostics) -> None:
    """Report questions that nobody or everybody can answer right."""
    reported = {finding.item for finding in found if finding.severity is Severity.ERROR and finding.code[0] == "R"}
    for item in quiz.items:
        for interaction in item.interactions:
            if not _has_key(interaction):
                # An unreadable key is reported by the reader already, with its place.
                if item.number not in reported:
                    found.add(question_without_key(item.number), item.span, item=item.number)
                break
            if isinstance(interaction, ChoiceInteraction) and interaction.cardinality is Cardinality.MULTIPLE:
                _check_shares(item, interaction, found)
            elif isinstance(interaction, TextEntryInteraction):
                _check_ranges(item, interaction, found)


def _has_key(interaction: object) -> bool:
    match interaction:
        case ChoiceInteraction():
            return bool(interaction.keys)
        case InlineChoiceInteraction():
            return any(choice.credit == FULL_CREDIT for choice in interaction.choices)
        case TextEntryInteraction():
            return any(entry.credit > 0 for entry in interaction.accepted)
        case MatchInteraction():
            return bool(interaction.pairs)
        case _:
            return True  # ordering holds its key in its order; the rest is graded by people


def _check_shares(item: Item, interaction: ChoiceInteraction, found: Diagnostics) -> None:
    keys = interaction.keys
    if len(keys) == len(interaction.choices) and len(keys) > 1:
        found.add(every_option_keyed(item.number, len(keys)), item.span, item=item.number)
    total = sum((choice.credit for choice in keys), NO_CREDIT)
    if total != FULL_CREDIT:
        percent = f"{float(total * 100):.6g} %"
        found.add(shares_do_not_add_up(item.number, percent), item.span, item=item.number)


def _check_ranges(item: Item, interaction: TextEntryInteraction, found: Diagnostics) -> None:
    for entry in interaction.accepted:
        if isinstance(entry, AcceptedNumber) and (what := _empty_range(entry)):
            found.add(accepts_no_number(item.number, what), entry.span or item.span, item=item.number)


def _empty_range(entry: AcceptedNumber) -> str:
    """Say which range holds no number; nothing where it holds some."""
    if entry.value is not None:
        return f"a tolerance of {float(entry.tolerance):.6g}" if entry.tolerance < 0 else ""
    if entry.lower is None or entry.upper is None:
        return ""
    is_open = entry.lower_open or entry.upper_open
    if entry.lower < entry.upper or (entry.lower == entry.upper and not is_open):
        return ""
    return f"the range {float(entry.lower):.6g} to {float(entry.upper):.6g}"


# How many items a pattern needs before it is more than chance, and how often it must show.
_ENOUGH = 10
_OFTEN = 0.6


@rule("Q108", Severity.INFO)
def key_letter_repeats(letter: str, count: int, items: int) -> Text:
    """The right answer has the same letter in at least 60 % of the questions.

    Candidates notice. Shuffle the options, in the quiz (`shuffle: choices`) or in the LMS.
    """
    return Text(f"the key is {letter} in {count} of {items} questions", "shuffle the options, or move some of the keys")


def check_key_letters(quiz: Quiz, found: Diagnostics) -> None:
    """Report a key that nearly always has the same letter, unless the choices are shuffled."""
    if quiz.settings.shuffle_choices:
        return
    letters: Counter[str] = Counter()
    for interaction in _plain_choices(quiz):
        (key,) = interaction.keys
        index = next(place for place, choice in enumerate(interaction.choices) if choice is key)
        letters[interaction.labels[index]] += 1
    items = letters.total()
    if items < _ENOUGH:
        return
    letter, count = letters.most_common(1)[0]
    if count >= _OFTEN * items:
        found.add(key_letter_repeats(letter, count, items), quiz.span)


@rule("Q109", Severity.INFO)
def key_is_longest(count: int, items: int) -> Text:
    """The right answer is clearly the longest option in at least 60 % of the questions.

    Candidates who know nothing but this do well. Make the distractors as full as the key, or shorten the key.
    """
    return Text(f"the key is the longest option in {count} of {items} questions", "write distractors of similar length")


def check_key_lengths(quiz: Quiz, found: Diagnostics) -> None:
    """Report a key that can be told by its length."""
    items = longest = 0
    for interaction in _plain_choices(quiz):
        items += 1
        (key,) = interaction.keys
        length = _shown_length(key.content)
        # A fifth longer than the longest distractor: what a reader sees at a glance.
        longest += all(
            5 * length > 6 * _shown_length(choice.content) for choice in interaction.choices if choice is not key
        )
    if items >= _ENOUGH and longest >= _OFTEN * items:
        found.add(key_is_longest(longest, items), quiz.span)


def _shown_length(content: Content) -> int:
    return len(to_plain(content)) if "<" in content else len(content)


def _plain_choices(quiz: Quiz) -> Iterator[ChoiceInteraction]:
    """Return the single-answer questions of three or more options that have exactly one key."""
    for item in quiz.items:
        for interaction in item.interactions:
            if not isinstance(interaction, ChoiceInteraction) or interaction.shuffle:
                continue
            single = interaction.cardinality is Cardinality.SINGLE
            if single and len(interaction.choices) > 2 and len(interaction.keys) == 1:
                yield interaction
