"""Who a row belongs to: the columns with ids, names and e-mail addresses, in many languages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, column_letters, rule
from stemkey.scoring.choice_marks import is_letters
from stemkey.scoring.spelling import fold
from stemkey.sheets.grid import Cell, Grid, Row, text_at

_WORDS: dict[str, str] = {
    "id_number": """id number|idnumber|id no|id nr|id nummer|matrikelnummer|matrikelnr|matrikel nr|matrikel|matr nr|matr
        |matriculation|matriculation number|matriculation no|matriculation id|registration|registration number|registration no
        |numero de id|numero de identificacion|numero de identificacao|numero d'identification|numero d'etudiant|n° etudiant
        |numero etudiant|no etudiant|matricule|matricola|numero di matricola|numero id|org defined id|orgdefinedid
        |student number|student no|student nr|studentnumber|studentnummer|studentennummer|legajo|expediente|matricula
        |学籍番号|学号|学籍番号(id)|ид номер|индивидуальный номер|номер студента|зачетная книжка|external id|externalid
        |external reference|externalreference|external data reference|externaldatareference|custom id|customid|personnummer|opiskelijanumero|numer indeksu|indeks|ident|university id
        |codigo|codigo de estudiante""",
    "sis_id": "sis id|sis user id|sisid|sis_id|sis login id|integration id",
    "student_id": """student id|studentid|sid|student id number|student id no|students id number|student identification number
        |your student id|enter your student id|candidate id|candidate number|candidate no|candidate|participant id|pupil id
        |learner id|learner number|id etudiant|id alumno|id estudiante|id do aluno|id studente|zipgrade id
        |identifikationsnummer|kursteilnehmer id|ssn|emplid|employee id""",
    "lms_id": "id|user id|userid|uid|canvas id|canvas user id|lms id",
    "login": """username|user name|login|login name|loginname|benutzername|anmeldename|kennung|nom d'utilisateur|usuario
        |nombre de usuario|nome de usuario|usuario login|nome utente|gebruikersnaam|ユーザ名|логин|имя пользователя|netid|net id
        |user name submission id""",
    "email": """email|e mail|email address|e mail address|mail|mailadresse|email adresse|e mail adresse|direccion de correo
        |direccion de correo electronico|correo|correo electronico|adresse de courriel|courriel|adresse mail
        |adresse electronique|endereco de email|endereco de e mail|indirizzo email|e mailadres|メールアドレス
        |адрес электронной почты|эл почта|почта|电子邮件|邮箱|recipientemail|recipient email|sahkoposti|adres e mail
        |eposta|adresse de messagerie|your email|student email""",
    "last": """last name|lastname|surname|family name|nachname|name nachname|familienname|zuname|apellido(s)|apellidos|apellido
        |nom|nom de famille|sobrenome|cognome|achternaam|姓|фамилия|sukunimi|nazwisko|efternavn|efternamn|etternavn
        |recipientlastname|recipient last name|姓氏""",
    "first": """first name|firstname|given name|given names|forename|vorname|nombre|nombre(s)|nombres|prenom|prenom(s)|voornaam
        |名|имя|etunimi|imie|fornavn|fornamn|recipientfirstname|recipient first name|名字""",
    "name": """name|full name|fullname|student name|students name|students full name|student names|names|student|display name
        |candidate name|participant|participant name|teilnehmer|vollstandiger name|name vorname|nombre completo
        |apellidos y nombre|nom complet|nome completo|nome e cognome|氏名|名前|姓名|фио|learner|pupil
        |last name first name|name of student|your name|user""",
    "attempt": "attempt|attempt #|attempt number|attempt no|try|versuch|intento|tentativa|tentative|tentativo|попытка|受験|submission #|#submission",
    "date": """timestamp|submitted|submitted at|date|submit date|submitdate|completed|completed on|finished|start time|started
        |started on|completion time|end time|zeitstempel|marca temporal|horodateur|datum|fecha|date submitted|start date
        |end date|enddate|startdate|recordeddate|recorded date|submission time|time stamp|carimbo de data/hora
        |startzeit|fertigstellungszeit|heure de debut|heure de fin|hora de inicio|hora de finalizacion|hora de conclusao
        |ora di inizio|ora di completamento|begintijd|tijd van voltooien|開始時刻|完了時刻|begonnen am|beendet|comenzado el|finalizado|commence le|termine|attempt start|attempt end""",
    "state": "state|status|estado|etat|stato|状態|состояние",
}
_HANDED_IN: tuple[frozenset[str], ...] = tuple(
    frozenset(word.strip() for word in words.replace("\n", " ").split("|"))
    for words in (
        """submitted|submitted at|submit date|submitdate|date submitted|submission time|completed|completed on|finished
        |completion time|end time|end date|enddate|attempt end|beendet|finalizado|termine|recorded date|recordeddate
        |submission date|handed in|abgegeben|abgabe|abgabezeit""",
        "timestamp|time stamp|zeitstempel|marca temporal|horodateur|carimbo de data/hora",
    )
)
"""Headers of the time of handing in; those of forms, which know only one time, come second."""
_ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüçñý", "aaaaaaeeeeiiiiooooouuuucny")
_KINDS = {
    word: kind
    for kind, words in _WORDS.items()
    for word in (entry.strip() for entry in words.replace("\n", " ").split("|"))
}
ID_KINDS = ("id_number", "sis_id", "student_id", "lms_id", "login", "email")
"""From the best id to the last resort."""

NEVER_AN_ID = frozenset({"anonymous", "anonym", "anonyme", "anónimo", "anonimo", "anônimo", "guest", "匿名"})
_SCIENTIFIC = re.compile(r"^[+-]?\d(?:[.,]\d+)?E\+\d{1,3}$", re.IGNORECASE)
_LONG = re.compile(r"^\d{16,}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which columns say whose row it is."""

    ids: tuple[int, ...] = ()
    """Columns with ids, the best first; the e-mail's last."""
    name: tuple[int, ...] = ()
    """The column of the full name, or those of first and last name."""
    email: int | None = None
    attempt: int | None = None
    dates: tuple[int, ...] = ()
    state: int | None = None
    submissions: tuple[int, ...] = ()
    """Columns whose header says when something was handed in."""
    submitted: int | None = None
    """The one of them that is used; None where nobody asked."""

    @property
    def columns(self) -> frozenset[int]:
        """Every column that says something about the candidate."""
        single = {index for index in (self.email, self.attempt, self.state, self.submitted) if index is not None}
        return frozenset({*self.ids, *self.name, *self.dates, *single})

    def id_of(self, cells: Sequence[Cell]) -> tuple[str, int]:
        """Return the candidate's id and which of the columns it comes from: 0 is the best."""
        for rank, index in enumerate(self.ids):
            text = clean_id(text_at(cells, index))
            if text and text != "-" and (len(text) > 10 or text.casefold() not in NEVER_AN_ID):
                return text, rank
        return "", -1

    def name_of(self, cells: Sequence[Cell]) -> str:
        """Return the candidate's name."""
        return " ".join(part for part in (text_at(cells, index) for index in self.name) if part and part != "-")

    def email_of(self, cells: Sequence[Cell]) -> str:
        """Return the candidate's e-mail address."""
        text = text_at(cells, self.email).removeprefix("mailto:")
        return "" if text == "-" else text


