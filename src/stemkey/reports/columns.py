"""Every number that a report shows: its name in CSV and JSON, its title, its kind, and which number exactly it is.

To add a statistic: one function in `analysis/`, one field in its result, one `field(...)` here. It is then in
questions.csv, results.json (and its schema), the workbook and the page, with its definition.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from stemkey.analysis.item_analysis import ChoiceStatistics, ItemStatistics, TestStatistics
from stemkey.reports.document import Column, Kind, Table, Value
from stemkey.reports.keys import describe_key
from stemkey.reports.results import Results
from stemkey.scoring.answer_key import ItemKey
from stemkey.scoring.gradebook import Candidate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A column and where its value is found."""

    column: Column
    value: Callable[[T], Value]


class Subject(NamedTuple):
    """One item as the reports see it: its key and its statistics."""

    key: ItemKey
    statistics: ItemStatistics


def subjects(results: Results) -> list[Subject]:
    """Return every item with its key and statistics, in the order of the quiz."""
    return [Subject(key, item) for key, item in zip(results.key.items, results.analysis.items, strict=True)]


def fill_table(
    name: str, title: str, fields: Sequence[Field[T]], things: Sequence[T], *, record: bool = False
) -> Table:
    """Return a table with a row for each thing."""
    return Table(
        name=name,
        title=title,
        columns=tuple(entry.column for entry in fields),
        rows=tuple(tuple(entry.value(thing) for entry in fields) for thing in things),
        record=record,
    )


def _field(name: str, title: str, kind: Kind, definition: str, value: Callable[[T], Value] | None = None) -> Field[T]:
    column = Column(name=name, title=title, kind=kind, definition=definition)
    return Field(column, value if value is not None else attrgetter(name))


def _item(name: str, title: str, kind: Kind, definition: str) -> Field[Subject]:
    return _field(name, title, kind, definition, attrgetter(f"statistics.{name}"))


ITEM_FIELDS: tuple[Field[Subject], ...] = (
    _item("number", "No.", Kind.TEXT, "Number of the question in the quiz."),
    _item("identifier", "Identifier", Kind.TEXT, "The question's own id, the same in every export."),
    _item("title", "Question", Kind.TEXT, "Its name in the source, else its text."),
    _item("points", "Points", Kind.SCORE, "The most that a candidate can earn with it."),
    _item("n", "Given to", Kind.COUNT, "Candidates who were given the question."),
    _item("answered", "Answered", Kind.COUNT, "Candidates whose response could be read as an answer."),
    _item(
        "omitted",
        "Omitted",
        Kind.COUNT,
        "Blank responses; each counts as 0 points, unless a scoring rule says otherwise.",
    ),
    _item(
        "not_reached", "Not reached", Kind.COUNT, "Blanks at the end of an attempt, where they were to be told apart."
    ),
    _item(
        "facility",
        "Facility",
        Kind.PROPORTION,
        "Mean score as a share of the points, over all who were given the question (a blank is 0). High is easy.",
    ),
    _item(
        "standard_deviation",
        "SD",
        Kind.NUMBER,
        "Standard deviation of the question's score, in points (divisor n - 1).",
    ),
    _item(
        "item_total",
        "Item-total r",
        Kind.CORRELATION,
        "Correlation of the question's score with the total score; the total includes the question, so it flatters.",
    ),
    _item(
        "item_rest",
        "Item-rest r",
        Kind.CORRELATION,
        "Correlation of the question's score with the score on all other questions. Low: it does not tell the strong"
        " from the weak; below 0: the weak do better.",
    ),
    _item(
        "discrimination_index",
        "Upper-lower D",
        Kind.CORRELATION,
        "Facility among the best 27 % of the candidates minus facility among the weakest 27 %; candidates at the"
        " boundary count in part, so the order of the sheet does not matter.",
    ),
    _item(
        "alpha_if_deleted",
        "Alpha without it",
        Kind.CORRELATION,
        "Cronbach's alpha of the test without the question. Above alpha itself: the question makes the scores less reliable.",
    ),
    _item("flags", "Flags", Kind.FLAG, "Codes of the findings about the question; each is explained under Findings."),
    _field("key", "Key", Kind.TEXT, "The right answer.", lambda subject: describe_key(subject.key.item)),
)
"""Of an item, in the order of questions.csv (docs/reports.md); a choice's columns follow there."""

FURTHER_ITEM_FIELDS: tuple[Field[Subject], ...] = (
    _item(
        "invalid",
        "Stray marks",
        Kind.COUNT,
        "Marks that are no option of the question; each counts as 0 points, unless everybody has full credit, and is listed.",
    ),
    _item(
        "several_marks",
        "Several marks",
        Kind.COUNT,
        "Two marks where one is allowed; each counts as 0 points, unless a scoring rule says otherwise, and is listed.",
    ),
    _item(
        "unreadable",
        "Unreadable",
        Kind.COUNT,
        "Damaged cells; no score is given, the candidate's total is provisional.",
    ),
    _item("needs_grading", "To be graded", Kind.COUNT, "Responses that wait for a person; no score yet."),
)
"""Of an item, after the choices' columns in questions.csv. New statistics are added here."""

