"""From a quiz to its answer key: what every possible response is worth, in whole ticks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from stemkey.diagnostics import Diagnostic, Diagnostics, Severity, Text, rule
from stemkey.model import Choice, ChoiceInteraction, ForeignInteraction, InlineChoiceInteraction, Item, Quiz
from stemkey.scoring.answer_key import AnswerKey, ItemKey, Judgement, Status
from stemkey.scoring.changes import NO_CHANGE, Change, ChangedItem, changed_item
from stemkey.scoring.credit import WITHOUT_CREDIT, creditor_of, own_maximum
from stemkey.scoring.manual import NO_MANUAL_SCORES, ManualScores
from stemkey.scoring.responses import Reading, response_reader
from stemkey.scoring.rule_file import NO_RULES, RuleBook
from stemkey.scoring.rules import (
    DEFAULT_SCORING,
    TITLES,
    Scoring,
    changed,
    kind_of,
    own_settings,
    scoring_of_item,
    scoring_of_quiz,
)
from stemkey.sheets.table import Response

NOTHING, ALL = Fraction(0), Fraction(1)
RESPONSES_REMEMBERED = 4096
"""Distinct texts whose judgement an item keeps; essays would fill the memory."""


def compile_key(
    quiz: Quiz,
    found: Diagnostics,
    rules: RuleBook = NO_RULES,
    start: Scoring = DEFAULT_SCORING,
    manual: ManualScores = NO_MANUAL_SCORES,
) -> AnswerKey:
    """Return the quiz as the kernel sees it; report items that cannot be scored as written.

    `rules` are those of a rules file; `start` is how items are scored that nobody says anything about; `manual` are
    points that people gave.
    """
    items = answerable_items(quiz)
    scorings = _scorings(quiz, items, rules, start, found)
    for item in items:
        if item.number not in manual.numbers:
            _report_keyless(item, scorings[item.number], found)
    before = {item.number: _Compiled(item, scorings[item.number]) for item in items}
    after = {
        item.number: _Compiled(
            item, scorings[item.number], rules.changes.get(item.number, NO_CHANGE), before[item.number], found
        )
        for item in items
    }
    units = (unit for compiled in (*before.values(), *after.values()) for unit in compiled.units)
    manual_before = _in_points_before(manual, before, after)
    by_people = (*manual.points.values(), *manual_before.points.values())
    tick = common_unit((*units, *by_people, *([rules.sufficient] if rules.sufficient else ())))
    by_hand = _by_candidate(items, manual)
    sentences = (*_rule_sentences(items, scorings), *_change_sentences(items, rules))
    original = None
    if any(rules.changes[number].sentences for number in rules.changes):
        original = AnswerKey(
            items=tuple(compiled.item_key(tick, manual) for compiled in before.values()),
            tick=tick,
            manual=_by_candidate(items, manual_before),
            cancel_blanks=rules.cancel_blanks,
            sufficient=rules.sufficient,
        )
    return AnswerKey(
        items=tuple(compiled.item_key(tick, manual) for compiled in after.values()),
        tick=tick,
        manual=by_hand,
        rules=sentences,
        floor=rules.floor,
        cap=rules.cap,
        cancel_blanks=rules.cancel_blanks,
        sufficient=rules.sufficient,
        forms=rules.forms,
        late=rules.late,
        before=original,
    )


def _in_points_before(
    manual: ManualScores, before: "Mapping[str, _Compiled]", after: "Mapping[str, _Compiled]"
) -> ManualScores:
    """Return points that people gave as they would have been before the rules file gave a question other points."""

    def share(number: str) -> Fraction:
        now = after[number].item.points if number in after else NOTHING
        return before[number].item.points / now if now else ALL

    return ManualScores({key: points * share(key.number) for key, points in manual.points.items()})


def _by_candidate(items: Iterable[Item], manual: ManualScores) -> dict[bytes, dict[int, Fraction]]:
    index = {item.number: place for place, item in enumerate(items)}
    points: dict[bytes, dict[int, Fraction]] = {}
    for key, value in manual.points.items():
        if key.number in index:
            points.setdefault(key.student.encode(), {})[index[key.number]] = value
    return points


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


def _scorings(
    quiz: Quiz, items: Iterable[Item], rules: RuleBook, start: Scoring, found: Diagnostics
) -> dict[str, Scoring]:
    """Return how each item is scored, from the weakest setting to the strongest."""
    of_all = changed(scoring_of_quiz(quiz, start, found), rules.scoring, rules.place, None, found)
    scorings = {}
    for item in items:
        own = own_settings(item, rules.item_scoring.get(item.number, {}))
        scorings[item.number] = changed(scoring_of_item(item, of_all, found), own, rules.place, item.number, found)
    return scorings


def _report_keyless(item: Item, scoring: Scoring, found: Diagnostics) -> None:
    if creditor_of(item, scoring) is None:
        kind = "compared in a way of its own" if scoring.by_hand else _kind(item)
        found.add(graded_by_people(item.number, kind), item.span, item=item.number)
        return
    for interaction in item.interactions:
        if not isinstance(interaction, ChoiceInteraction | InlineChoiceInteraction):
            continue
        if not _has_key(interaction.choices) and "scoring:rule" not in item.extensions:
            found.add(no_right_answer(item.number), item.span, item=item.number)
            return


def _has_key(choices: Iterable[Choice]) -> bool:
    return any(choice.credit > 0 for choice in choices)


_KINDS: Mapping[str, str] = {
    "ExtendedTextInteraction": "essay",
    "UploadInteraction": "upload",
    "ForeignInteraction": "a type that stemkey cannot read",
    "TextEntryInteraction": "a text without an accepted answer",
}


def _kind(item: Item) -> str:
    named = [_KINDS.get(type(interaction).__name__, "") for interaction in item.interactions]
    return next(filter(None, named), "several gaps")


class _Compiled:
    """One item with what knows its credits, before the unit of all scores is known."""

    def __init__(
        self,
        item: Item,
        scoring: Scoring,
        change: Change = NO_CHANGE,
        before: "_Compiled | None" = None,
        found: Diagnostics | None = None,
    ) -> None:
        self.read = response_reader(item)
        self.change = change
        self.before = before
        self.changed = changed_item(item, change, found) if found is not None else ChangedItem(item=item)
        self.item = self.changed.item
        own = own_maximum(self.item, scoring)
        if own is not None and change.points is None:
            self.item = replace(self.item, points=own)
        self.creditor = creditor_of(self.item, scoring)

    @property
    def units(self) -> list[Fraction]:
        """Values that every possible score of the item is a sum of."""
        shares = self.creditor.units if self.creditor else ()
        kept = self.before.creditor.units if self.before and self.before.creditor else ()
        return [self.item.points, *(self.item.points * share for share in (*shares, *kept))]

    def item_key(self, tick: Fraction, manual: ManualScores) -> ItemKey:
        """Return the item as the kernel sees it."""
        only = self.item.interactions[0] if len(self.item.interactions) == 1 else None
        choices = only.choices if isinstance(only, ChoiceInteraction) else ()
        return ItemKey(
            item=self.item,
            labels=only.labels if isinstance(only, ChoiceInteraction) else (),
            key_mask=_mask(index for index, choice in enumerate(choices) if choice.credit > 0),
            ticks=int(self.item.points / tick),
            gradable=(self.creditor is not None or self.item.number in manual.numbers) and not self.change.drop,
            judge=self._judge(tick),
            bonus=self.change.bonus,
            dropped=self.change.drop,
        )

    def _judge(self, tick: Fraction) -> Callable[[Response], Judgement]:
        """Return the item's judge, which remembers what it said."""
        remembered: dict[Response, Judgement] = {}

        def judge(response: Response) -> Judgement:
            known = remembered.get(response)
            if known is None:
                known = self._judgement(self.read(response), tick)
                if len(remembered) < RESPONSES_REMEMBERED:
                    remembered[response] = known
            return known

        return judge

    def _judgement(self, reading: Reading, tick: Fraction) -> Judgement:
        credit = self.credit(reading)
        is_choice = len(self.item.interactions) == 1 and isinstance(self.item.interactions[0], ChoiceInteraction)
        waits = self.creditor is None and credit is None and reading.status is Status.ANSWERED and not self.change.drop
        return Judgement(
            status=Status.NEEDS_GRADING if waits else reading.status,
            response=reading.response,
            credit=credit,
            ticks=_whole(credit * self.item.points / tick) if credit is not None else 0,
            chosen=_mask(reading.chosen) if is_choice else 0,
            finding=_as_scored(reading, credit, self.item.points),
        )

    def credit(self, reading: Reading) -> Fraction | None:
        """Return the credit of a reading, None where it has none yet or the item was dropped."""
        if self.change.drop or reading.status is Status.NOT_GIVEN:
            return None
        blank = reading.status in {Status.OMITTED, Status.NOT_REACHED}
        if self.change.full_credit == "all" or (self.change.full_credit == "answered" and not blank):
            return ALL
        if reading.status in WITHOUT_CREDIT:
            return None
        credit = self._own_credit(reading, blank=blank)
        if self.change.never_lower and self.before is not None and credit is not None:
            # The credit that the quiz's own key gives, in shares of the points that count now.
            credit = max(credit, self.before.credit(reading) or NOTHING)
        return credit

    def _own_credit(self, reading: Reading, *, blank: bool) -> Fraction | None:
        if self.creditor is None:
            return NOTHING if blank else None
        if self.changed.sets and frozenset(reading.chosen) in self.changed.sets:
            return ALL
        return self.creditor.credit(reading)