@rule("S109", Severity.ERROR)
def no_id_column(headers: str) -> Text:
    """No column of the sheet says whose answers a row holds, by any of the words known for ids, names or addresses.

    Row numbers and nicknames are no ids: grades could not be brought back to people.
    """
    return Text(
        f"no column holds the candidates' ids; the columns are {headers}", "say which one with --id-column COLUMN"
    )


@rule("S119", Severity.ERROR)
def no_such_column(asked: str, option: str, close: str | None) -> Text:
    """An option names a column that the sheet does not have. Columns are named by their header or their letters."""
    hint = f"did you mean '{close}'?" if close else "name the column by its header, or by its letters, e.g. F"
    return Text(f"there is no column '{asked}', which {option} names", hint)


@rule("S251", Severity.ERROR)
def no_submission_column(said: str) -> Text:
    """The rules file takes points off for being late, and no column of the sheet, or more than one, says when people handed in.

    Nothing is graded: without a time everybody would pass for punctual. Name the column by its header or its letters:

        [late]
        column = "Submitted"
    """
    return Text(
        f"{said} when anything was handed in, and the rules take points off for being late",
        'name the column: column = "…" under [late]',
    )


@rule("S208", Severity.ERROR)
def ids_damaged(example: str, count: int) -> Text:
    """A spreadsheet program took ids for numbers and wrote them as `2.02609E+11`, or rounded them to 15 digits.

    The digits that are gone cannot be found again, and different students now have the same id. Export the sheet
    again and open it with the id column set to text, or grade the exported file itself.
    """
    return Text(
        f"{count:,} id{'s are' if count > 1 else ' is'} damaged, e.g. '{example}': a spreadsheet program took ids for numbers",
        "export the sheet again and grade that file, without opening and saving it in between",
    )