CHOICE_FIELDS: tuple[Field[ChoiceStatistics], ...] = (
    _field("label", "Option", Kind.TEXT, "The option's letter."),
    _field("identifier", "Option id", Kind.TEXT, "The option's id in the source."),
    _field("text", "Text", Kind.TEXT, "The option as plain text."),
    _field("key", "Key", Kind.FLAG, "Whether it is the right answer, or part of it."),
    _field("count", "Count", Kind.COUNT, "Candidates who chose it."),
    _field("proportion", "Share", Kind.PROPORTION, "Count over the candidates who were given the question."),
    _field(
        "point_biserial",
        "Point-biserial",
        Kind.CORRELATION,
        "Correlation of choosing it with the score on all other questions. Above 0 for the key, below 0 for the others"
        " is as it should be.",
    ),
    _field("mean_score", "Mean score", Kind.SCORE, "Mean total score of those who chose it, in points."),
)

CANDIDATE_FIELDS: tuple[Field[Candidate], ...] = (
    _field("id", "Id", Kind.TEXT, "The candidate's id, as it stands in the sheet."),
    _field("name", "Name", Kind.TEXT, "The candidate's name, as it stands in the sheet."),
    _field("email", "E-mail", Kind.TEXT, "The candidate's e-mail address, as it stands in the sheet."),
    _field("attempt", "Attempt", Kind.COUNT, "Number of the attempt that counted, where the source knows attempts."),
    _field("answered", "Answered", Kind.COUNT, "Questions that the candidate answered."),
    _field("correct", "Correct", Kind.COUNT, "Questions with full points."),
    _field("score", "Score", Kind.SCORE, "Points earned."),
    _field("points", "Out of", Kind.SCORE, "Points of the questions that the candidate was given."),
    _field("percent", "Percent", Kind.PERCENT, "Score over points, 0 to 100."),
    _field(
        "provisional",
        "Provisional",
        Kind.FLAG,
        "Yes where a response is unreadable or waits for a person, the score counts the others; or where it is not known"
        " when it was handed in.",
    ),
)

LATE_FIELDS: tuple[Field[Candidate], ...] = (
    _field(
        "submitted",
        "Handed in",
        Kind.TEXT,
        "When it was handed in, in the zone of the due time; empty where that cannot be read, or an average of attempts counts.",
    ),
    _field("due", "Due", Kind.TEXT, "The candidate's due time, with an extension where one was given."),
    _field(
        "late",
        "Late",
        Kind.NUMBER,
        "Days or hours after the due time, as the rule counts them; 0: in time; empty where it is not known.",
    ),
    _field(
        "score_before_late",
        "Score before",
        Kind.SCORE,
        "Points earned before any were taken off for being late, and before a cap or floor of the whole test.",
    ),
)
"""Of a candidate, where points are taken off for being late; `score` is then what is left."""

TEST_FIELDS: tuple[Field[TestStatistics], ...] = (
    _field("candidates", "Candidates", Kind.COUNT, "Candidates whose scores count here."),
    _field("items", "Questions", Kind.COUNT, "Questions that the scores are made of."),
    _field("points", "Points", Kind.SCORE, "The most that a candidate can earn."),
    _field("mean", "Mean", Kind.SCORE, "Mean of the total scores, in points."),
    _field(
        "median", "Median", Kind.SCORE, "The score that half of the candidates reach; between two scores their mean."
    ),
    _field(
        "standard_deviation", "Standard deviation", Kind.SCORE, "Spread of the total scores, in points (divisor n - 1)."
    ),
    _field("minimum", "Lowest score", Kind.SCORE, "The lowest total score that occurred."),
    _field("maximum", "Highest score", Kind.SCORE, "The highest total score that occurred."),
    _field(
        "skewness",
        "Skewness",
        Kind.NUMBER,
        "Below 0: a tail of low scores; type 2, as SAS, SPSS, Excel and Moodle compute it.",
    ),
    _field(
        "kurtosis",
        "Kurtosis",
        Kind.NUMBER,
        "Excess over the normal distribution; type 2, as SAS, SPSS, Excel and Moodle compute it.",
    ),
    _field(
        "alpha",
        "Cronbach's alpha",
        Kind.CORRELATION,
        "How far the questions agree on who is strong: 1 is perfect agreement, 0 none. Over all questions, a blank is 0.",
    ),
    _field(
        "alpha_low",
        "Alpha, lower bound",
        Kind.CORRELATION,
        "Lower end of alpha's 95 % interval (Feldt): with other candidates of the same kind alpha could be as low.",
        lambda test: test.alpha_interval[0] if test.alpha_interval else None,
    ),
    _field(
        "alpha_high",
        "Alpha, upper bound",
        Kind.CORRELATION,
        "Upper end of alpha's 95 % interval (Feldt).",
        lambda test: test.alpha_interval[1] if test.alpha_interval else None,
    ),
    _field(
        "standard_error_of_measurement",
        "Standard error of measurement",
        Kind.SCORE,
        "How far a score may be from the candidate's true one by chance, in points: two scores closer than this say"
        " little about who knows more.",
    ),
)
