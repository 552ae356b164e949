"""The command line, as files that a teacher could read: `cases/*.md`.

A case is Markdown. A fence "file NAME" puts a file into an empty folder; a fence "console" runs the real
`stemkey` there: `$ stemkey …` (`< file` gives standard input), then what it prints (lines of standard error begin with `2> `), then `=> N` where
the exit status is not 0. A line `…` stands for any lines, `…` within a line for anything. `pytest --accept` rewrites the expectations; read the
difference like code.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
FENCE = re.compile(r"^(`{3,})(file \S+|console)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
STEMKEY = Path(sys.executable).with_name("stemkey")


def run(command: str, folder: Path) -> str:
    """Return what a command prints and its status, in the notation of the cases."""
    command, _, given = command.partition(" < ")
    arguments = shlex.split(command)
    assert arguments[0] == "stemkey", command
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(STEMKEY), *arguments[1:]],
        cwd=folder,
        env=environment,
        input=(folder / given).read_text(encoding="utf-8") if given else "",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    lines = done.stdout.splitlines() + [f"2> {line}".rstrip() for line in done.stderr.splitlines()]
    if done.returncode:
        lines.append(f"=> {done.returncode}")
    return "".join(f"{line}\n" for line in lines)


def matches(expected: str, actual: str) -> bool:
    """Whether the lines are equal, where `…` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in expected.splitlines()
    )
    return re.fullmatch(pattern, actual) is not None


def session(console: str, folder: Path) -> tuple[str, bool]:
    """Run a console fence; return it as it really went, and whether that is what the case says."""
    written, good = [], True
    for block in re.split(r"^(?=\$ )", console, flags=re.MULTILINE):
        if not block.startswith("$ "):
            assert not block.strip(), f"a console begins with '$ ': {block!r}"
            continue
        command, _, expected = block[2:].partition("\n")
        actual = run(command, folder)
        if matches(expected, actual):
            written.append(f"$ {command}\n{expected}")
        else:
            good = False
            written.append(f"$ {command}\n{actual}")
    return "".join(written), good


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_the_command_line_does_what_the_case_says(case: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    text = case.read_text(encoding="utf-8")
    accepted, position, good = [], 0, True
    for fence in FENCE.finditer(text):
        kind, body = fence[2], fence[3]
        if kind.startswith("file "):
            path = tmp_path / kind.removeprefix("file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
            continue
        actual, is_good = session(body, tmp_path)
        good = good and is_good
        accepted += [text[position : fence.start(3)], actual]
        position = fence.end(3)
    rewritten = "".join([*accepted, text[position:]])
    if not good and pytestconfig.getoption("--accept"):
        case.write_text(rewritten, encoding="utf-8")
        return
    assert rewritten == text
    assert good
