"""Whether a column's content agrees with what its header promised: texts, letters, option numbers or mere marks."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import NamedTuple

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import ChoiceInteraction, Item, TextEntryInteraction
from stemkey.scoring import choice_marks as marks
from stemkey.scoring.responses import could_be, expects, quoted
from stemkey.scoring.spelling import fold, spellings
from stemkey.sheets.columns import Match, column_title
from stemkey.sheets.grid import Grid, Row, cell_text
from stemkey.sheets.options import SheetOptions
from stemkey.sheets.table import Damaged, Response, Typed

_DISTINCT = 40
"""So many different texts of a column decide."""
CLEARLY_BETTER = 0.3
CLOSE = 0.8
"""So much of a text is an option's where it differs by a typing error."""
_LONGEST_CLOSE = 200

Convert = Callable[[str], Response]


class Content(NamedTuple):
    """What a column holds in the sample."""

    texts: Counter[str]
    """How often each text that is neither blank nor damaged occurs."""
    damaged: int


@rule("S105", Severity.ERROR)
def numbers_not_trusted(column: str, number: str, better: str | None, example: str) -> Text:
    """A column is headed with a question's number, but its answers are not answers to that question.

    The numbers of the sheet are then not the numbers of the quiz: an LMS's export may be sorted in another order than the
    quiz was given in. Grading by number would give wrong scores that look right, so nothing is graded.
    """
    fits = f"; they fit question {better}" if better else ""
    return Text(
        f"column {column} is numbered like question {number}, but its answers do not fit that question, "
        f"e.g. {example}{fits}",
        "export the report with the question texts, or say which column answers which question with --map COLUMN=ITEM",
    )


@rule("S106", Severity.ERROR)
def marks_instead_of_answers(example: str) -> Text:
    """The columns hold marks (right or wrong, points), not what the candidates answered. Nothing can be graded from them.

    In Moodle, download the *Responses* report instead of *Grades*; in Canvas, the *Student Analysis*; in Gradescope and
    other gradebooks there is no such file, but the tool that collected the answers has one.
    """
    return Text(
        f"the columns hold marks ({example}), not answers",
        "download the report with responses: Moodle Responses, Canvas Student Analysis, Forms' sheet of responses",
    )


@rule("S112", Severity.ERROR)
def numbering_unknown(example: str) -> Text:
    """The answers are numbers of options and some are 0, so whether 0 or 1 is the first option is not known.

    Both readings give scores, shifted by one option, and only one of them is right.
    """
    return Text(
        f"the answers are numbers of options, and {example} is 0: is the first option 0 or 1?",
        "say --numbers-from 0 or --numbers-from 1",
    )


@rule("S116", Severity.WARNING)
def numbers_read_as_options(columns: int) -> Text:
    """The answers are numbers, and were read as the options' positions: 1 is A, 2 is B."""
    return Text(
        f"the answers in {columns} column{'s' if columns > 1 else ''} are numbers of options, read as 1 = A, 2 = B",
        None,
    )


@rule("S139", Severity.WARNING)
def letters_among_texts(number: str, shown: str, count: int) -> Text:
    """Nearly all answers of a column are the texts of options, and a few are single letters.

    The letters are read as the options' letters. An LMS writes texts only, so somebody may have typed them in, or the
    file may be damaged.
    """
    return Text(
        f"{shown} among the texts that answer question {number} {'is' if count == 1 else 'are'} read as the letter of an option",
        "look whether that is what the candidate answered",
    )


@rule("S113", Severity.ERROR)
def mark_or_text(number: str, example: str) -> Text:
    """The options of the question are themselves letters or numbers, in another order than their labels.

    So `B` may mean the option labelled B or the option whose text is B. Both readings give scores, and only one is right.
    """
    return Text(
        f"the answer {example} to question {number} can be an option's label or an option's text",
        "say --answers letters or --answers texts",
    )


def contents(rows: Sequence[Row], chosen: Mapping[int, Match]) -> dict[int, Content]:
    """Return what the column of each item holds."""
    found = {}
    for item, match in chosen.items():
        column = match.column
        cells = Counter([row.cells[column] for row in rows if column < len(row.cells)])
        texts: Counter[str] = Counter()
        damaged = 0
        for cell, count in cells.items():
            if isinstance(cell, Damaged) or cell.strip() in marks.ERROR_VALUES:
                damaged += count
            elif cell and not marks.is_blank(cell) and fold(cell) not in marks.IDLE:
                texts[cell.strip()] += count
        found[item] = Content(texts, damaged)
    return found


