"""A graded class made by hand: the reports are tested without the rest of the pipeline, with numbers worked out here.

The arithmetic is written once more, plainly, so that nothing in these tests leans on the kernel.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import sqrt
from random import Random
from statistics import fmean, median, stdev

from stemkey.analysis.item_analysis import ChoiceStatistics, ItemAnalysis, ItemStatistics, TestStatistics
from stemkey.diagnostics import CellSpan, Diagnostic, Severity, Span
from stemkey.model import Asset, Choice, ChoiceInteraction, Content, Feedback, Item, Quiz, Section, text_content
from stemkey.reports.results import ChangedScore, Results
from stemkey.scoring.answer_key import AnswerKey, ItemKey, Judgement, Status
from stemkey.scoring.gradebook import Candidate, GradingRecord, MappedColumn, SheetFile

HOSTILE_NAMES = (
    '=HYPERLINK("http://evil.example","click")',
    "+441234567890+A1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\tTab Before",
    "<b>Bold</b><script>alert(1)</script>",
    'O\'Brien "Quote" & Söhne',
    "李小龍",
    "محمد عبد الله",
    "Zoë 👩🏽‍🚀 Ünïcødé",
    "N" * 80,
    "#N/A",
    "\u202eevil\u202c reversed",
    "x\x07bell",
    "' onmouseover='alert(2)",
    "{{ 7 * 7 }}",
)
HOSTILE_ANSWERS = ("=1+1", "<img src=x onerror=alert(3)>", "]]></text>")
NAMES = ("Ada Byron", "Alan Mathison", "Grace Brewster", "Edsger Wybe", "Barbara Jane", "Tony Charles")

_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500015a2d1d5b0000000049454e44ae426082"
)


def make_quiz(items: int = 10) -> Quiz:
    """A quiz of four options each; item 2 has an image, item 3 code and markup that must stay text, item 4 math."""
    return Quiz(
        identifier="day51",
        title="Serving & <Optimisation>",
        sections=(Section(items=tuple(_item(number) for number in range(1, items + 1))),),
        assets={"plot.png": Asset(name="plot.png", data=_PIXEL)},
    )


def _item(number: int) -> Item:
    bodies = {
        2: '<p>What does the plot show?</p><p><img src="plot.png" alt="A falling line"></p>',
        3: "<p>What does <code>a &lt; b &amp;&amp; c</code> print?</p><pre><code>x = 1\nprint(x)\n</code></pre>",
        4: "<p>How large is \\(x^2 &lt; 2\\)?</p>",
    }
    key = "BBACBDABCA"[(number - 1) % 10]
    choices = tuple(
        Choice(
            identifier=label,
            content=text_content(f"Answer {label} of question {number}" + (" <script>" if label == "D" else "")),
            credit=Fraction(label == key),
        )
        for label in "ABCD"
    )
    return Item(
        identifier=f"day51-q{number}",
        number=str(number),
        body=Content(bodies.get(number, f"<p>Question {number}: which one &amp; why?</p>")),
        interactions=(ChoiceInteraction(choices=choices),),
        feedback=Feedback(general=Content("<p>Because.</p>")),
        span=Span("quizzes/day51.md", 10 * number, 1, 20),
    )


@cache
def make_results(
    candidates: int = 30, items: int = 10, *, names: tuple[str, ...] = NAMES, listed: bool = True
) -> Results:
    """A class with strong and weak candidates, blanks, a stray mark, two marks, a damaged cell and two flags."""
    quiz = make_quiz(items)
    keys = tuple(_item_key(item) for item in quiz.items)
    random = Random(51)
    sheet = [_responses(random, keys, index) for index in range(candidates)]
    if candidates > 4 and items > 5:
        sheet[1][2] = Judgement(Status.INVALID, "E", Fraction(0), 0)
        sheet[2][3] = Judgement(Status.SEVERAL_MARKS, "A,C", Fraction(0), 0)
        sheet[3][4] = Judgement(Status.UNREADABLE, "#N/A", None, 0)
    people = tuple(_candidate(index, row, names) for index, row in enumerate(sheet))
    analysis = _analysis(keys, people)
    return Results(
        quiz=quiz,
        key=AnswerKey(items=keys, tick=Fraction(1)),
        title=quiz.title,
        record=_record(candidates, items),
        candidates=people if listed else None,
        analysis=analysis,
        diagnostics=(*_findings(items), *(() if listed else (NOT_LISTED,))),
    )


NOT_LISTED = Diagnostic(
    code="G004",
    name="candidates-not-listed",
    severity=Severity.INFO,
    message="30 candidates: only students.csv lists them one by one",
)


def make_regraded_results() -> Results:
    """A class where question 7 was given another key, question 9 a bonus, question 10 was dropped; with grades."""
    results = make_results()
    items = list(results.key.items)
    accepted = replace(items[6].item, interactions=(_with_key(items[6].item, "C"),))
    items[6] = replace(items[6], item=accepted, key_mask=0b101)
    items[8] = replace(items[8], bonus=True)
    items[9] = replace(items[9], dropped=True)
    people = results.candidates or ()
    return replace(
        results,
        key=replace(results.key, items=tuple(items), before=results.key),
        changed=tuple(
            ChangedScore(person.id, person.score, Fraction(10), person.score + 1, Fraction(8)) for person in people[:3]
        ),
        grades=tuple("pass" if person.score >= 5 else "fail" for person in people),
    )


def _with_key(item: Item, label: str) -> ChoiceInteraction:
    interaction = item.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    choices = tuple(
        replace(choice, credit=Fraction(1)) if choice.identifier == label else choice for choice in interaction.choices
    )
    return replace(interaction, choices=choices)


def _item_key(item: Item) -> ItemKey:
    interaction = item.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    mask = sum(1 << index for index, choice in enumerate(interaction.choices) if choice.credit)
    return ItemKey(item, interaction.labels, mask, 1, True, _never)


@cache
def _judgement(label: str, key: str) -> Judgement:
    """The same judgement for the same response, as the pipeline has it."""
    right = label == key
    return Judgement(Status.ANSWERED, label, Fraction(right), int(right), 1 << "ABCD".index(label))


def _never(response: object) -> Judgement:
    raise AssertionError("a report judges nothing")


OMITTED = Judgement(Status.OMITTED, None, Fraction(0), 0)


def _responses(random: Random, keys: Sequence[ItemKey], index: int) -> list[Judgement]:
    ability = random.gauss(0, 1)
    row = []
    for position, entry in enumerate(keys):
        key = "ABCD"[entry.key_mask.bit_length() - 1]
        difficulty = -1.6 + 0.32 * (position % 10)
        knows = random.random() < 1 / (1 + 2.7 ** -(1.4 * (ability - difficulty)))
        if position == 6:
            knows = random.random() < 1 / (1 + 2.7 ** (0.6 * ability))
        if random.random() < 0.03:
            row.append(OMITTED)
        else:
            row.append(_judgement(key if knows else random.choice([label for label in "ABCD" if label != key]), key))
    return row


def _candidate(index: int, row: Sequence[Judgement], names: Sequence[str]) -> Candidate:
    name = names[index % len(names)]
    return Candidate(
        id=f"{index + 2371:07d}",
        name=name,
        email=f"student{index}@example.edu",
        attempt=None,
        row=index + 2,
        answered=sum(judgement.status is Status.ANSWERED for judgement in row),
        correct=sum(judgement.credit == 1 for judgement in row),
        score=Fraction(sum(judgement.ticks for judgement in row)),
        points=Fraction(len(row)),
        provisional=any(judgement.credit is None for judgement in row),
        items=tuple(row),
    )


def _correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    if len(left) < 2 or not stdev(left) or not stdev(right):
        return None
    mean_left, mean_right = fmean(left), fmean(right)
    both = sum((a - mean_left) * (b - mean_right) for a, b in zip(left, right, strict=True))
    return both / (len(left) - 1) / stdev(left) / stdev(right)


def _analysis(keys: Sequence[ItemKey], people: Sequence[Candidate]) -> ItemAnalysis:
    totals = [float(person.score) for person in people]
    columns = [[float(person.items[position].ticks) for person in people] for position in range(len(keys))]
    items = tuple(_statistics(position, keys[position], columns, people, totals) for position in range(len(keys)))
    spread = stdev(totals) if len(totals) > 1 else None
    alpha = _alpha(columns)
    return ItemAnalysis(
        items=items,
        test=TestStatistics(
            candidates=len(people),
            items=len(keys),
            points=Fraction(len(keys)),
            mean=fmean(totals),
            median=median(totals),
            standard_deviation=spread,
            minimum=min(totals),
            maximum=max(totals),
            skewness=-0.31,
            kurtosis=-0.62,
            alpha=alpha,
            alpha_interval=None if alpha is None else (alpha - 0.19, alpha + 0.11),
            standard_error_of_measurement=None if alpha is None or spread is None else spread * sqrt(1 - alpha),
            distribution=tuple(sorted(Counter(person.score for person in people).items())),
        ),
    )


def _alpha(columns: Sequence[Sequence[float]]) -> float | None:
    if len(columns) < 2 or len(columns[0]) < 2:
        return None
    total = stdev([sum(row) for row in zip(*columns, strict=True)]) ** 2
    return (
        len(columns) / (len(columns) - 1) * (1 - sum(stdev(column) ** 2 for column in columns) / total)
        if total
        else None
    )


def _statistics(
    position: int,
    key: ItemKey,
    columns: Sequence[Sequence[float]],
    people: Sequence[Candidate],
    totals: Sequence[float],
) -> ItemStatistics:
    scores = columns[position]
    rest = [total - score for total, score in zip(totals, scores, strict=True)]
    counts = Counter(person.items[position].status for person in people)
    ranked = sorted(range(len(people)), key=lambda index: totals[index])
    tail = max(1, round(0.27 * len(people)))
    upper, lower = [scores[index] for index in ranked[-tail:]], [scores[index] for index in ranked[:tail]]
    return ItemStatistics(
        number=key.item.number,
        identifier=key.item.identifier,
        title=f"Question {key.item.number}: which one & why?",
        points=Fraction(1),
        n=len(people),
        answered=counts[Status.ANSWERED],
        omitted=counts[Status.OMITTED],
        not_reached=0,
        invalid=counts[Status.INVALID],
        several_marks=counts[Status.SEVERAL_MARKS],
        unreadable=counts[Status.UNREADABLE],
        facility=fmean(scores),
        standard_deviation=stdev(scores) if len(scores) > 1 else None,
        item_total=_correlation(scores, totals),
        item_rest=_correlation(scores, rest),
        discrimination_index=fmean(upper) - fmean(lower),
        alpha_if_deleted=_alpha([column for index, column in enumerate(columns) if index != position]),
        choices=tuple(_choice(position, key, choice, people, rest, totals) for choice in range(4)),
        trace=_trace(position, people, ranked),
        flags={6: ("A204", "A206"), 9: ("A201",)}.get(position, ()),
        span=key.item.span,
    )


def _choice(
    position: int,
    key: ItemKey,
    choice: int,
    people: Sequence[Candidate],
    rest: Sequence[float],
    totals: Sequence[float],
) -> ChoiceStatistics:
    label = "ABCD"[choice]
    chosen = [float(person.items[position].chosen == 1 << choice) for person in people]
    with_it = [total for total, one in zip(totals, chosen, strict=True) if one]
    interaction = key.item.interactions[0]
    assert isinstance(interaction, ChoiceInteraction)
    return ChoiceStatistics(
        label=label,
        identifier=label,
        text=f"Answer {label} of question {key.item.number}" + (" <script>" if label == "D" else ""),
        key=bool(key.key_mask >> choice & 1),
        count=int(sum(chosen)),
        proportion=fmean(chosen),
        point_biserial=_correlation(chosen, rest),
        mean_score=fmean(with_it) if with_it else None,
    )


def _trace(position: int, people: Sequence[Candidate], ranked: Sequence[int]) -> tuple[tuple[float | None, ...], ...]:
    if len(people) < 10:
        return ()
    fifths = [ranked[len(ranked) * part // 5 : len(ranked) * (part + 1) // 5] for part in range(5)]
    rows: list[tuple[float | None, ...]] = [
        tuple(fmean(float(people[index].items[position].chosen == 1 << choice) for index in fifth) for fifth in fifths)
        for choice in range(4)
    ]
    rows.append(
        tuple(
            fmean(float(people[index].items[position].status is Status.OMITTED) for index in fifth) for fifth in fifths
        )
    )
    return tuple(rows)


def _record(candidates: int, items: int) -> GradingRecord:
    return GradingRecord(
        quiz_source="quizzes/day51.md",
        quiz_digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        files=(
            SheetFile(
                name="class.xlsx",
                source="plain",
                kind="xlsx",
                sheet="Responses",
                encoding=None,
                rows_read=candidates + 1,
                rows_graded=candidates,
                rows_refused=1,
            ),
        ),
        mapping=tuple(
            MappedColumn(column=f"Q{number}", number=str(number), by="number") for number in range(1, items + 1)
        ),
        attempts="best",
        rules=("A choice earns the share of the points that the quiz gives it; a blank earns none.",),
        assumptions=('The column "Student ID" is taken as the candidate\'s id.',),
    )


def _findings(items: int) -> tuple[Diagnostic, ...]:
    cell = Diagnostic(
        code="S301",
        name="damaged-cell",
        severity=Severity.ERROR,
        message='"#N/A" is an error value, not an answer; the score of student 0002374 is provisional',
        hint="mend the cell and grade again",
        place=CellSpan("class.xlsx", "Responses", 5, "G"),
        item="5",
    )
    stray = Diagnostic(
        code="S305",
        name="mark-is-no-option",
        severity=Severity.WARNING,
        message='"<script>E" is no option of question 3',
        place=CellSpan("class.xlsx", "Responses", 3, "E"),
        item="3",
    )
    if items < 10:
        return (cell, stray)
    negative = Diagnostic(
        code="A204",
        name="negative-discrimination",
        severity=Severity.WARNING,
        message="question 7: weak candidates do better than strong ones (r = -0.21, 95 % from -0.53 to 0.16)",
        hint="read its stem and key again",
        place=Span("quizzes/day51.md", 70, 1, 20),
        item="7",
    )
    miskey = Diagnostic(
        code="A206",
        name="possible-miskey",
        severity=Severity.WARNING,
        message="question 7: choice C, not the key A, is chosen by the strongest candidates",
        hint="check the key",
        place=Span("quizzes/day51.md", 70, 1, 20),
        item="7",
    )
    hard = Diagnostic(
        code="A201",
        name="too-hard",
        severity=Severity.INFO,
        message="question 10: few candidates know the answer",
        place=Span("quizzes/day51.md", 100, 1, 20),
        item="10",
    )
    return (cell, stray, negative, miskey, hard)
