"""Grading 10^4, 10^5 and 10^6 candidates x 50 items from CSV, against polars merely reading the same file.

    python benchmarks/grading.py [--sizes 10000,100000,1000000] [--repeat 3]

Whole processes: CPU seconds (user and system, all threads) and peak memory of `stemkey grade QUIZ SHEET --report csv`, which writes
students.csv and questions.csv, and of a Python that imports polars and reads the sheet into text columns. The two
run by turns; medians count. The sheet is generated from a seed: letters, 3 % blanks, a stray mark in one row of ten thousand.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from measure import PYTHON, STEMKEY, measure_in_turn, ratio

ITEMS = 50
LETTERS = "ABCD"
READ = "import polars, sys; polars.read_csv(sys.argv[1], infer_schema_length=0)"


def main() -> None:
    compare(__doc__ or "", "10000,100000,1000000", ".csv", write_sheet, ("polars read_csv", READ))


def compare(
    description: str, sizes: str, suffix: str, write: Callable[[Path, int], None], baseline: tuple[str, str]
) -> None:
    """Print what grading sheets of some sizes costs, against a program that merely reads them (its name and code)."""
    peer, code = baseline
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=sizes)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quiz, out = folder / "quiz.md", folder / "reports"
        quiz.write_text(make_quiz(), encoding="utf-8")
        for size in map(int, arguments.sizes.split(",")):
            sheet = folder / f"class{size}{suffix}"
            write(sheet, size)
            print(f"{size:,} candidates x {ITEMS} items, {sheet.stat().st_size / 1e6:.1f} MB")
            grade = [STEMKEY, "grade", str(quiz), str(sheet), "--report", "csv", "--out", str(out)]
            ours, theirs = measure_in_turn(grade, [PYTHON, "-c", code, str(sheet)], runs=arguments.repeat)
            check(out, size)
            print(f"  {'stemkey grade':<15} {ours}")
            print(f"  {peer:<15} {theirs}")
            print(f"  {'ratio':<15} {ratio(ours, theirs)}")
            sheet.unlink()


def make_quiz() -> str:
    """Return a quiz of the house's shape."""
    lines = ["# Benchmark", ""]
    for number in range(1, ITEMS + 1):
        lines += [f"**{number}. Question number {number} asks what?**", ""]
        lines += [f"{letter}) answer {letter} to question {number}" for letter in LETTERS]
        lines.append("")
    lines += ["---", "", "## Answer Key", ""]
    for number in range(1, ITEMS + 1):
        key = LETTERS[number % 4]
        lines += [f"**{number}. {key}) answer {key} to question {number}**", ""]
    return "\n".join(lines)


def write_sheet(path: Path, rows: int) -> None:
    """Write a sheet; blocks of rows are made once and used again, with ids of their own."""
    random = Random(rows)
    block = [",".join(answers(random)) for _ in range(min(rows, 9973))]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id," + ",".join(f"Q{number}" for number in range(1, ITEMS + 1)) + "\n")
        for row in range(rows):
            line = block[row % len(block)]
            if row % 10_000 == 5_000:
                line = "AB" + line[1:] if line[:1] != "," else "E" + line
            file.write(f"s{row:07},{line}\n")


def answers(random: Random) -> list[str]:
    """Return what one candidate gives: the more able, the more often the key."""
    ability = random.gauss(0.6, 0.2)
    given = []
    for number in range(1, ITEMS + 1):
        chance = random.random()
        key = LETTERS[number % 4]
        given.append(key if chance < ability else "" if chance > 0.97 else random.choice(LETTERS))
    return given


def check(out: Path, rows: int) -> None:
    """Stop where not everybody is in the reports: a fast nothing is no result."""
    with (out / "students.csv").open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    questions = (out / "questions.csv").read_text(encoding="utf-8").count("\n")
    if (lines, questions) != (rows + 1, ITEMS + 1):
        raise SystemExit(f"students.csv has {lines} lines and questions.csv {questions}, of {rows} candidates")


if __name__ == "__main__":
    main()