@rule("S134", Severity.ERROR)
def nothing_but_damage(example: str) -> Text:
    """Every answer in the sheet is an error value, a formula that was never calculated, or something else that is no answer.

    Usually the sheet took them from another sheet or file by formulas, and was saved or downloaded without their values.
    """
    return Text(
        f"no answer in the sheet can be used: {example}",
        "open the file in a spreadsheet program, let it calculate and save it, or give the sheet that the formulas read",
    )


@rule("S135", Severity.ERROR)
def nobody_answered_anything() -> Text:
    """Every column with answers is empty in every row. A class in which nobody answers anything is a sheet without answers.

    Some reports show right and wrong by colours only: those are no answers, and no program that reads cells sees them.
    """
    return Text(
        "nobody has an answer in any column",
        "give the report with the answers as texts or letters; colours cannot be read",
    )


_A_CLASS = 2


def has_answers(
    grid: Grid, rows: Sequence[Row], chosen: Mapping[int, Match], content: Mapping[int, Content], found: Diagnostics
) -> bool:
    """Whether the columns hold something that could be an answer, or are those of a single candidate."""
    if any(one.texts for one in content.values()) or not rows:
        return True
    cells = [row.cells[match.column] for row in rows for match in chosen.values() if match.column < len(row.cells)]
    damaged = [cell for cell in cells if cell_text(cell)]
    count = sum(one.damaged for one in content.values())
    if damaged and count == len(damaged):
        first = damaged[0]
        reason = first.reason if isinstance(first, Damaged) else "is an error value, not an answer"
        found.add(nothing_but_damage(f"{quoted(cell_text(first))} {reason}"), grid.place())
        return False
    if len(rows) >= _A_CLASS and not damaged:
        found.add(nobody_answered_anything(), grid.place())
        return False
    return True


def check_numbers(
    grid: Grid,
    headers: Sequence[str],
    items: Sequence[Item],
    chosen: Mapping[int, Match],
    content: Mapping[int, Content],
    found: Diagnostics,
) -> bool:
    """Whether every column that was matched by number holds answers to its question."""
    good = True
    for index, match in chosen.items():
        if match.by != "number":
            continue
        texts = _telling(content[index].texts)
        if not texts:
            continue
        own = _share(_commonest(content[index].texts), lambda text, item=items[index]: _fits(item, text))  # type: ignore[misc]  # the default binds the loop's item
        expected = _share(texts, lambda text, item=items[index]: expects(item, text))  # type: ignore[misc]  # same
        better = _better(index, items, texts, expected)
        if own <= 0.5 or better is not None:
            stranger = next((text for text in texts if not expects(items[index], text)), next(iter(texts)))
            found.add(
                numbers_not_trusted(
                    column_title(headers, match.column),
                    items[index].number,
                    items[better].number if better is not None else None,
                    quoted(stranger),
                ),
                grid.place(None, match.column),
                item=items[index].number,
            )
            good = False
    return good


def _fits(item: Item, text: str) -> bool:
    """Whether a text can stand in an item's column: a letter or a number of an option can, and a slip of the pen."""
    return (
        marks.is_letters(text)
        or marks.number(text) is not None
        or could_be(item, text)
        or bool(get_close_matches(fold(text)[:_LONGEST_CLOSE], _option_texts(item), n=1, cutoff=CLOSE))
    )


def _telling(texts: Counter[str]) -> dict[str, int]:
    """Return the texts that say something about the item: letters and option numbers do not."""
    return _commonest(
        {text: count for text, count in texts.items() if not marks.is_letters(text) and marks.number(text) is None}
    )


def _commonest(texts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(texts.items(), key=lambda entry: -entry[1])[:_DISTINCT])


def _share(texts: Mapping[str, int], fits: Callable[[str], bool]) -> float:
    return sum(count for text, count in texts.items() if fits(text)) / sum(texts.values())


def _better(index: int, items: Sequence[Item], texts: Mapping[str, int], own: float) -> int | None:
    """Return another item that the texts fit clearly better."""
    shares = [
        (_share(texts, lambda text, item=item: expects(item, text)), -other)  # type: ignore[misc]  # the default binds the loop's item
        for other, item in enumerate(items)
        if other != index
    ]
    best, other = max(shares, default=(0.0, 0))
    return -other if best >= 0.5 and best > own + CLEARLY_BETTER else None


