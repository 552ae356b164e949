"""Makes day51-class.csv: thirty invented students who took the Day 51 quiz.

    python quizzes/responses/make_class.py > quizzes/responses/day51-class.csv

Nobody in it exists. Each student has an ability, each question a difficulty; who does not know the answer picks a
distractor, some more tempting than others. So that the reports have something to show:

* question 7 is weak: whether someone knows it hardly depends on ability, and strong students like option A;
* question 10 has an option (A) that nobody believes;
* a few cells are blank, one holds a mark that is no option (`E`), one holds two marks (`B;C`);
* ids have leading zeros, which a spreadsheet program likes to eat.

Only `Random.random` is used, whose numbers Python promises to keep for a seed.
"""
# ruff: noqa: INP001 # a script beside what it writes, not a package

import csv
import sys
from math import exp
from random import Random
from typing import NamedTuple

SEED = 81


class Question(NamedTuple):
    """How a question behaves: its key, how hard it is, how well it discriminates, how tempting the others are."""

    key: str
    difficulty: float
    slope: float
    temptation: dict[str, float]


QUESTIONS = (
    Question("B", -1.3, 1.8, {"A": 2, "C": 2, "D": 3}),
    Question("B", -0.7, 2.2, {"A": 2, "C": 3, "D": 2}),
    Question("B", -0.9, 2.0, {"A": 4, "C": 2, "D": 1}),
    Question("A", -0.2, 2.4, {"B": 4, "C": 2, "D": 2}),
    Question("B", -1.1, 1.8, {"A": 1, "C": 1, "D": 3}),
    Question("B", -0.4, 2.2, {"A": 3, "C": 1, "D": 3}),
    Question("B", 0.5, 0.1, {"A": 6, "C": 1, "D": 2}),
    Question("B", 0.3, 2.4, {"A": 1, "C": 3, "D": 3}),
    Question("B", -2.2, 1.6, {"A": 1, "C": 1, "D": 2}),
    Question("B", -0.5, 2.0, {"A": 0, "C": 1, "D": 3}),
)

STUDENTS = (
    "Amara Okafor", "Bence Szabó", "Chiara Rossi", "Dilan Yıldız", "Elif Kaya", "Finn O'Sullivan", "Grace Mwangi",
    "Hiroshi Tanaka", "Ingrid Dahl", "Jamal Carter", "Kateřina Nováková", "Liam Murphy", "María José García",
    "Nikos Papadopoulos", "Olga Petrenko", "Priya Raman", "Quentin Dubois", "Rania Haddad", "Sofia Lindqvist",
    "Tomasz Wójcik", "Uma Krishnan", "Viktor Ivanov", "Wei Zhang", "Ximena Flores", "Yusuf Demir", "Zoë van Dijk",
    "Andile Dlamini", "Beatriz Souza", "Caleb Anderson", "Đặng Minh Anh",
)  # fmt: skip

BLANK = 0.025
ODD_CELLS = {(11, 3): "E", (18, 7): "B;C"}
"""(student, question), both from 0."""


def main() -> None:
    """Write the sheet to standard output."""
    random = Random(SEED)  # noqa: S311 # an invented class, not a secret
    sheet = csv.writer(sys.stdout, lineterminator="\n")
    sheet.writerow(["Student ID", "Name", "Email", *(f"Q{number}" for number in range(1, len(QUESTIONS) + 1))])
    for index, name in enumerate(STUDENTS):
        ability = normal(random)
        answers = [answer(random, question, ability) for question in QUESTIONS]
        answers = [ODD_CELLS.get((index, position), text) for position, text in enumerate(answers)]
        sheet.writerow([f"{2400 + 37 * index:07d}", name, f"student{index + 1:02d}@example.edu", *answers])


def normal(random: Random) -> float:
    """Return a number of the normal distribution, near enough: the sum of twelve uniform ones."""
    return sum(random.random() for _ in range(12)) - 6


def answer(random: Random, question: Question, ability: float) -> str:
    """Return what a student of an ability writes."""
    blank, luck, choice = random.random(), random.random(), random.random()
    if blank < BLANK:
        return ""
    if luck < 1 / (1 + exp(-question.slope * (ability - question.difficulty))):
        return question.key
    choice *= sum(question.temptation.values())
    for label, weight in question.temptation.items():
        choice -= weight
        if choice < 0:
            return label
    return question.key


if __name__ == "__main__":
    main()