def _as_scored(reading: Reading, credit: Fraction | None, points: Fraction) -> Diagnostic | None:
    """Return the finding about a response; two marks earn something else than nothing under a rule that says so."""
    finding = reading.finding
    if finding is None or reading.status is not Status.SEVERAL_MARKS or not credit:
        return finding
    return replace(
        finding, message=finding.message.replace("it earns nothing", f"it earns {float(credit * points):g} points")
    )


def _whole(ticks: Fraction) -> int:
    """Return a number of ticks; a credit that is no whole number of them would be a mistake of a rule's units."""
    if ticks.denominator != 1:
        raise ArithmeticError(f"{ticks} ticks: a rule gives credits that it did not announce")
    return ticks.numerator


def _mask(indexes: Iterable[int]) -> int:
    return sum(1 << index for index in set(indexes))


def _rule_sentences(items: Iterable[Item], scorings: Mapping[str, Scoring]) -> list[str]:
    """Return the rules in force, each with the items that it is for."""
    of_rule: dict[str, list[str]] = {}
    for item in items:
        for sentence in dict.fromkeys(_sentences_of(item, scorings[item.number])):
            of_rule.setdefault(sentence, []).append(item.number)
    return [
        f"Question{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}: {sentence}."
        for sentence, numbers in of_rule.items()
    ]


