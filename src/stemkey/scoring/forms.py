"""Test forms: the same questions in another order, with options in another order, brought back to the quiz's own.

A paper test has no texts in its sheet, only letters, so what `B` means depends on the form. Each form names, in its own order,
the quiz's question of each place and the quiz's letter of each option. Statistics are then of the quiz's questions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stemkey.diagnostics import CellSpan, Diagnostics, Place, Severity, Text, rule
from stemkey.model import Cardinality, ChoiceInteraction, Item, Quiz
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.reading import JOINER
from stemkey.sheets.table import Response, ResponseBatch, ResponseColumn, ResponseTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stemkey.scoring.answer_key import ItemKey

_MARKS = re.compile(r"[A-Za-z](?:(?:\s*[,;/&|]\s*|\s+)[A-Za-z])*+")
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    name: str
    places: tuple[int, ...]
    """For each of the quiz's items, at which place it stands in the form."""
    letters: tuple[Mapping[str, str], ...]
    """For each of the quiz's items, what each letter of the form means; a letter that is missing means itself."""
    by_key: bool = False
    """Only the right letters were known: which distractor a wrong letter stands for is not."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Every form of a test."""

    column: str
    """Header (or letters) of the column that says which form a candidate had."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """By name, in capitals."""

    @property
    def is_reordered(self) -> bool:
        """Whether some form has its questions in another order than the quiz."""
        return any(form.places != tuple(range(len(form.places))) for form in self.forms.values())

    def apply(
        self, batch: ResponseBatch, table: ResponseTable, items: "Sequence[ItemKey]", found: Diagnostics
    ) -> ResponseBatch:
        """Return the rows with every response at the quiz's own item and letter; rows of unknown forms are refused."""
        import numpy as np

        if batch.forms is None:
            table.counts.refused += len(batch)
            found.add(sheet_without_forms(self.column), CellSpan(table.name, table.sheet))
            return _rows(batch, np.zeros(0, np.intp))
        names = [bytes(name).decode("utf-8", "replace").strip().upper() for name in batch.forms]
        known = np.array([name in self.forms for name in names], bool)
        for row in np.flatnonzero(~known).tolist():
            table.counts.refused += 1
            place = CellSpan(table.name, table.sheet, int(batch.rows[row]))
            found.add(unknown_form(names[row], ", ".join(self.forms), self._right_with_each(batch, row, items)), place)
        kept = np.flatnonzero(known)
        of_row = [self.forms[names[row]] for row in kept.tolist()]
        columns = tuple(_column(batch, index, kept, of_row) for index in range(len(batch.columns)))
        return replace(_rows(batch, kept), columns=columns)

    def _right_with_each(self, batch: ResponseBatch, row: int, items: "Sequence[ItemKey]") -> str:
        """Return how many answers of a row are right under each form, for whoever has to find out which it was."""
        right = {
            form.name: sum(
                (item.judge(meant(_said(batch, form.places[index], row), form.letters[index])).credit or 0) >= 1
                for index, item in enumerate(items)
            )
            for form in self.forms.values()
        }
        return ", ".join(f"{count} as {name}" for name, count in right.items())

    def place_of(self, name: bytes, index: int) -> int:
        """Return the place at which an item stands in a form."""
        return self.forms[name.decode("utf-8", "replace").strip().upper()].places[index]


def _said(batch: ResponseBatch, place: int, row: int) -> Response:
    column = batch.columns[place]
    return column.values[int(column.codes[row])]


def _rows(batch: ResponseBatch, kept: "NDArray[np.intp]") -> ResponseBatch:
    return ResponseBatch(
        rows=batch.rows[kept],
        ids=batch.ids[kept],
        names=batch.names[kept],
        emails=batch.emails[kept],
        attempts=None if batch.attempts is None else batch.attempts[kept],
        forms=None if batch.forms is None else batch.forms[kept],
        submitted=None if batch.submitted is None else batch.submitted[kept],
        columns=tuple(ResponseColumn(column.codes[kept], column.values) for column in batch.columns),
    )


def _column(batch: ResponseBatch, index: int, kept: "NDArray[np.intp]", of_row: list[Form]) -> ResponseColumn:
    import numpy as np

    values: dict[Response, int] = {}
    codes = np.empty(len(kept), np.int32)
    for place, (row, form) in enumerate(zip(kept.tolist(), of_row, strict=True)):
        column = batch.columns[form.places[index]]
        said = meant(column.values[int(column.codes[row])], form.letters[index])
        codes[place] = values.setdefault(said, len(values))
    return ResponseColumn(codes, tuple(values))


def meant(response: Response, letters: Mapping[str, str]) -> Response:
    """Return a response with the form's letters as the quiz's, however they are dressed; anything but letters means itself."""
    if not isinstance(response, str) or not letters:
        return response
    if JOINER in response:
        return JOINER.join(str(meant(part, letters)) for part in response.split(JOINER))
    text = response.strip()
    letter, with_text = marks.letter(text), marks.letter_and_text(text)
    if letter is not None:
        return letters.get(letter, text)
    if with_text is not None:
        return f"{letters.get(with_text[0], with_text[0])}) {with_text[1]}"
    if not _are_marks(text.strip("()[]{} "), letters):
        return response
    return _LETTER.sub(lambda letter: letters.get(letter[0].upper(), letter[0]), text)


def _are_marks(text: str, letters: Mapping[str, str]) -> bool:
    """Whether a text is letters of options: one, several with something between them, or `AC`."""
    is_run = text.isupper() or text.islower()  # `Bad` is a word
    together = is_run and 1 < len(text) == len(set(text)) and all(letter in letters for letter in text.upper())
    return together or _MARKS.fullmatch(text) is not None


