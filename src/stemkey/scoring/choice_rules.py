"""Named rules for choices: what a set of marks is worth. A table; each rule is one formula on exact fractions.

`r` right choices of `R` are marked and `w` wrong ones of `W`; k = R + W. A credit is a share of the item's points.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)


class Marks(NamedTuple):
    """What was marked, in numbers."""

    right: int
    wrong: int
    keys: int
    distractors: int
    credit: Fraction = ZERO
    """Sum of the author's credits of the choices marked."""

    @property
    def choices(self) -> int:
        """Number of choices, k."""
        return self.keys + self.distractors

    @property
    def taken(self) -> int:
        """Number of marks."""
        return self.right + self.wrong

    @property
    def right_decisions(self) -> int:
        """Choices rightly marked or rightly left."""
        return self.right + self.distractors - self.wrong


Parameters = Mapping[str, Fraction]
Formula = Callable[[Marks, Parameters], Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRule:
    """One row."""

    name: str
    title: str
    """The formula in words, as reports say it."""
    formula: Formula
    single: bool = False
    """For items with one right answer to take; else for those where several may be taken."""
    parameters: Mapping[str, str]
    """Names and defaults."""
    who: str
    """Which programs score so."""


def floored(value: Fraction) -> Fraction:
    """Return a credit that is not below 0."""
    return max(value, ZERO)


def _credit(marks: Marks, options: Parameters) -> Fraction:
    return marks.credit


def _formula(marks: Marks, options: Parameters) -> Fraction:
    if marks.right:
        return ONE
    return -Fraction(1, marks.choices - 1) if marks.wrong and marks.choices > 1 else ZERO


def _penalty(marks: Marks, options: Parameters) -> Fraction:
    return ONE if marks.right else -options["penalty"] if marks.wrong else ZERO


def _all_or_nothing(marks: Marks, options: Parameters) -> Fraction:
    return ONE if marks.right == marks.keys and not marks.wrong else ZERO


def _right_minus_wrong(marks: Marks, options: Parameters) -> Fraction:
    return floored(Fraction(marks.right - marks.wrong, max(marks.keys, 1)))


def _d2l_choices(marks: Marks, options: Parameters) -> Fraction:
    return floored(Fraction(marks.right - marks.wrong, marks.choices))


def _d2l_decisions(marks: Marks, options: Parameters) -> Fraction:
    return floored(Fraction(2 * marks.right_decisions - marks.choices, marks.choices))


def _per_option(marks: Marks, options: Parameters) -> Fraction:
    return Fraction(marks.right_decisions, marks.choices)


def _half_point(marks: Marks, options: Parameters) -> Fraction:
    errors = marks.choices - marks.right_decisions
    return ONE if errors == 0 else HALF if errors == 1 else ZERO


def _sum(marks: Marks, options: Parameters) -> Fraction:
    return min(floored(marks.credit), ONE)


def _ou(marks: Marks, options: Parameters) -> Fraction:
    surplus = max(marks.taken - marks.keys, 0)
    return floored(Fraction(marks.right - surplus, max(marks.keys, 1)))


def _ripkey(marks: Marks, options: Parameters) -> Fraction:
    return Fraction(marks.right, max(marks.keys, 1)) if marks.taken <= marks.keys else ZERO


def _balanced(marks: Marks, options: Parameters) -> Fraction:
    kept = Fraction(marks.distractors - marks.wrong, marks.distractors) if marks.distractors else ONE
    return (Fraction(marks.right, max(marks.keys, 1)) + kept) / 2


def _rexams(deduction: Callable[[Marks], Fraction]) -> Formula:
    """Return R/exams' partial credit (exams_eval): +1/R for each right mark, a deduction for each wrong one."""

    def formula(marks: Marks, options: Parameters) -> Fraction:
        if not marks.taken:
            return ZERO
        earned = Fraction(marks.right, max(marks.keys, 1)) - marks.wrong * deduction(marks)
        return max(earned, -options["negative"])

    return formula


def _everything(marks: Marks) -> Fraction:
    return ONE


def _nothing(marks: Marks) -> Fraction:
    return ZERO


def _rexams_exact(marks: Marks, options: Parameters) -> Fraction:
    if marks.right == marks.keys and not marks.wrong:
        return ONE
    return -options["negative"] if marks.taken else ZERO


def _amc(marks: Marks, options: Parameters) -> Fraction:
    """Auto Multiple Choice, a question with several boxes: b for each right decision, m for each wrong one."""
    right = marks.right_decisions
    wrong = marks.choices - right
    return max(options["b"] * right + options["m"] * wrong + options["d"], options["p"])


def _amc_top(marks: Marks, options: Parameters) -> Fraction:
    """AMC's `haut=n`: n for no error, one less for each, not below p."""
    wrong = marks.choices - marks.right_decisions
    return max(options["haut"] - wrong, options["p"])


def _amc_perfect(marks: Marks, options: Parameters) -> Fraction:
    """AMC's `mz=n`: n where everything is right, else 0."""
    return options["mz"] if marks.right_decisions == marks.choices else ZERO


def _amc_single(marks: Marks, options: Parameters) -> Fraction:
    return options["b"] if marks.right else options["m"] if marks.wrong else options["v"]


NEGATIVE = {"negative": "0"}

CHOICE_RULES: tuple[ChoiceRule, ...] = (
    ChoiceRule(
        name="credit", title="the credit of the choice taken", formula=_credit, single=True, parameters={},
        who="number right; Moodle, Blackboard and Brightspace with a weight for each choice",
    ),
    ChoiceRule(
        name="formula", title="1 if right, −1/(k−1) if wrong", formula=_formula, single=True, parameters={},
        who="formula scoring, correction for guessing",
    ),
    ChoiceRule(
        name="penalty", title="1 if right, a fixed share less if wrong", formula=_penalty, single=True,
        parameters={"penalty": "1/4"}, who="JEE, R/exams' negative points",
    ),
    ChoiceRule(
        name="amc-single", title="b points if right, m if wrong, v for a blank, e for several marks", formula=_amc_single, single=True,
        parameters={"b": "1", "m": "0", "v": "0", "e": "0"}, who="Auto Multiple Choice",
    ),
    ChoiceRule(
        name="all-or-nothing", title="1 if exactly the right ones are marked", formula=_all_or_nothing, parameters={},
        who="Canvas New Quizzes exact match, D2L, Blackboard, Google and Microsoft Forms, Moodle multichoiceset",
    ),
    ChoiceRule(
        name="right-minus-wrong", title="(r − w)/R, not below 0", formula=_right_minus_wrong, parameters={},
        who="Canvas Classic Quizzes; New Quizzes with penalty",
    ),
    ChoiceRule(
        name="d2l-right-minus-wrong", title="(r − w)/k, not below 0", formula=_d2l_choices, parameters={},
        who="D2L right minus wrong, read as marks",
    ),
    ChoiceRule(
        name="d2l-right-minus-wrong-decisions", title="(right − wrong decisions)/k, not below 0", formula=_d2l_decisions,
        parameters={}, who="D2L right minus wrong, read as decisions",
    ),
    ChoiceRule(
        name="per-option", title="(r + W − w)/k", formula=_per_option, parameters={},
        who="D2L correct answers, multiple true-false, ILIAS, Moodle mtf",
    ),
    ChoiceRule(
        name="half-point", title="1 if all decisions are right, ½ if one is wrong, else 0", formula=_half_point, parameters={},
        who="Kprim (OpenOlat, Swiss and German medical exams), Moodle mtf",
    ),
    ChoiceRule(
        name="sum", title="the sum of the credits of those marked, from 0 to 1", formula=_sum, parameters={},
        who="Moodle multichoice with several answers",
    ),
    ChoiceRule(
        name="ou", title="(r − marks beyond R)/R, not below 0", formula=_ou, parameters={}, who="Moodle oumultiresponse",
    ),
    ChoiceRule(
        name="ripkey", title="r/R if not more than R are marked, else 0", formula=_ripkey, parameters={}, who="Ripkey",
    ),
    ChoiceRule(
        name="balanced", title="½ (r/R + (W − w)/W)", formula=_balanced, parameters={}, who="balanced scoring",
    ),
    ChoiceRule(
        name="rexams-exact", title="1 if exactly the right ones are marked, else −negative; a blank 0",
        formula=_rexams_exact, parameters=NEGATIVE, who="R/exams, partial = FALSE",
    ),
    ChoiceRule(
        name="rexams-false", title="r/R − w/W, not below −negative; a blank 0", parameters=NEGATIVE,
        formula=_rexams(lambda marks: Fraction(1, max(marks.distractors, 1))), who="R/exams, rule false",
    ),
    ChoiceRule(
        name="rexams-false2", title="r/R − w/max(W, 2), not below −negative; a blank 0", parameters=NEGATIVE,
        formula=_rexams(lambda marks: Fraction(1, max(marks.distractors, 2))), who="R/exams, its default",
    ),
    ChoiceRule(
        name="rexams-true", title="r/R − w/R, not below −negative; a blank 0", parameters=NEGATIVE,
        formula=_rexams(lambda marks: Fraction(1, max(marks.keys, 1))), who="R/exams, rule true",
    ),
    ChoiceRule(
        name="rexams-all", title="r/R, and −negative with any wrong mark; a blank 0", parameters=NEGATIVE,
        formula=_rexams(_everything), who="R/exams, rule all",
    ),
    ChoiceRule(
        name="rexams-none", title="r/R; a blank 0", parameters=NEGATIVE,
        formula=_rexams(_nothing), who="R/exams, rule none",
    ),
    ChoiceRule(
        name="amc", title="b points for each right decision, m for each wrong one, plus d, not below p; v for a blank", formula=_amc,
        parameters={"b": "1", "m": "0", "d": "0", "p": "0", "v": "0"}, who="Auto Multiple Choice",
    ),
    ChoiceRule(
        name="amc-haut", title="haut points, one less for each wrong decision, not below p; v for a blank", formula=_amc_top,
        parameters={"haut": "1", "p": "0", "v": "0"}, who="Auto Multiple Choice",
    ),
    ChoiceRule(
        name="amc-mz", title="mz points if every decision is right, else 0; v for a blank", formula=_amc_perfect,
        parameters={"mz": "1", "v": "0"}, who="Auto Multiple Choice",
    ),
)  # fmt: skip

IN_POINTS = frozenset({"amc", "amc-haut", "amc-mz", "amc-single"})
"""Rules whose formulas give points, not shares of the item's points."""