def notation(
    grid: Grid,
    headers: Sequence[str],
    items: Sequence[Item],
    chosen: Mapping[int, Match],
    content: Mapping[int, Content],
    options: SheetOptions,
    found: Diagnostics,
) -> dict[int, Convert] | None:
    """Return how the cells of an item are to be rewritten, where that is needed; None where it cannot be told."""
    numbered = [index for index in chosen if _is_numbered(items[index], content[index].texts)]
    mixed = [index for index in chosen if index not in numbered and _takes_numbers(items[index])]
    if not _are_answers(grid, headers, items, chosen, content, numbered, options, found):
        return None
    if options.numbers_from is None and _are_marks_beside_letters(grid, headers, chosen, content, mixed, found):
        return None
    converts: dict[int, Convert] = _number_writers(items, content)
    first = 1 if options.numbers_from is None else options.numbers_from
    values = {_as_float(text) for index in numbered for text in content[index].texts}
    are_places = options.numbers_from == 0 or (
        0 not in values and values > {1.0}
    )  # then 1 is A in true/false items too
    for index in numbered if options.numbers_from is None else [*numbered, *mixed]:
        if are_places or not _are_truths(items[index], content[index].texts):
            converts[index] = _label_writer(items[index], first)
    by_number = any(_is_option_number(text) for index in numbered for text in content[index].texts)
    for index in chosen:
        ambiguous = _ambiguous_mark(items[index], content[index].texts, by_number=by_number)
        if options.answers == "letters" and index not in converts:
            converts[index] = _label_writer(items[index], 1)
        elif ambiguous and options.answers is None:
            found.add(
                mark_or_text(items[index].number, quoted(ambiguous)),
                grid.place(None, chosen[index].column),
                item=items[index].number,
            )
            return None
        letters = _lone_letters(items[index], content[index].texts)
        if letters and options.answers is None:
            number = items[index].number
            shown = ", ".join(quoted(letter) for letter in letters)
            place = grid.place(None, chosen[index].column)
            found.add(letters_among_texts(number, shown, len(letters)), place, item=number)
    return converts


def _lone_letters(item: Item, texts: Counter[str]) -> list[str]:
    """Return the answers that are letters in a column where nearly all others are options' texts."""
    choice = _choice(item)
    if choice is None:
        return []
    options = set(_option_texts(item))
    labels = {fold(label) for label in choice.labels}
    whole = sum(count for text, count in texts.items() if len(text) > 2 and fold(text) in options)
    letters = [text for text in texts if fold(text) in labels and fold(text) not in options]
    return sorted(letters) if 0 < 3 * sum(texts[letter] for letter in letters) <= whole else []


_COMMA = re.compile(r"^[+-]?\d+,(?:\d{1,2}|\d{4,})(?!\d)")
_POINT = re.compile(r"^[+-]?\d+\.(?:\d{1,2}|\d{4,})(?!\d)")


def _number_writers(items: Sequence[Item], content: Mapping[int, Content]) -> dict[int, Convert]:
    """Return for each item that takes a number how it is written, where some number of the sheet shows the decimal sign."""
    numeric = [
        index
        for index in content
        if any(
            isinstance(interaction, TextEntryInteraction) and interaction.is_numeric
            for interaction in items[index].interactions
        )
    ]
    texts = [text for index in numeric for text in content[index].texts]
    signs = {sign for sign, form in ((",", _COMMA), (".", _POINT)) if any(form.match(text) for text in texts)}
    if len(signs) != 1:
        return {}
    (sign,) = signs
    return {index: partial(_typed, sign) for index in numeric}


def _typed(decimal: str, text: str) -> Response:
    return Typed(text, decimal)


def _choice(item: Item) -> ChoiceInteraction | None:
    only = item.interactions[0] if len(item.interactions) == 1 else None
    return only if isinstance(only, ChoiceInteraction) else None


def _option_texts(item: Item) -> list[str]:
    choice = _choice(item)
    return [fold(spellings(option.content)[0]) for option in choice.choices] if choice else []


def _is_numbered(item: Item, texts: Counter[str]) -> bool:
    """Whether a column of a choice item holds numbers only, and the options are none."""
    options = _option_texts(item)
    return (
        bool(options)
        and bool(texts)
        and all(_as_float(text) is not None for text in texts)
        and not any(_as_float(option) is not None for option in options)
    )


def _takes_numbers(item: Item) -> bool:
    """Whether a number can only be an option's place: the options are no numbers, and not true and false."""
    options = _option_texts(item)
    return bool(options) and not _is_truth(item) and not any(_as_float(option) is not None for option in options)


def _are_truths(item: Item, texts: Counter[str]) -> bool:
    """Whether the numbers of a column are 0 and 1 for false and true."""
    return _is_truth(item) and {_as_float(text) for text in texts} <= {0, 1}


_MANY = 0.2
"""From this share of the answers on, a 1 among letters is no slip: some programs write 1 for right, else the wrong letter."""