def read_forms(table: Mapping[str, Any], quiz: Quiz, place: Place, found: Diagnostics) -> Forms | None:
    """Return the forms of a rules file's `[forms]`; None, with findings, where they cannot be understood."""
    before = len(found)
    items = tuple(item for item in quiz.items if item.interactions)
    column = table.get("column")
    if not isinstance(column, str):
        found.add(form_unclear("forms", 'it has no column = "…", the header of the column with the form'), place)
    forms = {}
    for name, entry in table.items():
        if name == "column":
            continue
        form = _form(name, entry, items, place, found) if isinstance(entry, dict) else None
        if form is None:
            found.add(form_unclear(name, "it is no table with questions and options, or with its key"), place)
        else:
            forms[name.upper()] = form
    return Forms(str(column), forms) if len(found) == before else None


def _form(name: str, entry: Mapping[str, Any], items: tuple[Item, ...], place: Place, found: Diagnostics) -> Form:
    numbers = [item.number for item in items]
    order = [str(number) for number in entry.get("questions", numbers)]
    if sorted(order) != sorted(numbers):
        found.add(form_unclear(name, f"its questions are not each of {', '.join(numbers)} once"), place)
        order = numbers
    options = entry.get("options", {})
    key = entry.get("key")
    if key is not None and options:
        found.add(form_unclear(name, "it has options and a key; the options say more"), place)
    of_item = options if isinstance(options, dict) else dict.fromkeys(numbers, options)
    for unknown in set(of_item) - set(numbers):
        found.add(form_unclear(name, f"it has options of a question '{unknown}'"), place)
    for unknown in set(entry) - {"questions", "options", "key"}:
        found.add(form_unclear(name, f"'{unknown}' is none of questions, options, key"), place)
    places = tuple(order.index(number) for number in numbers)
    if key is not None:
        return Form(name, places, _letters_by_key(name, items, places, key, place, found), by_key=True)
    return Form(name, places, tuple(_letters(name, item, of_item.get(item.number), place, found) for item in items))


def _letters_by_key(
    name: str, items: tuple[Item, ...], places: tuple[int, ...], key: object, place: Place, found: Diagnostics
) -> tuple[Mapping[str, str], ...]:
    """Return what letters mean where only a form's right letters are known: `BDAC` is its key from the first question on.

    The form's right letter means the quiz's, and the quiz's the form's; the other letters mean themselves. A response is then right
    exactly where the form's key says so, and this is all that can be known.
    """
    right = [str(letter).strip().upper() for letter in (key if isinstance(key, str | list) else ())]
    if len(right) != len(items):
        found.add(form_unclear(name, f"its key has {len(right)} letters for {len(items)} questions"), place)
        return ({},) * len(items)
    return tuple(_swapped(name, item, right[at], place, found) for item, at in zip(items, places, strict=True))


def _swapped(name: str, item: Item, letter: str, place: Place, found: Diagnostics) -> Mapping[str, str]:
    choice = item.interactions[0]
    keys = choice.keys if isinstance(choice, ChoiceInteraction) else ()
    if not isinstance(choice, ChoiceInteraction) or len(keys) != 1 or choice.cardinality is Cardinality.MULTIPLE:
        found.add(form_unclear(name, f"question {item.number} has not one right choice; say its options"), place)
        return {}
    if len({option.credit for option in choice.choices if option not in keys}) > 1:
        found.add(
            form_unclear(name, f"wrong choices of question {item.number} differ in credit; say its options"), place
        )
        return {}
    if letter not in choice.labels:
        found.add(form_unclear(name, f"its key '{letter}' is no choice of question {item.number}"), place)
        return {}
    own = choice.labels[choice.choices.index(keys[0])]
    return {letter: own, own: letter} if letter != own else {}


def _letters(name: str, item: Item, text: object, place: Place, found: Diagnostics) -> Mapping[str, str]:
    """Return what each letter of a form means for an item: `CABD` says that A is the quiz's C and B its A."""
    choice = item.interactions[0]
    if text is None or not isinstance(choice, ChoiceInteraction):
        return {}
    theirs = str(text).upper()
    if sorted(theirs) != sorted(choice.labels):
        wanted = "".join(choice.labels)
        found.add(
            form_unclear(name, f"the options '{text}' of question {item.number} are not each of {wanted} once"), place
        )
        return {}
    return dict(zip(choice.labels, theirs, strict=True))


@rule("G231", Severity.ERROR)
def unknown_form(name: str, names: str, right: str) -> Text:
    """A candidate's form is blank, or none of the test's forms, so the letters mean nothing and the row is not graded.

    The form that gives the best score is often the right one, and sometimes not; stemkey says how many answers are right with each,
    and does not pick one.
    """
    said = f"the form '{name}' is none of {names}" if name else f"no form is given; there are {names}"
    return Text(
        f"{said}; the row is not graded",
        f"look at the paper and write the form into the sheet (answers that would be right: {right})",
    )


@rule("G233", Severity.ERROR)
def sheet_without_forms(column: str) -> Text:
    """The rules file describes forms, and this kind of sheet has no column for them, so its letters could mean anything.

    None of its rows is graded.
    """
    return Text(f"the sheet has no column '{column}' with the form", "give a plain sheet with that column")


@rule("G232", Severity.ERROR)
def form_unclear(name: str, reason: str) -> Text:
    """The rules file's description of a test form cannot be understood, so every letter of that form could be misread.

    Nothing is graded until it is clear: a permutation read the wrong way gives everybody with that form a wrong score.
    """
    return Text(
        f"the form '{name}' is not clear: {reason}",
        'e.g. [forms.B] with questions = [3, 1, 2] and options = {"1" = "CABD"}, or key = "BDA"; see docs/scoring.md',
    )