@rule("S218", Severity.ERROR)
def ids_all_blank(columns: str) -> Text:
    """The columns that should say whose answers a row holds are empty in every row.

    Without ids the scores could not be brought back to people.
    """
    return Text(
        f"the id column {columns} is empty in every row", "say which column holds the ids with --id-column COLUMN"
    )


def header_kind(header: str) -> str | None:
    """Return what a header says about the candidate (`email`, `last`), None where it is none of the known words."""
    words = _plain_words(header)
    return _KINDS.get(words) or _KINDS.get(words.split(" (")[0])


def _plain_words(header: str) -> str:
    words = fold(header).translate(_ACCENTS).replace("_", " ").replace("-", " ").rstrip(" :.?*")
    return " ".join(words.split())


def find_column(asked: str, headers: Sequence[str]) -> int | None:
    """Return the column that a user names by its header, exactly or folded, or by its letters."""
    for same in (str.__eq__, lambda a, b: fold(a) == fold(b)):
        found = [index for index, header in enumerate(headers) if same(asked, header)]
        if len(found) == 1:
            return found[0]
    if asked.isalpha() and asked.isascii() and len(asked) <= 3:
        letters = asked.upper()
        return next((index for index in range(max(len(headers), 1) + 1000) if column_letters(index) == letters), None)
    return None


def report_missing_column(asked: str, option: str, headers: Sequence[str], place: CellSpan, found: Diagnostics) -> None:
    """Say that an option names no column."""
    close = get_close_matches(asked, [header for header in headers if header], n=1)
    found.add(no_such_column(asked, option, close[0] if close else None), place)


def find_identity(
    headers: Sequence[str], rows: Sequence[Row], taken: Iterable[int], kinds: dict[int, str] | None = None
) -> Identity:
    """Return the identity columns among those that answer no item. `kinds` overrides what headers say."""
    used = set(taken)
    by_kind: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        kind = (kinds or {}).get(index) or header_kind(header)
        if kind and index not in used:
            by_kind.setdefault(_judged(kind, header, index, rows), []).append(index)
    if "last" in by_kind and "first" not in by_kind and "name" in by_kind:
        by_kind["first"] = by_kind.pop("name")
    if "last" in by_kind and "first" not in by_kind and _is_spanish_or_french(by_kind, headers):
        by_kind["name"] = by_kind.pop("last")
    names = by_kind.get("name", [])[:1] or [*by_kind.get("first", [])[:1], *by_kind.get("last", [])[:1]]
    email = next(iter(by_kind.get("email", [])), None)
    ids = [index for kind in ID_KINDS for index in by_kind.get(kind, []) if not _is_useless(index, rows)]
    return Identity(
        ids=tuple(ids),
        name=tuple(names),
        email=email,
        attempt=next(iter(by_kind.get("attempt", [])), None),
        dates=tuple(by_kind.get("date", [])),
        state=next(iter(by_kind.get("state", [])), None),
        submissions=tuple(by_kind.get("submitted", [])) or _submissions(headers, used),
    )


