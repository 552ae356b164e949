"""Which column answers which item: by the user's word, by identifier, by text, by number; never by position."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from stemkey.diagnostics import CellSpan, Diagnostics, Severity, Text, column_letters, rule
from stemkey.model import GAP, ForeignInteraction, Item
from stemkey.scoring.responses import quoted
from stemkey.scoring.spelling import fold, skeleton, spellings, without_marks
from stemkey.sheets.grid import Row, cell_text
from stemkey.sheets.identity import find_column, header_kind, report_missing_column
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import ColumnMatch

HEADER_ROWS = 25
"""The header is looked for in so many rows."""

SHORTEST_PREFIX = 20


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MARK_WORDS = _words(
    """point points pts score scores mark marks grade result results correct check checked feedback comment comments
    key prikey primary_answer solution solutions right right_answer correct_answer points_possible possible_points auto_score manual_score
    punkte bewertung richtige_antwort puntos calificacion respuesta_correcta note points_de reponse_correcte resposta_correta
    正解 баллы правильный_ответ time duration seconds question_id points_earned earned_points stuscore graded"""
)
"""Words before a number that head marks, keys and times; never answers."""

_TOTALS = frozenset(
    """score|total|total score|total points|points|grade|mark|percent|percent correct|percentcorrect|earned points|possible points
    |max points|quiz feedback|gesamtpunktzahl|punktzahl|punkte|pontuação|nota|puntaje|スコア|得点|баллы|note|bewertung|puntuación|calificación|puntos totales|grade posted time
    |last modified time|num correct|num questions|correct|result|passed""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Headers of columns with totals; never answers."""

_ANSWER_WORDS = _words(
    "response answer stu antwort respuesta reponse resposta risposta 解答 ответ odpowiedz antwoord svar vastaus"
) | {"student response", "student answer"}
_QUESTION_WORDS = frozenset(
    {"question", "frage", "pregunta", "questao", "domanda", "問題", "вопрос", "vraag", "pytanie"}
)

_NUMBERED = re.compile(r"^(?P<word>\D{0,30}?)[\s.:#№_-]*(?P<number>\d{1,4}[a-z]?)\s*[.):]?$", re.DOTALL)
_WITH_MARKS = re.compile(r"^.{0,30}?\d{1,4}[a-z]?\s*/\s*\d+(?:[.,]\d+)?$")
_LEADING_NUMBER = re.compile(
    r"^\s*(?:(?:q|question|frage|pregunta|item|problem|aufgabe)\s*)?[#№]?\s*0*(\d{1,4})\s*[.):–-]+\s+(?=\S)",
    re.IGNORECASE,
)
_LEADING_IDENTIFIER = re.compile(r"^\s*([\w-]{1,40})\s*[:.]\s+(?=\S)")
_GAP_NAME = "_____"
_PLACE, _NUMBER_PLACE = "\ue000", "\ue001"
_VARIABLE = re.compile(r"\{=[^{}]*(?:\{[^{}]+\}[^{}]*)*\}|\{[^\W\d_][^<>{}\s\"']*\}")
"""Moodle's formulas and variables in a text: `{={a} * 2}`, `{a}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One column that could answer an item."""

    column: int
    item: int
    """Index among the items."""
    by: str


TRUST = {"option": 3, "identifier": 2, "text": 2, "number": 1}


@rule("S101", Severity.ERROR)
def no_question_matches(items: int, examples: str) -> Text:
    """No column could be found for any question of the quiz, by identifier, by full text or by number.

    Either the sheet belongs to another quiz, or it is another kind of file, or its header is not within the first 25
    rows. Columns are never taken by their position: a grade would then depend on luck.
    """
    shown = f"; the sheet has {examples}" if examples else ""
    return Text(
        f"0 of {items} questions match a column of the sheet{shown}",
        "give the sheet of this quiz, head its columns Q1, Q2, …, or say --map COLUMN=ITEM",
    )


@rule("S102", Severity.ERROR)
def questions_without_column(numbers: str) -> Text:
    """Some questions of the quiz have no column in the sheet, so what the candidates answered is not known.

    To count them as wrong would be unfair, to leave them out changes the maximum: that is for you to say.
    """
    return Text(
        f"no column for {numbers}",
        "say --map COLUMN=ITEM for each, or --allow-missing if the candidates were not given them",
    )


