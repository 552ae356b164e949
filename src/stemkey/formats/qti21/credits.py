"""What each answer is worth: found by giving the program the possible answers and looking at the score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple

from stemkey.formats.qti21.answers import Answer, answers_of, example, fits, no_answer, unread_tests
from stemkey.formats.qti21.decimals import exact_share
from stemkey.formats.qti21.declarations import NUMBERS, Container, Declaration, NotReadable, Value
from stemkey.formats.qti21.processing import MAXSCORE, Program, Responses, Result, declared_scoring
from stemkey.formats.qti21.tree import children, descendants

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_OPTIONS = 200
"""Above this many, a question is no question; it would take too long to try them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One interaction, as far as scoring is concerned."""

    kind: str
    """QTI's element name."""
    response: Declaration
    options: tuple[str, ...] = ()
    """Identifiers of choices; for a match those of the first set."""
    targets: tuple[str, ...] = ()

    @property
    def is_multiple(self) -> bool:
        """Whether several choices may be taken."""
        return self.response.cardinality == "multiple"


class Trial(NamedTuple):
    """What the program made of one response, and which it was."""

    asked: int | None
    """Index of the interaction; None: nothing was answered, or everything rightly."""
    option: int | None
    """Index of the one choice or answer that was given; None: several or none."""
    ratio: Fraction
    """Share of the whole score."""
    result: Result


@dataclass(slots=True, kw_only=True)
class Credits:
    """What the answers of one interaction are worth."""

    shares: tuple[Fraction, ...] = ()
    """Of each choice, pair or answer, as share of the interaction's worth."""
    answers: tuple[Answer, ...] = ()
    order: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    worth: Fraction = Fraction(0)
    """Points of the interaction."""


@dataclass(slots=True)
class Scoring:
    """What an item's program says."""

    credits: list[Credits]
    total: Fraction | None
    """The best score that the program gives; None: it gives none, people do."""
    is_exact: bool = False
    """Whether only the whole right answer earns anything."""
    simplified: list[str] = field(default_factory=list)
    """What the program does besides, in words."""
    trials: list[Trial] = field(default_factory=list)


def read_scoring(asked: Sequence[Asked], program: Program, template: str, *, is_ours: bool) -> Scoring:
    """Return what every answer is worth; `NotReadable` where the program says what the model cannot."""
    scoring = _Reader(asked, program, template, is_ours=is_ours).read()
    if scoring.total is not None or not any(_has_key(part) for part in asked) or is_ours:
        return scoring
    responses = {part.response.identifier: part.response for part in asked if _has_key(part)}
    name = "map_response" if any(part.response.mapping for part in asked) else "match_correct"
    suggested = _Reader(asked, declared_scoring(responses, program.outcomes), name, is_ours=False).read()
    if suggested.total is None:
        return scoring
    suggested.simplified.append("no program scores it; the answer that it declares is taken for its key")
    return suggested


def _has_key(part: Asked) -> bool:
    """Whether an interaction declares its right answer, for a machine."""
    is_scored = part.kind not in {"extendedTextInteraction", "uploadInteraction"}
    return is_scored and (part.response.correct is not None or part.response.mapping is not None)


