"""Exports that nobody has a specimen of, as other languages, versions and settings write them: each gives the class's scores."""

from collections.abc import Callable, Iterable, Sequence

import pytest
from tests.sheets.classes import CLASS, STEMS, TRUTH, csv_text, grade, option_text

from stemkey.files import Source

Who = Callable[[str, str], list[str]]
"""id, name -> the cells before the questions"""
FINISHED = ("Finished", "17 September 2026  9:05 AM", "17 September 2026  9:05 AM", "20 mins")
MOODLE = {
    "en": ("Last name", "First name", "ID number", "Status", "Started", "Completed", "Duration", "Grade/3.00", "Response"),
    "en, older": ("Surname", "First name", "ID number", "State", "Started on", "Completed", "Time taken", "Grade/3", "Response"),
    "1.9": ("Surname", "First name", "ID number", "State", "Started on", "Completed", "Time taken", "Grade/3", "#"),
    "de": ("Nachname", "Vorname", "Matrikelnummer", "Status", "Begonnen am", "Beendet", "Dauer", "Bewertung/3,00", "Antwort"),
    "es": ("Apellido(s)", "Nombre", "Número de ID", "Estado", "Comenzado", "Finalizado", "Tiempo", "Calificación/3,00", "Respuesta"),
    "it": ("Cognome", "Nome", "Numero ID", "Stato", "Iniziato", "Terminato", "Tempo", "Valutazione/3,00", "Risposta"),
    "nl": ("Achternaam", "Voornaam", "ID-nummer", "Status", "Gestart", "Voltooid", "Tijd", "Cijfer/3,00", "Antwoord"),
    "pl": ("Nazwisko", "Imię", "Numer ID", "Stan", "Rozpoczęto", "Ukończono", "Czas", "Ocena/3,00", "Odpowiedź"),
    "uk": ("Прізвище", "Ім'я", "Ідентифікатор", "Стан", "Розпочато", "Завершено", "Час", "Оцінка/3,00", "Відповідь"),
    "zh": ("姓氏", "名字", "学号", "状态", "开始于", "已完成", "耗时", "成绩/3.00", "回答"),
    "ko": ("성", "이름", "학번", "상태", "시작", "완료", "소요 시간", "성적/3.00", "응답"),
    "tr": ("Soyadı", "Adı", "Kimlik numarası", "Durum", "Başladı", "Tamamlandı", "Süre", "Not/3,00", "Yanıt"),
    "ar": ("الاسم الأخير", "الاسم الأول", "رقم المعرف", "الحالة", "بدأ", "انتهى", "المدة", "الدرجة/3.00", "الاستجابة"),
    "cs": ("Příjmení", "Křestní jméno", "Osobní číslo", "Stav", "Začátek", "Dokončeno", "Délka", "Známka/3,00", "Odpověď"),
}  # fmt: skip


def texts(who: str, blank: str = "") -> list[str]:
    return [option_text(index, answer) or blank for index, answer in enumerate(CLASS[who][1])]


def scores_of(rows: Sequence[Sequence[str]], encoding: str = "utf-8", separator: str = ",") -> object:
    graded, found = grade(Source("export.csv", csv_text(rows, separator).encode(encoding)))
    return graded or [finding.message for finding in found]


@pytest.mark.parametrize("language", MOODLE)
@pytest.mark.parametrize("extra", [(), (("Reading/5.00", "2.00"), ("Feedback", "Well done"))], ids=["", "more grades"])
def test_moodle_is_read_in_any_language(language: str, extra: tuple[tuple[str, str], ...]) -> None:
    *head, word = MOODLE[language]
    numbered = [f"{word}{number}" if word == "#" else f"{word} {number}" for number in (1, 2, 3)]
    rows = [[*head, *(header for header, _ in extra), *numbered]]
    for who, (name, _) in CLASS.items():
        first, last = name.split()
        more = (value for _, value in extra)
        rows.append([last, first, who, *FINISHED, f"{float(TRUTH[who]):.2f}", *more, *texts(who, "-")])
    assert scores_of(rows, "utf-8-sig") == TRUTH


def form(head: Iterable[str], who: Who, *beside: str, end: str = "") -> list[list[str]]:
    """Return a form's rows: what is said of people, then each question with its columns of points or feedback."""
    points = any("oint" in word or "unkte" in word for word in beside)
    rows = [[*head, *(cell for stem in STEMS for cell in (stem, *(f"{word} - {stem}" for word in beside)))]]
    for one, (name, answers) in CLASS.items():
        row = who(one, name)
        for text, answer, right in zip(texts(one), answers, "ABC", strict=True):
            marks = [str(int(answer == right))] if points else []
            row += [f"{text}{end}" if text else "", *marks, *[""] * (len(beside) - len(marks))]
        rows.append(row)
    return rows