def _are_marks_beside_letters(
    grid: Grid,
    headers: Sequence[str],
    chosen: Mapping[int, Match],
    content: Mapping[int, Content],
    mixed: Sequence[int],
    found: Diagnostics,
) -> bool:
    """Whether columns of letters are full of ones and zeros, which then say right and wrong; said so."""
    texts: Counter[str] = Counter()
    for index in mixed:
        texts.update(content[index].texts)
    numbers = {text: count for text, count in texts.items() if _as_float(text) is not None}
    many = sum(numbers.values()) >= max(3, _MANY * sum(texts.values()))
    if not many or not {_as_float(text) for text in numbers} <= {0, 1}:
        return False
    first = next(chosen[index] for index in mixed if numbers.keys() & content[index].texts.keys())
    shown = " and ".join(sorted(numbers))
    found.add(
        marks_instead_of_answers(f"{shown} beside letters, as in {column_title(headers, first.column)}"),
        grid.place(None, first.column),
    )
    return True


def numbered_label(item: Item, text: str, first: int) -> str:
    """Return a number as the label of the option whose place it is; anything else as it stands."""
    choice = _choice(item)
    number = marks.number(text)
    if choice is None or number is None or not _takes_numbers(item) or not 0 <= number - first < len(choice.labels):
        return text
    return f"{choice.labels[number - first]})"


def _as_float(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _is_option_number(text: str) -> bool:
    value = _as_float(text)
    return value is not None and value.is_integer() and value > 1


def _are_answers(
    grid: Grid,
    headers: Sequence[str],
    items: Sequence[Item],
    chosen: Mapping[int, Match],
    content: Mapping[int, Content],
    numbered: Sequence[int],
    options: SheetOptions,
    found: Diagnostics,
) -> bool:
    """Whether columns of numbers hold numbers of options, and not marks."""
    if not numbered:
        return True
    values = {value for index in numbered for text in content[index].texts if (value := _as_float(text)) is not None}
    first = chosen[numbered[0]]
    place = grid.place(None, first.column)
    fractions = [value for value in values if not value.is_integer() or value < 0]
    if fractions or (max(values) <= 1 and options.numbers_from is None and not _all_truths(items, numbered, options)):
        shown = ", ".join(f"{value:g}" for value in sorted(values)[:4])
        found.add(marks_instead_of_answers(f"{shown} in {column_title(headers, first.column)}"), place)
        return False
    if 0 in values and options.numbers_from is None and not _all_truths(items, numbered, options, some=True):
        with_zero = next(index for index in numbered if any(_as_float(text) == 0 for text in content[index].texts))
        found.add(numbering_unknown(column_title(headers, chosen[with_zero].column)), place)
        return False
    if options.numbers_from is None and max(values) > 1:
        found.add(numbers_read_as_options(len(numbered)), place)
    return True


def _all_truths(items: Sequence[Item], numbered: Sequence[int], options: SheetOptions, *, some: bool = False) -> bool:
    """Whether 0 and 1 may stand for false and true: in true/false items beside others with another notation."""
    truths = [_is_truth(items[index]) for index in numbered]
    if some:
        return all(truths)
    return all(truths) and (len(numbered) < sum(bool(_choice(item)) for item in items) or options.answers == "texts")


def _is_truth(item: Item) -> bool:
    return {marks.truth(text) for text in _option_texts(item)} == {True, False}


def _ambiguous_mark(item: Item, texts: Counter[str], *, by_number: bool) -> str | None:
    """Return a response that names one option by its label and another by its text."""
    choice = _choice(item)
    if choice is None:
        return None
    options = _option_texts(item)
    labels = [fold(label) for label in choice.labels]
    for text in texts:
        folded = fold(text)
        if (
            len(folded) == 1
            and folded in labels
            and folded in options
            and labels.index(folded) != options.index(folded)
        ):
            return text
        number = marks.number(text)
        if number is None or not 1 <= number <= len(labels) or not any(option.isdigit() for option in options):
            continue
        at = options.index(folded) if folded in options else None
        if at is None or (by_number and at != number - 1):
            return text
    return None


def _label_writer(item: Item, first: int) -> Convert:
    """Return a function that writes letters and numbers of options as labels that nothing can be mistaken for."""
    choice = _choice(item)
    labels = choice.labels if choice else ()

    def write(text: str) -> Response:
        number = marks.number(text)
        if number is not None and 0 <= number - first < len(labels):
            return f"{labels[number - first]})"
        letter = marks.letter(text)
        return f"{letter})" if letter else text

    return write