class _Reader:
    """One run of `read_scoring`."""

    def __init__(self, asked: Sequence[Asked], program: Program, template: str, *, is_ours: bool) -> None:
        self._asked = asked
        self._program = program
        self._template = template
        self._is_ours = is_ours
        self._answers = [self._answers_of(part) for part in asked]
        self._scoring = Scoring([Credits() for _ in asked], None)
        self._context: dict[str, Value] = {}

    def _answers_of(self, part: Asked) -> list[Answer]:
        if part.kind not in {"textEntryInteraction", "extendedTextInteraction"}:
            return []
        element = self._program.element
        is_whole = element is None or len(self._asked) == 1  # without a program every answer counts as declared
        template = self._template if is_whole or part.response.identifier == "RESPONSE" else ""
        if is_whole and template == "map_response" and part.response.mapping is None:
            template = "match_correct"
        answers = answers_of(part.response, element, template)
        if element is not None:
            for test in unread_tests(part.response, element):
                raise NotReadable(f"a test <{test.tag}> of what was typed")
        return answers

    def read(self) -> Scoring:
        scoring = self._scoring
        bests = [self._best(index) for index in range(len(self._asked))]
        nothing = self._score({})
        every: dict[str, Value] = {
            part.response.identifier: best for part, best in zip(self._asked, bests, strict=True) if best is not None
        }
        total = self._score(every) - nothing
        alone = [
            self._score({part.response.identifier: best}) - nothing if best is not None else Fraction(0)
            for part, best in zip(self._asked, bests, strict=True)
        ]
        if nothing > 0:
            raise NotReadable("points for no answer")
        if total <= 0 and not any(value > 0 for value in alone):
            self._read_all(alone, bests, [])
            return scoring
        if abs(sum(alone, Fraction(0)) - total) > Fraction(1, 10**9):
            if not any(alone) and len(self._asked) > 1 and self._needs_all(every):
                scoring.is_exact = True
                self._context = every
                alone = [total / len(self._asked) if best is not None else Fraction(0) for best in bests]
            elif all(value > 0 for value, best in zip(alone, bests, strict=True) if best is not None):
                scoring.simplified.append("its blanks do not simply add up")
                total = sum(alone, Fraction(0))
            else:
                raise NotReadable("points for one blank that depend on another")
        scoring.total = total
        self._read_all(alone, bests, bests)
        self._try(None, None, every)
        return scoring

    def _needs_all(self, every: Responses) -> bool:
        """Whether the right answers earn nothing once one of them is missing."""
        return all(
            self._score({name: value for name, value in every.items() if name != missing}) <= 0 for missing in every
        )

    def _read_all(self, worths: Sequence[Fraction], bests: Sequence[Value], known: Sequence[Value]) -> None:
        declared = self._declared()
        self._try(None, None, {})
        for index, worth in enumerate(worths):
            # Our own items say what they are worth, though no single answer may earn all of it.
            own = declared / len(self._asked) if self._is_ours and declared else None
            unit = own if own is not None and (len(self._asked) == 1 or worth <= 0) else worth
            if self._context and self._scoring.total:
                unit = self._scoring.total  # beside all other right answers the last one earns everything
            self._scoring.credits[index] = read = self._credits(index, unit, bests[index] if known else None)
            read.worth = worth if worth > 0 else Fraction(0)

    def _declared(self) -> Fraction | None:
        declaration = self._program.outcomes.get(MAXSCORE)
        value = declaration.default if declaration else None
        return value if isinstance(value, Fraction) and value > 0 else None

    # --- running the program ------------------------------------------------------------------------------------

    def _score(self, given: Responses) -> Fraction:
        score = self._program.run({**self._context, **given}).score
        return Fraction(0) if score is None else score

    def _without(self, index: int) -> dict[str, Value]:
        name = self._asked[index].response.identifier
        return {key: value for key, value in self._context.items() if key != name}

    def _try(self, index: int | None, option: int | None, given: Responses) -> Fraction:
        """Run the program, remember what it said, and return the score."""
        base = self._without(index) if index is not None else {}
        result = self._program.run({**base, **given})
        score = result.score or Fraction(0)
        total = self._scoring.total
        self._scoring.trials.append(Trial(index, option, score / total if total else Fraction(0), result))
        return score

    # --- the best response --------------------------------------------------------------------------------------

    def _best(self, index: int) -> Value:
        """Return the response that earns most, None where none earns anything."""
        part = self._asked[index]
        if len(part.options) > MOST_OPTIONS:
            raise NotReadable(f"more than {MOST_OPTIONS} choices")
        name = part.response.identifier
        best: Value = None
        highest = Fraction(0)
        for value in self._candidates(index):
            score = self._score({name: value})
            if score > highest:
                best, highest = value, score
        if best is None and part.response.correct is not None:
            return part.response.correct
        return best

    def _candidates(self, index: int) -> Iterator[Value]:
        part = self._asked[index]
        match part.kind:
            case "choiceInteraction" | "inlineChoiceInteraction" if not part.is_multiple:
                yield from part.options
            case "choiceInteraction" | "matchInteraction":
                if part.response.correct is not None:
                    yield part.response.correct
                yield from self._sets(part)
            case "orderInteraction":
                if part.response.correct is not None:
                    yield part.response.correct
                yield from self._orders()
            case "textEntryInteraction" | "extendedTextInteraction":
                yield from (response for _, response in self._examples(index))
            case _:
                return

    def _sets(self, part: Asked) -> Iterator[Value]:
        """Give the sets of choices that may be the key."""
        mapping = part.response.mapping
        if mapping is not None:
            good = tuple(" ".join(entry.key.split()) for entry in mapping.entries if entry.value > 0)
            yield Container(good)
        singles = tuple(
            option
            for option in part.options
            if part.kind == "choiceInteraction" and self._score({part.response.identifier: Container((option,))}) > 0
        )
        if singles:
            yield Container(singles)
        if self._program.element is not None and part.kind == "choiceInteraction":
            yield from _asked_sets(self._program.element, part)

    def _orders(self) -> Iterator[Value]:
        element = self._program.element
        if element is None:
            return
        for ordered in descendants(element, "ordered"):
            values = tuple((value.text or "").strip() for value in ordered if value.tag == "baseValue")
            if values:
                yield Container(values, ordered=True)

    def _examples(self, index: int) -> list[tuple[Answer, Value]]:
        part, answers = self._asked[index], self._answers[index]
        numeric = part.response.base in NUMBERS
        exact = _case_sensitive(answers)
        rows: list[tuple[Answer, Value]] = []
        for position, answer in enumerate(answers):
            earlier = [other.accepted for other in answers[:position]]
            rows.append((answer, example(answer.accepted, earlier, numeric=numeric, case_sensitive=exact)))
        return rows

    # --- credits ------------------------------------------------------------------------------------------------

    def _credits(self, index: int, worth: Fraction, best: Value) -> Credits:
        part = self._asked[index]
        match part.kind:
            case "choiceInteraction" if part.is_multiple:
                return self._multiple(index, worth, best)
            case "choiceInteraction" | "inlineChoiceInteraction":
                return self._single(index, worth)
            case "orderInteraction":
                return self._order(index, best)
            case "matchInteraction":
                return self._match(index, worth, best)
            case "textEntryInteraction" | "extendedTextInteraction":
                return self._typed(index, worth)
            case _:
                return Credits()

    def _single(self, index: int, worth: Fraction) -> Credits:
        name = self._asked[index].response.identifier
        base = self._program.run(self._without(index)).score or Fraction(0)
        shares = []
        for option, identifier in enumerate(self._asked[index].options):
            score = self._try(index, option, {name: identifier}) - base
            shares.append(exact_share(score / worth) if worth else Fraction(0))
        return Credits(shares=tuple(shares))

    def _multiple(self, index: int, worth: Fraction, best: Value) -> Credits:
        part = self._asked[index]
        name = part.response.identifier
        key = best.values if isinstance(best, Container) else ()
        singles = [
            self._try(index, option, {name: Container((identifier,))}) for option, identifier in enumerate(part.options)
        ]
        if not key or not worth:
            return Credits(shares=tuple(Fraction(0) for _ in part.options))
        base = self._without(index)
        whole = self._program.run({**base, name: Container(key)}).score or Fraction(0)
        changes = []
        for identifier in part.options:
            other = tuple(one for one in key if one != identifier) if identifier in key else (*key, identifier)
            score = self._program.run({**base, name: Container(other) if other else None}).score or Fraction(0)
            changes.append(whole - score if identifier in key else score - whole)
        if self._is_all_or_nothing(part, key, changes, whole):
            self._scoring.is_exact = True
            return Credits(
                shares=tuple(Fraction(1, len(key)) if option in key else Fraction(0) for option in part.options)
            )
        shares = tuple(exact_share(change / worth) for change in changes)
        expected = [max(Fraction(0), share) for share in shares]
        if not any(self._context) and any(
            abs(max(score, Fraction(0)) / worth - share) > Fraction(1, 1000)
            for score, share in zip(singles, expected, strict=True)
        ):
            raise NotReadable("points for one choice that depend on the others")
        return Credits(shares=shares)

    def _is_all_or_nothing(
        self, part: Asked, key: Sequence[Value], changes: Sequence[Fraction], whole: Fraction
    ) -> bool:
        """Whether one choice too many or too few loses everything, and no mapping says so by numbers."""
        if part.response.identifier in self._program.mapped:
            return False
        wrong = [change for option, change in zip(part.options, changes, strict=True) if option not in key]
        right = [change for option, change in zip(part.options, changes, strict=True) if option in key]
        if any(change != whole for change in right) or (len(key) == 1 and not wrong):
            return False
        if len(key) > 1 and wrong and not any(wrong):
            self._scoring.simplified.append("a wrong choice beside all right ones costs nothing")
            return True
        return all(change == -whole for change in wrong)

    def _order(self, index: int, best: Value) -> Credits:
        part = self._asked[index]
        order = tuple(str(value) for value in best.values) if isinstance(best, Container) else ()
        if sorted(order) != sorted(part.options):
            raise NotReadable("an order without a right one")
        name = part.response.identifier
        base = self._without(index)
        tried = [(*order[1:], order[0]), (*order[:-2], *reversed(order[-2:]))] if len(order) > 1 else []
        for wrong in tried:
            if (self._program.run({**base, name: Container(wrong, ordered=True)}).score or 0) > 0:
                raise NotReadable("points for a part of the order")
        self._try(index, None, {name: Container(tuple(reversed(order)), ordered=True)})
        return Credits(order=order)

    def _match(self, index: int, worth: Fraction, best: Value) -> Credits:
        part = self._asked[index]
        name = part.response.identifier
        pairs = [str(value).split() for value in best.values] if isinstance(best, Container) else []
        pairs = [pair for pair in pairs if len(pair) == 2]
        sources = [pair[0] for pair in pairs]
        if sorted(sources) != sorted(part.options) or not worth:
            raise NotReadable("a match in which a side has no partner, or several")
        base = self._without(index)
        keys = tuple(" ".join(pair) for pair in pairs)
        whole = self._program.run({**base, name: Container(keys)}).score or Fraction(0)
        shares = []
        for key in keys:
            left = tuple(other for other in keys if other != key)
            score = self._program.run({**base, name: Container(left) if left else None}).score or Fraction(0)
            shares.append((whole - score) / worth)
        if len(keys) > 1 and all(share == 1 for share in shares):
            self._scoring.is_exact = True
            shares = [Fraction(1) for _ in keys]
        elif abs(sum(shares, Fraction(0)) - 1) > Fraction(1, 1000):
            raise NotReadable("points for one pair that depend on the others")
        self._check_wrong_pairs(index, keys)
        return Credits(pairs=tuple((pair[0], pair[1]) for pair in pairs), shares=tuple(simple_ratio(shares)))

    def _check_wrong_pairs(self, index: int, keys: tuple[str, ...]) -> None:
        part = self._asked[index]
        mapping = part.response.mapping
        if part.response.identifier in self._program.mapped and mapping is not None and mapping.default < 0:
            self._scoring.simplified.append("a wrong pair costs points")
        source, target = keys[0].split()
        other = next((one for one in part.targets if one != target), None)
        if other is not None:
            self._try(index, None, {part.response.identifier: Container((f"{source} {other}",))})

    def _typed(self, index: int, worth: Fraction) -> Credits:
        part = self._asked[index]
        name = part.response.identifier
        rows = self._examples(index)
        shares = []
        exact = _case_sensitive([answer for answer, _ in rows])
        for option, (_, response) in enumerate(rows):
            score = self._try(index, _first_that_fits(rows[: option + 1], response, exact=exact), {name: response})
            base = self._program.run(self._without(index)).score or Fraction(0)
            shares.append(exact_share((score - base) / worth) if worth else Fraction(0))
        answers = self._answers[index]
        numeric = part.response.base in NUMBERS
        if self._try(index, len(rows), {name: no_answer(answers, numeric=numeric)}) > 0 and not self._context:
            raise NotReadable("points for any answer")
        return Credits(shares=tuple(shares), answers=tuple(answers))


