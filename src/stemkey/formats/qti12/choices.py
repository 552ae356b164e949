"""What is right in an item, and which feedback belongs to which answer."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from stemkey.diagnostics import Span
from stemkey.formats.qti12.item_parts import Condition, Label, Parts, Response, Test, feedback_field
from stemkey.formats.qti12.meta import fraction
from stemkey.model import (
    EMPTY,
    FULL_CREDIT,
    NO_CREDIT,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Content,
    MatchInteraction,
    MatchPair,
    MatchTarget,
    OrderInteraction,
)

_HUNDRED = Fraction(100)
# Blackboard's either/or: the words that its pages show for the idents.
_EITHER_OR = MappingProxyType(
    {
        "agree_disagree.true": "Agree",
        "agree_disagree.false": "Disagree",
        "right_wrong.true": "Right",
        "right_wrong.false": "Wrong",
        "true_false.true": "True",
        "true_false.false": "False",
        "yes_no.true": "Yes",
        "yes_no.false": "No",
    }
)


def choice(parts: Parts, *, multiple: bool, names: list[str] | None, identifier: str, source: str) -> ChoiceInteraction:
    """Return a choice interaction; `names` are the author's own names of the choices, where known."""
    response = parts.responses[0]
    if len({label.ident for label in response.labels} - {""}) < len(response.labels):
        response.labels = _distinct(response.labels)
    earned = _multiple_credits(parts) if multiple else _single_credits(parts)
    told = answer_feedback(parts)
    feedback = parts.feedback
    return ChoiceInteraction(
        identifier=identifier,
        choices=tuple(
            Choice(
                identifier=names[index] if names else label.ident,
                content=Content(_EITHER_OR.get(label.content, label.content)),
                credit=earned.get(label.ident, NO_CREDIT),
                feedback=feedback.get(told[label.ident], EMPTY) if label.ident in told else EMPTY,
                span=Span(source, label.line),
            )
            for index, label in enumerate(response.labels)
        ),
        cardinality=Cardinality.MULTIPLE if multiple else Cardinality.SINGLE,
    )


def right_idents(parts: Parts) -> set[str]:
    """Return the idents that earn something."""
    return {
        ident
        for condition in parts.conditions
        if is_right(condition, parts)
        for test in condition.tests
        for ident in _chosen(test)
    }


def _distinct(labels: list[Label]) -> list[Label]:
    """Return labels with idents of their own: some tools write several without."""
    taken: set[str] = set()
    found = []
    for place, label in enumerate(labels, 1):
        ident = label.ident if label.ident and label.ident not in taken else f"choice-{place}"
        taken.add(ident)
        found.append(label._replace(ident=ident))
    return found


def _single_credits(parts: Parts) -> dict[str, Fraction]:
    """Return what each answer earns: a condition that sets the score pays each answer that it names."""
    earned: dict[str, Fraction] = {}
    for condition in parts.conditions:
        if not condition.scores:
            continue
        value = earned_by(condition, parts)
        for test in condition.tests:
            for ident in _chosen(test):
                earned[ident] = max(earned.get(ident, NO_CREDIT), value) if value >= 0 else value
    if not any(value > 0 for value in earned.values()):
        for condition in parts.conditions:
            if is_right(condition, parts):
                earned.update((ident, FULL_CREDIT) for test in condition.tests for ident in _chosen(test))
    return earned


def _multiple_credits(parts: Parts) -> dict[str, Fraction]:
    """Return each right answer's share: equal shares, unless each choice adds points of its own."""
    scored = [condition for condition in parts.conditions if condition.scores]
    if scored and all(_adds_for_one(condition) for condition in scored):
        return _as_shares(_single_credits(parts))
    right: list[str] = []
    for condition in parts.conditions:
        if is_right(condition, parts):
            for test in condition.tests:
                right += [ident for ident in _chosen(test) if ident not in right]
    share = Fraction(1, len(right)) if right else NO_CREDIT
    return dict.fromkeys(right, share)


