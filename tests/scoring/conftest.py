"""Sheets made in memory."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from stemkey.sheets.table import ColumnMatch, Response, ResponseBatch, ResponseColumn, ResponseTable, RowCounts

Rows = Sequence[tuple[str, Sequence[Response]]]


def make_batch(rows: Rows, *, first_row: int = 2, attempts: Sequence[int] | None = None) -> ResponseBatch:
    columns = []
    for column in zip(*(responses for _, responses in rows), strict=True):
        values: dict[Response, int] = {}
        codes = [values.setdefault(value, len(values)) for value in column]
        columns.append(ResponseColumn(np.array(codes, np.int32), tuple(values)))
    texts = np.array([name.encode() for name, _ in rows], dtype=bytes)
    return ResponseBatch(
        rows=np.arange(first_row, first_row + len(rows)),
        ids=texts,
        names=np.array([b"Name of " + text for text in texts.tolist()], dtype=bytes),
        emails=np.zeros(len(rows), "S1"),
        attempts=None if attempts is None else np.array(attempts, np.int64),
        columns=tuple(columns),
    )


@pytest.fixture(scope="session")
def batch_of() -> Callable[..., ResponseBatch]:
    return make_batch


@pytest.fixture(scope="session")
def table_of() -> Callable[..., ResponseTable]:
    """Return a table of rows, read `size` rows at a time."""

    def make(
        rows: Rows, *, attempts: bool = False, size: int = 3, name: str = "class.csv", **more: Any
    ) -> ResponseTable:
        counts = RowCounts()

        def read() -> Any:
            counts.read = counts.graded = counts.refused = 0
            for start in range(0, len(rows), size):
                batch = make_batch(rows[start : start + size], first_row=2 + start)
                counts.read += len(batch)
                yield batch

        items = len(rows[0][1]) if rows else 0
        mapping = tuple(
            ColumnMatch(column=f"Q{number}", letters="BCDEFGH"[number - 1], number=str(number), by="number")
            for number in range(1, items + 1)
        )
        return ResponseTable(
            name=name,
            source="plain",
            kind="csv",
            has_attempts=attempts,
            read=read,
            mapping=mapping,
            counts=counts,
            **more,
        )

    return make