def _asked_sets(element: "_Element", part: Asked) -> Iterator[Value]:
    """Give the sets of choices that one condition asks for together."""
    for branch in descendants(element, "responseIf", "responseElseIf"):
        if not any(
            rule.get("identifier", "").endswith("SCORE") for rule in children(branch, "setOutcomeValue")
        ) or not len(branch):
            continue
        denied = {value for test in descendants(branch[0], "not") for value in descendants(test, "baseValue")}
        named = [(value.text or "").strip() for value in descendants(branch[0], "baseValue") if value not in denied]
        chosen = tuple(dict.fromkeys(name for name in named if name in part.options))
        if chosen:
            yield Container(chosen)


def _first_that_fits(rows: Sequence[tuple[Answer, Value]], response: Value, *, exact: bool) -> int:
    """Return the answer that a response is taken for: an earlier one may accept all that a later one does."""
    if isinstance(response, str | Fraction):
        for option, (answer, _) in enumerate(rows):
            if fits(answer.accepted, response, case_sensitive=exact):
                return option
    return len(rows) - 1


def _case_sensitive(answers: Sequence[Answer]) -> bool:
    return any(answer.case_sensitive for answer in answers)


def simple_ratio(values: Sequence[Fraction]) -> list[Fraction]:
    """Return weights in the simplest numbers of the same ratio: all ones where they are equal."""
    shares = [exact_share(value) for value in values]
    if not shares or any(share <= 0 for share in shares):
        return shares
    if max(shares) - min(shares) < Fraction(1, 1000):
        return [Fraction(1) for _ in shares]
    bottom = lcm(*(share.denominator for share in shares))
    whole = [int(share * bottom) for share in shares]
    return [Fraction(number, gcd(*whole)) for number in whole]
