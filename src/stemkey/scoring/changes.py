"""What is decided after the exam: another key, a question dropped, credit for everybody. The quiz stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import (
    AcceptedNumber,
    AcceptedText,
    Cardinality,
    ChoiceInteraction,
    Item,
    TextEntryInteraction,
)
from stemkey.scoring.number_reading import AmbiguousError, parse_number
from stemkey.scoring.spelling import fold

ALL, NOTHING = Fraction(1), Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is changed of one item."""

    accept: tuple[str, ...] = ()
    """Answers that earn everything besides the key; several choices together as `A,C`."""
    key: tuple[str, ...] = ()
    """The only right answers; empty: as the quiz says."""
    drop: bool = False
    bonus: bool = False
    full_credit: Literal["", "all", "answered"] = ""
    """Everybody, or everybody who answered, earns everything."""
    points: Fraction | None = None
    never_lower: bool = False
    """A response keeps the credit that the quiz's own key gives, where that is more."""

    @property
    def sentences(self) -> list[str]:
        """What is changed, in words."""
        said = []
        if self.key:
            said.append(f"the key is {' or '.join(self.key)}")
        if self.accept:
            said.append(f"{' and '.join(self.accept)} also accepted")
        if self.points is not None:
            said.append(f"worth {float(self.points):g} points")
        if self.drop:
            said.append("dropped: it counts neither in the score nor in the maximum")
        if self.bonus:
            said.append("bonus: it adds to the score and not to the maximum")
        if self.full_credit:
            said.append(
                "full credit for " + {"all": "everybody", "answered": "everybody who answered"}[self.full_credit]
            )
        if self.never_lower and (self.key or self.accept):
            said.append("no score is lowered")
        return said


NO_CHANGE = Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedItem:
    """An item after the decisions."""

    item: Item
    sets: tuple[frozenset[int], ...] = ()
    """Sets of choices that earn everything when exactly they are taken."""


def changed_item(item: Item, change: Change, found: Diagnostics) -> ChangedItem:
    """Return an item with another key; report answers that the item does not have."""
    if change.points is not None:
        item = replace(item, points=change.points)
    if not (change.accept or change.key) or len(item.interactions) != 1:
        if change.accept or change.key:
            found.add(key_cannot_change(item.number), item.span, item=item.number)
        return ChangedItem(item=item)
    only = item.interactions[0]
    if isinstance(only, ChoiceInteraction):
        return _changed_choice(item, only, change, found)
    if isinstance(only, TextEntryInteraction):
        kept = () if change.key else only.accepted
        more = tuple(_accepted(only, text) for text in (*change.key, *change.accept))
        return ChangedItem(item=replace(item, interactions=(replace(only, accepted=(*kept, *more)),)))
    found.add(key_cannot_change(item.number), item.span, item=item.number)
    return ChangedItem(item=item)


def _accepted(only: TextEntryInteraction, text: str) -> AcceptedText | AcceptedNumber:
    if only.is_numeric:
        try:
            number = parse_number(text, ".")
        except AmbiguousError:
            number = None
        if number is not None:
            first = next(entry for entry in only.accepted if isinstance(entry, AcceptedNumber))
            return replace(first, value=number.value, lower=None, upper=None, credit=ALL, written=text, span=None)
    return AcceptedText(text=text)


def _changed_choice(item: Item, only: ChoiceInteraction, change: Change, found: Diagnostics) -> ChangedItem:
    key = _sets(item, only, change.key, found)
    accepted = _sets(item, only, change.accept, found)
    if only.cardinality is Cardinality.SINGLE:
        only = _with_keys(only, frozenset().union(*key), ALL) if key else only
        only = _with_credit(only, frozenset().union(*accepted), ALL)
        return ChangedItem(item=replace(item, interactions=(only,)))
    if key:
        only = _with_keys(only, key[0], Fraction(1, len(key[0])))
    return ChangedItem(item=replace(item, interactions=(only,)), sets=(*key[1:], *accepted))


def _with_keys(only: ChoiceInteraction, keys: frozenset[int], credit: Fraction) -> ChoiceInteraction:
    choices = tuple(
        replace(choice, credit=credit if index in keys else min(choice.credit, NOTHING))
        for index, choice in enumerate(only.choices)
    )
    return replace(only, choices=choices)


def _with_credit(only: ChoiceInteraction, more: frozenset[int], credit: Fraction) -> ChoiceInteraction:
    choices = tuple(
        replace(choice, credit=credit if index in more else choice.credit) for index, choice in enumerate(only.choices)
    )
    return replace(only, choices=choices)


def _sets(item: Item, only: ChoiceInteraction, texts: Sequence[str], found: Diagnostics) -> list[frozenset[int]]:
    """Return the choices that each text names, by label or identifier, several with commas between."""
    sets = []
    for text in texts:
        labels = [part.strip() for part in text.split(",") if part.strip()]
        indexes = [_index(only, label) for label in labels]
        if not labels or None in indexes:
            found.add(no_such_choice(text, item.number, ", ".join(only.labels)), item.span, item=item.number)
            continue
        sets.append(frozenset(index for index in indexes if index is not None))
    return sets


def _index(only: ChoiceInteraction, label: str) -> int | None:
    names = {fold(name): index for index, name in enumerate(only.labels)}
    names |= {
        fold(choice.identifier): index
        for index, choice in enumerate(only.choices)
        if fold(choice.identifier) not in names
    }
    return names.get(fold(label))


@rule("G205", Severity.ERROR)
def no_such_choice(text: str, number: str, labels: str) -> Text:
    """The rules file names a choice that the question does not have, so the decision cannot be carried out.

    Check the number of the question and the letter: letters are those of the quiz, not of a shuffled paper.
    """
    return Text(
        f"question {number} has no choice '{text}'; it has {labels}", "name choices by their letters, several as A,C"
    )


@rule("G206", Severity.ERROR)
def key_cannot_change(number: str) -> Text:
    """The key of this kind of question cannot be changed by a rules file: only of choices and of typed answers."""
    return Text(
        f"the key of question {number} cannot be changed by the rules file",
        "correct the quiz, drop the question, or give full credit",
    )
