"""The sample class that `make demo` grades."""

import csv
import subprocess
import sys
from pathlib import Path


def test_the_sheet_is_what_its_script_writes(repository: Path) -> None:
    folder = repository / "quizzes" / "responses"
    written = subprocess.run([sys.executable, folder / "make_class.py"], check=True, capture_output=True).stdout
    assert written.decode() == (folder / "day51-class.csv").read_text("utf-8"), "run quizzes/responses/make_class.py"


def test_it_holds_what_the_reports_are_to_show(repository: Path) -> None:
    with (repository / "quizzes" / "responses" / "day51-class.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [row[f"Q{number}"] for row in rows for number in range(1, 11)]
    assert len(rows) == 30
    assert all(row["Student ID"].startswith("000") for row in rows)
    assert answers.count("") == 5
    assert sorted(set(answers)) == ["", "A", "B", "B;C", "C", "D", "E"]
    assert "A" not in {row["Q10"] for row in rows}