FORMS: dict[str, list[list[str]]] = {
    "google, German": form(
        ("Zeitstempel", "E-Mail-Adresse", "Punktzahl", "Matrikelnummer"),
        lambda who, _: [f"17.09.2026 09:{who[-2:]}:41", "a@x.example", "1 / 3", who],
    ),
    "microsoft, German": form(
        ("ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Gesamtpunktzahl", "Quizfeedback", "Matrikelnummer"),
        lambda who, _: ["1", "x", "y", "anonymous", "", "1", "", who],
        "Punkte", "Feedback",
    ),
    "microsoft, French": form(
        ("ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Total points", "Numéro étudiant"),
        lambda who, _: ["1", "x", "y", "anonymous", "", "1", who],
        "Points",
    ),
    "microsoft, names asked again": form(
        ("ID", "Start time", "Completion time", "Email", "Name", "Total points", "Quiz feedback", "Name2", "ID2"),
        lambda who, name: ["1", "x", "y", "anonymous", "", "1", "", name, who],
        "Points", "Feedback",
    ),
    "microsoft, a sign behind each choice": form(
        ("ID", "Start time", "Completion time", "Email", "Name", "Total points", "Student ID"),
        lambda who, _: ["1", "x", "y", "anonymous", "", "1", who],
        "Points",
        end=";",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_read_in_other_languages_and_with_names_asked_again(name: str) -> None:
    assert scores_of(FORMS[name]) == TRUTH


def canvas(head: Iterable[str], who: Who, tail: Iterable[str]) -> list[list[str]]:
    rows = [[*head, *(cell for at, stem in enumerate(STEMS) for cell in (f"{101 + at}: {stem}", "1.0")), *tail]]
    for one, (name, answers) in CLASS.items():
        points = [str(float(answer == right)) for answer, right in zip(answers, "ABC", strict=True)]
        pairs = zip(texts(one), points, strict=True)
        rows.append([*who(one, name), *(cell for pair in pairs for cell in pair), "1", "2", "1.0"])
    return rows


def test_canvas_is_read_in_another_language_and_without_sis_ids() -> None:
    german = ("Name", "ID", "SIS-ID", "Abschnitt", "Abschnitt-ID", "abgegeben")
    tail = ("n richtig", "n falsch", "Punktzahl")
    assert scores_of(canvas(german, lambda who, name: [name, f"7{who}", who, "S", "5", "x"], tail)) == TRUTH
    short = ("name", "id", "section", "section_id", "submitted")
    tail = ("n correct", "n incorrect", "score")
    assert scores_of(canvas(short, lambda who, name: [name, who, "S", "5", "x"], tail), separator=";") == TRUTH


def test_nobody_is_made_of_a_section_in_an_anonymous_survey() -> None:
    rows = canvas(
        ("section", "section_id", "submitted"), lambda *_: ["S", "5", "x"], ("n correct", "n incorrect", "score")
    )
    assert str(scores_of(rows)).startswith("[\"no column holds the candidates' ids")


def test_a_row_of_data_is_no_header_of_canvas() -> None:
    rows = [["Last Name", "First Name", "id", "Q1", "Q2", "Q3"], ["Abara", "Ada", "0001", "1: 42", "1", "x"]]
    rows += [["Ek", "Bo", "0002", "A", "B", "C"]] * 2
    assert "canvas" not in str(scores_of(rows)).lower()


def test_brightspace_in_a_language_that_is_not_known_is_refused_and_never_guessed() -> None:
    rows = [["Username", "Q #", "Q Type", "Q Title", "Q Text", "Answer", "Answer Match", "Score", "Out Of"]]
    for who, (_, answers) in CLASS.items():
        rows += [
            [
                who,
                str(at + 1),
                "MC",
                "",
                STEMS[at],
                option_text(at, letter),
                "Coché" if letter == answer else "Non coché",
                "",
                "1",
            ]
            for at, answer in enumerate(answers)
            for letter in "ABCD"
        ]
    said = str(scores_of(rows))
    assert said.startswith("[\"no answer in the sheet can be used: 'Coché' says neither")


@pytest.mark.parametrize("word", ["Right answer", "Puoiku"])
def test_right_answers_are_never_taken_for_responses(word: str) -> None:
    head = ("Last name", "First name", "ID number", "Status", "Started", "Completed", "Duration", "Grade/3.00")
    rows = [[*head, *(f"{word} {number}" for number in (1, 2, 3))]]
    rights = [option_text(index, letter) for index, letter in enumerate("ABC")]
    for who, (name, _) in CLASS.items():
        rows.append([*name.split(), who, *FINISHED, f"{float(TRUTH[who]):.2f}", *rights])
    assert str(scores_of(rows)).startswith(f"[\"'{word} ")
