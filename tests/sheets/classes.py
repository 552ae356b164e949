"""One small class whose scores are known, written down as each program would export it."""

import csv
import io
from collections.abc import Sequence
from fractions import Fraction

from tests.sheets.sheet_cases import default_quiz

from stemkey.diagnostics import Diagnostics, Severity
from stemkey.files import Source
from stemkey.model import ChoiceInteraction
from stemkey.scoring.attempts import GradingChoices, grade_tables
from stemkey.scoring.compiler import compile_key
from stemkey.scoring.spelling import plain_text
from stemkey.sheets import SheetOptions, open_sheet

QUIZ = default_quiz()
KEY = compile_key(QUIZ, Diagnostics())
ITEMS = [entry.item for entry in KEY.items]
# Every option of every question occurs, and every candidate has another score or other answers.
CLASS = {
    "0001": ("Ada Abara", "ABC"),
    "0020": ("Bo Ek", "B D"),
    "0300": ("Cy Öztürk", "CDA"),
    "4000": ("Dy Ng", "DAB"),
    "0005": ("Ey Ito", "A C"),
    "0060": ("Fy Sørensen", " CB"),
}
TRUTH = {
    candidate: Fraction(sum(answer == right for answer, right in zip(answers, "ABC", strict=True)))
    for candidate, (_, answers) in CLASS.items()
}
STEMS = [plain_text(item.body) for item in ITEMS]


def option_text(index: int, letter: str) -> str:
    """Return the text of an option; nothing for a blank."""
    choice = ITEMS[index].interactions[0]
    assert isinstance(choice, ChoiceInteraction)
    return "" if letter == " " else plain_text(choice.choices[choice.labels.index(letter)].content)


def grade(source: Source, options: SheetOptions | None = None) -> tuple[dict[str, Fraction | None], Diagnostics]:
    """Return each candidate's score as the program gives it, None where it is provisional, and what it says."""
    found = Diagnostics()
    table = open_sheet(source, QUIZ, options or SheetOptions(), found)
    if table is None:
        return {}, found
    graded = grade_tables([table], KEY, GradingChoices(), (), found) or ()
    return {one.id: None if one.provisional else one.score for one in graded}, found


