"""Grading candidates x 50 items from XLSX, against python-calamine merely reading the same sheet into lists.

    python benchmarks/sheets.py [--sizes 20000,100000] [--repeat 3]

Whole processes: CPU seconds (user and system) and peak memory of `stemkey grade QUIZ SHEET.xlsx --report csv`, and of a Python that
imports python-calamine and reads every row. The sheet is generated from a seed, as in `grading.py`.
"""

from pathlib import Path
from random import Random

from grading import ITEMS, answers, compare

READ = (
    "import python_calamine, sys\n"
    "for row in python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).iter_rows(): pass"
)


def main() -> None:
    compare(__doc__ or "", "20000,100000", ".xlsx", write_workbook, ("python-calamine", READ))


def write_workbook(path: Path, rows: int) -> None:
    """Write a sheet of letters; blocks of rows are made once and used again, with ids of their own."""
    import openpyxl

    random = Random(rows)
    block = [[letter or None for letter in answers(random)] for _ in range(min(rows, 9973))]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Responses")
    sheet.append(["id", *(f"Q{number}" for number in range(1, ITEMS + 1))])
    for row in range(rows):
        sheet.append([f"s{row:07}", *block[row % len(block)]])
    book.save(path)


if __name__ == "__main__":
    main()
