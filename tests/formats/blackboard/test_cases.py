"""What the case files say about Blackboard's question upload."""

from pathlib import Path

import pytest
from tests.formats.sketch import Case, cases, observe

FOLDER = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in cases(FOLDER)])
def test_case(case: Case) -> None:
    assert observe(case, FOLDER) == (case.quiz, case.findings)