def _as_shares(earned: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return what choices add as shares of the whole: some tools add percentages up to a maximum of other size."""
    total = sum((value for value in earned.values() if value > 0), NO_CREDIT)
    return {ident: value / total for ident, value in earned.items()} if total > 1 else earned


def _adds_for_one(condition: Condition) -> bool:
    return (
        len(condition.tests) == 1
        and condition.tests[0].operator == "varequal"
        and all(action == "Add" and fraction(text) for _, action, text in condition.scores)
    )


def _chosen(test: Test) -> list[str]:
    """Return the idents that a condition wants chosen."""
    if test.operator == "varequal":
        return [test.value.strip()]
    if test.operator in {"and", "or"}:
        return [ident for part in test.parts for ident in _chosen(part)]
    return []


def is_right(condition: Condition, parts: Parts) -> bool:
    """Whether a condition is about a right answer: it gives points, or is called so."""
    if condition.scores:
        # D2L counts what is wrong in a variable of its own.
        value = NO_CREDIT if _counts_wrong(condition) else earned_by(condition, parts)
        if value > 0:
            return True
        if value < 0:
            return False
    # Worth nothing at all, and still named as the right one: an item of 0 points, or Blackboard's way.
    return condition.title.lower() == "correct" or any(
        feedback_field(ident) == "correct" for ident in condition.feedback
    )


def _counts_wrong(condition: Condition) -> bool:
    return all("incorrect" in variable.lower() for variable, _, _ in condition.scores)


def earned_by(condition: Condition, parts: Parts) -> Fraction:
    """Return the share of the points that a condition gives."""
    if not condition.scores:
        return FULL_CREDIT if is_right(condition, parts) else NO_CREDIT
    scale = parts.maximum
    if len(condition.scores) > 1 and _adds_up_to_nothing(condition):
        return NO_CREDIT
    for _, action, text in condition.scores:
        if text in {"100", "SCORE.max"} and action != "Subtract" and (scale == "100" or text != "100"):
            return FULL_CREDIT
        value = fraction(text)
        if value is not None:
            return (-value if action == "Subtract" else value) / _scale(parts)
    return NO_CREDIT


def _adds_up_to_nothing(condition: Condition) -> bool:
    """Whether a condition gives and takes the same: R/exams marks the right number so for OLAT."""
    values = [fraction(text) for _, action, text in condition.scores if action == "Add"]
    return len(values) == len(condition.scores) and None not in values and sum(filter(None, values)) == 0


def _scale(parts: Parts) -> Fraction:
    """Return the score that is worth the whole item: as declared, else the largest that any condition gives."""
    declared = fraction(parts.maximum)
    values = [
        value
        for condition in parts.conditions
        for _, action, text in condition.scores
        if action != "Subtract" and (value := fraction(text)) is not None and value > 0
    ]
    largest = max(values, default=_HUNDRED)
    if declared == _HUNDRED != largest and largest == fraction(parts.metadata.get("points_possible")):
        return largest  # New Quizzes, where points vary by answer: they are points, whatever the maximum says
    if declared is not None and declared > 0:
        return declared
    return _HUNDRED if Fraction(10) < largest <= _HUNDRED else largest


def answer_feedback(parts: Parts) -> dict[str, str]:
    """Return which feedback is shown for which answer."""
    told: dict[str, str] = {}
    if not parts.feedback:
        return told
    for condition in parts.conditions:
        if condition.feedback and len(condition.tests) == 1 and condition.tests[0].operator == "varequal":
            for ident in condition.feedback:
                if ident in parts.feedback and feedback_field(ident) is None:
                    told[condition.tests[0].value.strip()] = ident
    for ident in parts.feedback:
        # Canvas takes an answer's feedback by its name alone, too.
        if ident.endswith("_fb") and feedback_field(ident) is None:
            told.setdefault(ident.removesuffix("_fb"), ident)
    return told


def matching(parts: Parts, names: Mapping[str, str], identifier: str) -> MatchInteraction:
    """Return a matching interaction: a list for each left side, all right sides in each."""
    targets: dict[str, MatchTarget] = {}
    pairs = []
    right = _right_targets(parts)
    if parts.right_sides:
        _name_by_place(parts, right)
    elif _differ_in_idents_only(parts.responses):
        _name_by_text(parts, right)
    for response in parts.responses:
        for label in response.labels:
            name = names.get(label.ident, label.ident)
            targets.setdefault(label.ident, MatchTarget(identifier=name, content=label.content))
        name = response.ident.removeprefix("response_")
        pairs.append(_pair(parts, response, names.get(name, name), right, names))
    kept = tuple(pair for pair in pairs if pair.target and pair.source)
    wanted = {pair.target for pair in kept}
    # Canvas writes rows that were left empty, too.
    shown = tuple(target for target in targets.values() if target.content or target.identifier in wanted)
    return MatchInteraction(identifier=identifier, pairs=kept, targets=shown)


def _name_by_place(parts: Parts, right: dict[str, str]) -> None:
    """Give the lists of Blackboard one set of labels: each list has idents of its own, and the place counts."""
    for response in parts.responses:
        places = {label.ident: place for place, label in enumerate(response.labels)}
        if response.ident in right and right[response.ident] in places:
            right[response.ident] = f"m{places[right[response.ident]] + 1}"
        response.labels = [Label(f"m{place}", content, 1) for place, content in enumerate(parts.right_sides, 1)]


def _differ_in_idents_only(responses: list[Response]) -> bool:
    """Whether the lists of a matching offer the same texts under idents of their own."""
    idents = {frozenset(label.ident for label in response.labels) for response in responses}
    texts = {frozenset(label.content for label in response.labels) for response in responses}
    return len(idents) > 1 and len(texts) == 1


def _name_by_text(parts: Parts, right: dict[str, str]) -> None:
    """Give lists that each have idents of their own one set of labels, told apart by their texts."""
    first: dict[Content, str] = {}
    for response in parts.responses:
        names = {label.ident: first.setdefault(label.content, label.ident) for label in response.labels}
        if response.ident in right:
            right[response.ident] = names.get(right[response.ident], right[response.ident])
        response.labels = [label._replace(ident=names[label.ident]) for label in response.labels]


def _right_targets(parts: Parts) -> dict[str, str]:
    right: dict[str, str] = {}
    for condition in parts.conditions:
        if not is_right(condition, parts):
            continue
        for test in _equalities(condition.tests):
            right.setdefault(test.respident, test.value.strip())
    return right


def _equalities(tests: tuple[Test, ...]) -> list[Test]:
    found = []
    for test in tests:
        if test.operator == "varequal":
            found.append(test)
        elif test.operator in {"and", "or"}:
            found += _equalities(test.parts)
    return found


def _pair(
    parts: Parts, response: Response, identifier: str, right: Mapping[str, str], names: Mapping[str, str]
) -> MatchPair:
    target = right.get(response.ident, "")
    return MatchPair(identifier=identifier, source=response.prompt, target=names.get(target, target))


def ordering(parts: Parts, identifier: str) -> OrderInteraction | None:
    """Return an ordering interaction with its choices in the right order; None where the order is not said."""
    response = parts.responses[0]
    labels = {label.ident: label for label in response.labels}
    order = next(
        (
            names
            for condition in parts.conditions
            if (names := [name for test in condition.tests for name in _chosen(test)])
            and len(names) == len(labels)
            and set(names) == set(labels)
        ),
        None,
    )
    if order is None:
        # D2L: one condition for each choice, whose value is its place.
        places = {
            test.respident: fraction(test.value)
            for condition in parts.conditions
            for test in condition.tests
            if test.operator == "varequal" and test.respident in labels
        }
        if set(places) != set(labels) or None in places.values():
            return None
        order = sorted(labels, key=lambda name: (places[name] or NO_CREDIT, name))
    return OrderInteraction(
        identifier=identifier,
        choices=tuple(Choice(identifier=name, content=labels[name].content) for name in order),
    )


__all__ = ["Content", "answer_feedback", "choice", "earned_by", "is_right", "matching", "ordering"]