def _sentences_of(item: Item, scoring: Scoring) -> Iterable[str]:
    if scoring.by_hand:
        yield "graded by people"
        return
    for asked in item.interactions:
        interaction = asked.clones[0].interaction if isinstance(asked, ForeignInteraction) and asked.clones else asked
        kind = kind_of(interaction)
        if kind is None:
            yield "graded by people"
        elif isinstance(interaction, ChoiceInteraction):
            row, parameters = scoring.choice_rule(interaction)
            given = ", ".join(f"{name} = {value}" for name, value in parameters.items())
            own = own_maximum(item, scoring)
            most = "" if own is None else f"; the maximum is what a perfect answer earns, {float(own):g}"
            yield f"{row.title}; rule {row.name}" + (f" ({given})" if given else "") + most
        elif isinstance(interaction, InlineChoiceInteraction):
            yield "the credit of the choice taken"
        else:
            chosen = {"text": scoring.text, "matching": scoring.matching, "ordering": scoring.ordering}[kind]
            more = _overlooked(scoring) if kind == "text" else ""
            yield f"{TITLES[kind][chosen.name]}; rule {chosen.name}{more}"
    if len(item.interactions) > 1:
        yield f"{TITLES['gaps'][scoring.gaps.name]}; rule {scoring.gaps.name}"
    if scoring.floor is not None:
        yield f"not below {scoring.floor} points"


def _overlooked(scoring: Scoring) -> str:
    """Return what typed texts may differ in, as the end of a sentence."""
    more = f"; {', '.join(scoring.normalise)} overlooked" if scoring.normalise else ""
    if scoring.distance:
        more += f"; up to {scoring.distance} letters wrong, missing or too many overlooked (Levenshtein)"
    return more


def _change_sentences(items: Iterable[Item], rules: RuleBook) -> list[str]:
    sentences = [
        f"Question {item.number}, decided after the exam: {'; '.join(said)}."
        for item in items
        if (said := rules.changes.get(item.number, NO_CHANGE).sentences)
    ]
    if rules.cancel_blanks:
        blanks = "one blank" if rules.cancel_blanks == 1 else f"{rules.cancel_blanks} blanks"
        sentences.append(f"Up to {blanks} of each candidate leave the maximum, those of the most points first.")
    if rules.sufficient is not None:
        sentences.append(f"{float(rules.sufficient):g} points suffice: they are the maximum of every candidate.")
    if rules.late is not None:
        sentences.extend(rules.late.sentences)
    if rules.cap:
        sentences.append("No total score is above the maximum. Statistics are of the totals as their items add up.")
    if rules.floor is not None:
        # Alpha and the correlations of items with totals are defined for totals that are the sum of their items.
        sentences.append(
            f"No total score is below {rules.floor}. Statistics are of the totals as their items add up, before that."
        )
    if rules.forms is not None:
        sentences.append(
            f"Forms {', '.join(rules.forms.forms)}: read from column {rules.forms.column}, in the quiz's order."
        )
        by_key = [form.name for form in rules.forms.forms.values() if form.by_key]
        if by_key:
            sentences.append(
                f"Forms {', '.join(by_key)}: only their keys are known. Scores are right; which distractor was taken is not known, "
                "so counts of distractors mix the forms."
            )
    if rules.grade is not None:
        sentences.extend(rules.grade.sentences)
    else:
        sentences.append("Scores and per cent are exact: they are rounded where they are shown, and nowhere else.")
    return sentences