@rule("S103", Severity.ERROR)
def more_questions_than_quiz(columns: str, items: int) -> Text:
    """The sheet has answers to questions that the quiz does not have: it belongs to another version of the quiz."""
    return Text(
        f"the quiz has {items} question{'s' if items != 1 else ''}, and the sheet also has {columns}",
        "give the quiz that was answered, or say --map COLUMN=ITEM for the columns that count",
    )


@rule("S104", Severity.ERROR)
def question_twice(number: str, columns: str) -> Text:
    """Two columns answer the same question equally well, and they hold different answers.

    Which of them counts decides scores, so stemkey does not choose.
    """
    return Text(f"question {number} has several columns: {columns}", f"say which one with --map COLUMN={number}")


@rule("S108", Severity.ERROR)
def no_such_item(asked: str, numbers: str) -> Text:
    """`--map COLUMN=ITEM` names a question that the quiz does not have, by number or by identifier.

    Every column that is named with `--map` must belong to a question, or the mapping would be another than you
    think.
    """
    return Text(f"the quiz has no question '{asked}', which --map names", f"give one of {numbers}")


class ItemNames:
    """What the headers of an item's column may be."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items

    @cached_property
    def identifiers(self) -> dict[str, int]:
        """Index by identifier."""
        return _unique((item.identifier, index) for index, item in enumerate(self.items))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Index by number, without leading zeros."""
        return _unique((_bare(item.number), index) for index, item in enumerate(self.items))

    @cached_property
    def texts(self) -> dict[str, int]:
        """Index by each spelling of the stem, and by the title."""
        pairs = [(form, index) for index, item in enumerate(self.items) for form in stem_forms(item)]
        stems = _unique(pairs)
        titles = _unique((fold(item.title), index) for index, item in enumerate(self.items) if item.title)
        return {**{title: index for title, index in titles.items() if title not in stems}, **stems}

    @cached_property
    def patterns(self) -> list[tuple[int, re.Pattern[str]]]:
        """Index and pattern of each stem that an LMS fills in: gaps, numbers of a calculated question."""
        return [(index, pattern) for index, item in enumerate(self.items) if (pattern := stem_pattern(item))]

    @cached_property
    def skeletons(self) -> dict[str, int]:
        """Index by the stem's letters and digits alone."""
        return _unique((skeleton(form), index) for form, index in self.texts.items() if len(form) > 8)

    def of_text(self, text: str) -> int | None:
        """Return the item whose stem a text is, or begins like no other."""
        folded = fold(without_marks(text))
        found = self.texts.get(folded)
        if found is None and len(folded) >= SHORTEST_PREFIX:
            close = {index for form, index in self.texts.items() if form.startswith(folded.rstrip(" .…"))}
            found = close.pop() if len(close) == 1 else self.skeletons.get(skeleton(folded))
        elif found is None and len(folded) > 8:
            found = self.skeletons.get(skeleton(folded))
        return found

    def of_beginning(self, text: str, end: re.Pattern[str]) -> int | None:
        """Return the item whose stem a text begins with, where something else follows."""
        whole = self.of_text(text)
        if whole is not None:
            return whole
        folded = fold(text)
        found = [
            (len(form), index)
            for form, index in self.texts.items()
            if len(form) > 3 and folded.startswith(form) and end.match(folded, len(form))
        ]
        if found:
            return max(found)[1]
        filled = {
            index
            for index, pattern in self.patterns
            if (match := pattern.match(folded)) and end.match(folded, match.end())
        }
        return filled.pop() if len(filled) == 1 else None


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return a dictionary without what names two items."""
    known: dict[str, set[int]] = {}
    for text, index in pairs:
        if text:
            known.setdefault(text, set()).add(index)
    return {text: indexes.pop() for text, indexes in known.items() if len(indexes) == 1}


def stem_forms(item: Item) -> list[str]:
    """Return the folded texts that a stem may have become in an export."""
    forms: dict[str, None] = {}
    kept = (interaction for interaction in item.interactions if isinstance(interaction, ForeignInteraction))
    clones = (clone.body for interaction in kept for clone in interaction.clones if clone.body)
    for body in (GAP.sub(_GAP_NAME, item.body), GAP.sub("", item.body), GAP.sub(r"[\1]", item.body), *clones):
        forms.update(dict.fromkeys(fold(form) for form in spellings(body)))
    return [form for form in forms if form]


def stem_pattern(item: Item) -> re.Pattern[str] | None:
    """Return the pattern of a stem in whose place of gaps and variables an LMS prints something else."""
    folded = fold(spellings(GAP.sub(_PLACE, item.body))[0])
    calculated = any(
        isinstance(interaction, ForeignInteraction) and interaction.kind.startswith("calculated")
        for interaction in item.interactions
    )
    if calculated:
        folded = _VARIABLE.sub(_NUMBER_PLACE, folded)
    if _PLACE not in folded and _NUMBER_PLACE not in folded:
        return None
    literal = re.sub(f"[{_PLACE}{_NUMBER_PLACE}]", "", folded)
    if not literal.strip():
        return None
    pattern = re.escape(folded).replace(r"\ ", r"\s*")
    pattern = pattern.replace(_PLACE, r"\s*(?:\[\[[^\]]*\]\]|_+|\{.{0,2000}?\}|\[[^\]]*\])\s*")
    return re.compile(pattern.replace(_NUMBER_PLACE, r"[-+\d.,e×*^]+"), re.DOTALL)


def _bare(number: str) -> str:
    return number.strip().lower().lstrip("0") or "0"


def number_of(header: str) -> tuple[str, str] | None:
    """Return the word and the number of a header such as `Q01`, `Response 1a`, `3`."""
    found = _NUMBERED.match(header.strip())
    if found is None or header.strip().startswith("00"):
        return None  # 0001 is somebody's id
    word = " ".join(fold(found["word"]).replace("_", " ").split())
    return word.strip(" .:#"), _bare(found["number"])


def is_mark_header(header: str) -> bool:
    """Whether a header says that the column holds marks: `Q. 1 /1.00`, `Points 1`, `Total points`."""
    if _WITH_MARKS.match(header.strip()) or fold(header) in _TOTALS:
        return True
    numbered = number_of(header)
    return numbered is not None and numbered[0].replace(" ", "_") in MARK_WORDS


def possible_matches(headers: Sequence[str], names: ItemNames) -> list[Match]:
    """Return what each header says about items, by identifier, by text and by number."""
    matches = []
    for column, header in enumerate(headers):
        match = _of_header(column, header.strip(), names)
        if match:
            matches.append(match)
    matches.extend(_of_numbers(headers, names, {match.column for match in matches}))
    return matches


def _of_header(column: int, header: str, names: ItemNames) -> Match | None:
    if not header or len(header) < 2:
        return None
    if header in names.identifiers:
        return Match(column=column, item=names.identifiers[header], by="identifier")
    found = names.of_text(header)
    if found is not None:
        return Match(column=column, item=found, by="text")
    lead = _LEADING_NUMBER.match(header) or _LEADING_IDENTIFIER.match(header)
    if lead:
        found = names.of_text(header[lead.end() :])
        if found is not None:
            return Match(column=column, item=found, by="text")
        identified = names.identifiers.get(lead[1])
        if identified is not None:
            return Match(column=column, item=identified, by="identifier")
    return None


def _of_numbers(headers: Sequence[str], names: ItemNames, taken: set[int]) -> list[Match]:
    """Return the matches of the one run of numbered headers that holds answers."""
    runs = numbered_runs(headers, taken)
    word = answer_word(runs)
    if word is None:
        return []
    return [
        Match(column=column, item=names.numbers[number], by="number")
        for column, number in runs[word]
        if number in names.numbers
    ]


def numbered_runs(headers: Sequence[str], taken: Iterable[int] = ()) -> dict[str, list[tuple[int, str]]]:
    """Return the numbered headers by the word before the number: columns and numbers."""
    left_out = set(taken)
    runs: dict[str, list[tuple[int, str]]] = {}
    for column, header in enumerate(headers):
        numbered = None if column in left_out or is_mark_header(header) else number_of(header)
        if numbered and len(numbered[0]) <= 30:
            runs.setdefault(numbered[0], []).append((column, numbered[1]))
    return runs


def answer_word(runs: dict[str, list[tuple[int, str]]]) -> str | None:
    """Return the word of the run that holds answers; None where there is no run."""
    if not runs:
        return None
    known = [word for word in runs if word in _ANSWER_WORDS]
    if known:
        return max(known, key=lambda word: len({number for _, number in runs[word]}))

    def merit(word: str) -> tuple[int, bool]:
        return len({number for _, number in runs[word]}), word in {"q", "item", ""} or word in _QUESTION_WORDS

    return max(runs, key=merit)


def find_header(rows: Sequence[Row], names: ItemNames) -> tuple[int, list[Match]]:
    """Return the index of the row that heads the table and what it says; -1 where no row matches an item."""
    best, found, merit = -1, [], (0, 0)
    for index, row in enumerate(rows[:HEADER_ROWS]):
        headers = [cell_text(cell) for cell in row.cells]
        matches = possible_matches(headers, names)
        # Bare numbers head columns only beside words that do: a row of ids and option numbers is no header.
        if all(match.by == "number" for match in matches) and (
            _are_bare(headers, matches) or len(matches) * 2 < len(names.items)
        ):
            continue
        this = (len({match.item for match in matches}), sum(TRUST[match.by] for match in matches))
        if matches and this > merit:
            best, found, merit = index, matches, this
    return best, found


def _are_bare(headers: Sequence[str], matches: Sequence[Match]) -> bool:
    bare = all(headers[match.column].strip(" .#").isdigit() for match in matches)
    return bare and not any(header_kind(header) for header in headers)


def find_named_header(rows: Sequence[Row], asked: Iterable[str]) -> int:
    """Return the index of the first row that holds one of the headers that the user names; -1 where none does."""
    wanted = {fold(header) for header in asked}
    return next(
        (
            index
            for index, row in enumerate(rows[:HEADER_ROWS])
            if wanted & {fold(text) for cell in row.cells if (text := cell_text(cell))}
        ),
        -1,
    )


def choose_matches(
    matches: Iterable[Match],
    headers: Sequence[str],
    names: ItemNames,
    options: SheetOptions,
    place: CellSpan,
    found: Diagnostics,
) -> dict[int, Match] | None:
    """Return one column for each item; None, with findings, where that cannot be decided or is not complete."""
    said = _said_matches(headers, names, options, place, found)
    if said is None:
        return None
    said_columns = {match.column for match in said}
    said_items = {match.item for match in said}
    left = [match for match in matches if match.column not in said_columns and match.item not in said_items]
    chosen = {match.item: match for match in said}
    good = True
    for item in sorted({match.item for match in left}):
        candidates = [match for match in left if match.item == item]
        trust = max(TRUST[match.by] for match in candidates)
        best = [match for match in candidates if TRUST[match.by] == trust]
        if len(best) > 1:
            columns = ", ".join(column_title(headers, match.column) for match in best)
            found.add(question_twice(names.items[item].number, columns), place, item=names.items[item].number)
            good = False
        chosen[item] = best[0]
    if not good or not _is_complete(chosen, names, options, place, found):
        return None
    return chosen


def _said_matches(
    headers: Sequence[str], names: ItemNames, options: SheetOptions, place: CellSpan, found: Diagnostics
) -> list[Match] | None:
    said = []
    for asked, number in options.map:
        column = find_column(asked, headers)
        item = names.numbers.get(_bare(number), names.identifiers.get(number))
        if column is None:
            report_missing_column(asked, "--map", headers, place, found)
            return None
        if item is None:
            known = ", ".join(entry.number for entry in names.items[:20])
            found.add(no_such_item(number, known), place)
            return None
        said.append(Match(column=column, item=item, by="option"))
    return said


def _is_complete(
    chosen: dict[int, Match], names: ItemNames, options: SheetOptions, place: CellSpan, found: Diagnostics
) -> bool:
    missing = [
        item.number
        for index, item in enumerate(names.items)
        if index not in chosen and not any(item is other for other in options.left_out)
    ]
    if not missing or options.allow_missing:
        return bool(chosen)
    found.add(questions_without_column(", ".join(f"Q{number}" for number in missing)), place)
    return False


def surplus_columns(headers: Sequence[str], chosen: dict[int, Match], names: ItemNames) -> list[int]:
    """Return the columns of the same run of numbers that name no item of the quiz."""
    words = {
        numbered[0]
        for match in chosen.values()
        if match.by == "number" and (numbered := number_of(headers[match.column]))
    }
    return [
        column
        for word, run in numbered_runs(headers).items()
        if word in words
        for column, number in run
        if number not in names.numbers
    ]


def column_title(headers: Sequence[str], column: int) -> str:
    """Return what a column is called in a message: its header, and its letters."""
    header = headers[column] if column < len(headers) else ""
    return f"{quoted(header, 40)} ({column_letters(column)})" if header else f"column {column_letters(column)}"


def mapping_of(
    chosen: dict[int, Match], headers: Sequence[str], items: Sequence[Item], *, is_as_written: bool = True
) -> tuple[ColumnMatch, ...]:
    """Return the mapping as the report prints it, in the order of the items."""
    return tuple(
        ColumnMatch(
            column=headers[match.column] if match.column < len(headers) else "",
            letters=column_letters(match.column) if is_as_written else "",
            number=items[item].number,
            by=match.by,
        )
        for item, match in sorted(chosen.items())
    )