def is_told(found: Diagnostics, before: frozenset[str] = frozenset()) -> bool:
    """Whether the user reads something that an undamaged sheet would not have made the program say."""
    return any(finding.severity is not Severity.INFO and finding.message not in before for finding in found)


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",", *, all_quoted: bool = False) -> str:
    """Return rows as the text of a CSV file."""
    buffer = io.StringIO()
    if all_quoted:
        csv.writer(buffer, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def plain() -> str:
    """Return a plain sheet with texts."""
    rows = [["id", "name", *STEMS]]
    rows += [[who, name, *_texts(answers)] for who, (name, answers) in CLASS.items()]
    return csv_text(rows)


def moodle() -> str:
    """Return Moodle's report with numbers only."""
    return csv_text([[*_MOODLE, "Response 1", "Response 2", "Response 3"], *(_moodle_row(who) for who in CLASS)])


def moodle_with_questions() -> str:
    """Return Moodle's report with the questions and the right answers."""
    rows = [
        [*_MOODLE, *(f"{word} {number}" for number in (1, 2, 3) for word in ("Question", "Response", "Right answer"))]
    ]
    rights = [option_text(index, letter) for index, letter in enumerate("ABC")]
    for who in CLASS:
        row = _moodle_row(who)
        triples = zip(_SUMMARIES, row[len(_MOODLE) :], rights, strict=True)
        rows.append([*row[: len(_MOODLE)], *(cell for triple in triples for cell in triple)])
    return csv_text(rows)


def canvas() -> str:
    """Return Canvas' Student Analysis."""
    rows = [["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted"]]
    rows[0] += [cell for at, stem in enumerate(STEMS) for cell in (f"{101 + at}: {stem}", "1.0")]
    rows[0] += ["n correct", "n incorrect", "score"]
    for number, (who, (name, answers)) in enumerate(CLASS.items(), 77):
        points = [float(answer == right) for answer, right in zip(answers, "ABC", strict=True)]
        pairs = zip(_texts(answers), map(str, points), strict=True)
        tail = [f"{sum(points):.0f}", f"{3 - sum(points):.0f}", str(sum(points))]
        rows.append(
            [name, str(number), who, "S", "5", "", "2026-09-25 23:30:00 UTC", *(c for p in pairs for c in p), *tail]
        )
    return csv_text(rows)


def google() -> str:
    """Return a Google form's linked sheet, with the id as a question."""
    rows = [["Timestamp", "Student ID", *STEMS]]
    rows += [
        [f"9/17/2026 9:0{at}:41", who, *_texts(answers)] for at, (who, (_, answers)) in enumerate(CLASS.items(), 1)
    ]
    return csv_text(rows)


def google_download() -> str:
    """Return a Google form's download, with scores and feedback."""
    rows = [
        [
            "Timestamp",
            "Student ID",
            *(cell for stem in STEMS for cell in (stem, f"{stem} [Score]", f"{stem} [Feedback]")),
        ]
    ]
    for at, (who, (_, answers)) in enumerate(CLASS.items(), 1):
        triples = [
            (text, f"{float(answer == right):.2f} / 1", "")
            for text, answer, right in zip(_texts(answers), answers, "ABC", strict=True)
        ]
        rows.append([f"2026/10/04 10:1{at}:00 AM GMT+5:30", who, *(cell for triple in triples for cell in triple)])
    return csv_text(rows, all_quoted=True)


def microsoft() -> str:
    """Return a Microsoft form saved as CSV."""
    rows = [
        ["ID", "Start time", "Completion time", "Email", "Name", "Total points", "Student ID", "Points - Student ID"]
    ]
    rows[0] += [cell for stem in STEMS for cell in (stem, f"Points - {stem}", f"Feedback - {stem}")]
    for at, (who, (name, answers)) in enumerate(CLASS.items(), 1):
        triples = [
            (text, str(int(answer == right)), "")
            for text, answer, right in zip(_texts(answers), answers, "ABC", strict=True)
        ]
        time = f"7/27/26 19:0{at}:23"
        who_cells = [str(at), time, time, f"{name[:2]}@x.example", name, str(TRUTH[who]), who, ""]
        rows.append([*who_cells, *(cell for triple in triples for cell in triple)])
    return csv_text(rows)


def blackboard() -> str:
    """Return Blackboard's download by user, each row in its own order."""
    rows = [["Username", "Last Name", "First Name"]]
    words = ("Question ID", "Question", "Answer", "Possible Points", "Auto Score", "Manual Score")
    rows[0] += [f"{word} {number}" for number in (1, 2, 3) for word in words]
    for at, (who, (name, answers)) in enumerate(CLASS.items()):
        row = [who, *reversed(name.split())]
        for index in ((at + 0) % 3, (at + 1) % 3, (at + 2) % 3):
            right = answers[index] == "ABC"[index]
            row += [f"Q-{index}", STEMS[index], option_text(index, answers[index]), "1", str(int(right)), ""]
        rows.append(row)
    return csv_text(rows)


def long() -> str:
    """Return a plain long table."""
    rows = [["student_id", "question", "answer"]]
    rows += [
        [who, STEMS[index], text] for who, (_, answers) in CLASS.items() for index, text in enumerate(_texts(answers))
    ]
    return csv_text(rows)


def brightspace() -> str:
    """Return Brightspace's attempt details, a row for each choice."""
    rows = [["Org Defined ID", "Username", "FirstName", "LastName", "Attempt #", "Q #", "Q Type", "Q Title", "Q Text"]]
    rows[0] += ["Answer", "Answer Match", "Score", "Out Of"]
    for who, (name, answers) in CLASS.items():
        for index, answer in enumerate(answers):
            points = str(int(answer == "ABC"[index]))
            start = [f"#{who}", f"u{who}", *name.split(), "1", str(index + 1), "MC", "", STEMS[index]]
            for letter in "ABCD":
                checked = "Checked" if letter == answer else "Unchecked"
                rows.append([*start, option_text(index, letter), checked, points, "1"])
    return csv_text(rows)


EXPORTS = {
    "plain": plain,
    "moodle": moodle,
    "moodle with questions": moodle_with_questions,
    "canvas": canvas,
    "google": google,
    "google download": google_download,
    "microsoft": microsoft,
    "blackboard": blackboard,
    "long": long,
    "brightspace": brightspace,
}

_MOODLE = (
    "Last name", "First name", "ID number", "Email address", "Status", "Started", "Completed", "Duration", "Grade/3.00",
)  # fmt: skip
_SUMMARIES = [
    f"{stem}: {'; '.join(option_text(index, letter) for letter in 'ABCD')}" for index, stem in enumerate(STEMS)
]


def _texts(answers: str) -> list[str]:
    return [option_text(index, answer) for index, answer in enumerate(answers)]


def _moodle_row(who: str) -> list[str]:
    name, answers = CLASS[who]
    first, last = name.split()
    time = "17 September 2026  9:05 AM"
    state = [last, first, who, f"{first}@x.example", "Finished", time, time, "20 mins", f"{float(TRUTH[who]):.2f}"]
    return [*state, *(text or "-" for text in _texts(answers))]