def _submissions(headers: Sequence[str], used: set[int]) -> tuple[int, ...]:
    words = [_plain_words(header).split(" (")[0] if index not in used else "" for index, header in enumerate(headers)]
    by_rank = (tuple(index for index, word in enumerate(words) if word in known) for known in _HANDED_IN)
    return next(filter(None, by_rank), ())


def with_submitted(
    identity: Identity, asked: str, headers: Sequence[str], place: CellSpan, found: Diagnostics
) -> Identity | None:
    """Return the identity with the column of the time of handing in; None, with a finding, where it cannot be told.

    `asked` is how the user names it; empty: it is the one whose header says so.
    """
    if asked:
        column = find_column(asked, headers)
        if column is None:
            report_missing_column(asked, "the rules file", headers, place, found)
            return None
        return replace(identity, submitted=column)
    if len(identity.submissions) != 1:
        several = ", ".join(f"'{headers[index]}'" for index in identity.submissions)
        found.add(no_submission_column(f"{several} may each say" if several else "no column says"), place)
        return None
    return replace(identity, submitted=identity.submissions[0])


def _is_spanish_or_french(by_kind: dict[str, list[int]], headers: Sequence[str]) -> bool:
    """Whether `Nom` or `Nombre` stands alone and means the whole name."""
    return fold(headers[by_kind["last"][0]]) == "nom"


def _judged(kind: str, header: str, index: int, rows: Sequence[Row]) -> str:
    """Return the kind of a column whose header may mean two: `student`, `candidate`, `user` hold ids or names."""
    if fold(header) in {"student", "candidate", "participant", "user", "learner", "pupil"}:
        texts = [text for row in rows[:200] if (text := text_at(row.cells, index))]
        digits = sum(any(character.isdigit() for character in text) for text in texts)
        return "student_id" if digits * 2 > len(texts) else "name"
    return kind


def _is_useless(index: int, rows: Sequence[Row]) -> bool:
    """Whether a column's every value is a word like `anonymous`."""
    texts = {fold(text) for row in rows if (text := text_at(row.cells, index))}
    return bool(texts) and texts <= NEVER_AN_ID


def with_id_column(identity: Identity, index: int) -> Identity:
    """Return the identity with the column that the user named as its only id."""
    return replace(identity, ids=(index,), name=tuple(column for column in identity.name if column != index))


def clean_id(text: str) -> str:
    """Return an id as it is, without what never belongs to one: blanks around it, `mailto:`, a byte order mark."""
    text = text.strip(" \t\r\n\u00a0\u200b\ufeff")
    if text.startswith("#") and text[1:].isdigit():
        return text[1:]  # Brightspace writes #0001234 so that spreadsheet programs keep the zeros.
    return text.removeprefix("mailto:")


def check_ids(grid: Grid, rows: Sequence[Row], identity: Identity, found: Diagnostics) -> bool:
    """Whether ids can be believed; says why not."""
    if not identity.ids:
        return bool(identity.name)
    damaged = [
        (row.number, text)
        for row in rows
        for text in [text_at(row.cells, identity.ids[0])]
        if _SCIENTIFIC.match(text) and not is_letters(text)
    ]
    long = [(row.number, text) for row in rows if _LONG.match(text := text_at(row.cells, identity.ids[0]))]
    rounded = [entry for entry in long if set(entry[1][15:]) == {"0"}]
    if len(long) > 1 and len(rounded) == len(long):
        damaged.extend(rounded)
    if damaged:
        number, example = damaged[0]
        found.add(ids_damaged(example, len(damaged)), grid.place(number, identity.ids[0]))
        return False
    return True
