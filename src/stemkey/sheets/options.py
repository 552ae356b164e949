"""What a user may say about a response sheet."""

from dataclasses import dataclass
from typing import Literal

from stemkey.model import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOptions:
    """Options of `grade` about the sheet; everything is detected, and said, where nothing is given."""

    source: str | None = None
    """Name of a row of `SOURCES`."""
    sheet: str | None = None
    """Name of the sheet in a workbook."""
    encoding: str | None = None
    """Encoding of a text file."""
    separator: str | None = None
    """Column separator of a text file; `tab` for a tabulator."""
    id_column: str | None = None
    """Header (or letters) of the column with the candidates' ids."""
    map: tuple[tuple[str, str], ...] = ()
    """Column (header or letters) and the number or identifier of the item that it answers."""
    form_column: str | None = None
    """Header (or letters) of the column that says which form of the test a candidate had."""
    submitted_column: str | None = None
    """Header (or letters) of the column that says when a row was handed in; empty: the one that says so; None: not needed."""
    no_header: bool = False
    """The sheet has no header: columns are said by their letters."""
    transposed: bool = False
    """The questions stand below each other and the candidates beside each other."""
    numbers_from: int | None = None
    """What the first option is called where options are numbers: 0 or 1."""
    not_reached: bool = False
    """Blanks at the end of a row are items not reached; read by scoring."""
    allow_missing: bool = False
    """Items without a column were not given, instead of a reason to refuse the sheet."""
    errors_as: Literal["unreadable", "blank"] = "unreadable"
    """What damaged cells count as."""
    answers: Literal["letters", "texts"] | None = None
    """What single letters and numbers are where options are themselves single letters or numbers."""
    fixed: str | None = None
    """Columns of a fixed-width file, `id=1-7,name=8-27,answers=28-37`."""
    maximum_bytes: int = 1 << 30
    """A workbook that unpacks to more is refused."""
    left_out: tuple[Item, ...] = ()
    """Items of the quiz that are not graded (`--keep-going`): their columns are known and not used."""
