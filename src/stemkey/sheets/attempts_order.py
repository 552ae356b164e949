"""In which order a candidate's attempts were made, where only a date tells."""

from collections.abc import Sequence
from datetime import datetime

from stemkey.sheets.grid import Row, text_at
from stemkey.sheets.identity import Identity

_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
)


def attempts_by_date(rows: Sequence[Row], identity: Identity) -> dict[int, int]:
    """Return the number of each attempt by its row, where dates put a candidate's rows into another order than the sheet.

    Nothing where there is no date, or where it can be read in two ways that disagree.
    """
    if not identity.dates or identity.attempt is not None:
        return {}
    of_id: dict[str, list[Row]] = {}
    for row in rows:
        candidate, _ = identity.id_of(row.cells)
        if candidate:
            of_id.setdefault(candidate, []).append(row)
    several = [group for group in of_id.values() if len(group) > 1]
    orders = [order for form in _FORMATS if (order := _order(several, identity.dates[0], form)) is not None]
    return orders[0] if orders and all(order == orders[0] for order in orders) else {}


def _order(groups: Sequence[Sequence[Row]], column: int, form: str) -> dict[int, int] | None:
    numbers: dict[int, int] = {}
    for group in groups:
        try:
            dated = [(_date(text_at(row.cells, column), form), row.number) for row in group]
        except ValueError:
            return None
        numbers.update({row: number for number, (_, row) in enumerate(sorted(dated), 1)})
    return numbers


def _date(text: str, form: str) -> datetime:
    # Zones are all the same within an export; what stands behind the time is not needed to order it.
    clean = " ".join(text.replace("T", " ").split())
    for mark in (" GMT", " UTC", " +", "Z"):
        clean = clean.split(mark)[0]
    return datetime.strptime(clean, form)  # noqa: DTZ007 # only compared with others of the same sheet
