"""Rows of a sheet that hold the key: found, compared with the quiz, and no candidates."""

from collections.abc import Sequence

from stemkey.diagnostics import Diagnostics, Severity, Text, rule
from stemkey.model import ChoiceInteraction, Item
from stemkey.scoring.answer_key import Status
from stemkey.scoring.responses import quoted, read_response
from stemkey.scoring.spelling import fold
from stemkey.sheets.columns import Match
from stemkey.sheets.grid import Grid, Row, text_at
from stemkey.sheets.identity import Identity
from stemkey.sheets.trust import numbered_label

KEY_WORDS = frozenset(
    """key|answer key|answers key|the key|correct answers|correct answer|correct|solution|solutions|schlüssel|lösung|lösungen
    |musterlösung|lösungsschlüssel|clave|clave de respuestas|corrigé|clé|gabarito|chiave|sleutel|klucz|ключ|正解|标准答案"""
    .replace("\n", "").replace("    ", "").split("|")
)  # fmt: skip
_KEY_STARTS = frozenset(word[:2] for word in KEY_WORDS)


@rule("S110", Severity.WARNING)
def key_row_agrees(row: int) -> Text:
    """A row of the sheet holds the key. It agrees with the quiz, and is no candidate."""
    return Text(f"row {row} is the key and agrees with the quiz", None)


@rule("S111", Severity.ERROR)
def key_row_disagrees(row: int, differences: str) -> Text:
    """The sheet holds a key that is not the quiz's. One of the two is wrong, and every score depends on which."""
    return Text(
        f"row {row} is a key and disagrees with the quiz: {differences}",
        "correct the quiz, or remove the row from the sheet",
    )


def is_key_row(
    row: Row,
    items: Sequence[Item],
    chosen: dict[int, Match],
    identity: Identity,
    first_number: int,
    *,
    is_first: bool,
) -> bool:
    """Whether a row is called like the key, or is the first, nobody's, and agrees with the key."""
    who = [text_at(row.cells, index) for index in (*identity.ids, *identity.name)]
    if any(map(is_key_label, who)):
        return True
    return is_first and not any(who) and is_right(row, items, chosen, first_number)


def is_right(row: Row, items: Sequence[Item], chosen: dict[int, Match], first_number: int) -> bool:
    """Whether a row has an answer to everything, and all of them are the key's."""
    return bool(chosen) and _has_answers(row, chosen) and not differences_from_key(row, items, chosen, first_number)


def is_key_label(text: str) -> bool:
    """Whether a text is what the key is called where others have an id or a name."""
    # Looked at for every id and name of a class: folding all of them would take longer than reading them.
    return text[:2].lower() in _KEY_STARTS and fold(text) in KEY_WORDS


def _has_answers(row: Row, chosen: dict[int, Match]) -> bool:
    return all(text_at(row.cells, match.column) for match in chosen.values())


def differences_from_key(row: Row, items: Sequence[Item], chosen: dict[int, Match], first_number: int) -> list[str]:
    """Return the questions for which a key row says something else than the quiz."""
    found = (
        key_disagrees(items[index], text_at(row.cells, match.column), first_number)
        for index, match in sorted(chosen.items())
    )
    return [difference for difference in found if difference]


def key_disagrees(item: Item, text: str, first_number: int = 1) -> str | None:
    """Return how a key that a sheet names differs from the item's; None where it does not, or cannot be compared.

    Where it is a number, `first_number` is what the first option is called.
    """
    choice = item.interactions[0]
    if not text or len(item.interactions) > 1 or not isinstance(choice, ChoiceInteraction):
        return None
    reading = read_response(item, numbered_label(item, text, first_number))
    keys = {at for at, option in enumerate(choice.choices) if option in choice.keys}
    said = set(reading.chosen) if reading.status in {Status.ANSWERED, Status.SEVERAL_MARKS} else set()
    if said == keys:
        return None
    right = ",".join(choice.labels[at] for at in sorted(keys))
    return f"Q{item.number} ({quoted(text, 40)} in the sheet, {right} in the quiz)"


def keys_agree(
    grid: Grid,
    key_rows: Sequence[Row],
    items: Sequence[Item],
    chosen: dict[int, Match],
    first_number: int,
    found: Diagnostics,
) -> bool:
    """Whether every key row says what the quiz says; names those that do not."""
    good = True
    for row in key_rows:
        differences = differences_from_key(row, items, chosen, first_number)
        if differences:
            found.add(key_row_disagrees(row.number, ", ".join(differences[:10])), grid.place(row.number))
            good = False
        else:
            found.add(key_row_agrees(row.number), grid.place(row.number))
    return good
