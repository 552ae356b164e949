"""problems.csv holds every finding where the terminal shows only the first fifty."""

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stemkey.cli.main import app
from stemkey.diagnostics import CellSpan, Diagnostics
from stemkey.reports.problems import are_many, problems_csv
from stemkey.scoring.choice_reading import mark_is_no_option

QUIZ = "# Q\n\n1. **What?**\n   - A) x\n   - B) y\n\n## Answer Key\n\n**1. A)**\n"


def test_a_finding_is_a_line_and_no_cell_is_a_formula() -> None:
    found = Diagnostics()
    found.add(mark_is_no_option("=1+1", "A, B"), CellSpan("=cmd.csv", "Sheet1", 9, "F"), item="4")
    header, line = csv.reader(io.StringIO(problems_csv(found.freeze()).decode()))
    assert header[:4] == ["severity", "code", "file", "sheet"]
    assert line[:7] == ["warning", "S302", "'=cmd.csv", "Sheet1", "9", "F9", "4"]
    assert not are_many(found.freeze())


def test_the_terminal_shows_fifty_and_names_the_file_with_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("quiz.md").write_text(QUIZ, encoding="utf-8")
    Path("class.csv").write_text(
        "id,Q1\n" + "".join(f"{row:04},{'AE'[row % 2]}\n" for row in range(240)), encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["grade", "quiz.md", "class.csv", "--out", "out"])
    assert result.exit_code == 0
    assert "and 70 more mark-is-no-option; problems.csv shows every one" in result.output
    lines = Path("out/problems.csv").read_text(encoding="utf-8").splitlines()
    assert sum("S302" in line for line in lines) == 120
