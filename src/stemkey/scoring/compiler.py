"""From a quiz to its answer key: what every possible response is worth, in whole ticks."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import Cardinality, ChoiceInteraction, Item, Quiz
from stemkey.scoring.answer_key import AnswerKey, ItemKey, Judgement, Status
from stemkey.scoring.responses import Reading, response_reader
from stemkey.sheets.table import Response

NOTHING = Fraction(0)
RESPONSES_REMEMBERED = 4096
"""Distinct texts whose judgement an item keeps; essays would fill the memory."""

WITHOUT_CREDIT = frozenset({Status.UNREADABLE, Status.NEEDS_GRADING, Status.NOT_GIVEN})
"""A response with such a status has no credit, not even none."""


def compile_key(quiz: Quiz, found: Diagnostics) -> AnswerKey:
    """Return the quiz as the kernel sees it; report items that cannot be scored as written."""
    items = answerable_items(quiz)
    for item in items:
        _report_keyless(item, found)
    tick = common_unit(unit for item in items for unit in _score_units(item))
    return AnswerKey(
        items=tuple(_item_key(item, tick) for item in items),
        tick=tick,
        rules=tuple(_rule_sentences(items)),
    )


def answerable_items(quiz: Quiz) -> tuple[Item, ...]:
    """Return the items that a candidate can answer: those with an interaction, in order."""
    return tuple(item for item in quiz.items if item.interactions)


def common_unit(values: Iterable[Fraction]) -> Fraction:
    """Return the largest unit of which every value is a whole multiple; 1 where there is none."""
    numerator, denominator = 0, 1
    for value in values:
        bottom = lcm(denominator, value.denominator)
        numerator = gcd(numerator * (bottom // denominator), abs(value.numerator) * (bottom // value.denominator))
        denominator = bottom
    return Fraction(numerator, denominator) if numerator else Fraction(1)


@rule("G101", Severity.ERROR)
def no_right_answer(number: str) -> Text:
    """No choice of the question is marked as right, so nobody could earn its points.

    Grading with such a key would take the points from the whole class. Stemkey does not do that without being told:
    add the key to the quiz, or leave the question out with `--keep-going`.
    """
    return Text(f"question {number} has no right answer", "mark its key in the quiz, or run with --keep-going")


@rule("G102", Severity.INFO)
def graded_by_people(number: str, kind: str) -> Text:
    """A program cannot grade this question, so its answers wait for a person.

    Its credit is empty, never 0; the totals count the other questions and are marked provisional. Statistics
    leave the question out.
    """
    return Text(
        f"question {number} ({kind}) waits for a person; totals are provisional until it is graded",
        "give its points in a second sheet when it is graded",
    )


def _report_keyless(item: Item, found: Diagnostics) -> None:
    choice = _choice(item)
    if choice is None:
        found.add(graded_by_people(item.number, _kind(item)), item.span, item=item.number)
    elif not any(option.credit > 0 for option in choice.choices):
        found.add(no_right_answer(item.number), item.span, item=item.number)


def _kind(item: Item) -> str:
    return "several gaps" if len(item.interactions) > 1 else type(item.interactions[0]).__name__


def _choice(item: Item) -> ChoiceInteraction | None:
    if len(item.interactions) == 1 and isinstance(item.interactions[0], ChoiceInteraction):
        return item.interactions[0]
    return None


def _item_key(item: Item, tick: Fraction) -> ItemKey:
    choice = _choice(item)
    return ItemKey(
        item=item,
        labels=choice.labels if choice else (),
        key_mask=_mask(index for index, option in enumerate(choice.choices) if option.credit > 0) if choice else 0,
        ticks=int(item.points / tick),
        gradable=choice is not None,
        judge=_judge(item, choice, tick),
    )


def _mask(indexes: Iterable[int]) -> int:
    return sum(1 << index for index in set(indexes))


def _judge(item: Item, choice: ChoiceInteraction | None, tick: Fraction) -> Callable[[Response], Judgement]:
    """Return the item's judge, which remembers what it said."""
    read = response_reader(item)
    remembered: dict[Response, Judgement] = {}

    def judge(response: Response) -> Judgement:
        known = remembered.get(response)
        if known is None:
            known = _judgement(read(response), item, choice, tick)
            if len(remembered) < RESPONSES_REMEMBERED:
                remembered[response] = known
        return known

    return judge


def _judgement(reading: Reading, item: Item, choice: ChoiceInteraction | None, tick: Fraction) -> Judgement:
    credit = _credit(reading, choice)
    # What an answer is worth that is no choice, nobody has said yet.
    waits = reading.status is Status.ANSWERED and credit is None
    return Judgement(
        status=Status.NEEDS_GRADING if waits else reading.status,
        response=reading.response,
        credit=credit,
        ticks=int(credit * item.points / tick) if credit is not None else 0,
        chosen=_mask(reading.chosen) if choice else 0,
        finding=reading.finding,
    )


def _credit(reading: Reading, choice: ChoiceInteraction | None) -> Fraction | None:
    if reading.status in WITHOUT_CREDIT:
        return None
    if reading.status is not Status.ANSWERED:
        return NOTHING
    if choice is None:
        return None
    if choice.cardinality is Cardinality.SINGLE:
        return choice.choices[reading.chosen[0]].credit
    return multiple_response_credit(choice, reading.chosen)


def multiple_response_credit(choice: ChoiceInteraction, chosen: Sequence[int]) -> Fraction:
    """Return the credit of a set of choices, between 0 and 1.

    Where the author gave a wrong choice a penalty, the credits of the chosen ones are added (Moodle); else
    right minus wrong over right (Canvas Classic Quizzes), because a sum without penalties pays for ticking everything.
    """
    if _has_penalties(choice):
        total = sum((choice.choices[index].credit for index in chosen), NOTHING)
    else:
        right = sum(1 for index in chosen if choice.choices[index].credit > 0)
        keys = sum(1 for option in choice.choices if option.credit > 0)
        total = Fraction(2 * right - len(chosen), keys) if keys else NOTHING
    return min(max(total, NOTHING), Fraction(1))


def _has_penalties(choice: ChoiceInteraction) -> bool:
    return any(option.credit < 0 for option in choice.choices)


def _score_units(item: Item) -> list[Fraction]:
    """Return values that every possible score of the item is a sum of."""
    choice = _choice(item)
    if choice is None:
        return [item.points]
    if choice.cardinality is Cardinality.MULTIPLE and not _has_penalties(choice):
        keys = sum(1 for option in choice.choices if option.credit > 0)
        return [item.points, item.points / max(keys, 1)]
    return [item.points, *(item.points * option.credit for option in choice.choices)]


def _rule_sentences(items: Sequence[Item]) -> list[str]:
    choices = [(item, choice) for item in items if (choice := _choice(item))]
    several = [(item, choice) for item, choice in choices if choice.cardinality is Cardinality.MULTIPLE]
    sentences = []
    if len(several) < len(choices):
        sentences.append(
            "One choice: the credit of the choice taken; a blank, two marks or a mark that is no choice: 0."
        )
    summed = [item.number for item, choice in several if _has_penalties(choice)]
    counted = [item.number for item, choice in several if not _has_penalties(choice)]
    if counted:
        sentences.append(
            f"Several choices (questions {', '.join(counted)}): right minus wrong, over the number of right ones, not below 0."
        )
    if summed:
        sentences.append(
            f"Several choices (questions {', '.join(summed)}): the sum of the credits of those taken, from 0 to 1."
        )
    return sentences
