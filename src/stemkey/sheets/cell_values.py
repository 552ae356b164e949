"""What a typed value of a spreadsheet shows: numbers as people typed them, dates as what became of an answer."""

from datetime import date, datetime, time, timedelta
from typing import Any

from stemkey.sheets.grid import Cell
from stemkey.sheets.table import Damaged

IS_DATE = "is a date that the spreadsheet program made of what was typed, not an answer"
IS_ROUNDED = "is a number with more digits than a spreadsheet program keeps"

EXACT = 10**15
"""Spreadsheet programs keep 15 digits of a number."""


def value_cell(value: Any) -> Cell:
    """Return what a value shows: whole numbers without `.0`, dates as what they became."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        return Damaged(repr(value), IS_ROUNDED) if abs(value) >= EXACT else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < EXACT else Damaged(str(value), IS_ROUNDED)
    if isinstance(value, datetime):
        return Damaged(value.isoformat(" "), IS_DATE)
    if isinstance(value, date | time | timedelta):
        return Damaged(str(value), IS_DATE)
    return str(value)
