"""Grading candidates x 50 items from XLSX, against python-calamine merely reading the same sheet into lists.

    python benchmarks/sheets.py [--sizes 20000,100000] [--repeat 3]

Whole processes: CPU seconds (user and system) and peak memory of `stemkey grade QUIZ SHEET.xlsx --report csv`, and of a Python that
imports python-calamine and reads every row. The sheet is generated from a seed, as in `grading.py`.
"""

import argparse
import tempfile
from pathlib import Path
from random import Random

from grading import ITEMS, answers, check, make_quiz
from measure import PYTHON, STEMKEY, measure, ratio

READ = (
    "import python_calamine, sys\n"
    "for row in python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).iter_rows(): pass"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="20000,100000")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quiz, out = folder / "quiz.md", folder / "reports"
        quiz.write_text(make_quiz(), encoding="utf-8")
        for size in map(int, arguments.sizes.split(",")):
            sheet = folder / f"class{size}.xlsx"
            write_workbook(sheet, size)
            print(f"{size:,} candidates x {ITEMS} items, {sheet.stat().st_size / 1e6:.1f} MB")
            grade = [STEMKEY, "grade", str(quiz), str(sheet), "--report", "csv", "--out", str(out)]
            ours = measure(grade, runs=arguments.repeat)
            check(out, size)
            print(f"  stemkey grade   {ours}")
            theirs = measure([PYTHON, "-c", READ, str(sheet)], runs=arguments.repeat)
            print(f"  python-calamine {theirs}")
            print(f"  ratio           {ratio(ours, theirs)}")
            sheet.unlink()


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
