"""What becomes of every mess that a sheet can be: `mess.md` is the index, `mess/*.md` are the cases.

A case is a heading, `## F15 …`, and fences: "sheet NAME", "workbook NAME" or "made NAME" is the response sheet ("made": built by
`made_files.py`), "quiz" the quiz (else `cases/capitals.txt`), "roster" the class, "options" what the user said. "verdict" is what
`stemkey grade` does: its exit status, the warnings and errors with their places, every score. `pytest --accept` rewrites the
verdicts; read the difference like code.

The index has a line for each claim: where the page of messes (kept outside the repository) makes it, what it demands, what we do,
the case that shows it. The verdicts: OK accept silently; OK+ accept and warn (status 0); LIST grade the rest and list (1); ASK refuse
and name the option that settles it (2); NO refuse (2).
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.sheets.made_files import MADE
from tests.sheets.sheet_cases import HERE, options_of, place_of, text_sheet, workbook

from stemkey.diagnostics import Diagnostic, Severity
from stemkey.files import Source
from stemkey.grading import GradeOptions, grade_class

FENCE = re.compile(
    r"^(`{3,})(quiz|sheet|workbook|made|roster|options|verdict)(?: ([^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL
)
HEADING = re.compile(r"^## ([a-z0-9][a-z0-9-]*) (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| (?!where|---)(.+) \|$", re.MULTILINE)
FILES = sorted((HERE / "mess").glob("*.md"))


class Claim(NamedTuple):
    """One line of the index."""

    where: str
    claim: str
    page: str
    """What the page demands."""
    verdict: str
    """What we do."""
    case: str
    why: str
    """Where the two differ."""


@dataclass(slots=True)
class Found:
    """What `stemkey grade` made of a sheet."""

    status: int
    findings: tuple[Diagnostic, ...]
    scores: list[str] = field(default_factory=list)

    def verdict(self) -> str:
        """Return the verdict in the page's words; what is said of statistics does not count."""
        said = [one for one in self.findings if one.severity is not Severity.INFO and not one.code.startswith("A")]
        if self.status == 0:
            return "OK+" if said else "OK"
        if self.status == 1:
            return "LIST"
        return "ASK" if any("--" in (finding.hint or "") for finding in said) else "NO"


def claims() -> list[Claim]:
    """Return the lines of the index."""
    text = (HERE / "mess.md").read_text(encoding="utf-8")
    return [Claim(*(cell.strip().replace("¦", "|") for cell in re.split(r" ?\| ?", row))) for row in ROW.findall(text)]


def cases() -> dict[str, tuple[Path, str]]:
    """Return the text of each case by its name."""
    found = {}
    for path in FILES:
        _, *parts = re.split(r"^(?=## [a-z0-9])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for part in parts:
            heading = HEADING.match(part)
            assert heading, part
            assert heading[1] not in found, f"{heading[1]} stands twice"
            found[heading[1]] = (path, part)
    return found


CASES = cases()


def grade(quiz: str, sheet: Source, roster: str, options: str, folder: Path) -> Found:
    """Grade a sheet as the command does."""
    (folder / "quiz.md").write_text(quiz, encoding="utf-8")
    path = folder / sheet.name
    path.write_bytes(sheet.data)
    if roster:
        (folder / "roster.csv").write_text(roster, encoding="utf-8")
    outcome = grade_class(
        str(folder / "quiz.md"),
        [str(path)],
        folder / "reports",
        GradeOptions(
            reports=("json",), sheet=options_of(options), roster=str(folder / "roster.csv") if roster else None
        ),
    )
    if outcome.value is None:
        return Found(2, outcome.diagnostics)
    assert outcome.value.json is not None
    results = json.loads(outcome.value.json)
    return Found(outcome.value.status, outcome.diagnostics, [_score(one) for one in results["candidates"]])


def _score(candidate: dict[str, object]) -> str:
    who = " | ".join(str(candidate[key]) for key in ("id", "name", "email") if candidate[key])
    provisional = " provisional" if candidate["provisional"] else ""
    return f"{who}: {candidate['score']:g} of {candidate['points']:g}{provisional}"


def shown(found: Found, folder: Path) -> str:
    """Return what a verdict fence holds. What is said of statistics is left out."""
    lines = [f"exit {found.status}"]
    for finding in found.findings:
        if finding.code.startswith("A"):
            continue
        word = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}[finding.severity]
        lines.append(f"{word} {finding.code}{place_of(finding)}: {finding.message.replace(f'{folder}/', '')}")
        if finding.hint and finding.severity is Severity.ERROR:
            lines.append(f"  help: {finding.hint}")
    return "".join(f"{line}\n" for line in [*lines, *found.scores])


def run(text: str, folder: Path) -> tuple[str, list[Found]]:
    """Run a case; return its text with what really became of it."""
    quiz = (HERE / "cases" / "capitals.txt").read_text(encoding="utf-8")
    sheet, roster, options = None, "", ""
    written: list[str] = []
    found: list[Found] = []
    position = 0
    for fence in FENCE.finditer(text):
        kind, heading, body = fence[2], fence[3] or "", fence[4]
        if kind == "quiz":
            quiz = body
        elif kind == "roster":
            roster = body
        elif kind == "options":
            options = body
        elif kind == "sheet":
            sheet = text_sheet(heading, body)
        elif kind == "workbook":
            sheet = workbook(heading, body)
        elif kind == "made":
            sheet = MADE[heading]()
        else:
            assert sheet is not None, "a case has a sheet"
            here = folder / str(len(found))
            here.mkdir()
            found.append(grade(quiz, sheet, roster, options, here))
            written += [text[position : fence.start(4)], shown(found[-1], here)]
            position = fence.end(4)
    return "".join([*written, text[position:]]), found


@pytest.mark.parametrize("name", CASES)
def test_a_mess_becomes_what_its_case_and_the_index_say(name: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    path, text = CASES[name]
    rewritten, found = run(text, tmp_path)
    assert found, "a case has a verdict"
    if rewritten != text and pytestconfig.getoption("--accept"):
        path.write_text(path.read_text(encoding="utf-8").replace(text, rewritten), encoding="utf-8")
        return
    assert rewritten == text
    expected = {claim.verdict for claim in claims() if claim.case == name}
    assert {one.verdict() for one in found} == expected


def test_every_claim_has_a_case_or_a_test_and_every_case_a_claim() -> None:
    known = claims()
    assert len(known) > 150
    for claim in known:
        if "::" in claim.case:
            file, _, function = claim.case.partition("::")
            assert f"def {function}(" in (HERE / file).resolve().read_text(encoding="utf-8"), claim
        else:
            assert claim.case in CASES, claim
    assert {claim.case for claim in known if "::" not in claim.case} == set(CASES)


def test_where_we_differ_from_the_page_the_index_says_why() -> None:
    for claim in claims():
        assert claim.verdict in {"OK", "OK+", "LIST", "ASK", "NO"}, claim
        assert bool(claim.why) == (claim.page != claim.verdict), claim
